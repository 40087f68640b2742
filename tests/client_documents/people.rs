//! What people get to see of such a client, and that they are asked.

use grantor::testing::Browser;
use grantor::{Administers as _, Approval, ServesOAuth as _};
use serde_json::json;

use crate::common::{Answer, subject};
use crate::{describing, document, request};

// shows: CIMD-6.4-03
#[tokio::test]
async fn people_see_whence_it_comes_and_where_it_goes() {
    let local = json!(["http://localhost/cb", "http://127.0.0.1/cb", "com.example.app:/cb"]);
    for (changes, name, may_be_another) in [
        (json!({}), "App", false),
        (json!({"client_name": "Ba\u{202e}nk\n"}), "Bank", false),
        (json!({"client_name": "\u{202e}"}), crate::ID, false),
        (json!({"redirect_uris": local}), "App", true),
        (json!({"redirect_uris": [crate::CALLBACK, "http://localhost/cb"]}), "App", false),
    ] {
        let (peer, _) = describing(&document(changes.clone()));
        let uri = changes["redirect_uris"][0].as_str().unwrap_or(crate::CALLBACK).to_owned();
        let asked = Browser::default().request(&*peer.server, &request(&[("redirect_uri", &uri)])).await;
        assert_eq!((&*asked.client_name(), asked.document_host()), (name, Some("app.example.com")), "{changes}");
        assert_eq!(asked.may_be_another_program(), may_be_another, "{changes}");
        assert!(!asked.client_is_vetted());
        assert!(["app.example.com", "localhost"].contains(&asked.redirect_host()), "{changes}");
        assert_eq!(asked.client().fingerprint().len(), 43);
    }
}

/// An application that overlooks that the client is nobody's gets no code for it, however the request came.
#[tokio::test]
async fn nobody_agrees_without_being_asked() {
    let (peer, _) = describing(&document(json!({})));
    let asked = Browser::default().request(&*peer.server, &request(&[])).await;
    let answer = Answer::from(peer.server.complete(asked.approve(Approval::by(subject("alice")))).await);
    assert_eq!(answer.query()["error"], "consent_required");
    // What was agreed to before does not count either.
    crate::tokens(&peer).await;
    let asked = Browser::default().request(&*peer.server, &request(&[])).await;
    let before = peer.server.authorizations(&subject("alice")).await.expect("a list");
    assert_eq!(before.len(), 1);
    assert_eq!(before[0].client_fingerprint(), Some(&*asked.client().fingerprint()));
    assert!(!asked.is_covered_by(&before[0]));
}

/// An error before anybody has signed in is not sent to where a stranger likes (RFC 9700 section 4.11.2).
#[tokio::test]
async fn errors_are_shown_and_not_redirected() {
    let (peer, _) = describing(&document(json!({})));
    for changed in [("response_type", "token"), ("scope", "admin"), ("code_challenge", ""), ("max_age", "x")] {
        peer.authorize(&request(&[changed])).await.assert_page(400);
    }
}

//! The `sid` of clients that are not to find out that they have the same person (OpenID Connect Core section 8.1, Back-Channel Logout
//! section 2.1).

use crate::common::Answer;
use crate::provider::{Provider, hint, provider};
use serde_json::Value;

/// Two clients at one host, and one at another; by name, with their host.
const CLIENTS: [(&str, &str); 3] = [("p", "p.example.com"), ("beside", "p.example.com"), ("q", "q.example.com")];

async fn with_pairwise() -> Provider {
    let provider = provider().await;
    for (name, host) in CLIENTS {
        provider.register_pairwise(name, host).await;
    }
    provider
}

/// Alice signs in to each of them, and to a client with public subjects: the tokens, and what the ID token says of her and of the sign-in.
async fn signed_in(provider: &Provider) -> Vec<(Value, Value, Value)> {
    let mut all = Vec::new();
    for (name, host) in CLIENTS {
        all.push(provider.pairwise_tokens(name, host).await);
    }
    all.push(provider.tokens("a").await);
    let mut said = Vec::new();
    for tokens in all {
        let claims = provider.id_token(&tokens).await;
        assert!(claims["sid"].is_string(), "{claims}");
        said.push((tokens, claims["sub"].clone(), claims["sid"].clone()));
    }
    said
}

#[tokio::test]
async fn neither_sub_nor_sid_tells_two_sectors_that_it_is_the_same_person() {
    let provider = with_pairwise().await;
    let said = signed_in(&provider).await;
    let [p, beside, q, public] = &said[..] else { panic!("four clients") };
    assert_eq!((&p.1, &p.2), (&beside.1, &beside.2));
    for (one, other) in [(p, q), (p, public), (q, public)] {
        assert!(one.1 != other.1 && one.2 != other.2, "{one:?} {other:?}");
    }
    // The next sign-in is another one to each of them; who it is stays.
    provider.app.sign_in("alice", "2");
    for (before, after) in said.iter().zip(signed_in(&provider).await) {
        assert!(before.1 == after.1 && before.2 != after.2, "{before:?} {after:?}");
    }
}

// shows: OIDC-BACKCHANNEL-2.1-05, OIDC-BACKCHANNEL-2.1-07
#[tokio::test]
async fn each_client_is_told_the_sid_of_its_id_tokens() {
    let provider = with_pairwise().await;
    let said = signed_in(&provider).await;
    provider.assert_signed_out(&provider.end(&[("id_token_hint", hint(&said[0].0))]).await);
    provider.deliver().await;
    let posted = provider.hosts.posted();
    assert_eq!(posted.len(), said.len(), "{posted:?}");
    for ((name, host), (_, sub, sid)) in CLIENTS.iter().zip(&said) {
        let (_, body) = posted.iter().find(|(url, _)| *url == format!("https://{host}/{name}")).expect("a post");
        let (_, token) = provider.logout_token(body).await;
        assert_eq!((&token["sub"], &token["sid"]), (sub, sid), "{name}");
    }
}

/// Also in a browser in which nobody is signed in, where only the `sid` says which sign-in it is about.
#[tokio::test]
async fn an_id_token_leads_to_its_session_whatever_its_sid_looks_like() {
    for place in 0..=CLIENTS.len() {
        let provider = with_pairwise().await;
        let said = signed_in(&provider).await;
        provider.app.elsewhere();
        let asked: Answer = provider.end(&[("id_token_hint", hint(&said[place].0))]).await;
        assert!(asked.body.contains("Sign out?"), "{asked:?}");
        let cookie = asked.header("set-cookie").split(';').next().expect("a cookie").to_owned();
        let form = crate::common::html_form::Form::without_script(&asked.body);
        let fields: Vec<_> = form.inputs.iter().map(|(name, value)| (&**name, &**value)).collect();
        provider.assert_signed_out(&provider.post(&fields, &[("cookie", &cookie)]).await);
        for (tokens, ..) in &said {
            assert!(!provider.is_active(tokens).await, "{place}");
        }
    }
}

//! Clients of which nobody knows more than they said of themselves: people are asked each time, see a name that hides nothing, and are not
//! sent to them before they have signed in (RFC 9700 section 4.11.2).

use bytes::Bytes;
use grantor::testing::TestServer;
use grantor::{Approval, Authorization, Client, ClientBuilder, MemoryStore, ServesOAuth, SqliteStore};
use http::{Request, Response, header};

use crate::common::browser::Browser;
use crate::common::{CALLBACK, PKCE, REQUEST, form, subject, with};

fn app() -> ClientBuilder {
    Client::public("pub").redirect_uri(CALLBACK).scope("scope").name("Bank\u{202e}\u{200b} of\n Example")
}

async fn with_client(client: Client) -> TestServer<MemoryStore> {
    let server = TestServer::new().await;
    server.server.register_client(client).await.expect("registered");
    server
}

async fn authorize(server: &impl ServesOAuth, parameters: &[(&str, &str)]) -> Response<Bytes> {
    let request = Request::get(format!("/authorize?{}", form(parameters))).body(Bytes::new()).expect("a request");
    match server.authorize(request).await {
        Authorization::Respond(response) => response,
        Authorization::Interact(request) => panic!("the request is valid: {request:?}"),
    }
}

fn location(response: &Response<Bytes>) -> Option<&str> {
    Some(response.headers().get(header::LOCATION)?.to_str().expect("a URL"))
}

// shows: RFC9700-4.11.2-04
#[tokio::test]
async fn an_approval_has_to_say_that_the_person_was_asked() {
    for (client, approval, expected) in [
        (app().build(), Approval::by(subject("alice")), "code="),
        (app().build().map(Client::unvetted), Approval::by(subject("alice")), "error=consent_required"),
        (app().build().map(Client::unvetted), Approval::by(subject("alice")).consented(), "code="),
        (app().build().map(|client| client.unvetted().vetted()), Approval::by(subject("alice")), "code="),
    ] {
        let client = client.expect("a client");
        let is_vetted = client.is_vetted();
        let server = with_client(client).await;
        let request = Browser::default().request(&*server.server, &with(&REQUEST, &PKCE)).await;
        assert_eq!(request.client_is_vetted(), is_vetted);
        let answer = server.server.complete(request.approve(approval)).await;
        let location = location(&answer).expect("a redirect");
        assert!(location.starts_with(CALLBACK) && location.contains(expected), "{location}");
    }
}

#[tokio::test]
async fn the_name_that_is_shown_hides_nothing() {
    for (client, shown) in [
        (app(), "Bank of Example"),
        (app().name("\u{202e}\u{2066}"), "pub"),
        (app().name("x".repeat(2000)), &*format!("{}\u{2026}", "x".repeat(100))),
    ] {
        let server = with_client(client.build().expect("a client").unvetted()).await;
        let request = Browser::default().request(&*server.server, &with(&REQUEST, &PKCE)).await;
        assert_eq!((&*request.client_name(), request.redirect_host()), (shown, "ownauth.com"));
    }
}

// shows: RFC9700-4.11.2-01, RFC9700-4.11.2-02, RFC9700-4.11.2-03
#[tokio::test]
async fn what_is_not_valid_ends_on_a_page() {
    let vetted = with_client(app().build().expect("a client")).await;
    let unvetted = with_client(app().build().expect("a client").unvetted()).await;
    let invalid: [(&str, &str); 4] =
        [("scope", "other"), ("response_type", "token"), ("code_challenge", "short"), ("max_age", "x")];
    for changed in invalid {
        for mode in [("response_mode", "query"), ("response_mode", "fragment"), ("response_mode", "form_post")] {
            let parameters = with(&with(&REQUEST, &PKCE), &[changed, mode]);
            let (sent, shown) = (authorize(&*vetted.server, &parameters).await, authorize(&*unvetted.server, &parameters).await);
            assert!(location(&sent).is_some() || mode.1 == "form_post", "{changed:?}");
            assert_eq!((shown.status().as_u16(), location(&shown)), (400, None), "{changed:?} {mode:?}");
            let page = std::str::from_utf8(shown.body()).expect("text");
            assert!(!page.contains("ownauth.com") && !page.contains("<form"), "{page}");
        }
    }
    // Whoever was shown who asks may be sent there, and so may an answer to a request that shows nothing.
    let request = Browser::default().request(&*unvetted.server, &with(&REQUEST, &PKCE)).await;
    let denied = unvetted.server.complete(request.deny()).await;
    assert!(location(&denied).is_some_and(|location| location.contains("error=access_denied")), "{denied:?}");
}

#[tokio::test]
async fn stores_keep_that_nobody_looked_at_it() {
    let directory = tempfile::tempdir().expect("a directory");
    let server = TestServer::on(SqliteStore::open(directory.path().join("auth.db")).expect("a store")).await;
    for client in [app().build().expect("a client").unvetted(), app().build().expect("a client")] {
        let is_vetted = client.is_vetted();
        server.server.register_client(client).await.expect("registered");
        let request = Browser::default().request(&*server.server, &with(&REQUEST, &PKCE)).await;
        assert_eq!(request.client_is_vetted(), is_vetted);
    }
}

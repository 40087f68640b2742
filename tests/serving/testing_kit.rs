//! The kit for tests of programs that use the library: each of its assertions fails where it has to, and its client walks each flow.

use std::sync::Arc;

use bytes::Bytes;
use grantor::testing::{
    Answer, Browser, FailingStore, Fault, ManualClock, TestClient, TestServer, TestTokens, assert_active, assert_dead, issue_to,
};
use grantor::{
    Approval, AuthorizationRequest, AuthorizationServer, Client, ClientCredentials, ClientSecret, Decision, Development,
    Endpoints, ErasedServer, Granted, Implicit, Interaction, LocalVerifier, MemoryStore, Password, Rfc6749, Scope, StoreError,
    Subject, Timestamp, Token, issuer,
};
use http::{HeaderMap, Request};

fn alice() -> Subject {
    Subject::new("alice").expect("a name")
}

fn scope(text: &str) -> Scope {
    Scope::parse(text).expect("a scope")
}

#[tokio::test]
async fn a_server_in_a_line_serves_each_of_its_clients() {
    let server = TestServer::new().await;
    let tokens = server.app().scope("read write").tokens(Approval::by(alice())).await;
    assert_eq!(tokens.scope, "read write");
    assert_eq!(server.api().introspect(&tokens.access_token).await.member("sub"), "alice");
    let refreshed = TestTokens::of(&server.app().refresh(tokens.refresh_token()).await);
    server.app().revoke(&refreshed.access_token).await.assert_status(200);
    assert_eq!(server.api().introspect(&refreshed.access_token).await.json()["active"], false);
    let own = server.service().scope("write").client_credentials().await;
    assert_eq!((own.member("scope"), own.json().get("refresh_token")), ("write".to_owned(), None));
    server.clock.advance(14 * 24 * 60 * 60);
    server.app().refresh(refreshed.refresh_token()).await.assert_error(400, "invalid_grant");
}

#[tokio::test]
async fn a_token_without_a_flow_is_as_one_with() {
    let server = TestServer::new().await;
    let granted = Granted::to(alice(), scope("read")).username("Alice").audience(["https://api.example.com"]);
    let issued = issue_to(&server.server, "app", granted).await;
    let verifier =
        LocalVerifier::new(server.server.storage().clone(), server.server.issuer().clone()).clock(server.clock.clone());
    let claims = assert_active(&verifier, issued.access_token()).await;
    assert_eq!((claims.person(), claims.username(), claims.client_id()), (Some("alice"), Some("Alice"), Some("app")));
    assert!(claims.has_audience("https://api.example.com"));
    assert_eq!(server.server.authorizations(&alice()).await.expect("a list").len(), 1);
    // Its refresh token is good, and ends it.
    server.app().refresh(issued.refresh_token().expect("a refresh token")).await.assert_ok();
    assert_dead(&verifier, issued.access_token()).await;
    // One for the client itself has none.
    assert!(issue_to(&server.server, "service", Granted::to_client(scope("read"))).await.refresh_token().is_none());
}

#[tokio::test]
#[should_panic(expected = "no client `nobody` is registered")]
async fn a_token_for_nobody_is_a_mistake() {
    issue_to(&TestServer::new().await.server, "nobody", Granted::to_client(scope("read"))).await;
}

#[tokio::test]
#[should_panic(expected = "the access token is good")]
async fn a_live_token_is_not_dead() {
    let server = TestServer::new().await;
    let issued = issue_to(&server.server, "app", Granted::to(alice(), scope("read"))).await;
    let verifier = LocalVerifier::new(server.server.storage().clone(), server.server.issuer().clone()).clock(server.clock);
    assert_dead(&verifier, issued.access_token()).await;
}

/// Approves for whoever the cookie names.
struct Sessions;

impl<Sv: Sync> Interaction<Sv> for Sessions {
    async fn decide(&self, _: &Sv, http: &Request<Bytes>, request: AuthorizationRequest) -> Decision {
        let name =
            http.headers().get("cookie").and_then(|value| value.to_str().ok()).and_then(|text| text.strip_prefix("person="));
        match name.and_then(|name| Subject::new(name).ok()) {
            Some(person) => request.approve(Approval::by(person)),
            None => request.deny(),
        }
    }
}

#[tokio::test]
async fn the_application_decides_about_what_the_client_sends() {
    let server = TestServer::new().await;
    let headers = HeaderMap::from_iter([(http::header::COOKIE, "person=bob".parse().expect("a header"))]);
    let answer = server.app().authorize_by(&Sessions, headers).await;
    let tokens = TestTokens::of(&server.app().redeem(&answer.code()).await);
    assert_eq!(server.api().introspect(&tokens.access_token).await.member("sub"), "bob");
    server.app().authorize_by(&Sessions, HeaderMap::new()).await.assert_redirected_error("access_denied");
    // What is not valid reaches nobody.
    let refused = server.app().authorize(&[("response_type", "token")], |_| panic!("nobody is asked")).await;
    refused.assert_redirected_error("unsupported_response_type");
    server.app().authorize(&[("client_id", "nobody")], |_| panic!("nobody is asked")).await.assert_status(400);
}

#[tokio::test]
async fn a_browser_comes_back_with_its_cookie_and_another_does_not() {
    let server = TestServer::new().await;
    let (mut browser, other) = (Browser::default(), Browser::default());
    let handle = browser.begin_with(&*server.server, &server.app().request()).await;
    assert!(other.resume(&*server.server, &handle).await.is_err());
    let request = browser.resume(&*server.server, &handle).await.expect("the request");
    let answer = server.app().decided(request.approve(Approval::by(alice()))).await;
    server.app().redeem(&answer.code()).await.assert_ok();
}

/// Knows one password.
#[derive(Clone, Copy)]
struct OneUser;

impl grantor::ResourceOwnerAuthenticator for OneUser {
    async fn authenticate(&self, username: &str, password: &str) -> Result<Option<Subject>, StoreError> {
        Ok((username == "alice" && password == "secret").then(alice))
    }
}

/// A server with paths of its own, below a path, without its type; and flows of RFC 6749.
#[tokio::test]
async fn a_client_finds_the_endpoints_wherever_they_are() {
    let clock = ManualClock::new(Timestamp::from_unix(1_700_000_000));
    let server = AuthorizationServer::builder()
        .profile(Development::<Rfc6749>::new())
        .issuer(issuer!("https://example.com/tenant"))
        .storage(MemoryStore::new())
        .clock(clock)
        .endpoints(Endpoints::new().token("/t").expect("a path").authorization("/a").expect("a path"))
        .grant(Password::new(OneUser))
        .grant(ClientCredentials::new())
        .grant(Implicit::new())
        .response_type(Token)
        .build();
    let secret = ClientSecret::generate();
    let client = Client::confidential("a client: with a colon", &secret).redirect_uri("https://app.example.com/").scope("read");
    let client = client.grant_types(["password", "client_credentials", "implicit"]).response_types(["token"]);
    server.register_client(client.build().expect("a client")).await.expect("a registration");
    let server = ErasedServer::new(server);

    let client = TestClient::confidential(&server, "a client: with a colon", secret.expose()).scope("read");
    client.client_credentials().await.assert_ok();
    client.password("alice", "secret").await.assert_ok();
    client.password("alice", "wrong").await.assert_error(400, "invalid_grant");
    let none = [("response_type", "token"), ("code_challenge", ""), ("code_challenge_method", "")];
    let answer = client.authorize(&none, |request| request.approve(Approval::by(alice()))).await;
    assert!(answer.redirected().contains_key("access_token"), "{answer:?}");
    let wrong = TestClient::confidential(&server, "a client: with a colon", "wrong");
    wrong.client_credentials().await.assert_error(401, "invalid_client");
}

#[tokio::test]
async fn a_store_fails_when_and_how_it_is_told_to() {
    let store = Arc::new(FailingStore::default());
    let server = TestServer::on(store.clone()).await;
    let ask = async || server.service().client_credentials().await;
    // The client is looked up, then a family begins.
    store.hook.after(1, Fault::Failed);
    ask().await.assert_error(500, "server_error");
    assert!(store.hook.disarm());
    ask().await.assert_ok();
    store.hook.after(2, Fault::Failed);
    ask().await.assert_ok();
    assert!(!store.hook.disarm(), "nobody came so far");
    store.hook.at("begin_family", Fault::Unavailable);
    for _ in 0..2 {
        ask().await.assert_error(503, "temporarily_unavailable");
    }
    server.api().introspect("no token").await.assert_ok();
    store.hook.always(Fault::Failed);
    server.api().introspect("no token").await.assert_error(500, "server_error");
    store.hook.heal();
    ask().await.assert_ok();

    // The step happened, and nobody heard of it.
    let tokens = server.app().tokens(Approval::by(alice())).await;
    store.hook.at("rotate_refresh_token", Fault::AnswerLost);
    server.app().refresh(tokens.refresh_token()).await.assert_error(500, "server_error");
    store.hook.heal();
    server.app().refresh(tokens.refresh_token()).await.assert_ok();
    assert_eq!(server.api().introspect(&tokens.access_token).await.json()["active"], false);
}

#[test]
fn an_assertion_that_does_not_hold_shows_what_came_back() {
    let answer = |status: u16, body: &str| {
        let response = http::Response::builder().status(status).header("content-type", "application/json");
        Answer::from(response.body(body.to_owned()).expect("a response"))
    };
    let said = |assertion: fn(&Answer), answer: Answer| {
        let panic = std::panic::catch_unwind(move || assertion(&answer)).expect_err("it does not hold");
        panic.downcast_ref::<String>().cloned().unwrap_or_default()
    };
    for (assertion, answer) in [
        ((|it| it.assert_ok()) as fn(&Answer), answer(500, "what came back")),
        (|it| it.assert_error(400, "invalid_grant"), answer(400, r#"{"error":"invalid_request","what came back":1}"#)),
        (|it| it.assert_status(400), answer(401, "what came back")),
        (|it| it.assert_challenge("invalid_token"), answer(401, "what came back")),
        (|it| it.assert_redirected_error("access_denied"), answer(200, "what came back")),
        (|it| drop(it.code()), answer(200, "what came back")),
        (|it| drop(TestTokens::of(it)), answer(400, "what came back")),
    ] {
        assert!(said(assertion, answer.clone()).contains("what came back"), "{answer:?}");
    }
}

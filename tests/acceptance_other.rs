//! The acceptance cases of introspection and revocation, and those that concern every endpoint, named by their ids.

mod common;

use common::SentBack as _;
use common::captured_log::CapturedLog;
use common::moody_store::Mood;
use common::{
    Approves, CALLBACK, PKCE, Peer, REQUEST, SECRET, VERIFIER, basic, fixture, form, lacking, moody_fixture, redemption,
    refreshing, with,
};
use grantor::{
    AuthorizationCode, AuthorizationServer, Client, Code, Development, Introspection, ManualClock, MemoryStore, Password,
    RefreshToken, ResourceOwnerAuthenticator, Revocation, Rfc6749, StoreError, Subject, issuer,
};
use http::{HeaderValue, Request, header};
use serde_json::json;

/// All hints: none, right, wrong, unknown.
const HINTS: [&str; 4] = ["", "access_token", "refresh_token", "saml2"];

// shows: RFC7662-2.2-02
#[tokio::test]
async fn b51_an_unknown_token_is_inactive_and_nothing_else_is_said() {
    let peer = fixture().await;
    for token in ["unknown", "\u{e9}", " "] {
        assert_eq!(peer.introspect(token).await, json!({"active": false}));
    }
}

// shows: RFC7662-2.1-04
#[tokio::test]
async fn b52_n19_a_live_token_of_either_kind_is_active_whatever_the_hint() {
    let peer = fixture().await;
    let (access_token, refresh_token) = peer.tokens().await;
    for token in [&access_token, &refresh_token] {
        for hint in HINTS {
            let request = [("token", &**token), ("token_type_hint", hint)];
            let answer = peer.post("/introspect", Some(&basic("rs", SECRET)), &request).await;
            answer.assert_ok();
            let claims = answer.json();
            assert_eq!((&claims["active"], &claims["scope"]), (&json!(true), &json!("scope read write")), "{hint}");
            assert_eq!((&claims["client_id"], &claims["sub"]), (&json!("pub"), &json!("username")));
        }
    }
}

#[tokio::test]
async fn b53_an_access_token_is_inactive_after_the_rotation() {
    let peer = fixture().await;
    let (access_token, refresh_token) = peer.tokens().await;
    peer.refresh(&refresh_token).await.assert_ok();
    assert_eq!(peer.introspect(&access_token).await, json!({"active": false}));
}

#[tokio::test]
async fn b54_b58_introspection_and_revocation_need_the_right_secret() {
    let peer = fixture().await;
    let (access_token, _) = peer.tokens().await;
    let request = [("token", &*access_token)];
    for path in ["/introspect", "/revoke"] {
        for credentials in [basic("conf", "wrong"), basic("nobody", SECRET), basic("pub", SECRET)] {
            peer.post(path, Some(&credentials), &request).await.assert_error(401, "invalid_client");
        }
        peer.post(path, None, &request).await.assert_error(401, "invalid_client");
        peer.post(path, None, &with(&request, &[("client_id", "conf")])).await.assert_error(401, "invalid_client");
    }
    // A public client proves nothing, so it may not introspect.
    peer.post("/introspect", None, &with(&request, &[("client_id", "pub")])).await.assert_error(401, "invalid_client");
    assert!(peer.is_active(&access_token).await);
}

// shows: RFC7009-2.1-08
#[tokio::test]
async fn b55_b57_n20_n21_revoking_a_refresh_token_ends_its_access_tokens_whatever_the_hint() {
    let peer = fixture().await;
    for hint in HINTS {
        let (access_token, refresh_token) = peer.tokens().await;
        let request = [("token", &*refresh_token), ("token_type_hint", hint), ("client_id", "pub")];
        assert_eq!(peer.post("/revoke", None, &request).await.status, 200);
        assert!(!peer.is_active(&refresh_token).await && !peer.is_active(&access_token).await, "{hint}");
        peer.refresh(&refresh_token).await.assert_error(400, "invalid_grant");
        assert_eq!(peer.post("/revoke", None, &request).await.status, 200);
    }
}

// shows: RFC7009-2.1-09
#[tokio::test]
async fn b56_revoking_an_access_token_leaves_its_refresh_token() {
    let peer = fixture().await;
    for hint in HINTS {
        let (access_token, refresh_token) = peer.tokens().await;
        let request = [("token", &*access_token), ("token_type_hint", hint), ("client_id", "pub")];
        assert_eq!(peer.post("/revoke", None, &request).await.status, 200);
        assert!(!peer.is_active(&access_token).await && peer.is_active(&refresh_token).await, "{hint}");
    }
}

/// Every endpoint that programs call, with a request that would succeed.
fn direct_requests<'a>(refresh_token: &'a str) -> [(&'static str, Option<String>, common::Pairs<'a>); 3] {
    let token = vec![("token", refresh_token)];
    [
        ("/introspect", Some(basic("rs", SECRET)), token.clone()),
        ("/token", None, refreshing(refresh_token).to_vec()),
        ("/revoke", None, with(&token, &[("client_id", "pub")])),
    ]
}

// shows: RFC6749-4.1.2.1-09
#[tokio::test]
async fn b59_a_server_that_is_switched_off_says_so_everywhere() {
    let peer = fixture().await;
    let (_, refresh_token) = peer.tokens().await;
    peer.server.set_available(false);
    for (path, credentials, request) in direct_requests(&refresh_token) {
        let answer = peer.post(path, credentials.as_deref(), &request).await;
        answer.assert_error(503, "temporarily_unavailable");
        assert!(answer.header("retry-after").parse::<u32>().is_ok(), "{answer:?}");
    }
    peer.authorize(&REQUEST).await.assert_query_error("temporarily_unavailable");
    peer.server.set_available(true);
    peer.refresh(&refresh_token).await.assert_ok();
}

// shows: RFC6749-4.1.2.1-09
#[tokio::test]
async fn b60_a_storage_that_fails_is_500_or_503_or_a_redirect_once_the_target_is_known() {
    let peer = moody_fixture().await;
    let (_, refresh_token) = peer.tokens().await;
    for (mood, status, error) in [
        (Mood::TokensFail, 500, "server_error"),
        (Mood::TokensUnavailable, 503, "temporarily_unavailable"),
        (Mood::ClientsFail, 500, "server_error"),
    ] {
        peer.server.storage().hook.set(mood);
        for (path, credentials, request) in direct_requests(&refresh_token) {
            let answer = peer.post(path, credentials.as_deref(), &request).await;
            answer.assert_error(status, error);
            assert!(!answer.body.contains("driver"), "{answer:?}");
        }
        let answer = peer.authorize(&REQUEST).await;
        if mood == Mood::ClientsFail {
            answer.assert_page(status)
        } else {
            answer.assert_query_error(error)
        }
        assert!(!answer.location().contains("driver") && !answer.body.contains("driver"), "{answer:?}");
    }
    // Nothing was half done.
    peer.server.storage().hook.set(Mood::Sound);
    peer.refresh(&refresh_token).await.assert_ok();
}

// shows: RFC6749-3.1-09
#[tokio::test]
async fn n17_unknown_parameters_are_ignored() {
    let peer = fixture().await;
    let unknown = [("foo", "1"), ("prompt", "none"), ("foo", "2"), ("nonce", "x")];
    let code = peer.code_for(&[&REQUEST[..], &PKCE, &unknown].concat()).await;
    peer.token(&[&redemption(&code)[..], &unknown].concat()).await.assert_ok();
}

#[tokio::test]
async fn n18_a_repeated_parameter_is_invalid_request() {
    let peer = fixture().await;
    let repeated = |base: &[(&'static str, &'static str)], name| [base, &[(name, "x")]].concat();
    peer.authorize(&repeated(&REQUEST, "scope")).await.assert_query_error("invalid_request");
    peer.token(&repeated(&refreshing("x"), "refresh_token")).await.assert_error(400, "invalid_request");
}

#[tokio::test]
async fn n22_a_refresh_token_outlives_the_access_token_at_introspection() {
    let peer = fixture().await;
    let (access_token, refresh_token) = peer.tokens().await;
    peer.clock.advance(grantor::AccessTokenLifetime::DEFAULT.as_secs());
    assert!(!peer.is_active(&access_token).await && peer.is_active(&refresh_token).await);
    peer.refresh(&refresh_token).await.assert_ok();
}

#[tokio::test]
async fn n23_introspection_and_revocation_without_a_token_are_invalid_request() {
    let peer = fixture().await;
    for request in lacking(&[("token", "x")], "token") {
        for path in ["/introspect", "/revoke"] {
            peer.post(path, Some(&basic("conf", SECRET)), &request).await.assert_error(400, "invalid_request");
        }
    }
}

// shows: RFC6749-5.2-12
#[tokio::test]
async fn n29_the_description_is_a_member_of_its_registered_name() {
    let peer = fixture().await;
    let answer = peer.refresh("unknown").await;
    let members: Vec<_> = answer.json().as_object().expect("an object").keys().cloned().collect();
    assert_eq!(members, ["error", "error_description"]);
}

#[tokio::test]
async fn n30_a_header_set_on_one_response_is_not_in_the_next() {
    let Peer { server, .. } = fixture().await;
    let request = || {
        let builder = Request::post("/token").header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        builder.body(form(&refreshing("x")).into()).expect("a request")
    };
    let mut first = server.token().handle(request()).await;
    let untouched = first.headers().clone();
    first.headers_mut().insert(header::SET_COOKIE, HeaderValue::from_static("session=1"));
    assert_eq!(*server.token().handle(request()).await.headers(), untouched);
}

/// No store of this library is told which client asks, so none filters: it is the library that refuses.
// shows: RFC6749-6-07, RFC6749-10.4-05
#[tokio::test]
async fn n31_a_token_of_one_client_is_nothing_to_another() {
    let peer = fixture().await;
    let (access_token, refresh_token) = peer.tokens().await;
    let other = basic("other", SECRET);
    let request = [("grant_type", "refresh_token"), ("refresh_token", &*refresh_token)];
    peer.post("/token", Some(&other), &request).await.assert_error(400, "invalid_grant");
    for token in [&*access_token, &*refresh_token] {
        let answer = peer.post("/introspect", Some(&other), &[("token", token)]).await;
        assert_eq!((answer.status.as_u16(), &*answer.body), (200, r#"{"active":false}"#));
        peer.post("/revoke", Some(&other), &[("token", token)]).await.assert_error(400, "invalid_grant");
        assert!(peer.is_active(token).await);
    }
    peer.refresh(&refresh_token).await.assert_ok();
}

const PASSWORD: &str = "correct-horse-battery-staple";

/// Knows one resource owner, whose password is not a word of the protocol.
struct Alice;

impl ResourceOwnerAuthenticator for Alice {
    async fn authenticate(&self, username: &str, password: &str) -> Result<Option<Subject>, StoreError> {
        Ok((username == "alice" && password == PASSWORD).then(|| common::subject("alice")))
    }
}

// shows: RFC6749-10.3-01, RFC6749-10.4-02
#[tokio::test]
async fn n32_no_secret_is_in_the_log_at_any_level() {
    let log = CapturedLog::begin();
    let clock = ManualClock::new(common::START);
    let server = AuthorizationServer::builder()
        .profile(Development::<Rfc6749>::new())
        .issuer(issuer!("https://as.example.com"))
        .storage(MemoryStore::new())
        .clock(clock.clone())
        .grant(AuthorizationCode::new())
        .grant(RefreshToken::new())
        .grant(Password::new(Alice))
        .response_type(Code)
        .enable(Introspection::new())
        .enable(Revocation::new())
        .build();
    let secret = grantor::ClientSecret::generate();
    let short = grantor::ClientSecret::parse("short-secret-of-a-person").expect("a secret");
    for (id, secret) in [("app", &secret), ("old", &short)] {
        let client = Client::confidential(id, secret).redirect_uri(CALLBACK).scope("scope");
        let client = client.grant_types(["authorization_code", "refresh_token", "password"]).build().expect("a client");
        server.register_client(client).await.expect("a registration");
    }
    let peer = Peer::new(server, Approves, clock);
    let (app, state) = (basic("app", secret.expose()), "a-state-of-the-client");
    let mut secrets: Vec<String> =
        [secret.expose(), short.expose(), &app["Basic ".len()..], state, VERIFIER, PASSWORD].map(str::to_owned).into();
    let wrong_secret = "wrong-secret-that-is-nearly-right";

    let code = peer.code_for(&[&with(&REQUEST, &[("client_id", "app"), ("state", state)])[..], &PKCE].concat()).await;
    let post = async |path, request: &[(&str, &str)]| peer.post(path, Some(&app), request).await;
    let redemption: Vec<_> = redemption(&code).into_iter().filter(|(name, _)| *name != "client_id").collect();
    let wrong_verifier = "wrong-verifier-wrong-verifier-wrong-verifier";
    post("/token", &with(&redemption, &[("code_verifier", wrong_verifier)])).await.assert_error(400, "invalid_grant");
    let tokens = post("/token", &redemption).await;
    let refresh = |token| [("grant_type", "refresh_token"), ("refresh_token", token)];
    let refresh_token = tokens.member("refresh_token");
    let refreshed = post("/token", &refresh(&refresh_token)).await;
    let retried = post("/token", &refresh(&refresh_token)).await;
    let password = [("grant_type", "password"), ("username", "alice"), ("password", PASSWORD)];
    let owner = post("/token", &password).await;
    for answer in [&tokens, &refreshed, &retried, &owner] {
        secrets.extend([answer.member("access_token"), answer.member("refresh_token")]);
    }
    for answer in [&tokens, &refreshed] {
        post("/introspect", &[("token", &answer.member("access_token"))]).await.assert_ok();
    }
    assert_eq!(post("/revoke", &[("token", &owner.member("access_token"))]).await.status, 200);
    // What cannot be an identifier may be anything, of any length.
    let misplaced = "a-secret-in-the-place-of-the-identifier\u{1}".repeat(10);
    peer.token(&[("grant_type", "password"), ("client_id", &misplaced)]).await.assert_error(401, "invalid_client");
    secrets.push("a-secret-in-the-place".to_owned());
    // Failures, and replays last.
    post("/token", &with(&password, &[("password", "wrong-password")])).await.assert_error(400, "invalid_grant");
    post("/token", &refresh("unknown-refresh-token")).await.assert_error(400, "invalid_grant");
    post("/token", &with(&password, &[("scope", "no\"scope")])).await.assert_error(400, "invalid_scope");
    for (id, secret) in [("app", wrong_secret), ("old", wrong_secret), ("old", short.expose()), ("nobody", wrong_secret)] {
        let answer = peer.post("/token", Some(&basic(id, secret)), &redemption).await;
        assert_ne!(answer.status, 200);
        let body = [("client_id", id), ("client_secret", secret), ("token", "unknown-token")];
        peer.post("/revoke", None, &body).await;
    }
    peer.post("/token", Some("Basic not-base64-at-all"), &redemption).await.assert_error(401, "invalid_client");
    let refused = with(&REQUEST, &[("client_id", "app"), ("state", state), ("scope", "unknown")]);
    assert_eq!(peer.authorize(&[&refused[..], &PKCE].concat()).await.query()["error"], "invalid_scope");
    post("/token", &redemption).await.assert_error(400, "invalid_grant");
    post("/token", &refresh(&refresh_token)).await.assert_error(400, "invalid_grant");

    let wrong = ["wrong-password", "unknown-refresh-token", "unknown-token", "not-base64-at-all", wrong_secret, wrong_verifier];
    secrets.extend([code].into_iter().chain(wrong.map(str::to_owned)));
    let text = log.text();
    assert!(!text.is_empty());
    for secret in secrets {
        assert!(!text.contains(&secret), "{secret} is in the log:\n{text}");
    }
}

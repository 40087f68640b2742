//! The token endpoint beyond the acceptance cases: what each grant refuses and accepts, lifetimes to the second, the retry
//! window, the form of requests, a storage that fails, and callers that go away.

use std::collections::HashSet;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use grantor::testing::Hooked;
use grantor::testing::{FailingStore, Fault, Faults};
use grantor::{
    AccessTokenLifetime, AuthorizationCode, AuthorizationServer, Client, ClientCredentials, ClientSecret, Code, CodeLifetime,
    Development, Grant, Granted, Interaction, Introspection, ManualClock, MemoryStore, OAuthError, Password, RefreshToken,
    RefreshTokenLifetime, Rfc6749, Scope, ServesOAuth, StoreError, TokenContext, Yes, issuer, lifetime,
};
use http::{Request, header};

use crate::common::yielding::{Yielding, YieldingStore, poll_at_most};
use crate::common::{
    self, Answer, Approves, CALLBACK, Legacy, OneUser, PKCE, Peer, REQUEST, SECRET, START, basic, fixture, fixture_with_window,
    form, legacy_server_on, moody_fixture, redemption, refreshing, register_fixture_clients, subject, with,
};

const CLIENT_CREDENTIALS: [(&str, &str); 1] = [("grant_type", "client_credentials")];
const PASSWORD: [(&str, &str); 3] = [("grant_type", "password"), ("username", "username"), ("password", "password")];

// ---- authorization codes -------------------------------------------------------------------------------------------------

// shows: RFC6749-4.1.2-06
#[tokio::test]
async fn a_replay_kills_the_tokens_only_if_everything_about_it_is_right() {
    let peer = fixture().await;
    let code = peer.code("pub").await;
    let answer = peer.redeem(&code).await;
    let tokens = [answer.member("access_token"), answer.member("refresh_token")];
    let verifier = "x".repeat(43);
    for wrong in [("redirect_uri", "https://ownauth.com/other"), ("redirect_uri", ""), ("code_verifier", &verifier)] {
        peer.token(&with(&redemption(&code), &[wrong])).await.assert_error(400, "invalid_grant");
    }
    let foreign = with(&redemption(&code), &[("client_id", "conf"), ("client_secret", SECRET)]);
    peer.token(&foreign).await.assert_error(400, "invalid_grant");
    for token in &tokens {
        assert!(peer.is_active(token).await);
    }
    peer.redeem(&code).await.assert_error(400, "invalid_grant");
    for token in &tokens {
        assert!(!peer.is_active(token).await);
    }
}

// shows: RFC6749-4.1.2-07, RFC6749-4.1.3-07, RFC6749-4.1.3-09, RFC6749-5.2-05, RFC6749-10.5-06
#[tokio::test]
async fn a_code_is_good_for_its_client_alone_and_survives_the_attempts_of_others() {
    let peer = fixture().await;
    for (owner, others) in [("pub", ["conf", "other"]), ("conf", ["pub", "other"])] {
        let code = peer.code(owner).await;
        let by = |client| {
            let request = with(&redemption(&code), &[("client_id", client)]);
            if client == "pub" { request } else { with(&request, &[("client_secret", SECRET)]) }
        };
        for other in others {
            peer.token(&by(other)).await.assert_error(400, "invalid_grant");
        }
        if owner == "conf" {
            // The identifier alone is no authentication (RFC 6749 section 2.2).
            let unauthenticated = with(&redemption(&code), &[("client_id", "conf")]);
            peer.token(&unauthenticated).await.assert_error(401, "invalid_client");
        }
        peer.token(&by(owner)).await.assert_ok();
    }
}

#[tokio::test]
async fn a_redeemed_code_is_recognised_until_the_last_token_has_expired() {
    let peer = fixture().await;
    let code = peer.code("pub").await;
    let refresh_token = peer.redeem(&code).await.member("refresh_token");
    peer.clock.advance(RefreshTokenLifetime::DEFAULT.as_secs() - 1);
    let successor = peer.refresh(&refresh_token).await.member("refresh_token");
    peer.clock.advance(RefreshTokenLifetime::DEFAULT.as_secs() - 1);
    peer.redeem(&code).await.assert_error(400, "invalid_grant");
    assert!(!peer.is_active(&successor).await);
}

// ---- lifetimes -----------------------------------------------------------------------------------------------------------

/// Grants 45 seconds, whatever server and client say.
struct Short;

grantor::extension_grant!(Short = "urn:example:short", refresh_tokens: Yes);

impl<S: grantor::AccessTokenStore> Grant<S> for Short {
    async fn decide(&self, cx: &TokenContext<'_, S>) -> Result<Granted, OAuthError> {
        let granted = Granted::to(subject("username"), cx.scope()?);
        Ok(granted.access_token_lifetime(lifetime!(AccessTokenLifetime, 45)))
    }
}

/// Grants something to the client itself, for which there is no refresh token, though the grant could issue some.
struct ForItself;

grantor::extension_grant!(ForItself = "urn:example:itself", refresh_tokens: Yes);

impl<S: grantor::AccessTokenStore> Grant<S> for ForItself {
    async fn decide(&self, cx: &TokenContext<'_, S>) -> Result<Granted, OAuthError> {
        Ok(Granted::to_client(cx.scope()?))
    }
}

/// A server with lifetimes of its own, and the clients `plain`, `own` (with lifetimes of its own), `once` (without the refresh
/// token grant) and `rs`.
async fn server_with_lifetimes() -> Peer<impl ServesOAuth> {
    let clock = ManualClock::new(START);
    let server = AuthorizationServer::builder()
        .profile(Development::<Rfc6749>::new())
        .issuer(issuer!("https://as.example.com"))
        .storage(MemoryStore::new())
        .clock(clock.clone())
        .access_token_lifetime(lifetime!(AccessTokenLifetime, 120))
        .grant(AuthorizationCode::new().code_lifetime(lifetime!(CodeLifetime, 7)))
        .grant(RefreshToken::new().lifetime(lifetime!(RefreshTokenLifetime, 1_000)))
        .grant(Password::new(OneUser))
        .grant(Short)
        .grant(ForItself)
        .response_type(Code)
        .enable(Introspection::new())
        .build();
    let base = |id: &str| Client::public(id).redirect_uri(CALLBACK).scope("scope read write").response_types(["code"]);
    let grants = ["authorization_code", "password", "urn:example:short", "urn:example:itself", "refresh_token"];
    let own = base("own").access_token_lifetime(lifetime!(AccessTokenLifetime, 30));
    let own = own.refresh_token_lifetime(lifetime!(RefreshTokenLifetime, 500));
    let secret = ClientSecret::parse(SECRET).expect("a secret");
    let rs = Client::confidential("rs", &secret).grant_types::<String>([]).introspects_any_token();
    for client in [base("plain").grant_types(grants), own.grant_types(grants), base("once").grant_types(grants[..4].to_vec()), rs]
    {
        server.register_client(client.build().expect("a client")).await.expect("a registration");
    }
    Peer::new(server, Approves, clock)
}

// shows: RFC6749-5.1-04, RFC6750-5.2-10, RFC9700-4.14.2-07
#[tokio::test]
async fn a_token_lives_as_long_as_its_grant_says_else_its_client_else_the_server_to_the_second() {
    let short = [("grant_type", "urn:example:short")];
    for (client, request, access, refresh) in [
        ("plain", &PASSWORD[..], 120, 1_000),
        ("own", &PASSWORD, 30, 500),
        ("plain", &short, 45, 1_000),
        ("own", &short, 45, 500),
    ] {
        let peer = server_with_lifetimes().await;
        let mut answer = peer.token(&with(request, &[("client_id", client)])).await;
        // The same after a refresh.
        for round in ["issued", "refreshed"] {
            let what = format!("{client} {request:?} {round}");
            let json = answer.json();
            assert_eq!((json["expires_in"].as_u64(), json["refresh_token_expires_in"].as_u64()), (Some(access), Some(refresh)));
            let (token, successor) = (answer.member("access_token"), answer.member("refresh_token"));
            let claims = peer.introspect(&token).await;
            assert_eq!(claims["exp"].as_u64(), claims["iat"].as_u64().map(|iat| iat + access), "{what}");
            peer.clock.advance(access - 1);
            assert!(peer.is_active(&token).await, "{what}");
            peer.clock.advance(1);
            assert!(!peer.is_active(&token).await, "{what}");
            peer.clock.advance(refresh - access - 1);
            assert!(peer.is_active(&successor).await, "{what}");
            answer = peer.token(&with(&refreshing(&successor), &[("client_id", client)])).await;
        }
        peer.clock.advance(refresh);
        let last = answer.member("refresh_token");
        peer.token(&with(&refreshing(&last), &[("client_id", client)])).await.assert_error(400, "invalid_grant");
    }
}

// shows: RFC6749-4.1.2-02
#[tokio::test]
async fn a_code_expires_at_the_second_that_the_grant_says() {
    let peer = server_with_lifetimes().await;
    for (age, good) in [(6, true), (7, false)] {
        let code = peer.code("plain").await;
        peer.clock.advance(age);
        let answer = peer.token(&with(&redemption(&code), &[("client_id", "plain")])).await;
        if good { answer.assert_ok() } else { answer.assert_error(400, "invalid_grant") }
    }
}

/// Expiry is the library's business too: this store still finds what has expired.
#[tokio::test]
async fn what_has_expired_is_refused_although_the_store_finds_it() {
    let peer = moody_fixture().await;
    let (access_token, refresh_token) = peer.tokens().await;
    let code = peer.code("pub").await;
    peer.server.storage().hook.set(common::moody_store::Mood::TimeStandsStill(START));
    assert!(peer.is_active(&access_token).await);
    peer.clock.advance(CodeLifetime::DEFAULT.as_secs());
    peer.redeem(&code).await.assert_error(400, "invalid_grant");
    peer.clock.advance(AccessTokenLifetime::DEFAULT.as_secs() - CodeLifetime::DEFAULT.as_secs());
    assert!(!peer.is_active(&access_token).await && peer.is_active(&refresh_token).await);
    peer.clock.advance(RefreshTokenLifetime::DEFAULT.as_secs() - AccessTokenLifetime::DEFAULT.as_secs());
    peer.refresh(&refresh_token).await.assert_error(400, "invalid_grant");
    assert!(!peer.is_active(&refresh_token).await);
}

// ---- guessing ----------------------------------------------------------------------------------------------------------

/// RFC 6749 section 10.10: whoever guesses has to guess 256 bits, which stand behind the moment. Each of them is set in about half
/// of the samples, give or take six standard deviations: chance alone fails this test once in half a million runs.
// shows: RFC6749-10.3-03, RFC6749-10.4-07, RFC6749-10.10-01, RFC6749-10.10-02, RFC6749-10.10-03, RFC6750-5.2-01, RFC6750-5.2-02
// shows: RFC7636-4.4-02
#[tokio::test]
async fn every_bit_of_what_is_issued_is_random_but_for_the_moment() {
    const SAMPLES: usize = 400;
    let peer = fixture().await;
    let mut issued: [Vec<String>; 4] = Default::default();
    for _ in 0..SAMPLES {
        let code = peer.code("pub").await;
        let answer = peer.redeem(&code).await;
        let refreshed = peer.refresh(&answer.member("refresh_token")).await.member("refresh_token");
        let values = [code, answer.member("access_token"), answer.member("refresh_token"), refreshed];
        for (values, value) in issued.iter_mut().zip(values) {
            values.push(value);
        }
    }
    for values in issued {
        let bytes = values.iter().map(|value| URL_SAFE_NO_PAD.decode(value).expect("base64url"));
        let bytes: Vec<[u8; 35]> = bytes.map(|bytes| bytes.try_into().expect("a moment and 256 bits")).collect();
        assert!(bytes.iter().all(|value| value[..3] == bytes[0][..3]));
        for bit in 3 * 8..35 * 8 {
            let ones = bytes.iter().filter(|bytes| bytes[bit / 8] >> (bit % 8) & 1 == 1).count();
            assert!((SAMPLES / 2 - 60..=SAMPLES / 2 + 60).contains(&ones), "bit {bit}: {ones} of {SAMPLES}");
        }
    }
}

// ---- scope ---------------------------------------------------------------------------------------------------------------

// shows: RFC6749-3.3-02, RFC6749-3.3-03, RFC6749-4.4.2-02, RFC6749-5.1-08, RFC6749-10.3-05
#[tokio::test]
async fn without_a_scope_in_the_request_the_client_gets_its_default_and_is_told() {
    let peer = fixture().await;
    let secret = ClientSecret::parse(SECRET).expect("a secret");
    let job = |id: &str| Client::confidential(id, &secret).grant_types(["client_credentials"]);
    peer.register(job("all").scope("read write")).await;
    peer.register(job("some").scope("read write").default_scope("read")).await;
    peer.register(job("nothing").scope("read write").default_scope("")).await;
    peer.register(job("none")).await;
    for (client, requested, granted) in [
        ("all", None, Some("read write")),
        ("all", Some(""), Some("read write")),
        ("all", Some("write"), Some("write")),
        ("all", Some("write read write"), Some("write read")),
        ("some", None, Some("read")),
        ("some", Some("write"), Some("write")),
        ("nothing", None, None),
        ("nothing", Some("read"), Some("read")),
        ("none", None, None),
    ] {
        let requested: Vec<_> = requested.map(|scope| ("scope", scope)).into_iter().collect();
        let answer = peer.post("/token", Some(&basic(client, SECRET)), &with(&CLIENT_CREDENTIALS, &requested)).await;
        answer.assert_ok();
        assert_eq!(answer.json().get("scope").and_then(|scope| scope.as_str()), granted, "{client} {requested:?}");
        let claims = peer.introspect(&answer.member("access_token")).await;
        assert_eq!(claims.get("scope").and_then(|scope| scope.as_str()), granted, "{client} {requested:?}");
    }
    let beyond = with(&CLIENT_CREDENTIALS, &[("scope", "read")]);
    peer.post("/token", Some(&basic("none", SECRET)), &beyond).await.assert_error(400, "invalid_scope");
}

#[tokio::test]
async fn a_scope_that_the_server_does_not_know_is_not_in_a_default_and_cannot_be_asked_for() {
    let store = std::sync::Arc::new(MemoryStore::new());
    let build = |scopes: &str| {
        AuthorizationServer::builder()
            .profile(Development::<Rfc6749>::new())
            .issuer(issuer!("https://as.example.com"))
            .storage(store.clone())
            .scopes(Scope::parse(scopes).expect("a scope"))
            .grant(ClientCredentials::new())
            .build()
    };
    let secret = ClientSecret::parse(SECRET).expect("a secret");
    let client = Client::confidential("job", &secret).grant_types(["client_credentials"]).scope("read write");
    build("read write").register_client(client.build().expect("a client")).await.expect("a registration");
    // The server is started again with fewer scopes.
    let peer = Peer::new(build("read"), Approves, ManualClock::new(START));
    let answer = peer.post("/token", Some(&basic("job", SECRET)), &CLIENT_CREDENTIALS).await;
    assert_eq!(answer.member("scope"), "read");
    let beyond = with(&CLIENT_CREDENTIALS, &[("scope", "read write")]);
    peer.post("/token", Some(&basic("job", SECRET)), &beyond).await.assert_error(400, "invalid_scope");
}

// ---- refresh tokens ------------------------------------------------------------------------------------------------------

#[tokio::test]
async fn within_the_window_each_retry_brings_the_same_successor_and_another_access_token() {
    let peer = fixture_with_window(5).await;
    let (old, first) = peer.tokens().await;
    let mut answers = Vec::new();
    for _ in 0..5 {
        answers.push(peer.refresh(&first).await);
        peer.clock.advance(1);
    }
    let successors: HashSet<_> = answers.iter().map(|answer| answer.member("refresh_token")).collect();
    let access_tokens: HashSet<_> = answers.iter().map(|answer| answer.member("access_token")).collect();
    assert_eq!((successors.len(), access_tokens.len()), (1, 5));
    assert!(!peer.is_active(&old).await && !peer.is_active(&first).await);
    for token in successors.iter().chain(&access_tokens) {
        assert!(peer.is_active(token).await);
    }
    // Five seconds after the rotation, however often it was retried.
    peer.refresh(&first).await.assert_error(400, "invalid_grant");
    for token in successors.iter().chain(&access_tokens) {
        assert!(!peer.is_active(token).await);
    }
}

// shows: RFC9700-4.14.2-04
#[tokio::test]
async fn the_window_closes_at_its_second_and_at_once_if_it_is_zero() {
    for (window, age, retried) in [(5, 4, true), (5, 5, false), (60, 59, true), (60, 60, false), (0, 0, false), (1, 0, true)] {
        let peer = fixture_with_window(window).await;
        let (_, first) = peer.tokens().await;
        let successor = peer.refresh(&first).await.member("refresh_token");
        peer.clock.advance(age);
        let answer = peer.refresh(&first).await;
        if retried {
            assert_eq!(answer.member("refresh_token"), successor);
            peer.refresh(&successor).await.assert_ok();
        } else {
            answer.assert_error(400, "invalid_grant");
            peer.refresh(&successor).await.assert_error(400, "invalid_grant");
        }
    }
}

#[tokio::test]
async fn using_the_successor_closes_the_window() {
    let peer = fixture_with_window(60).await;
    let (_, first) = peer.tokens().await;
    let second = peer.refresh(&first).await.member("refresh_token");
    let answer = peer.refresh(&second).await;
    peer.refresh(&first).await.assert_error(400, "invalid_grant");
    for token in [answer.member("access_token"), answer.member("refresh_token")] {
        assert!(!peer.is_active(&token).await);
    }
}

#[tokio::test]
async fn a_retry_says_no_longer_life_of_the_successor_than_it_has() {
    let peer = fixture_with_window(60).await;
    let (_, first) = peer.tokens().await;
    let expires = peer.introspect(&peer.refresh(&first).await.member("refresh_token")).await["exp"].as_u64().expect("a number");
    for age in [0, 1, 30, 59] {
        peer.clock.set(START.saturating_add_secs(age));
        let said = peer.refresh(&first).await.json()["refresh_token_expires_in"].as_u64().expect("a number");
        assert!(START.as_unix() + age + said <= expires, "{said} at {age}");
        assert!(START.as_unix() + age + said + 60 >= expires, "{said} at {age}");
    }
}

// shows: RFC6749-6-12
#[tokio::test]
async fn a_retry_may_ask_for_another_part_of_the_scope_and_not_for_more() {
    let peer = fixture_with_window(60).await;
    let (_, first) = peer.tokens().await;
    let ask = |scope: &'static str| with(&refreshing(&first), &[("scope", scope)]);
    let answer = peer.token(&ask("read")).await;
    let retried = peer.token(&ask("write scope")).await;
    assert_eq!((answer.member("scope"), retried.member("scope")), ("read".into(), "write scope".into()));
    assert_eq!(answer.member("refresh_token"), retried.member("refresh_token"));
    peer.token(&ask("read admin")).await.assert_error(400, "invalid_scope");
    // Neither narrowed the successor (RFC 6749 section 6).
    assert_eq!(peer.refresh(&answer.member("refresh_token")).await.member("scope"), "scope read write");
}

// shows: RFC6749-6-07, RFC6749-10.4-03, RFC6749-10.4-05
#[tokio::test]
async fn another_client_neither_uses_nor_burns_a_refresh_token() {
    let peer = fixture().await;
    let (_, first) = peer.tokens().await;
    let foreign = with(&refreshing(&first), &[("client_id", "conf"), ("client_secret", SECRET)]);
    peer.token(&foreign).await.assert_error(400, "invalid_grant");
    let second = peer.refresh(&first).await.member("refresh_token");
    // A replay by another client proves nothing about the owner either.
    peer.token(&foreign).await.assert_error(400, "invalid_grant");
    peer.refresh(&second).await.assert_ok();
}

#[tokio::test]
async fn a_refused_refresh_changes_nothing() {
    let peer = fixture().await;
    let (access_token, refresh_token) = peer.tokens().await;
    let twice = format!("{}&refresh_token={refresh_token}", form(&refreshing(&refresh_token)));
    raw(&peer, "application/x-www-form-urlencoded", twice).await.assert_error(400, "invalid_request");
    peer.token(&with(&refreshing(&refresh_token), &[("scope", "admin")])).await.assert_error(400, "invalid_scope");
    assert!(peer.is_active(&access_token).await);
    peer.refresh(&refresh_token).await.assert_ok();
}

#[tokio::test]
async fn other_tokens_are_no_refresh_tokens() {
    let peer = fixture().await;
    let (access_token, refresh_token) = peer.tokens().await;
    let code = peer.code("pub").await;
    for token in [&access_token, &code] {
        peer.refresh(token).await.assert_error(400, "invalid_grant");
    }
    peer.redeem(&refresh_token).await.assert_error(400, "invalid_grant");
    peer.redeem(&code).await.assert_ok();
    assert!(peer.is_active(&access_token).await && peer.is_active(&refresh_token).await);
}

// shows: RFC6749-10.4-01, RFC9700-4.14.2-01
#[tokio::test]
async fn only_clients_with_the_grant_get_refresh_tokens() {
    let peer = server_with_lifetimes().await;
    for (client, refreshable) in [("plain", true), ("once", false)] {
        let code = peer.code(client).await;
        let requests = [redemption(&code).to_vec(), PASSWORD.to_vec(), vec![("grant_type", "urn:example:short")]];
        for request in requests {
            let answer = peer.token(&with(&request, &[("client_id", client)])).await;
            answer.assert_ok();
            let json = answer.json();
            let members = ["refresh_token", "refresh_token_expires_in"].map(|name| json.get(name).is_some());
            assert_eq!(members, [refreshable; 2], "{client} {request:?}");
        }
    }
    let request = with(&refreshing("x"), &[("client_id", "once")]);
    peer.token(&request).await.assert_error(400, "unauthorized_client");
}

#[tokio::test]
async fn a_refresh_token_grant_that_is_switched_off_issues_and_takes_none() {
    let store = std::sync::Arc::new(MemoryStore::new());
    let build = |refresh: Option<RefreshToken>| {
        let server = AuthorizationServer::builder()
            .profile(Development::<Rfc6749>::new())
            .issuer(issuer!("https://as.example.com"))
            .storage(store.clone())
            .clock(ManualClock::new(START))
            .grant(Password::new(OneUser))
            .grant(refresh)
            .build();
        Peer::new(server, Approves, ManualClock::new(START))
    };
    let on = build(Some(RefreshToken::new()));
    let client = Client::public("pub").grant_types(["password", "refresh_token"]).scope("scope");
    on.server.register_client(client.build().expect("a client")).await.expect("a registration");
    let request = with(&PASSWORD, &[("client_id", "pub")]);
    let refresh_token = on.token(&request).await.member("refresh_token");
    let off = build(None);
    let answer = off.token(&request).await;
    answer.assert_ok();
    assert_eq!(answer.json().get("refresh_token"), None);
    off.refresh(&refresh_token).await.assert_error(400, "unsupported_grant_type");
    on.refresh(&refresh_token).await.assert_ok();
}

// shows: RFC6749-4.4.3-01
#[tokio::test]
async fn no_client_acting_for_itself_gets_a_refresh_token() {
    let peer = fixture().await;
    // `conf` has the refresh token grant (RFC 6749 section 4.4.3).
    let answer = peer.token_conf(&CLIENT_CREDENTIALS).await;
    answer.assert_ok();
    assert_eq!(answer.json().get("refresh_token"), None);
    peer.token(&with(&CLIENT_CREDENTIALS, &[("client_id", "conf")])).await.assert_error(401, "invalid_client");

    // Nor by a grant of the application's own.
    let peer = server_with_lifetimes().await;
    let answer = peer.token(&[("grant_type", "urn:example:itself"), ("client_id", "plain")]).await;
    answer.assert_ok();
    assert_eq!(answer.json().get("refresh_token"), None);
}

// ---- the form of requests ------------------------------------------------------------------------------------------------

const FORM: &str = "application/x-www-form-urlencoded";

async fn raw<Sv: ServesOAuth, I: Interaction<Sv>>(peer: &Peer<Sv, I>, content_type: &str, body: impl Into<Bytes>) -> Answer {
    let request = Request::post("/token").header(header::CONTENT_TYPE, content_type);
    let request = request.header(header::AUTHORIZATION, basic("conf", SECRET));
    peer.send(request.body(body).expect("a request")).await
}

#[tokio::test]
async fn the_content_type_must_be_that_of_a_form() {
    let peer = fixture().await;
    for (content_type, accepted) in [
        (FORM, true),
        ("Application/X-WWW-Form-URLencoded", true),
        ("application/x-www-form-urlencoded; charset=UTF-8", true),
        ("application/x-www-form-urlencoded;charset=utf-8", true),
        ("", false),
        ("application/json", false),
        ("multipart/form-data; boundary=x", false),
        ("text/plain; application/x-www-form-urlencoded", false),
        ("application/x-www-form-urlencoded, text/plain", false),
        ("application/x-www-form-urlencodedx", false),
    ] {
        let answer = raw(&peer, content_type, "grant_type=client_credentials").await;
        if accepted { answer.assert_ok() } else { answer.assert_error(400, "invalid_request") }
    }
    let request = || Request::post("/token").header(header::AUTHORIZATION, basic("conf", SECRET));
    let two = request().header(header::CONTENT_TYPE, FORM).header(header::CONTENT_TYPE, "text/plain");
    for request in [request(), two] {
        let request = request.body("grant_type=client_credentials").expect("a request");
        peer.send(request).await.assert_error(400, "invalid_request");
    }
}

// shows: RFC6749-3.2-06, RFC6749-3.2-07, RFC6749-3.2-08, RFC6749-5.2-03
#[tokio::test]
async fn a_body_is_read_strictly() {
    let peer = fixture().await;
    let filler = |length: usize| format!("grant_type=client_credentials&x={}", "a".repeat(length - 32));
    let parameters = |count: usize| format!("grant_type=client_credentials{}", "&a=1".repeat(count - 1));
    for (body, accepted) in [
        (b"grant_type=client_credentials".to_vec(), true),
        (b"grant%5Ftype=client%5fcredentials".to_vec(), true),
        (b"&&grant_type=client_credentials&".to_vec(), true),
        (b"grant_type=client_credentials&unknown=1&unknown=2".to_vec(), true),
        (b"grant_type=client_credentials&unknown=%C3%A9".to_vec(), true),
        // Empty ones count as left out, but twice is twice.
        (b"grant_type=client_credentials&scope=&client_secret=&client_id=".to_vec(), true),
        (b"grant_type=client_credentials&scope".to_vec(), true),
        (b"grant_type=client_credentials&scope=&scope=".to_vec(), false),
        (b"grant_type=client_credentials&grant_type=client_credentials".to_vec(), false),
        (b"grant_type=client_credentials&grant_typ%65=".to_vec(), false),
        (b"grant_type=client_credentials&client_id=conf&client_id=conf".to_vec(), false),
        // Of another grant of this server.
        (b"grant_type=client_credentials&code=1&code=2".to_vec(), false),
        (b"".to_vec(), false),
        (b"grant_type=".to_vec(), false),
        (b"grant_type".to_vec(), false),
        (b"grant_type=client_credentials&unknown=%".to_vec(), false),
        (b"grant_type=client_credentials&unknown=%4".to_vec(), false),
        (b"grant_type=client_credentials&%zz=1".to_vec(), false),
        (b"grant_type=client_credentials&unknown=%FF".to_vec(), false),
        (b"grant_type=client_credentials&unknown=\xff".to_vec(), false),
        (b"grant_type=client_credentials&\xc3=1".to_vec(), false),
        (filler(64 * 1024).into_bytes(), true),
        (filler(64 * 1024 + 1).into_bytes(), false),
        (parameters(128).into_bytes(), true),
        (parameters(129).into_bytes(), false),
    ] {
        let text = String::from_utf8_lossy(&body[..body.len().min(80)]).into_owned();
        let answer = raw(&peer, FORM, body).await;
        assert_eq!(answer.status.as_u16(), if accepted { 200 } else { 400 }, "{text} {answer:?}");
        if accepted { answer.assert_ok() } else { answer.assert_error(400, "invalid_request") }
    }
}

// shows: RFC6749-2.3.1-09
#[tokio::test]
async fn parameters_in_the_query_of_the_url_do_not_count() {
    let peer = fixture().await;
    let query = form(&with(&CLIENT_CREDENTIALS, &[("client_id", "conf"), ("client_secret", SECRET), ("scope", "read")]));
    let path = format!("/token?{query}");
    // Neither the credentials (RFC 6749 section 2.3.1) nor anything else.
    peer.post(&path, None, &CLIENT_CREDENTIALS).await.assert_error(401, "invalid_client");
    peer.post(&path, Some(&basic("conf", SECRET)), &[]).await.assert_error(400, "invalid_request");
    let answer = peer.post(&path, Some(&basic("conf", SECRET)), &CLIENT_CREDENTIALS).await;
    assert_eq!(answer.member("scope"), "scope read write");
}

// shows: RFC6749-3.2-05
#[tokio::test]
async fn only_post_asks_for_tokens() {
    let peer = fixture().await;
    let body = form(&with(&CLIENT_CREDENTIALS, &[("client_id", "conf"), ("client_secret", SECRET)]));
    for (method, status) in [("GET", 405), ("HEAD", 405), ("PUT", 405), ("post", 405), ("OPTIONS", 204), ("POST", 200)] {
        let request = Request::builder().method(method).uri(format!("/token?{body}"));
        let answer = peer.send(request.header(header::CONTENT_TYPE, FORM).body(body.clone()).expect("a request")).await;
        assert_eq!(answer.status, status, "{method}");
        assert_eq!(answer.header("allow"), if status == 200 { "" } else { "POST, OPTIONS" }, "{method}");
        assert_eq!(answer.body.is_empty(), status != 200, "{method}");
    }
}

// ---- a storage that fails ------------------------------------------------------------------------------------------------

async fn failing_fixture() -> Peer<Legacy<FailingStore>> {
    let clock = ManualClock::new(START);
    let server = legacy_server_on(Hooked::new(Faults::default()), &clock, 5);
    register_fixture_clients(&server).await;
    Peer::new(server, Approves, clock)
}

/// Lets each call of the flow fail in turn, on a new server each time. `prepare` gives the request. Returns, for each call, how
/// the request is answered and how it is answered when it is sent once more.
async fn each_call_fails(fault: Fault, flow: Flow) -> Vec<(Answer, Answer)> {
    let mut answers = Vec::new();
    loop {
        let peer = failing_fixture().await;
        let (path, request) = flow.prepare(&peer).await;
        let hook = peer.server.storage().hook.clone();
        hook.after(answers.len(), fault);
        let answer = peer.post(path, Some(&basic("conf", SECRET)), &borrowed(&request)).await;
        if !hook.disarm() {
            // There are not so many calls.
            assert_eq!(answer.status, 200, "{answer:?}");
            return answers;
        }
        let again = peer.post(path, Some(&basic("conf", SECRET)), &borrowed(&request)).await;
        for stored in [&answer, &again].into_iter().filter(|answer| answer.status == 200 && path == "/token") {
            assert!(peer.is_active(&stored.member("access_token")).await);
            if let Some(token) = stored.json()["refresh_token"].as_str() {
                assert!(peer.is_active(token).await);
            }
        }
        answers.push((answer, again));
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Flow {
    Code,
    Refresh,
    ClientCredentials,
    Password,
    IntrospectAccess,
    IntrospectRefresh,
    RevokeAccess,
    RevokeRefresh,
}

const FLOWS: [Flow; 8] = [
    Flow::Code,
    Flow::Refresh,
    Flow::ClientCredentials,
    Flow::Password,
    Flow::IntrospectAccess,
    Flow::IntrospectRefresh,
    Flow::RevokeAccess,
    Flow::RevokeRefresh,
];

type Owned = Vec<(String, String)>;

fn borrowed(request: &Owned) -> Vec<(&str, &str)> {
    request.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

fn owned(request: &[(&str, &str)]) -> Owned {
    let others = request.iter().filter(|(name, _)| *name != "client_id");
    others.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

impl Flow {
    /// How many calls of the storage it takes.
    fn calls(self) -> usize {
        match self {
            Self::ClientCredentials | Self::Password | Self::IntrospectAccess => 2,
            Self::Code | Self::Refresh | Self::IntrospectRefresh | Self::RevokeAccess => 3,
            Self::RevokeRefresh => 4,
        }
    }

    /// A path, and a request of `conf` that will succeed there.
    async fn prepare<Sv: ServesOAuth, I: Interaction<Sv>>(self, peer: &Peer<Sv, I>) -> (&'static str, Owned) {
        let token = async |member: &str| peer.token_conf(&PASSWORD).await.member(member);
        match self {
            Self::Code => ("/token", owned(&redemption(&peer.code("conf").await))),
            Self::Refresh => ("/token", owned(&refreshing(&token("refresh_token").await))),
            Self::ClientCredentials => ("/token", owned(&CLIENT_CREDENTIALS)),
            Self::Password => ("/token", owned(&PASSWORD)),
            Self::IntrospectAccess => ("/introspect", owned(&[("token", &token("access_token").await)])),
            Self::IntrospectRefresh => ("/introspect", owned(&[("token", &token("refresh_token").await)])),
            Self::RevokeAccess => ("/revoke", owned(&[("token", &token("access_token").await)])),
            Self::RevokeRefresh => ("/revoke", owned(&[("token", &token("refresh_token").await)])),
        }
    }
}

// shows: RFC7009-5-02
#[tokio::test]
async fn a_storage_that_is_away_is_503_and_costs_nothing_but_a_retry() {
    for flow in FLOWS {
        let answers = each_call_fails(Fault::Unavailable, flow).await;
        assert_eq!(answers.len(), flow.calls(), "{flow:?}");
        for (answer, again) in answers {
            answer.assert_error(503, "temporarily_unavailable");
            assert_eq!(answer.header("retry-after"), "2", "{flow:?}");
            assert_eq!(again.status, 200, "{flow:?} {again:?}");
        }
    }
}

#[tokio::test]
async fn a_storage_that_fails_is_500_without_a_word_about_why_and_loses_nothing() {
    for flow in FLOWS {
        let answers = each_call_fails(Fault::Failed, flow).await;
        assert_eq!(answers.len(), flow.calls(), "{flow:?}");
        for (answer, again) in answers {
            answer.assert_error(500, "server_error");
            assert!(!answer.body.contains("driver") && answer.header("retry-after").is_empty(), "{answer:?}");
            assert_eq!(again.status, 200, "{flow:?} {again:?}");
        }
    }
}

/// A step that happened and of which nobody heard: the code is gone, and with it everything that was issued for it; all else can
/// be asked again.
#[tokio::test]
async fn a_step_whose_answer_is_lost_hands_out_nothing_that_a_retry_would_not() {
    for flow in FLOWS {
        let answers = each_call_fails(Fault::AnswerLost, flow).await;
        let last = answers.len() - 1;
        for (call, (answer, again)) in answers.into_iter().enumerate() {
            answer.assert_error(500, "server_error");
            if flow == Flow::Code && call == last {
                again.assert_error(400, "invalid_grant");
            } else {
                assert_eq!(again.status, 200, "{flow:?} {again:?}");
            }
        }
    }
}

#[tokio::test]
async fn an_authenticator_that_fails_is_told_apart_from_wrong_credentials() {
    struct Away;
    impl grantor::ResourceOwnerAuthenticator for Away {
        async fn authenticate(&self, _: &str, password: &str) -> Result<Option<grantor::Subject>, StoreError> {
            match password {
                "away" => Err(StoreError::Unavailable { retry_after: None }),
                _ => Err(StoreError::failed("the directory's words")),
            }
        }
    }
    let server = AuthorizationServer::builder()
        .profile(Development::<Rfc6749>::new())
        .issuer(issuer!("https://as.example.com"))
        .storage(MemoryStore::new())
        .grant(Password::new(Away))
        .build();
    let client = Client::public("pub").grant_types(["password"]);
    server.register_client(client.build().expect("a client")).await.expect("a registration");
    let peer = Peer::new(server, Approves, ManualClock::new(START));
    for (password, status, error) in [("away", 503, "temporarily_unavailable"), ("broken", 500, "server_error")] {
        let answer = peer.token(&with(&PASSWORD, &[("client_id", "pub"), ("password", password)])).await;
        answer.assert_error(status, error);
        assert!(!answer.body.contains("directory"), "{answer:?}");
    }
}

// ---- callers that go away ------------------------------------------------------------------------------------------------

async fn yielding_fixture(window: u64) -> Peer<Legacy<YieldingStore>> {
    let clock = ManualClock::new(START);
    let server = legacy_server_on(Hooked::new(Yielding), &clock, window);
    register_fixture_clients(&server).await;
    Peer::new(server, Approves, clock)
}

/// Drops the request at each of its await points, which are before and after each call of the storage, and sends it again.
#[tokio::test]
async fn a_request_that_is_dropped_anywhere_has_happened_whole_or_not_at_all() {
    for (flow, window) in FLOWS.map(|flow| (flow, 5)).into_iter().chain([(Flow::Refresh, 0)]) {
        let waits = 2 * flow.calls();
        for polls in 0..=waits + 1 {
            let peer = yielding_fixture(window).await;
            let (path, request) = flow.prepare(&peer).await;
            let dropped = poll_at_most(polls, peer.post(path, Some(&basic("conf", SECRET)), &borrowed(&request)));
            assert_eq!(dropped.is_some(), polls > waits, "{flow:?} {polls}");
            let happened = polls >= waits;
            let again = peer.post(path, Some(&basic("conf", SECRET)), &borrowed(&request)).await;
            if happened && (flow == Flow::Code || (flow == Flow::Refresh && window == 0)) {
                again.assert_error(400, "invalid_grant");
                for lost in dropped.iter() {
                    assert!(!peer.is_active(&lost.member("access_token")).await, "{flow:?} {polls}");
                }
            } else {
                assert_eq!(again.status, 200, "{flow:?} {polls} {again:?}");
            }
            if again.status == 200 && path == "/token" {
                assert!(peer.is_active(&again.member("access_token")).await, "{flow:?} {polls}");
            }
        }
    }
}

#[tokio::test]
async fn an_authorization_request_that_is_dropped_can_be_sent_again() {
    let peer = yielding_fixture(0).await;
    let pairs = with(&REQUEST, &PKCE);
    for polls in 0..=4 {
        assert!(poll_at_most(polls, peer.authorize(&pairs)).is_none(), "{polls}");
    }
    let answer = poll_at_most(5, peer.authorize(&pairs)).expect("two calls of the storage");
    peer.redeem(&answer.query()["code"]).await.assert_ok();
}

//! Token introspection (RFC 7662).

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use grantor::{
    Approval, AuthorizationRequest, AuthorizationServer, Client, ClientCredentials, ClientSecret, Decision, Development, Grant,
    Granted, Interaction, Introspection, ManualClock, MemoryStore, No, OAuthError, Rfc6749, TokenContext, issuer,
};
use http::Request;
use serde_json::{Value, json};

use crate::common::{
    self, Approves, PKCE, Peer, REQUEST, SECRET, START, basic, fixture, fixture_with_window, redemption, refreshing, subject,
    with,
};

const INACTIVE: &str = r#"{"active":false}"#;
const PASSWORD: [(&str, &str); 4] =
    [("grant_type", "password"), ("username", "username"), ("password", "password"), ("scope", "read write")];

/// The body of the answer to a confidential client, as it was written.
async fn asked_by(peer: &Peer, client: &str, request: &[(&str, &str)]) -> String {
    let answer = peer.post("/introspect", Some(&basic(client, SECRET)), request).await;
    answer.assert_ok();
    assert_eq!((answer.header("cache-control"), answer.header("pragma")), ("no-store", "no-cache"));
    answer.body
}

// shows: RFC6749-5.1-09, RFC6749-5.1-10, RFC6750-5.3-06, RFC7662-2.1-01, RFC7662-2.2-01, RFC7662-2.2-02, RFC7662-2.2-03
// shows: RFC7662-2.2-04, RFC7662-2.2-05, RFC7662-2.2-06, RFC7662-2.2-07, RFC7662-2.2-08, RFC7662-2.2-09, RFC7662-2.2-10
// shows: RFC7662-2.2-12, RFC7662-2.2-13, RFC7662-2.2-14
#[tokio::test]
async fn an_active_token_is_described_by_the_registered_members() {
    let peer = fixture().await;
    let answer = peer.token_conf(&PASSWORD).await;
    let expected = |token_type: Option<&str>, lifetime: u64| {
        let mut members = json!({
            "active": true, "scope": "read write", "client_id": "conf", "username": "username", "sub": "username",
            "iss": "https://as.example.com", "iat": START.as_unix(), "nbf": START.as_unix(), "exp": START.as_unix() + lifetime,
        });
        if let Some(token_type) = token_type {
            members["token_type"] = token_type.into();
        }
        members
    };
    let mut identifiers = BTreeSet::new();
    for (token, expected) in [
        (answer.member("access_token"), expected(Some("Bearer"), 600)),
        // `token_type` is that of RFC 6749 section 5.1, which a refresh token does not have.
        (answer.member("refresh_token"), expected(None, 1_209_600)),
    ] {
        let mut claims = peer.introspect(&token).await;
        let jti = claims.as_object_mut().and_then(|members| members.remove("jti")).expect("a jti");
        let id = URL_SAFE_NO_PAD.decode(jti.as_str().expect("text")).expect("base64url");
        assert!(!id.windows(4).any(|part| token.as_bytes().windows(4).any(|own| own == part)), "says nothing of the token");
        assert!(!token.contains(jti.as_str().expect("text")) && identifiers.insert(jti.to_string()));
        assert_eq!(claims, expected);
    }
}

// shows: RFC9700-2.6-02, RFC9700-4.15-02, RFC9700-4.15.1-02
#[tokio::test]
async fn a_token_of_a_client_for_itself_has_no_subject() {
    let peer = fixture().await;
    let answer = peer.token_conf(&[("grant_type", "client_credentials"), ("scope", "read")]).await;
    let claims = peer.introspect(&answer.member("access_token")).await;
    assert_eq!((&claims["active"], &claims["client_id"]), (&true.into(), &"conf".into()));
    assert_eq!((claims.get("sub"), claims.get("username")), (None, None));
}

/// For these resource servers.
struct For(&'static [&'static str]);

grantor::extension_grant!(For = "urn:example:for", refresh_tokens: No);

impl<S: grantor::AccessTokenStore> Grant<S> for For {
    async fn decide(&self, cx: &TokenContext<'_, S>) -> Result<Granted, OAuthError> {
        Ok(Granted::to(subject("username"), cx.scope()?).audience(self.0.iter().copied()))
    }
}

fn server_for(
    audience: &'static [&'static str],
) -> AuthorizationServer<MemoryStore, (For,), (), (Introspection,), Development<Rfc6749>> {
    AuthorizationServer::builder()
        .profile(Development::<Rfc6749>::new())
        .issuer(issuer!("https://as.example.com"))
        .storage(MemoryStore::new())
        .clock(ManualClock::new(START))
        .grant(For(audience))
        .enable(Introspection::new())
        .build()
}

// shows: RFC7662-2.2-11
#[tokio::test]
async fn an_audience_is_a_string_or_an_array() {
    for (audience, written) in [
        (&[][..], Value::Null),
        (&["https://api.example.com"], json!("https://api.example.com")),
        (&["a", "b"], json!(["a", "b"])),
    ] {
        let server = server_for(audience);
        let secret = ClientSecret::parse(SECRET).expect("a secret");
        let client = Client::confidential("rs", &secret).grant_types(["urn:example:for"]).introspects_any_token();
        server.register_client(client.build().expect("a client")).await.expect("a registration");
        let peer = Peer::new(server, Approves, ManualClock::new(START));
        let answer = peer.post("/token", Some(&basic("rs", SECRET)), &[("grant_type", "urn:example:for")]).await;
        assert_eq!(peer.introspect(&answer.member("access_token")).await["aud"], written);
    }
}

/// Of the APIs that there are, those that the client asks for.
struct ForApis;

impl<Sv: Sync> Interaction<Sv> for ForApis {
    async fn decide(&self, _: &Sv, _: &Request<Bytes>, request: AuthorizationRequest) -> Decision {
        let known = |api: &&str| ["https://one.example.com", "https://two.example.com"].contains(api);
        let apis: Vec<String> = request.parameters("resource").filter(known).map(str::to_owned).collect();
        request.approve(Approval::by(subject("username")).audience(apis))
    }
}

// shows: RFC7662-2.2-11
#[tokio::test]
async fn the_audience_of_an_approval_is_that_of_every_token_that_comes_of_it() {
    let clock = ManualClock::new(START);
    let server = common::legacy_server_on(MemoryStore::new(), &clock, 0);
    common::register_fixture_clients(&server).await;
    let peer = Peer::new(server, ForApis, clock);
    for (resources, audience) in [
        (&[][..], Value::Null),
        (&["https://one.example.com"], json!("https://one.example.com")),
        (
            &["https://two.example.com", "https://three.example.com", "https://one.example.com"],
            json!(["https://two.example.com", "https://one.example.com"]),
        ),
    ] {
        let resources: Vec<_> = resources.iter().map(|resource| ("resource", *resource)).collect();
        let redeemed = peer.redeem(&peer.code_for(&[with(&REQUEST, &PKCE), resources].concat()).await).await;
        let has_audience = async |token: &str| assert_eq!(peer.introspect(token).await["aud"], audience);
        has_audience(&redeemed.member("access_token")).await;
        let refreshed = peer.refresh(&redeemed.member("refresh_token")).await;
        has_audience(&refreshed.member("access_token")).await;
        has_audience(&refreshed.member("refresh_token")).await;
    }
}

// shows: RFC7662-2.2-16, RFC7662-2.2-19, RFC7662-4-08, RFC7662-5-01
#[tokio::test]
async fn a_client_sees_its_own_tokens_and_a_resource_server_sees_all() {
    let peer = fixture().await;
    let answer = peer.token_conf(&PASSWORD).await;
    for member in ["access_token", "refresh_token"] {
        let token = answer.member(member);
        let seen_by_owner = asked_by(&peer, "conf", &[("token", &token)]).await;
        assert!(seen_by_owner.contains(r#""active":true"#), "{seen_by_owner}");
        assert_eq!(asked_by(&peer, "rs", &[("token", &token)]).await, seen_by_owner);
        // To everybody else it looks like one that does not exist (section 2.2).
        assert_eq!(asked_by(&peer, "other", &[("token", &token)]).await, INACTIVE);
    }
}

/// Section 4: a resource server learns nothing of a token that is meant for others.
// shows: RFC7662-2.2-16, RFC7662-2.2-19, RFC7662-4-06, RFC7662-5-01, RFC9701-3-01, RFC9701-3-03, RFC9701-3-04
#[tokio::test]
async fn a_resource_server_sees_what_is_meant_for_it_and_what_is_meant_for_nobody_in_particular() {
    const API: &str = "https://api.example.com";
    for (audience, names, seen) in [
        (&[][..], &[API][..], true),
        (&[API], &[API], true),
        (&["https://mail.example.com", API], &[API], true),
        (&[API], &["https://other.example.com", API], true),
        (&["https://mail.example.com"], &[API], false),
        (&["https://api.example.com/"], &[API], false),
        (&["HTTPS://api.example.com"], &[API], false),
        (&[""], &[API], false),
        // Without a name it is no resource server.
        (&[], &[], false),
    ] {
        let server = server_for(audience);
        let secret = ClientSecret::parse(SECRET).expect("a secret");
        let app = Client::confidential("app", &secret).grant_types(["urn:example:for"]);
        let api = Client::confidential("api", &secret).grant_types(["urn:example:for"]);
        let api = names.iter().fold(api, |api, name| api.audience(name));
        let rs = Client::confidential("rs", &secret).grant_types::<String>([]).introspects_any_token();
        for client in [app, api, rs] {
            server.register_client(client.build().expect("a client")).await.expect("a registration");
        }
        let peer = Peer::new(server, Approves, ManualClock::new(START));
        let issued_to = async |client: &str| {
            let answer = peer.post("/token", Some(&basic(client, SECRET)), &[("grant_type", "urn:example:for")]).await;
            answer.member("access_token")
        };
        let ask = async |client: &str, token: &str| {
            let answer = peer.post("/introspect", Some(&basic(client, SECRET)), &[("token", token)]).await;
            if answer.body == INACTIVE { None } else { Some(answer.json()["active"].clone()) }
        };
        let token = issued_to("app").await;
        assert_eq!(ask("api", &token).await.is_some(), seen, "{audience:?} {names:?}");
        // Its owner, and whoever may see every token, see it in any case; so does the resource server its own.
        assert!(ask("app", &token).await.is_some() && ask("rs", &token).await.is_some());
        assert!(ask("api", &issued_to("api").await).await.is_some());
    }
}

// shows: RFC7662-2.1-03, RFC7662-2.1-04, RFC7662-2.1-05
#[tokio::test]
async fn a_hint_is_only_a_hint() {
    let peer = fixture().await;
    let answer = peer.token_conf(&PASSWORD).await;
    for member in ["access_token", "refresh_token"] {
        let token = answer.member(member);
        let expected = asked_by(&peer, "rs", &[("token", &token)]).await;
        for hint in ["access_token", "refresh_token", "urn:example:other", "", "access_token refresh_token"] {
            let request = [("token", token.as_str()), ("token_type_hint", hint)];
            assert_eq!(asked_by(&peer, "rs", &request).await, expected, "{hint}");
        }
    }
}

/// Why a token is not active is nobody's business (section 2.2).
// shows: RFC6750-5.2-02, RFC7662-2.1-07, RFC7662-2.2-19, RFC7662-2.2-20, RFC7662-2.3-01, RFC7662-4-01, RFC7662-4-02, RFC7662-4-04, FAPI2-MS-6.2-01
// shows: RFC7662-4-15
#[tokio::test]
async fn an_inactive_token_is_inactive_and_nothing_else() {
    let peer = fixture_with_window(5).await;
    let code = peer.code("conf").await;
    let request = with(&redemption(&code), &[("client_id", "conf"), ("client_secret", SECRET)]);
    let first = peer.token(&request).await;
    let request = [("client_id", "conf"), ("client_secret", SECRET)];
    let second = peer.token(&with(&refreshing(&first.member("refresh_token")), &request)).await;
    let unused = peer.code("conf").await;
    let revoked = peer.token_conf(&PASSWORD).await;
    for member in ["access_token", "refresh_token"] {
        let token = revoked.member(member);
        assert_eq!(peer.post("/revoke", Some(&basic("conf", SECRET)), &[("token", &token)]).await.status, 200);
    }
    let long = "x".repeat(60_000);
    let inactive = [
        first.member("access_token"),
        first.member("refresh_token"),
        revoked.member("access_token"),
        revoked.member("refresh_token"),
        code,
        unused,
        "unknown".to_owned(),
        "\u{0}".to_owned(),
        "caf\u{e9}".to_owned(),
        long,
        second.member("access_token").to_lowercase(),
        format!("{} ", second.member("access_token")),
    ];
    for caller in ["rs", "conf"] {
        for token in &inactive {
            assert_eq!(asked_by(&peer, caller, &[("token", token)]).await, INACTIVE, "{token}");
        }
    }
    for (age, member) in [(600, "access_token"), (1_209_600, "refresh_token")] {
        let token = second.member(member);
        peer.clock.set(START.saturating_add_secs(age - 1));
        assert_ne!(asked_by(&peer, "rs", &[("token", &token)]).await, INACTIVE);
        peer.clock.advance(1);
        assert_eq!(asked_by(&peer, "rs", &[("token", &token)]).await, INACTIVE);
    }
}

/// Asking changes nothing: neither a token nor a rotated one is used up or revoked by it.
#[tokio::test]
async fn asking_has_no_effect() {
    let peer = fixture().await;
    let (access_token, first) = peer.tokens().await;
    let second = peer.refresh(&first).await.member("refresh_token");
    for token in [&access_token, &first, &second] {
        for caller in ["rs", "conf", "rs"] {
            asked_by(&peer, caller, &[("token", token)]).await;
        }
    }
    assert!(peer.is_active(&second).await);
    peer.refresh(&second).await.assert_ok();
}

// shows: RFC7662-2.1-08, RFC7662-2.3-02, RFC7662-4-07, RFC7662-5-01
#[tokio::test]
async fn the_caller_must_authenticate_with_a_secret() {
    let peer = fixture().await;
    let (token, _) = peer.tokens().await;
    let token = ("token", token.as_str());
    for (authorization, request) in [
        (None, vec![token]),
        // A public client, even for its own token (section 2.1), and an identifier without a secret.
        (None, vec![token, ("client_id", "pub")]),
        (None, vec![token, ("client_id", "rs")]),
        (None, vec![token, ("client_id", "rs"), ("client_secret", "wrong")]),
        (Some(basic("rs", "wrong")), vec![token]),
        (Some(basic("unknown", SECRET)), vec![token]),
        // The token that is asked about is no credential of the one who asks.
        (Some(format!("Bearer {}", token.1)), vec![token]),
    ] {
        let answer = peer.post("/introspect", authorization.as_deref(), &request).await;
        answer.assert_error(401, "invalid_client");
        assert!(!answer.body.contains("active"), "{answer:?}");
    }
    let in_body = [token, ("client_id", "rs"), ("client_secret", SECRET)];
    assert_eq!(peer.post("/introspect", None, &in_body).await.json()["active"], true);
}

// shows: RFC7662-2.1-02
#[tokio::test]
async fn a_request_without_a_token_or_with_two_is_invalid() {
    let peer = fixture().await;
    for request in [
        vec![],
        vec![("token", "")],
        vec![("token_type_hint", "access_token")],
        vec![("token", "a"), ("token", "a")],
        vec![("token", "a"), ("token", "")],
        vec![("token", "a"), ("token_type_hint", "a"), ("token_type_hint", "b")],
    ] {
        peer.post("/introspect", Some(&basic("rs", SECRET)), &request).await.assert_error(400, "invalid_request");
    }
    // Not in the URL, where it would be logged.
    peer.post("/introspect?token=a", Some(&basic("rs", SECRET)), &[]).await.assert_error(400, "invalid_request");
    assert_eq!(asked_by(&peer, "rs", &[("token", "a"), ("unknown", "1"), ("unknown", "2")]).await, INACTIVE);
}

#[tokio::test]
async fn a_token_from_the_front_channel_is_described_too() {
    let peer = fixture().await;
    let answer = peer.authorize(&with(&REQUEST, &[("response_type", "token"), ("client_id", "conf")])).await;
    let claims = peer.introspect(&answer.fragment()["access_token"]).await;
    assert_eq!((&claims["active"], &claims["sub"], &claims["scope"]), (&true.into(), &"username".into(), &"scope".into()));
}

#[tokio::test]
async fn a_server_without_refresh_tokens_introspects_access_tokens() {
    let server = AuthorizationServer::builder()
        .profile(Development::<Rfc6749>::new())
        .issuer(issuer!("https://as.example.com"))
        .storage(MemoryStore::new())
        .clock(ManualClock::new(START))
        .grant(ClientCredentials::new())
        .enable(Introspection::new())
        .build();
    let secret = ClientSecret::parse(SECRET).expect("a secret");
    let client = Client::confidential("rs", &secret).grant_types(["client_credentials"]).introspects_any_token();
    server.register_client(client.build().expect("a client")).await.expect("a registration");
    let peer = Peer::new(server, Approves, ManualClock::new(START));
    let request = [("grant_type", "client_credentials")];
    let answer = peer.post("/token", Some(&basic("rs", SECRET)), &request).await;
    assert_eq!(peer.introspect("unknown").await, json!({"active": false}));
    assert!(peer.is_active(&answer.member("access_token")).await);
}

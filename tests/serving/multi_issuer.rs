//! Several servers over one storage, and one server over two storages.

use std::sync::Arc;

use bytes::Bytes;
use grantor::{
    AccessTokenStore, Approval, Authorization, AuthorizationCode, AuthorizationCodeStore, AuthorizationServer, Client,
    ClientSecret, ClientStore, Code, Development, Introspection, Issuer, LocalVerifier, ManualClock, MemoryStore, Password,
    PendingStore, Presented, RefreshToken, RefreshTokenStore, ResumeError, Revocation, Rfc6749, Split, TokenVerifier,
};
use http::{HeaderMap, Request, header};

use crate::common::{
    Answer, Approves, CALLBACK, Legacy, OneUser, PKCE, Peer, REQUEST, SECRET, START, basic, form, legacy_server_on, redemption,
    refreshing, register_fixture_clients, subject, with,
};

type Tenant<S> = AuthorizationServer<
    S,
    (AuthorizationCode, RefreshToken, Password<OneUser>),
    (Code,),
    (Introspection, Revocation),
    Development<Rfc6749>,
>;

fn issuer_of(name: &str) -> Issuer {
    Issuer::parse(&format!("https://{name}.example.com")).expect("an issuer")
}

/// The server of a tenant, with the clients `rs` and `web`.
async fn tenant(name: &str, store: &Arc<MemoryStore>, clock: &ManualClock) -> Peer<Tenant<Arc<MemoryStore>>> {
    let server: Tenant<_> = AuthorizationServer::builder()
        .profile(Development::<Rfc6749>::new())
        .issuer(issuer_of(name))
        .storage(store.clone())
        .clock(clock.clone())
        .grant(AuthorizationCode::new())
        .grant(RefreshToken::new())
        .grant(Password::new(OneUser))
        .response_type(Code)
        .enable(Introspection::new())
        .enable(Revocation::new())
        .build();
    let secret = ClientSecret::parse(SECRET).expect("a secret");
    let rs = Client::confidential("rs", &secret).grant_types::<String>([]).introspects_any_token();
    let grants = ["authorization_code", "password", "refresh_token"];
    let web = Client::public("web").redirect_uri(CALLBACK).scope("scope").grant_types(grants).response_types(["code"]);
    for client in [rs, web] {
        server.register_client(client.build().expect("a client")).await.expect("a registration");
    }
    Peer::new(server, Approves, clock.clone())
}

async fn two_tenants() -> (Arc<MemoryStore>, Peer<Tenant<Arc<MemoryStore>>>, Peer<Tenant<Arc<MemoryStore>>>) {
    let (store, clock) = (Arc::new(MemoryStore::new()), ManualClock::new(START));
    let (a, b) = (tenant("a", &store, &clock).await, tenant("b", &store, &clock).await);
    (store, a, b)
}

const AS_WEB: [(&str, &str); 1] = [("client_id", "web")];

async fn tokens(peer: &Peer<Tenant<Arc<MemoryStore>>>) -> (String, String) {
    let request = [("grant_type", "password"), ("username", "username"), ("password", "password"), ("client_id", "web")];
    let answer = peer.token(&request).await;
    (answer.member("access_token"), answer.member("refresh_token"))
}

#[tokio::test]
async fn a_client_of_one_issuer_is_unknown_to_another() {
    let (_, a, b) = two_tenants().await;
    let secret = |text: &str| ClientSecret::parse(text).expect("a secret");
    let register = async |peer: &Peer<Tenant<_>>, id: &str, text: &str| {
        let client = Client::confidential(id, &secret(text)).grant_types(["password"]);
        peer.server.register_client(client.build().expect("a client")).await.expect("a registration");
    };
    let (own_of_a, own_of_b) = ("the-secret-of-the-client-at-the-issuer-a", "the-secret-of-the-client-at-the-issuer-b");
    register(&a, "only-a", own_of_a).await;
    register(&a, "both", own_of_a).await;
    register(&b, "both", own_of_b).await;
    let request = [("grant_type", "password"), ("username", "username"), ("password", "password")];
    for (peer, id, presented, known) in [
        (&a, "only-a", own_of_a, true),
        (&b, "only-a", own_of_a, false),
        (&a, "both", own_of_a, true),
        (&a, "both", own_of_b, false),
        (&b, "both", own_of_b, true),
        (&b, "both", own_of_a, false),
    ] {
        let answer = peer.post("/token", Some(&basic(id, presented)), &request).await;
        if known { answer.assert_ok() } else { answer.assert_error(401, "invalid_client") }
    }
    let request = with(&with(&REQUEST, &PKCE), &[("client_id", "only-a")]);
    b.authorize(&request).await.assert_page(400);
}

#[tokio::test]
async fn a_code_of_one_issuer_is_nothing_to_another_and_stays_good() {
    let (_, a, b) = two_tenants().await;
    let code = a.code_for(&with(&with(&REQUEST, &PKCE), &AS_WEB)).await;
    let request = with(&redemption(&code), &AS_WEB);
    b.token(&request).await.assert_error(400, "invalid_grant");
    let token = a.token(&request).await.member("access_token");
    // A replay elsewhere is none.
    b.token(&request).await.assert_error(400, "invalid_grant");
    assert!(a.is_active(&token).await);
}

#[tokio::test]
async fn tokens_of_one_issuer_are_nothing_to_another() {
    let (store, a, b) = two_tenants().await;
    let (access_token, refresh_token) = tokens(&a).await;
    for token in [&access_token, &refresh_token] {
        assert!(!b.is_active(token).await);
        // Revoked already, as far as this one knows.
        assert_eq!(b.post("/revoke", None, &with(&AS_WEB, &[("token", token)])).await.status, 200);
        assert!(a.is_active(token).await);
    }
    assert_eq!(a.introspect(&access_token).await["iss"], "https://a.example.com");
    let request = with(&refreshing(&refresh_token), &AS_WEB);
    b.token(&request).await.assert_error(400, "invalid_grant");
    let (parts, ()) = Request::new(()).into_parts();
    for (issuer, found) in [("a", true), ("b", false), ("c", false)] {
        let verifier = LocalVerifier::new(store.clone(), issuer_of(issuer)).clock(ManualClock::new(START));
        assert_eq!(
            verifier.verify(&Presented::bearer(&access_token, &parts)).await.expect("an answer").is_some(),
            found,
            "{issuer}"
        );
    }
    a.token(&request).await.assert_ok();
}

fn with_cookie(set_cookie: &str) -> HeaderMap {
    let pair = set_cookie.split(';').next().unwrap_or_default();
    HeaderMap::from_iter([(header::COOKIE, pair.parse().expect("a header"))])
}

#[tokio::test]
async fn a_suspended_request_of_one_issuer_is_nothing_to_another() {
    let (_, a, b) = two_tenants().await;
    let uri = format!("/authorize?{}", form(&with(&with(&REQUEST, &PKCE), &AS_WEB)));
    let request = Request::get(uri).body(Bytes::new()).expect("a request");
    let Authorization::Interact(valid) = a.server.authorization().handle(request).await else { panic!("refused") };
    let suspended = a.server.authorization().suspend(valid).await.expect("suspended");
    let headers = with_cookie(suspended.set_cookie().to_str().expect("text"));
    let elsewhere = b.server.authorization().resume(suspended.handle(), &headers).await;
    assert!(matches!(elsewhere, Err(ResumeError::NotFound)));
    let resumed = a.server.authorization().resume(suspended.handle(), &headers).await.expect("the request");
    let decision = resumed.approve(Approval::by(subject("username")));
    let answer = Answer::from(a.server.authorization().complete(decision).await);
    assert_eq!(answer.query()["iss"], "https://a.example.com");
    a.token(&with(&redemption(&answer.query()["code"]), &AS_WEB)).await.assert_ok();
}

/// Issuers are compared as they are written (RFC 8414 section 2), whatever a URL parser makes of them.
// shows: RFC9207-2.3-02
#[tokio::test]
async fn issuers_that_differ_in_a_character_differ() {
    let (store, clock) = (Arc::new(MemoryStore::new()), ManualClock::new(START));
    let issuers = ["https://as.example.com", "https://as.example.com/", "https://as.example.com/t", "https://as.example.com:443"];
    let verifiers = issuers.map(|issuer| {
        LocalVerifier::new(store.clone(), Issuer::parse(issuer).expect("an issuer")).clock(ManualClock::new(START))
    });
    let server = legacy_server_on(store.clone(), &clock, 0);
    register_fixture_clients(&server).await;
    let (access_token, _) = Peer::new(server, Approves, clock).tokens().await;
    let (parts, ()) = Request::new(()).into_parts();
    let mut found = Vec::new();
    for verifier in verifiers {
        found.push(verifier.verify(&Presented::bearer(&access_token, &parts)).await.expect("an answer").is_some());
    }
    assert_eq!(found, [true, false, false, false]);
}

// ---- two storages --------------------------------------------------------------------------------------------------------

async fn split_fixture() -> (MemoryStore, MemoryStore, Peer<Legacy<Split<MemoryStore, MemoryStore>>>) {
    let (clients, tokens, clock) = (MemoryStore::new(), MemoryStore::new(), ManualClock::new(START));
    let server = legacy_server_on(Split::new(clients.clone(), tokens.clone()), &clock, 5);
    register_fixture_clients(&server).await;
    (clients, tokens, Peer::new(server, Approves, clock))
}

#[tokio::test]
async fn a_server_over_two_storages_is_a_server() {
    let (_, _, peer) = split_fixture().await;
    let code = peer.code("pub").await;
    let refresh_token = peer.redeem(&code).await.member("refresh_token");
    let second = peer.refresh(&refresh_token).await;
    assert_eq!(peer.refresh(&refresh_token).await.member("refresh_token"), second.member("refresh_token"));
    assert!(peer.is_active(&second.member("access_token")).await);
    let request = [("token", second.member("refresh_token")), ("client_id", "pub".to_owned())];
    let request = request.each_ref().map(|(name, value)| (*name, value.as_str()));
    assert_eq!(peer.post("/revoke", None, &request).await.status, 200);
    assert!(!peer.is_active(&second.member("access_token")).await);
    peer.redeem(&code).await.assert_error(400, "invalid_grant");
}

#[tokio::test]
async fn clients_are_in_the_first_storage_and_everything_else_is_in_the_second() {
    let (clients, tokens, peer) = split_fixture().await;
    let (issuer, now) = (peer.server.issuer(), START);
    let hash = |text: &str| grantor::TokenHash::of(text);
    let (access_token, refresh_token) = peer.tokens().await;
    let code = peer.code("pub").await;
    for (store, has_clients) in [(&clients, true), (&tokens, false)] {
        let found = [
            store.client(issuer, "pub").await.expect("an answer").is_some(),
            store.find_code(issuer, &hash(&code), now).await.expect("an answer").is_none(),
            store.find_access_token(issuer, &hash(&access_token), now).await.expect("an answer").is_none(),
            store.find_refresh_token(issuer, &hash(&refresh_token), now).await.expect("an answer").is_none(),
        ];
        assert_eq!(found, [has_clients; 4]);
    }
    let record = grantor::storage::PendingRecord::new(
        hash("handle"),
        grantor::storage::PendingKind::Suspended,
        hash("browser"),
        grantor::ClientId::parse("pub").expect("an identifier"),
        now.saturating_add_secs(1),
        "{}".to_owned(),
    );
    peer.server.storage().put_pending(issuer, record.clone(), 9, now).await.expect("stored");
    assert_eq!(clients.take_pending(issuer, &record.hash, now).await.expect("an answer"), None);
    assert_eq!(tokens.take_pending(issuer, &record.hash, now).await.expect("an answer"), Some(record));
}

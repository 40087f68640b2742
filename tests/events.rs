//! The events that the manual documents are emitted, each with its level and its fields and nothing else; and each is counted, with the
//! labels that the manual documents.

mod common;
#[path = "logout/provider.rs"]
#[allow(dead_code, reason = "each test binary uses its part")]
mod provider;
#[path = "fetcher/script.rs"]
mod script;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use common::SentBack as _;
use common::browser::Browser;
use common::{
    Approves, CALLBACK, Decides, PKCE, Peer, REQUEST, SECRET, basic, fixture_with_window, form as form_of, redemption, subject,
    with,
};
use grantor::storage::{Announcement, KeyRecord, Kid, purge_forever};
use grantor::testing::{FailingStore, Fault};
use grantor::{
    AnyClient, Approval, AuthorizationCode, AuthorizationServer, Client, ClientCredentials, ClientHosts, ClientId,
    ClientMetadataDocuments, ClientSecret, ClientStore, Code, Development, DeviceCode, DynamicRegistration, Es256, Exchange,
    ExchangeDecision, ExchangePolicy, FamilyStore, Fetcher, IdJag, IdJagDecision, IdJagPolicy, IdJagRequest, Issuer, Jwks,
    JwtAccessTokens, KeyId, KeyStore, ManualClock, MasterKeys, MemoryStore, OAuth21, OpenId, PendingRequests, PurgeExpired,
    PushedAuthorizationRequests, RateLimits, RateRequest, RateVerdict, RefreshToken, RegisteredClients, Rs256, ServesOAuth as _,
    SigningKeys, StoreError, Timestamp, TokenExchange, TrustedIssuer, TrustedIssuers, forward, issuer,
};
use http::Request;
use metrics::Unit;
use metrics_util::MetricKind;
use metrics_util::debugging::{DebugValue, DebuggingRecorder, Snapshotter};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};

/// By name: the level, and the fields.
type Events = BTreeMap<String, (String, BTreeSet<String>)>;

/// Events, and what each says; how often there was any.
#[derive(Clone, Default)]
struct Seen(Arc<Mutex<Events>>, Arc<Mutex<BTreeMap<String, (String, u64)>>>);

struct Fields(BTreeSet<String>, String);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        match field.name() {
            "message" => self.1 = format!("{value:?}"),
            name => drop(self.0.insert(name.to_owned())),
        }
    }
}

impl tracing::Subscriber for Seen {
    fn enabled(&self, metadata: &tracing::Metadata<'_>) -> bool {
        metadata.target() == "grantor"
    }
    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }
    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn event(&self, event: &tracing::Event<'_>) {
        let mut fields = Fields(BTreeSet::new(), String::new());
        event.record(&mut fields);
        let name = event.metadata().name().to_owned();
        self.1.lock().expect("no panic").entry(name).or_insert((fields.1, 0)).1 += 1;
        let level = event.metadata().level().to_string().to_lowercase();
        let mut all = self.0.lock().expect("no panic");
        // One of a client and one of a person have different fields.
        all.entry(event.metadata().name().to_owned()).or_insert((level, BTreeSet::new())).1.extend(fields.0);
    }
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

/// The table in the manual: level, name, when, fields.
fn documented() -> Events {
    let row = |line: &str| {
        let cells: Vec<&str> = line.strip_prefix("//! | ")?.trim_end_matches(" |").split(" | ").collect();
        let [level, name, _, fields] = cells.as_slice() else { return None };
        let name = name.strip_prefix('`')?.strip_suffix('`').filter(|name| name.starts_with("grantor."))?;
        // What is quoted is a field, or a value it may have, in brackets.
        let outside = fields.split(['(', ')']).step_by(2).collect::<String>();
        let fields = outside.split('`').skip(1).step_by(2).map(str::to_owned).collect();
        Some((name.to_owned(), (level.to_string(), fields)))
    };
    include_str!("../src/manual/operating.rs").lines().filter_map(row).collect()
}

/// A request that is pushed.
async fn push(store: MemoryStore) {
    let server = AuthorizationServer::builder()
        .profile(Development::<OAuth21>::new())
        .issuer(issuer!("https://as.example.com"))
        .storage(store)
        .grant(AuthorizationCode::new())
        .response_type(Code)
        .enable(PushedAuthorizationRequests::new())
        .build();
    let peer = Peer::new(server, Approves, ManualClock::new(common::START));
    assert_eq!(peer.post("/par", None, &with(&REQUEST, &PKCE)).await.status, 201);
}

/// A device asks, and somebody types wrong codes.
async fn device(store: MemoryStore) {
    let server = AuthorizationServer::builder()
        .profile(Development::<OAuth21>::new())
        .issuer(issuer!("https://as.example.com"))
        .storage(store)
        .grant(DeviceCode::new())
        .build();
    let client = Client::public("tv").scope("read").grant_types(["urn:ietf:params:oauth:grant-type:device_code"]);
    server.register_client(client.build().expect("a client")).await.expect("a registration");
    let peer = Peer::new(server, Approves, ManualClock::new(common::START));
    assert_eq!(peer.post("/device_authorization", None, &[("client_id", "tv")]).await.status, 200);
    let page = Request::post("/device").extension(grantor::RequestSource::new([192, 0, 2, 1].into()));
    let page = page.body(Bytes::new()).expect("a request");
    for _ in 0..6 {
        assert!(peer.server.devices().enter("BBBB-BBBB", &page).await.is_err());
    }
}

struct NeverPurges;

impl PurgeExpired for NeverPurges {
    async fn purge_expired(&self, _: Timestamp) -> Result<u64, StoreError> {
        Err(StoreError::failed("no"))
    }
}

#[tokio::test]
async fn each_documented_event_is_emitted_and_no_other() {
    let seen = Seen::default();
    tracing::subscriber::set_global_default(seen.clone()).expect("the only subscriber");
    let recorder = DebuggingRecorder::new();
    let snapshots = recorder.snapshotter();
    recorder.install().expect("the only recorder");
    grantor::emit_metrics();

    let peer = fixture_with_window(5).await;
    // What is granted counts, whatever is returned.
    peer.authorize(&common::with(&common::REQUEST, &[("response_type", "none")])).await;
    assert!(seen.0.lock().expect("no panic").iter().any(|event| format!("{event:?}").contains("grantor.authorize")));
    // Approved by an application that does not say when the person signed in.
    peer.authorize(&common::with(&common::REQUEST, &[("max_age", "60")])).await.assert_query_error("login_required");
    peer.token_conf(&[("grant_type", "client_credentials")]).await.assert_ok();
    peer.token_conf(&[("grant_type", "password"), ("username", "username"), ("password", "password")]).await.assert_ok();
    let wrong = basic("conf", "wrong");
    peer.post("/token", Some(&wrong), &[("grant_type", "client_credentials")]).await.assert_error(401, "invalid_client");
    let code = peer.code("pub").await;
    let tokens = peer.redeem(&code).await;
    peer.refresh(&tokens.member("refresh_token")).await.assert_ok();
    peer.post("/revoke", None, &[("client_id", "pub"), ("token", &tokens.member("access_token"))]).await;
    peer.redeem(&code).await.assert_error(400, "invalid_grant");
    peer.tokens().await;
    let alice = subject("username");
    let authorization = peer.server.authorizations(&alice).await.expect("a list")[0].id;
    assert!(peer.server.revoke_authorization(&alice, &authorization).await.expect("an answer"));
    peer.server.revoke_subject(&alice).await.expect("an answer");
    let other = ClientId::parse("other").expect("an identifier");
    assert!(peer.server.remove_client(&other).await.expect("an answer"));
    let mut last = None;
    let full = PendingRequests::new(100).expect("a limit");
    let small = AuthorizationServer::builder()
        .profile(Development::<OAuth21>::new())
        .issuer(issuer!("https://as.example.com"))
        .storage(peer.server.storage().clone())
        .pending_requests(full)
        .grant(AuthorizationCode::new())
        .response_type(Code)
        .build();
    for _ in 0..=full.get() {
        let request = Browser::default().request(&small, &with(&REQUEST, &PKCE)).await;
        last = Some(small.authorization().suspend(request).await);
    }
    assert!(matches!(last, Some(Err(StoreError::Unavailable { .. }))));
    push(peer.server.storage().clone()).await;
    device(peer.server.storage().clone()).await;
    renew(peer.server.storage().clone(), peer.clock.clone()).await;
    keep_keys(peer.clock.clone()).await;
    register(peer.clock.clone()).await;
    describe_a_client(peer.clock.clone()).await;
    sign_out(peer.clock.clone()).await;
    exchange(peer.clock.clone()).await;
    limit(peer.clock.clone()).await;
    let once = Duration::ZERO;
    let store = peer.server.storage().clone();
    let purging = purge_forever(store, peer.clock.clone(), std::future::pending::<()>);
    let failing = purge_forever(NeverPurges, peer.clock.clone(), std::future::pending::<()>);
    // The first pause never ends.
    let _ = tokio::time::timeout(once, purging).await;
    let _ = tokio::time::timeout(once, failing).await;

    let documented = documented();
    assert!(documented.len() > 7, "{documented:?}");
    assert_eq!(*seen.0.lock().expect("no panic"), documented);
    let told = seen.1.lock().expect("no panic").clone();
    assert_eq!(counters(&snapshots), told);
}

/// What each counter is described as, and how often it was counted; with the labels of the manual, and no others.
fn counters(snapshots: &Snapshotter) -> BTreeMap<String, (String, u64)> {
    let labels = documented_labels();
    assert!(labels.len() > 10, "{labels:?}");
    let (mut found, mut labelled) = (BTreeMap::new(), BTreeMap::new());
    for (key, unit, what, value) in snapshots.snapshot().into_vec() {
        let (kind, key) = key.into_parts();
        if kind != MetricKind::Counter {
            continue;
        }
        assert_eq!(unit, Some(Unit::Count), "{key}");
        let DebugValue::Counter(count) = value else { panic!("{key}") };
        let what = what.expect("a description").to_string();
        found.entry(key.name().to_owned()).or_insert((what, 0)).1 += count;
        let names: BTreeSet<_> = key.labels().map(|label| label.key().to_owned()).collect();
        assert!(key.labels().all(|label| label.value().len() < 60), "{key}");
        assert_eq!(*labelled.entry(key.name().to_owned()).or_insert(names.clone()), names);
    }
    labelled.retain(|_, names: &mut BTreeSet<String>| !names.is_empty());
    assert_eq!(labelled, labels);
    found
}

/// The other table: counter, labels.
fn documented_labels() -> BTreeMap<String, BTreeSet<String>> {
    let row = |line: &str| {
        let cells: Vec<&str> = line.strip_prefix("//! | ")?.trim_end_matches(" |").split(" | ").collect();
        let [name, labels] = cells.as_slice() else { return None };
        let name = name.strip_prefix('`')?.strip_suffix('`').filter(|name| name.starts_with("grantor."))?;
        let labels = labels.split(['(', ')']).step_by(2).collect::<String>();
        Some((name.to_owned(), labels.split('`').skip(1).step_by(2).map(str::to_owned).collect()))
    };
    include_str!("../src/manual/operating.rs").lines().filter_map(row).collect()
}

/// There are too many requests, and then nobody knows whether there are.
async fn limit(clock: ManualClock) {
    struct Refuses;
    impl RateLimits for Refuses {
        async fn admit(&self, request: RateRequest<'_>, _: Timestamp) -> Result<RateVerdict, StoreError> {
            match request.client() {
                None => Err(StoreError::failed("no")),
                Some(_) => Ok(RateVerdict::TryLater(Duration::from_secs(1))),
            }
        }
    }
    let server = AuthorizationServer::builder()
        .profile(Development::<OAuth21>::new())
        .issuer(issuer!("https://as.example.com"))
        .storage(MemoryStore::new())
        .rate_limits(Refuses)
        .grant(ClientCredentials::new())
        .build();
    let secret = ClientSecret::parse(SECRET).expect("a secret");
    let client = Client::confidential("conf", &secret).grant_types(["client_credentials"]).build().expect("a client");
    server.register_client(client).await.expect("a registration");
    let peer = Peer::new(server, Approves, clock);
    assert_eq!(peer.token_conf(&[("grant_type", "client_credentials")]).await.status, 429);
}

/// Whatever is asked is permitted, for another server as well.
struct Permits;

impl ExchangePolicy for Permits {
    async fn decide(&self, _: Exchange<'_>) -> Result<ExchangeDecision, StoreError> {
        Ok(ExchangeDecision::delegate())
    }
}

impl IdJagPolicy for Permits {
    async fn decide(&self, _: IdJagRequest<'_>) -> Result<IdJagDecision, StoreError> {
        Ok(IdJag::new("https://other.example.com", "app-there").into())
    }
}

/// A client exchanges its access token, and its ID token for an ID-JAG; and what is no token of a trusted issuer for nothing.
async fn exchange(clock: ManualClock) {
    const GRANT: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
    let issuers = TrustedIssuers::new([TrustedIssuer::new("https://idp.example.com", Jwks::default())]).expect("an issuer");
    let server = AuthorizationServer::builder()
        .profile(Development::<OAuth21>::new())
        .issuer(issuer!("https://as.example.com"))
        .storage(MemoryStore::new())
        .clock(clock.clone())
        .grant(AuthorizationCode::new())
        .grant(TokenExchange::new(Permits).trusting(issuers).id_jags(Permits))
        .response_type(Code)
        .enable(SigningKeys::ephemeral().algorithm(Rs256))
        .enable(OpenId::new(()))
        .build();
    server.ready().await.expect("keys");
    let secret = ClientSecret::parse(SECRET).expect("a secret");
    let client = Client::confidential("pub", &secret).redirect_uri(CALLBACK).scope("openid scope");
    let client = client.grant_types(["authorization_code", GRANT]).build().expect("a client");
    server.register_client(client).await.expect("a registration");
    let peer = Peer::new(server, Approves, clock);
    let code = peer.code_for(&with(&with(&REQUEST, &PKCE), &[("scope", "openid scope")])).await;
    let own = basic("pub", SECRET);
    let mut redeeming = redemption(&code).to_vec();
    redeeming.retain(|(name, _)| *name != "client_id");
    let tokens = peer.post("/token", Some(&own), &redeeming).await;
    let ask = async |token: &str, kind: &str, more: &[(&str, &str)]| {
        let kind = format!("urn:ietf:params:oauth:token-type:{kind}");
        let mut pairs = vec![("grant_type", GRANT), ("subject_token", token), ("subject_token_type", &kind)];
        pairs.extend(more);
        peer.post("/token", Some(&own), &pairs).await
    };
    ask(&tokens.member("access_token"), "access_token", &[]).await.assert_ok();
    ask("a.b.c", "jwt", &[]).await.assert_error(400, "invalid_request");
    let more = [("requested_token_type", "urn:ietf:params:oauth:token-type:id-jag"), ("audience", "other"), ("scope", "there")];
    ask(&tokens.member("id_token"), "id_token", &more).await.assert_ok();
}

/// A client that is a URL is described by its document, becomes another one, and is gone.
async fn describe_a_client(clock: ManualClock) {
    let id = "https://app.example.com/client.json";
    let document = |name: &str| {
        let grants = ["authorization_code", "refresh_token"];
        let document =
            serde_json::json!({"client_id": id, "client_name": name, "redirect_uris": [common::CALLBACK], "grant_types": grants});
        script::Answer::json(document.to_string())
    };
    let script = Arc::new(script::Script::of([document("one"), document("another"), script::Answer::status(404)]));
    let server = AuthorizationServer::builder()
        .profile(Development::<OAuth21>::new())
        .issuer(issuer!("https://as.example.com"))
        .storage(MemoryStore::new())
        .clock(clock.clone())
        .fetcher(Fetcher::with(script))
        .grant(AuthorizationCode::new())
        .grant(RefreshToken::new())
        .response_type(Code)
        .enable(ClientMetadataDocuments::new(ClientHosts::any()))
        .build();
    let consents = Decides(|request| request.approve(Approval::by(subject("alice")).consented()));
    let peer = Peer::new(server, consents, clock);
    let request = [("response_type", "code"), ("client_id", id), ("redirect_uri", common::CALLBACK)];
    let code = peer.code_for(&with(&request, &PKCE)).await;
    let tokens = peer.token(&with(&redemption(&code), &[("client_id", id)])).await;
    let refresh = tokens.member("refresh_token");
    for status in [400, 503] {
        peer.clock.advance(301);
        let refreshing = [("grant_type", "refresh_token"), ("client_id", id), ("refresh_token", &*refresh)];
        assert_eq!(peer.token(&refreshing).await.status, status);
    }
}

/// A client that authenticates renews an access token, on a server whose refresh tokens stay what they are.
async fn renew(store: MemoryStore, clock: ManualClock) {
    let server = AuthorizationServer::builder()
        .profile(Development::<OAuth21>::new())
        .issuer(issuer!("https://as.example.com"))
        .storage(store)
        .clock(clock.clone())
        .grant(AuthorizationCode::new())
        .grant(RefreshToken::new().reusable())
        .response_type(Code)
        .build();
    let peer = Peer::new(server, Approves, clock);
    let code = peer.code("conf").await;
    let redemption = with(&redemption(&code), &[("client_id", "conf")]);
    let refresh_token = peer.token_conf(&redemption).await.member("refresh_token");
    peer.token_conf(&[("grant_type", "refresh_token"), ("refresh_token", &refresh_token)]).await.assert_ok();
}

/// A client registers itself, is used while that cannot be noted, changes its registration, and others are refused.
async fn register(clock: ManualClock) {
    let store = FailingStore::default();
    let one = RegisteredClients::new(1).expect("a limit");
    let server = AuthorizationServer::builder()
        .profile(Development::<OAuth21>::new())
        .issuer(issuer!("https://as.example.com"))
        .storage(store.clone())
        .clock(clock.clone())
        .grant(ClientCredentials::new())
        .enable(DynamicRegistration::new(AnyClient::new()).grant_types(["client_credentials"]).most_clients(one))
        .build();
    let send = async |method: &str, url: &str, token: &str, body: &serde_json::Value| {
        let request = Request::builder().method(method).uri(url).header("authorization", format!("Bearer {token}"));
        let request = request.header("content-type", "application/json").body(Bytes::from(body.to_string()));
        let mut request = request.expect("a request");
        if token.is_empty() {
            request.headers_mut().remove("authorization");
        }
        server.handle(request).await
    };
    let metadata = serde_json::json!({"grant_types": ["client_credentials"], "token_endpoint_auth_method": "client_secret_post"});
    let client = send("POST", "/register", "", &metadata).await;
    let client: serde_json::Value = serde_json::from_slice(client.body()).expect("JSON");
    let text = |name: &str| client[name].as_str().expect("a text");
    assert_eq!(send("POST", "/register", "", &metadata).await.status(), 503);
    assert_eq!(send("POST", "/register", "", &serde_json::json!({})).await.status(), 400);
    store.hook.at("keep_client", Fault::Failed);
    let form = [("grant_type", "client_credentials"), ("client_id", text("client_id")), ("client_secret", text("client_secret"))];
    let token = Request::post("/token").header("content-type", "application/x-www-form-urlencoded").body(form_of(&form).into());
    assert_eq!(server.handle(token.expect("a request")).await.status(), 200);
    let mut change = metadata;
    change["client_id"] = client["client_id"].clone();
    let url = text("registration_client_uri").trim_start_matches("https://as.example.com");
    assert_eq!(send("PUT", url, text("registration_access_token"), &change).await.status(), 200);
}

/// Keeps its signing keys, until it is told to lose them, or to fail.
#[derive(Default)]
struct Forgetful {
    inner: MemoryStore,
    loses: AtomicBool,
    fails: AtomicBool,
}

impl Forgetful {
    const fn inner(&self) -> &MemoryStore {
        &self.inner
    }
}

impl ClientStore for Forgetful {
    forward!(ClientStore => MemoryStore, Self::inner);
}

impl FamilyStore for Forgetful {
    forward!(FamilyStore => MemoryStore, Self::inner);
}

impl KeyStore for Forgetful {
    async fn keys(&self, issuer: &Issuer, now: Timestamp) -> Result<Vec<KeyRecord>, StoreError> {
        if self.fails.load(Ordering::Relaxed) {
            return Err(StoreError::failed("no"));
        }
        let kept = self.inner.keys(issuer, now).await?;
        Ok(if self.loses.swap(false, Ordering::Relaxed) { Vec::new() } else { kept })
    }

    async fn announce_key(&self, issuer: &Issuer, key: KeyRecord, now: Timestamp) -> Result<Announcement, StoreError> {
        self.inner.announce_key(issuer, key, now).await
    }

    async fn withdraw_key(&self, issuer: &Issuer, kid: &Kid, now: Timestamp) -> Result<(), StoreError> {
        self.inner.withdraw_key(issuer, kid, now).await
    }
}

/// A server announces a signing key, finds it gone from the storage, withdraws it, and cannot refresh its keys.
async fn keep_keys(clock: ManualClock) {
    let store = Arc::<Forgetful>::default();
    let server = AuthorizationServer::builder()
        .profile(Development::<OAuth21>::new())
        .issuer(issuer!("https://as.example.com"))
        .storage(store.clone())
        .clock(clock)
        .master_keys(MasterKeys::from_bytes(&std::array::from_fn::<u8, 32, _>(|place| 7 * place as u8)).expect("a master key"))
        .grant(ClientCredentials::new())
        .enable(SigningKeys::stored().algorithm(Es256))
        .enable(JwtAccessTokens::new("https://api.example.com"))
        .build();
    server.ready().await.expect("keys");
    store.loses.store(true, Ordering::Relaxed);
    server.ready().await.expect("keys");
    let served = server.handle(Request::get("/jwks").body(Bytes::new()).expect("a request")).await;
    let keys: serde_json::Value = serde_json::from_slice(served.body()).expect("JSON");
    let kid = keys["keys"][0]["kid"].as_str().and_then(|kid| KeyId::parse(kid).ok()).expect("a kid");
    assert!(server.withdraw_key(&kid).await.expect("an answer"));
    store.fails.store(true, Ordering::Relaxed);
    // One pause is over at once, the next one never.
    let paused = AtomicBool::new(false);
    let pause = |_| {
        let again = paused.swap(true, Ordering::Relaxed);
        async move {
            if again {
                std::future::pending().await
            }
        }
    };
    let _ = tokio::time::timeout(Duration::ZERO, server.keep_keys(pause)).await;
}

/// Somebody signs out of a client that takes it, of one that does not, until it is given up, and the storage fails.
async fn sign_out(clock: ManualClock) {
    let store = FailingStore::default();
    let provider = provider::provider_on(store.clone(), clock.clone());
    provider.register_all().await;
    let tokens = provider.tokens("a").await;
    provider.tokens("b").await;
    provider.hosts.answer("b.example.com", 500);
    provider.assert_signed_out(&provider.end(&[("id_token_hint", provider::hint(&tokens))]).await);
    provider.deliver().await;
    // The last attempt within a day.
    clock.advance(24 * 60 * 60 - 5);
    provider.deliver().await;
    store.hook.at("claim_notices", Fault::Failed);
    provider.deliver().await;
}

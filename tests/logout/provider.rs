//! A provider from which people sign out, one browser, and the hosts of the clients.

use std::collections::HashMap;
use std::error::Error;
use std::future::pending;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use grantor::jose::{CompactJws, IdTokenJwt, LogoutTokenJwt};
use grantor::{
    AccessTokenStore, Algorithm, Approval, AuthorizationCode, AuthorizationCodeStore, AuthorizationRequest, AuthorizationServer,
    BackChannelLogout, Client, ClientBuilder, ClientRegistry, ClientSecret, Code, Decision, Development, DocumentBody,
    DocumentTransport, Fetcher, FixedKeys, Interaction, Introspection, Jwks, KeyPair, ManualClock, MasterKeys, MemoryStore,
    Needs, OAuth21, OpenId, PairwiseSubjects, RefreshToken, RefreshTokenStore, RpInitiatedLogout, Rs256, SessionRecords, SignOut,
    SignedIn, SigningKeys, StoreError, SubjectType, issuer,
};
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode, header};
use serde_json::{Value, json};
use tokio::sync::{Notify, watch};

use crate::common::{Answer, CALLBACK, CHALLENGE, Peer, SECRET, START, VERIFIER, basic, form, subject, with};

pub const ISSUER: &str = "https://as.example.com";
/// From which pairwise subjects are derived.
const SECTOR_KEY: &str = "6ZQz0n3hX7mJc1uVfK2bYw8tRlA5pGdSxEoNiQvTgHk=";
/// Where people go after signing out.
pub const AFTER: &str = "https://ownauth.com/signed-out";

/// Who is signed in in the one browser that there is. Its cookie is not looked at, but it is taken away.
#[derive(Default)]
pub struct App {
    pub current: Mutex<Option<SignedIn>>,
    pub signed_out: AtomicUsize,
    pub fails: AtomicBool,
}

impl App {
    pub fn sign_in(&self, name: &str, session: &str) {
        *self.current.lock().expect("a lock") = Some(SignedIn::new(subject(name), session));
    }

    pub fn who(&self) -> Option<SignedIn> {
        self.current.lock().expect("a lock").clone()
    }

    /// Whoever uses another browser.
    pub fn elsewhere(&self) {
        *self.current.lock().expect("a lock") = None;
    }
}

impl<Sv: Sync> Interaction<Sv> for App {
    async fn decide(&self, _: &Sv, _: &Request<Bytes>, request: AuthorizationRequest) -> Decision {
        match self.who() {
            Some(who) => request.approve(Approval::by(who.subject().clone()).session(who.session())),
            None => request.needs(Needs::Login),
        }
    }
}

impl SignOut for App {
    async fn signed_in(&self, _: &Request<Bytes>) -> Result<Option<SignedIn>, StoreError> {
        Ok(self.who())
    }

    async fn sign_out(&self, _: &Request<Bytes>, who: &SignedIn) -> Result<HeaderMap, StoreError> {
        if self.fails.load(Ordering::Relaxed) {
            return Err(StoreError::Unavailable { retry_after: None });
        }
        assert_eq!(self.who().as_ref(), Some(who));
        self.elsewhere();
        self.signed_out.fetch_add(1, Ordering::Relaxed);
        let mut headers = HeaderMap::new();
        headers.append(header::SET_COOKIE, HeaderValue::from_static("session=; Max-Age=0"));
        headers.append(header::SET_COOKIE, HeaderValue::from_static("theme=; Max-Age=0"));
        Ok(headers)
    }
}

/// The hosts of the clients: what was posted to them, and what they answer.
#[derive(Default)]
pub struct Hosts {
    posted: Mutex<Vec<(String, HeaderMap, String)>>,
    answers: Mutex<HashMap<String, u16>>,
    /// How many are being asked at the same time, and were at most.
    now: AtomicUsize,
    most: AtomicUsize,
    /// While it is true nobody answers.
    held: watch::Sender<bool>,
}

impl Hosts {
    pub fn hold(&self, held: bool) {
        self.held.send_replace(held);
    }

    /// When so many are being asked.
    pub async fn asked_at_once(&self, number: usize) {
        while self.now.load(Ordering::SeqCst) != number {
            tokio::task::yield_now().await;
        }
    }

    /// What was posted since the last time, by URL.
    pub fn posted(&self) -> Vec<(String, String)> {
        let mut posted: Vec<_> = std::mem::take(&mut *self.posted.lock().expect("a lock"));
        posted.sort_by(|one, other| one.0.cmp(&other.0));
        for (url, headers, _) in &posted {
            assert_eq!(headers["content-type"], "application/x-www-form-urlencoded", "{url}");
        }
        posted.into_iter().map(|(url, _, body)| (url, body)).collect()
    }

    /// From now on the host answers so; 0 stands for no answer.
    pub fn answer(&self, host: &str, status: u16) {
        self.answers.lock().expect("a lock").insert(host.to_owned(), status);
    }

    pub fn most_at_once(&self) -> usize {
        self.most.load(Ordering::SeqCst)
    }
}

pub struct Nothing;

impl DocumentBody for Nothing {
    async fn chunk(&mut self) -> Result<Option<Bytes>, Box<dyn Error + Send + Sync>> {
        panic!("nobody reads the answer of a client")
    }
}

impl DocumentTransport for Hosts {
    type Body = Nothing;

    async fn resolve(&self, host: &str) -> Result<Vec<IpAddr>, Box<dyn Error + Send + Sync>> {
        let address = if host.starts_with("inside.") { "10.0.0.1" } else { "93.184.215.14" };
        Ok(vec![address.parse()?])
    }

    async fn send(&self, request: Request<Bytes>, _: &[SocketAddr]) -> Result<Response<Nothing>, Box<dyn Error + Send + Sync>> {
        assert_eq!(request.method(), "POST");
        let now = self.now.fetch_add(1, Ordering::SeqCst) + 1;
        self.most.fetch_max(now, Ordering::SeqCst);
        tokio::task::yield_now().await;
        self.held.subscribe().wait_for(|held| !held).await?;
        self.now.fetch_sub(1, Ordering::SeqCst);
        let (host, url) = (request.uri().host().unwrap_or_default().to_owned(), request.uri().to_string());
        let (head, body) = request.into_parts();
        self.posted.lock().expect("a lock").push((url, head.headers, String::from_utf8(body.to_vec())?));
        match self.answers.lock().expect("a lock").get(&host).copied().unwrap_or(200) {
            0 => Err("connection refused".into()),
            status => Ok(Response::builder().status(status).body(Nothing)?),
        }
    }

    async fn sleep(&self, _: Duration) {
        pending().await
    }

    fn spawn(&self, _: Pin<Box<dyn Future<Output = ()> + Send>>) {
        panic!("nothing is fetched")
    }
}

pub type Keys = SigningKeys<(Rs256,), FixedKeys>;
pub type Server<S = MemoryStore> = AuthorizationServer<
    S,
    (AuthorizationCode, RefreshToken),
    (Code,),
    (Keys, OpenId<(), PairwiseSubjects>, RpInitiatedLogout<Arc<App>>, BackChannelLogout, Introspection),
    Development<OAuth21>,
>;

/// One key for the whole process: RSA takes its time.
pub fn key() -> KeyPair {
    static KEY: std::sync::OnceLock<Vec<u8>> = std::sync::OnceLock::new();
    let make = || KeyPair::generate(Algorithm::Rs256).expect("a key").to_pkcs8().expect("PKCS#8").to_vec();
    KeyPair::from_pkcs8(Algorithm::Rs256, KEY.get_or_init(make)).expect("a key")
}

pub trait Storage:
    ClientRegistry + AuthorizationCodeStore + AccessTokenStore + RefreshTokenStore + SessionRecords + Clone
{
}
impl<S> Storage for S where
    S: ClientRegistry + AuthorizationCodeStore + AccessTokenStore + RefreshTokenStore + SessionRecords + Clone
{
}

pub struct Provider<S = MemoryStore>
where
    Server<S>: grantor::ServesOAuth,
{
    pub peer: Peer<Server<S>, Arc<App>>,
    pub app: Arc<App>,
    pub hosts: Arc<Hosts>,
}

/// With the clients `a`, `b` and `c`, of which `c` wants to be told nothing, and Alice signed in.
pub async fn provider() -> Provider {
    let provider = provider_on(MemoryStore::new(), ManualClock::new(START));
    provider.register_all().await;
    provider
}

pub fn provider_on<S: Storage>(store: S, clock: ManualClock) -> Provider<S> {
    let (app, hosts) = (Arc::<App>::default(), Arc::<Hosts>::default());
    let server = AuthorizationServer::builder()
        .profile(Development::<OAuth21>::new())
        .issuer(issuer!("https://as.example.com"))
        .storage(store)
        .clock(clock.clone())
        .master_keys(MasterKeys::parse(SECTOR_KEY).expect("a key"))
        .fetcher(Fetcher::with(hosts.clone()))
        .grant(AuthorizationCode::new())
        .grant(RefreshToken::new())
        .response_type(Code)
        .enable(SigningKeys::fixed(Rs256, key()).expect("a key"))
        .enable(OpenId::new(()).pairwise_subjects())
        .enable(RpInitiatedLogout::new(app.clone()))
        .enable(BackChannelLogout::new())
        .enable(Introspection::new())
        .build();
    app.sign_in("alice", "1");
    Provider { peer: Peer::new(server, app.clone(), clock), app, hosts }
}

pub fn client(name: &str) -> ClientBuilder {
    let client = Client::confidential(name, &ClientSecret::parse(SECRET).expect("a secret")).redirect_uri(CALLBACK);
    client.scope("openid offline_access read").grant_types(["authorization_code", "refresh_token"])
}

impl<S: Storage> Provider<S> {
    pub async fn register_all(&self) {
        for name in ["a", "b"] {
            let uri = format!("https://{name}.example.com/backchannel?v=1");
            self.register(client(name).backchannel_logout_uri(&uri).post_logout_redirect_uri(AFTER)).await;
        }
        self.register(client("c").post_logout_redirect_uri("https://c.example.com/bye")).await;
        let resource_server = Client::confidential("rs", &ClientSecret::parse(SECRET).expect("a secret"));
        self.register(resource_server.grant_types::<String>([]).introspects_any_token()).await;
    }

    pub async fn register(&self, client: ClientBuilder) {
        self.peer.server.register_client(client.build().expect("a client")).await.expect("a registration");
    }

    /// Another client, which is told at this URL.
    pub async fn register_told(&self, name: &str, uri: &str) {
        self.register(client(name).backchannel_logout_uri(uri)).await;
    }

    /// A client with subjects of its own, with its redirect URI at this host.
    pub async fn register_pairwise(&self, name: &str, host: &str) {
        let client = Client::confidential(name, &ClientSecret::parse(SECRET).expect("a secret")).scope("openid read");
        let client = client.redirect_uri(format!("https://{host}/callback")).subject_type(SubjectType::Pairwise);
        self.register(client.backchannel_logout_uri(&format!("https://{host}/{name}"))).await;
    }

    /// Whoever is signed in signs in to it: its tokens.
    pub async fn pairwise_tokens(&self, name: &str, host: &str) -> Value {
        let uri = format!("https://{host}/callback");
        let answer = self.authorize(name, &[("redirect_uri", &uri)]).await;
        let code = answer.query().remove("code").unwrap_or_else(|| panic!("no code in {answer:?}"));
        let pairs =
            [("grant_type", "authorization_code"), ("code", &*code), ("redirect_uri", &*uri), ("code_verifier", VERIFIER)];
        self.peer.post("/token", Some(&basic(name, SECRET)), &pairs).await.json()
    }

    pub async fn authorize(&self, client: &str, changes: &[(&str, &str)]) -> Answer {
        let request = [
            ("response_type", "code"),
            ("client_id", client),
            ("redirect_uri", CALLBACK),
            ("scope", "openid read"),
            ("state", "xyz"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ];
        self.peer.authorize(&with(&request, changes)).await
    }

    pub async fn redeem(&self, client: &str, code: &str) -> Answer {
        let pairs =
            [("grant_type", "authorization_code"), ("code", code), ("redirect_uri", CALLBACK), ("code_verifier", VERIFIER)];
        self.peer.post("/token", Some(&basic(client, SECRET)), &pairs).await
    }

    /// Alice signs in to the client, with the scope.
    pub async fn tokens_for(&self, client: &str, changes: &[(&str, &str)]) -> Value {
        let answer = self.authorize(client, changes).await;
        let code = answer.query().remove("code").unwrap_or_else(|| panic!("no code in {answer:?}"));
        let answer = self.redeem(client, &code).await;
        answer.assert_ok();
        answer.json()
    }

    pub async fn tokens(&self, client: &str) -> Value {
        self.tokens_for(client, &[]).await
    }

    pub async fn refresh(&self, client: &str, tokens: &Value) -> Answer {
        let refresh_token = tokens["refresh_token"].as_str().expect("a refresh token");
        let pairs = [("grant_type", "refresh_token"), ("refresh_token", refresh_token)];
        self.peer.post("/token", Some(&basic(client, SECRET)), &pairs).await
    }

    pub async fn is_active(&self, tokens: &Value) -> bool {
        let token = tokens["access_token"].as_str().expect("a token");
        let answer = self.peer.post("/introspect", Some(&basic("rs", SECRET)), &[("token", token)]).await;
        answer.json()["active"].as_bool().expect("a boolean")
    }

    /// Logs out by GET.
    pub async fn end(&self, pairs: &[(&str, &str)]) -> Answer {
        let query = if pairs.is_empty() { String::new() } else { format!("?{}", form(pairs)) };
        self.peer.get(&format!("/end_session{query}")).await
    }

    /// Posts to the endpoint, as the browser does that has this cookie.
    pub async fn post(&self, pairs: &[(&str, &str)], headers: &[(&str, &str)]) -> Answer {
        let mut request = Request::post("/end_session").header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.peer.send(request.body(form(pairs)).expect("a request")).await
    }

    /// Tells the clients that are due.
    pub async fn deliver(&self) {
        let done = Notify::new();
        let pause = |_| {
            done.notify_one();
            pending::<()>()
        };
        tokio::select! {
            () = self.peer.server.deliver_logout_tokens(pause) => {}
            () = done.notified() => {}
        }
    }

    async fn jwks(&self) -> Jwks {
        Jwks::parse(self.peer.get("/jwks").await.body.as_bytes()).expect("keys")
    }

    /// The header and the claims of a logout token.
    pub async fn logout_token(&self, body: &str) -> (Value, Value) {
        let pairs: Vec<(String, String)> = form_urlencoded::parse(body.as_bytes()).into_owned().collect();
        let [(name, token)] = &pairs[..] else { panic!("one parameter: {body}") };
        assert_eq!(name, "logout_token");
        let jws = CompactJws::decode(token).expect("a JWS");
        let verified = jws.unverified::<LogoutTokenJwt>(&Algorithm::ALL).expect("a token");
        let verified = verified.verify(&self.jwks().await).expect("a signature of the server");
        let header = token.split('.').next().expect("a header");
        let header = base64::Engine::decode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, header).expect("base64url");
        (serde_json::from_slice(&header).expect("a header"), verified.deserialize().expect("claims"))
    }

    pub async fn id_token(&self, tokens: &Value) -> Value {
        let token = tokens["id_token"].as_str().expect("an ID token");
        let jws = CompactJws::decode(token).expect("a JWS");
        let unverified = jws.unverified::<IdTokenJwt>(&Algorithm::ALL).expect("a token");
        unverified.verify(&self.jwks().await).expect("a signature of the server").deserialize().expect("claims")
    }

    /// Is it the page that says so, and is nobody signed in any more?
    #[track_caller]
    pub fn assert_signed_out(&self, answer: &Answer) {
        assert_eq!((answer.status, answer.location()), (StatusCode::OK, ""), "{answer:?}");
        assert!(answer.body.contains("You are signed out"), "{answer:?}");
        assert_eq!(self.app.who(), None);
    }

    /// Is it the page that asks, and is everything as it was?
    #[track_caller]
    pub fn assert_asked(&self, answer: &Answer) {
        assert_eq!((answer.status, answer.location()), (StatusCode::OK, ""), "{answer:?}");
        assert!(answer.body.contains("Sign out?"), "{answer:?}");
        assert!(self.app.who().is_some());
    }

    /// Is it an error page, and is everything as it was?
    #[track_caller]
    pub fn assert_refused(&self, answer: &Answer) {
        answer.assert_page(400);
        assert!(self.app.who().is_some());
    }
}

/// What a token response says of the sign-in.
pub fn hint(tokens: &Value) -> &str {
    tokens["id_token"].as_str().expect("an ID token")
}

/// The event of a logout token.
pub fn event() -> Value {
    json!({"http://schemas.openid.net/event/backchannel-logout": {}})
}

/// An ID token that says the same and that somebody else signed.
pub async fn foreign_id_token() -> String {
    let key = KeyPair::generate(Algorithm::Rs256).expect("a key");
    let signer = grantor::jose::TokenSigner::new(key);
    let now = START.as_unix();
    let claims = json!({"iss": ISSUER, "sub": "alice", "aud": "a", "iat": now, "exp": now + 300});
    signer.sign::<IdTokenJwt>(claims.to_string().as_bytes()).await.expect("a signature").to_string()
}

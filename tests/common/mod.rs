//! What the integration tests share: the fixture of `seed/acceptance.md` section 4.2, and a client that talks HTTP to it.
#![allow(dead_code, reason = "each test binary uses its part")]

pub mod caller;
pub mod captured_log;
pub mod counting;
pub mod html_form;
pub mod instance;
pub mod load;
pub mod moody_store;
pub mod postgres;
pub mod proxy;
pub mod race;
pub mod scenario;
pub mod seeds;
pub mod size;
pub mod thief;
pub mod watched_store;
pub mod yielding;

/// The browser of the kit that users have, too.
pub mod browser {
    #[allow(unused_imports, reason = "each test binary uses its part")]
    pub use grantor::testing::Browser;
}

use std::collections::BTreeMap;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
pub use grantor::testing::Answer;
use grantor::{
    AccessTokenStore, Approval, AuthorizationCode, AuthorizationCodeStore, AuthorizationRequest, AuthorizationServer, Client,
    ClientBuilder, ClientCredentials, ClientRegistry, ClientSecret, ClientStore, Code, CodeToken, Decision, Development,
    Implicit, Interaction, Introspection, ManualClock, MemoryStore, Nothing, OAuth21, OAuthService, Password, PkceOptional,
    PlainToo, RefreshToken, RefreshTokenStore, ResourceOwnerAuthenticator, RetryWindow, Revocation, Rfc6749, ServesOAuth,
    StoreError, Subject, Timestamp, Token, issuer,
};
use http::{Method, Request, header};
use moody_store::{Moody, MoodyStore};
use serde_json::Value;

pub const CALLBACK: &str = "https://ownauth.com/callback";
pub const SECRET: &str = "a-secret-of-more-than-32-characters-for-tests";
/// RFC 7636 appendix B.
pub const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
/// An authorization request without PKCE.
pub const REQUEST: [(&str, &str); 5] =
    [("response_type", "code"), ("client_id", "pub"), ("redirect_uri", CALLBACK), ("scope", "scope"), ("state", "xyz")];
/// What PKCE adds to it.
pub const PKCE: [(&str, &str); 2] = [("code_challenge", CHALLENGE), ("code_challenge_method", "S256")];
pub const START: Timestamp = Timestamp::from_unix(1_700_000_000);

/// Knows one resource owner: `username` with `password`.
#[derive(Clone, Copy)]
pub struct OneUser;

impl ResourceOwnerAuthenticator for OneUser {
    async fn authenticate(&self, username: &str, password: &str) -> Result<Option<Subject>, StoreError> {
        Ok((username == "username" && password == "password").then(|| subject("username")))
    }
}

pub fn subject(name: &str) -> Subject {
    Subject::new(name).expect("a name")
}

/// Approves everything for the user `username`.
#[derive(Clone, Copy)]
pub struct Approves;

impl<Sv: Sync> Interaction<Sv> for Approves {
    async fn decide(&self, _: &Sv, _: &Request<Bytes>, request: AuthorizationRequest) -> Decision {
        request.approve(Approval::by(subject("username")).username("username"))
    }
}

/// Decides as the function says.
#[derive(Clone, Copy)]
pub struct Decides(pub fn(AuthorizationRequest) -> Decision);

impl<Sv: Sync> Interaction<Sv> for Decides {
    async fn decide(&self, _: &Sv, _: &Request<Bytes>, request: AuthorizationRequest) -> Decision {
        (self.0)(request)
    }
}

/// What the default profile permits, with clients that have `S256` only.
pub type Modern = AuthorizationServer<
    MemoryStore,
    (AuthorizationCode, RefreshToken),
    (Code,),
    (Introspection, Revocation),
    Development<OAuth21>,
>;

pub async fn modern_fixture() -> Peer<Modern> {
    let clock = ManualClock::new(START);
    let server = AuthorizationServer::builder()
        .profile(Development::<OAuth21>::new())
        .issuer(issuer!("https://as.example.com"))
        .storage(MemoryStore::new())
        .clock(clock.clone())
        .grant(AuthorizationCode::new())
        .grant(RefreshToken::new())
        .response_type(Code)
        .enable(Introspection::new())
        .enable(Revocation::new())
        .build();
    let client = Client::public("pub").redirect_uri(CALLBACK).scope("scope read write");
    let client = client.grant_types(["authorization_code", "refresh_token"]).build().expect("a client");
    server.register_client(client).await.expect("a registration");
    Peer::new(server, Approves, clock)
}

/// Everything that RFC 6749 has.
pub type Legacy<S = MemoryStore> = AuthorizationServer<
    S,
    (AuthorizationCode<PkceOptional, PlainToo>, RefreshToken, ClientCredentials, Password<OneUser>, Implicit),
    (Code, Token, CodeToken, Nothing),
    (Introspection, Revocation),
    Development<Rfc6749>,
>;

/// The server of the acceptance cases, without clients. `window` is the retry window in seconds.
pub fn legacy_server(clock: &ManualClock, window: u64) -> Legacy {
    legacy_server_on(MemoryStore::new(), clock, window)
}

/// The same on a storage of the test's.
pub fn legacy_server_on<S>(store: S, clock: &ManualClock, window: u64) -> Legacy<S>
where
    S: ClientStore + AuthorizationCodeStore + AccessTokenStore + RefreshTokenStore,
{
    AuthorizationServer::builder()
        .profile(Development::<Rfc6749>::new())
        .issuer(issuer!("https://as.example.com"))
        .storage(store)
        .clock(clock.clone())
        .grant(AuthorizationCode::new().pkce_optional().pkce_plain())
        .grant(RefreshToken::new().retry_window(RetryWindow::from_secs(window).expect("a window")))
        .grant(ClientCredentials::new())
        .grant(Password::new(OneUser))
        .grant(Implicit::new())
        .response_type(Code)
        .response_type(Token)
        .response_type(CodeToken)
        .response_type(Nothing)
        .enable(Introspection::new())
        .enable(Revocation::new())
        .build()
}

/// `pub`, `conf`, and `other` (like `conf`), `rs` (a resource server).
pub async fn register_fixture_clients<S: ClientRegistry>(server: &Legacy<S>) {
    let secret = ClientSecret::parse(SECRET).expect("a secret");
    let everything = |builder: ClientBuilder| {
        builder.redirect_uri(CALLBACK).scope("scope read write").response_types(["code", "token", "code token", "none"])
    };
    let grants = ["authorization_code", "implicit", "password", "refresh_token"];
    let public = everything(Client::public("pub")).grant_types(grants);
    let confidential = |id: &str| {
        let all = grants.into_iter().chain(["client_credentials"]);
        everything(Client::confidential(id, &secret)).grant_types(all)
    };
    let resource_server = Client::confidential("rs", &secret).grant_types::<String>([]).introspects_any_token();
    for client in [public, confidential("conf"), confidential("other"), resource_server] {
        server.register_client(client.build().expect("a client")).await.expect("a registration");
    }
}

/// A server behind its HTTP interface, and a clock to move.
pub struct Peer<Sv = Legacy, I = Approves> {
    pub service: OAuthService<Sv, I>,
    pub server: Arc<Sv>,
    pub clock: ManualClock,
}

/// The fixture of the acceptance cases, with the retry window off.
pub async fn fixture() -> Peer {
    fixture_with_window(0).await
}

pub async fn fixture_with_window(window: u64) -> Peer {
    fixture_on(MemoryStore::new(), window).await
}

/// The same on a storage of the test's.
pub async fn fixture_on<S>(store: S, window: u64) -> Peer<Legacy<S>>
where
    S: ClientRegistry + AuthorizationCodeStore + AccessTokenStore + RefreshTokenStore,
{
    let clock = ManualClock::new(START);
    let server = legacy_server_on(store, &clock, window);
    register_fixture_clients(&server).await;
    Peer::new(server, Approves, clock)
}

/// The same, with the application deciding otherwise.
pub async fn fixture_that(decide: fn(AuthorizationRequest) -> Decision) -> Peer<Legacy, Decides> {
    let Peer { server, clock, .. } = fixture().await;
    Peer { service: OAuthService::with(server.clone(), Decides(decide)), server, clock }
}

/// The same on a storage that can be told to misbehave.
pub async fn moody_fixture() -> Peer<Legacy<MoodyStore>> {
    let clock = ManualClock::new(START);
    let server = legacy_server_on(MoodyStore::new(Moody::default()), &clock, 0);
    register_fixture_clients(&server).await;
    Peer::new(server, Approves, clock)
}

/// An error with which the client of the fixture is sent back to [`CALLBACK`].
pub trait SentBack {
    /// In the query, and nothing in the fragment.
    fn assert_query_error(&self, code: &str);
    /// In the fragment, and nothing in the query.
    fn assert_fragment_error(&self, code: &str);
}

impl SentBack for Answer {
    #[track_caller]
    fn assert_query_error(&self, code: &str) {
        assert_sent_back(self, &self.query(), code);
        assert!(!self.location().contains('#'), "{self:?}");
    }

    #[track_caller]
    fn assert_fragment_error(&self, code: &str) {
        assert_sent_back(self, &self.fragment(), code);
        assert!(!self.location().contains('?'), "{self:?}");
    }
}

#[track_caller]
fn assert_sent_back(answer: &Answer, parameters: &BTreeMap<String, String>, code: &str) {
    assert!(answer.location().starts_with(CALLBACK), "{answer:?}");
    answer.assert_redirected_error(code);
    let get = |name: &str| parameters.get(name).map(String::as_str);
    let got = (answer.status.as_u16(), get("error"), get("state"), get("iss"));
    assert_eq!(got, (302, Some(code), Some("xyz"), Some("https://as.example.com")), "{answer:?}");
}

/// Form-encodes.
pub fn form(pairs: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

pub type Pairs<'a> = Vec<(&'a str, &'a str)>;

/// `base` with some parameters replaced or added.
pub fn with<'a>(base: &[(&'a str, &'a str)], changes: &[(&'a str, &'a str)]) -> Pairs<'a> {
    let kept = base.iter().filter(|(name, _)| !changes.iter().any(|(changed, _)| changed == name));
    kept.chain(changes).copied().collect()
}

/// `base` with one parameter left out, and with it sent empty, which means the same (RFC 6749 section 3.1).
pub fn lacking<'a>(base: &[(&'a str, &'a str)], name: &'a str) -> [Pairs<'a>; 2] {
    let without = base.iter().copied().filter(|(known, _)| *known != name).collect();
    [without, with(base, &[(name, "")])]
}

/// The token request that redeems a code of the public client.
pub fn redemption(code: &str) -> [(&str, &str); 5] {
    [
        ("grant_type", "authorization_code"),
        ("client_id", "pub"),
        ("code", code),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
    ]
}

/// The token request that uses a refresh token of the public client.
pub fn refreshing(refresh_token: &str) -> [(&str, &str); 3] {
    [("grant_type", "refresh_token"), ("client_id", "pub"), ("refresh_token", refresh_token)]
}

/// The `Authorization` header of RFC 6749 section 2.3.1.
pub fn basic(id: &str, secret: &str) -> String {
    let encode = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    format!("Basic {}", STANDARD.encode(format!("{}:{}", encode(id), encode(secret))))
}

impl<Sv: ServesOAuth, I: Interaction<Sv>> Peer<Sv, I> {
    pub fn new(server: Sv, interaction: I, clock: ManualClock) -> Self {
        let server = Arc::new(server);
        Self { service: OAuthService::with(server.clone(), interaction), server, clock }
    }

    pub async fn send(&self, request: Request<impl Into<Bytes>>) -> Answer {
        Answer::from(self.service.answer(request.map(Into::into)).await)
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(Request::get(path).body(Bytes::new()).expect("a request")).await
    }

    pub async fn authorize(&self, pairs: &[(&str, &str)]) -> Answer {
        self.get(&format!("/authorize?{}", form(pairs))).await
    }

    pub async fn post(&self, path: &str, authorization: Option<&str>, pairs: &[(&str, &str)]) -> Answer {
        let mut request = Request::builder().method(Method::POST).uri(path);
        request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        if let Some(authorization) = authorization {
            request = request.header(header::AUTHORIZATION, authorization);
        }
        self.send(request.body(form(pairs)).expect("a request")).await
    }

    /// A token request without `Authorization` header.
    pub async fn token(&self, pairs: &[(&str, &str)]) -> Answer {
        self.post("/token", None, pairs).await
    }

    /// A token request of `conf`.
    pub async fn token_conf(&self, pairs: &[(&str, &str)]) -> Answer {
        self.post("/token", Some(&basic("conf", SECRET)), pairs).await
    }

    /// What `rs` is told about a token.
    pub async fn introspect(&self, token: &str) -> Value {
        let answer = self.post("/introspect", Some(&basic("rs", SECRET)), &[("token", token)]).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json()
    }

    pub async fn is_active(&self, token: &str) -> bool {
        self.introspect(token).await["active"].as_bool().expect("a boolean")
    }

    /// A code for `client` with the S256 challenge of [`VERIFIER`].
    pub async fn code(&self, client: &str) -> String {
        self.code_for(&with(&with(&REQUEST, &PKCE), &[("client_id", client), ("scope", "scope read write")])).await
    }

    /// The code that an authorization request is answered with.
    pub async fn code_for(&self, pairs: &[(&str, &str)]) -> String {
        let answer = self.authorize(pairs).await;
        assert_eq!(answer.status, 302, "{answer:?}");
        answer.query().remove("code").unwrap_or_else(|| panic!("no code in {answer:?}"))
    }

    /// Redeems a code of the public client.
    pub async fn redeem(&self, code: &str) -> Answer {
        self.token(&redemption(code)).await
    }

    pub async fn refresh(&self, refresh_token: &str) -> Answer {
        self.token(&refreshing(refresh_token)).await
    }

    /// Access and refresh token of the public client.
    pub async fn tokens(&self) -> (String, String) {
        let answer = self.redeem(&self.code("pub").await).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        (answer.member("access_token"), answer.member("refresh_token"))
    }
}

impl<S: ClientRegistry, I> Peer<Legacy<S>, I> {
    /// Registers one more client.
    pub async fn register(&self, client: ClientBuilder) {
        self.server.register_client(client.build().expect("a client")).await.expect("a registration");
    }
}

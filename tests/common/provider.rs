//! An OpenID Provider with the response types of all plans, people who sign in as they are told, and what a client does with its answers.

#![allow(dead_code, reason = "each test binary uses its part")]

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

use bytes::Bytes;
use grantor::jose::{CompactJws, IdTokenJwt, TokenType, UserinfoJwt};
use grantor::{
    Address, Algorithm, Approval, AuthorizationCode, AuthorizationRequest, AuthorizationServer, Claims, ClaimsFor, ClaimsSource,
    Client, ClientBuilder, ClientSecret, Code, CodeIdToken, CodeIdTokenToken, CodeToken, Decision, Destination, Development,
    EdDsa, Es256, Es384, FixedKeys, IdToken, IdTokenToken, Implicit, Interaction, Introspection, Jwks, KeyPair, LocalizedText,
    ManualClock, MasterKeys, MemoryStore, Needs, OpenId, PairwiseSubjects, PkceOptional, Prompt, Ps256, RefreshToken, Revocation,
    Rfc6749, Rs256, SigningKeys, StandardClaims, StoreError, Subject, Timestamp, Token, issuer,
};
use http::{Request, Response, header};
use serde_json::{Value, json};

use crate::common::SentBack as _;
use crate::common::{Answer, CALLBACK, Peer, SECRET, START, basic, form, subject, with};

pub const ISSUER: &str = "https://as.example.com";

/// RSA takes its time, so each process makes a key for each algorithm once.
fn rsa(algorithm: Algorithm) -> KeyPair {
    static KEYS: OnceLock<[(Algorithm, Vec<u8>); 2]> = OnceLock::new();
    let made = |algorithm| (algorithm, KeyPair::generate(algorithm).expect("a key").to_pkcs8().expect("PKCS#8").to_vec());
    let keys = KEYS.get_or_init(|| [Algorithm::Rs256, Algorithm::Ps256].map(made));
    let (_, key) = keys.iter().find(|(own, _)| *own == algorithm).expect("a key");
    KeyPair::from_pkcs8(algorithm, key).expect("a key")
}

/// Claims of the application's own.
#[derive(serde::Serialize)]
pub struct Own {
    pub groups: Vec<String>,
}

/// Knows everybody.
#[derive(Default)]
pub struct People {
    pub fails: AtomicBool,
    pub asked: AtomicUsize,
}

impl ClaimsSource for People {
    type Own = Own;
    const CLAIMS: &'static [&'static str] =
        &["name", "given_name", "family_name", "email", "email_verified", "address", "groups"];

    async fn claims(&self, about: ClaimsFor<'_>) -> Result<Claims<Own>, StoreError> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        if self.fails.load(Ordering::Relaxed) {
            return Err(StoreError::failed("the directory does not answer"));
        }
        assert!(matches!(about.destination(), Destination::IdToken | Destination::Userinfo));
        let name = about.subject().as_str();
        let standard = StandardClaims {
            name: LocalizedText::from(format!("{name} Example")).in_language("de", format!("{name} Beispiel")),
            given_name: LocalizedText::from(name),
            family_name: LocalizedText::from("Example"),
            middle_name: "M".into(),
            nickname: "nick".into(),
            preferred_username: Some(name.to_owned()),
            profile: "https://people.example.com/1".into(),
            picture: "https://people.example.com/1.png".into(),
            website: "https://example.com".into(),
            email: Some(format!("{name}@example.com")),
            email_verified: Some(true),
            gender: Some("female".to_owned()),
            birthdate: Some("2000-01-31".to_owned()),
            zoneinfo: Some("Europe/Berlin".to_owned()),
            locale: Some("de-DE".to_owned()),
            phone_number: Some("+49 30 1".to_owned()),
            phone_number_verified: Some(false),
            address: Some(Address { locality: Some("Berlin".to_owned()), ..Address::default() }),
            updated_at: Some(Timestamp::from_unix(1_600_000_000)),
        };
        Ok(Claims::new(standard, Own { groups: vec!["staff".to_owned()] }))
    }
}

/// Who is signed in at the application, since when, and how.
#[derive(Clone)]
pub struct Session {
    pub subject: Subject,
    pub authenticated_at: Timestamp,
    pub acr: Option<&'static str>,
    pub consented: bool,
}

/// The application: it does what the request asks for, unless it is told to overlook it.
pub struct Application {
    pub session: Mutex<Option<Session>>,
    pub clock: ManualClock,
    /// Pages that were shown.
    pub pages: AtomicUsize,
    /// Approves whatever is asked for, with the session that there is.
    pub overlooks: AtomicBool,
    /// Shows a page, whatever is asked for.
    pub shows_pages: AtomicBool,
    /// What was seen of the last request.
    pub seen: Mutex<Vec<String>>,
}

impl Application {
    fn new(clock: ManualClock) -> Self {
        Self {
            session: Mutex::default(),
            clock,
            pages: AtomicUsize::new(0),
            overlooks: AtomicBool::new(false),
            shows_pages: AtomicBool::new(false),
            seen: Mutex::default(),
        }
    }

    pub fn sign_in(&self, name: &str) {
        let authenticated_at = grantor::Clock::now(&self.clock);
        let session = Session { subject: subject(name), authenticated_at, acr: Some("urn:example:pwd"), consented: false };
        *self.session.lock().expect("a lock") = Some(session);
    }

    pub fn pages(&self) -> usize {
        self.pages.load(Ordering::Relaxed)
    }

    fn decide(&self, request: AuthorizationRequest) -> Decision {
        let mut seen = self.seen.lock().expect("a lock");
        *seen = vec![
            format!("display={}", request.display().unwrap_or("-")),
            format!("login_hint={}", request.login_hint().unwrap_or("-")),
            format!("ui_locales={}", request.ui_locales().collect::<Vec<_>>().join(" ")),
            format!("acr_values={}", request.acr_values().collect::<Vec<_>>().join(" ")),
        ];
        drop(seen);
        if self.shows_pages.load(Ordering::Relaxed) {
            return Decision::page(Response::new(Bytes::from_static(b"sign in")));
        }
        let silent = request.prompt().contains(&Prompt::None);
        let known = self.session.lock().expect("a lock").clone();
        let since = known.as_ref().map(|session| session.authenticated_at);
        if !self.overlooks.load(Ordering::Relaxed) && request.must_authenticate(since) {
            if silent {
                return request.needs(Needs::Login);
            }
            // The page on which the person signs in.
            self.pages.fetch_add(1, Ordering::Relaxed);
            self.sign_in(known.as_ref().map_or("alice", |session| session.subject.as_str()));
        }
        let mut session = self.session.lock().expect("a lock");
        let Some(session) = session.as_mut() else { return request.deny() };
        if !session.consented || request.prompt().contains(&Prompt::Consent) {
            if silent {
                return request.needs(Needs::Consent);
            }
            self.pages.fetch_add(1, Ordering::Relaxed);
            session.consented = true;
        }
        let approval = Approval::by(session.subject.clone()).authenticated_at(session.authenticated_at).amr(["pwd"]);
        request.approve(match session.acr {
            Some(acr) => approval.acr(acr),
            None => approval,
        })
    }
}

impl<Sv: Sync> Interaction<Sv> for Application {
    async fn decide(&self, _: &Sv, _: &Request<Bytes>, request: AuthorizationRequest) -> Decision {
        Self::decide(self, request)
    }
}

pub type Keys = SigningKeys<(Rs256, Es256, Es384, EdDsa, Ps256), FixedKeys>;
pub type Server = AuthorizationServer<
    MemoryStore,
    (AuthorizationCode<PkceOptional>, RefreshToken, Implicit),
    (Code, CodeIdToken, CodeToken, CodeIdTokenToken, IdToken, IdTokenToken, Token),
    (Keys, OpenId<Arc<People>, PairwiseSubjects>, Introspection, Revocation),
    Development<Rfc6749>,
>;

pub struct Provider {
    pub peer: Peer<Server, Arc<Application>>,
    pub application: Arc<Application>,
    pub people: Arc<People>,
}

fn keys() -> Keys {
    let key = |algorithm| KeyPair::generate(algorithm).expect("a key");
    let keys = SigningKeys::fixed(Rs256, rsa(Algorithm::Rs256)).expect("a key");
    let keys = keys.and(Es256, key(Algorithm::Es256)).expect("a key").and(Es384, key(Algorithm::Es384)).expect("a key");
    keys.and(EdDsa, key(Algorithm::EdDsa)).expect("a key").and(Ps256, rsa(Algorithm::Ps256)).expect("a key")
}

pub const SECTOR_KEY: &str = "6ZQz0n3hX7mJc1uVfK2bYw8tRlA5pGdSxEoNiQvTgHk=";

/// A provider that has nobody signed in, with the clients `pub` and `conf`.
pub async fn provider() -> Provider {
    let clock = ManualClock::new(START);
    let people = Arc::new(People::default());
    let server = AuthorizationServer::builder()
        .profile(Development::<Rfc6749>::new())
        .issuer(issuer!("https://as.example.com"))
        .storage(MemoryStore::new())
        .clock(clock.clone())
        .master_keys(MasterKeys::parse(SECTOR_KEY).expect("a key"))
        .grant(AuthorizationCode::new().pkce_optional())
        .grant(RefreshToken::new())
        .grant(Implicit::new())
        .response_type(Code)
        .response_type(CodeIdToken)
        .response_type(CodeToken)
        .response_type(CodeIdTokenToken)
        .response_type(IdToken)
        .response_type(IdTokenToken)
        .response_type(Token)
        .enable(keys())
        .enable(
            OpenId::new(people.clone())
                .pairwise_subjects()
                .acr_values(["urn:example:pwd", "urn:example:otp"])
                .ui_locales(["en", "de"]),
        )
        .enable(Introspection::new())
        .enable(Revocation::new())
        .build();
    let application = Arc::new(Application::new(clock.clone()));
    let provider = Provider { peer: Peer::new(server, application.clone(), clock), application, people };
    let secret = ClientSecret::parse(SECRET).expect("a secret");
    provider.register(everything(Client::public("pub"))).await;
    provider.register(everything(Client::confidential("conf", &secret))).await;
    provider
}

/// A client that may ask for everything.
pub fn everything(client: ClientBuilder) -> ClientBuilder {
    client
        .redirect_uri(CALLBACK)
        .scope("openid profile email address phone offline_access scope")
        .grant_types(["authorization_code", "refresh_token", "implicit"])
        .response_types(["code", "id_token", "code id_token", "code token", "code id_token token", "id_token token", "token"])
}

/// An authentication request of `conf`.
pub const REQUEST: [(&str, &str); 6] = [
    ("response_type", "code"),
    ("client_id", "conf"),
    ("redirect_uri", CALLBACK),
    ("scope", "openid"),
    ("state", "xyz"),
    ("nonce", "n-0S6_WzA2Mj"),
];

impl Provider {
    pub async fn register(&self, client: ClientBuilder) {
        self.peer.server.register_client(client.build().expect("a client")).await.expect("a registration");
    }

    /// The answer to [`REQUEST`] with these changes.
    pub async fn authorize(&self, changes: &[(&str, &str)]) -> Answer {
        self.peer.authorize(&with(&REQUEST, changes)).await
    }

    /// The code in it.
    pub async fn code(&self, changes: &[(&str, &str)]) -> String {
        let answer = self.authorize(changes).await;
        answer.query().remove("code").unwrap_or_else(|| panic!("no code in {answer:?}"))
    }

    pub async fn redeem(&self, client: &str, code: &str) -> Answer {
        let pairs = [("grant_type", "authorization_code"), ("code", code), ("redirect_uri", CALLBACK)];
        self.token(client, &pairs).await
    }

    pub async fn token(&self, client: &str, pairs: &[(&str, &str)]) -> Answer {
        match client {
            "pub" => self.peer.token(&with(pairs, &[("client_id", "pub")])).await,
            client => self.peer.post("/token", Some(&basic(client, SECRET)), pairs).await,
        }
    }

    pub async fn refresh(&self, client: &str, refresh_token: &str) -> Answer {
        self.token(client, &[("grant_type", "refresh_token"), ("refresh_token", refresh_token)]).await
    }

    /// The token response to [`REQUEST`] with these changes.
    pub async fn tokens(&self, changes: &[(&str, &str)]) -> Value {
        let client = changes.iter().find(|(name, _)| *name == "client_id").map_or("conf", |(_, client)| client);
        let answer = self.redeem(client, &self.code(changes).await).await;
        answer.assert_ok();
        answer.json()
    }

    pub async fn document(&self) -> Value {
        self.peer.get("/.well-known/openid-configuration").await.json()
    }

    async fn jwks(&self) -> Jwks {
        Jwks::parse(self.peer.get("/jwks").await.body.as_bytes()).expect("keys")
    }

    /// The header and the claims of a token that the published keys verify.
    pub async fn verified<T: TokenType>(&self, token: &str) -> (Algorithm, Value) {
        let jws = CompactJws::decode(token).expect("a JWS");
        let unverified = jws.unverified::<T>(&Algorithm::ALL).expect("a token");
        let verified = unverified.verify(&self.jwks().await).expect("a signature of the server");
        (verified.header().algorithm(), verified.deserialize().expect("claims"))
    }

    /// The claims of an ID token for this client, which are what they have to be.
    pub async fn id_token_for(&self, client: &str, token: &str) -> Value {
        let (_, claims) = self.verified::<IdTokenJwt>(token).await;
        let now = grantor::Clock::now(&self.peer.clock).as_unix();
        assert_eq!((&claims["iss"], &claims["aud"]), (&json!(ISSUER), &json!(client)), "{claims}");
        assert_eq!((&claims["iat"], &claims["exp"]), (&json!(now), &json!(now + 300)), "{claims}");
        claims
    }

    pub async fn id_token(&self, response: &Value) -> Value {
        self.id_token_for("conf", response["id_token"].as_str().unwrap_or_else(|| panic!("no ID token in {response}"))).await
    }

    pub async fn signed_userinfo(&self, token: &str) -> (Algorithm, Value) {
        self.verified::<UserinfoJwt>(token).await
    }

    pub async fn userinfo(&self, access_token: &Value) -> Answer {
        let token = access_token.as_str().expect("a token");
        let request = Request::get("/userinfo").header(header::AUTHORIZATION, format!("Bearer {token}"));
        self.peer.send(request.body(Bytes::new()).expect("a request")).await
    }

    pub async fn claims(&self, response: &Value) -> Value {
        let answer = self.userinfo(&response["access_token"]).await;
        answer.assert_ok();
        answer.json()
    }

    /// The parameters in the fragment of the answer to [`REQUEST`] with these changes.
    pub async fn fragment(&self, changes: &[(&str, &str)]) -> BTreeMap<String, String> {
        let answer = self.authorize(changes).await;
        assert!(answer.query().is_empty(), "{answer:?}");
        answer.fragment()
    }

    /// The same request as a form.
    pub async fn authorize_by_post(&self, changes: &[(&str, &str)]) -> Answer {
        let request = Request::post("/authorize").header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.peer.send(request.body(form(&with(&REQUEST, changes))).expect("a request")).await
    }
}

/// Is it an error by redirect, in the query, with what belongs to it and no code?
#[track_caller]
pub fn assert_refused(answer: &Answer, code: &str) {
    answer.assert_query_error(code);
}

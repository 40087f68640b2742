//! Servers under the profile, as the variants of the plan have them, and a client that does what it asks of one.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

use bytes::Bytes;
use grantor::jose::{AuthorizationResponseJwt, CompactJws};
use grantor::{
    Algorithm, Approval, AuthorizationCode, AuthorizationRequest, AuthorizationServer, Claims, ClaimsFor, ClaimsSource, Client,
    ClientBuilder, ClientCertificate, ClientCredentials, Clock as _, Code, Decision, Development, Dpop, DpopProofs, Es256, Fapi2,
    Interaction, Introspection, Issuer, Jarm, Jwks, KeyPair, LocalVerifier, ManualClock, MemoryStore, MutualTls, OpenId,
    PrivateKeyJwt, ProofMemory, PushedAuthorizationRequests, RefreshToken, RequestObjects, ResourceServer, Scope, ServesOAuth,
    SigningKeys, StandardClaims, StoreError, issuer,
};
use http::{Request, Response, header};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::certificates::{self, Certified};
use crate::common::{Answer, CALLBACK, CHALLENGE, Peer, START, VERIFIER, form, subject};
use crate::jws;

pub const ISSUER: &str = "https://as.example.com";
pub const TOKEN: &str = "https://as.example.com/token";
pub const PAR: &str = "https://as.example.com/par";
const API: &str = "https://api.example.com";
const ACCOUNTS: &str = "https://api.example.com/accounts";
const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// A client, and another one that may do the same.
pub const ONE: &str = "one";
pub const OTHER: &str = "other";

/// What the person does.
#[derive(Clone, Copy, PartialEq)]
pub enum Mood {
    Approves,
    Rejects,
    /// Has not signed in yet.
    Hesitates,
}

pub struct Application(Mutex<Mood>);

impl<Sv: Sync> Interaction<Sv> for Application {
    async fn decide(&self, _: &Sv, _: &Request<Bytes>, request: AuthorizationRequest) -> Decision {
        match *self.0.lock().expect("a lock") {
            Mood::Approves => request.approve(Approval::by(subject("alice")).authenticated_at(START)),
            Mood::Rejects => request.deny(),
            Mood::Hesitates => Decision::page(Response::new(Bytes::from_static(b"sign in"))),
        }
    }
}

/// Knows the name of everybody.
pub struct People;

impl ClaimsSource for People {
    type Own = ();

    async fn claims(&self, about: ClaimsFor<'_>) -> Result<Claims<()>, StoreError> {
        let name = about.subject().as_str().into();
        Ok(Claims::new(StandardClaims { name, ..StandardClaims::default() }, ()))
    }
}

type Api = ResourceServer<LocalVerifier<MemoryStore>>;

/// The variant of the plan: with what clients authenticate, and to what their tokens are bound. Else it is an assertion, and the key of a
/// proof.
#[derive(Clone, Copy, Default)]
pub struct Variant {
    pub by_certificate: bool,
    pub bound_to_certificate: bool,
}

const OF_CERTIFICATES: Variant = Variant { by_certificate: true, bound_to_certificate: true };
/// Where clients with certificates ask.
pub const ALIASES: &str = "https://mtls.example.com";

/// A server under the profile, and an API that takes its tokens.
pub struct Bank<Sv> {
    pub variant: Variant,
    pub peer: Peer<Sv, Arc<Application>>,
    pub application: Arc<Application>,
    pub api: Api,
    /// What its client asks for; of a server for machines alone, without a person.
    pub scope: &'static str,
    pub for_machines: bool,
    /// Does its client sign its requests?
    pub signs: bool,
}

/// A server with its clients, and an API.
macro_rules! around {
    ($server:expr, $clock:expr, $scope:literal, $for_machines:literal) => {
        crate::bank::around!($server, $clock, $scope, $for_machines, crate::bank::Variant::default())
    };
    ($server:expr, $clock:expr, $scope:literal, $for_machines:literal, $variant:expr) => {{
        let (server, clock) = ($server, $clock);
        for id in [crate::bank::ONE, crate::bank::OTHER] {
            let client = match $variant.by_certificate {
                true if $variant.bound_to_certificate => crate::bank::client_with_certificate(id, $for_machines),
                // Else a certificate would do where a proof is missing.
                true => crate::bank::client_with_certificate(id, $for_machines).dpop_bound_access_tokens(),
                false => crate::bank::client(id, $for_machines),
            };
            let client = client.build().expect("a client");
            server.register_client(client).await.expect("a registration");
        }
        let api = crate::bank::api(server.storage().clone(), server.issuer().clone(), &clock);
        crate::bank::Bank::new(server, clock, api, $scope, $for_machines, $variant)
    }};
}
pub(crate) use around;

pub fn api(store: MemoryStore, issuer: Issuer, clock: &ManualClock) -> Api {
    let api = ResourceServer::new(LocalVerifier::new(store, issuer).clock(clock.clone())).clock(clock.clone());
    api.mutual_tls().dpop(API, DpopProofs::new(ProofMemory::new()).required()).expect("a URL")
}

macro_rules! bank {
    ($scope:literal, $for_machines:literal $(, $given:ident($argument:expr))*) => {{
        let clock = ManualClock::new(START);
        let server = AuthorizationServer::builder()
            .profile(Development::<Fapi2>::new())
            .issuer(issuer!("https://as.example.com"))
            .storage(MemoryStore::new())
            .clock(clock.clone())
            $(.$given($argument))*
            .enable(PrivateKeyJwt::inline_keys())
            .enable(Dpop::required())
            .enable(Introspection::new())
            .build();
        around!(server, clock, $scope, $for_machines)
    }};
    // With certificates beside the others: each client as it is registered.
    (as $variant:expr, $scope:literal, $for_machines:literal $(, $given:ident($argument:expr))*) => {{
        let clock = ManualClock::new(START);
        let server = AuthorizationServer::builder()
            .profile(Development::<Fapi2>::new())
            .issuer(issuer!("https://as.example.com"))
            .storage(MemoryStore::new())
            .clock(clock.clone())
            $(.$given($argument))*
            .enable(MutualTls::required().endpoint_aliases(ALIASES).expect("an origin"))
            .enable(PrivateKeyJwt::inline_keys())
            .enable(Dpop::new())
            .enable(Introspection::new())
            .build();
        around!(server, clock, $scope, $for_machines, $variant)
    }};
}

/// `plain_oauth`.
pub async fn plain() -> Bank<impl ServesOAuth> {
    bank!(
        "accounts",
        false,
        grant(AuthorizationCode::new()),
        grant(RefreshToken::new().reusable()),
        response_type(Code),
        enable(PushedAuthorizationRequests::required())
    )
}

/// `openid_connect`.
pub async fn openid() -> Bank<impl ServesOAuth> {
    bank!(
        "openid accounts",
        false,
        grant(AuthorizationCode::new()),
        grant(RefreshToken::new().reusable()),
        response_type(Code),
        enable(PushedAuthorizationRequests::required()),
        enable(SigningKeys::fixed(Es256, jws::key(Algorithm::Es256)).expect("a key")),
        enable(OpenId::new(People))
    )
}

/// `plain_oauth` of the message signing plan: requests and responses are signed.
pub async fn signed() -> Bank<impl ServesOAuth> {
    let bank = bank!(
        "accounts",
        false,
        grant(AuthorizationCode::new()),
        grant(RefreshToken::new().reusable()),
        response_type(Code),
        enable(PushedAuthorizationRequests::required()),
        enable(SigningKeys::fixed(Es256, jws::key(Algorithm::Es256)).expect("a key")),
        enable(RequestObjects::inline_keys().required()),
        enable(Jarm::required())
    );
    Bank { signs: true, ..bank }
}

/// `openid_connect` of the message signing plan, with `plain_response`.
pub async fn signed_openid() -> Bank<impl ServesOAuth> {
    let bank = bank!(
        "openid accounts",
        false,
        grant(AuthorizationCode::new()),
        grant(RefreshToken::new().reusable()),
        response_type(Code),
        enable(PushedAuthorizationRequests::required()),
        enable(SigningKeys::fixed(Es256, jws::key(Algorithm::Es256)).expect("a key")),
        enable(RequestObjects::inline_keys().required().once()),
        enable(OpenId::new(People))
    );
    Bank { signs: true, ..bank }
}

/// `fapi_client_credentials_grant`: no person, so no authorization endpoint and nothing to push.
pub async fn machines() -> Bank<impl ServesOAuth> {
    bank!("accounts", true, grant(ClientCredentials::new()))
}

async fn of_people(variant: Variant) -> Bank<impl ServesOAuth> {
    bank!(
        as variant,
        "accounts",
        false,
        grant(AuthorizationCode::new()),
        grant(RefreshToken::new().reusable()),
        response_type(Code),
        enable(PushedAuthorizationRequests::required())
    )
}

/// `plain_oauth` with `client_auth_type` and `sender_constrain` `mtls`.
pub async fn plain_tls() -> Bank<impl ServesOAuth> {
    of_people(OF_CERTIFICATES).await
}

/// With `client_auth_type` `mtls` and DPoP.
pub async fn plain_tls_dpop() -> Bank<impl ServesOAuth> {
    of_people(Variant { bound_to_certificate: false, ..OF_CERTIFICATES }).await
}

/// With `private_key_jwt` and `sender_constrain` `mtls`.
pub async fn plain_jwt_tls() -> Bank<impl ServesOAuth> {
    of_people(Variant { by_certificate: false, ..OF_CERTIFICATES }).await
}

/// `openid_connect` with both.
pub async fn openid_tls() -> Bank<impl ServesOAuth> {
    bank!(
        as OF_CERTIFICATES,
        "openid accounts",
        false,
        grant(AuthorizationCode::new()),
        grant(RefreshToken::new().reusable()),
        response_type(Code),
        enable(PushedAuthorizationRequests::required()),
        enable(SigningKeys::fixed(Es256, jws::key(Algorithm::Es256)).expect("a key")),
        enable(OpenId::new(People))
    )
}

/// `fapi_client_credentials_grant` with both.
pub async fn machines_tls() -> Bank<impl ServesOAuth> {
    bank!(as OF_CERTIFICATES, "accounts", true, grant(ClientCredentials::new()))
}

/// The certificate of a client, or its next one: of the same subject, by the same authority.
pub fn certified(client: &str, next: bool) -> ClientCertificate {
    static KNOWN: OnceLock<Vec<(&str, [Certified; 2])>> = OnceLock::new();
    let issue = |client| {
        let authority = certificates::authority("ca");
        let one = || certificates::issued(&certificates::usual(client), &authority);
        (client, [one(), one()])
    };
    let known = KNOWN.get_or_init(|| [ONE, OTHER, NOBODY].map(issue).into());
    let (_, both) = known.iter().find(|(known, _)| *known == client).expect("a client");
    ClientCertificate::verified(&both[usize::from(next)].der).expect("a certificate")
}

/// Whose certificate is that of no client.
const NOBODY: &str = "nobody";
/// What stands for a certificate where others have an assertion or a proof.
const CERTIFICATE_OF: &str = "certificate of ";
const CERTIFICATE: &str = "certificate";
const NEXT_CERTIFICATE: &str = "next certificate";

pub fn client_with_certificate(id: &str, for_machines: bool) -> ClientBuilder {
    registered(Client::with_certificate(id).tls_client_auth_subject_dn(&format!("CN={id},O=Example Ltd,C=GB")), for_machines)
}

pub fn client(id: &str, for_machines: bool) -> ClientBuilder {
    let mut jwk = jws::jwk(key());
    jwk["kid"] = json!(id);
    registered(Client::with_keys(id).jwks(json!({"keys": [jwk]})), for_machines)
}

fn registered(client: ClientBuilder, for_machines: bool) -> ClientBuilder {
    let client = client.scope("openid accounts payments").introspects_any_token();
    match for_machines {
        true => client.grant_types(["client_credentials"]),
        false => client.redirect_uri(CALLBACK).grant_types(["authorization_code", "refresh_token"]),
    }
}

/// The key with which clients authenticate, and under which their proofs are.
pub fn key() -> &'static KeyPair {
    static KEY: OnceLock<KeyPair> = OnceLock::new();
    KEY.get_or_init(|| jws::key(Algorithm::Es256))
}

pub fn proof_key() -> &'static KeyPair {
    static KEY: OnceLock<KeyPair> = OnceLock::new();
    KEY.get_or_init(|| jws::key(Algorithm::Es256))
}

/// That of somebody else.
pub fn other_key() -> &'static KeyPair {
    static KEY: OnceLock<KeyPair> = OnceLock::new();
    KEY.get_or_init(|| jws::key(Algorithm::Es256))
}

pub fn thumbprint(key: &KeyPair) -> String {
    key.public_key().thumbprint().to_string()
}

fn unique() -> String {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    format!("jti-{}", COUNT.fetch_add(1, Ordering::Relaxed))
}

/// The object with other members; `null` takes one away.
pub fn changed(mut object: Value, changes: Value) -> Value {
    let members = object.as_object_mut().expect("an object");
    members.extend(changes.as_object().expect("an object").clone());
    members.retain(|_, value| !value.is_null());
    object
}

/// A proof with this header and these claims.
pub fn proof_of(header: &Value, claims: &Value, key: &KeyPair) -> String {
    jws::signed(&header.to_string(), &claims.to_string(), key)
}

pub fn proof_header(key: &KeyPair) -> Value {
    json!({"typ": "dpop+jwt", "alg": key.public_key().algorithm().as_str(), "jwk": jws::jwk(key)})
}

pub type Owned = Vec<(String, String)>;

/// With some parameters replaced or added; an empty one is none.
pub fn replaced(base: &Owned, changes: &[(&str, &str)]) -> Owned {
    let kept = base.iter().filter(|(name, _)| !changes.iter().any(|(changed, _)| changed == name)).cloned();
    let changes = changes.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    kept.chain(changes).filter(|(_, value)| !value.is_empty()).collect()
}

impl<Sv: ServesOAuth> Bank<Sv> {
    pub fn new(server: Sv, clock: ManualClock, api: Api, scope: &'static str, for_machines: bool, variant: Variant) -> Self {
        let application = Arc::new(Application(Mutex::new(Mood::Approves)));
        Self { variant, peer: Peer::new(server, application.clone(), clock), application, api, scope, for_machines, signs: false }
    }

    pub fn now(&self) -> u64 {
        self.peer.clock.now().as_unix()
    }

    pub fn person(&self, mood: Mood) {
        *self.application.0.lock().expect("a lock") = mood;
    }

    /// What an assertion of the client says, with other members.
    pub fn assertion_with(&self, client: &str, changes: Value) -> String {
        if self.variant.by_certificate {
            return format!("{CERTIFICATE_OF}{client}");
        }
        let now = self.now();
        let claims = json!({"iss": client, "sub": client, "aud": ISSUER, "iat": now, "exp": now + 60, "jti": unique()});
        let header = json!({"alg": "ES256", "typ": "client-authentication+jwt", "kid": client});
        jws::signed(&header.to_string(), &changed(claims, changes).to_string(), key())
    }

    pub fn assertion(&self, client: &str) -> String {
        self.assertion_with(client, json!({}))
    }

    /// The claims of a proof for a request.
    pub fn proof_claims(&self, method: &str, url: &str) -> Value {
        json!({"jti": unique(), "htm": method, "htu": url, "iat": self.now()})
    }

    pub fn proof_with(&self, key: &KeyPair, url: &str, changes: Value) -> String {
        match (self.variant.bound_to_certificate, std::ptr::eq(key, proof_key())) {
            (true, true) => CERTIFICATE.to_owned(),
            (true, false) => NEXT_CERTIFICATE.to_owned(),
            (false, _) => proof_of(&proof_header(key), &changed(self.proof_claims("POST", url), changes), key),
        }
    }

    /// The certificate of the connection of a request with these. Who has to prove to have one, and does not, has none.
    fn certificate(&self, path: &str, assertion: Option<&str>, proof: Option<&str>) -> Option<ClientCertificate> {
        let Variant { by_certificate, bound_to_certificate } = self.variant;
        let client = match assertion.map(|text| text.strip_prefix(CERTIFICATE_OF)) {
            Some(client) => client.unwrap_or(ONE),
            None if by_certificate => NOBODY,
            None => ONE,
        };
        let lacks_proof = bound_to_certificate && proof.is_none() && path == "/token";
        let has_one = by_certificate && assertion.is_some() || bound_to_certificate && proof.is_some();
        (has_one && !lacks_proof).then(|| certified(client, proof == Some(NEXT_CERTIFICATE)))
    }

    /// With which errors a token request is refused that proves to have no key.
    pub fn refuses_without_proof(&self) -> &[&str] {
        match (self.variant.bound_to_certificate, self.variant.by_certificate) {
            (false, _) => &["invalid_dpop_proof", "invalid_request"],
            (true, false) => &["invalid_request"],
            (true, true) => &["invalid_client"],
        }
    }

    /// To what a token of the client is bound.
    pub fn confirmation(&self) -> Value {
        match self.variant.bound_to_certificate {
            true => json!({"x5t#S256": certified(ONE, false).thumbprint()}),
            false => json!({"jkt": thumbprint(proof_key())}),
        }
    }

    pub fn proof(&self, url: &str) -> String {
        self.proof_with(proof_key(), url, json!({}))
    }

    /// What the client pushes, as it pushes it: where it signs, in a request object, but for what is never in one.
    fn packed(&self, path: &str, pairs: &Owned) -> Owned {
        let beside = |name: &str| matches!(name, "client_id" | "request_uri");
        if !self.signs || path != "/par" || pairs.iter().any(|(name, _)| name == "request") {
            return pairs.clone();
        }
        let request = self.request_object(pairs, json!({}), json!({}));
        let beside = pairs.iter().filter(|(name, _)| beside(name)).cloned();
        beside.chain([("request".to_owned(), request)]).collect()
    }

    /// A request object with these parameters, with other members in its header and among its claims.
    pub fn request_object(&self, pairs: &Owned, header: Value, changes: Value) -> String {
        self.request_object_of(pairs, header, changes, key())
    }

    pub fn request_object_of(&self, pairs: &Owned, header: Value, changes: Value, key: &KeyPair) -> String {
        let now = self.now();
        let mut claims = json!({"iss": ONE, "aud": ISSUER, "nbf": now, "exp": now + 300, "jti": unique()});
        let parameters = pairs.iter().filter(|(name, _)| name != "request_uri");
        claims.as_object_mut().expect("an object").extend(parameters.map(|(name, value)| (name.clone(), json!(value))));
        let header =
            changed(json!({"alg": key.public_key().algorithm().as_str(), "typ": "oauth-authz-req+jwt", "kid": ONE}), header);
        jws::signed(&header.to_string(), &changed(claims, changes).to_string(), key)
    }

    /// A POST with an assertion, if the client authenticates, and a proof, if it has one.
    pub async fn post(&self, path: &str, pairs: &Owned, assertion: Option<&str>, proof: Option<&str>) -> Answer {
        let pairs = self.packed(path, pairs);
        let mut pairs: Vec<_> = pairs.iter().map(|(name, value)| (&**name, &**value)).collect();
        match assertion.map(|text| text.strip_prefix(CERTIFICATE_OF).ok_or(text)) {
            Some(Err(assertion)) => pairs.extend([("client_assertion_type", JWT_BEARER), ("client_assertion", assertion)]),
            Some(Ok(client)) if !pairs.iter().any(|(name, _)| *name == "client_id") => pairs.push(("client_id", client)),
            _ => {}
        }
        let mut request = Request::post(path).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        if let Some(proof) = proof.filter(|_| !self.variant.bound_to_certificate) {
            request = request.header("DPoP", proof);
        }
        if let Some(certificate) = self.certificate(path, assertion, proof) {
            request = request.extension(certificate);
        }
        self.peer.send(request.body(form(&pairs)).expect("a request")).await
    }

    /// What the client pushes.
    pub fn request(&self) -> Owned {
        let pairs = [
            ("response_type", "code"),
            ("client_id", ONE),
            ("redirect_uri", CALLBACK),
            ("scope", self.scope),
            ("state", "xyz"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ];
        let asks_for_jwt = if self.signs && !self.scope.contains("openid") { "jwt" } else { "" };
        replaced(&replaced(&Vec::new(), &pairs), &[("response_mode", asks_for_jwt)])
    }

    /// It pushes that with changes.
    pub async fn push(&self, changes: &[(&str, &str)]) -> Answer {
        self.post("/par", &replaced(&self.request(), changes), Some(&self.assertion(ONE)), None).await
    }

    pub async fn pushed(&self, changes: &[(&str, &str)]) -> String {
        let answer = self.push(changes).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        answer.member("request_uri")
    }

    /// A browser comes with what was pushed.
    pub async fn bring(&self, client: &str, request_uri: &str) -> Answer {
        self.browse(&[("client_id", client), ("request_uri", request_uri)]).await
    }

    /// A browser comes with these parameters. A response that is signed is opened, as its client would, and then looks like another one.
    pub async fn browse(&self, pairs: &[(&str, &str)]) -> Answer {
        let mut answer = self.peer.authorize(pairs).await;
        let query = answer.query();
        let Some(response) = query.get("response") else { return answer };
        assert_eq!(query.len(), 1, "nothing is beside it: {answer:?}");
        let claims = self.opened(response).await;
        let parameters =
            claims.as_object().expect("an object").iter().filter(|(name, _)| !["aud", "exp", "iat"].contains(&name.as_str()));
        let pairs: Vec<_> = parameters.map(|(name, value)| (name.as_str(), value.as_str().expect("a text"))).collect();
        let location = format!("{CALLBACK}?{}", form(&pairs));
        answer.headers.insert(header::LOCATION, location.parse().expect("a header"));
        answer
    }

    /// What a signed response says (JARM section 2.4).
    pub async fn opened(&self, response: &str) -> Value {
        let keys = Jwks::parse(self.peer.get("/jwks").await.body.as_bytes()).expect("keys");
        let jws = CompactJws::decode(response).expect("a JWS");
        let unverified = jws.unverified::<AuthorizationResponseJwt>(&[Algorithm::Es256]).expect("a response");
        let verified = unverified.verify(&keys).expect("a signature");
        assert!(verified.header().key_id().is_some());
        let claims: Value = verified.deserialize().expect("claims");
        assert_eq!((&claims["iss"], &claims["aud"]), (&json!(ISSUER), &json!(ONE)));
        let left = claims["exp"].as_u64().expect("a moment") - self.now();
        assert!((1..=600).contains(&left), "{claims}");
        claims
    }

    /// The answer to the whole of an authorization request.
    pub async fn authorized(&self, changes: &[(&str, &str)]) -> Answer {
        let answer = self.bring(ONE, &self.pushed(changes).await).await;
        assert_eq!((answer.status.as_u16(), answer.location().starts_with(CALLBACK)), (303, true), "{answer:?}");
        assert_eq!(answer.query().get("iss").map(String::as_str), Some(ISSUER));
        answer
    }

    pub async fn code(&self, changes: &[(&str, &str)]) -> String {
        let answer = self.authorized(changes).await;
        answer.query().remove("code").unwrap_or_else(|| panic!("no code in {answer:?}"))
    }

    /// A token request that is good, but for client authentication and proof.
    pub async fn token_request(&self) -> Owned {
        match self.for_machines {
            true => replaced(&Vec::new(), &[("grant_type", "client_credentials"), ("scope", self.scope)]),
            false => redeeming(&self.code(&[]).await),
        }
    }

    /// Sends a token request with an assertion and a proof that are good.
    pub async fn token(&self, request: &Owned) -> Answer {
        self.post("/token", request, Some(&self.assertion(ONE)), Some(&self.proof(TOKEN))).await
    }

    /// The response to a token request that is good.
    pub async fn tokens(&self) -> Value {
        let answer = self.token(&self.token_request().await).await;
        answer.assert_ok();
        let expected = if self.variant.bound_to_certificate { "Bearer" } else { "DPoP" };
        assert_eq!(answer.json()["token_type"], expected, "{answer:?}");
        answer.json()
    }

    pub async fn access_token(&self) -> String {
        self.tokens().await["access_token"].as_str().expect("a token").to_owned()
    }

    /// What the proof for an account request says.
    pub fn account_claims(&self, token: &str) -> Value {
        changed(self.proof_claims("GET", ACCOUNTS), json!({"ath": jws::encode(Sha256::digest(token))}))
    }

    pub fn account_proof(&self, token: &str) -> String {
        proof_of(&proof_header(proof_key()), &self.account_claims(token), proof_key())
    }

    /// Asks the API, with these proofs: 200, or the status and the error of its challenge.
    pub async fn ask(&self, authorization: &str, proofs: &[&str]) -> String {
        self.ask_at("/accounts", "accounts", Some(authorization), proofs).await
    }

    /// The same at another place, which needs another scope.
    pub async fn ask_at(&self, path: &str, scope: &str, authorization: Option<&str>, proofs: &[&str]) -> String {
        let mut request = Request::get(path);
        if let Some(authorization) = authorization {
            request = request.header(header::AUTHORIZATION, authorization);
        }
        let request = proofs.iter().fold(request, |request, proof| match *proof {
            CERTIFICATE => request.extension(certified(ONE, false)),
            proof => request.header("DPoP", proof),
        });
        let (parts, ()) = request.body(()).expect("a request").into_parts();
        match self.api.authenticate(&parts, &Scope::parse(scope).expect("a scope")).await {
            Ok(_) => "200".to_owned(),
            Err(challenge) => {
                let answer = Answer::from(challenge.to_response());
                let text = answer.header("www-authenticate");
                let error = text.split_once("error=\"").and_then(|(_, rest)| rest.split('"').next()).unwrap_or_default();
                format!("{} {error}", answer.status.as_u16())
            }
        }
    }

    /// Is the token good at the API, with the key to which it is bound?
    pub async fn is_good(&self, token: &str) -> bool {
        match self.variant.bound_to_certificate {
            true => self.ask(&format!("Bearer {token}"), &[CERTIFICATE]).await == "200",
            false => self.ask(&format!("DPoP {token}"), &[&self.account_proof(token)]).await == "200",
        }
    }
}

pub fn redeeming(code: &str) -> Owned {
    let pairs = [("grant_type", "authorization_code"), ("code", code), ("redirect_uri", CALLBACK), ("code_verifier", VERIFIER)];
    replaced(&Vec::new(), &pairs)
}

pub fn refreshing(token: &str) -> Owned {
    replaced(&Vec::new(), &[("grant_type", "refresh_token"), ("refresh_token", token)])
}

/// It was refused with one of these errors.
#[track_caller]
pub fn assert_refused(answer: &Answer, errors: &[&str]) {
    let error = answer.json()["error"].as_str().unwrap_or_default().to_owned();
    assert!(matches!(answer.status.as_u16(), 400 | 401) && errors.contains(&&*error), "{answer:?}");
}

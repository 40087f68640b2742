//! What is measured: the operations from request bytes to response bytes, on whatever storage; and the floor.
#![allow(dead_code, reason = "each bench and the allocation test use their part")]

use std::collections::HashMap;
use std::hint::black_box;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use bytes::Bytes;
use grantor::{
    AccessTokenStore, Approval, Authorization, AuthorizationCode, AuthorizationCodeStore, AuthorizationServer, Client,
    ClientCredentials, ClientRegistry, ClientSecret, Code, Development, Introspection, LocalVerifier, OAuth21, RefreshToken,
    RefreshTokenStore, ResourceServer, Scope, Subject, issuer,
};
use http::request::Parts;
use http::{Request, Response};
use rand::Rng as _;
use sha2::{Digest, Sha256};

pub const SECRET: &str = "a-secret-of-more-than-32-characters-for-benches";
pub const CALLBACK: &str = "https://client.example.com/callback";
pub const ISSUER: &str = "https://as.example.com";
pub const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// A store that can do all that is measured.
pub trait AnyStore: ClientRegistry + AuthorizationCodeStore + RefreshTokenStore + AccessTokenStore {}
impl<S: ClientRegistry + AuthorizationCodeStore + RefreshTokenStore + AccessTokenStore> AnyStore for S {}

pub type Server<S> = AuthorizationServer<
    Arc<S>,
    (AuthorizationCode, RefreshToken, ClientCredentials),
    (Code,),
    (Introspection,),
    Development<OAuth21>,
>;

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

pub fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    // Ready at once on the memory store: then nothing of an executor is measured.
    if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        return output;
    }
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(output) => return output,
            Poll::Pending => thread::park(),
        }
    }
}

/// A server, its client, and a protected resource.
pub struct Bench<S> {
    pub server: Server<S>,
    pub resource: ResourceServer<LocalVerifier<Arc<S>>>,
    basic: String,
}

impl<S: AnyStore> Bench<S> {
    pub fn new(store: S) -> Self {
        let store = Arc::new(store);
        let server = AuthorizationServer::builder()
            .profile(Development::<OAuth21>::new())
            .issuer(issuer!("https://as.example.com"))
            .storage(store.clone())
            .grant(AuthorizationCode::new())
            .grant(RefreshToken::new())
            .grant(ClientCredentials::new())
            .response_type(Code)
            .enable(Introspection::new())
            .build();
        let secret = ClientSecret::parse(SECRET).expect("a secret");
        let client = Client::confidential("client", &secret)
            .redirect_uri(CALLBACK)
            .grant_types(["authorization_code", "refresh_token", "client_credentials"])
            .scope("read write")
            .build()
            .expect("a client");
        block_on(server.register_client(client)).expect("a registration");
        let resource = ResourceServer::new(LocalVerifier::new(store, server.issuer().clone()));
        let basic = format!("Basic {}", STANDARD.encode(format!("client:{SECRET}")));
        Self { server, resource, basic }
    }

    pub fn post(&self, path: &str, body: impl Into<Bytes>) -> Request<Bytes> {
        let builder = Request::post(path).header("content-type", "application/x-www-form-urlencoded");
        builder.header("authorization", &self.basic).body(body.into()).expect("a request")
    }

    fn token(&self, request: Request<Bytes>) -> Response<Bytes> {
        let response = block_on(self.server.token().handle(request));
        assert_eq!(response.status(), 200);
        response
    }

    pub fn client_credentials_request(&self) -> Request<Bytes> {
        self.post("/token", "grant_type=client_credentials&scope=read")
    }

    pub fn client_credentials(&self, request: Request<Bytes>) -> Response<Bytes> {
        self.token(request)
    }

    /// The authorization request, approved at once: gives the code.
    pub fn authorize(&self) -> String {
        let uri = format!(
            "/authorize?response_type=code&client_id=client&redirect_uri={CALLBACK}&scope=read+write&state=xyz\
             &code_challenge={CHALLENGE}&code_challenge_method=S256"
        );
        let request = Request::get(uri).body(Bytes::new()).expect("a request");
        let Authorization::Interact(request) = block_on(self.server.authorization().handle(request)) else {
            panic!("the request is valid")
        };
        let decision = request.approve(Approval::by(Subject::new("alice").expect("a name")));
        let response = block_on(self.server.authorization().complete(decision));
        let location = response.headers()["location"].to_str().expect("text");
        let query = location.split_once('?').expect("a query").1;
        query.split('&').find_map(|pair| pair.strip_prefix("code=")).expect("a code").to_owned()
    }

    pub fn redemption_request(&self, code: &str) -> Request<Bytes> {
        let body = format!("grant_type=authorization_code&code={code}&redirect_uri={CALLBACK}&code_verifier={VERIFIER}");
        self.post("/token", body)
    }

    pub fn redeem(&self, request: Request<Bytes>) -> Response<Bytes> {
        self.token(request)
    }

    pub fn refresh_request(&self, tokens: &Response<Bytes>) -> Request<Bytes> {
        self.post("/token", format!("grant_type=refresh_token&refresh_token={}", member(tokens, "refresh_token")))
    }

    pub fn refresh(&self, request: Request<Bytes>) -> Response<Bytes> {
        self.token(request)
    }

    pub fn introspection_request(&self, tokens: &Response<Bytes>) -> Request<Bytes> {
        self.post("/introspect", format!("token={}", member(tokens, "access_token")))
    }

    pub fn introspect(&self, request: Request<Bytes>) -> Response<Bytes> {
        let response = block_on(self.server.introspection().handle(request));
        assert!(response.body().starts_with(b"{\"active\":true"));
        response
    }

    pub fn bearer(&self, tokens: &Response<Bytes>) -> Parts {
        let value = format!("Bearer {}", member(tokens, "access_token"));
        Request::get("/").header("authorization", value).body(()).expect("a request").into_parts().0
    }

    pub fn check_bearer(&self, request: &Parts, required: &Scope) {
        assert!(block_on(self.resource.authenticate(request, required)).is_ok());
    }
}

pub fn member(response: &Response<Bytes>, name: &str) -> String {
    let body: serde_json::Value = serde_json::from_slice(response.body()).expect("JSON");
    body[name].as_str().expect("a member").to_owned()
}

/// The floor of issuing an opaque token: 256 bits from the generator, base64url, one SHA-256, one insert.
#[derive(Default)]
pub struct Floor(HashMap<[u8; 32], u64>);

impl Floor {
    pub fn issue(&mut self) {
        let token = random_text();
        self.0.insert(hash(&token), 1);
        black_box(token);
    }
}

/// 256 bits from the generator, base64url.
pub fn random_text() -> String {
    URL_SAFE_NO_PAD.encode(random::<32>())
}

pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    rand::rng().fill_bytes(&mut bytes);
    bytes
}

pub fn hash(text: &str) -> [u8; 32] {
    Sha256::digest(text).into()
}

/// The floor of introspection: a bare map look-up, and the JSON of the same body.
pub struct LookupFloor(HashMap<String, IntrospectionBody<'static>>);

/// What introspection says of an access token.
#[derive(serde::Serialize)]
pub struct IntrospectionBody<'a> {
    pub active: bool,
    pub scope: &'a str,
    pub client_id: &'a str,
    pub token_type: &'static str,
    pub iss: &'static str,
    pub jti: String,
    pub exp: u64,
    pub iat: u64,
    pub nbf: u64,
}

impl LookupFloor {
    /// Knows the access token of a response.
    pub fn new(tokens: &Response<Bytes>) -> Self {
        let row = IntrospectionBody {
            active: true,
            scope: "read",
            client_id: "client",
            token_type: "Bearer",
            iss: ISSUER,
            jti: "A".repeat(22),
            exp: 1_800_000_000,
            iat: 1_799_996_400,
            nbf: 1_799_996_400,
        };
        Self(HashMap::from([(member(tokens, "access_token"), row)]))
    }

    pub fn look_up(&self, token: &str) -> Vec<u8> {
        serde_json::to_vec(&self.0[token]).expect("JSON")
    }
}

//! A server whose access tokens are JWTs, and an API that checks them with its published keys.
#![allow(dead_code, reason = "each bench and the allocation test use their part")]

use std::error::Error;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use grantor::{
    Algorithm, AuthorizationServer, Client, ClientCredentials, ClientSecret, Development, Es256, FixedKeys, HttpClient,
    JwtAccessTokens, JwtVerifier, KeyPair, MemoryStore, OAuth21, RemoteJwks, ResourceServer, Scope, ServesOAuth, SigningKeys,
    issuer,
};
use http::request::Parts;
use http::{Request, Response};

const SECRET: &str = "a-secret-of-more-than-32-characters-for-benches";
pub const API: &str = "https://api.example.com";

type Server = AuthorizationServer<
    MemoryStore,
    (ClientCredentials,),
    (),
    (SigningKeys<(Es256,), FixedKeys>, JwtAccessTokens),
    Development<OAuth21>,
>;

/// Answers at once with these keys.
pub struct Published(Bytes);

impl HttpClient for Published {
    async fn send(&self, _: Request<Bytes>) -> Result<Response<Bytes>, Box<dyn Error + Send + Sync>> {
        let answer =
            Response::builder().header("content-type", "application/jwk-set+json").header("cache-control", "max-age=900");
        Ok(answer.body(self.0.clone())?)
    }
}

pub struct JwtBench {
    server: Server,
    api: ResourceServer<JwtVerifier<RemoteJwks<Published>>>,
    basic: String,
}

/// Nothing here waits.
fn ready<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("it waits"),
    }
}

impl JwtBench {
    /// Signs with this key: PKCS#8.
    pub fn new(key: &[u8]) -> Self {
        let server = AuthorizationServer::builder()
            .profile(Development::<OAuth21>::new())
            .issuer(issuer!("https://as.example.com"))
            .storage(MemoryStore::new())
            .grant(ClientCredentials::new())
            .enable(SigningKeys::fixed(Es256, KeyPair::from_pkcs8(Algorithm::Es256, key).expect("a key")).expect("for ES256"))
            .enable(JwtAccessTokens::new(API))
            .build();
        let secret = ClientSecret::parse(SECRET).expect("a secret");
        let client = Client::confidential("client", &secret).grant_types(["client_credentials"]).scope("read write");
        ready(server.register_client(client.build().expect("a client"))).expect("a registration");
        let jwks = ready(server.handle(Request::get("/jwks").body(Bytes::new()).expect("a request"))).into_body();
        let keys = RemoteJwks::new("https://as.example.com/jwks", Published(jwks)).expect("a URL");
        let verifier = JwtVerifier::new("https://as.example.com", API, keys).algorithms([Algorithm::Es256]);
        let api = ResourceServer::new(verifier);
        Self { server, api, basic: format!("Basic {}", STANDARD.encode(format!("client:{SECRET}"))) }
    }

    pub fn request(&self) -> Request<Bytes> {
        let request = Request::post("/token").header("authorization", &self.basic);
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        request.body(Bytes::from_static(b"grant_type=client_credentials&scope=read")).expect("a request")
    }

    pub fn issue(&self, request: Request<Bytes>) -> Response<Bytes> {
        let response = ready(self.server.token().handle(request));
        assert_eq!(response.status(), 200);
        response
    }

    pub fn token(&self) -> String {
        let answer: serde_json::Value = serde_json::from_slice(self.issue(self.request()).body()).expect("JSON");
        answer["access_token"].as_str().expect("a token").to_owned()
    }

    pub fn presenting(token: &str) -> Parts {
        Request::get("/reports").header("authorization", format!("Bearer {token}")).body(()).expect("a request").into_parts().0
    }

    /// What the API does with a request.
    pub fn check(&self, request: &Parts, required: &Scope) {
        ready(self.api.authenticate(request, required)).expect("a good token");
    }
}

//! A server where a client exchanges a token that it got for itself, and its requests.

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use grantor::{
    AuthorizationServer, Client, ClientCredentials, ClientSecret, Development, Exchange, ExchangeDecision, ExchangePolicy,
    MemoryStore, OAuth21, StoreError, TokenExchange, issuer,
};
use http::{Request, Response};

const SECRET: &str = "a-secret-of-more-than-32-characters-for-benches";
const EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";

struct Permits;

impl ExchangePolicy for Permits {
    async fn decide(&self, _: Exchange<'_>) -> Result<ExchangeDecision, StoreError> {
        Ok(ExchangeDecision::delegate())
    }
}

type Server = AuthorizationServer<MemoryStore, (ClientCredentials, TokenExchange<Permits>), (), (), Development<OAuth21>>;

pub struct ExchangeBench {
    server: Server,
    basic: String,
}

/// Nothing here waits.
fn ready<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("it waits"),
    }
}

impl ExchangeBench {
    pub fn new() -> Self {
        let server = AuthorizationServer::builder()
            .profile(Development::<OAuth21>::new())
            .issuer(issuer!("https://as.example.com"))
            .storage(MemoryStore::new())
            .grant(ClientCredentials::new())
            .grant(TokenExchange::new(Permits))
            .build();
        let secret = ClientSecret::parse(SECRET).expect("a secret");
        let client = Client::confidential("client", &secret).grant_types(["client_credentials", EXCHANGE]).scope("read write");
        ready(server.register_client(client.build().expect("a client"))).expect("a registration");
        Self { server, basic: format!("Basic {}", STANDARD.encode(format!("client:{SECRET}"))) }
    }

    fn post(&self, body: String) -> Request<Bytes> {
        let request = Request::post("/token").header("content-type", "application/x-www-form-urlencoded");
        request.header("authorization", &self.basic).body(body.into()).expect("a request")
    }

    /// The exchange of a token that was just issued, and that token.
    pub fn request(&self) -> (Request<Bytes>, String) {
        let issued = self.answer(self.post("grant_type=client_credentials".to_owned()));
        let body: serde_json::Value = serde_json::from_slice(issued.body()).expect("JSON");
        let token = body["access_token"].as_str().expect("a token").to_owned();
        let pairs =
            [("grant_type", EXCHANGE), ("subject_token", &*token), ("subject_token_type", ACCESS_TOKEN), ("scope", "read")];
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        (self.post(body), token)
    }

    pub fn answer(&self, request: Request<Bytes>) -> Response<Bytes> {
        let response = ready(self.server.token().handle(request));
        assert_eq!(response.status(), 200);
        response
    }
}

//! Servers that differ from the plain one in one thing, and the request that is the same for all of them.

use bytes::Bytes;
use grantor::{
    AuthorizationServer, Client, ClientCredentials, ClientSecret, Development, MemoryStore, OAuth21, ProcessRateLimits,
    RateQuota, Resource, ResourceIndicators, Resources, issuer,
};
use http::{Request, Response};

use crate::common::{SECRET, block_on};

const API: &str = "https://api.example.com";

/// A server, and whether its client says for which API it asks.
pub struct Variant {
    answer: Box<dyn Fn(Request<Bytes>) -> Response<Bytes>>,
    names_resource: bool,
}

macro_rules! variant {
    ($names_resource:expr $(, $($chain:tt)+)?) => {{
        let server = AuthorizationServer::builder()
            .profile(Development::<OAuth21>::new())
            .issuer(issuer!("https://as.example.com"))
            .storage(MemoryStore::new())
            .grant(ClientCredentials::new())
            $($($chain)+)?
            .build();
        let client = Client::confidential("client", &ClientSecret::parse(SECRET).expect("a secret"));
        let client = client.grant_types(["client_credentials"]).scope("read write").build().expect("a client");
        block_on(server.register_client(client)).expect("a registration");
        Variant { answer: Box::new(move |request| block_on(server.token().handle(request))), names_resource: $names_resource }
    }};
}

impl Variant {
    pub fn plain() -> Self {
        variant!(false)
    }

    pub fn with_resources() -> Self {
        let api = Resource::new(API).expect("a resource").scope("read".parse().expect("a scope"));
        variant!(true, .enable(ResourceIndicators::new(Resources::new([api]).expect("resources"))))
    }

    /// With so much room that nobody is refused.
    pub fn with_limits() -> Self {
        let quota = RateQuota::new(1_000_000, 1_000_000).expect("a quota");
        variant!(false, .rate_limits(ProcessRateLimits::new().per_client("token", quota)))
    }

    pub fn request(&self) -> Request<Bytes> {
        let resource = if self.names_resource { "&resource=https%3A%2F%2Fapi.example.com" } else { "" };
        let body = format!("grant_type=client_credentials&scope=read&client_id=client&client_secret={SECRET}{resource}");
        let request = Request::post("/token").header("content-type", "application/x-www-form-urlencoded");
        request.body(body.into()).expect("a request")
    }

    pub fn answer(&self, request: Request<Bytes>) -> Response<Bytes> {
        let response = (self.answer)(request);
        assert_eq!(response.status(), 200);
        response
    }
}

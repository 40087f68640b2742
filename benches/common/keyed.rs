//! A server whose client authenticates with a key, which the client registered or publishes itself, and its requests.

use std::pin::pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, Waker};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use grantor::{
    Algorithm, AuthorizationServer, Client, ClientCredentials, Development, Fetcher, Jwks, KeyPair, ManualClock, MemoryStore,
    OAuth21, PrivateKeyJwt, Revocation, Timestamp, issuer,
};
use http::{Request, Response};
use serde_json::json;

use crate::host::Host;

const NOW: u64 = 1_800_000_000;

type Server = AuthorizationServer<MemoryStore, (ClientCredentials,), (), (PrivateKeyJwt, Revocation), Development<OAuth21>>;

pub struct KeyedBench {
    server: Server,
    key: KeyPair,
    made: AtomicU64,
}

/// Nothing here waits.
fn ready<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("it waits"),
    }
}

impl KeyedBench {
    /// The client has this key: PKCS#8. Its public half is in the record of the client, or where that says, and then it is fetched once.
    pub fn new(key: &[u8], is_fetched: bool) -> Self {
        let key = KeyPair::from_pkcs8(Algorithm::Es256, key).expect("a key");
        let jwks = json!(Jwks::of([key.public_key()]));
        let server = AuthorizationServer::builder()
            .profile(Development::<OAuth21>::new())
            .issuer(issuer!("https://as.example.com"))
            .storage(MemoryStore::new())
            .clock(ManualClock::new(Timestamp::from_unix(NOW)))
            .grant(ClientCredentials::new())
            .fetcher(Fetcher::with(Host(jwks.to_string())))
            .enable(PrivateKeyJwt::new())
            .enable(Revocation::new())
            .build();
        let client = Client::with_keys("client").grant_types(["client_credentials"]);
        let client = if is_fetched { client.jwks_uri("https://client.example.com/jwks") } else { client.jwks(jwks) };
        ready(server.register_client(client.build().expect("a client"))).expect("a registration");
        Self { server, key, made: AtomicU64::new(0) }
    }

    /// What is signed of one, and the signature.
    pub fn signed(&self, audience: &str) -> (String, Vec<u8>) {
        let jti = self.made.fetch_add(1, Ordering::Relaxed);
        let header = json!({"alg": "ES256", "typ": "client-authentication+jwt", "kid": self.key.public_key().key_id()});
        let claims =
            json!({"iss": "client", "sub": "client", "aud": audience, "iat": NOW, "exp": NOW + 60, "jti": format!("{jti:032}")});
        let encode = |text: String| URL_SAFE_NO_PAD.encode(text);
        let input = format!("{}.{}", encode(header.to_string()), encode(claims.to_string()));
        let signature = self.key.sign(input.as_bytes()).expect("a signature").as_bytes().to_vec();
        (input, signature)
    }

    /// Takes back a token that does not exist: that is authentication, and next to nothing else.
    pub fn request(&self, audience: &str) -> Request<Bytes> {
        let (input, signature) = self.signed(audience);
        let mut body = form_urlencoded::Serializer::new(String::new());
        body.append_pair("token", "unknown")
            .append_pair("client_assertion", &format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature)));
        body.append_pair("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
        let request = Request::post("/revoke").header("content-type", "application/x-www-form-urlencoded");
        request.body(Bytes::from(body.finish())).expect("a request")
    }

    pub fn revoke(&self, request: Request<Bytes>) -> Response<Bytes> {
        ready(self.server.revocation().handle(request))
    }
}

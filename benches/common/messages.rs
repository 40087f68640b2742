//! A server whose client signs its requests, and to which it answers with signed responses.

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use grantor::{
    Algorithm, Authorization, AuthorizationCode, AuthorizationRequest, AuthorizationServer, Client, ClientSecret, Code,
    Development, Es256, FixedKeys, InlineKeys, Jarm, Jwks, KeyPair, ManualClock, MemoryStore, OAuth21, RequestObjects,
    SigningKeys, Timestamp, issuer,
};
use http::{Request, Response};
use serde_json::json;

const NOW: u64 = 1_800_000_000;
const CALLBACK: &str = "https://app.example.com/callback";
const PKCE: &str = "code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256";

type Server = AuthorizationServer<
    MemoryStore,
    (AuthorizationCode,),
    (Code,),
    (SigningKeys<(Es256,), FixedKeys>, RequestObjects<InlineKeys>, Jarm),
    Development<OAuth21>,
>;

pub struct MessagesBench {
    server: Server,
    key: KeyPair,
}

/// Nothing here waits.
fn ready<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("it waits"),
    }
}

impl MessagesBench {
    /// Client and server have this key: PKCS#8.
    pub fn new(document: &[u8]) -> Self {
        let key = || KeyPair::from_pkcs8(Algorithm::Es256, document).expect("a key");
        let server = AuthorizationServer::builder()
            .profile(Development::<OAuth21>::new())
            .issuer(issuer!("https://as.example.com"))
            .storage(MemoryStore::new())
            .clock(ManualClock::new(Timestamp::from_unix(NOW)))
            .grant(AuthorizationCode::new())
            .response_type(Code)
            .enable(SigningKeys::fixed(Es256, key()).expect("a key"))
            .enable(RequestObjects::inline_keys())
            .enable(Jarm::new())
            .build();
        let secret = ClientSecret::parse("a-secret-of-more-than-32-characters-for-benches").expect("a secret");
        let client =
            Client::confidential("app", &secret).redirect_uri(CALLBACK).scope("read").jwks(json!(Jwks::of([key().public_key()])));
        ready(server.register_client(client.build().expect("a client"))).expect("a registration");
        Self { server, key: key() }
    }

    /// What is signed of a request object, and the signature.
    pub fn signed(&self) -> (String, Vec<u8>) {
        let header = json!({"alg": "ES256", "typ": "oauth-authz-req+jwt", "kid": self.key.public_key().key_id()});
        let claims = json!({
            "iss": "app", "aud": "https://as.example.com", "exp": NOW + 300, "nbf": NOW, "client_id": "app", "response_type": "code",
            "redirect_uri": CALLBACK, "scope": "read", "state": "af0ifjsldkj", "code_challenge_method": "S256",
            "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
        });
        let encode = |text: String| URL_SAFE_NO_PAD.encode(text);
        let input = format!("{}.{}", encode(header.to_string()), encode(claims.to_string()));
        let signature = self.key.sign(input.as_bytes()).expect("a signature").as_bytes().to_vec();
        (input, signature)
    }

    pub fn request(&self, object: &str) -> Request<Bytes> {
        Request::get(format!("/authorize?client_id=app&request={object}")).body(Bytes::new()).expect("a request")
    }

    /// From the bytes of a request to what is shown to the person.
    pub fn read(&self, request: Request<Bytes>) -> AuthorizationRequest {
        match ready(self.server.authorization().handle(request)) {
            Authorization::Interact(request) => request,
            Authorization::Respond(response) => panic!("{response:?}"),
        }
    }

    /// One that waits to be answered with a signed response.
    pub fn asking(&self) -> AuthorizationRequest {
        let query = format!("client_id=app&response_type=code&response_mode=jwt&state=af0ifjsldkj&{PKCE}");
        self.read(Request::get(format!("/authorize?{query}")).body(Bytes::new()).expect("a request"))
    }

    /// The person denies: the response is signed, and nothing is stored.
    pub fn deny(&self, request: AuthorizationRequest) -> Response<Bytes> {
        ready(self.server.authorization().complete(request.deny()))
    }
}

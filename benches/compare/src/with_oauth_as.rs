//! oauth-as: `AuthorizationService::handle`, from an HTTP request to an HTTP response. It has no resource server's half: a host
//! looks the token up with `AuthorizationServer::introspect`.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use bytes::Bytes;
use http::{Request, header};
use http_body_util::{BodyExt as _, Full};
use oauth_as::AccessTokenFormat;
use oauth_as::client::{Client, ClientAuth, ClientId, SecretHash, SecretVerifier};
use oauth_as::grant::GrantType;
use oauth_as::http::{ApprovalDecision, AuthorizationService, Response, ServiceBuilder};
use oauth_as::scope::ScopeSet;
use oauth_as::server::{AuthorizationServer, ServerConfig, SystemClock};
use oauth_as::store::MemoryStorage;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use crate::{
    CALLBACK, CLIENT, ISSUER, Library, Operation, SCOPE, SECRET, authorization_query, basic, member, now, parameter, redemption,
};

/// One SHA-256, as the others have it. Without this it is three: its own verifier also hashes what it compares.
struct Cheap;

impl Cheap {
    fn encoded(secret: &str) -> [u8; 43] {
        let mut encoded = [0; 43];
        STANDARD_NO_PAD.encode_slice(Sha256::digest(secret), &mut encoded).expect("room");
        encoded
    }

    fn hash(secret: &str) -> SecretHash {
        SecretHash::custom("sha256", String::from_utf8_lossy(&Self::encoded(secret)))
    }
}

impl SecretVerifier for Cheap {
    fn verify(&self, stored: &SecretHash, presented: &str) -> bool {
        stored.encoded().as_bytes().ct_eq(&Self::encoded(presented)).into()
    }
}

pub struct OauthAs {
    server: Arc<AuthorizationServer<MemoryStorage>>,
    service: AuthorizationService<MemoryStorage, SystemClock>,
    basic: String,
}

pub enum Answer {
    Http(Response),
    Accepted(bool),
}

impl OauthAs {
    /// The server with the one client, and access tokens of this format.
    pub fn with(access_token_format: AccessTokenFormat) -> Self {
        let mut config = ServerConfig::new(ISSUER, "https://as.example.com/device");
        config.access_token_format = access_token_format;
        let server = Arc::new(AuthorizationServer::new(config, MemoryStorage::new()).with_secret_verifier(Box::new(Cheap)));
        let scopes = ScopeSet::parse(SCOPE).expect("a scope");
        let client = Client {
            client_id: ClientId::new(CLIENT),
            auth: ClientAuth::ConfidentialSecretHash { hash: Cheap::hash(SECRET) },
            grant_types: vec![GrantType::AuthorizationCode, GrantType::RefreshToken, GrantType::ClientCredentials],
            redirect_uris: vec![CALLBACK.to_owned()],
            allowed_scopes: scopes.clone(),
            default_scopes: scopes,
            name: None,
            registration: None,
        };
        now(server.register_client(client)).expect("a registration");
        let service = ServiceBuilder::new(server.clone())
            .with_subject_resolver(|_| Some("alice".to_owned()))
            .with_approval_resolver(|_| ApprovalDecision::Approve)
            .build()
            .expect("a service");
        Self { server, service, basic: basic() }
    }

    fn post(&self, path: &str, body: impl Into<Bytes>) -> Request<Full<Bytes>> {
        let builder = Request::post(path).header("content-type", "application/x-www-form-urlencoded");
        builder.header("authorization", &self.basic).body(Full::new(body.into())).expect("a request")
    }

    fn answer(&self, request: Request<Full<Bytes>>) -> Response {
        now(self.service.handle(request))
    }

    fn authorized(&self) -> Request<Full<Bytes>> {
        Request::get(format!("/authorize?{}", authorization_query())).body(Full::default()).expect("a request")
    }

    fn redeemable(&self) -> Request<Full<Bytes>> {
        let response = self.answer(self.authorized());
        let location = response.headers()[header::LOCATION].to_str().expect("text");
        self.post("/token", redemption(parameter(location, "code")))
    }

    fn issued(&self, name: &str) -> String {
        member(&body(self.answer(self.redeemable())), name)
    }
}

fn body(response: Response) -> Bytes {
    now(response.into_body().collect()).expect("a body").to_bytes()
}

impl Library for OauthAs {
    const NAME: &'static str = "oauth-as";
    type Request = Request<Full<Bytes>>;
    type Response = Answer;

    fn new() -> Self {
        Self::with(AccessTokenFormat::Opaque)
    }

    fn prepare(&mut self, operation: Operation) -> Request<Full<Bytes>> {
        match operation {
            Operation::ClientCredentials => self.post("/token", "grant_type=client_credentials&scope=read+write"),
            Operation::Authorize => self.authorized(),
            Operation::Redeem => self.redeemable(),
            Operation::Refresh => {
                self.post("/token", format!("grant_type=refresh_token&refresh_token={}", self.issued("refresh_token")))
            }
            Operation::Introspect => self.post("/introspect", format!("token={}", self.issued("access_token"))),
            Operation::BearerCheck => {
                let bearer = format!("Bearer {}", self.issued("access_token"));
                Request::get("/").header("authorization", bearer).body(Full::default()).expect("a request")
            }
        }
    }

    fn run(&mut self, operation: Operation, request: Request<Full<Bytes>>) -> Answer {
        if operation == Operation::BearerCheck {
            let token = request.headers()[header::AUTHORIZATION].to_str().ok().and_then(|value| value.strip_prefix("Bearer "));
            let issued = now(self.server.introspect(token.expect("a token"))).expect("a store");
            return Answer::Accepted(issued.is_some_and(|issued| issued.scope.contains("read")));
        }
        Answer::Http(self.answer(request))
    }

    fn check(operation: Operation, response: &Answer) {
        match response {
            Answer::Accepted(accepted) => assert!(accepted),
            Answer::Http(response) if operation == Operation::Authorize => {
                parameter(response.headers()[header::LOCATION].to_str().expect("text"), "code");
            }
            Answer::Http(response) => {
                assert_eq!(response.status(), 200);
                let body = response.body().clone().into_bytes();
                assert!(operation != Operation::Introspect || body.starts_with(b"{\"active\":true"), "{body:?}");
            }
        }
    }
}

//! grantor: `OAuthService::answer`, from an HTTP request to an HTTP response, and `ResourceServer::authenticate`.

use std::sync::Arc;

use bytes::Bytes;
use grantor::{
    Approval, AuthorizationCode, AuthorizationRequest, AuthorizationServer, Client, ClientCredentials, ClientSecret, Code,
    Decision, Development, Interaction, Introspection, LocalVerifier, MemoryStore, OAuth21, OAuthService, RefreshToken,
    ResourceServer, Scope, Subject, issuer,
};
use http::{Request, Response};

use crate::{
    CALLBACK, CLIENT, Library, Operation, SCOPE, SECRET, authorization_query, basic, member, now, parameter, redemption,
};

type Server = AuthorizationServer<
    Arc<MemoryStore>,
    (AuthorizationCode, RefreshToken, ClientCredentials),
    (Code,),
    (Introspection,),
    Development<OAuth21>,
>;

struct Approves(Subject);

impl<S: Sync> Interaction<S> for Approves {
    async fn decide(&self, _: &S, _: &Request<Bytes>, request: AuthorizationRequest) -> Decision {
        request.approve(Approval::by(self.0.clone()))
    }
}

pub struct Grantor {
    service: OAuthService<Server, Approves>,
    resource: ResourceServer<LocalVerifier<Arc<MemoryStore>>>,
    required: Scope,
    basic: String,
}

pub enum Answer {
    Http(Response<Bytes>),
    Accepted(bool),
}

impl Grantor {
    fn post(&self, path: &str, body: impl Into<Bytes>) -> Request<Bytes> {
        let builder = Request::post(path).header("content-type", "application/x-www-form-urlencoded");
        builder.header("authorization", &self.basic).body(body.into()).expect("a request")
    }

    fn answer(&self, request: Request<Bytes>) -> Response<Bytes> {
        now(self.service.answer(request))
    }

    fn authorized(&self) -> Request<Bytes> {
        Request::get(format!("/authorize?{}", authorization_query())).body(Bytes::new()).expect("a request")
    }

    fn redeemable(&self) -> Request<Bytes> {
        let response = self.answer(self.authorized());
        let location = response.headers()["location"].to_str().expect("text");
        self.post("/token", redemption(parameter(location, "code")))
    }

    fn issued(&self, name: &str) -> String {
        member(self.answer(self.redeemable()).body(), name)
    }
}

impl Library for Grantor {
    const NAME: &'static str = "grantor";
    type Request = Request<Bytes>;
    type Response = Answer;

    fn new() -> Self {
        let store = Arc::new(MemoryStore::new());
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
        let client = Client::confidential(CLIENT, &secret).redirect_uri(CALLBACK).scope(SCOPE);
        let client = client.grant_types(["authorization_code", "refresh_token", "client_credentials"]).build();
        now(server.register_client(client.expect("a client"))).expect("a registration");
        Self {
            resource: ResourceServer::new(LocalVerifier::new(store, server.issuer().clone())),
            service: OAuthService::with(Arc::new(server), Approves(Subject::new("alice").expect("a subject"))),
            required: Scope::parse("read").expect("a scope"),
            basic: basic(),
        }
    }

    fn prepare(&mut self, operation: Operation) -> Request<Bytes> {
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
                Request::get("/").header("authorization", bearer).body(Bytes::new()).expect("a request")
            }
        }
    }

    fn run(&mut self, operation: Operation, request: Request<Bytes>) -> Answer {
        if operation == Operation::BearerCheck {
            let (parts, _) = request.into_parts();
            return Answer::Accepted(now(self.resource.authenticate(&parts, &self.required)).is_ok());
        }
        Answer::Http(self.answer(request))
    }

    fn check(operation: Operation, response: &Answer) {
        match response {
            Answer::Accepted(accepted) => assert!(accepted),
            Answer::Http(response) if operation == Operation::Authorize => {
                parameter(response.headers()["location"].to_str().expect("text"), "code");
            }
            Answer::Http(response) => {
                assert_eq!(response.status(), 200);
                assert!(operation != Operation::Introspect || response.body().starts_with(b"{\"active\":true"));
            }
        }
    }
}

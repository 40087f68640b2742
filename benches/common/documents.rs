//! A server with two clients that differ in nothing but where they are: one is stored, the other one is described by a document at the
//! URL that is its identifier, which has been fetched.

use bytes::Bytes;
use grantor::{
    Approval, Authorization, AuthorizationCode, AuthorizationRequest, AuthorizationServer, Client, ClientHosts,
    ClientMetadataDocuments, Code, Development, Fetcher, MemoryStore, OAuth21, RefreshToken, Scope, Subject, issuer,
};
use http::{Request, Response};

use crate::common::{CALLBACK, CHALLENGE, VERIFIER, block_on, member};
use crate::host::Host;

pub const STORED: &str = "https://app.example.com/stored.json";
pub const DESCRIBED: &str = "https://app.example.com/client.json";

type Server = AuthorizationServer<
    MemoryStore,
    (AuthorizationCode, RefreshToken),
    (Code,),
    (ClientMetadataDocuments<ClientHosts>,),
    Development<OAuth21>,
>;

pub struct Documents(Server);

impl Documents {
    pub fn new() -> Self {
        let scope = Scope::parse("read write").expect("a scope");
        let document = format!(
            r#"{{"client_id":"{DESCRIBED}","client_name":"App","redirect_uris":["{CALLBACK}"],"grant_types":["authorization_code","refresh_token"]}}"#
        );
        let server = AuthorizationServer::builder()
            .profile(Development::<OAuth21>::new())
            .issuer(issuer!("https://as.example.com"))
            .storage(MemoryStore::new())
            .fetcher(Fetcher::with(Host(document)))
            .grant(AuthorizationCode::new())
            .grant(RefreshToken::new())
            .response_type(Code)
            .enable(ClientMetadataDocuments::new(ClientHosts::any()).scope(scope))
            .build();
        let stored = Client::public(STORED).name("App").redirect_uri(CALLBACK).scope("read write");
        let stored = stored.grant_types(["authorization_code", "refresh_token"]).build().expect("a client");
        block_on(server.register_client(stored.unvetted())).expect("a registration");
        Self(server)
    }

    pub fn request(client_id: &str) -> Request<Bytes> {
        let uri = format!(
            "/authorize?response_type=code&client_id={client_id}&redirect_uri={CALLBACK}&scope=read+write&state=xyz\
             &code_challenge={CHALLENGE}&code_challenge_method=S256"
        );
        Request::get(uri).body(Bytes::new()).expect("a request")
    }

    pub fn authorize(&self, request: Request<Bytes>) -> AuthorizationRequest {
        let Authorization::Interact(request) = block_on(self.0.authorization().handle(request)) else {
            panic!("the request is valid")
        };
        request
    }

    /// A token request with a code that was approved.
    pub fn redemption(&self, client_id: &str) -> Request<Bytes> {
        let approval = Approval::by(Subject::new("alice").expect("a name")).consented();
        let response = block_on(self.0.authorization().complete(self.authorize(Self::request(client_id)).approve(approval)));
        let location = response.headers()["location"].to_str().expect("text");
        let code = location.split(['?', '&']).find_map(|pair| pair.strip_prefix("code=")).expect("a code");
        let body = format!(
            "grant_type=authorization_code&client_id={client_id}&code={code}&redirect_uri={CALLBACK}&code_verifier={VERIFIER}"
        );
        let request = Request::post("/token").header("content-type", "application/x-www-form-urlencoded");
        request.body(body.into()).expect("a request")
    }

    /// A token request with a refresh token.
    pub fn refresh(&self, client_id: &str) -> Request<Bytes> {
        let token = member(&self.token(self.redemption(client_id)), "refresh_token");
        let body = format!("grant_type=refresh_token&client_id={client_id}&refresh_token={token}");
        let request = Request::post("/token").header("content-type", "application/x-www-form-urlencoded");
        request.body(body.into()).expect("a request")
    }

    pub fn token(&self, request: Request<Bytes>) -> Response<Bytes> {
        let response = block_on(self.0.token().handle(request));
        assert_eq!(response.status(), 200);
        response
    }
}

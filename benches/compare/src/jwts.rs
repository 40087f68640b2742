//! The same with access tokens that are JWTs under ES256: by aws-lc-rs in grantor, by p256 in oauth-as. oxide-auth has none.

use bytes::Bytes;
use grantor::{
    Algorithm, AuthorizationServer, Client, ClientCredentials, ClientSecret, Development, Es256, FixedKeys, JwtAccessTokens,
    KeyPair, MemoryStore, NoInteraction, OAuth21, OAuthService, SigningKeys, issuer,
};
use http::{Request, Response};
use http_body_util::Full;
use oauth_as::{AccessTokenFormat, EcdsaP256Key, JwtConfig};

use crate::with_oauth_as::{self, OauthAs};
use crate::{CLIENT, Library, Operation, SCOPE, SECRET, basic, member, now};

const API: &str = "https://api.example.com";

type Server = AuthorizationServer<
    MemoryStore,
    (ClientCredentials,),
    (),
    (SigningKeys<(Es256,), FixedKeys>, JwtAccessTokens),
    Development<OAuth21>,
>;

pub struct Grantor {
    service: OAuthService<Server, NoInteraction>,
    basic: String,
}

impl Library for Grantor {
    const NAME: &'static str = "grantor";
    type Request = Request<Bytes>;
    type Response = Response<Bytes>;

    fn new() -> Self {
        let key = KeyPair::generate(Algorithm::Es256).expect("a key");
        let server = AuthorizationServer::builder()
            .profile(Development::<OAuth21>::new())
            .issuer(issuer!("https://as.example.com"))
            .storage(MemoryStore::new())
            .grant(ClientCredentials::new())
            .enable(SigningKeys::fixed(Es256, key).expect("for ES256"))
            .enable(JwtAccessTokens::new(API))
            .build();
        let secret = ClientSecret::parse(SECRET).expect("a secret");
        let client = Client::confidential(CLIENT, &secret).scope(SCOPE).grant_types(["client_credentials"]);
        now(server.register_client(client.build().expect("a client"))).expect("a registration");
        Self { service: OAuthService::new(server.into()), basic: basic() }
    }

    fn has(operation: Operation) -> bool {
        operation == Operation::ClientCredentials
    }

    fn prepare(&mut self, _: Operation) -> Request<Bytes> {
        let builder = Request::post("/token").header("content-type", "application/x-www-form-urlencoded");
        let body = Bytes::from_static(b"grant_type=client_credentials&scope=read+write");
        builder.header("authorization", &self.basic).body(body).expect("a request")
    }

    fn run(&mut self, _: Operation, request: Request<Bytes>) -> Response<Bytes> {
        now(self.service.answer(request))
    }

    fn check(_: Operation, response: &Response<Bytes>) {
        assert_eq!(member(response.body(), "access_token").split('.').count(), 3);
    }
}

pub struct OauthAsJwt(OauthAs);

impl Library for OauthAsJwt {
    const NAME: &'static str = "oauth-as";
    type Request = Request<Full<Bytes>>;
    type Response = with_oauth_as::Answer;

    fn new() -> Self {
        let config = JwtConfig::new(EcdsaP256Key::generate("key"), API);
        Self(OauthAs::with(AccessTokenFormat::Jwt(Box::new(config))))
    }

    fn has(operation: Operation) -> bool {
        operation == Operation::ClientCredentials
    }

    fn prepare(&mut self, operation: Operation) -> Request<Full<Bytes>> {
        self.0.prepare(operation)
    }

    fn run(&mut self, operation: Operation, request: Request<Full<Bytes>>) -> with_oauth_as::Answer {
        self.0.run(operation, request)
    }

    fn check(operation: Operation, response: &with_oauth_as::Answer) {
        OauthAs::check(operation, response);
        if let with_oauth_as::Answer::Http(response) = response {
            let body = response.body().clone().into_bytes();
            assert_eq!(member(&body, "access_token").split('.').count(), 3);
        }
    }
}

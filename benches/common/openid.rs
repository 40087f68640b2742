//! An OpenID Provider, for what is measured of one.
#![allow(dead_code, reason = "each bench and the allocation test use their part")]

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use grantor::{
    Algorithm, Approval, Authorization, AuthorizationCode, AuthorizationServer, Client, ClientSecret, Code, Development, Es256,
    FixedKeys, Introspection, KeyPair, MemoryStore, OAuth21, OpenId, Rs256, ServesOAuth as _, SigningKeys, Subject, issuer,
};
use http::{Request, Response};

use super::common::{CALLBACK, CHALLENGE, SECRET, VERIFIER, block_on};

pub type Server = AuthorizationServer<
    MemoryStore,
    (AuthorizationCode,),
    (Code,),
    (SigningKeys<(Es256, Rs256), FixedKeys>, OpenId<()>, Introspection),
    Development<OAuth21>,
>;

/// With the clients that are needed.
pub fn server(key: KeyPair) -> Server {
    let rsa = KeyPair::generate(Algorithm::Rs256).expect("a key");
    let keys = SigningKeys::fixed(Es256, key).expect("a key").and(Rs256, rsa).expect("a key");
    let server = AuthorizationServer::builder()
        .profile(Development::<OAuth21>::new())
        .issuer(issuer!("https://as.example.com"))
        .storage(MemoryStore::new())
        .grant(AuthorizationCode::new())
        .response_type(Code)
        .enable(keys)
        .enable(OpenId::new(()))
        .enable(Introspection::new())
        .build();
    let client = Client::confidential("client", &ClientSecret::parse(SECRET).expect("a secret")).redirect_uri(CALLBACK);
    let client = client.scope("openid read").id_token_signed_response_alg("ES256").build().expect("a client");
    block_on(server.register_client(client)).expect("a registration");
    server
}

pub fn post(path: &str, body: String) -> Request<Bytes> {
    let basic = format!("Basic {}", STANDARD.encode(format!("client:{SECRET}")));
    let builder = Request::post(path).header("content-type", "application/x-www-form-urlencoded");
    builder.header("authorization", basic).body(body.into()).expect("a request")
}

pub fn answer(server: &Server, request: Request<Bytes>) -> Response<Bytes> {
    let response = block_on(server.handle(request));
    assert_eq!(response.status(), 200, "{response:?}");
    response
}

/// The request that redeems a code for this scope.
pub fn redemption(server: &Server, scope: &str) -> Request<Bytes> {
    let query = format!(
        "/authorize?response_type=code&client_id=client&redirect_uri={CALLBACK}&scope={scope}&code_challenge={}&code_challenge_method=S256",
        CHALLENGE
    );
    let request = Request::get(query).body(Bytes::new()).expect("a request");
    let Authorization::Interact(request) = block_on(server.authorization().handle(request)) else { panic!("a valid request") };
    let decision = request.approve(Approval::by(Subject::new("alice").expect("a subject")));
    let response = block_on(server.authorization().complete(decision));
    let location = response.headers()["location"].to_str().expect("text").to_owned();
    let code = location.split("code=").nth(1).and_then(|rest| rest.split('&').next()).expect("a code");
    post("/token", format!("grant_type=authorization_code&code={code}&redirect_uri={CALLBACK}&code_verifier={VERIFIER}"))
}

/// The request for what is known of the person.
pub fn userinfo(token: &str) -> Request<Bytes> {
    let request = Request::get("/userinfo").header("authorization", format!("Bearer {token}"));
    request.body(Bytes::new()).expect("a request")
}

/// The request for the metadata.
pub fn discovery() -> Request<Bytes> {
    Request::get("/.well-known/openid-configuration").body(Bytes::new()).expect("a request")
}

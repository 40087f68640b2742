//! A token endpoint of an OpenID Provider.

use std::error::Error;

use bytes::Bytes;
use grantor::{
    AuthorizationCode, AuthorizationServer, ClientCredentials, Code, Development, MemoryStore, OpenId, Rfc6749, Rs256,
    ServesOAuth as _, SigningKeys, issuer,
};
use http::Request;
use ui_tests::absent::{answer, block_on};

fn main() -> Result<(), Box<dyn Error>> {
    let server = AuthorizationServer::builder()
        .profile(Development::<Rfc6749>::new())
        .issuer(issuer!("https://as.example.com"))
        .storage(MemoryStore::new())
        .grant(AuthorizationCode::new())
        .grant(ClientCredentials::new())
        .response_type(Code)
        .enable(SigningKeys::ephemeral().algorithm(Rs256))
        .enable(OpenId::new(()))
        .build();
    // All that it has routes for is in the program.
    drop(block_on(server.handle(Request::get("/end_session").body(Bytes::new())?)));
    answer(&server)
}

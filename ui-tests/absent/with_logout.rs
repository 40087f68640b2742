//! A token endpoint of an OpenID Provider that people sign out of.

use std::error::Error;

use bytes::Bytes;
use grantor::{
    AuthorizationCode, AuthorizationServer, ClientCredentials, Code, Development, MemoryStore, OpenId, Rfc6749,
    RpInitiatedLogout, Rs256, ServesOAuth as _, SignOut, SignedIn, SigningKeys, StoreError, issuer,
};
use http::{HeaderMap, Request};
use ui_tests::absent::{answer, block_on};

struct Nobody;

impl SignOut for Nobody {
    async fn signed_in(&self, _: &Request<Bytes>) -> Result<Option<SignedIn>, StoreError> {
        Ok(None)
    }
    async fn sign_out(&self, _: &Request<Bytes>, _: &SignedIn) -> Result<HeaderMap, StoreError> {
        Ok(HeaderMap::new())
    }
}

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
        .enable(RpInitiatedLogout::new(Nobody))
        .build();
    // All that it has routes for is in the program.
    drop(block_on(server.handle(Request::get("/end_session").body(Bytes::new())?)));
    answer(&server)
}

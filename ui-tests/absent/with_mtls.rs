//! A token endpoint that signs JWTs and binds them to certificates of its clients.

use std::error::Error;

use grantor::{
    AuthorizationServer, ClientCredentials, Development, Es256, JwtAccessTokens, MemoryStore, MutualTls, Rfc6749, SigningKeys,
    issuer,
};
use ui_tests::absent::answer;

fn main() -> Result<(), Box<dyn Error>> {
    let server = AuthorizationServer::builder()
        .profile(Development::<Rfc6749>::new())
        .issuer(issuer!("https://as.example.com"))
        .storage(MemoryStore::new())
        .grant(ClientCredentials::new())
        .enable(SigningKeys::ephemeral().algorithm(Es256))
        .enable(JwtAccessTokens::new("https://api.example.com"))
        .enable(MutualTls::new())
        .build();
    answer(&server)
}

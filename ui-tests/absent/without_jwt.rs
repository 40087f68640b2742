//! A token endpoint that issues opaque tokens, of a library that could sign.

use std::error::Error;

use grantor::{AuthorizationServer, ClientCredentials, Development, MemoryStore, Rfc6749, issuer};
use ui_tests::absent::answer;

fn main() -> Result<(), Box<dyn Error>> {
    let server = AuthorizationServer::builder()
        .profile(Development::<Rfc6749>::new())
        .issuer(issuer!("https://as.example.com"))
        .storage(MemoryStore::new())
        .grant(ClientCredentials::new())
        .build();
    answer(&server)
}

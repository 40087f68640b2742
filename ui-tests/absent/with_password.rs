//! A token endpoint with the password grant.

use std::error::Error;

use grantor::{AuthorizationServer, ClientCredentials, Development, MemoryStore, Password, Rfc6749, issuer};
use ui_tests::absent::{OneUser, answer, shown};

fn main() -> Result<(), Box<dyn Error>> {
    let server = AuthorizationServer::builder()
        .profile(Development::<Rfc6749>::new())
        .issuer(issuer!("https://as.example.com"))
        .storage(MemoryStore::new())
        .grant(shown(ClientCredentials::new()))
        .grant(shown(Password::new(OneUser)))
        .build();
    answer(&server)
}

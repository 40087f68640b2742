//! Legal neighbours of the rules about clients that register themselves.

use grantor::{
    Admission, AnyClient, AuthorizationServer, ClientCredentials, Development, DynamicRegistration, MemoryStore, OAuth21,
    RegistrationPolicy, RegistrationRefusal, RegistrationRequest, Split, WithInitialAccessToken, issuer,
};
use ui_tests::PgStore;

fn open() {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .grant(ClientCredentials::new())
        .enable(DynamicRegistration::new(AnyClient::new()))
        .build();
}

/// The clients are in one store, and what they have in another one; and it may be switched off.
fn in_two_stores(on: bool) {
    let _server = AuthorizationServer::builder()
        .profile(Development::<OAuth21>::new())
        .issuer(issuer!("https://as.example.com"))
        .storage(Split::new(MemoryStore::new(), PgStore))
        .grant(ClientCredentials::new())
        .enable(on.then(|| DynamicRegistration::new(WithInitialAccessToken::new())))
        .build();
}

struct Nobody;

impl RegistrationPolicy for Nobody {
    async fn decide(&self, _: &RegistrationRequest<'_>) -> Result<Admission, RegistrationRefusal> {
        Err(RegistrationRefusal::forbidden("nobody"))
    }
}

fn of_ones_own() {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .grant(ClientCredentials::new())
        .enable(DynamicRegistration::new(Nobody))
        .build();
}

pub fn main() {
    open();
    in_two_stores(false);
    of_ones_own();
}

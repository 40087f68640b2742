//! Legal neighbours of the rules about tokens that are bound to a key.

use grantor::{
    AuthorizationServer, ClientCredentials, Dpop, DpopNonces, DpopProofs, DpopRequired, Implicit, Issuer, LocalVerifier,
    MasterKeys, MemoryStore, OAuth21, ProofMemory, ResourceServer, Rfc6749, SharedProofs, Token, issuer,
};
use ui_tests::PgStore;

fn optional() {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .grant(ClientCredentials::new())
        .enable(Dpop::new())
        .build();
}

/// Its type says what it insists on.
type Strict = AuthorizationServer<PgStore, (ClientCredentials,), (), (Dpop<DpopRequired, DpopNonces>,), OAuth21>;

fn with_nonces(keys: MasterKeys) {
    let _server: Strict = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .grant(ClientCredentials::new())
        .enable(Dpop::required().nonces())
        .master_keys(keys)
        .build();
}

/// Access tokens of the authorization endpoint are bearer tokens.
fn beside_the_implicit_grant() {
    let _server = AuthorizationServer::builder()
        .profile(Rfc6749)
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .grant(Implicit::new())
        .response_type(Token)
        .enable(Dpop::new())
        .build();
}

/// Proofs in the memory of one process, and where several look.
fn api(store: MemoryStore, issuer: Issuer) {
    let server = || ResourceServer::new(LocalVerifier::new(store.clone(), issuer.clone()));
    let shared = SharedProofs::new(store.clone(), issuer.clone());
    let one = server().dpop("https://api.example.com", DpopProofs::new(ProofMemory::new()));
    let several = server().dpop("https://api.example.com", DpopProofs::new(shared).required());
    assert!(one.is_ok() && several.is_ok());
}

pub fn main() {
    optional();
    with_nonces(MasterKeys::from_bytes(&std::array::from_fn::<u8, 32, _>(|at| at as u8)).expect("keys"));
    beside_the_implicit_grant();
    api(MemoryStore::new(), issuer!("https://as.example.com"));
}

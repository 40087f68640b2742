//! Legal neighbours of the rules about clients with keys, and about the fetcher.

use grantor::{AuthorizationServer, ClientCredentials, Development, Fetcher, Introspection, OAuth21, PrivateKeyJwt, issuer};
use ui_tests::PgStore;

fn fetched(fetcher: Fetcher) {
    let server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .fetcher(fetcher)
        .grant(ClientCredentials::new())
        .enable(PrivateKeyJwt::new())
        .build();
    assert!(server.fetcher().is_some());
}

fn inline() {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .grant(ClientCredentials::new())
        .enable(PrivateKeyJwt::inline_keys())
        .build();
}

/// The fetcher comes at any place in the chain, and whether anything needs it or not.
fn on_one_machine(fetcher: Fetcher) {
    let _server = AuthorizationServer::builder()
        .fetcher(fetcher.allow_private_addresses())
        .profile(Development::<OAuth21>::new())
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .grant(ClientCredentials::new())
        .enable(Introspection::new())
        .build();
}

pub fn main() {
    let fetcher = || Fetcher::new().expect("a fetcher");
    fetched(fetcher());
    inline();
    on_one_machine(fetcher());
}

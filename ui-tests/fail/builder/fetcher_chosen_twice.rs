// legal: pass/client_keys.rs, fn fetched
use grantor::{AuthorizationServer, ClientCredentials, Fetcher, PrivateKeyJwt, issuer};
use ui_tests::PgStore;

pub fn serve(fetcher: Fetcher) {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .fetcher(fetcher.clone())
        .fetcher(fetcher)
        .grant(ClientCredentials::new())
        .enable(PrivateKeyJwt::new())
        .build();
}

fn main() {}

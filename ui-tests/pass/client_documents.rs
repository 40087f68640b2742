//! Legal neighbours of the rules about clients that are URLs, and about scopes that imply others.

use grantor::{
    AuthorizationCode, AuthorizationServer, ClientHostPolicy, ClientHosts, ClientMetadataDocuments, ClientUrl, Code, Development,
    Fetcher, HostVerdict, OAuth21, PrivateKeyJwt, RefreshToken, Scope, ScopeHierarchy, StepUp, StoreError, issuer,
};
use ui_tests::PgStore;

fn of_any_host(fetcher: Fetcher) {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .fetcher(fetcher)
        .grant(AuthorizationCode::new())
        .response_type(Code)
        .enable(ClientMetadataDocuments::new(ClientHosts::any()))
        .build();
}

struct Partners;

impl ClientHostPolicy for Partners {
    async fn verdict(&self, client: ClientUrl<'_>) -> Result<HostVerdict, StoreError> {
        Ok(if client.host() == "app.example.com" { HostVerdict::Allow } else { HostVerdict::Deny })
    }
}

fn by_ones_own_policy(fetcher: Fetcher) {
    let scope = Scope::parse("read write").expect("a scope");
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .scope_hierarchy(ScopeHierarchy::new([("write", "read")]).expect("a hierarchy"))
        .fetcher(fetcher)
        .grant(AuthorizationCode::new())
        .grant(RefreshToken::new())
        .response_type(Code)
        .enable(ClientMetadataDocuments::new(Partners).scope(scope).grant_types(["authorization_code"]))
        .enable(PrivateKeyJwt::new())
        .enable(StepUp::new(["phr"]))
        .build();
}

/// Switched on at run time; and on one machine, in development.
fn switched(fetcher: Fetcher, on: bool) {
    let _server = AuthorizationServer::builder()
        .profile(Development::<OAuth21>::new())
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .fetcher(fetcher.allow_private_addresses())
        .grant(AuthorizationCode::new())
        .response_type(Code)
        .enable(on.then(|| ClientMetadataDocuments::new(ClientHosts::any())))
        .build();
}

pub fn main() {
    let fetcher = || Fetcher::new().expect("a fetcher");
    of_any_host(fetcher());
    by_ones_own_policy(fetcher());
    switched(fetcher(), true);
}

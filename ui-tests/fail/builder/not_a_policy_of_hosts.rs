// legal: pass/client_documents.rs, fn by_ones_own_policy
use grantor::{AuthorizationCode, AuthorizationServer, ClientMetadataDocuments, Code, Fetcher, Scope, issuer};
use ui_tests::PgStore;

fn main() {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .fetcher(Fetcher::new().expect("a fetcher"))
        .grant(AuthorizationCode::new())
        .response_type(Code)
        .enable(ClientMetadataDocuments::new("app.example.com").scope(Scope::empty()))
        .build();
}

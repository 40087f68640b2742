// legal: pass/client_documents.rs, fn of_any_host
use grantor::{AuthorizationCode, AuthorizationServer, ClientHosts, ClientMetadataDocuments, Code, issuer};
use ui_tests::PgStore;

fn main() {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .grant(AuthorizationCode::new())
        .response_type(Code)
        .enable(ClientMetadataDocuments::new(ClientHosts::any()))
        .build();
}

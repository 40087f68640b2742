// legal: pass/server.rs, fn generic_over_the_storage
use grantor::{AuthorizationCode, AuthorizationServer, ClientStore, Code, issuer};

pub fn serve<S: ClientStore>(store: S) {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(store)
        .grant(AuthorizationCode::new())
        .response_type(Code)
        .build();
}

fn main() {}

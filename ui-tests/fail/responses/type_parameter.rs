// legal: pass/generic.rs, fn one_more_response_type
use grantor::{AuthorizationCode, AuthorizationServer, Code, ResponseType, SqliteStore, issuer};

pub fn serve<X: ResponseType>(store: SqliteStore, response_type: X) {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(store)
        .grant(AuthorizationCode::new())
        .response_type(Code)
        .response_type(response_type)
        .build();
}

fn main() {}

// legal: pass/storage.rs, fn without_refresh_tokens
use std::sync::Arc;

use grantor::{AuthorizationCode, AuthorizationServer, Code, RefreshToken, issuer};
use ui_tests::NoRefreshTokens;

fn main() {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(Arc::new(NoRefreshTokens))
        .grant(AuthorizationCode::new())
        .grant(RefreshToken::new())
        .response_type(Code)
        .build();
}

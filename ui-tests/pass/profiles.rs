//! Legal neighbours of what profiles refuse.

use grantor::{
    Begin, AuthorizationCode, AuthorizationServer, Code, Development, FamilyStore, Grant, GrantType, Granted, Implicit, No, OAuth21,
    Password, Rfc6749, Token, TokenContext, TokenError, Yes, issuer, wire_name,
};
use ui_tests::{NoPasswords, PgStore};

struct SignIn;
wire_name!(SignIn = "password");

impl GrantType for SignIn {
    type Step = Begin;
    type IssuesRefreshTokens = No;
    type RequiresPkce = Yes;
    type AcceptsPlainPkce = No;
}

impl<S: FamilyStore> Grant<S> for SignIn {
    async fn decide(&self, cx: &TokenContext<'_, S>) -> Result<Granted, TokenError> {
        Ok(Granted::to_client(cx.scope()?))
    }
}

fn rfc6749() {
    let _server = AuthorizationServer::builder()
        .profile(Rfc6749)
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .grant(AuthorizationCode::new().pkce_optional().pkce_plain())
        .grant(Password::new(NoPasswords))
        .grant(Implicit::new())
        .response_type(Code)
        .response_type(Token)
        .build();
    let _server = AuthorizationServer::builder()
        .profile(Rfc6749)
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .grant(SignIn)
        .build();
}

fn development() {
    let _server = AuthorizationServer::builder()
        .profile(Development::<Rfc6749>::new())
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .grant(AuthorizationCode::new().pkce_optional().pkce_plain())
        .grant(SignIn)
        .grant(Implicit::new())
        .response_type(Code)
        .response_type(Token)
        .build();
}

/// What OAuth 2.1 has, every profile has.
fn oauth21() {
    macro_rules! under {
        ($($profile:expr),*) => {$(
            let _server = AuthorizationServer::builder()
                .profile($profile)
                .issuer(issuer!("https://as.example.com"))
                .storage(PgStore)
                .grant(AuthorizationCode::new())
                .response_type(Code)
                .build();
        )*};
    }
    under!(OAuth21, Rfc6749, Development::<OAuth21>::new(), Development::<Rfc6749>::new());
}

fn main() {
    rfc6749();
    development();
    oauth21();
}

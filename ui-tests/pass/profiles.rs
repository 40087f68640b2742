//! Legal neighbours of what profiles refuse.

use grantor::rules::AcceptsStorage;
use grantor::{
    AllowsNoCodes, AllowsUnaimedTokens, AuthorizationCode, AuthorizationServer, Begin, ClientCredentials, Code, Development,
    FamilyStore, Grant, GrantType, Granted, Implicit, Mcp, No, OAuth21, OAuthError, Password, Profile, Resource, ResourceIndicators,
    Resources, Rfc6749, Token, TokenContext, Yes, issuer, wire_name,
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
    async fn decide(&self, cx: &TokenContext<'_, S>) -> Result<Granted, OAuthError> {
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

/// What MCP needs, and for generic code: a profile that may do without it.
fn mcp() {
    macro_rules! under {
        ($($profile:expr),*) => {$(
            let _server = AuthorizationServer::builder()
                .profile($profile)
                .issuer(issuer!("https://as.example.com"))
                .storage(PgStore)
                .grant(AuthorizationCode::new())
                .response_type(Code)
                .enable(ResourceIndicators::new(Resources::new([Resource::new("https://mcp.example.com/mcp").unwrap()]).unwrap()))
                .build();
        )*};
    }
    under!(Mcp, Development::<Mcp>::new());
    fn machines<P: Profile<Base: AllowsNoCodes + AllowsUnaimedTokens> + AcceptsStorage<PgStore>>(profile: P) {
        let _server = AuthorizationServer::builder()
            .profile(profile)
            .issuer(issuer!("https://as.example.com"))
            .storage(PgStore)
            .grant(ClientCredentials::new())
            .build();
    }
    machines(OAuth21);
    machines(Rfc6749);
    machines(Development::<Rfc6749>::new());
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
    mcp();
    development();
    oauth21();
}

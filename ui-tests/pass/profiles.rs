//! Legal neighbours of what profiles refuse.

use grantor::rules::{AcceptsStorage, BelowFapi2};
use grantor::{
    AllowsNoCodes, AllowsUnaimedTokens, AuthorizationCode, AuthorizationServer, Begin, ClientCredentials, Code, Development,
    Dpop, EdDsa, Es256, FamilyStore, Fapi2, Grant, GrantType, Granted, Implicit, JwtAccessTokens, MasterKeys, Mcp, MutualTls, No,
    OAuth21, OAuthError, Password, PrivateKeyJwt, Profile, Ps256, PushedAuthorizationRequests, RefreshToken, Resource,
    ResourceIndicators, Resources, Rfc6749, SigningKeys, Token, TokenContext, Yes, issuer, wire_name,
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
    fn machines<P: Profile<Base: AllowsNoCodes + AllowsUnaimedTokens + BelowFapi2> + AcceptsStorage<PgStore>>(profile: P) {
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

/// What FAPI 2.0 needs; for machines alone there is nothing to push.
fn fapi2() {
    macro_rules! under {
        ($($profile:expr),*) => {$(
            let _server = AuthorizationServer::builder()
                .profile($profile)
                .issuer(issuer!("https://bank.example.com"))
                .storage(PgStore)
                .master_keys(MasterKeys::parse("6ZQz0n3hX7mJc1uVfK2bYw8tRlA5pGdSxEoNiQvTgHk=").unwrap())
                .grant(AuthorizationCode::new())
                .grant(RefreshToken::new().reusable())
                .grant(ClientCredentials::new())
                .response_type(Code)
                .enable(SigningKeys::stored().algorithm(Ps256).algorithm(Es256).algorithm(EdDsa))
                .enable(JwtAccessTokens::new("https://api.example.com"))
                .enable(PrivateKeyJwt::inline_keys())
                .enable(PushedAuthorizationRequests::required())
                .enable(Dpop::required())
                .build();
            let _machines = AuthorizationServer::builder()
                .profile($profile)
                .issuer(issuer!("https://bank.example.com"))
                .storage(PgStore)
                .grant(ClientCredentials::new())
                .enable(PrivateKeyJwt::inline_keys())
                .enable(Dpop::required())
                .build();
        )*};
    }
    under!(Fapi2, Development::<Fapi2>::new());
}

/// The same with certificates: for who clients are, for tokens, and for both; each beside the other.
fn fapi2_with_certificates() {
    macro_rules! with {
        ($($feature:expr),*) => {
            let _server = AuthorizationServer::builder()
                .profile(Fapi2)
                .issuer(issuer!("https://bank.example.com"))
                .storage(PgStore)
                .grant(AuthorizationCode::new())
                .response_type(Code)
                .enable(PushedAuthorizationRequests::required())
                $(.enable($feature))*
                .build();
        };
    }
    with!(MutualTls::required());
    with!(MutualTls::required().authorities_only());
    with!(MutualTls::new().registered_only(), Dpop::required());
    with!(MutualTls::required().binding_only(), PrivateKeyJwt::inline_keys());
    with!(MutualTls::required(), PrivateKeyJwt::inline_keys(), Dpop::new());
}

pub fn main() {
    rfc6749();
    mcp();
    fapi2();
    fapi2_with_certificates();
    development();
    oauth21();
}

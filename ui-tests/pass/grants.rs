//! Legal neighbours of the rules about grants.

use grantor::{
    AuthorizationCode, AuthorizationCodeStore, AuthorizationServer, Begin, ClientCredentials, Code, FamilyStore, Grant,
    GrantType, Granted, Implicit, No, OAuthError, Parameter, Password, Redeem, RefreshToken, RefreshTokenStore, Rfc6749, Rotate,
    Subject, Token, TokenContext, WireName, Yes, extension_grant, issuer, lifetime, wire_key, wire_name,
};
use ui_tests::{NoPasswords, PgStore};

fn all() {
    let _server = AuthorizationServer::builder()
        .profile(Rfc6749)
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .grant(AuthorizationCode::new().code_lifetime(lifetime!(CodeLifetime, 30)))
        .grant(RefreshToken::new())
        .grant(ClientCredentials::new())
        .grant(Password::new(NoPasswords))
        .grant(Implicit::new())
        .response_type(Code)
        .response_type(Token)
        .build();
}

/// Two grants can issue refresh tokens, and either is enough.
fn refresh() {
    let _server = AuthorizationServer::builder()
        .profile(Rfc6749)
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .grant(RefreshToken::new())
        .grant(AuthorizationCode::new())
        .grant(Password::new(NoPasswords))
        .response_type(Code)
        .build();
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .grant(AuthorizationCode::new())
        .response_type(Code)
        .build();
}

/// RFC 6749 section 4.5.
struct Otp;
extension_grant!(Otp = "urn:example:grant:otp", refresh_tokens: Yes, parameters: ["otp"]);

impl<S: FamilyStore> Grant<S> for Otp {
    async fn decide(&self, cx: &TokenContext<'_, S>) -> Result<Granted, OAuthError> {
        let subject = Subject::new(cx.require("otp")?).map_err(|_| cx.invalid_grant("the one-time password is wrong"))?;
        Ok(Granted::to(subject, cx.scope()?))
    }
}

fn own() {
    let server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .grant(Otp)
        .grant(ClientCredentials::new())
        .build();
    assert!(format!("{server:?}").contains("urn:example:grant:otp"));
}

fn refresh_of_own_grant() {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .grant(Otp)
        .grant(RefreshToken::new())
        .build();
}

/// A grant of one's own over a type of one's own, with what it needs beside the storage.
trait Assertions: Send + Sync + 'static {
    fn subject(&self, assertion: &str) -> Option<Subject>;
}

struct SingleSignOn<A, T> {
    assertions: A,
    told: T,
}
extension_grant!(
    impl<A: Assertions + Clone, T: Fn(Vec<Vec<u8>>) -> bool + Send + Sync + 'static> SingleSignOn<A, T> = "https://example.com/grants/sso",
    refresh_tokens: No,
    parameters: ["assertion"],
);

impl<S: FamilyStore, A: Assertions + Clone, T: Fn(Vec<Vec<u8>>) -> bool + Send + Sync + 'static> Grant<S> for SingleSignOn<A, T> {
    async fn decide(&self, cx: &TokenContext<'_, S>) -> Result<Granted, OAuthError> {
        let subject = cx.parameter("assertion").and_then(|assertion| self.assertions.subject(assertion));
        let subject = subject.filter(|_| (self.told)(Vec::new())).ok_or_else(|| cx.invalid_grant("the assertion is not good"))?;
        Ok(Granted::to(subject, cx.scope()?))
    }
}

#[derive(Clone)]
struct Anybody;

impl Assertions for Anybody {
    fn subject(&self, assertion: &str) -> Option<Subject> {
        Subject::new(assertion).ok()
    }
}

fn own_generic() {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .grant(SingleSignOn { assertions: Anybody, told: |_| true })
        .build();
}

/// Rules go by name: this takes the place of the built-in grant.
struct MyClientCredentials;

/// By hand, what `wire_name!` writes.
impl WireName for MyClientCredentials {
    const NAME: &'static str = "client_credentials";
    type Key = wire_key!("client_credentials");
}

impl GrantType for MyClientCredentials {
    type Step = Begin;
    type IssuesRefreshTokens = No;
    type RequiresPkce = Yes;
    type AcceptsPlainPkce = No;
    const PARAMETERS: &'static [Parameter] = &[];
}

impl<S: FamilyStore> Grant<S> for MyClientCredentials {
    async fn decide(&self, cx: &TokenContext<'_, S>) -> Result<Granted, OAuthError> {
        Ok(Granted::to_client(cx.scope()?))
    }
}

fn own_in_place_of_another() {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .grant(MyClientCredentials)
        .build();
}

/// A code is redeemed by the library, whoever decides about it.
struct MyCodes;
wire_name!(MyCodes = "authorization_code");

impl GrantType for MyCodes {
    type Step = Redeem;
    type IssuesRefreshTokens = Yes;
    type RequiresPkce = Yes;
    type AcceptsPlainPkce = No;
}

impl<S: AuthorizationCodeStore> Grant<S> for MyCodes {
    async fn decide(&self, cx: &TokenContext<'_, S>) -> Result<Granted<Redeem>, OAuthError> {
        let code = cx.code().await?;
        if code.scope().contains("admin") {
            return Err(cx.invalid_grant("not today"));
        }
        Ok(code.grant().audience(["https://api.example.com"]))
    }
}

fn own_code_grant() {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .grant(MyCodes)
        .response_type(Code)
        .build();
}

/// And so is a refresh token rotated.
struct MyRefresh;
wire_name!(MyRefresh = "refresh_token");

impl GrantType for MyRefresh {
    type Step = Rotate;
    type IssuesRefreshTokens = No;
    type RequiresPkce = Yes;
    type AcceptsPlainPkce = No;
}

impl<S: RefreshTokenStore> Grant<S> for MyRefresh {
    async fn decide(&self, cx: &TokenContext<'_, S>) -> Result<Granted<Rotate>, OAuthError> {
        cx.refresh_token().await?.grant(cx.parameter("scope"))
    }
}

fn own_refresh_grant() {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .grant(Otp)
        .grant(MyRefresh)
        .build();
}

/// A grant may ask for a capability of the application's own.
trait OtpStore: FamilyStore {}
impl OtpStore for PgStore {}

struct StoredOtp;
extension_grant!(StoredOtp = "urn:example:grant:stored-otp", refresh_tokens: No);

impl<S: OtpStore> Grant<S> for StoredOtp {
    async fn decide(&self, cx: &TokenContext<'_, S>) -> Result<Granted, OAuthError> {
        Err(cx.invalid_grant("the one-time password is wrong"))
    }
}

fn own_with_own_store() {
    let _server =
        AuthorizationServer::builder().issuer(issuer!("https://as.example.com")).storage(PgStore).grant(StoredOtp).build();
}

fn password() {
    let _server = AuthorizationServer::builder()
        .profile(Rfc6749)
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .grant(Password::new(NoPasswords))
        .build();
}

fn switched_off() {
    for legacy in [true, false] {
        let server = AuthorizationServer::builder()
            .profile(Rfc6749)
            .issuer(issuer!("https://as.example.com"))
            .storage(PgStore)
            .grant(ClientCredentials::new())
            .grant(legacy.then_some(Password::new(NoPasswords)))
            .grant(None::<Otp>)
            .build();
        let metadata = format!("{:?}", server.metadata().document());
        assert_eq!(metadata.contains("\"password\""), legacy, "{metadata}");
    }
}

macro_rules! own {
    ($($name:ident)*) => {$(
        struct $name;
        extension_grant!($name = concat!("urn:example:grant:", stringify!($name)), refresh_tokens: No);
        impl<S: FamilyStore> Grant<S> for $name {
            async fn decide(&self, cx: &TokenContext<'_, S>) -> Result<Granted, OAuthError> {
                Ok(Granted::to_client(cx.scope()?))
            }
        }
    )*};
}
own!(G1 G2 G3 G4 G5 G6 G7 G8 G9 G10 G11 G12 G13 G14 G15 G16);

fn sixteen() {
    let chain = AuthorizationServer::builder().issuer(issuer!("https://as.example.com")).storage(PgStore);
    let chain = chain.grant(G1).grant(G2).grant(G3).grant(G4).grant(G5).grant(G6).grant(G7).grant(G8);
    let chain = chain.grant(G9).grant(G10).grant(G11).grant(G12).grant(G13).grant(G14).grant(G15).grant(G16);
    let server = chain.build();
    drop(server.token());
}

pub fn main() {
    all();
    refresh();
    own();
    refresh_of_own_grant();
    own_generic();
    own_in_place_of_another();
    own_code_grant();
    own_refresh_grant();
    own_with_own_store();
    password();
    switched_off();
    sixteen();
}

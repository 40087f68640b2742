//! Legal neighbours of the rules about the chain as a whole.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use grantor::{
    AccessTokenClaims, Algorithm, AuthorizationCode, AuthorizationServer, ClientCredentials, Code, Development, Es256,
    Introspection, Issuer, JwtAccessTokens, JwtIntrospection, KeyPair, MemoryStore, NewAccessToken, OAuth21, ProcessRateLimits,
    RateLimits, RateRequest, RateVerdict, RefreshToken, Resource, ResourceError, ResourceIndicators, Resources, Revocation,
    Rfc6749, SigningKeys, StillAuthorized, StoreError, Timestamp, issuer, loopback_issuer,
};
use ui_tests::{Everybody, PgStore};

fn typical() {
    let server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .grant(AuthorizationCode::new())
        .grant(RefreshToken::new())
        .grant(ClientCredentials::new())
        .response_type(Code)
        .enable(Introspection::new())
        .enable(Revocation::new())
        .build();
    assert_eq!(server.issuer().as_str(), "https://as.example.com");
}

struct Roles;

impl AccessTokenClaims for Roles {
    type Claims = Option<()>;
    async fn claims(&self, _: NewAccessToken<'_>) -> Result<Option<()>, StoreError> {
        Ok(None)
    }
}

/// JWTs need no store for access tokens.
fn jwt_access_tokens(key: KeyPair) {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(ui_tests::NoAccessTokens)
        .grant(AuthorizationCode::new())
        .grant(RefreshToken::new())
        .response_type(Code)
        .enable(JwtIntrospection::new())
        .enable(JwtAccessTokens::new("https://api.example.com").claims(Roles))
        .enable(SigningKeys::fixed(Es256, key).expect("a key for ES256"))
        .enable(Introspection::new())
        .build();
}

/// What resources there are, as values.
fn resource_indicators() -> Result<(), ResourceError> {
    let resources = Resources::new([Resource::new("https://api.example.com")?])?;
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .grant(ClientCredentials::new())
        .enable(ResourceIndicators::new(resources))
        .build();
    Ok(())
}

/// Apart from the profile, the order is free.
fn storage_and_issuer_last() {
    let _server = AuthorizationServer::builder()
        .enable(Introspection::new())
        .response_type(Code)
        .grant(AuthorizationCode::new())
        .storage(PgStore)
        .issuer(issuer!("https://as.example.com"))
        .build();
}

fn profile_first() {
    let _server = AuthorizationServer::builder()
        .profile(Rfc6749)
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .grant(AuthorizationCode::new())
        .response_type(Code)
        .build();
    // Issuer, storage and features are not checked against it.
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .enable(Introspection::new())
        .profile(OAuth21)
        .grant(ClientCredentials::new())
        .build();
}

/// What nothing else depends on can be switched off at run time.
fn switch() {
    for on in [true, false] {
        let server = AuthorizationServer::builder()
            .issuer("https://as.example.com".parse::<Issuer>().expect("an issuer"))
            .storage(PgStore)
            .grant(ClientCredentials::new())
            .enable(on.then(Introspection::new))
            .enable(None::<Revocation>)
            .enable(StillAuthorized::new(Everybody))
            .build();
        drop(server.introspection());
    }
}

/// Which of the two kinds of issuer a text is to be, it does not say itself.
fn issuer_of_a_setting(url: &str) -> Result<(), Box<dyn Error>> {
    let chain = AuthorizationServer::builder().storage(PgStore).grant(ClientCredentials::new());
    let _server = chain.issuer(url.parse::<Issuer>()?).build();
    Ok(())
}

/// Of the library, of one's own, shared, and switched off at run time; in any place.
fn rate_limits() {
    struct NobodyAtNight;
    impl RateLimits for NobodyAtNight {
        async fn admit(&self, _: RateRequest<'_>, now: Timestamp) -> Result<RateVerdict, StoreError> {
            let hour = now.as_unix() / 3_600 % 24;
            Ok(if hour < 6 { RateVerdict::TryLater(Duration::from_secs(3_600)) } else { RateVerdict::Admitted })
        }
    }
    let chain = || AuthorizationServer::builder().issuer(issuer!("https://as.example.com")).storage(PgStore);
    let shared = Arc::new(ProcessRateLimits::new());
    let _server = chain().rate_limits(shared.clone()).grant(ClientCredentials::new()).build();
    let _server = chain().grant(ClientCredentials::new()).rate_limits(Some(shared)).build();
    let _server = chain().rate_limits(None::<NobodyAtNight>).grant(ClientCredentials::new()).build();
    let _server = chain().rate_limits(NobodyAtNight).grant(ClientCredentials::new()).build();
}

fn development() {
    let _server = AuthorizationServer::builder()
        .profile(Development::<OAuth21>::new())
        .issuer(loopback_issuer!("http://localhost:8080"))
        .storage(MemoryStore::new())
        .grant(ClientCredentials::new())
        .build();
}

fn development_rfc6749() {
    let _server = AuthorizationServer::builder()
        .profile(Development::<Rfc6749>::new())
        .issuer(loopback_issuer!("http://[::1]:8080"))
        .storage(PgStore)
        .grant(ClientCredentials::new())
        .build();
}

pub fn main() {
    typical();
    storage_and_issuer_last();
    profile_first();
    switch();
    issuer_of_a_setting("https://as.example.com").expect("an issuer");
    rate_limits();
    development();
    development_rfc6749();
    jwt_access_tokens(KeyPair::generate(Algorithm::Es256).expect("a key"));
    resource_indicators().expect("resources");
}

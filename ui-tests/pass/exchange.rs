//! Legal neighbours of the rules about token exchange and assertions.

use grantor::{
    Assertion, AssertionDecision, AssertionPolicy, AuthorizationCode, AuthorizationServer, Code, ExchangePolicy, IdJagDecision,
    IdJagPolicy, IdJagRequest, Jwks, JwtBearer, MasterKeys, OpenId, RefreshToken, Resource, ResourceIndicators, Resources, Rs256,
    SigningKeys, StoreError, TokenExchange, TrustedIssuer, TrustedIssuers, issuer,
};
use ui_tests::{Agents, NoCodes, PgStore};

struct Admin;
impl IdJagPolicy for Admin {
    async fn decide(&self, _: IdJagRequest<'_>) -> Result<IdJagDecision, StoreError> {
        Ok(IdJagDecision::deny())
    }
}

struct Accounts;
impl AssertionPolicy for Accounts {
    async fn decide(&self, _: Assertion<'_>) -> Result<AssertionDecision, StoreError> {
        Ok(AssertionDecision::deny())
    }
}

/// With a refresh token for an agent, and without anything that signs.
fn agents() {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .grant(TokenExchange::new(Agents).actors(2))
        .grant(RefreshToken::new())
        .build();
}

/// For whatever decides, and tokens of whomever.
fn whatever<P: ExchangePolicy>(policy: P, issuers: TrustedIssuers<Jwks>) {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .grant(Some(TokenExchange::new(policy).trusting(issuers).public_clients()))
        .build();
}

fn provider(keys: MasterKeys) {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .master_keys(keys)
        .grant(AuthorizationCode::new())
        .grant(TokenExchange::new(Agents).id_jags(Admin))
        .response_type(Code)
        .enable(SigningKeys::stored().algorithm(Rs256))
        .enable(OpenId::new(()))
        .build();
}

fn accepting(issuers: TrustedIssuers<Jwks>, resource: Resource) {
    let resources = Resources::new([resource]).expect("a resource");
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .grant(JwtBearer::id_jag(issuers, Accounts).single_use())
        .enable(ResourceIndicators::new(resources))
        .build();
}

/// Of a storage that remembers nothing, those that are good again and again.
fn assertions(issuers: TrustedIssuers<Jwks>) {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(NoCodes)
        .grant(JwtBearer::new(issuers, Accounts).reusable())
        .build();
}

pub fn main() {
    agents();
    let issuers = || TrustedIssuers::new([TrustedIssuer::new("https://idp.example.com", Jwks::default())]).expect("an issuer");
    provider(MasterKeys::parse("6ZQz0n3hX7mJc1uVfK2bYw8tRlA5pGdSxEoNiQvTgHk=").expect("a key"));
    accepting(issuers(), Resource::new("https://api.example.com").expect("a resource"));
    assertions(issuers());
    let _: fn(Agents, TrustedIssuers<Jwks>) = whatever;
}

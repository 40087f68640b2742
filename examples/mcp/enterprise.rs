//! People whom their company's identity provider vouches for: nobody is asked here, since an administrator was there (MCP's
//! enterprise-managed authorization).

use grantor::{
    Assertion, AssertionDecision, AssertionPolicy, Client, ClientSecret, DirectClient, RemoteJwks, StoreError, Subject,
    TrustedIssuer, TrustedIssuers,
};

use crate::{Failure, READ, WRITE};

/// The grant by which ID-JAGs are presented (RFC 7523).
const GRANT: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";

/// Everybody whom the identity provider knows. There is one of them, so no two people have one name.
pub struct Everybody;

impl AssertionPolicy for Everybody {
    async fn decide(&self, assertion: Assertion<'_>) -> Result<AssertionDecision, StoreError> {
        Ok(AssertionDecision::to(Subject::new(assertion.subject()).map_err(StoreError::failed)?))
    }
}

/// The identity provider at this issuer, whose keys are where its metadata has them in a server of this library.
///
/// # Errors
///
/// If it is no issuer.
pub fn trusted(issuer: &str) -> Result<TrustedIssuers<RemoteJwks<DirectClient>>, Failure> {
    let keys = RemoteJwks::new(&format!("{issuer}/jwks"), DirectClient::new()?)?;
    Ok(TrustedIssuers::new([TrustedIssuer::new(issuer, keys)])?)
}

/// A program of the company.
///
/// # Errors
///
/// If it cannot be registered.
pub fn client(secret: &ClientSecret) -> Result<Client, Failure> {
    let client = Client::confidential("enterprise", secret).grant_types([GRANT]);
    Ok(client.scope(&*format!("{READ} {WRITE}")).default_scope(READ).build()?)
}

//! Where the endpoints live. The router, the metadata and everything else that needs an endpoint's URL reads it here.

use crate::issuer::Issuer;

/// The paths of the endpoints, below the issuer's own path: with the issuer `https://example.com/tenant` the token endpoint is
/// `https://example.com/tenant/token`.
///
/// ```
/// let endpoints = grantor::Endpoints::new().token("/oauth/token")?.authorization("/oauth/authorize")?;
/// // Two endpoints on one path are refused.
/// assert!(endpoints.introspection("/oauth/token").is_err());
/// # Ok::<(), grantor::EndpointError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoints {
    authorization: String,
    token: String,
    introspection: String,
    revocation: String,
}

impl Default for Endpoints {
    fn default() -> Self {
        Self::new()
    }
}

impl Endpoints {
    /// `/authorize`, `/token`, `/introspect` and `/revoke`.
    #[must_use]
    pub fn new() -> Self {
        Self {
            authorization: "/authorize".to_owned(),
            token: "/token".to_owned(),
            introspection: "/introspect".to_owned(),
            revocation: "/revoke".to_owned(),
        }
    }

    /// Moves the authorization endpoint (RFC 6749 section 3.1).
    ///
    /// # Errors
    ///
    /// [`EndpointError`] if the path is malformed or taken.
    pub fn authorization(mut self, path: &str) -> Result<Self, EndpointError> {
        self.authorization = self.checked(path, &self.authorization)?;
        Ok(self)
    }

    /// Moves the token endpoint (RFC 6749 section 3.2).
    ///
    /// # Errors
    ///
    /// [`EndpointError`] if the path is malformed or taken.
    pub fn token(mut self, path: &str) -> Result<Self, EndpointError> {
        self.token = self.checked(path, &self.token)?;
        Ok(self)
    }

    /// Moves the introspection endpoint (RFC 7662 section 2).
    ///
    /// # Errors
    ///
    /// [`EndpointError`] if the path is malformed or taken.
    pub fn introspection(mut self, path: &str) -> Result<Self, EndpointError> {
        self.introspection = self.checked(path, &self.introspection)?;
        Ok(self)
    }

    /// Moves the revocation endpoint (RFC 7009 section 2).
    ///
    /// # Errors
    ///
    /// [`EndpointError`] if the path is malformed or taken.
    pub fn revocation(mut self, path: &str) -> Result<Self, EndpointError> {
        self.revocation = self.checked(path, &self.revocation)?;
        Ok(self)
    }

    fn checked(&self, path: &str, current: &str) -> Result<String, EndpointError> {
        let permitted = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~' | b'/');
        let segments_are_plain = path.split('/').skip(1).all(|segment| !matches!(segment, "" | "." | ".."));
        if !path.starts_with('/') || !path.bytes().all(permitted) || !segments_are_plain || path.starts_with("/.well-known") {
            return Err(EndpointError::Malformed(path.to_owned()));
        }
        if [&self.authorization, &self.token, &self.introspection, &self.revocation]
            .into_iter()
            .any(|taken| taken == path && taken != current)
        {
            return Err(EndpointError::Taken(path.to_owned()));
        }
        Ok(path.to_owned())
    }

    /// The path of the authorization endpoint below the issuer's.
    #[must_use]
    pub fn authorization_path(&self) -> &str {
        &self.authorization
    }

    /// The path of the token endpoint below the issuer's.
    #[must_use]
    pub fn token_path(&self) -> &str {
        &self.token
    }

    /// The path of the introspection endpoint below the issuer's.
    #[must_use]
    pub fn introspection_path(&self) -> &str {
        &self.introspection
    }

    /// The path of the revocation endpoint below the issuer's.
    #[must_use]
    pub fn revocation_path(&self) -> &str {
        &self.revocation
    }
}

/// The URL of an endpoint.
pub(crate) fn url(issuer: &Issuer, path: &str) -> String {
    format!("{}{}{path}", issuer.origin(), issuer.path())
}

/// Is this request path that of the endpoint?
pub(crate) fn is_at(issuer: &Issuer, path: &str, requested: &str) -> bool {
    requested.strip_prefix(issuer.path()) == Some(path)
}

/// RFC 8414 section 3: where metadata lives on the host of an issuer without a path.
const WELL_KNOWN: &str = "/.well-known/oauth-authorization-server";

/// Where RFC 8414 section 3.1 puts the metadata: the well-known string goes between host and path.
pub(crate) fn metadata_path(issuer: &Issuer) -> String {
    format!("{WELL_KNOWN}{}", issuer.path())
}

/// Is this request path that of the metadata?
pub(crate) fn is_metadata(issuer: &Issuer, requested: &str) -> bool {
    requested.strip_prefix(WELL_KNOWN) == Some(issuer.path())
}

/// Why an endpoint cannot live there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EndpointError {
    /// Not an absolute path of plain segments.
    #[error(
        "`{0}` is not a path for an endpoint: begin with `/`, use letters, digits and `-_.~`, no empty or dot segments, no query, nothing below `/.well-known`"
    )]
    Malformed(String),
    /// Another endpoint has this path.
    #[error("`{0}` is the path of another endpoint; each needs its own")]
    Taken(String),
}

//! A successful authorization response (RFC 6749 section 4.1.2), before it is known how it travels.

use std::borrow::Cow;
use std::fmt;

use zeroize::Zeroizing;

use crate::http::transport::ErrorUri;

/// The parameters that go to the client, each once.
#[doc(hidden)]
#[derive(Clone)]
pub struct AuthorizationResponse(Vec<(Cow<'static, str>, Zeroizing<String>)>);

impl AuthorizationResponse {
    pub(crate) const fn new() -> Self {
        Self(Vec::new())
    }

    /// An error (RFC 6749 section 4.1.2.1).
    pub(crate) fn error(code: &str, description: &str, error_uri: Option<&ErrorUri>) -> Self {
        tracing::debug!(code, description, "authorization refused");
        let mut response = Self::new();
        response.push("error", code.to_owned());
        if !description.is_empty() {
            response.push("error_description", description.to_owned());
        }
        if let Some(base) = error_uri {
            response.push("error_uri", base.of(code));
        }
        response
    }

    /// Adds a parameter, unless it is there: what was added first is the core's.
    pub(crate) fn push(&mut self, name: impl Into<Cow<'static, str>>, value: impl Into<Zeroizing<String>>) {
        let name = name.into();
        if !self.0.iter().any(|(known, _)| *known == name) {
            self.0.push((name, value.into()));
        }
    }

    pub(crate) fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (&**name, value.as_str()))
    }
}

impl fmt::Debug for AuthorizationResponse {
    /// Names only: codes and tokens are among the values.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|(name, _)| name)).finish()
    }
}

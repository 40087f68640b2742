//! Settings that are neither a grant's nor a feature's: where errors are explained, and how a request arrived.

use http::Request;

use crate::values::uri::is_web_url;

/// Where errors are explained to the developers of clients: the base of the `error_uri` parameter (RFC 6749 sections 4.1.2.1
/// and 5.2). The error code is appended.
///
/// ```
/// let errors = grantor::ErrorUri::parse("https://docs.example.com/oauth-errors#")?;
/// # Ok::<(), grantor::InvalidErrorUri>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErrorUri(String);

/// The base of `error_uri` is not an absolute `https` or `http` URL.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an absolute `https` or `http` URL without blanks")]
pub struct InvalidErrorUri(String);

impl ErrorUri {
    /// Checks the base.
    ///
    /// # Errors
    ///
    /// [`InvalidErrorUri`] if it is not an absolute `https` or `http` URL in the characters of RFC 6749 appendix A.9.
    pub fn parse(base: &str) -> Result<Self, InvalidErrorUri> {
        if is_web_url(base, |_| true) { Ok(Self(base.to_owned())) } else { Err(InvalidErrorUri(base.to_owned())) }
    }

    pub(crate) fn of(&self, code: &str) -> String {
        format!("{}{code}", self.0)
    }
}

/// How a request reached the application. The application knows, from its listener or from a proxy that it trusts; put it into
/// the request's extensions. A forwarding header proves nothing and is never looked at (RFC 9700 section 4.13).
///
/// A request known to have come in the clear is refused with `invalid_request`: one marked [`Transport::Plain`], or one whose
/// URI has the scheme `http` and that has no mark. Without a mark and without a scheme the request is taken to have come over
/// TLS, as behind a proxy that terminates it. Under [`Development`](crate::Development) with a loopback issuer plain requests
/// are welcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transport {
    /// Over TLS, end to end or up to a proxy that the application trusts.
    Tls,
    /// In the clear.
    Plain,
}

impl Transport {
    pub(crate) fn is_plain<B>(request: &Request<B>) -> bool {
        match request.extensions().get::<Self>() {
            Some(transport) => *transport == Self::Plain,
            None => request.uri().scheme() == Some(&http::uri::Scheme::HTTP),
        }
    }
}

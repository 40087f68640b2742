//! What a request presents to a resource server, as one borrowed value: more can be read of it later without a change to those
//! who verify it.

use std::fmt;

use http::request::Parts;
use http::{Extensions, HeaderMap, Method, Uri};

use crate::http::parameters::Parameters;

/// How a request says that it presents an access token (RFC 9110 section 11.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum TokenScheme {
    /// `Bearer` (RFC 6750 section 2.1): whoever has the token may use it.
    Bearer,
    /// `DPoP` (RFC 9449 section 7.1): whoever proves to have the key to which the token is bound.
    WithProof,
}

/// An access token that a request presents, and what else the request has that may prove the right to use it.
///
/// [`ResourceServer`](crate::ResourceServer) makes one of each request. To ask a verifier without it:
///
/// ```
/// use grantor::{Presented, TokenVerifier};
///
/// async fn is_active<V: TokenVerifier>(verifier: &V, token: &str) -> Result<bool, grantor::VerifierError> {
///     let (parts, ()) = http::Request::new(()).into_parts();
///     Ok(verifier.verify(&Presented::bearer(token, &parts)).await?.is_some())
/// }
/// ```
#[derive(Clone, Copy)]
pub struct Presented<'a> {
    token: &'a str,
    scheme: TokenScheme,
    parts: &'a Parts,
    base_url: Option<&'a str>,
    parameters: Option<&'a Parameters<'a>>,
}

impl<'a> Presented<'a> {
    /// A bearer token and the request that it came with.
    #[must_use]
    pub const fn bearer(token: &'a str, parts: &'a Parts) -> Self {
        Self::by(TokenScheme::Bearer, token, parts)
    }

    /// A token that is presented with this scheme.
    pub(super) const fn by(scheme: TokenScheme, token: &'a str, parts: &'a Parts) -> Self {
        Self { token, scheme, parts, base_url: None, parameters: None }
    }

    /// With the URL below which clients reach the resource server, without a slash at its end.
    pub(super) const fn below(mut self, base_url: Option<&'a str>) -> Self {
        self.base_url = base_url;
        self
    }

    /// With the parameters of the body, or of the query, for whoever has read them.
    #[must_use]
    pub const fn with_parameters(mut self, parameters: &'a Parameters<'a>) -> Self {
        self.parameters = Some(parameters);
        self
    }

    /// The text of the token. A secret.
    #[must_use]
    pub const fn token(&self) -> &'a str {
        self.token
    }

    /// The scheme with which it is presented.
    #[must_use]
    pub const fn scheme(&self) -> TokenScheme {
        self.scheme
    }

    /// The method.
    #[must_use]
    pub const fn method(&self) -> &'a Method {
        &self.parts.method
    }

    /// The URL of the request without query and fragment, as clients write it: what
    /// [`base_url`](crate::ResourceServer::base_url) was told, and the path of the request, also that of one that a router of axum
    /// passed on without its beginning. It does not depend on `Host`, which whoever sends the request chooses. `None` where
    /// nobody told the base, and for a request of no path (`OPTIONS *`).
    #[must_use]
    pub fn url(&self) -> Option<String> {
        let path = self.asked().path();
        self.base_url.filter(|_| path.starts_with('/')).map(|base| format!("{base}{path}"))
    }

    /// As it came, before routers took off what they had matched.
    fn asked(&self) -> &'a Uri {
        #[cfg(feature = "axum")]
        if let Some(axum::extract::OriginalUri(uri)) = self.extension() {
            return uri;
        }
        &self.parts.uri
    }

    /// The headers. The token is among them, and other credentials may be.
    #[must_use]
    pub const fn headers(&self) -> &'a HeaderMap {
        &self.parts.headers
    }

    /// What layers before this one put into the request's extensions, such as the certificate of a TLS client.
    #[must_use]
    pub fn extension<T: Send + Sync + 'static>(&self) -> Option<&'a T> {
        Extensions::get(&self.parts.extensions)
    }

    #[cfg(feature = "mtls")]
    pub(super) const fn extensions(&self) -> &'a Extensions {
        &self.parts.extensions
    }

    /// The parameters, if whoever presents the token read them. A [`ResourceServer`](crate::ResourceServer) leaves body and query
    /// to the application.
    #[must_use]
    pub const fn parameters(&self) -> Option<&'a Parameters<'a>> {
        self.parameters
    }
}

impl fmt::Debug for Presented<'_> {
    /// Neither the token nor a header.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Presented").field("scheme", &self.scheme).field("method", self.method()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::Request;

    fn parts(uri: &str) -> Parts {
        let request = Request::post(uri).header("authorization", "Bearer s3cr3t").extension(7_u32);
        request.body(()).unwrap().into_parts().0
    }

    #[test]
    fn the_url_is_that_which_the_application_told() {
        for (base, uri, expected) in [
            (Some("https://api.example.com"), "/a/b%20c?x=1", Some("https://api.example.com/a/b%20c")),
            (Some("https://api.example.com/v1"), "http://evil.example/a", Some("https://api.example.com/v1/a")),
            (Some("https://api.example.com"), "/", Some("https://api.example.com/")),
            (Some("https://api.example.com"), "*", None),
            (None, "/a", None),
        ] {
            let parts = parts(uri);
            assert_eq!(Presented::bearer("t", &parts).below(base).url().as_deref(), expected, "{uri}");
        }
    }

    #[test]
    fn it_has_what_the_request_has_and_debug_shows_no_secret() {
        let (parts, parameters) = (parts("/a"), Parameters::parse(b"a=1").unwrap());
        let presented = Presented::bearer("s3cr3t", &parts);
        assert_eq!((presented.token(), presented.scheme(), presented.method()), ("s3cr3t", TokenScheme::Bearer, &Method::POST));
        assert_eq!((presented.headers().len(), presented.extension::<u32>(), presented.extension::<u8>()), (1, Some(&7), None));
        assert!(presented.parameters().is_none());
        let presented = presented.with_parameters(&parameters);
        assert_eq!(presented.parameters().and_then(|parameters| parameters.get("a")), Some("1"));
        assert!(!format!("{presented:?}").contains("s3cr3t"));
    }
}

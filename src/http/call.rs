//! One request as everything that looks at it sees it: client authentication, grants, features, the typed layer.

use std::fmt;

use http::{Extensions, HeaderMap, Method};

use crate::http::endpoints;
use crate::http::parameters::Parameters;
use crate::values::issuer::Issuer;

/// A request to one endpoint, read and borrowed: method, headers, parameters, the endpoint's own URL, and what layers before it
/// put into its extensions (a client certificate, how it came).
#[derive(Clone, Copy)]
pub struct Call<'a> {
    method: &'a Method,
    headers: &'a HeaderMap,
    parameters: &'a Parameters<'a>,
    extensions: Option<&'a Extensions>,
    endpoint: Option<(&'a Issuer, &'a str)>,
}

impl<'a> Call<'a> {
    /// A request with its method, its headers and the parameters of its body or query.
    #[must_use]
    pub const fn new(method: &'a Method, headers: &'a HeaderMap, parameters: &'a Parameters<'a>) -> Self {
        Self { method, headers, parameters, extensions: None, endpoint: None }
    }

    /// The request whose parameters were read.
    pub(crate) fn of<B>(request: &'a http::Request<B>, parameters: &'a Parameters<'a>) -> Self {
        Self::new(request.method(), request.headers(), parameters).with_extensions(request.extensions())
    }

    /// With the extensions of the request.
    #[must_use]
    pub const fn with_extensions(mut self, extensions: &'a Extensions) -> Self {
        self.extensions = Some(extensions);
        self
    }

    /// The same request, at the endpoint with this path below the issuer's.
    pub(crate) const fn at(mut self, issuer: &'a Issuer, path: &'a str) -> Self {
        self.endpoint = Some((issuer, path));
        self
    }

    /// With other parameters, for which the request stands.
    pub(crate) const fn with_parameters(&self, parameters: &'a Parameters<'a>) -> Self {
        Self { parameters, ..*self }
    }

    /// The method.
    #[must_use]
    pub const fn method(&self) -> &'a Method {
        self.method
    }

    /// The headers. Credentials are among them.
    #[must_use]
    pub const fn headers(&self) -> &'a HeaderMap {
        self.headers
    }

    /// The parameters. Credentials are among them.
    #[must_use]
    pub const fn parameters(&self) -> &'a Parameters<'a> {
        self.parameters
    }

    /// What a layer before the server put into the request's extensions.
    #[must_use]
    pub fn extension<T: Send + Sync + 'static>(&self) -> Option<&'a T> {
        self.extensions.and_then(Extensions::get)
    }

    /// The URL of the endpoint as the metadata has it, whatever the request's `Host` says; `None` before the request met one.
    #[must_use]
    pub fn url(&self) -> Option<String> {
        self.endpoint.map(|(issuer, path)| endpoints::url(issuer, path))
    }
}

impl fmt::Debug for Call<'_> {
    /// Of the headers nothing, of the parameters the names.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call").field("method", self.method).field("parameters", self.parameters).finish_non_exhaustive()
    }
}

//! The way to the introspection endpoint, and to the keys of an authorization server: whatever sends HTTP requests, and the client of `reqwest` that goes there and nowhere else.

use std::error::Error;
#[cfg(feature = "reqwest")]
use std::fmt;
use std::future::Future;
use std::sync::Arc;
#[cfg(feature = "reqwest")]
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};

/// The longest answer that is read, in bytes.
pub(crate) const MAX_ANSWER: usize = 64 * 1024;

/// Sends HTTP requests. [`DirectClient`](crate::DirectClient) is one, under the feature `reqwest`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot send HTTP requests",
    label = "not an `HttpClient`",
    note = "enable the feature `reqwest` and pass a `DirectClient` (a `reqwest::Client` would follow redirects), or implement `HttpClient` for `{Self}`"
)]
pub trait HttpClient: Send + Sync + 'static {
    /// Sends the request and reads the whole response.
    ///
    /// A request to an introspection endpoint carries an access token and the credentials of the resource server, and the answer to one
    /// for keys decides which tokens are good. So an implementation checks the
    /// server's certificate (RFC 7662 section 4), follows no redirects, uses no proxy that happens to be in the environment, and
    /// logs neither headers nor body. It also limits the time it takes: nothing above it does.
    ///
    /// # Errors
    ///
    /// Whatever kept the response from being read. It counts as
    /// [`VerifierError::Unavailable`](super::VerifierError::Unavailable).
    fn send(&self, request: Request<Bytes>)
    -> impl Future<Output = Result<Response<Bytes>, Box<dyn Error + Send + Sync>>> + Send;
}

impl<H: HttpClient> HttpClient for Arc<H> {
    fn send(
        &self,
        request: Request<Bytes>,
    ) -> impl Future<Output = Result<Response<Bytes>, Box<dyn Error + Send + Sync>>> + Send {
        H::send(self, request)
    }
}

/// A client of `reqwest` that sends a request where it is told to, and nowhere else: through no proxy, since the variables
/// `http_proxy` and `all_proxy` would send token and secret there; and following no redirect, since 307 and 308 would have it send them
/// on. An answer has to come within five seconds.
///
/// A `reqwest::Client` does neither by itself, so it is no [`HttpClient`]:
///
/// ```compile_fail
/// # use grantor::{ClientSecret, RemoteVerifier};
/// # fn f(secret: ClientSecret) {
/// let verifier = RemoteVerifier::new("https://auth.example.com/introspect", "api", &secret, reqwest::Client::new());
/// # }
/// ```
///
/// ```
/// # use grantor::{ClientSecret, DirectClient, RemoteVerifier};
/// # fn f(secret: ClientSecret) -> Result<(), Box<dyn std::error::Error>> {
/// let verifier = RemoteVerifier::new("https://auth.example.com/introspect", "api", &secret, DirectClient::new()?)?;
/// # let _ = verifier;
/// # Ok(())
/// # }
/// ```
///
/// TLS is one of reqwest's own features: enable one in your `Cargo.toml`. If the way leads through a proxy that you chose, implement
/// [`HttpClient`] for a client of your own.
#[cfg(feature = "reqwest")]
#[derive(Clone)]
pub struct DirectClient {
    client: reqwest::Client,
    timeout: Duration,
}

#[cfg(feature = "reqwest")]
impl DirectClient {
    /// A client with the defaults of `reqwest` otherwise.
    ///
    /// # Errors
    ///
    /// That of `reqwest`, if TLS cannot be set up.
    pub fn new() -> Result<Self, reqwest::Error> {
        Self::with(reqwest::Client::builder())
    }

    /// A client with settings of your own, for example certificates. Those of proxies and redirects do not count.
    ///
    /// # Errors
    ///
    /// That of `reqwest`, if the settings do not work.
    pub fn with(settings: reqwest::ClientBuilder) -> Result<Self, reqwest::Error> {
        let client = settings.no_proxy().redirect(reqwest::redirect::Policy::none()).referer(false).build()?;
        Ok(Self { client, timeout: Duration::from_secs(5) })
    }

    /// How long it may take from the first step to the last byte of the answer. Without this call: five seconds.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }
}

/// Without the settings, which may have secrets in them.
#[cfg(feature = "reqwest")]
impl fmt::Debug for DirectClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DirectClient").field("timeout", &self.timeout).finish_non_exhaustive()
    }
}

#[cfg(feature = "reqwest")]
impl HttpClient for DirectClient {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, Box<dyn Error + Send + Sync>> {
        let mut request = reqwest::Request::try_from(request)?;
        *request.timeout_mut() = Some(self.timeout);
        let mut response = self.client.execute(request).await?;
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await? {
            body.extend_from_slice(&chunk);
            if body.len() > MAX_ANSWER {
                return Err("the response is too long".into());
            }
        }
        let mut read = Response::new(Bytes::from(body));
        *read.status_mut() = response.status();
        *read.headers_mut() = std::mem::take(response.headers_mut());
        Ok(read)
    }
}

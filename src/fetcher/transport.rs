//! What a fetcher needs of the world: names resolved, a request sent to an address, time, and somebody to do the work.

use std::error::Error;
use std::future::Future;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};

/// The way to documents that strangers name. [`PinnedTransport`](crate::PinnedTransport) is one, and
/// [`ProxiedTransport`](crate::ProxiedTransport) another, under the feature `reqwest`.
///
/// The [`Fetcher`](super::Fetcher) asks it to resolve a host, looks at the addresses, and has it connect to those: so it decides nothing,
/// and must not resolve a second time. The bounds of time and size are the fetcher's.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no way to documents for a `Fetcher`",
    label = "not a `DocumentTransport`",
    note = "enable the feature `reqwest` and use `Fetcher::new()` or a `PinnedTransport`, or implement `DocumentTransport` for `{Self}`"
)]
pub trait DocumentTransport: Send + Sync + 'static {
    /// The content of a response.
    type Body: DocumentBody;

    /// Does the way lead through a proxy that resolves names itself? Then [`resolve`](Self::resolve) is not asked, [`send`](Self::send) is
    /// given no addresses but one that the URL names, and **it is the proxy that has to refuse addresses of special use**.
    const PROXIED: bool = false;

    /// All addresses of a DNS name.
    ///
    /// # Errors
    ///
    /// Whatever kept the name from being resolved.
    fn resolve(&self, host: &str) -> impl Future<Output = Result<Vec<IpAddr>, Box<dyn Error + Send + Sync>>> + Send;

    /// Sends the request, a GET or a POST with an absolute `https` URI, to one of the addresses, and reads the head of the response.
    ///
    /// An implementation connects to no other address (but to the proxy, if there is one), checks that the certificate is one of the URI's host, follows no redirect,
    /// decompresses nothing, sends no cookies or credentials, and does not send the request a second time.
    ///
    /// # Errors
    ///
    /// Whatever kept the response from being read.
    fn send(
        &self,
        request: Request<Bytes>,
        addresses: &[SocketAddr],
    ) -> impl Future<Output = Result<Response<Self::Body>, Box<dyn Error + Send + Sync>>> + Send;

    /// Ends after `time`.
    fn sleep(&self, time: Duration) -> impl Future<Output = ()> + Send;

    /// Does the work beside what else is done, until it ends or the runtime does. So a document arrives although whoever asked for it
    /// first has gone.
    fn spawn(&self, work: Pin<Box<dyn Future<Output = ()> + Send>>);
}

impl<T: DocumentTransport> DocumentTransport for Arc<T> {
    type Body = T::Body;

    const PROXIED: bool = T::PROXIED;

    fn resolve(&self, host: &str) -> impl Future<Output = Result<Vec<IpAddr>, Box<dyn Error + Send + Sync>>> + Send {
        T::resolve(self, host)
    }

    fn send(
        &self,
        request: Request<Bytes>,
        addresses: &[SocketAddr],
    ) -> impl Future<Output = Result<Response<T::Body>, Box<dyn Error + Send + Sync>>> + Send {
        T::send(self, request, addresses)
    }

    fn sleep(&self, time: Duration) -> impl Future<Output = ()> + Send {
        T::sleep(self, time)
    }

    fn spawn(&self, work: Pin<Box<dyn Future<Output = ()> + Send>>) {
        T::spawn(self, work);
    }
}

/// The content of a response, in pieces.
pub trait DocumentBody: Send {
    /// The next piece, or `None` at the end.
    ///
    /// # Errors
    ///
    /// Whatever kept the rest from being read; also if the connection ends before the content does (RFC 9112 section 8).
    fn chunk(&mut self) -> impl Future<Output = Result<Option<Bytes>, Box<dyn Error + Send + Sync>>> + Send;
}

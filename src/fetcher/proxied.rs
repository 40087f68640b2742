//! The way to documents through a proxy, where no other leads out of the network.

use std::error::Error;
use std::fmt;
use std::future::Future;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::{IntoUrl, Proxy};

use super::pinned::{execute, plain, spawn};
use super::transport::DocumentTransport;

/// Sends a [`Fetcher`](super::Fetcher)'s requests through an HTTP proxy (`CONNECT`), with `reqwest`, where there is no other way out.
///
/// **The proxy resolves the names, so nobody here looks at the addresses.** Strangers name the URLs, so the proxy has to refuse this network,
/// itself, and the metadata of the cloud, by the address that it connects to and not by the name: what the fetcher does without a proxy. All
/// other bounds hold, and a URL that has an address of special use in place of a name is refused as ever. TLS is between here and the host.
///
/// ```no_run
/// use grantor::{Fetcher, ProxiedTransport};
///
/// let fetcher = Fetcher::with(ProxiedTransport::new("http://proxy.internal:3128")?);
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct ProxiedTransport(reqwest::Client);

impl ProxiedTransport {
    /// A transport through the proxy with this URL, which may have a name and a password, with the defaults of `reqwest` otherwise.
    ///
    /// # Errors
    ///
    /// That of `reqwest`, if the URL is none of a proxy, or TLS cannot be set up.
    pub fn new(proxy: impl IntoUrl) -> Result<Self, reqwest::Error> {
        Self::with(reqwest::Client::builder(), proxy)
    }

    /// The same with settings of your own, for example certificates. Those of proxies, redirects, compression and name resolution do not
    /// count.
    ///
    /// # Errors
    ///
    /// As those of [`new`](Self::new), or that of `reqwest`, if the settings do not work.
    pub fn with(settings: reqwest::ClientBuilder, proxy: impl IntoUrl) -> Result<Self, reqwest::Error> {
        let proxy = proxy.into_url().map_err(reqwest::Error::without_url)?;
        let only = Arc::new(OnlyProxy(proxy.host_str().unwrap_or_default().to_owned()));
        let proxy = Proxy::all(proxy).map_err(reqwest::Error::without_url)?;
        plain(settings.https_only(true)).proxy(proxy).dns_resolver(only).build().map(Self)
    }
}

/// Without the settings, which may have secrets in them.
impl fmt::Debug for ProxiedTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProxiedTransport").finish_non_exhaustive()
    }
}

impl DocumentTransport for ProxiedTransport {
    type Body = reqwest::Response;

    const PROXIED: bool = true;

    async fn resolve(&self, _: &str) -> Result<Vec<IpAddr>, Box<dyn Error + Send + Sync>> {
        Err("the proxy resolves names".into())
    }

    async fn send(
        &self,
        request: Request<Bytes>,
        _: &[SocketAddr],
    ) -> Result<Response<reqwest::Response>, Box<dyn Error + Send + Sync>> {
        execute(&self.0, request).await
    }

    async fn sleep(&self, time: Duration) {
        tokio::time::sleep(time).await;
    }

    fn spawn(&self, work: Pin<Box<dyn Future<Output = ()> + Send>>) {
        spawn(work);
    }
}

/// Resolves the name of the proxy and no other: whatever does not go through it goes nowhere, such as with SOCKS, where the client resolves
/// the names of documents.
struct OnlyProxy(String);

impl Resolve for OnlyProxy {
    fn resolve(&self, name: Name) -> Resolving {
        let host = (*self.0 == *name.as_str()).then(|| self.0.clone());
        Box::pin(async move {
            let host = host.ok_or("only the name of the proxy is resolved here")?;
            let found: Vec<_> = tokio::net::lookup_host((host, 0)).await?.collect();
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

//! The way to documents with `reqwest`. Its client asks a resolver for addresses before it connects: here that is a table of those that
//! the fetcher has looked at, so a name that means something else a moment later means nothing.

use std::collections::HashMap;
use std::error::Error;
use std::fmt;
use std::future::{Future, ready};
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::sync::Semaphore;

use super::transport::{DocumentBody, DocumentTransport};

/// So many names are resolved at once. Each takes a thread for as long as the operating system likes, also when nobody waits any more.
const MAX_LOOKUPS: usize = 64;

/// Sends a [`Fetcher`](super::Fetcher)'s requests with `reqwest`, to the addresses that the fetcher has looked at and to no other:
/// through no proxy, following no redirect, decompressing nothing, each on a connection of its own. Names are resolved as the operating
/// system does. It works on a runtime of `tokio` with time and I/O.
///
/// TLS is one of reqwest's own features: enable one in your `Cargo.toml`.
#[derive(Clone)]
pub struct PinnedTransport {
    client: reqwest::Client,
    pinned: Arc<Pinned>,
    lookups: Arc<Semaphore>,
}

impl PinnedTransport {
    /// A transport with the defaults of `reqwest` otherwise.
    ///
    /// # Errors
    ///
    /// That of `reqwest`, if TLS cannot be set up.
    pub fn new() -> Result<Self, reqwest::Error> {
        Self::with(reqwest::Client::builder())
    }

    /// A transport with settings of your own, for example certificates. Those of proxies, redirects, compression and name resolution
    /// do not count, but for names that they give addresses of their own (`resolve`): there the fetcher's look is in vain.
    ///
    /// # Errors
    ///
    /// That of `reqwest`, if the settings do not work.
    pub fn with(settings: reqwest::ClientBuilder) -> Result<Self, reqwest::Error> {
        Self::build(settings.https_only(true))
    }

    fn build(settings: reqwest::ClientBuilder) -> Result<Self, reqwest::Error> {
        let pinned = Arc::<Pinned>::default();
        let settings = settings.no_proxy().redirect(reqwest::redirect::Policy::none()).referer(false);
        let settings = settings.no_gzip().no_brotli().no_zstd().no_deflate().retry(reqwest::retry::never());
        // A connection that is kept leads to an address of yesterday.
        let client = settings.pool_max_idle_per_host(0).dns_resolver(pinned.clone()).build()?;
        Ok(Self { client, pinned, lookups: Arc::new(Semaphore::new(MAX_LOOKUPS)) })
    }
}

/// Without the settings, which may have secrets in them.
impl fmt::Debug for PinnedTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PinnedTransport").finish_non_exhaustive()
    }
}

impl DocumentTransport for PinnedTransport {
    type Body = reqwest::Response;

    async fn resolve(&self, host: &str) -> Result<Vec<IpAddr>, Box<dyn Error + Send + Sync>> {
        let permit = self.lookups.clone().acquire_owned().await?;
        let host = host.to_owned();
        let lookup = async move {
            let found = tokio::net::lookup_host((host, 0)).await;
            drop(permit);
            found.map(|found| found.map(|address| address.ip()).collect())
        };
        // As a task of its own, since the thread does not end with whoever waits for it.
        Ok(tokio::spawn(lookup).await??)
    }

    async fn send(
        &self,
        request: Request<Bytes>,
        addresses: &[SocketAddr],
    ) -> Result<Response<reqwest::Response>, Box<dyn Error + Send + Sync>> {
        let _held = self.pinned.hold(request.uri().host().unwrap_or_default(), addresses);
        let request = reqwest::Request::try_from(request)?;
        // The URL is the caller's, and may be secret.
        let mut response = self.client.execute(request).await.map_err(reqwest::Error::without_url)?;
        let (mut head, ()) = Response::new(()).into_parts();
        head.status = response.status();
        head.headers = std::mem::take(response.headers_mut());
        Ok(Response::from_parts(head, response))
    }

    async fn sleep(&self, time: Duration) {
        tokio::time::sleep(time).await;
    }

    fn spawn(&self, work: Pin<Box<dyn Future<Output = ()> + Send>>) {
        // Without a runtime it is dropped, which counts as a failure.
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(work);
        }
    }
}

impl DocumentBody for reqwest::Response {
    async fn chunk(&mut self) -> Result<Option<Bytes>, Box<dyn Error + Send + Sync>> {
        Ok(reqwest::Response::chunk(self).await.map_err(reqwest::Error::without_url)?)
    }
}

/// Where the hosts are that are being asked now, and how many requests each of them is asked by.
#[derive(Default)]
struct Pinned(Mutex<HashMap<String, (Vec<SocketAddr>, usize)>>);

impl Pinned {
    fn lock(&self) -> MutexGuard<'_, HashMap<String, (Vec<SocketAddr>, usize)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The host has these addresses until what is returned is dropped. Two requests at once may each get the other's: both were looked
    /// at.
    fn hold(&self, host: &str, addresses: &[SocketAddr]) -> Held<'_> {
        let mut hosts = self.lock();
        let (current, requests) = hosts.entry(host.to_owned()).or_default();
        // Without a port, which is that of the URL: another request for the host may be for another one.
        *current = addresses.iter().map(|address| SocketAddr::new(address.ip(), 0)).collect();
        *requests += 1;
        Held { pinned: self, host: host.to_owned() }
    }
}

impl Resolve for Pinned {
    fn resolve(&self, name: Name) -> Resolving {
        let addresses = self.lock().get(name.as_str()).map(|(addresses, _)| addresses.clone());
        let addresses = addresses.map(|addresses| Box::new(addresses.into_iter()) as Addrs);
        Box::pin(ready(addresses.ok_or_else(|| "no address of this host was looked at".into())))
    }
}

struct Held<'a> {
    pinned: &'a Pinned,
    host: String,
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        let mut hosts = self.pinned.lock();
        if let Some((_, requests)) = hosts.get_mut(&self.host) {
            *requests -= 1;
            if *requests == 0 {
                hosts.remove(&self.host);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use http::StatusCode;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::{TcpListener, TcpStream};

    /// A server on this machine that answers each request with a text, and tells what it was sent.
    struct Server {
        address: SocketAddr,
        connections: Arc<AtomicUsize>,
        requests: Arc<Mutex<Vec<String>>>,
    }

    impl Server {
        async fn that_says(answer: &'static str) -> Self {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let address = listener.local_addr().unwrap();
            let (connections, requests) = (Arc::<AtomicUsize>::default(), Arc::<Mutex<Vec<String>>>::default());
            let (counted, noted) = (connections.clone(), requests.clone());
            tokio::spawn(async move {
                while let Ok((connection, _)) = listener.accept().await {
                    counted.fetch_add(1, Ordering::SeqCst);
                    tokio::spawn(serve(connection, noted.clone(), answer));
                }
            });
            Self { address, connections, requests }
        }

        fn requests(&self) -> Vec<String> {
            std::mem::take(&mut *self.requests.lock().unwrap())
        }
    }

    /// As many requests as come on the connection, unless the answer ends it.
    async fn serve(mut connection: TcpStream, noted: Arc<Mutex<Vec<String>>>, answer: &'static str) {
        loop {
            let mut request = Vec::new();
            while !request.ends_with(b"\r\n\r\n") {
                if connection.read_buf(&mut request).await.map_or(true, |read| read == 0) {
                    return;
                }
            }
            noted.lock().unwrap().push(String::from_utf8_lossy(&request).into_owned());
            if connection.write_all(answer.as_bytes()).await.is_err() || answer.contains("connection: close") {
                return;
            }
        }
    }

    /// Without TLS, which is tried where reqwest has it (`.ci/beside_sqlx`).
    fn plain() -> PinnedTransport {
        PinnedTransport::build(reqwest::Client::builder()).unwrap()
    }

    const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-type: application/json\r\n\r\n{}";

    async fn get(transport: &PinnedTransport, uri: String, address: SocketAddr) -> Response<reqwest::Response> {
        transport.send(Request::get(uri).body(Bytes::new()).unwrap(), &[address]).await.unwrap()
    }

    #[tokio::test]
    async fn it_connects_to_the_address_that_it_is_given_whatever_the_name() {
        let server = Server::that_says(OK).await;
        let transport = plain();
        // The second time too: no connection is kept.
        for connections in 1..3 {
            let uri = format!("http://name.invalid:{}/jwks?a=1", server.address.port());
            let mut response = get(&transport, uri, server.address).await;
            assert_eq!(
                (response.status(), &response.headers()["content-type"]),
                (StatusCode::OK, &"application/json".parse().unwrap())
            );
            assert_eq!(response.body_mut().chunk().await.unwrap().as_deref(), Some(&b"{}"[..]));
            assert_eq!(response.body_mut().chunk().await.unwrap(), None);
            let [request] = &server.requests()[..] else { panic!("one request") };
            assert_eq!(server.connections.load(Ordering::SeqCst), connections);
            assert!(request.starts_with("GET /jwks?a=1 HTTP/1.1\r\n"), "{request}");
            assert!(request.contains(&format!("host: name.invalid:{}\r\n", server.address.port())), "{request}");
        }
        assert!(transport.pinned.lock().is_empty());
    }

    #[tokio::test]
    async fn a_name_that_nobody_has_looked_at_leads_nowhere() {
        let server = Server::that_says(OK).await;
        let transport = plain();
        // `localhost` has an address, and the client knows it not.
        let request = transport.client.get(format!("http://localhost:{}/", server.address.port()));
        let error = request.send().await.unwrap_err();
        assert!(error.is_connect(), "{error:?}");
        // Once a request has ended, its name is forgotten; while another one goes on, it is not.
        let first = transport.pinned.hold("localhost", &[server.address]);
        drop(transport.pinned.hold("localhost", &[server.address]));
        assert!(transport.pinned.resolve("localhost".parse().unwrap()).await.is_ok());
        drop(first);
        assert!(transport.pinned.resolve("localhost".parse().unwrap()).await.is_err());
        assert_eq!(server.requests(), [""; 0]);
    }

    #[tokio::test]
    async fn a_redirect_is_an_answer_like_any_other() {
        let elsewhere = Server::that_says(OK).await;
        for status in [301, 302, 303, 307, 308] {
            let answer = format!("HTTP/1.1 {status} X\r\nlocation: http://{}/\r\ncontent-length: 0\r\n\r\n", elsewhere.address);
            let server = Server::that_says(answer.leak()).await;
            let response = get(&plain(), format!("http://name.invalid:{}/", server.address.port()), server.address).await;
            assert_eq!((response.status().as_u16(), server.requests().len()), (status, 1));
        }
        assert_eq!(elsewhere.requests(), [""; 0]);
    }

    #[tokio::test]
    async fn settings_bring_no_proxy() {
        let (server, proxy) = (Server::that_says(OK).await, Server::that_says(OK).await);
        let through = reqwest::Proxy::all(format!("http://{}", proxy.address)).unwrap();
        let transport = PinnedTransport::build(reqwest::Client::builder().proxy(through)).unwrap();
        get(&transport, format!("http://name.invalid:{}/", server.address.port()), server.address).await;
        assert_eq!((server.requests().len(), proxy.requests().len()), (1, 0));
    }

    #[tokio::test]
    async fn nothing_is_sent_in_the_clear() {
        let server = Server::that_says(OK).await;
        let transport = PinnedTransport::new().unwrap();
        let request = Request::get(format!("http://name.invalid:{}/", server.address.port())).body(Bytes::new()).unwrap();
        assert!(transport.send(request, &[server.address]).await.is_err());
        assert_eq!(server.requests(), [""; 0]);
    }

    #[tokio::test]
    async fn errors_do_not_show_the_url() {
        let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
        let request = Request::get(format!("http://name.invalid:{}/?key=secret", closed.port())).body(Bytes::new()).unwrap();
        let error = plain().send(request, &[closed]).await.unwrap_err();
        assert!(!format!("{error} {error:?}").contains("secret"), "{error:?}");
        let cut = Server::that_says("HTTP/1.1 200 OK\r\ncontent-length: 9\r\nconnection: close\r\n\r\n{}").await;
        let mut response = get(&plain(), format!("http://name.invalid:{}/?key=secret", cut.address.port()), cut.address).await;
        assert!(response.body_mut().chunk().await.unwrap().is_some());
        let error = DocumentBody::chunk(response.body_mut()).await.unwrap_err();
        assert!(!format!("{error} {error:?}").contains("secret"), "{error:?}");
    }

    #[tokio::test]
    async fn names_are_resolved_as_the_operating_system_does() {
        let transport = plain();
        let found = transport.resolve("localhost").await.unwrap();
        assert!(!found.is_empty() && found.iter().all(IpAddr::is_loopback), "{found:?}");
        assert!(transport.resolve(&"x".repeat(300)).await.is_err());
        assert_eq!(transport.lookups.available_permits(), MAX_LOOKUPS);
    }

    #[test]
    fn without_a_runtime_nobody_waits() {
        let (alive, gone) = std::sync::mpsc::channel::<()>();
        plain().spawn(Box::pin(async move { drop(alive) }));
        assert!(gone.recv().is_err());
    }
}

//! The way to documents with `reqwest`. Its client asks a resolver for addresses before it connects: here that has those that the fetcher
//! has looked at for this very request, so a name that means something else a moment later, or to somebody else, means nothing.

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

use super::domain;
use super::state::{MAX_FLIGHTS, MAX_FLIGHTS_TO_DOMAIN};
use super::transport::{DocumentBody, DocumentTransport};

/// Sends a [`Fetcher`](super::Fetcher)'s requests with `reqwest`, to the addresses that the fetcher has looked at and to no other:
/// through no proxy ([`ProxiedTransport`](super::ProxiedTransport) is for that), following no redirect, decompressing nothing, each on a
/// connection of its own. Names are resolved as the operating system does. It works on a runtime of `tokio` with time and I/O.
///
/// TLS is one of reqwest's own features: enable one in your `Cargo.toml`.
#[derive(Clone)]
pub struct PinnedTransport {
    client: reqwest::Client,
    lookups: Lookups,
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
        let client = plain(settings).dns_resolver(Arc::new(Pinned)).build()?;
        Ok(Self { client, lookups: Lookups::default() })
    }
}

/// Without what would send more than one request, to more than one place.
pub(super) fn plain(settings: reqwest::ClientBuilder) -> reqwest::ClientBuilder {
    let settings = settings.no_proxy().redirect(reqwest::redirect::Policy::none()).referer(false);
    let settings = settings.no_gzip().no_brotli().no_zstd().no_deflate().retry(reqwest::retry::never());
    // A connection that is kept leads to an address of yesterday.
    settings.pool_max_idle_per_host(0)
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
        let lookup = self.lookups.begin(host).ok_or("too many names are being resolved")?;
        let host = host.to_owned();
        let found = async move {
            let found = tokio::net::lookup_host((host, 0)).await;
            drop(lookup);
            found.map(|found| found.map(|address| address.ip()).collect())
        };
        // As a task of its own, since the thread does not end with whoever waits for it.
        Ok(tokio::spawn(found).await??)
    }

    async fn send(
        &self,
        request: Request<Bytes>,
        addresses: &[SocketAddr],
    ) -> Result<Response<reqwest::Response>, Box<dyn Error + Send + Sync>> {
        let host = request.uri().host().unwrap_or_default().to_owned();
        LOOKED_AT.scope((host, addresses.to_vec()), execute(&self.client, request)).await
    }

    async fn sleep(&self, time: Duration) {
        tokio::time::sleep(time).await;
    }

    fn spawn(&self, work: Pin<Box<dyn Future<Output = ()> + Send>>) {
        spawn(work);
    }
}

pub(super) async fn execute(
    client: &reqwest::Client,
    request: Request<Bytes>,
) -> Result<Response<reqwest::Response>, Box<dyn Error + Send + Sync>> {
    let request = reqwest::Request::try_from(request)?;
    // The URL is the caller's, and may be secret.
    let mut response = client.execute(request).await.map_err(reqwest::Error::without_url)?;
    let (mut head, ()) = Response::new(()).into_parts();
    head.status = response.status();
    head.headers = std::mem::take(response.headers_mut());
    Ok(Response::from_parts(head, response))
}

pub(super) fn spawn(work: Pin<Box<dyn Future<Output = ()> + Send>>) {
    // Without a runtime it is dropped, which counts as a failure.
    if let Ok(runtime) = tokio::runtime::Handle::try_current() {
        runtime.spawn(work);
    }
}

impl DocumentBody for reqwest::Response {
    async fn chunk(&mut self) -> Result<Option<Bytes>, Box<dyn Error + Send + Sync>> {
        Ok(reqwest::Response::chunk(self).await.map_err(reqwest::Error::without_url)?)
    }
}

tokio::task_local! {
    /// The host that this request is for, and where that is. `reqwest` asks in the task of the request, as it keeps no connections; if it
    /// did not, there would be no address.
    static LOOKED_AT: (String, Vec<SocketAddr>);
}

struct Pinned;

impl Resolve for Pinned {
    fn resolve(&self, name: Name) -> Resolving {
        let found = LOOKED_AT.try_with(|(host, addresses)| (host == name.as_str()).then(|| addresses.clone()));
        // Without a port, which is that of the URL.
        let found = found.ok().flatten().map(|addresses| Box::new(addresses.into_iter().map(without_port)) as Addrs);
        Box::pin(ready(found.ok_or_else(|| "no address of this host was looked at".into())))
    }
}

fn without_port(address: SocketAddr) -> SocketAddr {
    SocketAddr::new(address.ip(), 0)
}

/// The domains of the names that are being resolved, one for each. A name takes a thread for as long as the operating system likes, also when
/// nobody waits any more; so there are no more of them than documents that are fetched, in all and of one domain, which may have a name server
/// that is slow.
#[derive(Clone, Default)]
struct Lookups(Arc<Mutex<Vec<Box<str>>>>);

impl Lookups {
    fn lock(&self) -> MutexGuard<'_, Vec<Box<str>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// `None` if there are as many as may be.
    fn begin(&self, host: &str) -> Option<Lookup> {
        let (mut all, domain) = (self.lock(), domain::of(host));
        let of_domain = all.iter().filter(|other| ***other == *domain).count();
        if all.len() >= MAX_FLIGHTS || of_domain >= MAX_FLIGHTS_TO_DOMAIN {
            return None;
        }
        all.push(domain.into());
        Some(Lookup { all: self.clone(), domain: domain.into() })
    }
}

/// A name that is being resolved, until this is dropped.
struct Lookup {
    all: Lookups,
    domain: Box<str>,
}

impl Drop for Lookup {
    fn drop(&mut self) {
        let mut all = self.all.lock();
        if let Some(own) = all.iter().position(|other| *other == self.domain) {
            all.swap_remove(own);
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
    fn in_the_clear() -> PinnedTransport {
        PinnedTransport::build(reqwest::Client::builder()).unwrap()
    }

    const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-type: application/json\r\n\r\n{}";

    async fn get(transport: &PinnedTransport, uri: String, address: SocketAddr) -> Response<reqwest::Response> {
        transport.send(Request::get(uri).body(Bytes::new()).unwrap(), &[address]).await.unwrap()
    }

    #[tokio::test]
    async fn it_connects_to_the_address_that_it_is_given_whatever_the_name() {
        let server = Server::that_says(OK).await;
        let transport = in_the_clear();
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
    }

    #[tokio::test]
    async fn a_name_that_nobody_has_looked_at_leads_nowhere() {
        let server = Server::that_says(OK).await;
        let transport = in_the_clear();
        // `localhost` has an address, and the client knows it not.
        let request = transport.client.get(format!("http://localhost:{}/", server.address.port()));
        let error = request.send().await.unwrap_err();
        assert!(error.is_connect(), "{error:?}");
        assert_eq!(server.requests(), [""; 0]);
    }

    /// A fetcher that may reach private addresses, and one that may not, can be two clones with one transport.
    #[tokio::test]
    async fn what_was_looked_at_for_one_request_is_no_address_for_another() {
        let silent = Server::that_says("").await;
        let transport = in_the_clear();
        let (asking, uri) = (transport.clone(), format!("http://name.invalid:{}/", silent.address.port()));
        let (address, other) = (silent.address, uri.clone());
        let first = tokio::spawn(async move { get(&asking, uri, address).await });
        while silent.requests().is_empty() {
            tokio::task::yield_now().await;
        }
        let error = transport.client.get(&other).send().await.unwrap_err();
        assert!(error.is_connect(), "{error:?}");
        // Nor is it one for another name of the same request.
        let looked_at = ("other.invalid".to_owned(), vec![silent.address]);
        let error = LOOKED_AT.scope(looked_at, transport.client.get(&other).send()).await.unwrap_err();
        assert!(error.is_connect(), "{error:?}");
        assert_eq!(silent.connections.load(Ordering::SeqCst), 1);
        first.abort();
    }

    #[tokio::test]
    async fn a_redirect_is_an_answer_like_any_other() {
        let elsewhere = Server::that_says(OK).await;
        for status in [301, 302, 303, 307, 308] {
            let answer = format!("HTTP/1.1 {status} X\r\nlocation: http://{}/\r\ncontent-length: 0\r\n\r\n", elsewhere.address);
            let server = Server::that_says(answer.leak()).await;
            let response = get(&in_the_clear(), format!("http://name.invalid:{}/", server.address.port()), server.address).await;
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
        let error = in_the_clear().send(request, &[closed]).await.unwrap_err();
        assert!(!format!("{error} {error:?}").contains("secret"), "{error:?}");
        let cut = Server::that_says("HTTP/1.1 200 OK\r\ncontent-length: 9\r\nconnection: close\r\n\r\n{}").await;
        let mut response =
            get(&in_the_clear(), format!("http://name.invalid:{}/?key=secret", cut.address.port()), cut.address).await;
        assert!(response.body_mut().chunk().await.unwrap().is_some());
        let error = DocumentBody::chunk(response.body_mut()).await.unwrap_err();
        assert!(!format!("{error} {error:?}").contains("secret"), "{error:?}");
    }

    #[tokio::test]
    async fn names_are_resolved_as_the_operating_system_does() {
        let transport = in_the_clear();
        let found = transport.resolve("localhost").await.unwrap();
        assert!(!found.is_empty() && found.iter().all(IpAddr::is_loopback), "{found:?}");
        assert!(transport.resolve(&"x".repeat(300)).await.is_err());
        assert!(transport.lookups.lock().is_empty());
    }

    /// Whoever has a slow name server has one for as many names as they like.
    #[tokio::test]
    async fn names_of_one_domain_leave_room_for_those_of_others() {
        let transport = in_the_clear();
        let slow: Vec<_> = (0..).map_while(|host| transport.lookups.begin(&format!("{host}.slow.invalid"))).take(200).collect();
        assert_eq!(slow.len(), MAX_FLIGHTS_TO_DOMAIN);
        let error = transport.resolve("slow.invalid").await.unwrap_err();
        assert_eq!(error.to_string(), "too many names are being resolved");
        transport.resolve("localhost").await.unwrap();
        let others: Vec<_> = (0..).map_while(|host| transport.lookups.begin(&format!("slow{host}.invalid"))).take(200).collect();
        assert_eq!(slow.len() + others.len(), MAX_FLIGHTS);
        transport.resolve("localhost").await.unwrap_err();
        drop((slow, others));
        transport.resolve("localhost").await.unwrap();
    }

    #[test]
    fn without_a_runtime_nobody_waits() {
        let (alive, gone) = std::sync::mpsc::channel::<()>();
        in_the_clear().spawn(Box::pin(async move { drop(alive) }));
        assert!(gone.recv().is_err());
    }
}

//! Documents that strangers name, from servers with TLS on this machine that do what they like, through the real transports. What a scripted
//! transport can show is in the library's own tests.

#[path = "common/document_server.rs"]
mod document_server;

use std::error::Error;
use std::future::Future;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use document_server::{Answer, Authority, DocumentServer, proxy_to};
use grantor::{Document, DocumentTransport, FetchError, Fetcher, PinnedTransport, PrivateAddresses, ProxiedTransport, Timestamp};
use http::{Request, Response};
use reqwest::{Certificate, ClientBuilder};

const SIZE: usize = 4_096;
const NOW: Timestamp = Timestamp::from_unix(1_800_000_000);

#[derive(Debug)]
struct Text(String);

impl Document for Text {
    fn read(json: &str) -> Result<Self, &'static str> {
        Ok(Self(json.to_owned()))
    }

    fn weight(&self) -> usize {
        self.0.len()
    }
}

fn trusting(authority: &Authority) -> ClientBuilder {
    reqwest::Client::builder().tls_certs_only([Certificate::from_pem(authority.pem().as_bytes()).expect("a certificate")])
}

/// One that may connect to this machine, at the port of this server.
fn fetcher(transport: impl DocumentTransport, server: &DocumentServer) -> Fetcher<PrivateAddresses> {
    Fetcher::with(transport).allow_private_addresses().allow_port(server.port()).max_document_bytes(SIZE)
}

/// What comes of it; afterwards the connection is over.
async fn fetched(answer: Answer, timeout: Duration) -> Result<Arc<Text>, FetchError> {
    let authority = Authority::new();
    let server = DocumentServer::start(&authority, "localhost", answer).await;
    let fetcher = fetcher(PinnedTransport::with(trusting(&authority)).expect("a transport"), &server).timeout(timeout);
    let begin = Instant::now();
    let came = fetcher.fetch(&format!("https://localhost:{}/jwks", server.port()), NOW).await;
    assert!(begin.elapsed() < timeout + Duration::from_secs(5), "{:?}", begin.elapsed());
    while server.ended() == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
        assert!(begin.elapsed() < timeout + Duration::from_secs(10), "the connection goes on");
    }
    assert!(server.requests() <= 1);
    came
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_server_is_waited_for_so_long_and_then_left() {
    let slow = |answer| fetched(answer, Duration::from_millis(300));
    let head = "content-type: application/json\r\ncontent-length: 1000";
    let dripping = vec![(Duration::from_millis(50), b" ".to_vec())];
    for (name, answer) in [
        ("no handshake", Answer { shakes_hands: false, ..Answer::json("{}") }),
        ("no head", Answer { head: "HTTP/1.1 200".to_owned(), pieces: Vec::new(), hangs: true, ..Answer::json("{}") }),
        ("a part", Answer { hangs: true, ..Answer::with(head, "{") }),
        ("byte by byte", Answer { pieces: dripping, endless: true, ..Answer::with(head, "") }),
    ] {
        let refused = slow(answer).await;
        assert!(matches!(refused, Err(FetchError::TimedOut(_))), "{name}: {refused:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_more_is_read_of_a_document_than_the_bound() {
    let patient = |answer| fetched(answer, Duration::from_secs(20));
    let filler = vec![b' '; 16 * 1_024];
    let json = "content-type: application/json";
    let chunk = [b"4000\r\n", &filler[..], b"\r\n"].concat();
    let endless = |headers: &str, piece: &[u8]| Answer { endless: true, ..Answer::with(headers, piece) };
    for (name, answer) in [
        ("as it announces", Answer { hangs: true, ..Answer::with(&format!("{json}\r\ncontent-length: {}", SIZE + 1), "") }),
        ("without a length", endless(json, &filler)),
        ("in chunks", endless(&format!("{json}\r\ntransfer-encoding: chunked"), &chunk)),
    ] {
        let refused = patient(answer).await;
        assert!(matches!(refused, Err(FetchError::TooLong(SIZE))), "{name}: {refused:?}");
    }
    // A head without end.
    let header = b"x-filler: 0123456789012345678901234567890123456789\r\n".repeat(100);
    let head = "HTTP/1.1 200 OK\r\n".to_owned();
    let refused = patient(Answer { head, pieces: vec![(Duration::ZERO, header)], endless: true, ..Answer::json("") }).await;
    assert!(matches!(refused, Err(FetchError::Unreachable(_))), "{refused:?}");
    // Up to the bound it is a document, with a length, without, and in chunks.
    let whole = format!("{{}}{}", " ".repeat(SIZE - 2));
    let in_chunks = format!("1000\r\n{whole}\r\n0\r\n\r\n");
    for answer in [
        Answer::json(&whole),
        Answer::with(json, &*whole),
        Answer::with(&format!("{json}\r\ntransfer-encoding: chunked"), in_chunks),
    ] {
        assert_eq!(patient(answer).await.expect("a document").0, whole);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_lies_about_a_document_gives_none() {
    let lying = |headers: &str, content: &str| fetched(Answer::with(headers, content), Duration::from_secs(20));
    for headers in ["content-type: text/html", "content-type: application/json\r\ncontent-type: text/html", "x: y"] {
        let refused = lying(&format!("{headers}\r\ncontent-length: 2"), "{}").await;
        assert!(matches!(refused, Err(FetchError::ContentType)), "{headers}: {refused:?}");
    }
    let refused = lying("content-type: application/json\r\ncontent-length: 6", "<html>").await;
    assert!(matches!(refused, Err(FetchError::NotJson)), "{refused:?}");
    // Shorter than it says, in chunks that end in the middle, and one that says two lengths.
    for headers in ["content-length: 20", "transfer-encoding: chunked", "content-length: 2\r\ncontent-length: 3"] {
        let refused = lying(&format!("content-type: application/json\r\n{headers}"), "4\r\n{}").await;
        assert!(matches!(refused, Err(FetchError::Unreachable(_))), "{headers}: {refused:?}");
    }
    // What is compressed is not decompressed, though the client could.
    let refused = lying("content-type: application/json\r\ncontent-encoding: gzip\r\ncontent-length: 2", "{}").await;
    assert!(matches!(refused, Err(FetchError::Encoded)), "{refused:?}");
}

/// Each time a name is asked for it is at another address: this machine has many.
struct Rebinding(PinnedTransport, Arc<AtomicUsize>);

impl DocumentTransport for Rebinding {
    type Body = reqwest::Response;

    async fn resolve(&self, _: &str) -> Result<Vec<IpAddr>, Box<dyn Error + Send + Sync>> {
        let before = self.1.fetch_add(1, Ordering::SeqCst);
        Ok(vec![IpAddr::from([127, 0, 0, u8::try_from(before + 2)?])])
    }

    async fn send(
        &self,
        request: Request<Bytes>,
        addresses: &[SocketAddr],
    ) -> Result<Response<Self::Body>, Box<dyn Error + Send + Sync>> {
        self.0.send(request, addresses).await
    }

    async fn sleep(&self, time: Duration) {
        self.0.sleep(time).await;
    }

    fn spawn(&self, work: Pin<Box<dyn Future<Output = ()> + Send>>) {
        self.0.spawn(work);
    }
}

/// To the operating system the name is 127.0.0.1 all the while, where a server waits for whoever asks it again.
#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_a_name_means_a_moment_later_the_address_that_was_looked_at_is_connected_to() {
    let authority = Authority::new();
    let uncached = |text: &str| Answer::with(&format!("content-type: application/json\r\ncontent-length: {}", text.len()), text);
    let trap = DocumentServer::start(&authority, "localhost", uncached("0")).await;
    let mut servers = Vec::new();
    for last in [2, 3] {
        let address = SocketAddr::from(([127, 0, 0, last], trap.port()));
        servers.push(DocumentServer::start_at(address, &authority, "localhost", uncached(&last.to_string())).await);
    }
    let lookups = Arc::<AtomicUsize>::default();
    let transport = Rebinding(PinnedTransport::with(trusting(&authority)).expect("a transport"), lookups.clone());
    let (fetcher, url) = (fetcher(transport, &trap), format!("https://localhost:{}/jwks", trap.port()));
    for (expected, now) in [(2, NOW), (3, NOW.saturating_add_secs(3_600))] {
        let document = fetcher.fetch::<Text>(&url, now).await.expect("a document");
        assert_eq!(document.0, expected.to_string());
    }
    assert_eq!((trap.requests(), servers[0].requests(), servers[1].requests()), (0, 1, 1));
    assert_eq!(lookups.load(Ordering::SeqCst), 2, "once for each document");
}

/// Where there is no other way out. The name is known to the proxy alone, and nobody here looks at its address.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn through_a_proxy_if_the_application_says_so() {
    let authority = Authority::new();
    let server = DocumentServer::start(&authority, "documents.test", Answer::json("{}")).await;
    let (proxy, asked) = proxy_to(server.address).await;
    let proxy = format!("http://someone:secret@localhost:{}", proxy.port());
    let transport = ProxiedTransport::with(trusting(&authority), &proxy).expect("a transport");
    assert!(!format!("{transport:?}").contains("secret"));
    let fetcher = Fetcher::with(transport).allow_port(server.port());
    let url = |host: &str| format!("https://{host}:{}/jwks", server.port());
    assert_eq!(fetcher.fetch::<Text>(&url("documents.test"), NOW).await.expect("a document").0, "{}");
    let said = asked.lock().expect("a lock").join("\n");
    assert!(said.starts_with(&format!("CONNECT documents.test:{} HTTP/1.1\r\n", server.port())), "{said}");
    assert!(said.to_ascii_lowercase().contains("proxy-authorization: basic "), "{said}");
    // TLS is with the host, and an address of special use is refused as ever.
    let refused = fetcher.fetch::<Text>(&url("other.test"), NOW).await;
    assert!(matches!(refused, Err(FetchError::Unreachable(_))), "{refused:?}");
    let refused = fetcher.fetch::<Text>(&url("127.0.0.1"), NOW).await;
    assert!(matches!(refused, Err(FetchError::SpecialUse(_))), "{refused:?}");
    assert_eq!((server.requests(), asked.lock().expect("a lock").len()), (1, 2));
    // With SOCKS names would be resolved here: nothing is.
    let socks = ProxiedTransport::with(trusting(&authority), format!("socks5://localhost:{}", server.port()));
    if let Ok(socks) = socks {
        let refused = Fetcher::with(socks).allow_port(server.port()).fetch::<Text>(&url("localhost"), NOW).await;
        assert!(matches!(refused, Err(FetchError::Unreachable(_))), "{refused:?}");
    }
    assert!(ProxiedTransport::new("no proxy").is_err());
    // A proxy that is away, and one that wants another password: nobody reads ours in an error, nor the URL.
    let closed = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a socket").local_addr().expect("an address");
    let refusing = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a socket");
    let refusing_at = refusing.local_addr().expect("an address");
    tokio::spawn(async move {
        let (mut connection, _) = refusing.accept().await?;
        tokio::io::AsyncWriteExt::write_all(&mut connection, b"HTTP/1.1 407 No\r\n\r\n").await
    });
    for proxy in [closed, refusing_at] {
        let away = ProxiedTransport::with(trusting(&authority), format!("http://someone:secret@{proxy}")).expect("a transport");
        let refused = Fetcher::with(away).fetch::<Text>("https://documents.test/hidden", NOW).await;
        let Err(FetchError::Unreachable(error)) = refused else { panic!("{refused:?}") };
        let said = format!("{error} {error:?}");
        assert!(["secret", "c29tZW9uZTpzZWNyZXQ", "hidden"].iter().all(|hidden| !said.contains(hidden)), "{said}");
    }
}

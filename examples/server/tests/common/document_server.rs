//! A server of documents with TLS on this machine, which says what a test tells it.

#![allow(dead_code, reason = "each test binary uses its part")]

use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

/// Who signs the certificates of the servers.
pub struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    pub fn new() -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().expect("a key")).expect("an authority"))
    }

    pub fn pem(&self) -> String {
        self.0.pem()
    }

    fn acceptor(&self, name: &str) -> TlsAcceptor {
        let key = KeyPair::generate().expect("a key");
        let params = CertificateParams::new([name.to_owned()]).expect("names");
        let certificate = params.signed_by(&key, &self.0).expect("a certificate");
        let key = PrivateKeyDer::try_from(key.serialize_der()).expect("a key");
        let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()));
        let config = config.with_safe_default_protocol_versions().expect("versions").with_no_client_auth();
        Arc::new(config.with_single_cert(vec![certificate.der().clone()], key).expect("a certificate")).into()
    }
}

/// What a server says to each request.
#[derive(Clone)]
pub struct Answer {
    /// Is there TLS at all?
    pub shakes_hands: bool,
    pub head: String,
    /// Pieces of the rest, each after so long.
    pub pieces: Vec<(Duration, Vec<u8>)>,
    /// The pieces come again and again.
    pub endless: bool,
    /// Nothing more comes, and the connection stays.
    pub hangs: bool,
}

impl Answer {
    /// 200, with these headers and this content.
    pub fn with(headers: &str, content: impl Into<Vec<u8>>) -> Self {
        let head = format!("HTTP/1.1 200 OK\r\n{headers}\r\n\r\n");
        Self { shakes_hands: true, head, pieces: vec![(Duration::ZERO, content.into())], endless: false, hangs: false }
    }

    pub fn json(content: &str) -> Self {
        Self::with(&format!("content-type: application/json\r\ncontent-length: {}", content.len()), content)
    }
}

/// Serves until the runtime ends.
pub struct DocumentServer {
    pub address: SocketAddr,
    said: Arc<Mutex<Answer>>,
    requests: Arc<AtomicUsize>,
    ended: Arc<AtomicUsize>,
}

impl DocumentServer {
    pub async fn start(authority: &Authority, name: &str, answer: Answer) -> Self {
        Self::start_at("127.0.0.1:0".parse().expect("an address"), authority, name, answer).await
    }

    pub async fn start_at(address: SocketAddr, authority: &Authority, name: &str, answer: Answer) -> Self {
        let listener = TcpListener::bind(address).await.expect("a socket");
        let address = listener.local_addr().expect("an address");
        let server = Self { address, said: Arc::new(Mutex::new(answer)), requests: Arc::default(), ended: Arc::default() };
        let (acceptor, said) = (authority.acceptor(name), server.said.clone());
        let (requests, ended) = (server.requests.clone(), server.ended.clone());
        tokio::spawn(async move {
            while let Ok((connection, _)) = listener.accept().await {
                let (acceptor, answer) = (acceptor.clone(), said.lock().expect("a lock").clone());
                let (requests, ended) = (requests.clone(), ended.clone());
                tokio::spawn(async move {
                    let _ = serve(connection, acceptor, answer, &requests).await;
                    ended.fetch_add(1, Ordering::SeqCst);
                });
            }
        });
        server
    }

    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// What is said from now on.
    pub fn says(&self, answer: Answer) {
        *self.said.lock().expect("a lock") = answer;
    }

    pub fn requests(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }

    /// How many connections are over.
    pub fn ended(&self) -> usize {
        self.ended.load(Ordering::SeqCst)
    }
}

async fn serve(mut raw: TcpStream, acceptor: TlsAcceptor, answer: Answer, requests: &AtomicUsize) -> std::io::Result<()> {
    if !answer.shakes_hands {
        return until_it_ends(&mut raw).await;
    }
    let mut connection = acceptor.accept(raw).await?;
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") {
        if connection.read_buf(&mut request).await? == 0 {
            return Ok(());
        }
    }
    requests.fetch_add(1, Ordering::SeqCst);
    connection.write_all(answer.head.as_bytes()).await?;
    connection.flush().await?;
    loop {
        for (after, piece) in &answer.pieces {
            tokio::time::sleep(*after).await;
            connection.write_all(piece).await?;
            connection.flush().await?;
        }
        if !answer.endless {
            break;
        }
    }
    if answer.hangs { until_it_ends(&mut connection).await } else { connection.shutdown().await }
}

async fn until_it_ends(connection: &mut (impl tokio::io::AsyncRead + Unpin)) -> std::io::Result<()> {
    let mut read = [0; 1_024];
    while connection.read(&mut read).await? > 0 {}
    Ok(())
}

/// A proxy that leads every tunnel to one server, whatever name it is asked for, and notes what it was asked.
pub async fn proxy_to(server: SocketAddr) -> (SocketAddr, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind((IpAddr::from([127, 0, 0, 1]), 0)).await.expect("a socket");
    let (address, asked) = (listener.local_addr().expect("an address"), Arc::<Mutex<Vec<String>>>::default());
    let noted = asked.clone();
    tokio::spawn(async move {
        while let Ok((mut connection, _)) = listener.accept().await {
            let mut request = Vec::new();
            while !request.ends_with(b"\r\n\r\n") && connection.read_buf(&mut request).await.is_ok_and(|read| read > 0) {}
            noted.lock().expect("a lock").push(String::from_utf8_lossy(&request).into_owned());
            tokio::spawn(async move {
                connection.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").await?;
                tokio::io::copy_bidirectional(&mut connection, &mut TcpStream::connect(server).await?).await
            });
        }
    });
    (address, asked)
}

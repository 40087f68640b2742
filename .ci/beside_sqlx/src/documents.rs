//! Documents that strangers name, from servers with TLS on this machine.

use std::error::Error;
use std::future::Future;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use grantor::{Document, DocumentTransport, FetchError, Fetcher, PinnedTransport, Timestamp};
use http::{Request, Response};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use reqwest::Certificate;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

/// Who signs the certificates of the servers.
struct Authority {
    certificate: Certificate,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    fn new() -> Self {
        let mut parameters = CertificateParams::new([]).expect("parameters");
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().expect("a key");
        let certificate = parameters.self_signed(&key).expect("a certificate");
        Self {
            certificate: Certificate::from_der(certificate.der()).expect("a certificate"),
            issuer: Issuer::new(parameters, key),
        }
    }

    /// With a certificate for the name.
    fn acceptor(&self, name: &str) -> TlsAcceptor {
        let key = KeyPair::generate().expect("a key");
        let parameters = CertificateParams::new([name.to_owned()]).expect("parameters");
        let certificate = parameters.signed_by(&key, &self.issuer).expect("a certificate");
        let key = PrivateKeyDer::try_from(key.serialize_der()).expect("a key");
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()));
        let config = config.with_safe_default_protocol_versions().expect("versions").with_no_client_auth();
        Arc::new(config.with_single_cert(vec![certificate.der().clone()], key).expect("a certificate")).into()
    }

    /// A server that has it, and always says the same.
    async fn server(&self, name: &str, answer: String) -> Server {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a socket");
        let port = listener.local_addr().expect("an address").port();
        let (acceptor, connections) = (self.acceptor(name), Arc::<AtomicUsize>::default());
        let counted = connections.clone();
        tokio::spawn(async move {
            while let Ok((connection, _)) = listener.accept().await {
                counted.fetch_add(1, Ordering::SeqCst);
                let Ok(mut connection) = acceptor.accept(connection).await else { continue };
                let mut request = Vec::new();
                while !request.ends_with(b"\r\n\r\n") && connection.read_buf(&mut request).await.is_ok_and(|read| read > 0) {}
                let _ = connection.write_all(answer.as_bytes()).await;
                let _ = connection.shutdown().await;
            }
        });
        Server { port, connections }
    }

    fn transport(&self) -> PinnedTransport {
        let settings = reqwest::Client::builder().tls_certs_only([self.certificate.clone()]);
        PinnedTransport::with(settings).expect("a client")
    }
}

struct Server {
    port: u16,
    connections: Arc<AtomicUsize>,
}

impl Server {
    fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

fn json() -> String {
    "HTTP/1.1 200 OK\r\ncontent-length: 11\r\ncontent-type: application/json\r\n\r\n{\"keys\":[]}".to_owned()
}

/// Names of nobody are on this machine.
struct OnThisMachine(PinnedTransport);

impl DocumentTransport for OnThisMachine {
    type Body = reqwest::Response;

    async fn resolve(&self, _: &str) -> Result<Vec<IpAddr>, Box<dyn Error + Send + Sync>> {
        Ok(vec![Ipv4Addr::LOCALHOST.into()])
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

async fn fetch<A>(fetcher: &Fetcher<A>, host: &str, server: &Server) -> Result<Arc<Text>, FetchError> {
    let fetcher = fetcher.clone().allow_port(server.port);
    fetcher.fetch(&format!("https://{host}:{}/jwks", server.port), Timestamp::from_unix(1_800_000_000)).await
}

#[tokio::test]
async fn the_address_that_was_looked_at_is_connected_to_and_proves_its_name() {
    let authority = Authority::new();
    let server = authority.server("documents.test", json()).await;
    let strict = Fetcher::with(OnThisMachine(authority.transport()));
    let refused = fetch(&strict, "documents.test", &server).await;
    assert!(matches!(refused, Err(FetchError::SpecialUse(_))), "{refused:?}");
    assert_eq!(server.connections(), 0);

    let fetcher = Fetcher::with(OnThisMachine(authority.transport())).allow_private_addresses();
    assert_eq!(fetch(&fetcher, "documents.test", &server).await.expect("a document").0, "{\"keys\":[]}");
    assert_eq!(server.connections(), 1);

    // The same address under a name that it cannot prove, and by an authority that nobody trusts.
    let refused = fetch(&fetcher, "other.test", &server).await;
    assert!(matches!(refused, Err(FetchError::Unreachable(_))), "{refused:?}");
    let stranger = Fetcher::with(OnThisMachine(Authority::new().transport())).allow_private_addresses();
    let refused = fetch(&stranger, "documents.test", &server).await;
    assert!(matches!(refused, Err(FetchError::Unreachable(_))), "{refused:?}");
    assert_eq!(server.connections(), 3);
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let authority = Authority::new();
    let elsewhere = authority.server("documents.test", json()).await;
    let location = format!("https://documents.test:{}/jwks", elsewhere.port);
    let redirect = format!("HTTP/1.1 307 X\r\ncontent-length: 0\r\nlocation: {location}\r\n\r\n");
    let server = authority.server("documents.test", redirect).await;
    let fetcher = Fetcher::with(OnThisMachine(authority.transport())).allow_private_addresses().allow_port(elsewhere.port);
    let refused = fetch(&fetcher, "documents.test", &server).await;
    assert!(matches!(refused, Err(FetchError::Status(status)) if status == 307), "{refused:?}");
    assert_eq!((server.connections(), elsewhere.connections()), (1, 0));
}

#[tokio::test]
async fn names_are_resolved_as_on_this_machine() {
    let authority = Authority::new();
    let server = authority.server("localhost", json()).await;
    let fetcher = Fetcher::with(authority.transport());
    assert!(matches!(fetch(&fetcher, "localhost", &server).await, Err(FetchError::SpecialUse(_))));
    assert_eq!(server.connections(), 0);
    // Of its own, since the other one remembers the failure.
    let fetcher = Fetcher::with(authority.transport()).allow_private_addresses();
    fetch(&fetcher, "localhost", &server).await.expect("a document");
}

//! TLS, and the certificates of clients: what a proxy does elsewhere. The certificate that a client proved to have becomes a
//! `ClientCertificate` in the extensions of its requests, and nothing else does.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use grantor::ClientCertificate;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, mpsc};
use tokio::task::AbortHandle;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::client::danger::HandshakeSignatureValid;
use tokio_rustls::rustls::crypto::{CryptoProvider, aws_lc_rs, verify_tls12_signature, verify_tls13_signature};
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, UnixTime};
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use tokio_rustls::rustls::{
    DigitallySignedStruct, DistinguishedName, Error, RootCertStore, ServerConfig, ServerConnection, SignatureScheme,
};
use tokio_rustls::server::TlsStream;

/// So many handshakes at a time, and no longer: whoever only connects keeps nobody else waiting for long.
const HANDSHAKES: usize = 256;
const HANDSHAKE: Duration = Duration::from_secs(10);

/// What the flags say.
#[derive(Debug, Clone)]
pub struct Tls {
    pub certificate: PathBuf,
    pub key: PathBuf,
    /// Authorities that issue certificates to clients.
    pub client_ca: Option<PathBuf>,
    /// Are clients asked for certificates that nobody but themselves signed?
    pub any_client: bool,
}

impl Tls {
    pub fn asks_for_certificates(&self) -> bool {
        self.any_client || self.client_ca.is_some()
    }
}

/// Who is at the other end of a connection.
#[derive(Debug, Clone)]
pub struct Peer {
    pub address: SocketAddr,
    pub certificate: Option<ClientCertificate>,
}

impl Connected<IncomingStream<'_, TcpListener>> for Peer {
    fn connect_info(stream: IncomingStream<'_, TcpListener>) -> Self {
        Self { address: *stream.remote_addr(), certificate: None }
    }
}

impl Connected<IncomingStream<'_, TlsListener>> for Peer {
    fn connect_info(stream: IncomingStream<'_, TlsListener>) -> Self {
        stream.remote_addr().clone()
    }
}

/// Connections whose handshake is done.
pub struct TlsListener {
    ready: mpsc::Receiver<(TlsStream<TcpStream>, Peer)>,
    address: SocketAddr,
    accepting: AbortHandle,
}

impl TlsListener {
    pub fn new(listener: TcpListener, tls: &Tls) -> Result<Self, Box<dyn std::error::Error>> {
        let address = listener.local_addr()?;
        let ends = Arc::new(End::new(tls)?);
        let (sender, ready) = mpsc::channel(HANDSHAKES);
        let accepting = tokio::spawn(accept(listener, ends, sender)).abort_handle();
        Ok(Self { ready, address, accepting })
    }
}

impl Drop for TlsListener {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

impl Listener for TlsListener {
    type Io = TlsStream<TcpStream>;
    type Addr = Peer;

    async fn accept(&mut self) -> (Self::Io, Peer) {
        match self.ready.recv().await {
            Some(connection) => connection,
            // What accepts has ended, which it does with this only.
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<Peer> {
        Ok(Peer { address: self.address, certificate: None })
    }
}

/// A handshake is a task of its own, so that a slow one is in nobody's way.
async fn accept(mut listener: TcpListener, ends: Arc<End>, ready: mpsc::Sender<(TlsStream<TcpStream>, Peer)>) {
    let places = Arc::new(Semaphore::new(HANDSHAKES));
    loop {
        let Ok(place) = places.clone().acquire_owned().await else { return };
        // It waits where the system has no more files.
        let (stream, address) = Listener::accept(&mut listener).await;
        let (ends, ready) = (ends.clone(), ready.clone());
        tokio::spawn(async move {
            let handshake = tokio::time::timeout(HANDSHAKE, ends.acceptor.accept(stream)).await;
            drop(place);
            let Ok(Ok(stream)) = handshake else { return };
            let certificate = ends.certificate(stream.get_ref().1);
            let _ = ready.send((stream, Peer { address, certificate })).await;
        });
    }
}

/// This end of the connections.
struct End {
    acceptor: TlsAcceptor,
    /// Verifies chains.
    authorities: Option<Arc<dyn ClientCertVerifier>>,
}

impl End {
    fn new(tls: &Tls) -> Result<Self, Box<dyn std::error::Error>> {
        let provider = Arc::new(aws_lc_rs::default_provider());
        let authorities = tls.client_ca.as_deref().map(|file| authorities(file, &provider)).transpose()?;
        let config = ServerConfig::builder_with_provider(provider.clone()).with_safe_default_protocol_versions()?;
        let config = match (&authorities, tls.any_client) {
            (_, true) => config.with_client_cert_verifier(Arc::new(AnyCertificate(provider))),
            (Some(authorities), false) => config.with_client_cert_verifier(authorities.clone()),
            (None, false) => config.with_no_client_auth(),
        };
        let (chain, key) = (certificates(&tls.certificate)?, key(&tls.key)?);
        let config = config.with_single_cert(chain, key).map_err(|error| format!("--tls-certificate and --tls-key: {error}"))?;
        Ok(Self { acceptor: TlsAcceptor::from(Arc::new(config)), authorities })
    }

    /// The certificate of the client, whose private key it has proved to have. Whether an authority issued it is asked again: a connection
    /// may also be one of a certificate that nobody but the client signed.
    fn certificate(&self, connection: &ServerConnection) -> Option<ClientCertificate> {
        let (first, others) = connection.peer_certificates()?.split_first()?;
        let is_verified =
            |authorities: &Arc<dyn ClientCertVerifier>| authorities.verify_client_cert(first, others, UnixTime::now()).is_ok();
        let read = match self.authorities.as_ref().is_some_and(is_verified) {
            true => ClientCertificate::verified(first),
            false => ClientCertificate::unverified(first),
        };
        read.inspect_err(|error| tracing::info!(%error, "a client certificate cannot be read")).ok()
    }
}

fn authorities(file: &Path, provider: &Arc<CryptoProvider>) -> Result<Arc<dyn ClientCertVerifier>, Box<dyn std::error::Error>> {
    let mut roots = RootCertStore::empty();
    for certificate in certificates(file)? {
        roots.add(certificate).map_err(|error| format!("{}: {error}", file.display()))?;
    }
    let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider.clone());
    Ok(verifier.allow_unauthenticated().build().map_err(|error| format!("{}: {error}", file.display()))?)
}

fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let read = CertificateDer::pem_file_iter(file).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let all = read.map_err(|error| format!("{}: {error}", file.display()))?;
    if all.is_empty() { Err(format!("{}: there is no certificate in it", file.display())) } else { Ok(all) }
}

fn key(file: &Path) -> Result<PrivateKeyDer<'static>, String> {
    PrivateKeyDer::from_pem_file(file).map_err(|error| format!("{}: {error}", file.display()))
}

/// Asks each client for a certificate, and takes any: it proves to have the private key, and that is all (RFC 8705 section 2.2).
struct AnyCertificate(Arc<CryptoProvider>);

impl fmt::Debug for AnyCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AnyCertificate")
    }
}

impl ClientCertVerifier for AnyCertificate {
    fn client_auth_mandatory(&self) -> bool {
        false
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        Ok(ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signed, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signed, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

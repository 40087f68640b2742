//! The side of the authorization server: a [`Signer`] that asks the other process.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use grantor::{Algorithm, PublicKey, Signature, Signer, SignerError};
use tokio::net::UnixStream;
use tokio::time::timeout;

use super::wire;

/// A key that another process has.
#[derive(Debug)]
pub struct KeyService {
    socket: PathBuf,
    key: PublicKey,
    /// For how long it is waited for a signature: nothing above bounds that.
    patience: Duration,
}

impl KeyService {
    /// Asks for the public key once: it never changes.
    pub async fn connect(socket: &Path, patience: Duration) -> io::Result<Self> {
        let jwk = timeout(patience, ask(socket, &[wire::KEY])).await??;
        let key = PublicKey::parse(&jwk, Algorithm::Es256).map_err(io::Error::other)?;
        Ok(Self { socket: socket.to_owned(), key, patience })
    }
}

impl Signer for KeyService {
    fn key(&self) -> &PublicKey {
        &self.key
    }

    /// Whatever happens at the other end, the client is told to come again, with the code or refresh token that it has.
    async fn sign(&self, input: &[u8]) -> Result<Signature, SignerError> {
        let question = [&[wire::SIGN], input].concat();
        match timeout(self.patience, ask(&self.socket, &question)).await {
            Err(_) => Err(SignerError::Unavailable { retry_after: Some(self.patience) }),
            Ok(Err(error)) => Err(SignerError::failed(error)),
            Ok(Ok(signature)) => Signature::fixed(&self.key, &signature).map_err(SignerError::failed),
        }
    }
}

async fn ask(socket: &Path, question: &[u8]) -> io::Result<Vec<u8>> {
    let mut stream = UnixStream::connect(socket).await?;
    wire::write(&mut stream, question).await?;
    wire::read(&mut stream).await
}

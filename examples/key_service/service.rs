//! The process that has the private key. It stands for a key management service or a hardware security module, and gives nothing away
//! but signatures.

use std::future::Future;
use std::io;
use std::sync::Arc;

use tokio::net::{UnixListener, UnixStream};

use super::wire;

/// Serves until it is dropped. `key` is the public key, as a JWK; `sign` answers what is to be signed with a signature, or not at all.
/// Who may connect is who may sign, so the socket belongs into a directory that only they may enter.
pub async fn serve<F, S>(listener: UnixListener, key: Vec<u8>, sign: F) -> io::Result<()>
where
    F: Fn(Vec<u8>) -> S + Send + Sync + 'static,
    S: Future<Output = Option<Vec<u8>>> + Send,
{
    let shared = Arc::new((key, sign));
    loop {
        let (mut stream, _) = listener.accept().await?;
        let shared = shared.clone();
        tokio::spawn(async move {
            let (key, sign) = &*shared;
            // Who went away needs no answer.
            let _ = answer(&mut stream, key, sign).await;
        });
    }
}

async fn answer<S: Future<Output = Option<Vec<u8>>>>(
    stream: &mut UnixStream,
    key: &[u8],
    sign: &impl Fn(Vec<u8>) -> S,
) -> io::Result<()> {
    let question = wire::read(stream).await?;
    match question.split_first() {
        Some((&wire::KEY, [])) => wire::write(stream, key).await,
        Some((&wire::SIGN, input)) => match sign(input.to_vec()).await {
            Some(signature) => wire::write(stream, &signature).await,
            None => Ok(()),
        },
        _ => Ok(()),
    }
}

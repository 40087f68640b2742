//! What the two processes say to each other: frames, each with its length in four bytes before it. A question is a frame, and so is
//! the answer to it; whoever does not answer closes the connection.

use std::io;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::UnixStream;

/// Asks for the public key: a JWK.
pub const KEY: u8 = b'k';
/// Before what is to be signed: the signature.
pub const SIGN: u8 = b's';

/// Bytes. A token has 16 KiB at most.
const LONGEST: u32 = 64 * 1024;

pub async fn write(stream: &mut UnixStream, frame: &[u8]) -> io::Result<()> {
    let length = u32::try_from(frame.len()).ok().filter(|length| *length <= LONGEST).ok_or(io::ErrorKind::InvalidInput)?;
    stream.write_all(&length.to_be_bytes()).await?;
    stream.write_all(frame).await
}

pub async fn read(stream: &mut UnixStream) -> io::Result<Vec<u8>> {
    let length = stream.read_u32().await?;
    if length > LONGEST {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let mut frame = vec![0; length as usize];
    stream.read_exact(&mut frame).await?;
    Ok(frame)
}

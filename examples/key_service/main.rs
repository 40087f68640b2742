//! Keys that stay in another process, as with a key management service: `signer.rs` is what your application would have, `service.rs`
//! stands for the service.
//!
//! ```text
//! cargo run --example key_service -- serve keys.socket    # has the private key
//! cargo run --example key_service -- token keys.socket    # a server without one issues a token, and prints it
//! ```

#[cfg(unix)]
pub(crate) mod service;
#[cfg(unix)]
pub(crate) mod signer;
#[cfg(unix)]
mod wire;

#[cfg(unix)]
#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["serve", socket] => unix::serve(socket.as_ref()).await,
        ["token", socket] => {
            println!("{}", unix::token(socket.as_ref()).await?);
            Ok(())
        }
        _ => Err("usage: key_service serve|token SOCKET".into()),
    }
}

#[cfg(not(unix))]
fn main() {
    eprintln!("this example speaks over a Unix socket");
}

#[cfg(unix)]
pub(crate) mod unix {
    use std::error::Error;
    use std::path::Path;
    use std::sync::Arc;
    use std::time::Duration;

    use axum::body::Bytes;
    use axum::http::Request;
    use grantor::{
        Algorithm, AuthorizationServer, Client, ClientCredentials, ClientSecret, Development, Es256, JwtAccessTokens, KeyPair,
        MemoryStore, OAuth21, ServesOAuth as _, SigningKeys, issuer,
    };
    use serde_json::Value;
    use tokio::net::UnixListener;

    use super::service;
    use super::signer::KeyService;

    pub(crate) async fn serve(socket: &Path) -> Result<(), Box<dyn Error>> {
        let key = Arc::new(KeyPair::generate(Algorithm::Es256)?);
        let jwk = serde_json::to_vec(key.public_key())?;
        let sign = move |input: Vec<u8>| {
            let key = key.clone();
            async move { key.sign(&input).ok().map(|signature| signature.as_bytes().to_vec()) }
        };
        service::serve(UnixListener::bind(socket)?, jwk, sign).await?;
        Ok(())
    }

    pub(crate) async fn token(socket: &Path) -> Result<String, Box<dyn Error>> {
        let signer = KeyService::connect(socket, Duration::from_secs(2)).await?;
        let server = AuthorizationServer::builder()
            .profile(Development::<OAuth21>::new())
            .issuer(issuer!("https://auth.example.com"))
            .storage(MemoryStore::new())
            .grant(ClientCredentials::new())
            .enable(SigningKeys::external(Es256, signer)?)
            .enable(JwtAccessTokens::new("https://api.example.com"))
            .build();
        let secret = ClientSecret::generate();
        let client = Client::confidential("job", &secret).scope("read").grant_types(["client_credentials"]).build()?;
        server.register_client(client).await?;
        let form = format!("grant_type=client_credentials&client_id=job&client_secret={}", secret.expose());
        let request =
            Request::post("/token").header("content-type", "application/x-www-form-urlencoded").body(Bytes::from(form))?;
        let answer: Value = serde_json::from_slice(server.handle(request).await.body())?;
        Ok(answer["access_token"].as_str().ok_or_else(|| answer.to_string())?.to_owned())
    }
}

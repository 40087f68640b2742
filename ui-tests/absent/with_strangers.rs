//! A token endpoint of a server at which clients register themselves, or come as URLs of documents.

use std::error::Error;
use std::future::{Future, pending};
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::time::Duration;

use bytes::Bytes;
use grantor::{
    AnyClient, AuthorizationServer, ClientCredentials, ClientHosts, ClientMetadataDocuments, Development, DocumentBody,
    DocumentTransport, DynamicRegistration, Fetcher, MemoryStore, Rfc6749, ServesOAuth as _, issuer,
};
use http::{Request, Response};
use ui_tests::absent::{answer, block_on};

/// A network without hosts.
struct Nowhere;

struct Nothing;

type Failure = Box<dyn Error + Send + Sync>;

impl DocumentBody for Nothing {
    async fn chunk(&mut self) -> Result<Option<Bytes>, Failure> {
        Ok(None)
    }
}

impl DocumentTransport for Nowhere {
    type Body = Nothing;

    async fn resolve(&self, _: &str) -> Result<Vec<IpAddr>, Failure> {
        Err("no such name".into())
    }

    async fn send(&self, _: Request<Bytes>, _: &[SocketAddr]) -> Result<Response<Nothing>, Failure> {
        Err("no such host".into())
    }

    async fn sleep(&self, _: Duration) {
        pending().await
    }

    fn spawn(&self, work: Pin<Box<dyn Future<Output = ()> + Send>>) {
        block_on(work);
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let server = AuthorizationServer::builder()
        .profile(Development::<Rfc6749>::new())
        .issuer(issuer!("https://as.example.com"))
        .storage(MemoryStore::new())
        .fetcher(Fetcher::with(Nowhere))
        .grant(ClientCredentials::new())
        .enable(DynamicRegistration::new(AnyClient::new()))
        .enable(ClientMetadataDocuments::new(ClientHosts::any()))
        .build();
    // All that it has routes for is in the program.
    drop(block_on(server.handle(Request::post("/register").body(Bytes::new())?)));
    answer(&server)
}

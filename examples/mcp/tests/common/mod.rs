//! A running example, on a port of its own.

#![allow(dead_code, reason = "each test program uses its part")]

use std::error::Error;
use std::future::Future;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::time::Duration;

use bytes::Bytes;
use example_mcp::options::{Options, Part};
use grantor::{DocumentBody, DocumentTransport, Fetcher};
use http::{Request, Response};
use tokio::net::TcpListener;

/// The identifier of a client that nobody registered, and where it is described.
pub const DOCUMENT: &str = "https://client.example/mcp.json";

/// The network, as far as it has a document.
struct Network;

/// What is left of it.
struct Rest(Option<Bytes>);

impl DocumentBody for Rest {
    async fn chunk(&mut self) -> Result<Option<Bytes>, Box<dyn Error + Send + Sync>> {
        Ok(self.0.take())
    }
}

impl DocumentTransport for Network {
    type Body = Rest;

    async fn resolve(&self, _: &str) -> Result<Vec<IpAddr>, Box<dyn Error + Send + Sync>> {
        Ok(vec![IpAddr::from([93, 184, 215, 14])])
    }

    async fn send(&self, request: Request<Bytes>, _: &[SocketAddr]) -> Result<Response<Rest>, Box<dyn Error + Send + Sync>> {
        if *request.uri() != DOCUMENT {
            return Ok(Response::builder().status(404).body(Rest(None))?);
        }
        let document = serde_json::json!({
            "client_id": DOCUMENT,
            "client_name": "A client from elsewhere",
            "redirect_uris": ["http://127.0.0.1/callback", "http://localhost/callback"],
            "grant_types": ["authorization_code", "refresh_token"],
            "token_endpoint_auth_method": "none",
        });
        let response = Response::builder().header("content-type", "application/json");
        Ok(response.body(Rest(Some(document.to_string().into())))?)
    }

    async fn sleep(&self, time: Duration) {
        tokio::time::sleep(time).await;
    }

    fn spawn(&self, work: Pin<Box<dyn Future<Output = ()> + Send>>) {
        tokio::spawn(work);
    }
}

/// Where it is.
pub struct Running {
    pub issuer: String,
    pub resource: String,
    /// Of the client `curl`.
    pub secret: String,
}

/// Both parts in one process.
pub async fn serve(change: impl FnOnce(&mut Options)) -> Running {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let mut options = Options::at(listener.local_addr().expect("an address")).expect("options");
    change(&mut options);
    started(listener, &options).await
}

/// Each part at a port of its own.
pub async fn serve_apart(change: impl FnOnce(&mut Options)) -> Running {
    let [first, second] = [TcpListener::bind("127.0.0.1:0").await, TcpListener::bind("127.0.0.1:0").await];
    let (first, second) = (first.expect("a port"), second.expect("a port"));
    let mut options = Options::at(first.local_addr().expect("an address")).expect("options");
    options.resource = format!("http://{}/mcp", second.local_addr().expect("an address"));
    change(&mut options);
    options.part = Some(Part::Mcp);
    started(second, &options).await;
    options.part = Some(Part::Authorization);
    started(first, &options).await
}

async fn started(listener: TcpListener, options: &Options) -> Running {
    let options = &Options { fetcher: Some(Fetcher::with(Network)), ..options.clone() };
    let (router, secret) = example_mcp::serve(options).await.expect("a server");
    tokio::spawn(async move { axum::serve(listener, router).await });
    Running { issuer: options.issuer.clone(), resource: options.resource.clone(), secret: secret.unwrap_or_default() }
}

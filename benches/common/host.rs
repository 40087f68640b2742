//! A host that has one document, and says to keep it for an hour.

use std::error::Error;
use std::future::Future;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use bytes::Bytes;
use grantor::{DocumentBody, DocumentTransport};
use http::{Request, Response};

pub struct Host(pub String);

pub struct Body(Option<Bytes>);

impl DocumentBody for Body {
    async fn chunk(&mut self) -> Result<Option<Bytes>, Box<dyn Error + Send + Sync>> {
        Ok(self.0.take())
    }
}

impl DocumentTransport for Host {
    type Body = Body;

    async fn resolve(&self, _: &str) -> Result<Vec<IpAddr>, Box<dyn Error + Send + Sync>> {
        Ok(vec![Ipv4Addr::new(93, 184, 216, 34).into()])
    }

    async fn send(&self, _: Request<Bytes>, _: &[SocketAddr]) -> Result<Response<Body>, Box<dyn Error + Send + Sync>> {
        let response = Response::builder().header("content-type", "application/json").header("cache-control", "max-age=3600");
        Ok(response.body(Body(Some(self.0.clone().into())))?)
    }

    async fn sleep(&self, _: Duration) {
        std::future::pending().await
    }

    /// Nothing here waits.
    fn spawn(&self, work: Pin<Box<dyn Future<Output = ()> + Send>>) {
        let Poll::Ready(()) = pin!(work).poll(&mut Context::from_waker(Waker::noop())) else { panic!("it waits") };
    }
}

//! The document as a tower service.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{Request, Response};
use tower_service::Service;

use super::ProtectedResourceMetadata;
use crate::http::answer;

impl ProtectedResourceMetadata {
    /// A service that answers at the places of the document, and 404 elsewhere (feature `tower`).
    #[must_use]
    pub fn service(&self) -> ProtectedResourceService {
        ProtectedResourceService(self.clone())
    }
}

/// Serves the metadata of a protected resource. Made by [`ProtectedResourceMetadata::service`].
#[derive(Debug, Clone)]
pub struct ProtectedResourceService(ProtectedResourceMetadata);

impl<B> Service<Request<B>> for ProtectedResourceService {
    type Response = Response<Bytes>;
    type Error = Infallible;
    type Future = Ready<Result<Response<Bytes>, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        ready(Ok(self.0.respond(&request).unwrap_or_else(answer::not_found)))
    }
}

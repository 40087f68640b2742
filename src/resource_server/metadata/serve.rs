//! The document on the wire.

use bytes::Bytes;
use http::{HeaderValue, Request, Response};

use super::ProtectedResourceMetadata;
use crate::http::answer;
use crate::http::cors::{self, Preflight};

impl ProtectedResourceMetadata {
    /// Answers a request for the document (RFC 9728 sections 3.1 and 3.2), from whatever origin: programs in browsers read it, and send
    /// `MCP-Protocol-Version` with the request. `None` if the request is for something else.
    #[must_use]
    pub fn respond<B>(&self, request: &Request<B>) -> Option<Response<Bytes>> {
        if !self.0.place.is_at(request.uri()) {
            return None;
        }
        let mut response = answer::not_read(request.method()).unwrap_or_else(|| {
            let cached = HeaderValue::from_static("public, max-age=300");
            answer::document(request.method(), "application/json", cached, self.0.body.clone())
        });
        cors::allow_any_origin(&mut response, Preflight::of(request));
        Some(response)
    }
}

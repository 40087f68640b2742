//! What a client has with each request besides its parameters: headers, extensions, a proof.

use std::any::Any;

use bytes::Bytes;
use http::header::AUTHORIZATION;
use http::{Extensions, HeaderMap, HeaderName, HeaderValue, Method, Request};

use super::answer::Answer;

#[derive(Default)]
pub(super) struct Outfit {
    headers: HeaderMap,
    extensions: Extensions,
    #[cfg(feature = "jose")]
    dpop: Option<Box<super::dpop::Prover>>,
}

impl Outfit {
    pub(super) fn header(&mut self, name: &str, value: &str) {
        let name: HeaderName = name.parse().unwrap_or_else(|_| panic!("{name:?} is no name of a header"));
        self.headers.append(name, value.parse().unwrap_or_else(|_| panic!("{value:?} is no value of a header")));
    }

    pub(super) fn extension<T: Any + Clone + Send + Sync>(&mut self, extension: T) {
        self.extensions.insert(extension);
    }

    #[cfg(feature = "jose")]
    pub(super) fn dpop(&mut self, key: crate::jose::KeyPair, clock: impl crate::values::clock::Clock) {
        self.dpop = Some(Box::new(super::dpop::Prover::new(key, clock)));
    }

    pub(super) fn put_on(&self, request: &mut Request<Bytes>) {
        request.headers_mut().extend(self.headers.clone());
        request.extensions_mut().extend(self.extensions.clone());
    }

    /// The headers that prove something to the server itself.
    pub(super) fn proving(&self, method: &Method, url: &str) -> HeaderMap {
        self.with_proof(method, url, None).1
    }

    /// The headers that show an access token.
    pub(super) fn presenting(&self, method: &Method, url: &str, access_token: &str) -> HeaderMap {
        let (scheme, mut headers) = self.with_proof(method, url, Some(access_token));
        let value: HeaderValue = format!("{scheme} {access_token}").parse().expect("a token is a header");
        headers.insert(AUTHORIZATION, value);
        headers
    }

    #[cfg(feature = "jose")]
    fn with_proof(&self, method: &Method, url: &str, access_token: Option<&str>) -> (&'static str, HeaderMap) {
        match &self.dpop {
            Some(prover) => ("DPoP", prover.headers(method, url, access_token)),
            None => ("Bearer", HeaderMap::new()),
        }
    }

    #[cfg(not(feature = "jose"))]
    fn with_proof(&self, _: &Method, _: &str, _: Option<&str>) -> (&'static str, HeaderMap) {
        ("Bearer", HeaderMap::new())
    }

    /// Keeps the nonce of an answer; is it one that asks for the request once more, with that nonce?
    #[cfg(feature = "jose")]
    pub(super) fn keeps_nonce(&self, answer: &Answer) -> bool {
        self.dpop.as_ref().is_some_and(|prover| prover.keeps_nonce(answer))
    }

    #[cfg(not(feature = "jose"))]
    pub(super) fn keeps_nonce(&self, _: &Answer) -> bool {
        false
    }
}

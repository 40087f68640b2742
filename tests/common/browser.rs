//! A browser with its cookies, and an application behind the server that suspends each request to a page of its own.

use bytes::Bytes;
use grantor::{Authorization, AuthorizationRequest, ResumeError, ServesOAuth, SuspendsRequests};
use http::{HeaderMap, HeaderValue, Request};

use super::form;

#[derive(Clone, Default)]
pub struct Browser {
    /// In the order in which they were set first, as they are sent (RFC 6265 section 5.4).
    pub cookies: Vec<(String, String)>,
}

impl Browser {
    pub fn headers(&self) -> HeaderMap {
        let pairs: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mut headers = HeaderMap::new();
        if !pairs.is_empty() {
            headers.insert("cookie", pairs.join("; ").parse().expect("a header"));
        }
        headers
    }

    pub fn store(&mut self, set_cookie: &HeaderValue) {
        let text = set_cookie.to_str().expect("text");
        let (name, value) = text.split(';').next().expect("a pair").split_once('=').expect("a pair");
        match self.cookies.iter_mut().find(|(own, _)| own == name) {
            Some((_, old)) => *old = value.to_owned(),
            None => self.cookies.push((name.to_owned(), value.to_owned())),
        }
    }

    /// Sends the request to the authorization endpoint, which finds it valid.
    pub async fn request(&self, server: &impl ServesOAuth, pairs: &[(&str, &str)]) -> AuthorizationRequest {
        let mut request = Request::get(format!("/authorize?{}", form(pairs)));
        request.headers_mut().expect("headers").extend(self.headers());
        match server.authorize(request.body(Bytes::new()).expect("a request")).await {
            Authorization::Interact(request) => request,
            Authorization::Respond(response) => panic!("{response:?}"),
        }
    }

    /// The same, and gets the page to which the application suspends it: gives the handle.
    pub async fn begin_with(&mut self, server: &impl SuspendsRequests, pairs: &[(&str, &str)]) -> String {
        let request = self.request(server, pairs).await;
        let suspended = server.suspend(request).await.expect("suspended");
        self.store(suspended.set_cookie());
        suspended.handle().to_owned()
    }

    /// Posts the form of the page.
    pub async fn resume(&self, server: &impl SuspendsRequests, handle: &str) -> Result<AuthorizationRequest, ResumeError> {
        server.resume(handle, &self.headers()).await
    }
}

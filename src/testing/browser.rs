//! A person's browser, with its cookies.

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Request};

use crate::authorization::{AuthorizationRequest, ResumeError};
use crate::endpoint::Authorization;
use crate::server::facade::{ServesOAuth, SuspendsRequests};

/// A person's browser, with its cookies. It sends authorization requests, and the forms of pages to which they were suspended.
///
/// ```
/// use grantor::testing::{Browser, TestServer};
/// use grantor::{Approval, Subject};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let server = TestServer::new().await;
/// let app = server.app();
/// let mut browser = Browser::default();
///
/// // The person sees a page, and comes back with its form.
/// let handle = browser.begin_with(&*server.server, &app.request()).await;
/// let request = browser.resume(&*server.server, &handle).await.expect("the request");
/// let alice = Subject::new("alice").expect("a name");
/// let answer = app.decided(request.approve(Approval::by(alice))).await;
/// app.redeem(&answer.code()).await.assert_ok();
/// # }
/// ```
#[derive(Debug, Clone, Default)]
pub struct Browser {
    /// In the order in which they were set first, as they are sent (RFC 6265 section 5.4).
    pub cookies: Vec<(String, String)>,
}

impl Browser {
    /// The `Cookie` header, if there are any.
    #[must_use]
    pub fn headers(&self) -> HeaderMap {
        let pairs: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mut headers = HeaderMap::new();
        if !pairs.is_empty() {
            headers.insert("cookie", pairs.join("; ").parse().expect("cookies that were set can be sent"));
        }
        headers
    }

    /// Keeps a cookie.
    ///
    /// # Panics
    ///
    /// If the header has no name and value.
    pub fn store(&mut self, set_cookie: &HeaderValue) {
        let text = set_cookie.to_str().expect("a cookie is text");
        let pair = text.split(';').next().unwrap_or_default();
        let (name, value) = pair.split_once('=').expect("a cookie has a name and a value");
        match self.cookies.iter_mut().find(|(own, _)| own == name) {
            Some((_, old)) => *old = value.to_owned(),
            None => self.cookies.push((name.to_owned(), value.to_owned())),
        }
    }

    /// Sends these parameters to the authorization endpoint, which finds them valid.
    ///
    /// # Panics
    ///
    /// If it does not.
    pub async fn request<N: AsRef<str>, V: AsRef<str>>(
        &self,
        server: &impl ServesOAuth,
        parameters: &[(N, V)],
    ) -> AuthorizationRequest {
        let path = super::client::endpoint(server, "authorization_endpoint").await;
        let mut request = Request::get(format!("{path}?{}", super::client::form(parameters)));
        request.headers_mut().expect("headers").extend(self.headers());
        match server.authorize(request.body(Bytes::new()).expect("a request")).await {
            Authorization::Interact(request) => request,
            Authorization::Respond(response) => panic!("the authorization request is refused: {response:?}"),
        }
    }

    /// The same, and gets the page to which the application suspends it: gives the handle.
    ///
    /// # Panics
    ///
    /// If the request is not valid, or cannot be suspended.
    pub async fn begin_with<N: AsRef<str>, V: AsRef<str>>(
        &mut self,
        server: &impl SuspendsRequests,
        parameters: &[(N, V)],
    ) -> String {
        let request = self.request(server, parameters).await;
        let suspended = server.suspend(request).await.expect("the request is suspended");
        self.store(suspended.set_cookie());
        suspended.handle().to_owned()
    }

    /// Posts the form of the page.
    ///
    /// # Errors
    ///
    /// As [`resume`](crate::AuthorizationEndpoint::resume).
    pub async fn resume(&self, server: &impl SuspendsRequests, handle: &str) -> Result<AuthorizationRequest, ResumeError> {
        server.resume(handle, &self.headers()).await
    }
}

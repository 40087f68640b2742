//! A person's browser, with its cookies.

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Request};

use crate::authorization::{AuthorizationRequest, DeviceRequest, ResumeError};
use crate::endpoint::{Authorization, DeviceError};
use crate::feature::FeaturesOn;
use crate::grant::{DeviceCode, GrantList};
use crate::response_type::ResponseTypeList;
use crate::rules::HasGrant;
use crate::server::AuthorizationServer;
use crate::server::facade::{ServesOAuth, SuspendsRequests};
use crate::storage::{ClientStore, DeferredStore};

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

    /// Types the code of a device on the page for that (RFC 8628 section 3.3), sees what asks, and comes back with the form of that page:
    /// gives the request, to be approved or denied by [`devices`](AuthorizationServer::devices).
    ///
    /// # Errors
    ///
    /// As [`enter`](crate::DeviceVerification::enter).
    pub async fn enter<S, G, R, F, P>(
        &mut self,
        server: &AuthorizationServer<S, G, R, F, P>,
        user_code: &str,
    ) -> Result<DeviceRequest, DeviceError>
    where
        S: ClientStore + DeferredStore,
        G: GrantList + HasGrant<DeviceCode>,
        R: ResponseTypeList,
        F: FeaturesOn<S>,
    {
        let mut request = Request::new(Bytes::new());
        *request.headers_mut() = self.headers();
        let typed = server.devices().enter(user_code, &request).await?;
        self.store(typed.set_cookie());
        server.devices().resume(typed.handle(), &self.headers()).await
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

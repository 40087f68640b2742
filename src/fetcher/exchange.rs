//! One request for a document and what is accepted as an answer to it.

use std::future::{Future, poll_fn};
use std::net::{IpAddr, SocketAddr};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, ETAG, IF_NONE_MATCH, USER_AGENT};
use http::{HeaderMap, HeaderValue, Method, Request, StatusCode};
use serde::de::IgnoredAny;

use super::DocumentForm;
use super::document_url::DocumentUrl;
use super::error::FetchError;
use super::transport::{DocumentBody, DocumentTransport};
use super::{freshness, media_type, special_use};

/// The longest entity tag that is kept, in bytes.
const MAX_ETAG: usize = 256;

/// What is asked for, and within what bounds.
#[derive(Debug)]
pub(super) struct Ask {
    pub(super) url: DocumentUrl,
    /// Of the document that is there already.
    pub(super) etag: Option<HeaderValue>,
    pub(super) timeout: Duration,
    pub(super) max_bytes: usize,
    pub(super) any_address: bool,
    pub(super) form: DocumentForm,
}

/// What came. Each says for how many seconds it is fresh, if it says so.
pub(super) enum Answer {
    /// A text in the form that was asked for.
    Document { text: String, etag: Option<HeaderValue>, lifetime: Option<u64> },
    /// The document that is there already is still the right one.
    NotModified { lifetime: Option<u64> },
}

/// What is posted.
pub(super) struct Content {
    pub(super) content_type: &'static str,
    pub(super) body: Bytes,
}

pub(super) type Work<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// A [`DocumentTransport`] of any type.
pub(super) trait Exchange: Send + Sync {
    fn ask(self: Arc<Self>, ask: Ask) -> Work<Result<Answer, FetchError>>;
    fn tell(self: Arc<Self>, tell: Ask, content: Content) -> Work<Result<(), FetchError>>;
    fn spawn(&self, work: Work<()>);
}

impl<T: DocumentTransport> Exchange for T {
    fn ask(self: Arc<Self>, ask: Ask) -> Work<Result<Answer, FetchError>> {
        Box::pin(async move {
            let answer = within(self.sleep(ask.timeout), answer(&*self, &ask)).await;
            answer.unwrap_or(Err(FetchError::TimedOut(ask.timeout)))
        })
    }

    fn tell(self: Arc<Self>, tell: Ask, content: Content) -> Work<Result<(), FetchError>> {
        Box::pin(async move {
            let told = within(self.sleep(tell.timeout), deliver(&*self, &tell, content)).await;
            told.unwrap_or(Err(FetchError::TimedOut(tell.timeout)))
        })
    }

    fn spawn(&self, work: Work<()>) {
        T::spawn(self, work);
    }
}

/// `None` if the time ends first.
async fn within<T>(time: impl Future<Output = ()>, work: impl Future<Output = T>) -> Option<T> {
    let (mut time, mut work) = (pin!(time), pin!(work));
    poll_fn(|cx| match work.as_mut().poll(cx) {
        Poll::Ready(done) => Poll::Ready(Some(done)),
        Poll::Pending => time.as_mut().poll(cx).map(|()| None),
    })
    .await
}

async fn answer(transport: &impl DocumentTransport, ask: &Ask) -> Result<Answer, FetchError> {
    let addresses = addresses(transport, ask).await?;
    let response = transport.send(request(ask), &addresses).await.map_err(|error| FetchError::Unreachable(error.into()))?;
    let (head, body) = response.into_parts();
    match head.status {
        StatusCode::OK => {}
        StatusCode::NOT_MODIFIED if ask.etag.is_some() => {
            return Ok(Answer::NotModified { lifetime: freshness::lifetime(&head.headers) });
        }
        status => return Err(FetchError::Status(status)),
    }
    if head.headers.get_all(CONTENT_ENCODING).iter().any(|coding| !coding.as_bytes().eq_ignore_ascii_case(b"identity")) {
        return Err(FetchError::Encoded);
    }
    let is_right = match ask.form {
        DocumentForm::Json => media_type::is_json(&head.headers),
        DocumentForm::RequestObject => media_type::is_request_object(&head.headers),
    };
    if !is_right {
        return Err(FetchError::ContentType);
    }
    let text = String::from_utf8(read(body, &head.headers, ask.max_bytes).await?).map_err(|_| FetchError::NotJson)?;
    if ask.form == DocumentForm::Json {
        serde_json::from_str::<IgnoredAny>(&text).map_err(|_| FetchError::NotJson)?;
    }
    let etag = head.headers.get(ETAG).filter(|etag| etag.len() <= MAX_ETAG).cloned();
    Ok(Answer::Document { text, etag, lifetime: freshness::lifetime(&head.headers) })
}

/// Where to connect to: what was looked at, and nothing else. Behind a proxy nobody has looked at anything, unless the URL has an address.
async fn addresses<T: DocumentTransport>(transport: &T, ask: &Ask) -> Result<Vec<SocketAddr>, FetchError> {
    let addresses = match ask.url.address() {
        Some(address) => vec![address],
        None if T::PROXIED => return Ok(Vec::new()),
        None => transport.resolve(ask.url.host()).await.map_err(|error| FetchError::Unresolved(error.into()))?,
    };
    if addresses.is_empty() {
        return Err(FetchError::NoAddress);
    }
    check_addresses(&addresses, ask.any_address)?;
    Ok(addresses.into_iter().map(|address| SocketAddr::new(address, ask.url.port())).collect())
}

/// One address of special use is enough to refuse the host. No honest name of the internet has one, and to use the others would make it
/// depend on the order of an answer whether anybody notices.
pub(super) fn check_addresses(addresses: &[IpAddr], any: bool) -> Result<(), FetchError> {
    match addresses.iter().find(|address| !any && !special_use::is_public(**address)) {
        Some(address) => Err(FetchError::SpecialUse(*address)),
        None => Ok(()),
    }
}

/// Posts something. Of the answer only the status counts: it is not read.
async fn deliver(transport: &impl DocumentTransport, tell: &Ask, content: Content) -> Result<(), FetchError> {
    let addresses = addresses(transport, tell).await?;
    let mut request = request(tell);
    *request.method_mut() = Method::POST;
    request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content.content_type));
    request.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(content.body.len()));
    let request = request.map(|_| content.body);
    let response = transport.send(request, &addresses).await.map_err(|error| FetchError::Unreachable(error.into()))?;
    match response.status() {
        // OpenID Connect Back-Channel Logout section 2.8: some frameworks answer 204.
        StatusCode::OK | StatusCode::NO_CONTENT => Ok(()),
        status => Err(FetchError::Refused(status)),
    }
}

fn request(ask: &Ask) -> Request<Bytes> {
    let mut request = Request::new(Bytes::new());
    *request.uri_mut() = ask.url.uri().clone();
    let headers = request.headers_mut();
    headers.insert(
        ACCEPT,
        HeaderValue::from_static(match ask.form {
            DocumentForm::Json => "application/json, application/*;q=0.9",
            DocumentForm::RequestObject => "application/oauth-authz-req+jwt, application/jwt;q=0.9",
        }),
    );
    headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
    // There are hosts that answer nobody without a name.
    headers.insert(USER_AGENT, HeaderValue::from_static("grantor"));
    if let Some(etag) = &ask.etag {
        headers.insert(IF_NONE_MATCH, etag.clone());
    }
    request
}

async fn read(mut body: impl DocumentBody, headers: &HeaderMap, max_bytes: usize) -> Result<Vec<u8>, FetchError> {
    let announced = match headers.get(CONTENT_LENGTH) {
        Some(length) => Some(length.to_str().ok().and_then(|length| length.parse().ok()).ok_or(FetchError::Length)?),
        None => None,
    };
    if announced.is_some_and(|length: usize| length > max_bytes) {
        return Err(FetchError::TooLong(max_bytes));
    }
    let mut read = Vec::new();
    while let Some(chunk) = body.chunk().await.map_err(|error| FetchError::Unreachable(error.into()))? {
        if chunk.len() > max_bytes - read.len() {
            return Err(FetchError::TooLong(max_bytes));
        }
        read.extend_from_slice(&chunk);
    }
    if announced.is_some_and(|length| length != read.len()) {
        return Err(FetchError::Length);
    }
    Ok(read)
}

//! What a host that a stranger names answers to a fetcher.

use std::error::Error;
use std::future::{Future, pending};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use grantor::{Document, DocumentBody, DocumentTransport, Fetcher, Timestamp};
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response};
use serde_json::Value;
use url::Url;

use super::servers::{START, run};

/// A status and a URL on the first line, then headers, an empty line and the document: it is taken if it may be, and kept for as long as
/// it says.
pub fn fetched(data: &[u8]) {
    let Some(answer) = Answer::read(data) else { return };
    let expected = may_be_fetched(&answer.url) && answer.is_document();
    let lifetime = answer.lifetime();
    let fetched_again_after = |seconds| {
        let host = Host { answer: Arc::new(answer.clone()), requests: Arc::default() };
        let fetcher = Fetcher::with(host.clone()).allow_port(8443);
        let first = run(fetcher.fetch::<Json>(&answer.url, at(0)));
        assert_eq!(first.is_ok(), expected, "{answer:?}: {:?}", first.as_ref().err());
        let second = run(fetcher.fetch::<Json>(&answer.url, at(seconds)));
        first.is_ok_and(|first| second.is_ok_and(|second| !Arc::ptr_eq(&first, &second)))
            && host.requests.load(Ordering::SeqCst) == 2
    };
    assert!(!fetched_again_after(lifetime.unwrap_or(30) - 1), "too early: {answer:?}");
    assert_eq!(fetched_again_after(lifetime.unwrap_or(3_600)), expected, "too late: {answer:?}");
}

fn at(seconds: u64) -> Timestamp {
    START.saturating_add_secs(seconds)
}

#[derive(Clone, Debug)]
struct Answer {
    status: u16,
    url: String,
    headers: HeaderMap,
    body: Bytes,
}

impl Answer {
    fn read(data: &[u8]) -> Option<Self> {
        let end = data.windows(2).position(|two| two == b"\n\n")?;
        let (head, body) = (&data[..end], &data[end + 2..]);
        let mut lines = head.split(|byte| *byte == b'\n');
        let (status, url) = str::from_utf8(lines.next()?).ok()?.split_once(' ')?;
        let mut headers = HeaderMap::new();
        for line in lines {
            let colon = line.iter().position(|byte| *byte == b':')?;
            let value = HeaderValue::from_bytes(line[colon + 1..].trim_ascii()).ok()?;
            headers.append(HeaderName::from_bytes(&line[..colon]).ok()?, value);
        }
        let status = status.parse().ok().filter(|status| (200..600).contains(status))?;
        Some(Self { status, url: url.to_owned(), headers, body: Bytes::copy_from_slice(body) })
    }

    fn values(&self, name: &str) -> Vec<String> {
        self.headers.get_all(name).iter().map(|value| String::from_utf8_lossy(value.as_bytes()).to_ascii_lowercase()).collect()
    }

    fn is_document(&self) -> bool {
        let [content_type] = &self.values("content-type")[..] else { return false };
        let subtype = content_type.split(';').next().and_then(|essence| essence.trim().strip_prefix("application/"));
        let is_json = subtype.is_some_and(|subtype| {
            subtype == "json" || (subtype.len() > 5 && subtype.ends_with("+json") && subtype.bytes().all(is_tchar))
        });
        // The first counts; a client of HTTP refuses what has several.
        let length = self.values("content-length").first().is_none_or(|length| {
            length.strip_prefix('+').unwrap_or(length).bytes().all(|digit| digit.is_ascii_digit())
                && length.parse() == Ok(self.body.len())
        });
        let plain = self.values("content-encoding").iter().all(|coding| coding == "identity");
        let is_read = str::from_utf8(&self.body).is_ok_and(|text| Json::read(text).is_ok());
        self.status == 200 && is_json && length && plain && self.body.len() <= 64 * 1024 && is_read
    }

    /// As the cache control says, where that is easy to tell.
    fn lifetime(&self) -> Option<u64> {
        let [control] = &self.values("cache-control")[..] else { return None };
        if control.contains(['"', '\u{fffd}']) || self.headers.contains_key("age") {
            return None;
        }
        let directives: Vec<_> =
            control.split(',').map(|directive| directive.split_once('=').unwrap_or((directive, ""))).collect();
        let named = |name: &str| directives.iter().find(|(own, _)| own.trim_matches([' ', '\t']) == name);
        if named("no-store").is_some() || named("no-cache").is_some() {
            return Some(30);
        }
        let count = directives.iter().filter(|(name, _)| name.trim_matches([' ', '\t']) == "max-age").count();
        let (_, seconds) = named("max-age").filter(|_| count == 1)?;
        let seconds = seconds.trim_matches([' ', '\t']);
        let is_number = !seconds.is_empty() && seconds.bytes().all(|digit| digit.is_ascii_digit());
        let seconds = if is_number { seconds.parse().unwrap_or(u64::MAX) } else { 0 };
        Some(seconds.clamp(30, 3_600))
    }
}

/// A character of a token (RFC 9110 section 5.6.2).
fn is_tchar(byte: u8) -> bool {
    byte.is_ascii_graphic() && !b"\"(),/:;<=>?@[\\]{}".contains(&byte)
}

/// What is fetched is `https` on a permitted port of the internet, whatever else the URL says.
fn may_be_fetched(text: &str) -> bool {
    let Ok(url) = Url::parse(text) else { return false };
    let host = Host { answer: Arc::new(Answer::read(b"500 x\n\n").expect("an answer")), requests: Arc::default() };
    let checked = Fetcher::with(host).allow_port(8443).check_url(text).is_ok();
    let secret = !url.username().is_empty() || url.password().is_some();
    let special = match url.host() {
        Some(url::Host::Ipv4(address)) => address.is_private() || address.is_loopback() || address.is_link_local(),
        Some(url::Host::Ipv6(address)) => !(0x2000..0x4000).contains(&address.segments()[0]) && address.segments()[0] != 0x64,
        _ => false,
    };
    let port = matches!(url.port_or_known_default(), Some(443 | 8443));
    let never = url.scheme() != "https" || secret || url.fragment().is_some() || !port || special || text.len() > 2_048;
    assert!(!(checked && never), "{text}");
    // What else is refused is a matter of how it is written.
    checked
}

#[derive(Debug)]
struct Json;

impl Document for Json {
    fn read(json: &str) -> Result<Self, &'static str> {
        serde_json::from_str::<Value>(json).map(|_| Self).map_err(|_| "no JSON")
    }

    fn weight(&self) -> usize {
        100
    }
}

/// Always the same answer, from one address of the internet.
#[derive(Clone)]
pub(super) struct Host {
    answer: Arc<Answer>,
    requests: Arc<AtomicUsize>,
}

impl Host {
    /// It gives this as JSON.
    pub(super) fn giving(document: &[u8]) -> Self {
        let answer = Answer::read(&[b"200 x\ncontent-type:application/json\n\n", document].concat()).expect("an answer");
        Self { answer: Arc::new(answer), requests: Arc::default() }
    }
}

pub(super) struct Body(Option<Bytes>);

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

    async fn send(&self, request: Request<Bytes>, _: &[SocketAddr]) -> Result<Response<Body>, Box<dyn Error + Send + Sync>> {
        assert_eq!(request.uri().scheme_str(), Some("https"));
        assert!(request.uri().authority().is_some_and(|authority| !authority.as_str().contains('@')));
        self.requests.fetch_add(1, Ordering::SeqCst);
        let mut response = Response::new(Body(Some(self.answer.body.clone())));
        *response.status_mut() = self.answer.status.try_into()?;
        *response.headers_mut() = self.answer.headers.clone();
        Ok(response)
    }

    async fn sleep(&self, _: Duration) {
        pending().await
    }

    fn spawn(&self, work: Pin<Box<dyn Future<Output = ()> + Send>>) {
        tokio::spawn(work);
    }
}

//! The one way to every document that a stranger names: the keys of a client (`jwks_uri`), its metadata, and the like. Whoever names a
//! URL makes this server send a request, from inside its network, as often as they like; so what is sent, where to, how often, and what
//! is taken for an answer is decided here.

mod document_url;
mod domain;
mod error;
mod exchange;
pub(crate) mod freshness;
mod media_type;
#[cfg(feature = "reqwest")]
mod pinned;
#[cfg(feature = "reqwest")]
mod proxied;
mod special_use;
pub(crate) mod state;
mod transport;

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use document_url::DocumentUrl;
pub use error::{DocumentUrlError, FetchError};
use exchange::{Answer, Ask, Content, Exchange};
#[cfg(feature = "reqwest")]
pub use pinned::PinnedTransport;
#[cfg(feature = "reqwest")]
pub use proxied::ProxiedTransport;
use state::{Asked, Flight, Kept, Key, Outcome, State, Wanted};
pub use transport::{DocumentBody, DocumentTransport};

use crate::typelevel::{Flag, No, Yes};
use crate::values::clock::Timestamp;

/// In which form a document comes.
#[doc(hidden)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DocumentForm {
    /// JSON.
    Json,
    /// A request object (RFC 9101 section 5.2.3).
    RequestObject,
}

/// What a fetched document is read as.
pub trait Document: Sized + Send + Sync + 'static {
    #[doc(hidden)]
    const FORM: DocumentForm = DocumentForm::Json;

    /// The longest document of this kind, in bytes, if that is less than the fetcher permits.
    const MAX_BYTES: usize = usize::MAX;

    /// Reads a document, which is JSON. It is read once and kept as it was read.
    ///
    /// # Errors
    ///
    /// What is wrong with it: it becomes [`FetchError::Invalid`]. Such a document is not kept.
    fn read(json: &str) -> Result<Self, &'static str>;

    /// Is it the document of this URL, which was asked for, as far as it says so itself? Asked once, before it is kept. Without an
    /// implementation it is.
    ///
    /// # Errors
    ///
    /// As those of [`read`](Self::read).
    fn belongs_to(&self, _url: &str) -> Result<(), &'static str> {
        Ok(())
    }

    /// How many bytes of memory it takes, roughly.
    fn weight(&self) -> usize;
}

/// Fetches documents from URLs that strangers name, such as the `jwks_uri` of a client. Clones share what they know, unless one of them is
/// told afterwards to take more or less than the others: other ports, addresses or sizes.
///
/// | | |
/// |---|---|
/// | URL | `https`, no user name, no fragment, port 443 unless [others are permitted](Self::allow_port), at most 2,048 bytes |
/// | address | each that the host has must be one of the public internet: none that the registries of RFC 6890 list; connected to is what was looked at |
/// | answer | 200, JSON in UTF-8, not compressed, within [a time](Self::timeout) and [a size](Self::max_document_bytes); redirects are not followed |
/// | kept | as its `Cache-Control`, `Expires` and `Age` say, within [bounds](Self::keep_for), and confirmed with its `ETag` |
/// | failures | not kept; the same URL is tried again after 2 s, then 4 s, and so on up to the lower bound |
/// | at once | one request for a URL, however many ask; 8 to a host, 32 to the hosts of a domain (`example.com`), 128 in all |
/// | proxy | none, whatever the environment says, unless the transport is a [`ProxiedTransport`](crate::ProxiedTransport): then the proxy has to look at addresses |
///
/// A host with one address of special use is refused although it has others. An IPv4 address behind NAT64 (`64:ff9b::/96`, RFC 6052)
/// counts as the IPv4 address.
///
/// A server has one, [`Builder::fetcher`](crate::Builder::fetcher), for its features. `A` says whether it leaves the public internet
/// alone, so that no server outside of development has one that does not.
///
/// ```
/// # #[cfg(feature = "reqwest")]
/// # async fn f(now: grantor::Timestamp) -> Result<(), Box<dyn std::error::Error>> {
/// use grantor::{Document, Fetcher};
///
/// /// What a `sector_identifier_uri` leads to (OpenID Connect Registration section 5).
/// struct RedirectUris(Vec<String>);
///
/// impl Document for RedirectUris {
///     fn read(json: &str) -> Result<Self, &'static str> {
///         serde_json::from_str(json).map(Self).map_err(|_| "it is not an array of strings")
///     }
///
///     fn weight(&self) -> usize {
///         self.0.iter().map(|uri| uri.len() + size_of::<String>()).sum()
///     }
/// }
///
/// let fetcher = Fetcher::new()?;
/// let uris = fetcher.fetch::<RedirectUris>("https://client.example.com/redirect_uris.json", now).await?;
/// # let _ = uris;
/// # Ok(())
/// # }
/// ```
pub struct Fetcher<A = PublicAddresses> {
    transport: Arc<dyn Exchange>,
    state: Arc<State>,
    cache_bytes: usize,
    timeout: Duration,
    max_bytes: usize,
    ports: Vec<u16>,
    any_address: bool,
    least: u64,
    most: u64,
    reaches: PhantomData<fn() -> A>,
}

mod sealed {
    pub trait Sealed {}
}

/// Which addresses a [`Fetcher`] connects to.
pub trait Addresses: sealed::Sealed + 'static {
    /// Those of special use too.
    #[doc(hidden)]
    type Private: Flag;
}

/// Those of the public internet.
#[derive(Debug, Clone, Copy)]
pub struct PublicAddresses;

/// All, also private ones and this machine's.
#[derive(Debug, Clone, Copy)]
pub struct PrivateAddresses;

impl sealed::Sealed for PublicAddresses {}
impl sealed::Sealed for PrivateAddresses {}

impl Addresses for PublicAddresses {
    type Private = No;
}

impl Addresses for PrivateAddresses {
    type Private = Yes;
}

/// It leaves private addresses alone as before: for a program that decides at run time, under [`Development`](crate::Development), whether
/// to [allow](Fetcher::allow_private_addresses) them.
impl From<Fetcher> for Fetcher<PrivateAddresses> {
    fn from(fetcher: Fetcher) -> Self {
        fetcher.of_the_same()
    }
}

impl<A> Clone for Fetcher<A> {
    fn clone(&self) -> Self {
        Self { transport: self.transport.clone(), state: self.state.clone(), ports: self.ports.clone(), ..*self }
    }
}

/// Unless said otherwise.
const CACHE_BYTES: usize = 8 * 1024 * 1024;

impl Fetcher {
    /// A fetcher that resolves names as the operating system does and connects with `reqwest`. TLS is one of reqwest's own features:
    /// enable one in your `Cargo.toml`.
    ///
    /// # Errors
    ///
    /// That of `reqwest`, if TLS cannot be set up.
    #[cfg(feature = "reqwest")]
    pub fn new() -> Result<Self, reqwest::Error> {
        Ok(Self::with(PinnedTransport::new()?))
    }

    /// A fetcher with a transport of your own.
    #[must_use]
    pub fn with(transport: impl DocumentTransport) -> Self {
        Self {
            transport: Arc::new(transport),
            state: State::new(CACHE_BYTES),
            cache_bytes: CACHE_BYTES,
            timeout: Duration::from_secs(5),
            max_bytes: 64 * 1024,
            ports: Vec::new(),
            any_address: false,
            least: 30,
            most: 60 * 60,
            reaches: PhantomData,
        }
    }
}

impl<A> Fetcher<A> {
    /// How long it may take from resolving the name to the last byte. Without this call: five seconds.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    #[cfg_attr(not(feature = "jose"), allow(dead_code, reason = "what is told is signed"))]
    pub(crate) const fn longest(&self) -> Duration {
        self.timeout
    }

    /// The longest document that is read, in bytes. Without this call: 64 KiB.
    #[must_use]
    pub fn max_document_bytes(mut self, bytes: usize) -> Self {
        self.max_bytes = bytes;
        self.forgetting()
    }

    /// How many bytes the documents that are kept may take, about. Those not asked for longest give way. Without this call: 8 MiB.
    ///
    /// What does not fit into half of it is fetched each time.
    #[must_use]
    pub fn cache_bytes(mut self, bytes: usize) -> Self {
        self.cache_bytes = bytes;
        self.forgetting()
    }

    /// For how long a document is used at least, whatever it says itself, and at most; in whole seconds. Without this call: 30 seconds
    /// and an hour. A document that says nothing is used for five minutes.
    ///
    /// The lower bound is also the shortest time between two requests for one URL that is asked for on demand
    /// ([`refetch`](Self::refetch)), so it is one second or more; a key that its owner has withdrawn may be used up to the upper one.
    #[must_use]
    pub fn keep_for(mut self, at_least: Duration, at_most: Duration) -> Self {
        self.least = at_least.as_secs().max(1);
        self.most = at_most.as_secs().max(self.least);
        self
    }

    /// Permits a port beside 443.
    #[must_use]
    pub fn allow_port(mut self, port: u16) -> Self {
        self.ports.push(port);
        self.forgetting()
    }

    /// Permits addresses of special use: private ones, this machine, the metadata of the cloud. **For tests and development**, or where
    /// only people of the house can name URLs: whoever names one can send this server's request to whatever it can reach. A server takes
    /// such a fetcher under the profile [`Development`](crate::Development) only.
    #[must_use]
    pub fn allow_private_addresses(self) -> Fetcher<PrivateAddresses> {
        Fetcher { any_address: true, ..self.forgetting().of_the_same() }
    }

    /// What is kept is what these bounds let through: whoever has others, though a clone of it, neither gets it nor waits for it.
    fn forgetting(mut self) -> Self {
        self.state = State::new(self.cache_bytes);
        self
    }

    /// The same, whatever its type says of addresses.
    pub(crate) fn of_the_same<B>(self) -> Fetcher<B> {
        let Self { transport, state, cache_bytes, timeout, max_bytes, ports, any_address, least, most, .. } = self;
        Fetcher { transport, state, cache_bytes, timeout, max_bytes, ports, any_address, least, most, reaches: PhantomData }
    }

    /// May the URL be fetched, as far as can be said without asking anybody? For when one is registered.
    ///
    /// # Errors
    ///
    /// The rule that it breaks, or [`FetchError::SpecialUse`] for an address.
    pub fn check_url(&self, url: &str) -> Result<(), FetchError> {
        let url = DocumentUrl::parse(url, &self.ports)?;
        exchange::check_addresses(&url.address().into_iter().collect::<Vec<_>>(), self.any_address)
    }

    /// The document of the URL: the one that is kept, or else a new one.
    ///
    /// If the caller goes away, the request is finished all the same, and others who wait for it get the document.
    ///
    /// # Errors
    ///
    /// [`FetchError`] says why there is none. An old document is not used in its place.
    pub async fn fetch<T: Document>(&self, url: &str, now: Timestamp) -> Result<Arc<T>, FetchError> {
        self.obtain(url, now, Wanted::Fresh).await
    }

    /// The document of the URL as it is now, because the one that is kept lacks something, such as the key with an identifier that has
    /// just come up. If it was fetched a moment ago (the lower bound of [`keep_for`](Self::keep_for)), it is the one that is kept.
    ///
    /// # Errors
    ///
    /// [`FetchError`] says why there is none. The document that is kept stays and may be [fetched](Self::fetch).
    pub async fn refetch<T: Document>(&self, url: &str, now: Timestamp) -> Result<Arc<T>, FetchError> {
        self.obtain(url, now, Wanted::Newest).await
    }

    /// The document of the URL, if one is kept that may be used now: nothing is looked at but the text of the URL.
    pub(crate) fn kept<T: Document>(&self, url: &str, now: Timestamp) -> Option<Arc<T>> {
        let known = self.state.known(&Key::of::<T>(url), Wanted::Fresh, now, self.least)?;
        document(known).ok()
    }

    /// Posts something to the URL, within the same bounds: the same URLs and addresses, the same time, as many at once. 200 and 204 say that
    /// it was taken. Nothing of the answer is read, and nothing is posted again: that is for whoever has it to post.
    ///
    /// # Errors
    ///
    /// [`FetchError`] says why it was not taken.
    pub async fn post(&self, url: &str, content_type: &'static str, body: Bytes) -> Result<(), FetchError> {
        let url = DocumentUrl::parse(url, &self.ports)?;
        let _post = self.state.post(url.host()).ok_or(FetchError::Busy)?;
        let (timeout, max_bytes, any_address) = (self.timeout, 0, self.any_address);
        let ask = Ask { url, etag: None, timeout, max_bytes, any_address, form: DocumentForm::Json };
        self.transport.clone().tell(ask, Content { content_type, body }).await
    }

    async fn obtain<T: Document>(&self, url: &str, now: Timestamp, wanted: Wanted) -> Result<Arc<T>, FetchError> {
        let key = Key::of::<T>(url);
        // Only the key of a URL that was checked is known.
        if let Some(known) = self.state.known(&key, wanted, now, self.least) {
            return document(known);
        }
        let url = DocumentUrl::parse(url, &self.ports)?;
        let mut landed = match self.state.ask(key, url.host(), wanted, now, self.least) {
            Asked::Known(known) => return document(known),
            Asked::Joined(landed) => landed,
            Asked::First(flight, landed, kept) => {
                self.begin::<T>(url, flight, kept, now);
                landed
            }
        };
        // Without an outcome only if the runtime has ended.
        let outcome = landed.wait_for(Option::is_some).await.ok().and_then(|outcome| outcome.clone());
        document(outcome.unwrap_or(Err(FetchError::GivenUp)))
    }

    fn begin<T: Document>(&self, url: DocumentUrl, flight: Flight, kept: Option<Arc<Kept>>, now: Timestamp) {
        let (least, most) = (self.least, self.most);
        let answer = self.transport.clone().ask(Ask {
            url,
            etag: kept.as_ref().and_then(|kept| kept.etag.clone()),
            timeout: self.timeout,
            max_bytes: self.max_bytes.min(T::MAX_BYTES),
            any_address: self.any_address,
            form: T::FORM,
        });
        self.transport.spawn(Box::pin(async move {
            let new = answer.await.and_then(|answer| read::<T>(answer, flight.url(), kept.as_deref(), now));
            flight.land(new.map(|new| Kept { lifetime: new.lifetime.clamp(least, most), ..new }));
        }));
    }
}

/// For how many seconds a document is used that says nothing of it.
const USUAL_LIFETIME: u64 = 300;

fn read<T: Document>(answer: Answer, url: &str, kept: Option<&Kept>, now: Timestamp) -> Result<Kept, FetchError> {
    match answer {
        Answer::Document { text, etag, lifetime } => {
            let document = T::read(&text).map_err(FetchError::Invalid)?;
            document.belongs_to(url).map_err(FetchError::Invalid)?;
            let lifetime = lifetime.unwrap_or(USUAL_LIFETIME);
            Ok(Kept { weight: document.weight(), document: Arc::new(document), etag, fetched_at: now, lifetime })
        }
        Answer::NotModified { lifetime } => {
            // It was asked for with the tag of what is kept.
            let kept = kept.cloned().ok_or(FetchError::Status(http::StatusCode::NOT_MODIFIED))?;
            Ok(Kept { lifetime: lifetime.unwrap_or(kept.lifetime), fetched_at: now, ..kept })
        }
    }
}

/// What is kept under a key is of the key's type.
fn document<T: Document>(outcome: Outcome) -> Result<Arc<T>, FetchError> {
    outcome?.document.clone().downcast().map_err(|_| FetchError::GivenUp)
}

/// The settings; nothing of what is kept.
impl<A> fmt::Debug for Fetcher<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fetcher")
            .field("timeout", &self.timeout)
            .field("max_document_bytes", &self.max_bytes)
            .field("keep_for", &(self.least..=self.most))
            .field("ports", &self.ports)
            .field("private_addresses", &self.any_address)
            .finish_non_exhaustive()
    }
}

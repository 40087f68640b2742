//! Authorization requests that clients sign (JWT-Secured Authorization Request, JAR, RFC 9101). Feature `jose`.

mod object;
mod policy;
mod refer;
mod refusal;

use std::fmt;
use std::marker::PhantomData;

use object::{Expected, Read, RequestObject};
pub use policy::{OnlyOnce, Repeatable, RepetitionPolicy, RequestSigningPolicy, SigningOptional, SigningRequired};
use refusal::Refusal;

use crate::authorization::{Checking, INVALID_REQUEST_URI, Once, Unpacked};
use crate::client::{Client, ClientRejection};
use crate::core::{Core, Manners};
use crate::extension::metadata::{Metadata, MetadataContext};
use crate::feature::client_keys::{self, ClientKeys, FetchedKeys, InlineKeys, KnownKeys, Tried};
use crate::feature::{Feature, FeatureOn, Here, sealed};
use crate::http::call::Call;
use crate::http::parameters::Parameter;
use crate::jose::{Algorithm, PermittedAlgorithms};
use crate::storage::{ReplayKey, ReplayStore};
use crate::typelevel::choice::Open;
use crate::typelevel::{Flag, List, No};
use crate::values::asked::Asked;
use crate::values::clock::Timestamp;
use crate::values::error::{ErrorCode, OAuthError, StoreError};

const REQUEST: &str = "request";
const REQUEST_URI: &str = "request_uri";
const PARAMETERS: &[Parameter] = &[Parameter::once(REQUEST), Parameter::once(REQUEST_URI)];

/// RFC 9101 section 7.
const INVALID_REQUEST_OBJECT: ErrorCode = ErrorCode::extension("invalid_request_object");
const REQUEST_URI_NOT_SUPPORTED: ErrorCode = ErrorCode::extension("request_uri_not_supported");

/// What is left of the parameters is a reference to something that was not pushed here.
const REFUSED: &[(&str, ErrorCode)] = &[(REQUEST_URI, INVALID_REQUEST_URI)];

/// Clients sign their authorization requests (JAR, RFC 9101): nobody in between changes what is asked for, and who asked cannot deny it.
///
/// | a request object comes | as |
/// |---|---|
/// | by value | `request`, at the authorization endpoint, or where requests are [pushed](crate::PushedAuthorizationRequests) |
/// | by reference | a `request_uri` that the client has registered, exactly, in its [`request_uris`](crate::ClientBuilder::request_uris) |
///
/// | constructor | the keys of a client are | by reference | needs |
/// |---|---|---|---|
/// | [`new`](Self::new) | in its record, or at its `jwks_uri` | yes | a [`fetcher`](crate::Builder::fetcher) |
/// | [`inline_keys`](Self::inline_keys) | in its record | `request_uri_not_supported` | |
///
/// Without [`required`](Self::required) clients may sign, and those that registered
/// [`require_signed_request_object`](crate::ClientBuilder::require_signed_request_object) have to.
///
/// # What is accepted
///
/// A JWT of at most 64 KiB. Beside it only the `client_id` counts, which has to be the same; where the scope has `openid`, a `response_type`
/// beside it has to be the same, too. All other parameters beside it are ignored (section 6.3).
///
/// | | |
/// |---|---|
/// | `typ` | `oauth-authz-req+jwt`, `JWT`, or none |
/// | `alg` | one of [`algorithms`](Self::algorithms); the client's `request_object_signing_alg`, if it registered one; never `none` |
/// | `client_id`, `iss` | both the client |
/// | `aud` | the issuer of this server, or an array with it |
/// | `sub` | not the client: that would be an assertion with which it authenticates (section 10.8) |
/// | `exp`, `nbf`, `iat` | `exp` to come, the others at most ten seconds ahead; see [`short_lived`](Self::short_lived) |
/// | `request`, `request_uri` | not there |
/// | all others | parameters: texts as they are, numbers and objects as JSON, `resource` also as an array |
///
/// Anything else is `invalid_request_object`. What costs little comes first, the signature after it. The error goes to the redirect URI
/// beside the object if there is one that the client has registered, else it is a page, and where requests are pushed it is JSON.
///
/// ```
/// use grantor::{
///     AuthorizationCode, AuthorizationServer, Code, Development, MemoryStore, OAuth21, PushedAuthorizationRequests, RequestObjects,
///     issuer,
/// };
///
/// let server = AuthorizationServer::builder()
///     .profile(Development::<OAuth21>::new())
///     .issuer(issuer!("https://auth.example.com"))
///     .storage(MemoryStore::new())
///     .grant(AuthorizationCode::new())
///     .response_type(Code)
///     .enable(PushedAuthorizationRequests::required())
///     .enable(RequestObjects::inline_keys().required())
///     .build();
/// # let _ = server;
/// ```
pub struct RequestObjects<K = FetchedKeys, R = SigningOptional, N = Repeatable> {
    algorithms: PermittedAlgorithms,
    short_lived: bool,
    known: KnownKeys,
    settings: Settings<K, R, N>,
}

/// What is in the type alone.
type Settings<K, R, N> = PhantomData<fn() -> (K, R, N)>;

impl RequestObjects {
    /// Keys from the records of clients and from where they publish them, request objects by value and by reference.
    #[must_use]
    pub fn new() -> Self {
        Self::of_all_algorithms()
    }
}

impl RequestObjects<InlineKeys> {
    /// Keys from the records of clients alone, request objects by value alone. This server sends no request for a client.
    #[must_use]
    pub fn inline_keys() -> Self {
        Self::of_all_algorithms()
    }
}

impl<K> RequestObjects<K> {
    fn of_all_algorithms() -> Self {
        let algorithms = PermittedAlgorithms::default();
        Self { algorithms, short_lived: false, known: KnownKeys::new(), settings: PhantomData }
    }
}

impl<K, R, N> RequestObjects<K, R, N> {
    /// Accepts signatures by these algorithms and no others, of which there is at least one. Without this call: all of [`Algorithm`].
    ///
    /// A profile may have less (`Fapi2`: `PS256`, `ES256` and `EdDSA`). Where it has none of these, whatever is signed is refused, and an
    /// error is logged when the server is built.
    #[must_use]
    pub fn algorithms<const A: usize>(mut self, algorithms: [Algorithm; A]) -> Self {
        const { assert!(A > 0, "name at least one algorithm: no client could sign a request") };
        self.algorithms = PermittedAlgorithms::new(algorithms);
        self
    }

    /// A request object has to say when it begins and when it ends: `nbf` at most 60 minutes ago, and `exp` at most 60 minutes after it (FAPI
    /// 2.0 Message Signing section 5.3.1). So it is under [`Fapi2`](crate::Fapi2) without this call. Elsewhere they need not be there.
    #[must_use]
    pub fn short_lived(mut self) -> Self {
        self.short_lived = true;
        self
    }

    /// All requests have to be signed (section 10.5): without a request object they are `invalid_request`. Those of devices
    /// ([`DeviceCode`](crate::DeviceCode)) are none of these: they are sent by the client itself, and have no request object.
    #[must_use]
    pub fn required(self) -> RequestObjects<K, SigningRequired, N> {
        self.with()
    }

    /// A request object is good once: it has to have a `jti`, and to be [short-lived](Self::short_lived). The storage has to be a
    /// [`ReplayStore`].
    ///
    /// For requests that are pushed. At the authorization endpoint it keeps a person from going back, or from loading the page again.
    #[must_use]
    pub fn once(self) -> RequestObjects<K, R, OnlyOnce> {
        self.short_lived().with()
    }

    fn with<Q, M>(self) -> RequestObjects<K, Q, M> {
        let Self { algorithms, short_lived, known, .. } = self;
        RequestObjects { algorithms, short_lived, known, settings: PhantomData }
    }
}

impl Default for RequestObjects {
    fn default() -> Self {
        Self::new()
    }
}

/// A request object that is good, if it is here for the first time.
struct Opened {
    parameters: Vec<(String, String)>,
    once: Option<(ReplayKey, Timestamp)>,
}

impl<K: ClientKeys, R: RequestSigningPolicy, N: RepetitionPolicy> RequestObjects<K, R, N> {
    /// The request object of a request, if it has one.
    ///
    /// # Errors
    ///
    /// Where nobody knows whether it is good. Where it is not, the inner error is for its client.
    async fn find<S>(
        &self,
        core: &Core<S>,
        call: &Call<'_>,
        client: &Client,
    ) -> Result<Option<Result<Opened, OAuthError>>, OAuthError> {
        let parameters = call.parameters();
        parameters.reject_repeats(&[PARAMETERS])?;
        let (now, fetcher) = (core.now(), core.fetcher.as_ref().filter(|_| K::Fetched::VALUE));
        let published;
        let text = match (parameters.get(REQUEST), parameters.get(REQUEST_URI), fetcher) {
            (None, None, _) => return Ok(None),
            (Some(_), Some(_), _) => {
                return Err(OAuthError::invalid_request("request and request_uri exclude each other (RFC 9101 section 5)"));
            }
            (Some(text), None, _) => text,
            // What was pushed here is another feature's.
            (None, Some(uri), _) if uri.starts_with("urn:") => return Ok(None),
            (None, Some(_), None) => {
                let error = OAuthError::new(REQUEST_URI_NOT_SUPPORTED, "this server fetches no request objects");
                return Ok(Some(Err(error)));
            }
            (None, Some(uri), Some(_)) if !refer::is_registered(client, uri) => {
                let error = OAuthError::new(INVALID_REQUEST_URI, "the request_uri is not one that the client has registered");
                return Ok(Some(Err(error)));
            }
            (None, Some(uri), Some(fetcher)) => match refer::fetch(fetcher, client, uri, now).await {
                Ok(found) => {
                    published = found;
                    published.0.as_str()
                }
                Err(error) => return Ok(Some(Err(error))),
            },
        };
        let expected = Expected {
            client_id: client.id().as_str(),
            issuer: core.issuer.as_str(),
            short_lived: self.short_lived,
            once: N::ONCE,
            response_type: parameters.get("response_type"),
        };
        let tried = Tried { client, fetcher: core.fetcher.as_ref(), now };
        let opened = self.open(text, &expected, tried).await?;
        Ok(Some(opened.map_err(|refusal| refused(client, refusal))))
    }

    async fn open(&self, text: &str, expected: &Expected<'_>, tried: Tried<'_>) -> Result<Result<Opened, Refusal>, OAuthError> {
        let client = tried.client;
        let permitted = self.algorithms.of(client.request_object_signing_alg());
        let read = RequestObject::decode(text).and_then(|object| Ok((object.read(permitted, expected, tried.now)?, object)));
        let (Read { parameters, once }, object) = match read {
            Ok(read) => read,
            Err(refusal) => return Ok(Err(refusal)),
        };
        if let Err(unsigned) = self.known.signed::<K>(tried, |keys| object.verify(permitted, keys)).await? {
            return Ok(Err(unsigned.into()));
        }
        let key = |jti: String| ReplayKey::new("request_object", client.id().as_str(), &jti);
        Ok(Ok(Opened { parameters, once: once.map(|(jti, until)| (key(jti), until)) }))
    }
}

fn refused(client: &Client, refusal: Refusal) -> OAuthError {
    tracing::info!(client_id = %client.id(), reason = %refusal, "refused a request object");
    told(refusal)
}

fn told(refusal: Refusal) -> OAuthError {
    OAuthError::new(INVALID_REQUEST_OBJECT, refusal.to_string())
}

/// A device's request stands for none (RFC 8628 section 3.1).
fn is_unpacked(call: &Call<'_>) -> Result<(), OAuthError> {
    match call.parameters().get(REQUEST) {
        None => Ok(()),
        Some(_) => Err(OAuthError::invalid_request("a request object has a redirect URI, which this request cannot have")),
    }
}

fn unpacked(opened: Result<Opened, OAuthError>) -> Unpacked {
    match opened {
        Ok(Opened { parameters, once: None }) => Unpacked::signed(&parameters),
        Ok(Opened { parameters, once: Some((key, until)) }) => {
            Unpacked::signed(&parameters).good_once(Once { key, until, refusal: told(Refusal::Used) })
        }
        Err(error) => Unpacked::broken(error),
    }
}

impl<K, R, N> fmt::Debug for RequestObjects<K, R, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestObjects")
            .field("algorithms", &self.algorithms.names())
            .field("short_lived", &self.short_lived)
            .finish_non_exhaustive()
    }
}

crate::wire_name!(impl<K, R, N> RequestObjects<K, R, N> = "request_object_signing_alg_values_supported");
impl<K, R, N> sealed::Sealed for RequestObjects<K, R, N> {}

#[diagnostic::do_not_recommend]
impl<K: ClientKeys, R: RequestSigningPolicy, N: RepetitionPolicy> Feature for RequestObjects<K, R, N> {
    type Format = Open;
    type Keys = Open;
    type Signs = No;
    type KeysVanish = No;
    type NamesNoAlgorithm = No;
    type NeedsMasterKeys = No;
    type NeedsFetcher = K::Fetched;
    type Assures = R::Assures;
    const OPENS_SIGNED_REQUESTS: bool = true;
    const AUTHORIZATION_PARAMETERS: &'static [Parameter] = PARAMETERS;
    const REFUSED_PARAMETERS: &'static [(&'static str, ErrorCode)] = REFUSED;
    fn format(&self) -> &Open {
        &Open
    }
    fn keys(&self) -> &Open {
        &Open
    }
    fn keep_to(&mut self, manners: Manners) {
        self.algorithms.narrow("RequestObjects", |name| manners.permit_algorithm(name));
        self.short_lived |= manners.short_lived_requests;
    }
    fn describe(&self, _: &MetadataContext<'_>, metadata: &mut Metadata) {
        metadata.request_parameter_supported = true;
        metadata.request_uri_parameter_supported = Some(K::Fetched::VALUE);
        metadata.require_request_uri_registration = K::Fetched::VALUE;
        metadata.takes_no_request_uris_beside_pushed();
        metadata.request_object_signing_alg_values_supported = self.algorithms.names().to_vec();
        metadata.require_signed_request_object = !<R::Assures as List>::IsEmpty::VALUE;
    }
    fn check_client(&self, client: &Client, here: Here<'_>, reasons: &mut Vec<ClientRejection>) {
        let has_to = !<R::Assures as List>::IsEmpty::VALUE && client.response_types().next().is_some();
        let registered = client.request_object_signing_alg();
        if !has_to && !client.requires_signed_request_object() && registered.is_none() {
            return;
        }
        let permitted = self.algorithms.of(registered);
        match registered {
            Some(name) if permitted.is_empty() => reasons.push(ClientRejection::UnknownRequestAlgorithm(name.to_owned())),
            _ if client.jwks().is_none() && client.jwks_uri().is_none() => reasons.push(ClientRejection::NoKeys),
            _ => reasons.extend(client_keys::rejection::<K>(client, permitted, here.fetcher)),
        }
        if let Some(fetcher) = here.fetcher.filter(|_| K::Fetched::VALUE) {
            let refused = |uri: &str| fetcher.check_url(uri.split('#').next().unwrap_or(uri)).err();
            let refused = client.request_uris().filter_map(refused);
            reasons.extend(refused.map(|error| ClientRejection::RequestUri(error.to_string())));
        }
    }
}

impl<S: Send + Sync, K: ClientKeys, R: RequestSigningPolicy> FeatureOn<S> for RequestObjects<K, R, Repeatable> {
    async fn unpack(&self, core: &Core<S>, call: &Call<'_>, client: &Client) -> Result<Option<Unpacked>, OAuthError> {
        // In a box, as below: fetching is many layers deep, and all features are inside each other.
        Ok(Box::pin(self.find(core, call, client)).await?.map(unpacked))
    }

    async fn check(&self, _: &Core<S>, call: &Call<'_>, _: &Checking<'_>, _: &mut Asked) -> Result<(), OAuthError> {
        is_unpacked(call)
    }
}

impl<S: ReplayStore, K: ClientKeys, R: RequestSigningPolicy> FeatureOn<S> for RequestObjects<K, R, OnlyOnce> {
    async fn unpack(&self, core: &Core<S>, call: &Call<'_>, client: &Client) -> Result<Option<Unpacked>, OAuthError> {
        Ok(Box::pin(self.find(core, call, client)).await?.map(unpacked))
    }

    async fn check(&self, _: &Core<S>, call: &Call<'_>, _: &Checking<'_>, _: &mut Asked) -> Result<(), OAuthError> {
        is_unpacked(call)
    }

    async fn first_time(&self, core: &Core<S>, client: &Client, once: &Once) -> Result<bool, StoreError> {
        let is_first = core.storage.first_time(&core.issuer, &once.key, once.until, core.now()).await?;
        if !is_first {
            refused(client, Refusal::Used);
        }
        Ok(is_first)
    }
}

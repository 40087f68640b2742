//! What issuing asks of the features of a server. A list of features answers for all of them, with static calls.

use std::fmt;
use std::future::Future;
use std::sync::Arc;

use http::{Extensions, HeaderMap, Method};
#[cfg(feature = "jose")]
use http::{HeaderName, HeaderValue};
use serde_json::{Map, Value};

use crate::authorization::{ApprovedRequest, AuthorizationResponse};
use crate::client::Client;
use crate::core::Core;
use crate::http::call::Call;
use crate::issue::{IssueContext, Keyring, StepKind, TokenFormat, Withheld};
use crate::storage::{FamilyId, FoundToken, TokenDetails};
use crate::values::asked::Asked;
use crate::values::error::{OAuthError, StoreError};
use crate::values::lifetime::AccessTokenLifetime;
use crate::values::resource::ResourceIdentifier;

/// The confirmation method of the key that an authorization request names (RFC 9449 sections 6.1 and 10).
const JKT: &str = "jkt";

/// The phases of issuing.
#[doc(hidden)]
pub trait IssueHooks<S>: Send + Sync + 'static {
    /// May an active token still be taken for active? What is said of it may be less than it was.
    fn admit(&self, core: &Core<S>, found: &mut FoundToken) -> impl Future<Output = Result<bool, StoreError>> + Send;
    /// Says for what an access token is, before it is bound to anything.
    fn aim(&self, cx: &IssueContext<'_, S>, binding: &mut Binding) -> impl Future<Output = Result<(), OAuthError>> + Send;
    /// What an access token is for where neither the client nor the grant names a resource, if a feature says so.
    fn default_resource(&self) -> Option<&ResourceIdentifier>;
    /// Says what an access token permits in detail, once it is known for what it is.
    fn narrow(&self, cx: &IssueContext<'_, S>, binding: &mut Binding) -> impl Future<Output = Result<(), OAuthError>> + Send;
    /// Looks at a token request and binds what is granted to it.
    fn bind(&self, cx: &IssueContext<'_, S>, binding: &mut Binding) -> impl Future<Output = Result<(), OAuthError>> + Send;
    /// To which of the keys to which an access token is bound does the request that presents it prove to have them?
    fn confirm(
        &self,
        core: &Core<S>,
        shown: &Shown<'_>,
        confirmed: &mut Confirmed,
    ) -> impl Future<Output = Result<(), OAuthError>> + Send;
    /// By which algorithms requests may prove to have a key with which they present tokens; none if they cannot.
    fn proof_algorithms(&self) -> &[&'static str];
    /// Tells a client that sent a proof what it needs for the next, where the answer has no tokens.
    fn tell(&self, core: &Core<S>, call: &Call<'_>, headers: &mut HeaderMap);
    /// Adds to what goes out with codes and tokens.
    fn respond<K: Keyring>(
        &self,
        cx: &IssueContext<'_, S>,
        keys: &K,
        response: &mut Withheld,
    ) -> impl Future<Output = Result<(), OAuthError>> + Send;
    /// Joins what a person approved to their sign-in, directly before the step that stores it: nothing else can fail any more.
    fn join(&self, core: &Core<S>, approved: &ApprovedRequest) -> impl Future<Output = Result<(), OAuthError>> + Send;
    /// Writes an authorization response, or an error, anew as the response mode of this name has it; `None` if no feature brings the
    /// mode.
    fn encode_response<K: Keyring>(
        &self,
        core: &Core<S>,
        keys: &K,
        client: &Client,
        mode: &str,
        response: &AuthorizationResponse,
    ) -> impl Future<Output = Result<Option<AuthorizationResponse>, OAuthError>> + Send;
}

/// What one of the features chose for the whole server, or the library if none did.
#[doc(hidden)]
pub trait Choices<S> {
    /// How access tokens are made and found.
    type Format: TokenFormat<S>;
    /// What signs.
    type Keys: Keyring;
    fn format(&self) -> &Self::Format;
    fn keys(&self) -> &Self::Keys;
}

/// All that issuing needs.
#[doc(hidden)]
pub trait Issuing<S>: IssueHooks<S> + Choices<S> {}
impl<S, F: IssueHooks<S> + Choices<S>> Issuing<S> for F {}

/// What is granted, before anything of it is made.
#[doc(hidden)]
#[derive(Debug)]
pub struct Binding {
    pub(crate) access: TokenDetails,
    pub(crate) renewable: Option<TokenDetails>,
    /// The authorization that is continued by a refresh.
    pub(crate) continues: Option<FamilyId>,
    /// The authorization that was there before, if one was.
    pub(crate) of: Option<FamilyId>,
    /// Is it refused by the step, as something that was used before?
    pub(crate) replays: bool,
    /// Is it a new authorization, which nobody approved before?
    pub(crate) begins: bool,
    /// Does it descend from another one, that was approved before?
    pub(crate) descends: bool,
    /// The grant has decided for what the access token is: for all of its audience, whatever the request names.
    pub(crate) exactly: bool,
    /// A feature knows each of the resources that the grant decided for.
    pub(crate) knows_resources: bool,
    /// For whom a token is in this format if nobody says it.
    pub(crate) default_resource: Option<Arc<str>>,
    /// How long the access token lives, whatever the grant, the client or the server says.
    pub(crate) lifetime: Option<AccessTokenLifetime>,
    /// What else it says, where its format can say it.
    pub(crate) claims: Map<String, Value>,
    /// The authorization request that is answered, if there was one.
    pub(crate) asked: Option<Arc<Asked>>,
    /// What is continued, if only the owner of a key may continue it.
    bound: Option<TokenDetails>,
    /// The methods by which the request has proved to have a key.
    proven: Vec<&'static str>,
    /// To what it is bound if to nothing else.
    otherwise: Option<Box<Confirmation>>,
    /// Why it is refused if it is bound to nothing.
    unbound: Option<Box<OAuthError>>,
    /// Headers of the answer.
    pub(crate) headers: Option<Box<HeaderMap>>,
}

/// A member of `cnf`, and whether it binds what may be renewed, too.
#[derive(Debug)]
#[cfg_attr(not(feature = "mtls"), allow(dead_code, reason = "a certificate is what binds where nothing else does"))]
struct Confirmation {
    method: &'static str,
    value: Value,
    renewable: bool,
}

/// An access token that a request presents to an endpoint of the server's own.
#[doc(hidden)]
#[derive(Clone, Copy)]
#[cfg_attr(not(all(feature = "jose", feature = "mtls")), allow(dead_code, reason = "who asks, and who answers, may be off"))]
pub struct Shown<'a> {
    pub(crate) method: &'a Method,
    pub(crate) headers: &'a HeaderMap,
    /// What layers before the server know of it.
    pub(crate) extensions: &'a Extensions,
    /// Of the endpoint, as the metadata has it.
    pub(crate) url: &'a str,
    pub(crate) token: &'a str,
    /// To what it is bound (`cnf`).
    pub(crate) confirmation: &'a Value,
}

impl fmt::Debug for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shown").field("method", self.method).field("url", &self.url).finish_non_exhaustive()
    }
}

/// The keys that a request has proved to have.
#[doc(hidden)]
#[derive(Debug, Default)]
#[cfg_attr(not(all(feature = "jose", feature = "mtls")), allow(dead_code, reason = "who asks, and who answers, may be off"))]
pub struct Confirmed {
    /// The methods by which it has.
    methods: Vec<&'static str>,
    /// Headers of the answer.
    pub(crate) headers: Option<Box<HeaderMap>>,
}

#[cfg_attr(not(all(feature = "jose", feature = "mtls")), allow(dead_code, reason = "who asks, and who answers, may be off"))]
impl Confirmed {
    /// By this one, too.
    pub(crate) fn by(&mut self, method: &'static str) {
        self.methods.push(method);
    }

    /// Every one of these keys? Of nothing that is not an object (RFC 7800 section 3.1).
    pub(crate) fn covers(&self, confirmation: &Value) -> bool {
        let keys = confirmation.as_object().filter(|keys| !keys.is_empty());
        keys.is_some_and(|keys| keys.keys().all(|name| self.methods.contains(&name.as_str())))
    }
}

impl Binding {
    pub(super) fn new<W: StepKind>(access: TokenDetails, renewable: Option<TokenDetails>, step: &W) -> Self {
        let (continues, begins, descends) = (step.continues(), step.begins(), step.descends());
        let (default_resource, lifetime, claims) = (None, None, Map::new());
        let bound = renewable.as_ref().unwrap_or(&access);
        let bound = bound.facts().confirmation.is_some().then(|| bound.clone());
        Self {
            access,
            renewable,
            continues,
            of: step.of(),
            replays: step.replays(),
            begins,
            descends,
            exactly: false,
            knows_resources: false,
            default_resource,
            lifetime,
            claims,
            asked: None,
            bound,
            proven: Vec::new(),
            otherwise: None,
            unbound: None,
            headers: None,
        }
    }

    /// To what of this method what is granted is bound already: by the authorization request, or by the refresh token.
    #[cfg(any(feature = "jose", feature = "mtls"))]
    pub(crate) fn bound_to(&self, method: &str) -> Option<&str> {
        let asked = self.asked.as_ref().and_then(|asked| asked.key.as_deref()).filter(|_| method == JKT);
        let of_token = || self.bound.as_ref()?.facts().confirmation.as_ref()?.get(method)?.as_str();
        asked.or_else(of_token)
    }

    /// Once every feature has looked at it, in whatever order.
    ///
    /// # Errors
    ///
    /// What a feature gave for one that is bound to nothing; `invalid_grant` if what is continued is bound to a key that nobody proved to
    /// have, such as on a server that no longer has the feature which bound it.
    pub(super) fn settle(&mut self) -> Result<(), OAuthError> {
        if self.proven.is_empty() {
            match (self.otherwise.take(), self.unbound.take()) {
                (Some(otherwise), _) => {
                    let Confirmation { method, value, renewable } = *otherwise;
                    if renewable {
                        self.confirm_renewable(method, value.clone());
                    }
                    self.confirm(method, value);
                }
                (None, Some(refused)) => return Err(*refused),
                (None, None) => {}
            }
        }
        self.check_proven()
    }

    fn check_proven(&self) -> Result<(), OAuthError> {
        let asked = self.asked.as_ref().is_some_and(|asked| asked.key.is_some()).then_some(JKT);
        let confirmation = self.bound.as_ref().and_then(|bound| bound.facts().confirmation.as_ref());
        let names = confirmation.and_then(Value::as_object).into_iter().flatten().map(|(name, _)| &**name);
        if names.chain(asked).all(|name| self.proven.contains(&name)) {
            return Ok(());
        }
        Err(OAuthError::invalid_grant("what was granted is bound to a key that the request does not prove to have"))
    }

    /// Binds the access token to a key of the client: a member of `cnf` (RFC 7800 section 3.1).
    pub fn confirm(&mut self, method: &'static str, value: impl Into<Value>) {
        // What may be renewed stays what it was.
        self.renewable.get_or_insert_with(|| self.access.clone());
        self.access = self.access.confirmed_by(method, value.into());
        self.proven.push(method);
    }

    /// Binds what may be renewed, too: only the owner of the key may renew it.
    pub(crate) fn confirm_renewable(&mut self, method: &'static str, value: impl Into<Value>) {
        let renewable = self.renewable.take().unwrap_or_else(|| self.access.clone());
        self.renewable = Some(renewable.renewable_by(method, value.into()));
    }

    /// Binds the access token so if no feature binds it to anything else; and what may be renewed, if so.
    #[cfg(feature = "mtls")]
    pub(crate) fn confirm_otherwise(&mut self, method: &'static str, value: impl Into<Value>, renewable: bool) {
        self.otherwise = Some(Box::new(Confirmation { method, value: value.into(), renewable }));
    }

    /// Refuses an access token that no feature binds to anything.
    #[cfg(any(feature = "jose", feature = "mtls"))]
    pub(crate) fn refuse_unbound(&mut self, error: OAuthError) {
        self.unbound.get_or_insert_with(|| Box::new(error));
    }

    /// A header of the answer.
    #[cfg(feature = "jose")]
    pub(crate) fn header(&mut self, name: HeaderName, value: HeaderValue) {
        self.headers.get_or_insert_default().insert(name, value);
    }
}

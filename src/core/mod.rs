//! What every endpoint of a server shares: issuer, storage, clock and settings. It knows nothing of grants.

mod admission;
mod waiting;

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use http::Request;
pub(crate) use waiting::Waiting;

use crate::authentication::{Clients, Permits};
use crate::client::{
    Client, ClientAuthenticationMethod, ClientId, ClientSecrets, PrivateUseSchemes, RedirectRules, SecretVerifier,
};
use crate::fetcher::Fetcher;
use crate::http::endpoints::Endpoints;
use crate::http::transport::{ErrorUri, Transport};
use crate::keys::master_keys::MasterKeys;
use crate::rate_limits::AnyRateLimits;
use crate::storage::{ClientStore, TokenDetails};
use crate::token::shared_details;
use crate::values::clock::{Clock, Timestamp};
use crate::values::error::{ErrorCode, OAuthError, StoreError};
use crate::values::issuer::Issuer;
use crate::values::lifetime::{AccessTokenLifetime, CodeLifetime, InteractionLifetime, PushedRequestLifetime};
use crate::values::limits::{PendingPerBrowser, PendingRequests, RequestBytes};
use crate::values::scope::Scope;
use crate::values::scope_hierarchy::ScopeHierarchy;

/// A future in a box, to be awaited like any other. It borrows for `'a` and gives `T`.
///
/// It is what a method returns that needs a capability which not every storage has, such as
/// [`AuthorizationServer::health`](crate::AuthorizationServer::health), and that is called now and then. Of an `async fn` the compiler
/// would report a missing capability three times where it is awaited. What answers requests is not boxed, but for the routes of
/// features.
pub type Boxed<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Where a profile has a server be other than the RFCs leave it.
#[doc(hidden)]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Manners {
    /// A scope that is too wide is granted as far as it may be, and not refused (RFC 6749 section 3.3 has both).
    pub(crate) narrows_scope: bool,
    /// The metadata of an issuer with a path is also where clients look that do not know which way the path goes.
    pub(crate) describes_everywhere: bool,
    /// What a stranger registers as `scope` is what it gets when it names none, and no bound of what it may ask for later.
    pub(crate) registered_scope_is_default: bool,
    /// Clients authenticate with keys: there are no secrets, and no public clients.
    pub(crate) keys_alone: bool,
    /// The algorithms under which signatures are made and accepted, if not all.
    pub(crate) algorithms: Option<&'static [&'static str]>,
    /// How long a code lives at most.
    pub(crate) longest_code: CodeLifetime,
    /// For how long at most a browser may come with a pushed request.
    pub(crate) longest_push: PushedRequestLifetime,
    /// How large an authorization request may be at least.
    pub(crate) least_request: Option<RequestBytes>,
    /// An authorization request names its `redirect_uri`, also where its client registered one alone.
    pub(crate) names_redirect_uri: bool,
    /// People are sent to `http`, which is on a loopback host, if the client is a native application, and to `https` otherwise.
    pub(crate) http_for_native_alone: bool,
    /// Browsers are sent back with 303 also where they came with a GET.
    pub(crate) always_sees_other: bool,
    /// Requests that clients sign say when they begin and when they end, within an hour.
    #[cfg_attr(not(feature = "jose"), allow(dead_code, reason = "what asks verifies"))]
    pub(crate) short_lived_requests: bool,
}

impl Manners {
    pub(crate) const AS_THE_RFCS_LEAVE_IT: Self = Self {
        narrows_scope: false,
        describes_everywhere: false,
        registered_scope_is_default: false,
        keys_alone: false,
        algorithms: None,
        longest_code: CodeLifetime::literal(600),
        longest_push: PushedRequestLifetime::literal(600),
        least_request: None,
        names_redirect_uri: false,
        http_for_native_alone: false,
        always_sees_other: false,
        short_lived_requests: false,
    };

    /// Are signatures under this algorithm made and accepted?
    #[cfg_attr(not(feature = "jose"), allow(dead_code, reason = "what asks signs or verifies"))]
    pub(crate) fn permit_algorithm(&self, name: &str) -> bool {
        self.algorithms.is_none_or(|permitted| permitted.contains(&name))
    }
}

impl Permits for Manners {
    fn permits(&self, method: ClientAuthenticationMethod) -> bool {
        use ClientAuthenticationMethod as Method;
        !(self.keys_alone && matches!(method, Method::None | Method::ClientSecretBasic | Method::ClientSecretPost))
    }
}

/// The shared part of an authorization server.
pub struct Core<S> {
    pub(crate) manners: Manners,
    pub(crate) issuer: Issuer,
    pub(crate) storage: S,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) endpoints: Endpoints,
    /// The origin at which clients with certificates find the endpoints, if elsewhere.
    pub(crate) alias_origin: Option<Box<str>>,
    /// What the server knows; `None` if it leaves that to its clients' records.
    pub(crate) scopes: Option<Scope>,
    pub(crate) scope_hierarchy: ScopeHierarchy,
    pub(crate) access_token_lifetime: AccessTokenLifetime,
    pub(crate) interaction_lifetime: InteractionLifetime,
    pub(crate) request_bytes: RequestBytes,
    pub(crate) pending_per_browser: PendingPerBrowser,
    pub(crate) pending_requests: PendingRequests,
    pub(crate) waiting: Waiting,
    pub(crate) error_uri: Option<ErrorUri>,
    pub(crate) private_use_schemes: PrivateUseSchemes,
    pub(crate) master_keys: Option<MasterKeys>,
    pub(crate) fetcher: Option<Fetcher>,
    pub(crate) rate_limits: Option<Arc<dyn AnyRateLimits>>,
    /// The issuer is `http` on a loopback address.
    pub(crate) loopback: bool,
    pub(crate) available: AtomicBool,
    pub(crate) secrets: SecretVerifier,
    /// The metadata document, once somebody has asked for it: nothing in it changes.
    pub(crate) document: OnceLock<Bytes>,
}

impl<S> Core<S> {
    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// How many requests may wait where one more is of this client: what anybody may send leaves room for people who sign in, and for
    /// clients that prove who they are.
    pub(crate) fn room_for(&self, client: &Client) -> u32 {
        let room = self.pending_requests.get();
        if client.is_public() { room / 2 } else { room }
    }

    /// Where people are sent back to.
    pub(crate) fn redirect_rules(&self) -> RedirectRules<'_> {
        RedirectRules { schemes: &self.private_use_schemes, http_for_native_alone: self.manners.http_for_native_alone }
    }

    /// RFC 6749 sections 3.1 and 3.2: TLS is required.
    pub(crate) fn check_transport(&self, request: &Request<Bytes>) -> Result<(), OAuthError> {
        if Transport::is_plain(request) && !self.loopback {
            return Err(OAuthError::invalid_request("OAuth 2 requires TLS: use https (RFC 6749 section 3.1)"));
        }
        Ok(())
    }

    /// # Errors
    ///
    /// `temporarily_unavailable` while the server is switched off.
    pub(crate) fn check_available(&self) -> Result<(), OAuthError> {
        if self.available.load(Ordering::Relaxed) { Ok(()) } else { Err(OAuthError::unavailable(None)) }
    }

    /// The scope that a client gets: what it asked for, if it may; its default if it asked for none (RFC 6749 section 3.3).
    pub(crate) fn permitted_scope(&self, client: &Client, requested: Option<&str>) -> Result<Scope, OAuthError> {
        let Some(requested) = requested else { return Ok(self.known(client.default_scope())) };
        let requested = Scope::parse(requested).map_err(|error| OAuthError::invalid_scope(error.to_string()))?;
        let Err(refused) = self.check_permitted(client, &requested) else { return Ok(requested) };
        let permitted = || self.known(&self.scope_hierarchy.common(&requested, client.scope()));
        let left = self.manners.narrows_scope.then(permitted);
        left.filter(|left| !left.is_empty()).ok_or(refused)
    }

    /// What is kept of a token that a client gets for itself, with the scope as in [`permitted_scope`](Self::permitted_scope).
    pub(crate) fn details_for(&self, client: &Client, requested: Option<&str>) -> Result<TokenDetails, OAuthError> {
        if let Some(details) = requested.and_then(shared_details::find) {
            match self.check_permitted(client, &details.facts().scope) {
                Ok(()) => return Ok(details),
                Err(refused) if !self.manners.narrows_scope => return Err(refused),
                Err(_) => {}
            }
        }
        Ok(shared_details::of(self.permitted_scope(client, requested)?))
    }

    fn check_permitted(&self, client: &Client, requested: &Scope) -> Result<(), OAuthError> {
        if self.scopes.as_ref().is_some_and(|known| !requested.is_subset_of(known)) {
            return Err(OAuthError::new(ErrorCode::InvalidScope, "this server does not know the scope"));
        }
        if !self.scope_hierarchy.covers_all(client.scope(), requested) {
            return Err(OAuthError::new(ErrorCode::InvalidScope, "the client may not ask for the scope"));
        }
        Ok(())
    }

    pub(crate) fn known(&self, scope: &Scope) -> Scope {
        self.scopes.as_ref().map_or_else(|| scope.clone(), |known| scope.intersection(known))
    }
}

impl<S: ClientStore> Clients for Core<S> {
    fn issuer(&self) -> &Issuer {
        &self.issuer
    }

    /// The registered client. What cannot be an identifier is not looked up: not every database takes a NUL or 60 KiB for a key.
    /// And what was found is the one that was asked for, whatever the database thinks of upper and lower case.
    async fn find(&self, id: &str) -> Result<Option<Arc<Client>>, StoreError> {
        if !ClientId::permits(id) {
            return Ok(None);
        }
        let client = self.storage.client(&self.issuer, id).await?;
        // One that nobody used for too long is none, whether it was removed already or not.
        let is_over = |client: &Client| client.unused_until().is_some_and(|end| end <= self.now());
        Ok(client.filter(|client| client.id().as_str() == id && !is_over(client)))
    }

    async fn verify(&self, id: &str, secrets: Option<&ClientSecrets>, presented: &str) -> Result<bool, StoreError> {
        let valid = secrets.map(|secrets| secrets.valid(|| self.now())).unwrap_or_default();
        self.secrets.verify(id, valid, presented).await
    }

    fn profile(&self) -> &impl Permits {
        &self.manners
    }
}

impl<S> fmt::Debug for Core<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Core").field("issuer", &self.issuer).finish_non_exhaustive()
    }
}

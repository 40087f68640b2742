//! Clients that register themselves (RFC 7591), and manage what they registered (RFC 7592).

mod access;
mod body;
mod management;
mod policy;
mod rate;
mod refusal;
mod registration;
mod request;
#[cfg(feature = "jose")]
mod statement;

use std::fmt;
use std::sync::OnceLock;

use bytes::Bytes;
use http::{Method, Request, Response};

pub use self::access::InitialAccess;
#[cfg(feature = "jose")]
pub use self::policy::WithSoftwareStatement;
pub use self::policy::{
    Admission, AnyClient, DecidesRegistrations, RegistrationPolicy, RegistrationRefusal, WithInitialAccessToken,
};
pub use self::request::RegistrationRequest;
#[cfg(feature = "jose")]
pub use self::statement::{SoftwareStatement, SoftwareStatements};

use self::rate::Rate;
use self::refusal::Refusal;
use crate::client::ClientSecret;
use crate::core::Core;
use crate::events;
use crate::extension::metadata::{Metadata, MetadataContext};
use crate::extension::route::RouteView;
use crate::feature::agreed::still_as_agreed;
use crate::feature::{Feature, FeatureOn, Switchable, chooses_nothing, sealed};
use crate::http::answer;
use crate::http::endpoints::{self, Endpoints};
use crate::http::parameters::Parameters;
use crate::issue::{Binding, IssueContext, Keyring, Withheld};
use crate::storage::{AuthorizationRecords, RegistrationStore};
use crate::values::bearer::TokenHash;
use crate::values::error::OAuthError;
use crate::values::lifetime::{FirstUseLifetime, UnusedClientLifetime};
use crate::values::limits::{RegisteredClients, RegistrationBytes, RegistrationsPerHour, RegistrationsPerSource};
use crate::values::scope::Scope;

/// So often at most it is noted that a client was used, in seconds.
const NOTED_EACH: u64 = 86_400;

/// The grants in which a person decides.
const BY_A_PERSON: [&str; 2] = ["authorization_code", "refresh_token"];

/// Clients register themselves at `/register` (RFC 7591), and read, change and remove what they registered (RFC 7592). The policy decides
/// who may, and what a client gets of what it asks for: [`AnyClient`], [`WithInitialAccessToken`], or one of your own
/// ([`RegistrationPolicy`]).
///
/// ```
/// use grantor::{AnyClient, DynamicRegistration, Scope};
///
/// let registration = DynamicRegistration::new(AnyClient::new()).scope(Scope::parse("read offline_access")?);
/// # let _ = registration;
/// # Ok::<(), grantor::ScopeError>(())
/// ```
///
/// # What a client gets
///
/// A stranger never chooses its `client_id`, whose tokens it may introspect, for whom tokens are, how long they live, or whether it is
/// trusted: nobody [vetted](crate::AuthorizationRequest::client_is_vetted) it, whatever it says of itself. What it asks for is narrowed to
/// what this server has by its metadata, and the answer says what it got. The page
/// [letting strangers register](crate::manual::letting_strangers_register) has a table with each member.
///
/// # What is bounded
///
/// | | without a call | |
/// |---|---|---|
/// | clients that registered themselves | 10,000 | [`most_clients`](Self::most_clients) |
/// | bytes of a request | 16 KiB | [`most_bytes`](Self::most_bytes) |
/// | requests of one source in an hour | 60 | [`per_source`](Self::per_source), with [`RequestSource`](crate::RequestSource) |
/// | requests in an hour | 1,000 | [`per_hour`](Self::per_hour) |
/// | how long a client stays that has never got a token | 6 hours | [`first_use_within`](Self::first_use_within) |
/// | how long a client stays that nobody uses any more | 90 days | [`unused_for`](Self::unused_for) |
///
/// With these one source leaves some 400 clients that were never used, and all of them some 7,000: whoever registers clients and does
/// nothing with them takes the room of nobody else.
///
/// The storage has to be a [`RegistrationStore`] and to have [`AuthorizationRecords`].
pub struct DynamicRegistration<P> {
    policy: P,
    grant_types: Vec<String>,
    scope: Option<Scope>,
    most_clients: RegisteredClients,
    most_bytes: RegistrationBytes,
    rate: Rate,
    first_use_within: FirstUseLifetime,
    unused_for: UnusedClientLifetime,
    initial_access: access::Accepted,
    #[cfg(feature = "jose")]
    statements: SoftwareStatements,
    /// What the server has, as far as strangers get it. Known once somebody registers: nothing in it changes.
    described: OnceLock<Metadata>,
}

impl DynamicRegistration<()> {
    /// With this policy.
    #[must_use]
    pub fn new<P, Is>(policy: P) -> DynamicRegistration<P::Taken>
    where
        P: DecidesRegistrations<Is>,
    {
        DynamicRegistration {
            policy: policy.taken(),
            grant_types: BY_A_PERSON.map(str::to_owned).into(),
            scope: None,
            most_clients: RegisteredClients::DEFAULT,
            most_bytes: RegistrationBytes::DEFAULT,
            rate: Rate::new(),
            first_use_within: FirstUseLifetime::DEFAULT,
            unused_for: UnusedClientLifetime::DEFAULT,
            initial_access: access::Accepted::default(),
            #[cfg(feature = "jose")]
            statements: SoftwareStatements::new(),
            described: OnceLock::new(),
        }
    }
}

impl<P: RegistrationPolicy> DynamicRegistration<P> {
    /// Which grants a client gets that registers itself, of those that the server has. Without this call those in which a person decides:
    /// `authorization_code` and `refresh_token`. With any other (`client_credentials`, token exchange, assertions) a stranger has tokens of
    /// this server without anybody: then let the policy decide who that is.
    #[must_use]
    pub fn grant_types<T: Into<String>>(mut self, names: impl IntoIterator<Item = T>) -> Self {
        self.grant_types = names.into_iter().map(Into::into).collect();
        self
    }

    /// The widest scope that a client gets which registers itself: of what it asks for, what is in here; all of it, if it asks for none.
    /// Without this call: what the server knows ([`Builder::scopes`](crate::Builder::scopes)), and nothing if it was not told.
    #[must_use]
    pub fn scope(mut self, scope: Scope) -> Self {
        self.scope = Some(scope);
        self
    }

    /// How many clients that registered themselves are kept.
    #[must_use]
    pub const fn most_clients(mut self, limit: RegisteredClients) -> Self {
        self.most_clients = limit;
        self
    }

    /// How many bytes a request may have.
    #[must_use]
    pub const fn most_bytes(mut self, limit: RegistrationBytes) -> Self {
        self.most_bytes = limit;
        self
    }

    /// How many requests of one source are taken within an hour, on each instance. The source is what the application says
    /// ([`RequestSource`](crate::RequestSource)); of a request of which it says nothing the source is not known, and only
    /// [`per_hour`](Self::per_hour) bounds those.
    #[must_use]
    pub fn per_source(mut self, limit: RegistrationsPerSource) -> Self {
        self.rate.per_source = limit;
        self
    }

    /// How many requests are taken within an hour, on each instance.
    #[must_use]
    pub fn per_hour(mut self, limit: RegistrationsPerHour) -> Self {
        self.rate.per_hour = limit;
        self
    }

    /// How long a client has until it gets its first token: longer where people register clients by hand, and use them some days later. It
    /// ends then, however often it changes what it registered. Where [`unused_for`](Self::unused_for) is less, it is that.
    #[must_use]
    pub const fn first_use_within(mut self, lifetime: FirstUseLifetime) -> Self {
        self.first_use_within = lifetime;
        self
    }

    /// How long a client stays registered while nobody uses it. It is used when it gets a token; that is noted once a day. It ends by
    /// disuse, and not by age: [`purge_forever`](crate::storage::purge_forever) removes it then.
    #[must_use]
    pub const fn unused_for(mut self, lifetime: UnusedClientLifetime) -> Self {
        self.unused_for = lifetime;
        self
    }

    /// Accepts this as an initial access token (RFC 7591 section 3): a text that the operator hands out, of at least 32 characters. Its hash
    /// is kept. Call it again for each further one.
    ///
    /// # Panics
    ///
    /// If it has fewer characters, so that somebody could guess it.
    #[must_use]
    pub fn initial_access_token(mut self, token: &ClientSecret) -> Self {
        assert!(
            token.expose().len() >= 32,
            "an initial access token has at least 32 characters, as `ClientSecret::generate()` makes them"
        );
        self.initial_access.texts.push(TokenHash::of(token.expose()));
        self
    }

    /// Accepts access tokens of this server with this scope as initial access tokens, such as those of developers who signed in to register
    /// clients. One that is bound to a key, or for another resource, is not accepted. No client that registers itself gets this scope, or
    /// one that [implies](crate::Builder::scope_hierarchy) it.
    #[must_use]
    pub fn initial_access_scope(mut self, scope: Scope) -> Self {
        self.initial_access.scope = Some(scope).filter(|scope| !scope.is_empty());
        self
    }

    /// Reads software statements (RFC 7591 section 2.3) of these issuers. Without this call each is refused as
    /// `unapproved_software_statement`.
    #[cfg(feature = "jose")]
    #[must_use]
    pub fn software_statements(mut self, trusted: SoftwareStatements) -> Self {
        self.statements = trusted;
        self
    }
}

impl<P> fmt::Debug for DynamicRegistration<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DynamicRegistration")
            .field("scope", &self.scope)
            .field("most_clients", &self.most_clients)
            .field("first_use_within", &self.first_use_within)
            .field("unused_for", &self.unused_for)
            .finish_non_exhaustive()
    }
}

crate::wire_name!(impl<P> DynamicRegistration<P> = "registration_endpoint");
impl<P> sealed::Sealed for DynamicRegistration<P> {}
impl<P: RegistrationPolicy> Switchable for DynamicRegistration<P> {}

#[diagnostic::do_not_recommend]
impl<P: Send + Sync + 'static> Feature for DynamicRegistration<P> {
    chooses_nothing!();
    fn path<'a>(&self, endpoints: &'a Endpoints) -> Option<&'a str> {
        Some(endpoints.registration_path())
    }
    fn describe(&self, cx: &MetadataContext<'_>, metadata: &mut Metadata) {
        metadata.registration_endpoint = Some(cx.registration_endpoint());
    }
}

impl<S: RegistrationStore + AuthorizationRecords, P: RegistrationPolicy> FeatureOn<S> for DynamicRegistration<P> {
    async fn bind(&self, cx: &IssueContext<'_, S>, binding: &mut Binding) -> Result<(), OAuthError> {
        still_as_agreed(cx, binding)
    }

    /// Notes that the client is used, if that was not noted lately. Not to note it harms nobody now, so a storage that fails does not fail
    /// the request.
    async fn respond<K: Keyring>(&self, cx: &IssueContext<'_, S>, _: &K, _: &mut Withheld) -> Result<(), OAuthError> {
        let (Some(end), Some(registration)) = (cx.client.unused_until(), cx.client.registration()) else { return Ok(()) };
        let unused_for = registration.unused_for().as_secs();
        let until = cx.now.saturating_add_secs(unused_for);
        let since_noted = end.checked_secs_until(until).unwrap_or(0);
        if since_noted >= NOTED_EACH.min(unused_for / 4) {
            let Core { storage, issuer, .. } = cx.core;
            if let Err(error) = storage.keep_client(issuer, cx.client.id(), until).await {
                events::use_not_noted(issuer, cx.client.id(), &error);
            }
        }
        Ok(())
    }

    async fn serve<V: RouteView<S>>(&self, view: &V, request: Request<Bytes>) -> Response<Bytes> {
        let core = view.core();
        let answered = match managed(&request) {
            Err(error) => Err(error.into()),
            Ok(None) if *request.method() == Method::POST => self.register(view, &request).await,
            Ok(None) => return answer::other_method(request.method(), "POST, OPTIONS"),
            Ok(Some(id)) => match *request.method() {
                Method::GET => self.read(core, &request, &id).await,
                Method::PUT => self.update(view, &request, &id).await,
                Method::DELETE => self.delete(core, &request, &id).await,
                _ => return answer::other_method(request.method(), "GET, PUT, DELETE, OPTIONS"),
            },
        };
        answered.unwrap_or_else(|refusal: Refusal| {
            refusal.report(core);
            refusal.to_response(core)
        })
    }
}

/// What is asked of every request before it is looked at: that it came over TLS, that the server is switched on, and that there are not too
/// many.
async fn begin<S>(core: &Core<S>, request: &Request<Bytes>) -> Result<(), Refusal> {
    core.check_transport(request)?;
    core.check_available()?;
    Ok(core.admit("registration", request.extensions().get().copied(), None).await?)
}

/// The client whose registration a request is about: its identifier is in the URL that it was given (RFC 7592 section 2).
fn managed(request: &Request<Bytes>) -> Result<Option<String>, OAuthError> {
    let parameters = Parameters::parse(request.uri().query().unwrap_or_default().as_bytes())?;
    let mut ids = parameters.iter().filter(|(name, _)| *name == CLIENT_ID).map(|(_, id)| id.to_owned());
    match (ids.next(), ids.next()) {
        (id, None) => Ok(id),
        _ => Err(OAuthError::invalid_request("the client_id occurs more than once")),
    }
}

const CLIENT_ID: &str = "client_id";

/// Where a client manages its registration. The server makes identifiers that need no escape.
fn configuration_url<S>(core: &Core<S>, id: &str) -> String {
    format!("{}?{CLIENT_ID}={id}", endpoints::url(&core.issuer, core.endpoints.registration_path()))
}

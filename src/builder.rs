//! The chain. One method per decision; what each decision means, and what contradicts it, is in [`rules`](crate::rules).

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use crate::authorization::Waiting;
use crate::client::{PrivateUseSchemes, SecretVerifier};
use crate::clock::{Clock, SystemClock};
use crate::core::Core;
use crate::endpoints::Endpoints;
use crate::feature::{Feature, FeatureList, HooksOn};
use crate::grant::{GrantList, GrantType, GrantsOn};
use crate::issue::Choices;
use crate::lifetime::{AccessTokenLifetime, InteractionLifetime};
use crate::limits::{PendingPerBrowser, PendingRequests, RequestBytes};
use crate::master_keys::MasterKeys;
use crate::profile::{OAuth21, Profile, StorageFor};
use crate::response_type::{ResponseType, ResponseTypeList, ResponseTypesOn};
use crate::rules::{
    AProfile, AnIssuer, CanHost, CanRespond, CanServe, CodesCanBeObtained, CodesCanBeRedeemed, FeaturePermittedBy,
    GrantPermittedBy, HasAGrant, HasItsStep, ImplicitIsOptedIn, ImplicitIsServed, IssuerIsSet, IssuerPermittedBy, LacksFeature,
    LacksGrant, LacksResponseType, LacksTokenFormat, NothingAddedYet, RefreshTokensHaveASource, ResponsePermittedBy,
    StorageIsSet,
};
use crate::scope::Scope;
use crate::server::AuthorizationServer;
use crate::settings::ErrorUri;
use crate::storage::ClientStore;
use crate::typelevel::List;
use crate::typelevel::list::{Append, AppendLong};
use crate::typelevel::name::distinct;

/// No issuer was chosen yet.
#[derive(Debug)]
pub struct NoIssuer;

/// No storage was chosen yet.
#[derive(Debug)]
pub struct NoStorage;

/// The storage that was chosen.
#[derive(Debug)]
pub struct Stored<S>(pub(crate) S);

/// Collects the decisions. Begin with [`AuthorizationServer::builder`]:
///
/// 1. **Who are you?** [`issuer`](Self::issuer): the `https` URL that identifies the server.
/// 2. **How strict?** [`profile`](Self::profile): [`OAuth21`] unless you say otherwise. Comes before grants and response types.
/// 3. **Where is it kept?** [`storage`](Self::storage).
/// 4. **How do clients get tokens?** [`grant`](Self::grant), once each.
/// 5. **What does the authorization endpoint return?** [`response_type`](Self::response_type), once each.
/// 6. **What else is there?** [`enable`](Self::enable): introspection, revocation.
///
/// The order is free, except that the profile comes before what it permits. The type parameters are not for writing down: they
/// are what has been decided so far.
#[must_use = "a chain builds nothing until `.build()`"]
pub struct Builder<I, St, G, R, F, P> {
    issuer: I,
    storage: St,
    grants: G,
    responses: R,
    features: F,
    settings: Settings,
    profile: PhantomData<fn() -> P>,
}

impl<I, St, G, R, F, P> fmt::Debug for Builder<I, St, G, R, F, P> {
    /// What was decided is in its type.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Builder(..)")
    }
}

struct Settings {
    clock: Arc<dyn Clock>,
    endpoints: Endpoints,
    scopes: Option<Scope>,
    access_token_lifetime: AccessTokenLifetime,
    interaction_lifetime: InteractionLifetime,
    request_bytes: RequestBytes,
    pending_per_browser: PendingPerBrowser,
    pending_requests: PendingRequests,
    error_uri: Option<ErrorUri>,
    private_use_schemes: PrivateUseSchemes,
    master_keys: Option<MasterKeys>,
}

impl AuthorizationServer<(), ()> {
    /// Begins the chain.
    pub fn builder() -> Builder<NoIssuer, NoStorage, (), (), (), OAuth21> {
        Builder {
            issuer: NoIssuer,
            storage: NoStorage,
            grants: (),
            responses: (),
            features: (),
            settings: Settings {
                clock: Arc::new(SystemClock),
                endpoints: Endpoints::new(),
                scopes: None,
                access_token_lifetime: AccessTokenLifetime::DEFAULT,
                interaction_lifetime: InteractionLifetime::DEFAULT,
                request_bytes: RequestBytes::DEFAULT,
                pending_per_browser: PendingPerBrowser::DEFAULT,
                pending_requests: PendingRequests::DEFAULT,
                error_uri: None,
                private_use_schemes: PrivateUseSchemes::default(),
                master_keys: None,
            },
            profile: PhantomData,
        }
    }
}

impl<I, St, G, R, F, P> Builder<I, St, G, R, F, P> {
    /// The URL that identifies the server (RFC 8414 section 2): [`issuer!`](crate::issuer!) for a literal,
    /// [`Issuer::parse`](crate::Issuer::parse) for a value known at run time.
    pub fn issuer<J>(self, issuer: J) -> Builder<J::Accepted, St, G, R, F, P>
    where
        J: AnIssuer,
    {
        let Self { storage, grants, responses, features, settings, profile, .. } = self;
        Builder { issuer: issuer.accepted(), storage, grants, responses, features, settings, profile }
    }

    /// The security profile. [`OAuth21`] without this call.
    pub fn profile<Q>(self, _: Q) -> Builder<I, St, G, R, F, Q::Accepted>
    where
        Q: AProfile,
        (G, R): NothingAddedYet,
    {
        let Self { issuer, storage, grants, responses, features, settings, .. } = self;
        Builder { issuer, storage, grants, responses, features, settings, profile: PhantomData }
    }

    /// Where clients, codes and tokens are kept. [`Arc`] of a storage is a storage too.
    pub fn storage<S>(self, storage: S) -> Builder<I, Stored<S>, G, R, F, P>
    where
        S: ClientStore,
        G: GrantsOn<S>,
        R: ResponseTypesOn<S>,
        F: FeatureList,
        F::Cells: HooksOn<S>,
    {
        let Self { issuer, grants, responses, features, settings, profile, .. } = self;
        Builder { issuer, storage: Stored(storage), grants, responses, features, settings, profile }
    }

    /// Enables a grant type. An `Option` of a grant is one that can be switched off at run time.
    pub fn grant<X>(self, grant: X) -> Builder<I, St, G::Output, R, F, P>
    where
        X: GrantType,
        X: GrantPermittedBy<P>,
        X: HasItsStep,
        St: CanServe<X::Permitted>,
        G: LacksGrant<X::Permitted>,
        G: Append<X::Permitted>,
    {
        let Self { issuer, storage, grants, responses, features, settings, profile } = self;
        let grants = grants.append(grant.permitted());
        Builder { issuer, storage, grants, responses, features, settings, profile }
    }

    /// Enables a response type at the authorization endpoint.
    pub fn response_type<X>(self, response_type: X) -> Builder<I, St, G, R::Output, F, P>
    where
        X: ResponseType,
        X: ResponsePermittedBy<P>,
        St: CanRespond<X::Permitted>,
        R: LacksResponseType<X::Permitted>,
        R: Append<X::Permitted>,
    {
        let Self { issuer, storage, grants, responses, features, settings, profile } = self;
        let responses = responses.append(response_type.permitted());
        Builder { issuer, storage, grants, responses, features, settings, profile }
    }

    /// Enables a feature, such as [`Introspection`](crate::Introspection) or [`Revocation`](crate::Revocation).
    pub fn enable<X>(self, feature: X) -> Builder<I, St, G, R, F::Output, P>
    where
        X: Feature,
        X: FeaturePermittedBy<P>,
        St: CanHost<X::Permitted>,
        F: LacksFeature<X::Permitted>,
        F: LacksTokenFormat<X>,
        F: AppendLong<X::Permitted>,
    {
        let Self { issuer, storage, grants, responses, features, settings, profile } = self;
        let features = features.append(feature.permitted());
        Builder { issuer, storage, grants, responses, features, settings, profile }
    }

    /// Where the endpoints live. At the paths of [`Endpoints::new`] without this call.
    pub fn endpoints(mut self, endpoints: Endpoints) -> Self {
        self.settings.endpoints = endpoints;
        self
    }

    /// The clock. The system's without this call.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.settings.clock = Arc::new(clock);
        self
    }

    /// The scopes that exist here: others are refused in requests and in clients, and these are advertised (RFC 8414 section 2,
    /// `scopes_supported`). Without this call the clients' records alone decide.
    pub fn scopes(mut self, scopes: Scope) -> Self {
        self.settings.scopes = Some(scopes);
        self
    }

    /// How long an access token lives, unless its client or grant says otherwise. 10 minutes without this call.
    pub fn access_token_lifetime(mut self, lifetime: AccessTokenLifetime) -> Self {
        self.settings.access_token_lifetime = lifetime;
        self
    }

    /// How long a suspended authorization request waits for its person. 10 minutes without this call.
    pub fn interaction_lifetime(mut self, lifetime: InteractionLifetime) -> Self {
        self.settings.interaction_lifetime = lifetime;
        self
    }

    /// How large an authorization request may be where it is kept, in bytes of JSON. 8,192 without this call.
    pub fn request_bytes(mut self, limit: RequestBytes) -> Self {
        self.settings.request_bytes = limit;
        self
    }

    /// How many undecided authorization requests of one browser are kept. 32 without this call.
    pub fn pending_per_browser(mut self, limit: PendingPerBrowser) -> Self {
        self.settings.pending_per_browser = limit;
        self
    }

    /// How many undecided authorization requests this instance keeps. 50,000 without this call.
    pub fn pending_requests(mut self, limit: PendingRequests) -> Self {
        self.settings.pending_requests = limit;
        self
    }

    /// Where errors are explained (`error_uri`, RFC 6749 sections 4.1.2.1 and 5.2). No `error_uri` without this call.
    pub fn error_uri(mut self, base: ErrorUri) -> Self {
        self.settings.error_uri = Some(base);
        self
    }

    /// Private-use schemes without a period to which responses may go, such as `cursor`. None without this call (RFC 8252 section
    /// 8.4): clients with such a redirect URI are not registered, and one that the storage has all the same gets no answer there.
    pub fn private_use_schemes(mut self, schemes: PrivateUseSchemes) -> Self {
        self.settings.private_use_schemes = schemes;
        self
    }

    /// Secrets from outside, for what must not be readable or made by whoever has the database alone. A server of opaque tokens
    /// needs none, since its database has their hashes only. The application derives keys of its own from them:
    /// [`AuthorizationServer::master_keys`].
    pub fn master_keys(mut self, keys: MasterKeys) -> Self {
        self.settings.master_keys = Some(keys);
        self
    }

    /// The finished server. It cannot fail: everything that could be wrong is a type error.
    pub fn build<S>(self) -> AuthorizationServer<S, G, R, F, P>
    where
        I: IssuerIsSet,
        I: IssuerPermittedBy<P>,
        St: StorageIsSet<Storage = S>,
        S: StorageFor<P>,
        P: Profile,
        G: GrantList,
        R: ResponseTypeList,
        F: FeatureList,
        F::Cells: Choices<S>,
        G: HasAGrant,
        G: RefreshTokensHaveASource,
        G: CodesCanBeObtained<R>,
        G: ImplicitIsServed<R>,
        R: CodesCanBeRedeemed<G>,
        R: ImplicitIsOptedIn<G>,
    {
        const {
            assert!(
                distinct(<G as List>::NAMES) && distinct(<R as List>::NAMES) && distinct(<F as List>::NAMES),
                "two names have the same key: please report this"
            );
        };
        let Settings {
            clock,
            endpoints,
            scopes,
            access_token_lifetime,
            interaction_lifetime,
            request_bytes,
            pending_per_browser,
            pending_requests,
            error_uri,
            private_use_schemes,
            master_keys,
        } = self.settings;
        AuthorizationServer {
            core: Core {
                issuer: self.issuer.into_issuer(),
                storage: self.storage.into_storage(),
                clock,
                endpoints,
                scopes,
                access_token_lifetime,
                interaction_lifetime,
                request_bytes,
                pending_per_browser,
                pending_requests,
                waiting: Waiting::default(),
                error_uri,
                private_use_schemes,
                master_keys,
                loopback: <I as IssuerPermittedBy<P>>::LOOPBACK,
                available: AtomicBool::new(true),
                secrets: SecretVerifier::new(),
            },
            grants: self.grants,
            responses: self.responses,
            features: self.features.into_cells(),
            profile: PhantomData,
        }
    }
}

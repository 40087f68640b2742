//! The chain. One method per decision; what each decision means, and what contradicts it, is in [`rules`](crate::rules).

use std::fmt;
use std::marker::PhantomData;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, OnceLock};

use crate::client::{PrivateUseSchemes, SecretVerifier};
use crate::core::{Core, Waiting};
use crate::feature::{
    AimedTokens, BoundTokens, Cells as _, FeatureList, HooksOn, KeyedClients, PushedRequests, SharedAssertions,
};
use crate::fetcher::Fetcher;
use crate::grant::{GrantList, GrantsOn};
use crate::http::endpoints::Endpoints;
use crate::http::transport::ErrorUri;
use crate::issue::Choices;
use crate::keys::master_keys::MasterKeys;
use crate::rate_limits::{AnyRateLimits, RateLimits};
use crate::response_type::{ResponseTypeList, ResponseTypesOn};
use crate::rules::profile::{AllowsNoCodes, AllowsPrivateAddresses, AllowsUnaimedTokens, AllowsVanishingKeys, OAuth21, Profile};
use crate::rules::{
    AFeature, AGrant, AProfile, AResponseType, AStorage, AcceptsStorage, AlgorithmsHaveAKey, AllowsBearerTokens,
    AllowsOtherAlgorithms, AllowsOtherResponses, AllowsPlainRequests, AllowsRotation, AllowsSecrets, AnIssuer,
    AssertedResourcesAreKnown, AtBuild, BoundTokensAreAskedFor, CanHost, CanRespond, CanServe, CodesCanBeObtained,
    CodesCanBeRedeemed, FeaturePermittedBy, FetcherIsGiven, FrontIdTokensAreOptedIn, Given, Gives, GrantPermittedBy, HasAGrant,
    HasItsStep, IdJagsHaveIdTokens, IdTokensAreMade, IdTokensHaveRs256, ImplicitIsOptedIn, ImplicitIsServed, IssuerIsSet,
    IssuerPermittedBy, KeepsAuthorizations, KnownFeature, KnownGrant, KnownResponseType, LacksFeature, LacksFetcher, LacksGrant,
    LacksIssuer, LacksMasterKeys, LacksRateLimits, LacksResponseType, LacksStorage, LacksTokenFormat, LogoutIsOfSignIns,
    MasterKeysAreGiven, NoIssuer, NoStorage, NothingAddedYet, PeopleCanSignIn, PushedRequestsGoOn, RefreshTokensHaveASource,
    ResponsePermittedBy, ReturnsWhatItSays, SignedIntrospectionIsServed, SignedRequestsAreServed, SignedResponsesAreGiven,
    SignedTokensHaveAKey, SigningKeysAreUsed, StorageIsSet, Stored,
};
use crate::server::AuthorizationServer;
use crate::typelevel::flag::{And, Not};
use crate::typelevel::list::{Append, AppendLong};
use crate::typelevel::name::distinct;
use crate::typelevel::{List, Yes};
use crate::values::clock::{Clock, SystemClock};
use crate::values::lifetime::{AccessTokenLifetime, InteractionLifetime};
use crate::values::limits::{PendingPerBrowser, PendingRequests, RequestBytes};
use crate::values::scope::Scope;
use crate::values::scope_hierarchy::ScopeHierarchy;

/// Collects the decisions. Begin with [`AuthorizationServer::builder`]:
///
/// 1. **Who are you?** [`issuer`](Self::issuer): the `https` URL that identifies the server.
/// 2. **How strict?** [`profile`](Self::profile): [`OAuth21`] unless you say otherwise. Comes before grants and response types.
/// 3. **Where is it kept?** [`storage`](Self::storage).
/// 4. **How do clients get tokens?** [`grant`](Self::grant), once each.
/// 5. **What does the authorization endpoint return?** [`response_type`](Self::response_type), once each.
/// 6. **What else is there?** [`enable`](Self::enable): introspection, revocation.
///
/// ```
/// use grantor::{
///     AuthorizationCode, AuthorizationServer, Code, Introspection, RefreshToken, Revocation, SqliteStore, StoreError, issuer,
/// };
///
/// # fn main() -> Result<(), StoreError> {
/// # let folder = tempfile::tempdir().expect("a folder");
/// # let path = folder.path().join("oauth.db");
/// let server = AuthorizationServer::builder()
///     .issuer(issuer!("https://auth.example.com"))
///     .storage(SqliteStore::open(path)?)
///     .grant(AuthorizationCode::new())
///     .grant(RefreshToken::new())
///     .response_type(Code)
///     .enable(Introspection::new())
///     .enable(Revocation::new())
///     .build();
/// # let _ = server;
/// # Ok(())
/// # }
/// ```
///
/// The order is free, except that the profile comes before what it permits. The type parameters are what has been decided so far;
/// a function that passes a chain on names them, such as `Builder<Issuer, Stored<SqliteStore>, (AuthorizationCode,), (), (), OAuth21>`.
#[must_use = "a chain builds nothing until `.build()`"]
pub struct Builder<I, St, G, R, F, P, M = Given> {
    issuer: I,
    storage: St,
    grants: G,
    responses: R,
    features: F,
    settings: Settings,
    profile: PhantomData<fn() -> P>,
    /// Which of the things were given that not every server needs?
    given: PhantomData<fn() -> M>,
}

impl<I, St, G, R, F, P, M> fmt::Debug for Builder<I, St, G, R, F, P, M> {
    /// What was decided is in its type.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Builder(..)")
    }
}

/// A storage, once the rules have let it in.
type Kept<S, Is, Keeps> = <<S as AStorage<Is>>::Accepted as KeepsAuthorizations<Keeps>>::Accepted;
/// A grant type, once it is known which rules it has to keep, and once the profile has permitted it.
type KnownAs<X, Is> = <<X as AGrant<Is>>::Accepted as KnownGrant>::Told;
type Granted<X, Is, P> = <KnownAs<X, Is> as GrantPermittedBy<P>>::Permitted;

/// A response type, once it is known what it carries, and once the profile has permitted it.
type CarriesKnown<X, Is> = <<X as AResponseType<Is>>::Accepted as KnownResponseType>::Told;
type Returned<X, Is, P> = <CarriesKnown<X, Is> as ResponsePermittedBy<P>>::Permitted;

/// A feature, once it is known what it chooses, and once the profile has permitted it.
type ChoiceKnown<X, Is> = <<X as AFeature<Is>>::Accepted as KnownFeature>::Told;
type Enabled<X, Is, P> = <ChoiceKnown<X, Is> as FeaturePermittedBy<P>>::Permitted;

struct Settings {
    clock: Arc<dyn Clock>,
    endpoints: Endpoints,
    scopes: Option<Scope>,
    scope_hierarchy: ScopeHierarchy,
    access_token_lifetime: AccessTokenLifetime,
    interaction_lifetime: InteractionLifetime,
    request_bytes: RequestBytes,
    pending_per_browser: PendingPerBrowser,
    pending_requests: PendingRequests,
    error_uri: Option<ErrorUri>,
    private_use_schemes: PrivateUseSchemes,
    master_keys: Option<MasterKeys>,
    fetcher: Option<Fetcher>,
    rate_limits: Option<Arc<dyn AnyRateLimits>>,
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
                scope_hierarchy: ScopeHierarchy::flat(),
                access_token_lifetime: AccessTokenLifetime::DEFAULT,
                interaction_lifetime: InteractionLifetime::DEFAULT,
                request_bytes: RequestBytes::DEFAULT,
                pending_per_browser: PendingPerBrowser::DEFAULT,
                pending_requests: PendingRequests::DEFAULT,
                error_uri: None,
                private_use_schemes: PrivateUseSchemes::default(),
                master_keys: None,
                fetcher: None,
                rate_limits: None,
            },
            profile: PhantomData,
            given: PhantomData,
        }
    }
}

impl<I, St, G, R, F, P, M> Builder<I, St, G, R, F, P, M> {
    /// The URL that identifies the server (RFC 8414 section 2): [`issuer!`](crate::issuer!) for a literal,
    /// [`Issuer::parse`](crate::Issuer::parse), or `url.parse::<Issuer>()`, for a value known at run time. To write `url.parse()` alone leaves
    /// open whether a [`LoopbackIssuer`](crate::LoopbackIssuer) is meant.
    pub fn issuer<J>(self, issuer: J) -> Builder<J::Accepted, St, G, R, F, P, M>
    where
        I: LacksIssuer,
        J: AnIssuer,
    {
        let Self { storage, grants, responses, features, settings, profile, given, .. } = self;
        Builder { issuer: issuer.accepted(), storage, grants, responses, features, settings, profile, given }
    }

    /// The security profile. [`OAuth21`] without this call.
    pub fn profile<Q, Is>(self, _: Q) -> Builder<I, St, G, R, F, Q::Accepted, M>
    where
        Q: AProfile<Is>,
        (G, R): NothingAddedYet,
    {
        let Self { issuer, storage, grants, responses, features, settings, given, .. } = self;
        Builder { issuer, storage, grants, responses, features, settings, profile: PhantomData, given }
    }

    /// Where clients, codes and tokens are kept. [`Arc`] of a storage is a storage too.
    #[expect(clippy::type_complexity, reason = "a storage that is refused ends the chain")]
    pub fn storage<S, Is, Keeps>(self, storage: S) -> Builder<I, Stored<Kept<S, Is, Keeps>>, G, R, F, P, M>
    where
        St: LacksStorage,
        S: AStorage<Is>,
        S::Accepted: KeepsAuthorizations<Keeps>,
        G: GrantsOn<Kept<S, Is, Keeps>>,
        R: ResponseTypesOn<Kept<S, Is, Keeps>>,
        F: FeatureList,
        F::Cells: HooksOn<Kept<S, Is, Keeps>>,
    {
        let Self { issuer, grants, responses, features, settings, profile, given, .. } = self;
        let storage = Stored(storage.accepted().accepted());
        Builder { issuer, storage, grants, responses, features, settings, profile, given }
    }

    /// Enables a grant type. An `Option` of a grant is one that can be switched off at run time. Where it is always off, say of which:
    /// `None::<ClientCredentials>`; of a mere `None` rustc only says that it is something which a profile permits.
    pub fn grant<X, Is>(self, grant: X) -> Builder<I, St, G::Output, R, F, P, M>
    where
        X: AGrant<Is>,
        X::Accepted: KnownGrant,
        KnownAs<X, Is>: GrantPermittedBy<P>,
        KnownAs<X, Is>: HasItsStep,
        St: CanServe<Granted<X, Is, P>>,
        G: LacksGrant<Granted<X, Is, P>>,
        G: Append<Granted<X, Is, P>>,
    {
        let Self { issuer, storage, grants, responses, features, settings, profile, given } = self;
        let grants = grants.append(grant.accepted().told().permitted());
        Builder { issuer, storage, grants, responses, features, settings, profile, given }
    }

    /// Enables a response type at the authorization endpoint. An `Option` of one that carries no code and no token can be switched off at
    /// run time, `None::<Nothing>` is off; others are there while their grant is switched on.
    pub fn response_type<X, Is>(self, response_type: X) -> Builder<I, St, G, R::Output, F, P, M>
    where
        X: AResponseType<Is>,
        X::Accepted: KnownResponseType,
        CarriesKnown<X, Is>: ResponsePermittedBy<P>,
        CarriesKnown<X, Is>: ReturnsWhatItSays,
        St: CanRespond<Returned<X, Is, P>>,
        R: LacksResponseType<Returned<X, Is, P>>,
        R: Append<Returned<X, Is, P>>,
    {
        let Self { issuer, storage, grants, responses, features, settings, profile, given } = self;
        let responses = responses.append(response_type.accepted().told().permitted());
        Builder { issuer, storage, grants, responses, features, settings, profile, given }
    }

    /// Enables a feature, such as [`Introspection`](crate::Introspection) or [`Revocation`](crate::Revocation). An `Option` of one of these
    /// two, of [`ResourceIndicators`](crate::ResourceIndicators), of [`ClientMetadataDocuments`](crate::ClientMetadataDocuments), or of
    /// [`PushedAuthorizationRequests::new`](crate::PushedAuthorizationRequests::new), can be switched off at run time; `None::<Introspection>` is off.
    pub fn enable<X, Is>(self, feature: X) -> Builder<I, St, G, R, F::Output, P, M>
    where
        X: AFeature<Is>,
        X::Accepted: KnownFeature,
        ChoiceKnown<X, Is>: FeaturePermittedBy<P>,
        St: CanHost<Enabled<X, Is, P>>,
        F: LacksFeature<Enabled<X, Is, P>>,
        F: LacksTokenFormat<Enabled<X, Is, P>>,
        F: AppendLong<Enabled<X, Is, P>>,
    {
        let Self { issuer, storage, grants, responses, features, settings, profile, given } = self;
        let features = features.with_one_format().append(feature.accepted().told().permitted());
        Builder { issuer, storage, grants, responses, features, settings, profile, given }
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

    /// Which scopes imply others. None do without this call. A client that may ask for one may ask for what it implies; so may a refresh,
    /// of what was granted, and an exchange, of what the subject token has; an approval of one approves of it; what is narrowed is narrowed
    /// to [what both sides imply](ScopeHierarchy::common); and a resource that knows of nothing but what is implied gets a token for that.
    /// Hand the same value to your [`ResourceServer`](crate::ResourceServer::scope_hierarchy).
    pub fn scope_hierarchy(mut self, hierarchy: ScopeHierarchy) -> Self {
        self.settings.scope_hierarchy = hierarchy;
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

    /// How large an authorization request may be where it is kept, in bytes of JSON. 8,192 without this call, and at least that under
    /// [`Fapi2`](crate::Fapi2), where clients may send a `state` and a `nonce` of a thousand characters.
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

    /// The finished server. It cannot fail: everything that could be wrong is a type error.
    pub fn build<S>(self) -> AuthorizationServer<S, G, R, F, P>
    where
        I: IssuerIsSet,
        I: IssuerPermittedBy<P>,
        St: StorageIsSet<Storage = S>,
        P: Profile,
        P: AcceptsStorage<S>,
        G: GrantList,
        R: ResponseTypeList,
        F: FeatureList,
        F::Cells: Choices<S>,
        F: SignedIntrospectionIsServed,
        F: SignedTokensHaveAKey,
        F: AlgorithmsHaveAKey,
        F: SigningKeysAreUsed,
        F: IdTokensHaveRs256<P>,
        F: LogoutIsOfSignIns,
        F: PeopleCanSignIn<G, R>,
        F: PushedRequestsGoOn<G, R>,
        F: SignedRequestsAreServed<G, R>,
        F: SignedResponsesAreGiven<G, R>,
        F: IdJagsHaveIdTokens<G>,
        F: AssertedResourcesAreKnown<G>,
        F: BoundTokensAreAskedFor<R>,
        // Features may come before the profile: of two the last counts.
        P: AllowsVanishingKeys<F::AnyKeysVanish>,
        F: MasterKeysAreGiven<M>,
        F: FetcherIsGiven<M>,
        M: Gives,
        P: AllowsPrivateAddresses<M::PrivateAddresses>,
        P::Base: AllowsUnaimedTokens<Not<F::Assured<AimedTokens>>>,
        P::Base: AllowsNoCodes<Not<R::AnyCode>>,
        P::Base: AllowsBearerTokens<Not<F::Assured<BoundTokens>>>,
        P::Base: AllowsPlainRequests<And<Not<R::IsEmpty>, Not<F::Assured<PushedRequests>>>>,
        P::Base: AllowsSecrets<Not<And<F::Assured<KeyedClients>, Not<F::Assured<SharedAssertions>>>>>,
        P::Base: AllowsRotation<G::AnyRotates>,
        P::Base: AllowsOtherResponses<R::AnyBesideCode>,
        P::Base: AllowsOtherAlgorithms<F::AnySignsBeyondFapi2>,
        G: HasAGrant,
        G: RefreshTokensHaveASource,
        G: CodesCanBeObtained<R>,
        G: ImplicitIsServed<R>,
        R: CodesCanBeRedeemed<G>,
        R: ImplicitIsOptedIn<G>,
        R: FrontIdTokensAreOptedIn<G>,
        R: IdTokensAreMade<F>,
    {
        const {
            assert!(
                distinct(<G as List>::NAMES) && distinct(<R as List>::NAMES) && distinct(<F as List>::NAMES),
                "two names have the same key: please report this"
            );
            assert!(
                <G as List>::KEYS_FIT && <R as List>::KEYS_FIT && <F as List>::KEYS_FIT,
                "the key of a grant type, response type or feature is not that of its name: make both with `wire_name!`"
            );
        };
        let Settings {
            clock,
            endpoints,
            scopes,
            scope_hierarchy,
            access_token_lifetime,
            interaction_lifetime,
            request_bytes,
            pending_per_browser,
            pending_requests,
            error_uri,
            private_use_schemes,
            master_keys,
            fetcher,
            rate_limits,
        } = self.settings;
        let features = self.features.into_cells(P::MANNERS);
        AuthorizationServer {
            core: Core {
                manners: P::MANNERS,
                issuer: self.issuer.into_issuer(AtBuild(())),
                storage: self.storage.into_storage(),
                clock,
                endpoints,
                alias_origin: features.alias_origin().map(Into::into),
                scopes,
                scope_hierarchy,
                access_token_lifetime,
                interaction_lifetime,
                request_bytes: P::MANNERS.least_request.map_or(request_bytes, |least| request_bytes.max(least)),
                pending_per_browser,
                pending_requests,
                waiting: Waiting::default(),
                error_uri,
                private_use_schemes,
                master_keys,
                fetcher,
                rate_limits,
                loopback: <I as IssuerPermittedBy<P>>::LOOPBACK,
                available: AtomicBool::new(true),
                secrets: SecretVerifier::new(),
                document: OnceLock::new(),
            },
            grants: self.grants,
            responses: self.responses,
            features,
            profile: PhantomData,
        }
    }
}

impl<I, St, G, R, F, P, K, D, L> Builder<I, St, G, R, F, P, Given<K, D, L>> {
    /// Secrets from outside, for what must not be readable or made by whoever has the database alone. A server of opaque tokens
    /// needs none, since its database has their hashes only. The application derives keys of its own from them:
    /// [`AuthorizationServer::master_keys`].
    pub fn master_keys(self, keys: MasterKeys) -> Builder<I, St, G, R, F, P, Given<Yes, D, L>>
    where
        K: LacksMasterKeys,
    {
        let Self { issuer, storage, grants, responses, features, mut settings, profile, .. } = self;
        settings.master_keys = Some(keys);
        Builder { issuer, storage, grants, responses, features, settings, profile, given: PhantomData }
    }

    /// The one way to every document that a stranger names, such as the keys of a client (`jwks_uri`). Features that need one say so
    /// where it is missing; the application has it as [`AuthorizationServer::fetcher`].
    #[expect(clippy::type_complexity, reason = "it says what was given so far")]
    pub fn fetcher<A>(self, fetcher: Fetcher<A>) -> Builder<I, St, G, R, F, P, Given<K, Fetcher<A>, L>>
    where
        D: LacksFetcher,
    {
        let Self { issuer, storage, grants, responses, features, mut settings, profile, .. } = self;
        settings.fetcher = Some(fetcher.of_the_same());
        Builder { issuer, storage, grants, responses, features, settings, profile, given: PhantomData }
    }

    /// How many requests are answered, of a source and of a client. All of them without this call. `ProcessRateLimits` (feature `governor`)
    /// counts in this process; what instances share is an implementation of your own. An `Option` can be switched off at run time.
    ///
    /// They are asked at the token, device authorization, pushed authorization request, registration, introspection and revocation
    /// endpoints, and where the application asks ([`AuthorizationServer::admit`], [`TokenContext::admit`](crate::TokenContext::admit)). Who
    /// is refused gets 429 with `Retry-After` (RFC 6585 section 4) and `temporarily_unavailable`; a device that polls `slow_down`, after
    /// which it goes on (RFC 8628 section 3.5).
    pub fn rate_limits(self, limits: impl RateLimits) -> Builder<I, St, G, R, F, P, Given<K, D, Yes>>
    where
        L: LacksRateLimits,
    {
        let Self { issuer, storage, grants, responses, features, mut settings, profile, .. } = self;
        settings.rate_limits = limits.is_active().then(|| Arc::new(limits) as _);
        Builder { issuer, storage, grants, responses, features, settings, profile, given: PhantomData }
    }
}

//! Lists of features. People write them as tuples; inside they are cells, `Cons<A, Cons<B, Nil>>`, so that each phase is folded
//! over them with two implementations and not with one for each arity: up to 32 features, each with a dozen hooks, would take
//! half a minute to compile. Each phase calls the hooks of all of them in the order of the chain, statically.

use std::future::Future;
use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Response};

use crate::authentication::{Accepts, Claims, Methods};
use crate::authorization::{ApprovedRequest, AuthorizationResponse, Checking, DecisionRefused, RequestHooks, Unpacked};
use crate::client::{Client, ClientAuthenticationMethod, ClientRejection, RedirectUri};
use crate::core::{Boxed, Core, Manners};
use crate::extension::metadata::{Metadata, MetadataContext};
use crate::extension::route::RouteView;
use crate::feature::{Feature, FeatureOn, Here, PushedRequests, SignedRequests};
use crate::fetcher::Fetcher;
use crate::http::call::Call;
use crate::http::endpoints::{Endpoints, is_at};
use crate::http::parameters::{Parameter, Parameters};
use crate::issue::{
    Binding, Choices, Confirmed, IssueContext, IssueHooks, Issuing, Keyring, KeyringOn, Opaque, Shown, TokenFormat, Withheld,
};
use crate::storage::FoundToken;
use crate::token::claims::TokenClaims;
use crate::typelevel::choice::{Choice, Open};
use crate::typelevel::flag::Or;
use crate::typelevel::list::{Sealed, any};
use crate::typelevel::name::{Key, KeyOf, is_key_of};
use crate::typelevel::tuples::up_to_32;
use crate::typelevel::{Flag, List, No, WireName};
use crate::values::asked::Asked;
use crate::values::clock::Timestamp;
use crate::values::details::AuthorizationDetails;
use crate::values::error::{ErrorCode, OAuthError, StoreError};
use crate::values::issuer::Issuer;
use crate::values::resource::ResourceIdentifier;
use crate::values::response_mode::EncodedMode;

/// A tuple of up to 32 features.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a list of features",
    label = "expected a tuple; remember the comma in a one-element list: `(Introspection,)`",
    note = "in code that is generic over the features, require `F: FeaturesOn<S>`"
)]
pub trait FeatureList: List + Send + Sync + 'static {
    #[doc(hidden)]
    type Has<Name: Key>: Flag;
    /// Does one of them choose the token format?
    #[doc(hidden)]
    type ChoosesFormat: Flag;
    /// Does one of them sign something?
    #[doc(hidden)]
    type AnySigns: Flag;
    /// Does one of them bring keys?
    #[doc(hidden)]
    type BringsKeys: Flag;
    /// Does one of them bring keys that sign with RS256?
    #[doc(hidden)]
    type AnySignsRs256: Flag;
    /// Does one of them bring keys that sign under an algorithm that FAPI 2.0 does not have?
    #[doc(hidden)]
    type AnySignsBeyondFapi2: Flag;
    /// Does one of them bring keys that vanish when the process ends?
    #[doc(hidden)]
    type AnyKeysVanish: Flag;
    /// Does one of them need master keys?
    #[doc(hidden)]
    type AnyNeedsMasterKeys: Flag;
    /// Does one of them need a fetcher?
    #[doc(hidden)]
    type AnyNeedsFetcher: Flag;
    /// Does one of them assure the profile of this?
    #[doc(hidden)]
    type Assured<A: WireName>: Flag;
    /// Is there a key for each algorithm that the chosen token format names?
    #[doc(hidden)]
    type AlgorithmsHaveKeys: Flag;
    /// The same features as cells.
    #[doc(hidden)]
    type Cells: Cells;
    /// Narrowed to what the profile of the server permits.
    #[doc(hidden)]
    fn into_cells(self, manners: Manners) -> Self::Cells;
}

/// Every feature in the list runs on the storage `S`, and so does the token format.
pub trait FeaturesOn<S>: FeatureList<Cells: CellsOn<S>> {}

impl<S, F: FeatureList<Cells: CellsOn<S>>> FeaturesOn<S> for F {}

/// A feature, and those behind it.
#[doc(hidden)]
#[derive(Debug)]
pub struct Cons<A, B>(pub(super) A, pub(super) B);

/// No more features.
#[doc(hidden)]
#[derive(Debug)]
pub struct Nil;

type SignsRs256<F> = <<<F as FeatureList>::Cells as Cells>::AnyKeys as Choice>::Has<crate::wire_key!("RS256")>;
type SignsEs384<F> = <<<F as FeatureList>::Cells as Cells>::AnyKeys as Choice>::Has<crate::wire_key!("ES384")>;
type SignsBeyondFapi2<F> = Or<SignsRs256<F>, SignsEs384<F>>;

type FormatFitsKeys<F> =
    <<<F as FeatureList>::Cells as Cells>::AnyFormat as Choice>::AllIn<<<F as FeatureList>::Cells as Cells>::AnyKeys>;

macro_rules! cells {
    () => { Nil };
    ($head:ident $(, $tail:ident)*) => { Cons<$head, cells!($($tail),*)> };
}

macro_rules! into_cells {
    ($list:ident;) => { Nil };
    ($list:ident; $i:tt $($rest:tt)*) => { Cons($list.$i, into_cells!($list; $($rest)*)) };
}

macro_rules! features {
    ($($T:ident $i:tt),*) => {
        #[doc(hidden)]
        impl<$($T: Feature),*> FeatureList for ($($T,)*) {
            type Has<Name: Key> = <Self as List>::Contains<Name>;
            type ChoosesFormat = any!($(<$T::Format as Choice>::Made),*);
            type AnySigns = any!($($T::Signs),*);
            type BringsKeys = any!($(<$T::Keys as Choice>::Made),*);
            type AnySignsRs256 = SignsRs256<Self>;
            type AnySignsBeyondFapi2 = SignsBeyondFapi2<Self>;
            type AnyKeysVanish = any!($($T::KeysVanish),*);
            type AnyNeedsMasterKeys = any!($($T::NeedsMasterKeys),*);
            type AnyNeedsFetcher = any!($($T::NeedsFetcher),*);
            type Assured<A: WireName> = any!($(<$T::Assures as List>::Contains<A::Key>),*);
            type AlgorithmsHaveKeys = FormatFitsKeys<Self>;
            type Cells = cells!($($T),*);
            fn into_cells(self, manners: Manners) -> Self::Cells {
                into_cells!(self; $($i)*).under(manners)
            }
        }
    };
}
up_to_32!(features);

/// A feature without parentheses and comma, where the type of a server is written. No chain builds such a server, so a type that says
/// it meets another one there, and that is the one error; a bound would be missing at each call on the server.
#[doc(hidden)]
#[diagnostic::do_not_recommend]
impl<X: Feature> FeatureList for X {
    type Has<Name: Key> = <Self as List>::Contains<Name>;
    type ChoosesFormat = <X::Format as Choice>::Made;
    type AnySigns = X::Signs;
    type BringsKeys = <X::Keys as Choice>::Made;
    type AnySignsRs256 = SignsRs256<Self>;
    type AnySignsBeyondFapi2 = SignsBeyondFapi2<Self>;
    type AnyKeysVanish = X::KeysVanish;
    type AnyNeedsMasterKeys = X::NeedsMasterKeys;
    type AnyNeedsFetcher = X::NeedsFetcher;
    type Assured<A: WireName> = <X::Assures as List>::Contains<A::Key>;
    type AlgorithmsHaveKeys = FormatFitsKeys<Self>;
    type Cells = Cons<X, Nil>;
    fn into_cells(self, manners: Manners) -> Self::Cells {
        Cons(self, Nil).under(manners)
    }
}

#[diagnostic::do_not_recommend]
impl<X: Feature> Sealed for X {}

#[doc(hidden)]
#[diagnostic::do_not_recommend]
impl<X: Feature> List for X {
    const NAMES: &'static [&'static str] = &[X::NAME];
    const KEYS_FIT: bool = is_key_of(X::Key::DIGITS, X::NAME);
    type IsEmpty = No;
    type Contains<Name: Key> = <X::Key as Key>::Same<Name>;
}

/// What all features say, whatever the storage.
#[doc(hidden)]
pub trait Cells: Accepts + Sized {
    type AnyFormat: Choice;
    type AnyKeys: Choice;
    /// With what the keys sign that one of them brings.
    const SIGNING_ALGORITHMS: &'static [&'static str];
    fn any_format(&self) -> &Self::AnyFormat;
    fn any_keys(&self) -> &Self::AnyKeys;
    /// Narrowed to what the profile of the server permits.
    #[must_use]
    fn under(self, manners: Manners) -> Self;
    /// Does one of them bring the response mode?
    fn brings_response_mode(&self, mode: &str) -> bool;
    /// Does one of them open requests that clients sign?
    fn opens_signed_requests(&self) -> bool;
    /// Is the one with this name switched on?
    fn is_on(&self, name: &str) -> bool;
    fn describe(&self, cx: &MetadataContext<'_>, metadata: &mut Metadata);
    /// The origin at which clients with certificates find the endpoints, if elsewhere.
    fn alias_origin(&self) -> Option<&str>;
    /// Why they cannot serve the client.
    fn check_client(&self, client: &Client, here: Here<'_>, reasons: &mut Vec<ClientRejection>);
    /// The same where it is for others to say, such as in a document that the client names.
    fn examine(
        &self,
        client: &Client,
        fetcher: Option<&Fetcher>,
        now: Timestamp,
    ) -> impl Future<Output = Option<ClientRejection>> + Send;
    /// Is a client that was loaded none for this server?
    fn disown_under(&self, client: &Client, algorithms: &[&'static str]) -> bool;
    /// The paths that they answer at, below the issuer's.
    fn paths(&self, endpoints: &Endpoints) -> Vec<String>;
    /// Does one of them answer at the path of a request?
    fn answers_at(&self, endpoints: &Endpoints, issuer: &Issuer, requested: &str) -> bool;
    /// # Errors
    ///
    /// `invalid_request` if a parameter of a token request occurs more often than it may.
    fn reject_repeats(&self, parameters: &Parameters<'_>) -> Result<(), OAuthError>;
    /// Is there a copy of the metadata at this path?
    fn describes_at(&self, issuer: &Issuer, requested: &str) -> bool;
    /// The paths of such copies, below the issuer's.
    fn metadata_paths(&self) -> Vec<&'static str>;
}

impl Cells for Nil {
    type AnyFormat = Open;
    type AnyKeys = Open;
    const SIGNING_ALGORITHMS: &'static [&'static str] = &[];
    fn any_format(&self) -> &Open {
        &Open
    }
    fn any_keys(&self) -> &Open {
        &Open
    }
    fn under(self, _: Manners) -> Self {
        self
    }
    fn brings_response_mode(&self, _: &str) -> bool {
        false
    }
    fn opens_signed_requests(&self) -> bool {
        false
    }
    fn is_on(&self, _: &str) -> bool {
        false
    }
    fn describe(&self, _: &MetadataContext<'_>, _: &mut Metadata) {}
    fn alias_origin(&self) -> Option<&str> {
        None
    }
    fn check_client(&self, _: &Client, _: Here<'_>, _: &mut Vec<ClientRejection>) {}
    async fn examine(&self, _: &Client, _: Option<&Fetcher>, _: Timestamp) -> Option<ClientRejection> {
        None
    }
    fn disown_under(&self, _: &Client, _: &[&'static str]) -> bool {
        false
    }
    fn paths(&self, _: &Endpoints) -> Vec<String> {
        Vec::new()
    }
    fn answers_at(&self, _: &Endpoints, _: &Issuer, _: &str) -> bool {
        false
    }
    fn reject_repeats(&self, _: &Parameters<'_>) -> Result<(), OAuthError> {
        Ok(())
    }
    fn describes_at(&self, _: &Issuer, _: &str) -> bool {
        false
    }
    fn metadata_paths(&self) -> Vec<&'static str> {
        Vec::new()
    }
}

impl<A: Feature, B: Cells> Cells for Cons<A, B> {
    type AnyFormat = <A::Format as Choice>::Or<B::AnyFormat>;
    type AnyKeys = <A::Keys as Choice>::Or<B::AnyKeys>;
    // Those of the same feature whose keys are chosen.
    const SIGNING_ALGORITHMS: &'static [&'static str] =
        if <A::Keys as Choice>::Made::VALUE { A::SIGNING_ALGORITHMS } else { B::SIGNING_ALGORITHMS };
    fn any_format(&self) -> &Self::AnyFormat {
        self.0.format().or(self.1.any_format())
    }
    fn any_keys(&self) -> &Self::AnyKeys {
        self.0.keys().or(self.1.any_keys())
    }
    fn under(mut self, manners: Manners) -> Self {
        self.0.keep_to(manners);
        Self(self.0, self.1.under(manners))
    }
    fn opens_signed_requests(&self) -> bool {
        A::OPENS_SIGNED_REQUESTS || self.1.opens_signed_requests()
    }
    fn brings_response_mode(&self, mode: &str) -> bool {
        A::RESPONSE_MODES.iter().any(|own| own.name == mode) || self.1.brings_response_mode(mode)
    }
    fn is_on(&self, name: &str) -> bool {
        (A::NAME == name && self.0.is_active()) || self.1.is_on(name)
    }
    fn describe(&self, cx: &MetadataContext<'_>, metadata: &mut Metadata) {
        if !metadata.response_modes_supported.is_empty() {
            metadata.response_modes_supported.extend(A::RESPONSE_MODES.iter().map(|mode| mode.name));
        }
        self.0.describe(cx, metadata);
        self.1.describe(cx, metadata);
    }
    fn alias_origin(&self) -> Option<&str> {
        self.0.alias_origin().or(self.1.alias_origin())
    }
    fn check_client(&self, client: &Client, here: Here<'_>, reasons: &mut Vec<ClientRejection>) {
        self.0.check_client(client, here, reasons);
        self.1.check_client(client, here, reasons);
    }
    async fn examine(&self, client: &Client, fetcher: Option<&Fetcher>, now: Timestamp) -> Option<ClientRejection> {
        match self.0.examine(client, fetcher, now).await {
            None => self.1.examine(client, fetcher, now).await,
            refused => refused,
        }
    }
    fn disown_under(&self, client: &Client, algorithms: &[&'static str]) -> bool {
        self.0.disowns(client, algorithms) || self.1.disown_under(client, algorithms)
    }
    fn paths(&self, endpoints: &Endpoints) -> Vec<String> {
        let mut paths = self.1.paths(endpoints);
        paths.extend(self.0.path(endpoints).map(str::to_owned));
        paths
    }
    fn answers_at(&self, endpoints: &Endpoints, issuer: &Issuer, requested: &str) -> bool {
        self.0.path(endpoints).is_some_and(|path| is_at(issuer, path, requested))
            || self.1.answers_at(endpoints, issuer, requested)
    }
    fn reject_repeats(&self, parameters: &Parameters<'_>) -> Result<(), OAuthError> {
        parameters.reject_repeats(&[A::TOKEN_PARAMETERS])?;
        self.1.reject_repeats(parameters)
    }
    fn describes_at(&self, issuer: &Issuer, requested: &str) -> bool {
        A::METADATA_PATH.is_some_and(|path| is_at(issuer, path, requested)) || self.1.describes_at(issuer, requested)
    }
    fn metadata_paths(&self) -> Vec<&'static str> {
        let mut paths = self.1.metadata_paths();
        paths.extend(A::METADATA_PATH);
        paths
    }
}

/// All phases of all features on the storage `S`.
#[doc(hidden)]
pub trait CellsOn<S>: Cells + Methods<Core<S>> + RequestHooks<S> + Issuing<S> + HooksOn<S> + KeepsKeys<S> {}
impl<S, C: Cells + Methods<Core<S>> + RequestHooks<S> + Issuing<S> + HooksOn<S> + KeepsKeys<S>> CellsOn<S> for C {}

/// The keys that one of them brings, and what is done for them while the server runs. Apart from [`Choices`], which `.build()` asks
/// for: a storage that cannot keep keys is refused before, and once.
#[doc(hidden)]
pub trait KeepsKeys<S> {
    type Kept: KeyringOn<S>;
    fn kept(&self) -> &Self::Kept;
}

impl<S, C: Cells> KeepsKeys<S> for C
where
    <C::AnyKeys as Choice>::Or<Open>: KeyringOn<S>,
{
    type Kept = <C::AnyKeys as Choice>::Or<Open>;
    fn kept(&self) -> &Self::Kept {
        self.any_keys().or(&Open)
    }
}

/// The phases of the other endpoints, and the routes.
#[doc(hidden)]
pub trait HooksOn<S>: Send + Sync + 'static {
    /// The introspection response in the form that the request asks for, if a feature has that form.
    fn encode<K: Keyring>(
        &self,
        core: &Core<S>,
        keys: &K,
        call: &Call<'_>,
        client: &Client,
        claims: Option<&TokenClaims>,
    ) -> impl Future<Output = Result<Option<Response<Bytes>>, OAuthError>> + Send;
    /// The answer to the request if one of the features has this path, else the request. Whoever answers is found at once, so that only one
    /// answer is waited for, and not one inside the other; and in a box: what a route does asks all features again.
    #[allow(clippy::result_large_err, reason = "no error: the request goes on to somebody else")]
    fn route<'a, V: RouteView<S>>(
        &'a self,
        view: &'a V,
        request: Request<Bytes>,
    ) -> Result<Boxed<'a, Response<Bytes>>, Request<Bytes>>
    where
        S: 'a;
}

impl Accepts for Nil {
    fn accepts(&self, _: ClientAuthenticationMethod) -> bool {
        false
    }
    fn binds_to_keys(&self) -> bool {
        false
    }
    fn binds_to_certificates(&self) -> bool {
        false
    }
    fn algorithms(&self, _: &mut Vec<&'static str>) {}
    fn disown(&self, _: &Client) -> bool {
        false
    }
}

impl<A: Feature, B: Cells> Accepts for Cons<A, B> {
    fn accepts(&self, method: ClientAuthenticationMethod) -> bool {
        A::AUTHENTICATION_METHODS.contains(&method) || self.1.accepts(method)
    }
    fn binds_to_keys(&self) -> bool {
        A::BINDS_TO_KEYS || self.1.binds_to_keys()
    }
    fn binds_to_certificates(&self) -> bool {
        A::BINDS_TO_CERTIFICATES || self.1.binds_to_certificates()
    }
    fn algorithms(&self, into: &mut Vec<&'static str>) {
        into.extend(self.0.authentication_algorithms());
        self.1.algorithms(into);
    }
    fn disown(&self, client: &Client) -> bool {
        self.disown_under(client, Self::SIGNING_ALGORITHMS)
    }
}

impl<S: Send + Sync> Methods<Core<S>> for Nil {
    async fn resolve(&self, _: &Core<S>, _: &str) -> Result<Option<Arc<Client>>, OAuthError> {
        Ok(None)
    }
    fn recognise<'c>(&self, _: &Call<'c>, _: &mut Claims<'c>) -> Result<(), OAuthError> {
        Ok(())
    }
    async fn prove(&self, _: ClientAuthenticationMethod, _: &Core<S>, _: &Call<'_>, _: &Client) -> Result<bool, OAuthError> {
        Ok(false)
    }
}

impl<S: Send + Sync, A: FeatureOn<S>, B: Cells + Methods<Core<S>>> Methods<Core<S>> for Cons<A, B> {
    async fn resolve(&self, core: &Core<S>, id: &str) -> Result<Option<Arc<Client>>, OAuthError> {
        match self.0.resolve(core, id).await? {
            None => self.1.resolve(core, id).await,
            found => Ok(found),
        }
    }
    fn recognise<'c>(&self, call: &Call<'c>, claims: &mut Claims<'c>) -> Result<(), OAuthError> {
        claims.add(self.0.recognise(call)?)?;
        self.1.recognise(call, claims)
    }
    async fn prove(
        &self,
        method: ClientAuthenticationMethod,
        core: &Core<S>,
        call: &Call<'_>,
        client: &Client,
    ) -> Result<bool, OAuthError> {
        if A::AUTHENTICATION_METHODS.contains(&method) && self.0.prove(core, call, client).await? {
            return Ok(true);
        }
        self.1.prove(method, core, call, client).await
    }
}

impl<S: Send + Sync> RequestHooks<S> for Nil {
    fn authorization_parameters(&self, _: &mut dyn FnMut(&'static [Parameter])) {}
    fn refused_parameters(&self, _: &mut dyn FnMut(&'static [(&'static str, ErrorCode)])) {}
    fn response_modes(&self, _: &mut dyn FnMut(&'static [EncodedMode])) {}
    async fn unpack(&self, _: &Core<S>, _: &Call<'_>, _: &Client) -> Result<Option<Unpacked>, OAuthError> {
        Ok(None)
    }
    async fn check(&self, _: &Core<S>, _: &Call<'_>, _: &Checking<'_>, _: &mut Asked) -> Result<(), OAuthError> {
        Ok(())
    }
    fn requires_pushed(&self) -> bool {
        false
    }
    fn requires_signed(&self) -> bool {
        false
    }
    fn permits_redirect(&self, _: &Client, _: &RedirectUri) -> bool {
        false
    }
    fn knows_details(&self, _: &Client, _: &AuthorizationDetails) -> bool {
        false
    }
    fn judge_details(&self, _: &AuthorizationDetails, _: &AuthorizationDetails) -> Option<Result<(), DecisionRefused>> {
        None
    }
    async fn approve(&self, _: &Core<S>, _: &mut ApprovedRequest) -> Result<(), OAuthError> {
        Ok(())
    }
}

impl<S: Send + Sync, A: FeatureOn<S>, B: RequestHooks<S>> RequestHooks<S> for Cons<A, B> {
    fn authorization_parameters(&self, each: &mut dyn FnMut(&'static [Parameter])) {
        each(A::AUTHORIZATION_PARAMETERS);
        self.1.authorization_parameters(each);
    }
    fn refused_parameters(&self, each: &mut dyn FnMut(&'static [(&'static str, ErrorCode)])) {
        each(A::REFUSED_PARAMETERS);
        self.1.refused_parameters(each);
    }
    fn response_modes(&self, each: &mut dyn FnMut(&'static [EncodedMode])) {
        each(A::RESPONSE_MODES);
        self.1.response_modes(each);
    }
    async fn unpack(&self, core: &Core<S>, call: &Call<'_>, client: &Client) -> Result<Option<Unpacked>, OAuthError> {
        match self.0.unpack(core, call, client).await? {
            None => self.1.unpack(core, call, client).await,
            unpacked => Ok(unpacked),
        }
    }
    async fn check(&self, core: &Core<S>, call: &Call<'_>, checking: &Checking<'_>, asked: &mut Asked) -> Result<(), OAuthError> {
        self.0.check(core, call, checking, asked).await?;
        self.1.check(core, call, checking, asked).await
    }
    fn requires_signed(&self) -> bool {
        <A::Assures as List>::Contains::<KeyOf<SignedRequests>>::VALUE || self.1.requires_signed()
    }
    fn requires_pushed(&self) -> bool {
        <A::Assures as List>::Contains::<KeyOf<PushedRequests>>::VALUE || self.1.requires_pushed()
    }
    fn permits_redirect(&self, client: &Client, uri: &RedirectUri) -> bool {
        self.0.permits_redirect(client, uri) || self.1.permits_redirect(client, uri)
    }
    fn knows_details(&self, client: &Client, details: &AuthorizationDetails) -> bool {
        self.0.knows_details(client, details) || self.1.knows_details(client, details)
    }
    fn judge_details(&self, asked: &AuthorizationDetails, granted: &AuthorizationDetails) -> Option<Result<(), DecisionRefused>> {
        self.0.judge_details(asked, granted).or_else(|| self.1.judge_details(asked, granted))
    }
    async fn approve(&self, core: &Core<S>, approved: &mut ApprovedRequest) -> Result<(), OAuthError> {
        self.0.approve(core, approved).await?;
        self.1.approve(core, approved).await
    }
}

impl<S: Send + Sync> IssueHooks<S> for Nil {
    async fn admit(&self, _: &Core<S>, _: &mut FoundToken) -> Result<bool, StoreError> {
        Ok(true)
    }
    async fn aim(&self, _: &IssueContext<'_, S>, _: &mut Binding) -> Result<(), OAuthError> {
        Ok(())
    }
    fn default_resource(&self) -> Option<&ResourceIdentifier> {
        None
    }
    async fn narrow(&self, _: &IssueContext<'_, S>, _: &mut Binding) -> Result<(), OAuthError> {
        Ok(())
    }
    async fn bind(&self, _: &IssueContext<'_, S>, _: &mut Binding) -> Result<(), OAuthError> {
        Ok(())
    }
    async fn confirm(&self, _: &Core<S>, _: &Shown<'_>, _: &mut Confirmed) -> Result<(), OAuthError> {
        Ok(())
    }
    fn proof_algorithms(&self) -> &[&'static str] {
        &[]
    }
    async fn respond<K: Keyring>(&self, _: &IssueContext<'_, S>, _: &K, _: &mut Withheld) -> Result<(), OAuthError> {
        Ok(())
    }
    async fn encode_response<K: Keyring>(
        &self,
        _: &Core<S>,
        _: &K,
        _: &Client,
        _: &str,
        _: &AuthorizationResponse,
    ) -> Result<Option<AuthorizationResponse>, OAuthError> {
        Ok(None)
    }
}

impl<S: Send + Sync, A: FeatureOn<S>, B: IssueHooks<S>> IssueHooks<S> for Cons<A, B> {
    async fn admit(&self, core: &Core<S>, found: &mut FoundToken) -> Result<bool, StoreError> {
        Ok(self.0.admit(core, found).await? && self.1.admit(core, found).await?)
    }
    async fn aim(&self, cx: &IssueContext<'_, S>, binding: &mut Binding) -> Result<(), OAuthError> {
        self.0.aim(cx, binding).await?;
        self.1.aim(cx, binding).await
    }
    fn default_resource(&self) -> Option<&ResourceIdentifier> {
        self.0.default_resource().or(self.1.default_resource())
    }
    async fn narrow(&self, cx: &IssueContext<'_, S>, binding: &mut Binding) -> Result<(), OAuthError> {
        self.0.narrow(cx, binding).await?;
        self.1.narrow(cx, binding).await
    }
    async fn bind(&self, cx: &IssueContext<'_, S>, binding: &mut Binding) -> Result<(), OAuthError> {
        self.0.bind(cx, binding).await?;
        self.1.bind(cx, binding).await
    }
    async fn confirm(&self, core: &Core<S>, shown: &Shown<'_>, confirmed: &mut Confirmed) -> Result<(), OAuthError> {
        self.0.confirm(core, shown, confirmed).await?;
        self.1.confirm(core, shown, confirmed).await
    }
    fn proof_algorithms(&self) -> &[&'static str] {
        match self.0.proof_algorithms() {
            [] => self.1.proof_algorithms(),
            algorithms => algorithms,
        }
    }
    async fn respond<K: Keyring>(&self, cx: &IssueContext<'_, S>, keys: &K, response: &mut Withheld) -> Result<(), OAuthError> {
        self.0.respond(cx, keys, response).await?;
        self.1.respond(cx, keys, response).await
    }
    async fn encode_response<K: Keyring>(
        &self,
        core: &Core<S>,
        keys: &K,
        client: &Client,
        mode: &str,
        response: &AuthorizationResponse,
    ) -> Result<Option<AuthorizationResponse>, OAuthError> {
        match A::RESPONSE_MODES.iter().any(|known| known.name == mode) {
            true => self.0.encode_response(core, keys, client, response).await.map(Some),
            false => self.1.encode_response(core, keys, client, mode, response).await,
        }
    }
}

impl<S, C: Cells> Choices<S> for C
where
    <C::AnyFormat as Choice>::Or<Opaque>: TokenFormat<S>,
    <C::AnyKeys as Choice>::Or<Open>: Keyring,
{
    type Format = <C::AnyFormat as Choice>::Or<Opaque>;
    type Keys = <C::AnyKeys as Choice>::Or<Open>;
    fn format(&self) -> &Self::Format {
        self.any_format().or(&Opaque)
    }
    fn keys(&self) -> &Self::Keys {
        self.any_keys().or(&Open)
    }
}

impl<S: Send + Sync> HooksOn<S> for Nil {
    async fn encode<K: Keyring>(
        &self,
        _: &Core<S>,
        _: &K,
        _: &Call<'_>,
        _: &Client,
        _: Option<&TokenClaims>,
    ) -> Result<Option<Response<Bytes>>, OAuthError> {
        Ok(None)
    }
    fn route<'a, V: RouteView<S>>(
        &'a self,
        _: &'a V,
        request: Request<Bytes>,
    ) -> Result<Boxed<'a, Response<Bytes>>, Request<Bytes>>
    where
        S: 'a,
    {
        Err(request)
    }
}

impl<S: Send + Sync, A: FeatureOn<S>, B: HooksOn<S>> HooksOn<S> for Cons<A, B> {
    async fn encode<K: Keyring>(
        &self,
        core: &Core<S>,
        keys: &K,
        call: &Call<'_>,
        client: &Client,
        claims: Option<&TokenClaims>,
    ) -> Result<Option<Response<Bytes>>, OAuthError> {
        match self.0.encode(core, keys, call, client, claims).await? {
            None => self.1.encode(core, keys, call, client, claims).await,
            encoded => Ok(encoded),
        }
    }
    fn route<'a, V: RouteView<S>>(
        &'a self,
        view: &'a V,
        request: Request<Bytes>,
    ) -> Result<Boxed<'a, Response<Bytes>>, Request<Bytes>>
    where
        S: 'a,
    {
        match self.0.path(&view.core().endpoints) {
            Some(path) if view.is_at(path, request.uri().path()) => Ok(Box::pin(self.0.serve(view, request))),
            _ => self.1.route(view, request),
        }
    }
}

//! Lists of features. People write them as tuples; inside they are cells, `Cons<A, Cons<B, Nil>>`, so that each phase is folded
//! over them with two implementations and not with one for each arity: up to 32 features, each with a dozen hooks, would take
//! half a minute to compile. Each phase calls the hooks of all of them in the order of the chain, statically.

use std::future::Future;
use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Response};

use crate::authentication::{Accepts, Claims, Methods};
use crate::authorization::{Asked, RequestHooks, Unpacked};
use crate::call::Call;
use crate::claims::TokenClaims;
use crate::client::{Client, ClientAuthenticationMethod};
use crate::core::Core;
use crate::endpoints::{Endpoints, is_at};
use crate::error::{StoreError, TokenError};
use crate::feature::{Feature, FeatureOn};
use crate::issue::{Binding, Choices, IssueContext, IssueHooks, Issuing, Keyring, Opaque, TokenFormat, Withheld};
use crate::issuer::Issuer;
use crate::metadata::{Metadata, MetadataContext};
use crate::parameters::{Parameter, Parameters};
use crate::route::RouteView;
use crate::storage::FoundToken;
use crate::typelevel::choice::{Choice, Open};
use crate::typelevel::list::any;
use crate::typelevel::name::Key;
use crate::typelevel::tuples::up_to_32;
use crate::typelevel::{Flag, List};

/// A tuple of features.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a list of features",
    label = "expected a tuple; remember the comma in a one-element list: `(Introspection,)`",
    note = "in code that is generic over the features, require `F: FeaturesOn<S>`"
)]
pub trait FeatureList: List {
    #[doc(hidden)]
    type Has<Name: Key>: Flag;
    /// Does one of them choose the token format?
    #[doc(hidden)]
    type ChoosesFormat: Flag;
    /// The same features as cells.
    #[doc(hidden)]
    type Cells: Cells;
    #[doc(hidden)]
    fn into_cells(self) -> Self::Cells;
}

/// Every feature in the list runs on the storage `S`, and so does the token format.
#[diagnostic::on_unimplemented(
    message = "the features `{Self}` cannot be served from the storage `{S}`",
    label = "a feature, or the token format, needs more of `{S}`"
)]
pub trait FeaturesOn<S>: FeatureList<Cells: CellsOn<S>> {}

#[diagnostic::do_not_recommend]
impl<S, F: FeatureList<Cells: CellsOn<S>>> FeaturesOn<S> for F {}

/// A feature, and those behind it.
#[doc(hidden)]
#[derive(Debug)]
pub struct Cons<A, B>(pub(super) A, pub(super) B);

/// No more features.
#[doc(hidden)]
#[derive(Debug)]
pub struct Nil;

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
        impl<$($T: Feature),*> FeatureList for ($($T,)*) {
            type Has<Name: Key> = <Self as List>::Contains<Name>;
            type ChoosesFormat = any!($(<$T::Format as Choice>::Made),*);
            type Cells = cells!($($T),*);
            fn into_cells(self) -> Self::Cells {
                into_cells!(self; $($i)*)
            }
        }
    };
}
up_to_32!(features);

/// What all features say, whatever the storage.
#[doc(hidden)]
pub trait Cells: Accepts {
    type AnyFormat: Choice;
    type AnyKeys: Choice;
    fn any_format(&self) -> &Self::AnyFormat;
    fn any_keys(&self) -> &Self::AnyKeys;
    fn describe(&self, cx: &MetadataContext<'_>, metadata: &mut Metadata);
    /// The paths that they answer at, below the issuer's.
    fn paths(&self, endpoints: &Endpoints) -> Vec<String>;
    /// Does one of them answer at the path of a request?
    fn answers_at(&self, endpoints: &Endpoints, issuer: &Issuer, requested: &str) -> bool;
    /// # Errors
    ///
    /// `invalid_request` if a parameter of a token request occurs more often than it may.
    fn reject_repeats(&self, parameters: &Parameters<'_>) -> Result<(), TokenError>;
}

impl Cells for Nil {
    type AnyFormat = Open;
    type AnyKeys = Open;
    fn any_format(&self) -> &Open {
        &Open
    }
    fn any_keys(&self) -> &Open {
        &Open
    }
    fn describe(&self, _: &MetadataContext<'_>, _: &mut Metadata) {}
    fn paths(&self, _: &Endpoints) -> Vec<String> {
        Vec::new()
    }
    fn answers_at(&self, _: &Endpoints, _: &Issuer, _: &str) -> bool {
        false
    }
    fn reject_repeats(&self, _: &Parameters<'_>) -> Result<(), TokenError> {
        Ok(())
    }
}

impl<A: Feature, B: Cells> Cells for Cons<A, B> {
    type AnyFormat = <A::Format as Choice>::Or<B::AnyFormat>;
    type AnyKeys = <A::Keys as Choice>::Or<B::AnyKeys>;
    fn any_format(&self) -> &Self::AnyFormat {
        self.0.format().or(self.1.any_format())
    }
    fn any_keys(&self) -> &Self::AnyKeys {
        self.0.keys().or(self.1.any_keys())
    }
    fn describe(&self, cx: &MetadataContext<'_>, metadata: &mut Metadata) {
        self.0.describe(cx, metadata);
        self.1.describe(cx, metadata);
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
    fn reject_repeats(&self, parameters: &Parameters<'_>) -> Result<(), TokenError> {
        parameters.reject_repeats(&[A::TOKEN_PARAMETERS])?;
        self.1.reject_repeats(parameters)
    }
}

/// All phases of all features on the storage `S`.
#[doc(hidden)]
pub trait CellsOn<S>: Cells + Methods<Core<S>> + RequestHooks<S> + Issuing<S> + HooksOn<S> {}
impl<S, C: Cells + Methods<Core<S>> + RequestHooks<S> + Issuing<S> + HooksOn<S>> CellsOn<S> for C {}

/// The phases of the other endpoints, and the routes.
#[doc(hidden)]
pub trait HooksOn<S>: Send + Sync + 'static {
    /// May an active token still be spoken of as active? What is said of it may be less than it was.
    fn admit(&self, core: &Core<S>, found: &mut FoundToken) -> impl Future<Output = Result<bool, StoreError>> + Send;
    /// The introspection response in the form that the request asks for, if a feature has that form.
    fn encode<K: Keyring>(
        &self,
        core: &Core<S>,
        keys: &K,
        call: &Call<'_>,
        client: &Client,
        claims: Option<&TokenClaims>,
    ) -> impl Future<Output = Result<Option<Response<Bytes>>, TokenError>> + Send;
    /// Answers the request if one of the features has this path, else gives it back.
    fn route<V: RouteView<S>>(
        &self,
        view: &V,
        request: Request<Bytes>,
    ) -> impl Future<Output = Result<Response<Bytes>, Request<Bytes>>> + Send;
}

impl Accepts for Nil {
    fn accepts(&self, _: ClientAuthenticationMethod) -> bool {
        false
    }
}

impl<A: Feature, B: Accepts> Accepts for Cons<A, B> {
    fn accepts(&self, method: ClientAuthenticationMethod) -> bool {
        A::AUTHENTICATION_METHODS.contains(&method) || self.1.accepts(method)
    }
}

impl<S: Send + Sync> Methods<Core<S>> for Nil {
    async fn resolve(&self, _: &Core<S>, _: &str) -> Result<Option<Arc<Client>>, TokenError> {
        Ok(None)
    }
    fn recognise<'c>(&self, _: usize, _: &Call<'c>, _: &mut Claims<'c>) -> Result<(), TokenError> {
        Ok(())
    }
    async fn prove(&self, _: usize, _: &Core<S>, _: &Call<'_>, _: &Client) -> Result<bool, TokenError> {
        Ok(false)
    }
}

impl<S: Send + Sync, A: FeatureOn<S>, B: Methods<Core<S>>> Methods<Core<S>> for Cons<A, B> {
    async fn resolve(&self, core: &Core<S>, id: &str) -> Result<Option<Arc<Client>>, TokenError> {
        match self.0.resolve(core, id).await? {
            None => self.1.resolve(core, id).await,
            found => Ok(found),
        }
    }
    fn recognise<'c>(&self, place: usize, call: &Call<'c>, claims: &mut Claims<'c>) -> Result<(), TokenError> {
        claims.add(place, self.0.recognise(call)?)?;
        self.1.recognise(place + 1, call, claims)
    }
    async fn prove(&self, place: usize, core: &Core<S>, call: &Call<'_>, client: &Client) -> Result<bool, TokenError> {
        match place.checked_sub(1) {
            None => self.0.prove(core, call, client).await,
            Some(behind) => self.1.prove(behind, core, call, client).await,
        }
    }
}

impl<S: Send + Sync> RequestHooks<S> for Nil {
    fn authorization_parameters(&self, _: &mut dyn FnMut(&'static [Parameter])) {}
    async fn unpack(&self, _: &Core<S>, _: &Call<'_>, _: &Client) -> Result<Option<Unpacked>, TokenError> {
        Ok(None)
    }
    async fn check(&self, _: &Core<S>, _: &Call<'_>, _: &Client, _: &mut Asked) -> Result<(), TokenError> {
        Ok(())
    }
}

impl<S: Send + Sync, A: FeatureOn<S>, B: RequestHooks<S>> RequestHooks<S> for Cons<A, B> {
    fn authorization_parameters(&self, each: &mut dyn FnMut(&'static [Parameter])) {
        each(A::AUTHORIZATION_PARAMETERS);
        self.1.authorization_parameters(each);
    }
    async fn unpack(&self, core: &Core<S>, call: &Call<'_>, client: &Client) -> Result<Option<Unpacked>, TokenError> {
        match self.0.unpack(core, call, client).await? {
            None => self.1.unpack(core, call, client).await,
            unpacked => Ok(unpacked),
        }
    }
    async fn check(&self, core: &Core<S>, call: &Call<'_>, client: &Client, asked: &mut Asked) -> Result<(), TokenError> {
        self.0.check(core, call, client, asked).await?;
        self.1.check(core, call, client, asked).await
    }
}

impl<S: Send + Sync> IssueHooks<S> for Nil {
    async fn bind(&self, _: &IssueContext<'_, S>, _: &mut Binding) -> Result<(), TokenError> {
        Ok(())
    }
    async fn respond<K: Keyring>(&self, _: &IssueContext<'_, S>, _: &K, _: &mut Withheld) -> Result<(), TokenError> {
        Ok(())
    }
}

impl<S: Send + Sync, A: FeatureOn<S>, B: IssueHooks<S>> IssueHooks<S> for Cons<A, B> {
    async fn bind(&self, cx: &IssueContext<'_, S>, binding: &mut Binding) -> Result<(), TokenError> {
        self.0.bind(cx, binding).await?;
        self.1.bind(cx, binding).await
    }
    async fn respond<K: Keyring>(&self, cx: &IssueContext<'_, S>, keys: &K, response: &mut Withheld) -> Result<(), TokenError> {
        self.0.respond(cx, keys, response).await?;
        self.1.respond(cx, keys, response).await
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
    async fn admit(&self, _: &Core<S>, _: &mut FoundToken) -> Result<bool, StoreError> {
        Ok(true)
    }
    async fn encode<K: Keyring>(
        &self,
        _: &Core<S>,
        _: &K,
        _: &Call<'_>,
        _: &Client,
        _: Option<&TokenClaims>,
    ) -> Result<Option<Response<Bytes>>, TokenError> {
        Ok(None)
    }
    async fn route<V: RouteView<S>>(&self, _: &V, request: Request<Bytes>) -> Result<Response<Bytes>, Request<Bytes>> {
        Err(request)
    }
}

impl<S: Send + Sync, A: FeatureOn<S>, B: HooksOn<S>> HooksOn<S> for Cons<A, B> {
    async fn admit(&self, core: &Core<S>, found: &mut FoundToken) -> Result<bool, StoreError> {
        Ok(self.0.admit(core, found).await? && self.1.admit(core, found).await?)
    }
    async fn encode<K: Keyring>(
        &self,
        core: &Core<S>,
        keys: &K,
        call: &Call<'_>,
        client: &Client,
        claims: Option<&TokenClaims>,
    ) -> Result<Option<Response<Bytes>>, TokenError> {
        match self.0.encode(core, keys, call, client, claims).await? {
            None => self.1.encode(core, keys, call, client, claims).await,
            encoded => Ok(encoded),
        }
    }
    async fn route<V: RouteView<S>>(&self, view: &V, request: Request<Bytes>) -> Result<Response<Bytes>, Request<Bytes>> {
        match self.0.path(&view.core().endpoints) {
            Some(path) if view.is_at(path, request.uri().path()) => Ok(self.0.serve(view, request).await),
            _ => self.1.route(view, request).await,
        }
    }
}

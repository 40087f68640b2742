//! Lists of features. People write them as tuples; inside they are cells, `Cons<A, Cons<B, Nil>>`, so that each phase is folded
//! over them with two implementations and not with one for each arity: up to 32 features, each with a dozen hooks, would take
//! half a minute to compile. Each phase calls the hooks of all of them in the order of the chain, statically.

mod cells;
mod issuing;
mod requests;
mod routes;

use std::future::Future;

use bytes::Bytes;
use http::{Request, Response};

use crate::authentication::Methods;
use crate::authorization::RequestHooks;
use crate::client::Client;
use crate::core::{Boxed, Core, Manners};
use crate::extension::route::RouteView;
use crate::feature::Feature;
use crate::http::call::Call;
use crate::issue::{Issuing, Keyring};
use crate::token::claims::TokenClaims;
use crate::typelevel::choice::Choice;
use crate::typelevel::flag::Or;
use crate::typelevel::list::{Sealed, any};
use crate::typelevel::name::{Key, is_key_of};
use crate::typelevel::tuples::up_to_32;
use crate::typelevel::{Flag, List, No, WireName};
use crate::values::error::OAuthError;
#[cfg(feature = "jose")]
use crate::values::error::StoreError;
#[cfg(feature = "jose")]
use crate::values::subject::Subject;

pub use cells::Cells;
pub use issuing::KeepsKeys;

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

/// All phases of all features on the storage `S`.
#[doc(hidden)]
pub trait CellsOn<S>: Cells + Methods<Core<S>> + RequestHooks<S> + Issuing<S> + HooksOn<S> + KeepsKeys<S> {}
impl<S, C: Cells + Methods<Core<S>> + RequestHooks<S> + Issuing<S> + HooksOn<S> + KeepsKeys<S>> CellsOn<S> for C {}

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
    /// Ends the sign-ins of a person who goes.
    #[cfg(feature = "jose")]
    fn sign_out(&self, core: &Core<S>, subject: &Subject, tells: bool) -> impl Future<Output = Result<(), StoreError>> + Send;
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

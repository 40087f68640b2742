//! Every compile-time rule, one trait each, with the message that people get. The first line names the mistake in the words of
//! the RFCs, the label says what to write instead, a note cites the section.
//!
//! Two patterns. A rule about finished lists (`.build()`, the server's accessors) has a *verdict* parameter that defaults to a
//! computed flag and a single implementation for `Yes`: where the flag is `No` the obligation fails at its root, so rustc prints
//! these words and points at the method. A rule about the argument of a method has a blanket implementation that is hidden from
//! the message with `do_not_recommend`: there the verdict pattern would be unified before the argument is known.

use crate::builder::{NoIssuer, NoStorage, Stored};
use crate::feature::FeatureFor;
use crate::grant::{AuthorizationCode, Grant, GrantType, Implicit, RefreshToken};
use crate::issuer::{Issuer, LoopbackIssuer};
use crate::profile::{AllowsImplicitGrant, AllowsOptionalPkce, AllowsPasswordGrant, AllowsPlainPkce, Development, Profile};
use crate::response_type::{Respond, ResponseType};
use crate::storage::ClientStore;
use crate::typelevel::flag::{Holds, Implies, No, Not, Yes};
use crate::typelevel::name::{Key, KeyOf, SameName};
use crate::typelevel::{FeatureList, GrantList, List, ResponseTypeList, WireName};

// ---- checked by `.profile(..)` ---------------------------------------------------------------------------------------------

/// The profile comes before what is checked against it.
#[diagnostic::on_unimplemented(
    message = "the profile must be chosen before the first grant and the first response type",
    label = "grants and response types are checked against the profile as they are added",
    note = "move `.profile(..)` to the front of the chain"
)]
pub trait NothingAddedYet {}
impl NothingAddedYet for () {}

// ---- checked by `.grant(..)`, `.response_type(..)` and `.enable(..)` -------------------------------------------------------

/// Each `grant_type` once.
#[diagnostic::on_unimplemented(
    message = "the `{X}` grant is enabled twice on this server",
    label = "a grant with this `grant_type` name is already in the list",
    note = "each `grant_type` is served by one grant (RFC 6749 section 4.5); the list so far is `{Self}`"
)]
pub trait LacksGrant<X> {}
#[diagnostic::do_not_recommend]
impl<L: List, X: WireName> LacksGrant<X> for L where Not<L::Contains<X::Key>>: Holds {}

/// Each response type once, in whatever order its words stand.
#[diagnostic::on_unimplemented(
    message = "the `{X}` response type is enabled twice on this server",
    label = "a response type with these words is already in the list",
    note = "the order of the words has no meaning (RFC 6749 section 3.1.1); the list so far is `{Self}`"
)]
pub trait LacksResponseType<X> {}
#[diagnostic::do_not_recommend]
impl<L: List, X: WireName> LacksResponseType<X> for L where Not<L::Contains<X::Key>>: Holds {}

/// Each feature once.
#[diagnostic::on_unimplemented(
    message = "the `{X}` feature is enabled twice on this server",
    label = "this feature is already in the list",
    note = "the list so far is `{Self}`"
)]
pub trait LacksFeature<X> {}
#[diagnostic::do_not_recommend]
impl<L: List, X: WireName> LacksFeature<X> for L where Not<L::Contains<X::Key>>: Holds {}

/// The profile permits the grant. It goes by the grant's name, so a home-grown `password` grant is refused like the built-in one.
pub trait GrantPermittedBy<P> {}
impl<P, X: GrantType> GrantPermittedBy<P> for X where
    P: LetsInPassword<<KeyOf<X> as Key>::Same<PasswordKey>>
        + LetsInImplicit<SameName<X, Implicit>>
        + LetsInNoPkce<Not<X::RequiresPkce>>
        + LetsInPlain<X::AcceptsPlainPkce>
{
}
type PasswordKey = crate::__key!("password");

/// The profile permits the response type.
pub trait ResponsePermittedBy<P> {}
impl<P, X: ResponseType> ResponsePermittedBy<P> for X where P: LetsInImplicit<X::CarriesAccessToken> {}

// "If it is there, the profile permits it": `No` is always fine, `Yes` needs the permission, which has the words.
macro_rules! lets_in {
    ($($rule:ident: $permission:ident),*) => {$(
        #[doc(hidden)]
        pub trait $rule<F> {}
        impl<P: Profile> $rule<No> for P {}
        impl<P: $permission> $rule<Yes> for P {}
    )*};
}
lets_in!(
    LetsInPassword: AllowsPasswordGrant,
    LetsInImplicit: AllowsImplicitGrant,
    LetsInNoPkce: AllowsOptionalPkce,
    LetsInPlain: AllowsPlainPkce
);

/// The storage chosen before the grant serves it; one that comes later is checked then.
pub trait CanServe<X> {}
impl<X> CanServe<X> for NoStorage {}
impl<S, X: Grant<S>> CanServe<X> for Stored<S> {}

/// The same for a response type.
pub trait CanRespond<X> {}
impl<X> CanRespond<X> for NoStorage {}
impl<S, X: Respond<S>> CanRespond<X> for Stored<S> {}

/// The same for a feature.
pub trait CanHost<X> {}
impl<X> CanHost<X> for NoStorage {}
impl<S, X: FeatureFor<S>> CanHost<X> for Stored<S> {}

// ---- checked by `.build()` -------------------------------------------------------------------------------------------------

/// There is an issuer.
#[diagnostic::on_unimplemented(
    message = "this authorization server has no issuer",
    label = "call `.issuer(issuer!(\"https://..\"))` before `.build()`",
    note = "an authorization server is identified by its issuer URL (RFC 8414 section 2, RFC 9207)"
)]
pub trait IssuerIsSet {
    #[doc(hidden)]
    fn into_issuer(self) -> Issuer;
}
impl IssuerIsSet for Issuer {
    fn into_issuer(self) -> Issuer {
        self
    }
}
impl IssuerIsSet for LoopbackIssuer {
    fn into_issuer(self) -> Issuer {
        Self::into_issuer(self)
    }
}

/// The profile accepts the issuer.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "the issuer of this server is an `http` URL, which only the `Development` profile accepts",
    label = "an authorization server is served over TLS",
    note = "RFC 8414 section 2: the issuer is a URL that uses the `https` scheme: write `.issuer(issuer!(\"https://..\"))`",
    note = "on a developer's machine begin the chain with `.profile(Development::<{P}>::new())`"
)]
pub trait IssuerPermittedBy<P> {
    const LOOPBACK: bool = false;
}
/// [`IssuerIsSet`] speaks about this one.
impl<P> IssuerPermittedBy<P> for NoIssuer {}
impl<P: Profile> IssuerPermittedBy<P> for Issuer {}
impl<P: Profile> IssuerPermittedBy<Development<P>> for LoopbackIssuer {
    const LOOPBACK: bool = true;
}

/// There is a storage.
#[diagnostic::on_unimplemented(
    message = "this authorization server has no storage",
    label = "call `.storage(..)` before `.build()`",
    note = "the storage keeps clients, codes and tokens; for a first try `.profile(Development::<OAuth21>::new())` and `.storage(MemoryStore::new())`"
)]
pub trait StorageIsSet {
    #[doc(hidden)]
    type Storage;
    #[doc(hidden)]
    fn into_storage(self) -> Self::Storage;
}
impl<S: ClientStore> StorageIsSet for Stored<S> {
    type Storage = S;
    fn into_storage(self) -> S {
        self.0
    }
}

/// There is a grant.
#[diagnostic::on_unimplemented(
    message = "this authorization server has no grant type",
    label = "call `.grant(..)` at least once before `.build()`, for instance `.grant(AuthorizationCode::new())`",
    note = "without a grant no client can obtain a token (RFC 6749 section 1.3)"
)]
pub trait HasAGrant<Verdict = Not<<Self as List>::IsEmpty>>
where
    Self: GrantList,
{
}
impl<G: GrantList> HasAGrant<Yes> for G {}

/// Refresh tokens come from somewhere.
#[diagnostic::on_unimplemented(
    message = "the `refresh_token` grant is enabled but no enabled grant can issue a refresh token",
    label = "nothing on this server hands out the refresh tokens that this grant would take",
    note = "add a grant that issues refresh tokens, such as `AuthorizationCode`, or remove `RefreshToken`",
    note = "the grants are `{Self}`; RFC 6749 section 4.4.3: client credentials do not come with a refresh token"
)]
pub trait RefreshTokensHaveASource<
    Verdict = Implies<<Self as List>::Contains<KeyOf<RefreshToken>>, <Self as GrantList>::AnyIssuesRefreshTokens>,
> where
    Self: GrantList,
{
}
impl<G: GrantList> RefreshTokensHaveASource<Yes> for G {}

/// Codes can be redeemed.
#[diagnostic::on_unimplemented(
    message = "a response type that returns a `code` needs the `authorization_code` grant",
    label = "nobody could redeem the codes that this server hands out",
    note = "add `.grant(AuthorizationCode::new())` (RFC 7591 section 2.1); the response types are `{Self}`, the grants `{G}`"
)]
pub trait CodesCanBeRedeemed<
    G: GrantList,
    Verdict = Implies<<Self as ResponseTypeList>::AnyCode, <G as List>::Contains<KeyOf<AuthorizationCode>>>,
> where
    Self: ResponseTypeList,
{
}
impl<G: GrantList, R: ResponseTypeList> CodesCanBeRedeemed<G, Yes> for R {}

/// Codes can be obtained.
#[diagnostic::on_unimplemented(
    message = "the `authorization_code` grant needs a response type that returns a `code`",
    label = "no client could ever obtain a code from this server",
    note = "add `.response_type(Code)` (RFC 7591 section 2.1); the grants are `{Self}`, the response types `{R}`"
)]
pub trait CodesCanBeObtained<
    R: ResponseTypeList,
    Verdict = Implies<<Self as List>::Contains<KeyOf<AuthorizationCode>>, <R as ResponseTypeList>::AnyCode>,
> where
    Self: GrantList,
{
}
impl<G: GrantList, R: ResponseTypeList> CodesCanBeObtained<R, Yes> for G {}

/// Access tokens leave the authorization endpoint only where that was asked for.
#[diagnostic::on_unimplemented(
    message = "a response type that returns an access token needs the `implicit` grant",
    label = "opt in to the implicit flow with `.grant(Implicit::new())`, or remove the response type",
    note = "RFC 7591 section 2.1 ties `token` to `implicit`; RFC 9700 section 2.1.2 says not to use it: prefer `Code`"
)]
pub trait ImplicitIsOptedIn<
    G: GrantList,
    Verdict = Implies<<Self as ResponseTypeList>::AnyAccessToken, <G as List>::Contains<KeyOf<Implicit>>>,
> where
    Self: ResponseTypeList,
{
}
impl<G: GrantList, R: ResponseTypeList> ImplicitIsOptedIn<G, Yes> for R {}

/// The implicit grant serves something.
#[diagnostic::on_unimplemented(
    message = "the `implicit` grant needs a response type that returns an access token",
    label = "no client could use the implicit grant of this server",
    note = "add `.response_type(Token)` (RFC 7591 section 2.1), or remove `Implicit`; the response types are `{R}`"
)]
pub trait ImplicitIsServed<
    R: ResponseTypeList,
    Verdict = Implies<<Self as List>::Contains<KeyOf<Implicit>>, <R as ResponseTypeList>::AnyAccessToken>,
> where
    Self: GrantList,
{
}
impl<G: GrantList, R: ResponseTypeList> ImplicitIsServed<R, Yes> for G {}

// ---- checked by the server's accessors -------------------------------------------------------------------------------------

/// There is an authorization endpoint.
#[diagnostic::on_unimplemented(
    message = "this server has no authorization endpoint",
    label = "no response type is enabled: add `.response_type(..)` to the chain",
    note = "the authorization endpoint (RFC 6749 section 3.1) exists to serve response types"
)]
pub trait HasAuthorizationEndpoint<Verdict = Not<<Self as List>::IsEmpty>>
where
    Self: ResponseTypeList,
{
}
impl<R: ResponseTypeList> HasAuthorizationEndpoint<Yes> for R {}

/// The feature is enabled.
#[diagnostic::on_unimplemented(
    message = "the `{T}` feature is not enabled on this server",
    label = "add `.enable({T}::new())` to the chain",
    note = "the enabled features are `{Self}`"
)]
pub trait Enables<T: WireName, Verdict = <Self as List>::Contains<KeyOf<T>>>
where
    Self: FeatureList,
{
}
impl<F: FeatureList, T: WireName> Enables<T, Yes> for F {}

/// Somebody signs people in.
#[diagnostic::on_unimplemented(
    message = "this server has an authorization endpoint, and nobody to sign people in",
    label = "give the router what decides: an implementation of `Interaction`",
    note = "the authorization server authenticates the resource owner and obtains their decision (RFC 6749 section 3.1)"
)]
pub trait NeedsNoInteraction {}
impl NeedsNoInteraction for No {}

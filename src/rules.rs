//! Every compile-time rule, one trait each, with the message that people get. The first line names the mistake in the words of
//! the RFCs, the label says what to write instead, a note cites the section.
//!
//! Two patterns. A rule about finished lists (`.build()`, the server's accessors) has a *verdict* parameter that defaults to a
//! computed flag and a single implementation for `Yes`: where the flag is `No` the obligation fails at its root, so rustc prints
//! these words and points at the method. A rule about the argument of a method has a blanket implementation that is hidden from
//! the message with `do_not_recommend`: there the verdict pattern would be unified before the argument is known.
//!
//! What becomes of an argument is an associated type of the rule that lets it in (`Accepted`, `Permitted`). If it is refused there
//! is no such type, so that rustc asks nothing about it further down the chain: one mistake gives one error.

use crate::builder::{NoIssuer, NoStorage, Stored};
use crate::feature::{Feature, FeatureList, FeatureOn};
use crate::grant::{AuthorizationCode, Grant, GrantList, GrantType, Implicit, RefreshToken};
use crate::issue::{ApprovalStep, StepKind};
use crate::issuer::{Issuer, LoopbackIssuer};
use crate::profile::{
    AllowsImplicitGrant, AllowsOptionalPkce, AllowsPasswordGrant, AllowsPlainPkce, Development, OAuth21, Profile, Rfc6749,
};
use crate::response_type::{Issues, Respond, ResponseType, ResponseTypeList, ResponseTypesOn};
use crate::typelevel::choice::Choice;
use crate::typelevel::flag::{Holds, Implies, No, Not, Same, Yes};
use crate::typelevel::name::{Key, KeyOf, SameName};
use crate::typelevel::{Flag, List, WireName};

// ---- checked by `.issuer(..)` and `.profile(..)` ---------------------------------------------------------------------------

/// It is an issuer.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an issuer",
    label = "expected `issuer!(\"https://..\")`, or `Issuer::parse(..)?` for a value known at run time",
    note = "RFC 8414 section 2: the issuer is a URL that uses the `https` scheme and has no query or fragment"
)]
pub trait AnIssuer: Sized {
    #[doc(hidden)]
    type Accepted;
    #[doc(hidden)]
    fn accepted(self) -> Self::Accepted;
}
#[diagnostic::do_not_recommend]
impl AnIssuer for Issuer {
    type Accepted = Self;
    fn accepted(self) -> Self {
        self
    }
}
#[diagnostic::do_not_recommend]
impl AnIssuer for LoopbackIssuer {
    type Accepted = Self;
    fn accepted(self) -> Self {
        self
    }
}

/// It is a profile.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a security profile",
    label = "expected `OAuth21`, `Rfc6749`, or `Development::<..>::new()` around one of them"
)]
pub trait AProfile {
    #[doc(hidden)]
    type Accepted;
}
#[diagnostic::do_not_recommend]
impl AProfile for OAuth21 {
    type Accepted = Self;
}
#[diagnostic::do_not_recommend]
impl AProfile for Rfc6749 {
    type Accepted = Self;
}
#[diagnostic::do_not_recommend]
impl<P: Profile> AProfile for Development<P> {
    type Accepted = Self;
}

/// The profile comes before what is checked against it.
#[diagnostic::on_unimplemented(
    message = "the profile must be chosen before the first grant and the first response type",
    label = "move `.profile(..)` to the front of the chain",
    note = "grants and response types are checked against the profile as they are added"
)]
pub trait NothingAddedYet {}
#[diagnostic::do_not_recommend]
impl NothingAddedYet for ((), ()) {}

// ---- checked by `.grant(..)`, `.response_type(..)` and `.enable(..)` -------------------------------------------------------

/// Each `grant_type` once.
#[diagnostic::on_unimplemented(
    message = "the grant type of `{X}` is enabled twice on this server",
    label = "remove one of them: the list already has a grant with this `grant_type`",
    note = "the `grant_type` of a token request names one grant (RFC 6749 sections 4.1.3 and 4.5); the list so far is `{Self}`"
)]
pub trait LacksGrant<X> {}
#[diagnostic::do_not_recommend]
impl<L: List, X: WireName> LacksGrant<X> for L where Not<L::Contains<X::Key>>: Holds {}

/// Each response type once, in whatever order its words stand.
#[diagnostic::on_unimplemented(
    message = "the response type of `{X}` is enabled twice on this server",
    label = "remove one of them: the list already has a response type of these words",
    note = "the order of the words does not matter (RFC 6749 sections 3.1.1 and 8.4); the list so far is `{Self}`"
)]
pub trait LacksResponseType<X> {}
#[diagnostic::do_not_recommend]
impl<L: List, X: WireName> LacksResponseType<X> for L where Not<L::Contains<X::Key>>: Holds {}

/// Each feature once.
#[diagnostic::on_unimplemented(
    message = "the `{X}` feature is enabled twice on this server",
    label = "remove one of them: the list already has this feature",
    note = "the list so far is `{Self}`"
)]
pub trait LacksFeature<X> {}
#[diagnostic::do_not_recommend]
impl<L: List, X: WireName> LacksFeature<X> for L where Not<L::Contains<X::Key>>: Holds {}

/// At most one feature chooses the token format, so that whoever gets an access token knows how to check it. None of those that
/// there are chooses; who comes first brings the message, and the case that shows it.
pub trait LacksTokenFormat<X> {}
#[diagnostic::do_not_recommend]
impl<L: FeatureList, X: Feature> LacksTokenFormat<X> for L where Implies<<X::Format as Choice>::Made, Not<L::ChoosesFormat>>: Holds
{}

/// What a grant does is what its name says: codes are redeemed by the grant with the name `authorization_code` and by no other, and
/// refresh tokens are taken by the one with the name `refresh_token`.
#[diagnostic::on_unimplemented(
    message = "the step of the `{Self}` grant is not that of its `grant_type`",
    label = "`type Step = Redeem` for `authorization_code`, `Rotate` for `refresh_token`, `Begin` for every other grant",
    note = "codes are redeemed, once, with PKCE and the redirect URI checked (RFC 6749 section 4.1.3, RFC 7636 section 4.6), and refresh tokens are rotated (RFC 9700 section 4.14.2): the steps see to it"
)]
pub trait HasItsStep {}
#[diagnostic::do_not_recommend]
impl<X: GrantType> HasItsStep for X
where
    Same<SameName<X, AuthorizationCode>, <X::Step as StepKind>::Redeems>: Holds,
    Same<SameName<X, RefreshToken>, <X::Step as StepKind>::Refreshes>: Holds,
{
}

/// The profile permits the grant. It goes by the grant's name, so a home-grown `password` grant is refused like the built-in one.
pub trait GrantPermittedBy<P>: Sized {
    #[doc(hidden)]
    type Permitted;
    #[doc(hidden)]
    fn permitted(self) -> Self::Permitted;
}
impl<P: Profile, X: GrantType> GrantPermittedBy<P> for X
where
    P::Base: AllowsPasswordGrant<IsPassword<X>>,
    P::Base: AllowsImplicitGrant<IsImplicit<X>>,
    P::Base: AllowsOptionalPkce<Not<X::RequiresPkce>>,
    P::Base: AllowsPlainPkce<X::AcceptsPlainPkce>,
{
    type Permitted = <P::Base as AllowsPasswordGrant<IsPassword<X>>>::Permitted<
        <P::Base as AllowsImplicitGrant<IsImplicit<X>>>::Permitted<
            <P::Base as AllowsOptionalPkce<Not<X::RequiresPkce>>>::Permitted<
                <P::Base as AllowsPlainPkce<X::AcceptsPlainPkce>>::Permitted<<X::RequiresPkce as Flag>::Keep<X>>,
            >,
        >,
    >;
    fn permitted(self) -> Self::Permitted {
        let it = <X::RequiresPkce as Flag>::keep(self);
        let it = <P::Base as AllowsPlainPkce<X::AcceptsPlainPkce>>::permitted(it);
        let it = <P::Base as AllowsOptionalPkce<Not<X::RequiresPkce>>>::permitted(it);
        let it = <P::Base as AllowsImplicitGrant<IsImplicit<X>>>::permitted(it);
        <P::Base as AllowsPasswordGrant<IsPassword<X>>>::permitted(it)
    }
}
type IsPassword<X> = <KeyOf<X> as Key>::Same<crate::__key!("password")>;
type IsImplicit<X> = SameName<X, Implicit>;

/// The profile permits the response type.
pub trait ResponsePermittedBy<P>: Sized {
    #[doc(hidden)]
    type Permitted;
    #[doc(hidden)]
    fn permitted(self) -> Self::Permitted;
}
impl<P: Profile, X: ResponseType> ResponsePermittedBy<P> for X
where
    P::Base: AllowsImplicitGrant<X::CarriesAccessToken>,
{
    type Permitted = <P::Base as AllowsImplicitGrant<X::CarriesAccessToken>>::Permitted<<X::CarriesCode as Flag>::Keep<X>>;
    fn permitted(self) -> Self::Permitted {
        let it = <X::CarriesCode as Flag>::keep(self);
        <P::Base as AllowsImplicitGrant<X::CarriesAccessToken>>::permitted(it)
    }
}

/// The profile permits the feature: so far, every profile every feature.
pub trait FeaturePermittedBy<P>: Sized {
    #[doc(hidden)]
    type Permitted;
    #[doc(hidden)]
    fn permitted(self) -> Self::Permitted;
}
impl<P: Profile, X: Feature> FeaturePermittedBy<P> for X {
    type Permitted = <X::Present as Flag>::Keep<X>;
    fn permitted(self) -> Self::Permitted {
        <X::Present as Flag>::keep(self)
    }
}

/// The storage chosen before the grant serves it; one that comes later is checked then.
pub trait CanServe<X> {}
impl<X> CanServe<X> for NoStorage {}
impl<S, X: Grant<S>> CanServe<X> for Stored<S> {}

/// The storage chosen before the response type serves it; one that comes later is checked then.
pub trait CanRespond<X> {}
impl<X> CanRespond<X> for NoStorage {}
impl<S, X: Respond<S>> CanRespond<X> for Stored<S> where Issues<X>: ApprovalStep<S> {}

/// The storage chosen before the feature serves it; one that comes later is checked then.
pub trait CanHost<X> {}
impl<X> CanHost<X> for NoStorage {}
impl<S, X: FeatureOn<S>> CanHost<X> for Stored<S> {}

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
#[diagnostic::do_not_recommend]
impl IssuerIsSet for Issuer {
    fn into_issuer(self) -> Issuer {
        self
    }
}
#[diagnostic::do_not_recommend]
impl IssuerIsSet for LoopbackIssuer {
    fn into_issuer(self) -> Issuer {
        Self::into_issuer(self)
    }
}

/// The profile accepts the issuer.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "the issuer of this server is an `http` URL, which only the `Development` profile accepts",
    label = "write `.issuer(issuer!(\"https://..\"))`, or begin the chain with `.profile(Development::<{P}>::new())`",
    note = "the issuer is a URL that uses the `https` scheme (RFC 8414 section 2); plain `http` never leaves a developer's machine"
)]
pub trait IssuerPermittedBy<P> {
    const LOOPBACK: bool = false;
}
/// [`IssuerIsSet`] speaks about this one.
#[diagnostic::do_not_recommend]
impl<P> IssuerPermittedBy<P> for NoIssuer {}
#[diagnostic::do_not_recommend]
impl<P: Profile> IssuerPermittedBy<P> for Issuer {}
#[diagnostic::do_not_recommend]
impl<P: Profile> IssuerPermittedBy<Development<P>> for LoopbackIssuer {
    const LOOPBACK: bool = true;
}

/// There is a storage.
#[diagnostic::on_unimplemented(
    message = "this authorization server has no storage",
    label = "call `.storage(..)` before `.build()`",
    note = "the storage keeps clients, codes and tokens; for a first try begin with `.profile(Development::<OAuth21>::new())` and use `MemoryStore::new()`"
)]
pub trait StorageIsSet {
    #[doc(hidden)]
    type Storage;
    #[doc(hidden)]
    fn into_storage(self) -> Self::Storage;
}
#[diagnostic::do_not_recommend]
impl<S> StorageIsSet for Stored<S> {
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
    label = "add a grant that issues refresh tokens, such as `AuthorizationCode::new()`, or remove `RefreshToken`",
    note = "nothing hands out the refresh tokens that `RefreshToken` would take (RFC 6749 section 6); the grants are `{Self}`",
    note = "client credentials do not come with a refresh token (RFC 6749 section 4.4.3)"
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
    label = "add `.grant(AuthorizationCode::new())`: nobody could redeem the codes of this server",
    note = "`code` and `authorization_code` go together (RFC 7591 section 2.1); the response types are `{Self}`, the grants `{G}`"
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
    label = "add `.response_type(Code)`: no client could obtain a code from this server",
    note = "`code` and `authorization_code` go together (RFC 7591 section 2.1); the grants are `{Self}`, the response types `{R}`"
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
    note = "`token` and `implicit` go together (RFC 7591 section 2.1); clients should not use them, but `Code` (RFC 9700 section 2.1.2)"
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
    label = "add `.response_type(Token)`, or remove `Implicit`: no client could use it",
    note = "`token` and `implicit` go together (RFC 7591 section 2.1); the response types are `{R}`"
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
pub trait HasAuthorizationEndpoint<S, Verdict = Not<<Self as ResponseTypesOn<S>>::HasNone>>
where
    Self: ResponseTypesOn<S>,
{
}
impl<S, R: ResponseTypesOn<S>> HasAuthorizationEndpoint<S, Yes> for R {}

/// The feature is enabled.
#[diagnostic::on_unimplemented(
    message = "the `{T}` feature is not enabled on this server",
    label = "add `.enable({T}::new())` to the chain",
    note = "the enabled features are `{Self}`"
)]
pub trait Enables<T: WireName, Verdict = <Self as FeatureList>::Has<KeyOf<T>>>
where
    Self: FeatureList,
{
}
impl<F: FeatureList, T: WireName> Enables<T, Yes> for F {}

/// Somebody signs people in.
#[diagnostic::on_unimplemented(
    message = "this server has an authorization endpoint, and nobody to sign people in",
    label = "write `router_with(server, interaction)`, or `OAuthService::with(server, interaction)`",
    note = "an authorization server verifies the identity of the resource owner first (RFC 6749 section 3.1): an `Interaction` does that"
)]
pub trait NeedsNoInteraction {}
#[diagnostic::do_not_recommend]
impl NeedsNoInteraction for No {}

//! Checked by the server's accessors and by what serves it.

use crate::feature::FeatureList;
use crate::grant::GrantList;
use crate::response_type::ResponseTypesOn;
use crate::typelevel::List;
use crate::typelevel::flag::{No, Not, Yes};
use crate::typelevel::name::{KeyOf, WireName};

/// There is an authorization endpoint.
///
/// Where it does not hold, the compiler says: *this server has no authorization endpoint*.
#[diagnostic::on_unimplemented(
    message = "this server has no authorization endpoint",
    label = "no response type is enabled: add `.response_type(..)` to the chain",
    note = "the authorization endpoint (RFC 6749 section 3.1) exists to serve response types; in generic code, require `R: HasAuthorizationEndpoint<{S}>`, of `grantor::rules`"
)]
pub trait HasAuthorizationEndpoint<S, Verdict = Not<<Self as ResponseTypesOn<S>>::HasNone>>
where
    Self: ResponseTypesOn<S>,
{
}
impl<S, R: ResponseTypesOn<S>> HasAuthorizationEndpoint<S, Yes> for R {}

/// The feature is enabled.
///
/// Where it does not hold, the compiler says: *the `…` feature is not enabled on this server*.
#[diagnostic::on_unimplemented(
    message = "the `{T}` feature is not enabled on this server",
    label = "add `.enable({T}::new())` to the chain",
    note = "the enabled features are `{Self}`; in generic code, require `F: Enables<{T}>`, of `grantor::rules`"
)]
pub trait Enables<T: WireName, Verdict = <Self as FeatureList>::Has<KeyOf<T>>>
where
    Self: FeatureList,
{
}
impl<F: FeatureList, T: WireName> Enables<T, Yes> for F {}

/// The grant is there.
///
/// Where it does not hold, the compiler says: *the `…` grant is not there on this server*.
#[diagnostic::on_unimplemented(
    message = "the `{T}` grant is not there on this server",
    label = "add `.grant({T}::new())` to the chain",
    note = "the grants are `{Self}`; in generic code, require `G: HasGrant<{T}>`, of `grantor::rules`"
)]
pub trait HasGrant<T: WireName, Verdict = <Self as List>::Contains<KeyOf<T>>>
where
    Self: GrantList,
{
}
impl<G: GrantList, T: WireName> HasGrant<T, Yes> for G {}

/// Somebody signs people in.
///
/// Where it does not hold, the compiler says: *this server has an authorization endpoint, or may have one, and nobody to sign people in*.
#[diagnostic::on_unimplemented(
    message = "this server has an authorization endpoint, or may have one, and nobody to sign people in",
    label = "write `router_with(server, interaction)`, or `OAuthService::with(server, interaction)`",
    note = "an authorization server verifies the identity of the resource owner first (RFC 6749 section 3.1): an `Interaction` does that",
    note = "a server without one is `ServesOAuth<Authorizes = No>`: of `impl ServesOAuth` alone it is not known, nor of an `ErasedServer`"
)]
pub trait NeedsNoInteraction {}
#[diagnostic::do_not_recommend]
impl NeedsNoInteraction for No {}

/// There are authorization requests to decide about.
///
/// Where it does not hold, the compiler says: *this server has no authorization endpoint, or may have none, and so nothing for an `Interaction` to decide*.
#[diagnostic::on_unimplemented(
    message = "this server has no authorization endpoint, or may have none, and so nothing for an `Interaction` to decide",
    label = "write `router(server)`, or add `.response_type(..)` to the chain",
    note = "people sign in and decide at the authorization endpoint (RFC 6749 section 3.1), which exists to serve response types",
    note = "a server with one is `ServesOAuth<Authorizes = Yes>`: of `impl ServesOAuth` alone it is not known"
)]
pub trait NeedsAnInteraction {}
#[diagnostic::do_not_recommend]
impl NeedsAnInteraction for Yes {}

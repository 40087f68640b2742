//! Security profiles: what a server permits and insists on, as a type. [`OAuth21`] is the default; [`Rfc6749`] is for legacy
//! clients; [`Development`] wraps one of them for work on one machine.

use std::fmt;
use std::marker::PhantomData;

use crate::storage::Durable;

mod sealed {
    pub trait Sealed {}
}

/// A security profile. Sealed: what a profile permits is part of this library's promises.
pub trait Profile: sealed::Sealed + fmt::Debug + Send + Sync + 'static {
    /// What people call it.
    const NAME: &'static str;
}

/// OAuth 2.1 (draft-ietf-oauth-v2-1) with the current best practice (RFC 9700): PKCE with S256 is required, there is no
/// implicit grant and no password grant. The default.
#[derive(Debug, Clone, Copy, Default)]
pub struct OAuth21;

/// Everything that RFC 6749 has, for legacy clients: the implicit and password grants, optional PKCE and the `plain` method
/// are permitted. Each has to be asked for.
#[derive(Debug, Clone, Copy, Default)]
pub struct Rfc6749;

/// The profile `P` on a developer's machine: the issuer may be `http` on a loopback address, and the storage may forget
/// everything on exit. It shows in the server's type, so that production cannot contain it by accident.
#[derive(Debug, Clone, Copy)]
pub struct Development<P = OAuth21>(PhantomData<P>);

impl<P> Development<P> {
    /// `P`, for development.
    #[must_use]
    pub const fn new() -> Self {
        Self(PhantomData)
    }
}

impl<P> Default for Development<P> {
    fn default() -> Self {
        Self::new()
    }
}

impl sealed::Sealed for OAuth21 {}
impl sealed::Sealed for Rfc6749 {}
impl<P: Profile> sealed::Sealed for Development<P> {}

impl Profile for OAuth21 {
    const NAME: &'static str = "OAuth 2.1";
}

impl Profile for Rfc6749 {
    const NAME: &'static str = "RFC 6749";
}

impl<P: Profile> Profile for Development<P> {
    const NAME: &'static str = "development";
}

/// The profile has the resource owner password credentials grant.
#[diagnostic::on_unimplemented(
    message = "the `{Self}` profile does not have the password grant",
    label = "OAuth 2.1 has no resource owner password credentials grant",
    note = "RFC 9700 section 2.4: the resource owner password credentials grant MUST NOT be used",
    note = "to serve legacy clients anyway, begin the chain with `.profile(Rfc6749)`"
)]
pub trait AllowsPasswordGrant: Profile {}

/// The profile has the implicit grant.
#[diagnostic::on_unimplemented(
    message = "the `{Self}` profile does not have the implicit grant",
    label = "OAuth 2.1 returns no access token from the authorization endpoint",
    note = "RFC 9700 section 2.1.2: clients SHOULD NOT use response types that issue access tokens in the authorization response; use `Code`",
    note = "to serve legacy clients anyway, begin the chain with `.profile(Rfc6749)`"
)]
pub trait AllowsImplicitGrant: Profile {}

/// The profile lets clients do without PKCE.
#[diagnostic::on_unimplemented(
    message = "the `{Self}` profile requires PKCE",
    label = "PKCE cannot be optional under this profile",
    note = "RFC 9700 section 2.1.1: public clients MUST use PKCE, and it is RECOMMENDED for confidential clients; OAuth 2.1 section 4.1.1 requires it",
    note = "drop `.pkce_optional()`; to serve legacy clients anyway, begin the chain with `.profile(Rfc6749)`"
)]
pub trait AllowsOptionalPkce: Profile {}

/// The profile lets clients send the verifier itself as challenge.
#[diagnostic::on_unimplemented(
    message = "the `{Self}` profile does not have the `plain` PKCE method",
    label = "only `S256` is permitted under this profile",
    note = "RFC 9700 section 2.1.1: clients SHOULD use PKCE code challenge methods that do not expose the verifier; that leaves `S256`",
    note = "drop `.pkce_plain()`; to serve legacy clients anyway, begin the chain with `.profile(Rfc6749)`"
)]
pub trait AllowsPlainPkce: Profile {}

impl AllowsPasswordGrant for Rfc6749 {}
impl AllowsImplicitGrant for Rfc6749 {}
impl AllowsOptionalPkce for Rfc6749 {}
impl AllowsPlainPkce for Rfc6749 {}
impl<P: AllowsPasswordGrant> AllowsPasswordGrant for Development<P> {}
impl<P: AllowsImplicitGrant> AllowsImplicitGrant for Development<P> {}
impl<P: AllowsOptionalPkce> AllowsOptionalPkce for Development<P> {}
impl<P: AllowsPlainPkce> AllowsPlainPkce for Development<P> {}

/// A profile accepts this storage: one that lasts, or any in development.
#[doc(hidden)]
pub trait StorageFor<P> {}
impl<S: Durable> StorageFor<OAuth21> for S {}
impl<S: Durable> StorageFor<Rfc6749> for S {}
impl<S, P: Profile> StorageFor<Development<P>> for S {}

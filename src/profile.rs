//! Security profiles: what a server permits and insists on, as a type. [`OAuth21`] is the default; [`Rfc6749`] is for legacy
//! clients; [`Development`] wraps one of them for work on one machine.

use std::fmt;
use std::marker::PhantomData;

use crate::storage::Durable;
use crate::typelevel::{No, Yes};

mod sealed {
    /// What users cannot add to.
    #[diagnostic::on_unimplemented(
        message = "`{Self}` cannot be a security profile: there are those of this library",
        label = "use `OAuth21` or `Rfc6749`",
        note = "what a profile permits is part of the promises of this library; a server of your own may permit less than its profile"
    )]
    pub trait Sealed {
        /// The profile that says what is permitted: itself, or what [`Development`](super::Development) wraps.
        type Base: super::Profile;
    }
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
    /// The profile `P` for development: `Development::<OAuth21>::new()`.
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

#[diagnostic::do_not_recommend]
impl sealed::Sealed for OAuth21 {
    type Base = Self;
}
#[diagnostic::do_not_recommend]
impl sealed::Sealed for Rfc6749 {
    type Base = Self;
}
#[diagnostic::do_not_recommend]
impl<P: Profile> sealed::Sealed for Development<P> {
    type Base = P::Base;
}

#[diagnostic::do_not_recommend]
impl Profile for OAuth21 {
    const NAME: &'static str = "OAuth 2.1";
}

#[diagnostic::do_not_recommend]
impl Profile for Rfc6749 {
    const NAME: &'static str = "RFC 6749";
}

#[diagnostic::do_not_recommend]
impl<P: Profile> Profile for Development<P> {
    const NAME: &'static str = "development";
}

/// The profile has the resource owner password credentials grant.
#[diagnostic::on_unimplemented(
    message = "the `{Self}` profile does not have the password grant",
    label = "leave it out; legacy clients need `.profile(Rfc6749)` at the front of the chain",
    note = "the resource owner password credentials grant MUST NOT be used (RFC 9700 section 2.4); OAuth 2.1 does not have it (section 10)",
    note = "in development: `.profile(Development::<Rfc6749>::new())`"
)]
pub trait AllowsPasswordGrant<If = Yes>: Profile {
    #[doc(hidden)]
    type Permitted<X>;
    #[doc(hidden)]
    fn permitted<X>(it: X) -> Self::Permitted<X>;
}

/// The profile has the implicit grant.
#[diagnostic::on_unimplemented(
    message = "the `{Self}` profile does not have the implicit grant",
    label = "leave it out and use `Code`; legacy clients need `.profile(Rfc6749)` at the front of the chain",
    note = "clients SHOULD NOT use response types that issue access tokens in the authorization response (RFC 9700 section 2.1.2); OAuth 2.1 does not have them (section 10.1)",
    note = "in development: `.profile(Development::<Rfc6749>::new())`"
)]
pub trait AllowsImplicitGrant<If = Yes>: Profile {
    #[doc(hidden)]
    type Permitted<X>;
    #[doc(hidden)]
    fn permitted<X>(it: X) -> Self::Permitted<X>;
}

/// The profile lets clients do without PKCE.
#[diagnostic::on_unimplemented(
    message = "the `{Self}` profile requires PKCE",
    label = "leave out `.pkce_optional()`; legacy clients need `.profile(Rfc6749)` at the front of the chain",
    note = "clients MUST use `code_challenge` and `code_verifier`, and authorization servers MUST enforce it (OAuth 2.1 section 4.1.1, RFC 9700 section 2.1.1)",
    note = "in development: `.profile(Development::<Rfc6749>::new())`"
)]
pub trait AllowsOptionalPkce<If = Yes>: Profile {
    #[doc(hidden)]
    type Permitted<X>;
    #[doc(hidden)]
    fn permitted<X>(it: X) -> Self::Permitted<X>;
}

/// The profile lets clients send the verifier itself as challenge.
#[diagnostic::on_unimplemented(
    message = "the `{Self}` profile does not have the `plain` PKCE method",
    label = "leave out `.pkce_plain()`; legacy clients need `.profile(Rfc6749)` at the front of the chain",
    note = "`S256` is the only method that does not expose the verifier in the authorization request (RFC 9700 section 2.1.1)",
    note = "in development: `.profile(Development::<Rfc6749>::new())`"
)]
pub trait AllowsPlainPkce<If = Yes>: Profile {
    #[doc(hidden)]
    type Permitted<X>;
    #[doc(hidden)]
    fn permitted<X>(it: X) -> Self::Permitted<X>;
}

// "If it is there, the profile permits it": what is not there is fine with all of them.
macro_rules! permissions {
    ($($permission:ident),*) => {$(
        permissions!(@ impl<P: Profile> $permission<No> for P);
        permissions!(@ impl<> $permission<Yes> for Rfc6749);
    )*};
    (@ impl<$($p:ident: $b:ident)?> $permission:ident<$if:ty> for $profile:ty) => {
        #[diagnostic::do_not_recommend]
        impl<$($p: $b)?> $permission<$if> for $profile {
            type Permitted<X> = X;
            fn permitted<X>(it: X) -> X {
                it
            }
        }
    };
}
permissions!(AllowsPasswordGrant, AllowsImplicitGrant, AllowsOptionalPkce, AllowsPlainPkce);

/// A profile accepts this storage: one that lasts, or any in development.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "the storage `{Self}` forgets everything when the process ends, which only the `Development` profile accepts",
    label = "use a storage that is `Durable`, or begin the chain with `.profile(Development::<{P}>::new())`",
    note = "if `{Self}` does keep its data, it says so with `impl Durable for {Self}`"
)]
pub trait StorageFor<P> {}
impl<S: Durable> StorageFor<OAuth21> for S {}
impl<S: Durable> StorageFor<Rfc6749> for S {}
#[diagnostic::do_not_recommend]
impl<S, P: Profile> StorageFor<Development<P>> for S {}

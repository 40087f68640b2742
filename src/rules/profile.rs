//! Security profiles: what a server permits and insists on, as a type. [`OAuth21`] is the default; [`Mcp`] is for the clients of MCP;
//! [`Fapi2`] for APIs of high value; [`Rfc6749`] is for legacy clients; [`Development`] wraps one of them for work on one machine.

use std::fmt;
use std::marker::PhantomData;

use crate::core::Manners;
use crate::storage::Durable;
use crate::typelevel::flag::Implies;
use crate::typelevel::{Flag, No, Yes};
use crate::values::lifetime::{CodeLifetime, PushedRequestLifetime};
use crate::values::limits::RequestBytes;

pub(crate) mod sealed {
    /// What users cannot add to.
    #[diagnostic::on_unimplemented(
        message = "`{Self}` cannot be a security profile: there are those of this library",
        label = "use `OAuth21`, `Mcp`, `Fapi2` or `Rfc6749`",
        note = "what a profile permits is part of the promises of this library; a server of your own may permit less than its profile"
    )]
    pub trait Sealed {
        /// The profile that says what is permitted: itself, or what [`Development`](super::Development) wraps.
        type Base: super::Profile;
        /// May clients say nothing of for what tokens are?
        type UnaimedTokens: super::Flag;
        /// May there be no codes?
        type NoCodes: super::Flag;
        /// May a server be less than FAPI 2.0 insists on?
        type BelowFapi2: super::Flag;
    }
}

/// A security profile. Sealed: what a profile permits is part of this library's promises.
pub trait Profile: sealed::Sealed + fmt::Debug + Send + Sync + 'static {
    /// What people call it.
    const NAME: &'static str;
    /// Where it has a server be other than the RFCs leave it.
    #[doc(hidden)]
    const MANNERS: Manners = Manners::AS_THE_RFCS_LEAVE_IT;
}

/// OAuth 2.1 (draft-ietf-oauth-v2-1) with the current best practice (RFC 9700): PKCE with S256 is required, there is no
/// implicit grant and no password grant. The default.
#[derive(Debug, Clone, Copy, Default)]
pub struct OAuth21;

/// Everything that RFC 6749 has, for legacy clients: the implicit and password grants, optional PKCE and the `plain` method
/// are permitted. Each has to be asked for.
#[derive(Debug, Clone, Copy, Default)]
pub struct Rfc6749;

/// The authorization server that clients of the Model Context Protocol look for (MCP authorization 2026-07-28): OAuth 2.1, and besides
///
/// * clients say for which MCP server a token is, and it is for that alone: [`ResourceIndicators`](crate::ResourceIndicators) is
///   insisted on (RFC 8707), as is the authorization code flow;
/// * the metadata is at every place where they look, also of an issuer with a path: RFC 8414's and OpenID Connect's well-known strings,
///   between host and path and behind it. What the server does not have is 404, without a redirect;
/// * a scope that is too wide is granted as far as it may be, and the response says what was granted: clients that are told of no
///   scope ask for all that the metadata names, and add `offline_access`. Nothing of it is `invalid_scope` still;
/// * of a client that registers itself `scope` is what it gets when it names none, and no bound: clients register with what the first
///   challenge names, and ask for more when they are told to.
///
/// What they need beyond that every server has: `S256` in the metadata, `iss` in each authorization response (RFC 9207), refresh tokens of
/// public clients that rotate, and a default scope for those that name none. The manual's page
/// [an MCP server in an hour](crate::manual::an_mcp_server_in_an_hour) builds one.
#[derive(Debug, Clone, Copy, Default)]
pub struct Mcp;

/// APIs of high value, such as those of banks: the FAPI 2.0 Security Profile (final). OAuth 2.1, and besides
///
/// * access tokens are good only for who has the key: [`Dpop::required`](crate::Dpop::required) or
///   [`MutualTls::required`](crate::MutualTls::required) is insisted on;
/// * authorization requests are pushed: [`PushedAuthorizationRequests::required`](crate::PushedAuthorizationRequests::required) is insisted
///   on, and such a request names its `redirect_uri`;
/// * clients authenticate with keys, in assertions for this issuer alone, or with certificates: [`PrivateKeyJwt`](crate::PrivateKeyJwt) or
///   [`MutualTls`](crate::MutualTls) is insisted on. Secrets and public clients do not exist here, whatever the storage has;
/// * refresh tokens stay what they are: [`RefreshToken::reusable`](crate::RefreshToken::reusable). The response type is `code`;
/// * whatever signs does so with PS256, ES256 or EdDSA: other [`SigningKeys`](crate::SigningKeys) are refused, assertions and proofs of
///   clients are not accepted under others, and clients that registered nothing get ID tokens under the first of the server's;
/// * a browser is always sent back with 303, and to `http` only where the client is registered as a
///   [native application](crate::ApplicationType::Native) and the host is a loopback one;
/// * a code lives a minute at most, whatever [`code_lifetime`](crate::AuthorizationCode::code_lifetime) says.
///
/// What it asks for beyond that every server does: `iss` in each authorization response (RFC 9207), PKCE with `S256`,
/// clocks that are ten seconds ahead. The manual's page [high-value APIs](crate::manual::high_value_apis) builds one.
#[derive(Debug, Clone, Copy, Default)]
pub struct Fapi2;

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
    type UnaimedTokens = Yes;
    type NoCodes = Yes;
    type BelowFapi2 = Yes;
    type Base = Self;
}
#[diagnostic::do_not_recommend]
impl sealed::Sealed for Mcp {
    type UnaimedTokens = No;
    type NoCodes = No;
    type BelowFapi2 = Yes;
    type Base = Self;
}
#[diagnostic::do_not_recommend]
impl sealed::Sealed for Fapi2 {
    type UnaimedTokens = Yes;
    type NoCodes = Yes;
    type BelowFapi2 = No;
    type Base = Self;
}
#[diagnostic::do_not_recommend]
impl sealed::Sealed for Rfc6749 {
    type UnaimedTokens = Yes;
    type NoCodes = Yes;
    type BelowFapi2 = Yes;
    type Base = Self;
}
#[diagnostic::do_not_recommend]
impl<P: Profile> sealed::Sealed for Development<P> {
    type UnaimedTokens = P::UnaimedTokens;
    type NoCodes = P::NoCodes;
    type BelowFapi2 = P::BelowFapi2;
    type Base = P::Base;
}

#[diagnostic::do_not_recommend]
impl Profile for OAuth21 {
    const NAME: &'static str = "OAuth 2.1";
}

#[diagnostic::do_not_recommend]
impl Profile for Mcp {
    const NAME: &'static str = "MCP";
    const MANNERS: Manners = Manners {
        narrows_scope: true,
        describes_everywhere: true,
        registered_scope_is_default: true,
        ..Manners::AS_THE_RFCS_LEAVE_IT
    };
}

#[diagnostic::do_not_recommend]
impl Profile for Fapi2 {
    const NAME: &'static str = "FAPI 2.0";
    const MANNERS: Manners = Manners {
        keys_alone: true,
        algorithms: Some(&["PS256", "ES256", "EdDSA"]),
        longest_code: CodeLifetime::literal(60),
        longest_push: PushedRequestLifetime::literal(599),
        least_request: Some(RequestBytes::DEFAULT),
        names_redirect_uri: true,
        http_for_native_alone: true,
        always_sees_other: true,
        short_lived_requests: true,
        ..Manners::AS_THE_RFCS_LEAVE_IT
    };
}

#[diagnostic::do_not_recommend]
impl Profile for Rfc6749 {
    const NAME: &'static str = "RFC 6749";
}

#[diagnostic::do_not_recommend]
impl<P: Profile> Profile for Development<P> {
    const NAME: &'static str = "development";
    // On one machine nothing travels over a network.
    const MANNERS: Manners = Manners { http_for_native_alone: false, ..P::MANNERS };
}

/// The profile has the resource owner password credentials grant.
///
/// Where it does not hold, the compiler says: *the `…` profile does not have the password grant*.
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
///
/// Where it does not hold, the compiler says: *the `…` profile does not have the implicit grant*.
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

/// The profile has response types that return an ID token from the authorization endpoint.
///
/// Where it does not hold, the compiler says: *the `…` profile does not have response types that return an ID token*.
#[diagnostic::on_unimplemented(
    message = "the `{Self}` profile does not have response types that return an ID token",
    label = "leave it out and use `Code`, whose ID token comes from the token endpoint; legacy clients need `.profile(Rfc6749)` at the front of the chain",
    note = "`id_token` goes with the `implicit` grant (OpenID Connect Registration section 2), which OAuth 2.1 does not have (section 10.1); PKCE does for `Code` what hybrid flows are for (RFC 9700 section 2.1.1)",
    note = "in development: `.profile(Development::<Rfc6749>::new())`"
)]
pub trait AllowsFrontIdTokens<If = Yes>: Profile {
    #[doc(hidden)]
    type Permitted<X>;
    #[doc(hidden)]
    fn permitted<X>(it: X) -> Self::Permitted<X>;
}

/// The profile lets clients do without PKCE.
///
/// Where it does not hold, the compiler says: *the `…` profile requires PKCE*.
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
///
/// Where it does not hold, the compiler says: *the `…` profile does not have the `plain` PKCE method*.
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
permissions!(AllowsPasswordGrant, AllowsImplicitGrant, AllowsFrontIdTokens, AllowsOptionalPkce, AllowsPlainPkce);

/// The profile lets signing keys vanish when the process ends.
///
/// Where it does not hold, the compiler says: *these signing keys vanish when the process ends, which only the `Development` profile accepts*.
#[diagnostic::on_unimplemented(
    message = "these signing keys vanish when the process ends, which only the `Development` profile accepts",
    label = "keep them in the storage with `SigningKeys::stored()`, or begin the chain with `.profile(Development::<{Self}>::new())`",
    note = "after a restart, and on every other instance, nobody could verify the tokens that were signed (RFC 7517 section 5)"
)]
pub trait AllowsVanishingKeys<If = Yes>: Profile {
    #[doc(hidden)]
    type Permitted<X>;
    #[doc(hidden)]
    fn permitted<X>(it: X) -> Self::Permitted<X>;
}
permissions!(@ impl<P: Profile> AllowsVanishingKeys<No> for P);
permissions!(@ impl<P: Profile> AllowsVanishingKeys<Yes> for Development<P>);

/// The profile lets the fetcher connect to addresses of special use.
///
/// Where it does not hold, the compiler says: *the fetcher of this server may connect to private addresses, which only the `Development` profile accepts*.
#[diagnostic::on_unimplemented(
    message = "the fetcher of this server may connect to private addresses, which only the `Development` profile accepts",
    label = "leave out `.allow_private_addresses()`, or begin the chain with `.profile(Development::<{Self}>::new())`",
    note = "whoever registers a URL would send this server's request to whatever it can reach: this machine, its network, the metadata of the cloud (RFC 6890, draft-ietf-oauth-client-id-metadata-document section 6.5)"
)]
pub trait AllowsPrivateAddresses<If = Yes>: Profile {}
#[diagnostic::do_not_recommend]
impl<P: Profile> AllowsPrivateAddresses<No> for P {}
#[diagnostic::do_not_recommend]
impl<P: Profile> AllowsPrivateAddresses<Yes> for Development<P> {}

/// The profile has servers whose clients do not say for what tokens are. Code that is generic over the profile and has no
/// [`ResourceIndicators`](crate::ResourceIndicators) requires it.
///
/// Where it does not hold, the compiler says: *the `…` profile needs resource indicators, and this server has none*.
#[diagnostic::on_unimplemented(
    message = "the `{Self}` profile needs resource indicators, and this server has none",
    label = "add `.enable(ResourceIndicators::new(resources))` to the chain",
    note = "MCP servers MUST accept only tokens that were issued for them (MCP authorization 2026-07-28, \"Token Handling\"), and clients say for which one that is with `resource` (RFC 8707)",
    note = "an `Option` of it is none, as it can be switched off; in code that is generic over the profile, require `P: Profile<Base: AllowsUnaimedTokens>`"
)]
pub trait AllowsUnaimedTokens<If: Flag = Yes, Verdict = Implies<If, <Self as sealed::Sealed>::UnaimedTokens>>: Profile {}

/// The profile has servers that issue no codes, such as one for machines alone. Code that is generic over the profile and has no response
/// type that returns a code requires it.
///
/// Where it does not hold, the compiler says: *the `…` profile needs the authorization code flow, and this server does not have it*.
#[diagnostic::on_unimplemented(
    message = "the `{Self}` profile needs the authorization code flow, and this server does not have it",
    label = "add `.grant(AuthorizationCode::new())` and `.response_type(Code)` to the chain",
    note = "MCP clients send people to the authorization endpoint, and give up on metadata without one (MCP authorization 2026-07-28, \"Authorization Flow Steps\")",
    note = "in code that is generic over the profile, require `P: Profile<Base: AllowsNoCodes>`"
)]
pub trait AllowsNoCodes<If: Flag = Yes, Verdict = Implies<If, <Self as sealed::Sealed>::NoCodes>>: Profile {}

#[diagnostic::do_not_recommend]
impl<P: Profile, If: Flag> AllowsUnaimedTokens<If, Yes> for P {}
#[diagnostic::do_not_recommend]
impl<P: Profile, If: Flag> AllowsNoCodes<If, Yes> for P {}

/// The profile accepts the storage: one that lasts, or any in development.
///
/// Code that is generic over the profile requires it, since not every profile accepts every storage:
///
/// ```
/// use grantor::rules::{AcceptsStorage, BelowFapi2};
/// use grantor::{AllowsNoCodes, AllowsUnaimedTokens, AuthorizationServer, ClientCredentials, Issuer, Profile, SqliteStore};
///
/// type Server<P> = AuthorizationServer<SqliteStore, (ClientCredentials,), (), (), P>;
///
/// // A server for machines alone, whose tokens are for one API.
/// fn under<P>(profile: P, issuer: Issuer, store: SqliteStore) -> Server<P>
/// where
///     P: Profile<Base: AllowsNoCodes + AllowsUnaimedTokens + BelowFapi2> + AcceptsStorage<SqliteStore>,
/// {
///     AuthorizationServer::builder().profile(profile).issuer(issuer).storage(store).grant(ClientCredentials::new()).build()
/// }
/// ```
///
/// Where it does not hold, the compiler says: *whether the profile `…` accepts the storage `…` is not known here, as it is a type parameter*.
#[diagnostic::on_unimplemented(
    message = "whether the profile `{Self}` accepts the storage `{S}` is not known here, as it is a type parameter",
    label = "require `{Self}: AcceptsStorage<{S}>`, of `grantor::rules`",
    note = "`Development` accepts every storage, other profiles those that are `Durable`"
)]
pub trait AcceptsStorage<S> {}
impl<S: Durable> AcceptsStorage<S> for OAuth21 {}
impl<S: Durable> AcceptsStorage<S> for Mcp {}
impl<S: Durable> AcceptsStorage<S> for Fapi2 {}
impl<S: Durable> AcceptsStorage<S> for Rfc6749 {}
#[diagnostic::do_not_recommend]
impl<S, P: Profile> AcceptsStorage<S> for Development<P> {}

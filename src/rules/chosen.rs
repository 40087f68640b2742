//! Checked by `.issuer(..)`, `.profile(..)` and `.storage(..)`.

use crate::rules::profile::Profile;
use crate::rules::{NoFetcher, NoIssuer, NoStorage};
use crate::storage::{ClientStore, FamilyStore};
use crate::typelevel::No;
use crate::values::issuer::{Issuer, LoopbackIssuer};

/// It is an issuer.
///
/// Where it does not hold, the compiler says: *`…` is not an issuer*.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an issuer",
    label = "expected `issuer!(\"https://..\")`, or `url.parse::<Issuer>()?` for a value known at run time",
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

/// One issuer.
///
/// Where it does not hold, the compiler says: *the issuer of this server is chosen twice*.
#[diagnostic::on_unimplemented(
    message = "the issuer of this server is chosen twice",
    label = "remove one of them: `{Self}` is there already",
    note = "an authorization server is identified by one issuer (RFC 8414 section 2); for several, build a server for each over one storage"
)]
pub trait LacksIssuer {}
#[diagnostic::do_not_recommend]
impl LacksIssuer for NoIssuer {}

/// It is a storage: it looks up clients. `Is` is found by the compiler.
///
/// Where it does not hold, the compiler says: *`…` is not a storage that can look up clients*.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a storage that can look up clients",
    label = "expected a `ClientStore`; write `?` after what gives a `Result`, `.await?` after what gives a future",
    note = "of a pool of connections, `PostgresStore::open(pool).await?` makes a storage; what is shared goes into an `Arc`",
    note = "clients are registered before they ask for anything (RFC 6749 section 2): a storage of your own implements `ClientStore`, or is joined with one that does: `Split::new(clients, tokens)`"
)]
pub trait AStorage<Is>: Sized {
    #[doc(hidden)]
    type Accepted;
    #[doc(hidden)]
    fn accepted(self) -> Self::Accepted;
}
accepts!(AStorage: ClientStore);

/// It keeps authorizations: codes and tokens descend from them, and the traits of a storage that keeps those from [`FamilyStore`].
/// `Keeps` is found by the compiler.
///
/// Where it does not hold, the compiler says: *the storage `…` cannot keep authorizations*.
#[diagnostic::on_unimplemented(
    message = "the storage `{Self}` cannot keep authorizations",
    label = "issuing codes and tokens needs `FamilyStore`",
    note = "codes and tokens descend from an authorization, and are revoked with it (RFC 6749 section 4.1.2, RFC 7009 section 2): a storage of your own implements `FamilyStore`, or is joined with one that does: `Split::new(clients, tokens)`",
    note = "then it is asked for the rest of what the chain needs: `AuthorizationCodeStore` for codes, `RefreshTokenStore`, `AccessTokenStore` for opaque access tokens"
)]
pub trait KeepsAuthorizations<Keeps>: Sized {
    #[doc(hidden)]
    type Accepted;
    #[doc(hidden)]
    fn accepted(self) -> Self::Accepted;
}
accepts!(KeepsAuthorizations: FamilyStore);

/// One storage.
///
/// Where it does not hold, the compiler says: *the storage of this server is chosen twice*.
#[diagnostic::on_unimplemented(
    message = "the storage of this server is chosen twice",
    label = "remove one of them: `{Self}` is there already",
    note = "to join a store of clients with one of everything else, use `Split::new(clients, tokens)`"
)]
pub trait LacksStorage {}
#[diagnostic::do_not_recommend]
impl LacksStorage for NoStorage {}

/// One fetcher.
///
/// Where it does not hold, the compiler says: *the fetcher of this server is chosen twice*.
#[diagnostic::on_unimplemented(
    message = "the fetcher of this server is chosen twice",
    label = "remove one of them: `{Self}` is there already",
    note = "one fetcher gets every document that a stranger names, so that its bounds hold for all of them together"
)]
pub trait LacksFetcher {}
#[diagnostic::do_not_recommend]
impl LacksFetcher for NoFetcher {}

/// Rate limits once.
///
/// Where it does not hold, the compiler says: *the rate limits of this server are given twice*.
#[diagnostic::on_unimplemented(
    message = "the rate limits of this server are given twice",
    label = "remove one of them: a `ProcessRateLimits` takes the quotas of all endpoints",
    note = "one value counts all requests, so that it knows what each source did; to ask several, implement `RateLimits` for what holds them"
)]
pub trait LacksRateLimits {}
#[diagnostic::do_not_recommend]
impl LacksRateLimits for No {}

/// Master keys once.
///
/// Where it does not hold, the compiler says: *the master keys of this server are given twice*.
#[diagnostic::on_unimplemented(
    message = "the master keys of this server are given twice",
    label = "remove one of them: `MasterKeys` take several keys, new ones before old ones",
    note = "what was sealed under keys that are not there cannot be opened, and people would get other pairwise subjects (OpenID Connect Core section 8.1)"
)]
pub trait LacksMasterKeys {}
#[diagnostic::do_not_recommend]
impl LacksMasterKeys for No {}

/// It is a profile. `Is` is found by the compiler.
///
/// Where it does not hold, the compiler says: *`…` is not a security profile*.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a security profile",
    label = "expected `OAuth21`, `Mcp`, `Fapi2`, `Rfc6749`, or `Development::<..>::new()` around one of them"
)]
pub trait AProfile<Is>: Sized {
    #[doc(hidden)]
    type Accepted;
    #[doc(hidden)]
    fn accepted(self) -> Self::Accepted;
}
accepts!(AProfile: Profile);

/// The profile comes before what is checked against it.
///
/// Where it does not hold, the compiler says: *the profile must be chosen before the first grant and the first response type*.
#[diagnostic::on_unimplemented(
    message = "the profile must be chosen before the first grant and the first response type",
    label = "move `.profile(..)` to the front of the chain",
    note = "grants and response types are checked against the profile as they are added"
)]
pub trait NothingAddedYet {}
#[diagnostic::do_not_recommend]
impl NothingAddedYet for ((), ()) {}

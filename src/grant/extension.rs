//! Grants of somebody's own, in code that is generic over one.

use crate::grant::GrantType;
use crate::issue::Begin;
use crate::typelevel::name::{Digit, Key, KeyOf, UriKey};
use crate::typelevel::{No, WireName, Yes};

/// A grant type that is named by a URI (RFC 6749 section 4.5), begins an authorization, and so has nothing to do with codes and
/// refresh tokens that are presented: what [`extension_grant!`](crate::extension_grant!) makes. Nobody implements it; it is what
/// code requires that is generic over one more grant, because the rules of the chain go by what a grant is called and does:
///
/// ```
/// use grantor::{AuthorizationCode, AuthorizationServer, Code, ExtensionGrant, Grant, SqliteStore, issuer};
///
/// type Server<X> = AuthorizationServer<SqliteStore, (AuthorizationCode, X), (Code,)>;
///
/// fn with_one_more<X: ExtensionGrant + Grant<SqliteStore>>(store: SqliteStore, grant: X) -> Server<X> {
///     AuthorizationServer::builder()
///         .issuer(issuer!("https://auth.example.com"))
///         .storage(store)
///         .grant(AuthorizationCode::new())
///         .grant(grant)
///         .response_type(Code)
///         .build()
/// }
/// ```
///
/// Put it behind the library's grants: whether one of a list issues refresh tokens is found in the order of the list, and of a type
/// parameter nobody knows whether it does.
///
/// Of two type parameters nobody knows whether they have one name: beside another grant of your own, require
/// `(Other,): LacksGrant<X>` as well (see [`rules`](crate::rules)), for the list as it is where `X` is added.
pub trait ExtensionGrant:
    GrantType<Step = Begin, RequiresPkce = Yes, AcceptsPlainPkce = No>
    + NamedByUri
    + WireName<Key = Digit<1, <Self as NamedByUri>::Rest>>
    + Send
    + Sync
    + 'static
{
}
impl<X> ExtensionGrant for X where
    X: GrantType<Step = Begin, RequiresPkce = Yes, AcceptsPlainPkce = No>
        + NamedByUri
        + WireName<Key = Digit<1, <X as NamedByUri>::Rest>>
        + Send
        + Sync
        + 'static
{
}

/// Named by a URI.
#[doc(hidden)]
pub trait NamedByUri {
    type Rest: Key;
}
impl<X: WireName<Key: UriKey>> NamedByUri for X {
    type Rest = <KeyOf<X> as UriKey>::Rest;
}

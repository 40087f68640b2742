//! Access tokens that say themselves what they are worth: signed JWTs (RFC 9068) in place of random strings, for the whole server.
//!
//! The storage keeps no access tokens then. What it keeps is the authorization from which a token descends, and a token names that
//! authorization and its generation in its `jti` ([`jti`](self::jti)): so whoever can ask the storage, as introspection does, sees a
//! revocation and a rotation at once.

mod algorithms;
mod claims;
mod format;
mod jti;
mod read;
mod write;

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use algorithms::SignedUnder;
pub use claims::SaysClaims;
pub use claims::{AccessTokenClaims, NewAccessToken};
pub use format::JwtFormat;
pub(crate) use jti::read as authorization_of;

use crate::feature::signing_keys::SigningAlgorithms;
use crate::feature::{Feature, FeatureOn, sealed};
use crate::jose::{AnAlgorithm, SigningAlgorithm as _};
use crate::storage::FamilyStore;
use crate::typelevel::choice::Open;
use crate::typelevel::list::Append;
use crate::typelevel::{No, Yes};
use crate::values::resource::ResourceIdentifier;

#[cfg(test)]
mod tests;

/// Access tokens are JWTs (RFC 9068), signed with the server's keys: a resource server checks them without asking anybody, with a
/// [`JwtVerifier`](crate::JwtVerifier). The storage needs no [`AccessTokenStore`](crate::AccessTokenStore).
///
/// A token has `iss`, `exp`, `aud`, `sub`, `client_id`, `iat`, `jti`, and `scope`, `auth_time`, `acr`, `amr` and `cnf` where they are known.
/// `aud` is what the client asked for ([`ResourceIndicators`](crate::ResourceIndicators)), what the approval or the grant named
/// ([`Approval::audience`](crate::Approval::audience)), and otherwise the default resource. `sub` is
/// the person, and `client:` with the client's identifier behind it where a client acts for itself.
///
/// Revoking such a token revokes the authorization from which it descends, and all of its tokens. Introspection sees that at once; who
/// only checks the signature sees it when the token has expired. So give tokens a short
/// [lifetime](crate::Builder::access_token_lifetime).
///
/// They are signed under the preferred algorithm of the server's [keys](crate::SigningKeys), unless [`algorithm`](Self::algorithm) or
/// [`algorithm_for`](Self::algorithm_for) says otherwise; `A` is what those name.
pub struct JwtAccessTokens<C = (), A = ()> {
    format: JwtFormat<C, A>,
}

impl JwtAccessTokens {
    /// JWTs for this resource, unless an approval or a grant names another audience: the URL of the API (RFC 9068 section 3, RFC 8707
    /// section 2), such as `https://api.example.com`, or a name of your own for it, such as `notes`.
    ///
    /// # Panics
    ///
    /// If it is no name: empty, with white space or control characters in it, or with a colon and no URI (RFC 7519 section 2,
    /// "StringOrURI"). What reads such a token could not be told for whom it is.
    pub fn new(default_resource: impl Into<Arc<str>>) -> Self {
        let (default_resource, signed_under) = (default_resource.into(), SignedUnder::default());
        assert!(
            is_name(&default_resource),
            "JWT access tokens need a default resource: the URL of the API, such as \"https://api.example.com\" (RFC 9068 section 3)"
        );
        Self { format: JwtFormat { default_resource, claims: (), signed_under, algorithms: PhantomData } }
    }
}

fn is_name(text: &str) -> bool {
    let is_plain = !text.is_empty() && !text.contains(|character: char| character.is_whitespace() || character.is_control());
    is_plain && (!text.contains(':') || ResourceIdentifier::parse(text).is_ok())
}

impl<C, A> JwtAccessTokens<C, A> {
    /// With claims of the application's own.
    pub fn claims<D, Is>(self, claims: D) -> JwtAccessTokens<D::Taken, A>
    where
        D: SaysClaims<Is>,
    {
        let JwtFormat { default_resource, signed_under, algorithms, .. } = self.format;
        let claims = claims.taken();
        JwtAccessTokens { format: JwtFormat { default_resource, claims, signed_under, algorithms } }
    }

    /// Signs under this algorithm, in place of the preferred one of the keys.
    ///
    /// ```
    /// use grantor::{Es256, JwtAccessTokens, Rs256};
    ///
    /// let tokens = JwtAccessTokens::new("https://api.example.com")
    ///     .algorithm(Es256)
    ///     // It is older than elliptic curves.
    ///     .algorithm_for(Rs256, ["https://billing.example.com"]);
    /// # let _ = tokens;
    /// ```
    pub fn algorithm<X, Is>(self, _: X) -> JwtAccessTokens<C, A::Output>
    where
        X: AnAlgorithm<Is>,
        A: Append<X::Taken>,
    {
        self.naming(|signed_under| signed_under.otherwise(X::Taken::ALGORITHM))
    }

    /// Signs tokens that are meant for one of these resources under this algorithm. A token for several, which need different ones, cannot be
    /// issued: the request is refused with `server_error`, and nothing is used up.
    pub fn algorithm_for<X, Is, T: Into<Arc<str>>>(
        self,
        _: X,
        resources: impl IntoIterator<Item = T>,
    ) -> JwtAccessTokens<C, A::Output>
    where
        X: AnAlgorithm<Is>,
        A: Append<X::Taken>,
    {
        self.naming(|signed_under| signed_under.resources(X::Taken::ALGORITHM, resources.into_iter().map(Into::into)))
    }

    fn naming<B>(self, change: impl FnOnce(SignedUnder) -> SignedUnder) -> JwtAccessTokens<C, B> {
        let JwtFormat { default_resource, claims, signed_under, .. } = self.format;
        let signed_under = change(signed_under);
        JwtAccessTokens { format: JwtFormat { default_resource, claims, signed_under, algorithms: PhantomData } }
    }
}

impl<C, A> fmt::Debug for JwtAccessTokens<C, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JwtAccessTokens").field("default_resource", &self.format.default_resource).finish_non_exhaustive()
    }
}

crate::wire_name!(impl<C, A> JwtAccessTokens<C, A> = "jwt_access_tokens");
impl<C, A> sealed::Sealed for JwtAccessTokens<C, A> {}

#[diagnostic::do_not_recommend]
impl<C: AccessTokenClaims, A: SigningAlgorithms> Feature for JwtAccessTokens<C, A> {
    type Format = JwtFormat<C, A>;
    type Keys = Open;
    type Signs = Yes;
    type KeysVanish = No;
    type NamesNoAlgorithm = No;
    type NeedsMasterKeys = No;
    type NeedsFetcher = No;
    type Assures = ();
    fn format(&self) -> &JwtFormat<C, A> {
        &self.format
    }
    fn keys(&self) -> &Open {
        &Open
    }
}

impl<S: FamilyStore, C: AccessTokenClaims, A: SigningAlgorithms> FeatureOn<S> for JwtAccessTokens<C, A> {}

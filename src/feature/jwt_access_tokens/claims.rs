//! What the application adds to a token.

use std::fmt;
use std::future::Future;
use std::sync::Arc;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::client::ClientId;
use crate::jose::Object;
use crate::storage::TokenDetails;
use crate::token::claims::{RESERVED, is_reserved};
use crate::typelevel::taken::taken;
use crate::values::details::AuthorizationDetails;
use crate::values::error::StoreError;
use crate::values::scope::Scope;
use crate::values::subject::Subject;

/// Claims of the application's own in its access tokens (RFC 9068 sections 2.2.2 and 2.2.3), as a type that serializes to an object.
///
/// Everybody who gets to see the token can read them, the client among them (section 6). Use the registered names where there is one:
/// `groups`, `roles` and `entitlements` (section 2.2.3.1), `email` and the like.
///
/// ```
/// use grantor::{AccessTokenClaims, NewAccessToken, StoreError};
///
/// #[derive(serde::Serialize)]
/// struct Own {
///     #[serde(skip_serializing_if = "Vec::is_empty")]
///     roles: Vec<String>,
/// }
///
/// struct Accounts;
/// # impl Accounts { async fn roles(&self, _: &str) -> Result<Vec<String>, StoreError> { Ok(Vec::new()) } }
///
/// impl AccessTokenClaims for Accounts {
///     type Claims = Own;
///
///     async fn claims(&self, token: NewAccessToken<'_>) -> Result<Own, StoreError> {
///         let Some(subject) = token.subject() else { return Ok(Own { roles: Vec::new() }) };
///         Ok(Own { roles: self.roles(subject.as_str()).await? })
///     }
/// }
///
/// # use grantor::JwtAccessTokens;
/// let tokens = JwtAccessTokens::new("https://api.example.com").claims(Accounts);
/// # let _ = tokens;
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say which claims access tokens have",
    label = "not a source of claims",
    note = "implement `AccessTokenClaims` for `{Self}`; it has one type, `Claims`, and one method, `claims`"
)]
pub trait AccessTokenClaims: Send + Sync + 'static {
    /// The claims. They serialize to an object, or to null for none. A name that is reserved, such as `sub`, refuses the request with
    /// `server_error`: what only the server says nobody else can say, and no claim is left out in silence. So are more claims than
    /// fit into a token of 16 KiB, more than 42 of them, more than 64 members of one object, and more than 16 levels.
    type Claims: Serialize + Send;

    /// The claims of a token that is about to be made. Nothing has been stored yet: an error refuses the request and burns nothing.
    fn claims(&self, token: NewAccessToken<'_>) -> impl Future<Output = Result<Self::Claims, StoreError>> + Send;
}

/// It says which claims access tokens have. `Is` is found by the compiler.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say which claims access tokens have",
    label = "not a source of claims",
    note = "implement `AccessTokenClaims` for `{Self}`; it has one type, `Claims`, and one method, `claims`"
)]
pub trait SaysClaims<Is>: Sized {
    type Taken: AccessTokenClaims;
    fn taken(self) -> Self::Taken;
}
taken!(SaysClaims: AccessTokenClaims);

/// No claims.
impl AccessTokenClaims for () {
    type Claims = ();
    async fn claims(&self, _: NewAccessToken<'_>) -> Result<(), StoreError> {
        Ok(())
    }
}

impl<C: AccessTokenClaims> AccessTokenClaims for Arc<C> {
    type Claims = C::Claims;
    fn claims(&self, token: NewAccessToken<'_>) -> impl Future<Output = Result<C::Claims, StoreError>> + Send {
        C::claims(self, token)
    }
}

/// An access token that is about to be made.
#[derive(Clone, Copy)]
pub struct NewAccessToken<'a> {
    pub(super) client_id: &'a ClientId,
    pub(super) details: &'a TokenDetails,
    pub(super) audience: &'a [Arc<str>],
}

impl<'a> NewAccessToken<'a> {
    /// The client that gets it.
    #[must_use]
    pub const fn client_id(&self) -> &'a ClientId {
        self.client_id
    }

    /// Who authorized; `None` where a client acts for itself.
    #[must_use]
    pub fn subject(&self) -> Option<&'a Subject> {
        self.details.facts().subject.as_ref()
    }

    /// The scope that was granted.
    #[must_use]
    pub fn scope(&self) -> &'a Scope {
        &self.details.facts().scope
    }

    /// What it permits in detail (RFC 9396), if it does: it stands in the token.
    #[must_use]
    pub fn authorization_details(&self) -> Option<&'a AuthorizationDetails> {
        self.details.facts().granted.as_ref()
    }

    /// The resources for which it is meant: the default one, if none was named.
    pub fn audience(&self) -> impl Iterator<Item = &'a str> {
        self.audience.iter().map(|name| &**name)
    }
}

impl fmt::Debug for NewAccessToken<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewAccessToken").field("client_id", self.client_id).field("scope", self.scope()).finish_non_exhaustive()
    }
}

/// The claims as members.
///
/// # Errors
///
/// [`StoreError::Failed`] if they are no object, or one of them is reserved.
pub(super) fn members(claims: impl Serialize) -> Result<Map<String, Value>, StoreError> {
    let members = match serde_json::to_value(claims).map_err(StoreError::failed)? {
        Value::Null => Map::new(),
        Value::Object(members) => members,
        _ => return Err(StoreError::failed("the claims of the application are no object")),
    };
    match members.keys().find(|name| is_reserved(name)) {
        None => Ok(members),
        Some(name) => Err(StoreError::failed(format!("the application adds the claim `{name}`, which only the server writes"))),
    }
}

/// Can whoever verifies the token read these claims beside those of the server? Strict readers bound how many members an object has, and
/// how deep it is, this library's among them.
pub(super) fn check(claims: &Map<String, Value>) -> Result<(), StoreError> {
    let fits = |claims: &Map<String, Value>| {
        claims.len() + RESERVED.len() <= Object::MAX_MEMBERS
            && claims.values().all(|value| is_readable(value, Object::MAX_DEPTH - 1))
    };
    if claims.is_empty() || fits(claims) {
        return Ok(());
    }
    Err(StoreError::failed("the claims of the application are too many, in one object, or too deep in each other"))
}

/// Does it lie in so many levels, each object with no more members than are read?
fn is_readable(value: &Value, levels: usize) -> bool {
    let below = || levels.checked_sub(1);
    match value {
        Value::Array(values) => below().is_some_and(|below| values.iter().all(|value| is_readable(value, below))),
        Value::Object(members) => below()
            .is_some_and(|below| members.len() <= Object::MAX_MEMBERS && members.values().all(|value| is_readable(value, below))),
        _ => true,
    }
}

/// The claims of the application, and of the resources for which a token is what the application does not say.
pub(super) fn beside(of_resources: &Map<String, Value>, mut own: Map<String, Value>) -> Map<String, Value> {
    for (name, value) in of_resources {
        if !own.contains_key(name) {
            own.insert(name.clone(), value.clone());
        }
    }
    own
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::token::claims::RESERVED;
    use serde_json::json;

    #[test]
    fn claims_are_an_object_without_reserved_names() {
        let written = |claims: Value| members(claims).map(Value::Object).map_err(|error| format!("{error:?}"));
        assert_eq!(written(json!(null)), Ok(json!({})));
        assert_eq!(
            written(json!({"roles": ["a"], "email": "a@example.com"})),
            Ok(json!({"roles": ["a"], "email": "a@example.com"}))
        );
        for refused in [json!([]), json!("roles"), json!(1), json!(true)] {
            assert!(written(refused).unwrap_err().contains("no object"));
        }
        for name in RESERVED {
            assert!(written(json!({"a": 1, name: 1})).unwrap_err().contains(name));
        }
    }
}

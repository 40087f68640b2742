//! Who knows the people: the application.

use std::fmt;
use std::future::Future;
use std::sync::Arc;

use serde::Serialize;

use super::claims::Claims;
use super::release::Wanted;
use crate::client::ClientId;
use crate::typelevel::taken::taken;
use crate::values::error::StoreError;
use crate::values::scope::Scope;
use crate::values::subject::Subject;

/// Knows the claims about people (OpenID Connect Core section 5).
///
/// The library asks for what is to go out, and lets nothing out that was not asked for: of the [standard
/// claims](super::StandardClaims) only those that the granted scope stands for (section 5.4) or the client named (section 5.5). So a
/// source may give all that it knows, and looks at [`ClaimsFor::wants`] where something is costly to find out.
///
/// ```
/// use grantor::{Claims, ClaimsFor, ClaimsSource, LocalizedText, StandardClaims, StoreError};
///
/// struct Accounts;
/// # struct Account { name: String, email: String }
/// # impl Accounts {
/// #     async fn find(&self, _: &str) -> Result<Account, StoreError> {
/// #         Ok(Account { name: "Alice".to_owned(), email: "alice@example.com".to_owned() })
/// #     }
/// # }
///
/// impl ClaimsSource for Accounts {
///     type Own = ();
///     const CLAIMS: &'static [&'static str] = &["name", "email", "email_verified"];
///
///     async fn claims(&self, about: ClaimsFor<'_>) -> Result<Claims, StoreError> {
///         let account = self.find(about.subject().as_str()).await?;
///         Ok(Claims::from(StandardClaims {
///             name: LocalizedText::from(account.name),
///             email: Some(account.email),
///             email_verified: Some(true),
///             ..StandardClaims::default()
///         }))
///     }
/// }
/// # let _ = grantor::OpenId::new(Accounts);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not know the claims about people",
    label = "`OpenId` needs a `ClaimsSource`",
    note = "implement `ClaimsSource` for `{Self}`; it has one type, `Own`, and one method, `claims`"
)]
pub trait ClaimsSource: Send + Sync + 'static {
    /// Claims of the application's own, beside the standard ones: a type that serializes to an object, or `()` for none. A name that is
    /// reserved, such as `sub`, refuses the request with `server_error`. Aggregated and distributed claims (section 5.6.2) are members
    /// of this kind.
    ///
    /// What is given goes into the userinfo response: look at the [scope](ClaimsFor::scope). Into an ID token it goes where the client
    /// asks for it by its name, and where the claims of the scope are there as well.
    type Own: Serialize + Send;

    /// The names of the claims that it may have, for `claims_supported` (Discovery section 3).
    const CLAIMS: &'static [&'static str] = &[];

    /// The claims. An error is 503 `temporarily_unavailable`, and nothing is used up by it.
    fn claims(&self, about: ClaimsFor<'_>) -> impl Future<Output = Result<Claims<Self::Own>, StoreError>> + Send;
}

/// It knows the claims about people. `Is` is found by the compiler.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not know the claims about people",
    label = "`OpenId` needs a `ClaimsSource`",
    note = "implement `ClaimsSource` for `{Self}`; it has one type, `Own`, and one method, `claims`"
)]
pub trait KnowsPeople<Is>: Sized {
    type Taken: ClaimsSource;
    fn taken(self) -> Self::Taken;
}
taken!(KnowsPeople: ClaimsSource);

/// Nothing but the `sub`.
impl ClaimsSource for () {
    type Own = ();
    async fn claims(&self, _: ClaimsFor<'_>) -> Result<Claims, StoreError> {
        Ok(Claims::default())
    }
}

impl<C: ClaimsSource> ClaimsSource for Arc<C> {
    type Own = C::Own;
    const CLAIMS: &'static [&'static str] = C::CLAIMS;
    fn claims(&self, about: ClaimsFor<'_>) -> impl Future<Output = Result<Claims<C::Own>, StoreError>> + Send {
        C::claims(self, about)
    }
}

/// Where claims go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Destination {
    /// An ID token, which anybody reads who gets to see it.
    IdToken,
    /// A userinfo response.
    Userinfo,
}

/// About whom, for whom, and what.
#[derive(Clone, Copy)]
pub struct ClaimsFor<'a> {
    pub(super) client_id: &'a ClientId,
    pub(super) subject: &'a Subject,
    pub(super) scope: &'a Scope,
    pub(super) destination: Destination,
    pub(super) wanted: &'a Wanted<'a>,
}

impl<'a> ClaimsFor<'a> {
    /// The client that gets to know.
    #[must_use]
    pub const fn client_id(&self) -> &'a ClientId {
        self.client_id
    }

    /// The person, as the application named them in the approval, whatever `sub` the client knows.
    #[must_use]
    pub const fn subject(&self) -> &'a Subject {
        self.subject
    }

    /// The scope that was granted.
    #[must_use]
    pub const fn scope(&self) -> &'a Scope {
        self.scope
    }

    /// Where the claims go.
    #[must_use]
    pub const fn destination(&self) -> Destination {
        self.destination
    }

    /// Does the claim of this name go out, if there is one? The name has no language.
    #[must_use]
    pub fn wants(&self, name: &str) -> bool {
        self.wanted.wants(name)
    }

    /// The languages that the client prefers, what it likes best first (`claims_locales`).
    pub fn locales(&self) -> impl Iterator<Item = &'a str> {
        self.wanted.locales.iter().map(|tag| &**tag)
    }
}

impl fmt::Debug for ClaimsFor<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = f.debug_struct("ClaimsFor");
        text.field("client_id", self.client_id).field("scope", self.scope).field("destination", &self.destination);
        text.finish_non_exhaustive()
    }
}

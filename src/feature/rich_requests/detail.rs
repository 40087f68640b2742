//! A type of authorization details, as the application defines it.

use std::borrow::Cow;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::client::Client;
use crate::typelevel::WireName;

/// A type of authorization details (RFC 9396 section 2.1): a type of yours with the members that a detail has, without `type`, which is the
/// name that [`wire_name!`](crate::wire_name) gives it.
///
/// It says what a client may write: a member that it does not have is refused, and so is one of another form, or one that is missing (section
/// 5). Nothing else is kept, shown or granted than what it serializes to. So what it reads it has to write again, and read again from that.
///
/// ```
/// use grantor::{AuthorizationDetail, Client, InvalidDetail};
/// use serde::{Deserialize, Serialize};
///
/// /// A credit transfer, of this amount to this creditor.
/// #[derive(Serialize, Deserialize)]
/// struct Payment {
///     /// Of the smallest unit of the currency.
///     amount: u64,
///     currency: String,
///     creditor: String,
/// }
///
/// grantor::wire_name!(Payment = "payment_initiation");
///
/// impl AuthorizationDetail for Payment {
///     fn covers(&self, narrower: &Self) -> bool {
///         // Less than a payment is the same one of a smaller amount.
///         narrower.amount <= self.amount && narrower.currency == self.currency && narrower.creditor == self.creditor
///     }
///
///     fn check(&self, _: &Client) -> Result<(), InvalidDetail> {
///         if self.amount == 0 { Err("the amount is zero".into()) } else { Ok(()) }
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a type of authorization details",
    label = "expected a type that implements `AuthorizationDetail`",
    note = "implement `AuthorizationDetail` for `{Self}`, with `covers`, and give it the `type` of RFC 9396 section 2 with `wire_name!`"
)]
pub trait AuthorizationDetail: WireName + Serialize + DeserializeOwned + Send + Sync + 'static {
    /// Is the other one this one, or less of it? Whoever was granted this one may have the other one without anybody being asked again: in a
    /// token request (RFC 9396 section 6.1), and where a person grants less than was asked for, or fills in what was left open. So it must
    /// not be more in any respect.
    ///
    /// Strings are compared as they are (section 12): no two spellings are one.
    fn covers(&self, narrower: &Self) -> bool;

    /// Are the values such as the type may have, and may this client ask for them? It has registered the type
    /// (`authorization_details_types`). Asked of what a client writes, and again of a request that waited.
    ///
    /// # Errors
    ///
    /// Why not, in words for the developer of the client: `invalid_authorization_details`. Say no values in it: it may travel in a URL.
    fn check(&self, _client: &Client) -> Result<(), InvalidDetail> {
        Ok(())
    }

    /// Where it is to be used (`locations`, RFC 9396 section 2.2). A token that is for some resources has those details alone which name one
    /// of them, or a place below it, and those that name none (section 9.1).
    fn locations(&self) -> &[String] {
        &[]
    }

    /// May this client have it for itself, with the grant `client_credentials`, where no person is asked (RFC 9396 section 6)? No, if this is
    /// not implemented.
    fn is_granted_to_itself(&self, _client: &Client) -> bool {
        false
    }
}

/// Why a detail is refused, in words for the developer of the client, without values.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct InvalidDetail(Cow<'static, str>);

impl From<&'static str> for InvalidDetail {
    fn from(words: &'static str) -> Self {
        Self(Cow::Borrowed(words))
    }
}

impl From<String> for InvalidDetail {
    fn from(words: String) -> Self {
        Self(Cow::Owned(words))
    }
}

//! The `code id_token token` response type (OpenID Connect Core section 3.3). Needs `OpenId`, and the [`Implicit`](crate::Implicit) grant,
//! with which OpenID Connect Registration section 2 pairs it, and so the [`Rfc6749`](crate::Rfc6749) profile.

use crate::response_type::{Respond, ResponseType};
use crate::storage::FamilyStore;
use crate::typelevel::Yes;

/// `code id_token token`: returns a code and an access token, and an ID token that binds both.
#[derive(Debug, Clone, Copy, Default)]
pub struct CodeIdTokenToken;

crate::wire_name!(CodeIdTokenToken = "code id_token token");

#[diagnostic::do_not_recommend]
impl ResponseType for CodeIdTokenToken {
    type CarriesCode = Yes;
    type CarriesAccessToken = Yes;
    type CarriesIdToken = Yes;
}

#[diagnostic::do_not_recommend]
impl<S: FamilyStore> Respond<S> for CodeIdTokenToken {}

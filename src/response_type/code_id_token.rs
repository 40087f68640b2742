//! The `code id_token` response type (OpenID Connect Core section 3.3). Needs `OpenId`, and the [`Implicit`](crate::Implicit) grant,
//! with which OpenID Connect Registration section 2 pairs it, and so the [`Rfc6749`](crate::Rfc6749) profile.

use crate::response_type::{Respond, ResponseType};
use crate::storage::FamilyStore;
use crate::typelevel::{No, Yes};

/// `code id_token`: returns a code, and an ID token that binds it (`c_hash`).
#[derive(Debug, Clone, Copy, Default)]
pub struct CodeIdToken;

crate::wire_name!(CodeIdToken = "code id_token");

#[diagnostic::do_not_recommend]
impl ResponseType for CodeIdToken {
    type CarriesCode = Yes;
    type CarriesAccessToken = No;
    type CarriesIdToken = Yes;
}

#[diagnostic::do_not_recommend]
impl<S: FamilyStore> Respond<S> for CodeIdToken {}

//! The `id_token token` response type (OpenID Connect Core section 3.2). Needs `OpenId`, and the [`Implicit`](crate::Implicit) grant,
//! with which OpenID Connect Registration section 2 pairs it, and so the [`Rfc6749`](crate::Rfc6749) profile.

use crate::response_type::{Respond, ResponseType};
use crate::storage::FamilyStore;
use crate::typelevel::{No, Yes};

/// `id_token token`: returns an access token, and an ID token that binds it (`at_hash`).
#[derive(Debug, Clone, Copy, Default)]
pub struct IdTokenToken;

crate::wire_name!(IdTokenToken = "id_token token");

#[diagnostic::do_not_recommend]
impl ResponseType for IdTokenToken {
    type CarriesCode = No;
    type CarriesAccessToken = Yes;
    type CarriesIdToken = Yes;
}

#[diagnostic::do_not_recommend]
impl<S: FamilyStore> Respond<S> for IdTokenToken {}

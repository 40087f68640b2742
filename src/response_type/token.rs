//! The `token` response type (RFC 6749 section 4.2). Needs the [`Implicit`](crate::Implicit) grant, and with it the
//! [`Rfc6749`](crate::Rfc6749) profile.

use crate::response_type::{Respond, ResponseType};
use crate::storage::FamilyStore;
use crate::typelevel::{No, Yes};

/// `token`: returns an access token, and never a refresh token (RFC 6749 section 4.2.2).
#[derive(Debug, Clone, Copy, Default)]
pub struct Token;

crate::wire_name!(Token = "token");

#[diagnostic::do_not_recommend]
impl ResponseType for Token {
    type CarriesCode = No;
    type CarriesAccessToken = Yes;
    type CarriesIdToken = No;
}

#[diagnostic::do_not_recommend]
impl<S: FamilyStore> Respond<S> for Token {}

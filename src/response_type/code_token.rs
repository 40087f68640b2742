//! The `code token` response type (Multiple Response Types section 5).

use crate::response_type::{Respond, ResponseType};
use crate::storage::FamilyStore;
use crate::typelevel::{No, Yes};

/// `code token`: returns an authorization code and an access token, of one authorization.
#[derive(Debug, Clone, Copy, Default)]
pub struct CodeToken;

crate::wire_name!(CodeToken = "code token");

#[diagnostic::do_not_recommend]
impl ResponseType for CodeToken {
    type CarriesCode = Yes;
    type CarriesAccessToken = Yes;
    type CarriesIdToken = No;
}

#[diagnostic::do_not_recommend]
impl<S: FamilyStore> Respond<S> for CodeToken {}

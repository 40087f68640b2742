//! The `code` response type (RFC 6749 section 4.1).

use crate::response_type::{Respond, ResponseType};
use crate::storage::FamilyStore;
use crate::typelevel::{No, Yes};

/// `code`: returns an authorization code (RFC 6749 section 4.1.2).
#[derive(Debug, Clone, Copy, Default)]
pub struct Code;

crate::wire_name!(Code = "code");

#[diagnostic::do_not_recommend]
impl ResponseType for Code {
    type CarriesCode = Yes;
    type CarriesAccessToken = No;
    type CarriesIdToken = No;
}

impl<S: FamilyStore> Respond<S> for Code {}

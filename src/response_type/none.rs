//! The `none` response type (Multiple Response Types section 4).

use crate::response_type::{Respond, ResponseType};
use crate::typelevel::No;

/// `none`: returns neither code nor token, but tells the client that the person approved.
#[derive(Debug, Clone, Copy, Default)]
pub struct Nothing;

crate::wire_name!(Nothing = "none");

#[diagnostic::do_not_recommend]
impl ResponseType for Nothing {
    type CarriesCode = No;
    type CarriesAccessToken = No;
    type CarriesIdToken = No;
}

#[diagnostic::do_not_recommend]
impl<S: Send + Sync> Respond<S> for Nothing {}

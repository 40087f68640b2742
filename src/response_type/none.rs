//! The `none` response type (Multiple Response Types section 4).

use crate::error::TokenError;
use crate::response_type::{ApprovalContext, AuthorizationResponse, Respond, ResponseType};
use crate::typelevel::No;

/// `none`: returns neither code nor token, but tells the client that the person approved.
#[derive(Debug, Clone, Copy, Default)]
pub struct Nothing;

crate::wire_name!(Nothing = "none");

#[diagnostic::do_not_recommend]
impl ResponseType for Nothing {
    type CarriesCode = No;
    type CarriesAccessToken = No;
}

#[diagnostic::do_not_recommend]
impl<S: Send + Sync> Respond<S> for Nothing {
    async fn respond(&self, cx: &ApprovalContext<'_, S>) -> Result<AuthorizationResponse, TokenError> {
        Ok(cx.nothing())
    }
}

//! The `code token` response type (Multiple Response Types section 5).

use crate::error::TokenError;
use crate::response_type::{ApprovalContext, AuthorizationResponse, Respond, ResponseType};
use crate::storage::FamilyStore;
use crate::typelevel::Yes;

/// `code token`: returns an authorization code and an access token, of one authorization.
#[derive(Debug, Clone, Copy, Default)]
pub struct CodeToken;

crate::wire_name!(CodeToken = "code token");

#[diagnostic::do_not_recommend]
impl ResponseType for CodeToken {
    type CarriesCode = Yes;
    type CarriesAccessToken = Yes;
}

#[diagnostic::do_not_recommend]
impl<S: FamilyStore> Respond<S> for CodeToken {
    async fn respond(&self, cx: &ApprovalContext<'_, S>) -> Result<AuthorizationResponse, TokenError> {
        cx.issue_code_and_token().await
    }
}

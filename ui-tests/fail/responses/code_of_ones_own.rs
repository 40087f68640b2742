// legal: pass/responses.rs, fn own
use grantor::{ApprovalContext, ExtraParameters, FamilyStore, No, Respond, OAuthError, extension_response_type};

pub struct Receipt;
extension_response_type!(Receipt = "receipt", code: No, access_token: No);
impl<S: FamilyStore> Respond<S> for Receipt {
    async fn extra(&self, cx: &ApprovalContext<'_, S>) -> Result<ExtraParameters, OAuthError> {
        cx.issue_code().await
    }
}

fn main() {}

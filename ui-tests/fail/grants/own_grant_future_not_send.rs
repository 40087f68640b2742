// legal: pass/grants.rs, fn own
use std::rc::Rc;

use grantor::{FamilyStore, Grant, Granted, No, TokenContext, TokenError, TokenResponse, extension_grant};

pub struct Otp;
extension_grant!(Otp = "urn:example:grant:otp", refresh_tokens: No);
impl<S: FamilyStore> Grant<S> for Otp {
    async fn exchange(&self, cx: &TokenContext<'_, S>) -> Result<TokenResponse, TokenError> {
        let attempts = Rc::new(3);
        let response = cx.issue(Granted::to_client(cx.scope()?)).await;
        drop(attempts);
        response
    }
}

fn main() {}

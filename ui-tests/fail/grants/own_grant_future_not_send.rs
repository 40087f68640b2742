// legal: pass/grants.rs, fn own
use std::rc::Rc;

use grantor::{FamilyStore, Grant, Granted, No, TokenContext, OAuthError, extension_grant};

pub struct Otp;
extension_grant!(Otp = "urn:example:grant:otp", refresh_tokens: No);
impl<S: FamilyStore> Grant<S> for Otp {
    async fn decide(&self, cx: &TokenContext<'_, S>) -> Result<Granted, OAuthError> {
        let attempts = Rc::new(3);
        let scope = std::future::ready(cx.scope()).await;
        drop(attempts);
        Ok(Granted::to_client(scope?))
    }
}

fn main() {}

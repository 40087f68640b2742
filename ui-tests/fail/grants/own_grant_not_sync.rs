// legal: pass/grants.rs, fn own
use std::cell::Cell;

use grantor::{FamilyStore, Grant, Granted, No, OAuthError, TokenContext, extension_grant};

pub struct Otp {
    pub seen: Cell<u32>,
}
extension_grant!(Otp = "urn:example:grant:otp", refresh_tokens: No);

impl<S: FamilyStore> Grant<S> for Otp {
    async fn decide(&self, cx: &TokenContext<'_, S>) -> Result<Granted, OAuthError> {
        Ok(Granted::to_client(cx.scope()?))
    }
}

fn main() {}

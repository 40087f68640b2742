// legal: pass/grants.rs, fn own_with_own_store
use grantor::{AuthorizationServer, FamilyStore, Grant, Granted, No, TokenContext, OAuthError, extension_grant, issuer};
use ui_tests::PgStore;

pub trait OtpStore: FamilyStore {}
pub struct Otp;
extension_grant!(Otp = "urn:example:grant:otp", refresh_tokens: No);
impl<S: OtpStore> Grant<S> for Otp {
    async fn decide(&self, cx: &TokenContext<'_, S>) -> Result<Granted, OAuthError> {
        Err(cx.invalid_grant("the one-time password is wrong"))
    }
}

fn main() {
    let _server = AuthorizationServer::builder().issuer(issuer!("https://as.example.com")).storage(PgStore).grant(Otp).build();
}

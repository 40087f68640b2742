// legal: pass/grants.rs, fn own
use grantor::{AuthorizationServer, FamilyStore, Grant, Granted, No, TokenContext, OAuthError, extension_grant, issuer};
use ui_tests::PgStore;

pub struct Otp;
extension_grant!(Otp = "urn:example:grant:otp", refresh_tokens: No);
impl<S: FamilyStore> Grant<S> for Otp {
    async fn decide(&self, cx: &TokenContext<'_, S>) -> Result<Granted, OAuthError> {
        Ok(Granted::to_client(cx.scope()?))
    }
}

pub struct OtpAgain;
extension_grant!(OtpAgain = "urn:example:grant:otp", refresh_tokens: No);
impl<S: FamilyStore> Grant<S> for OtpAgain {
    async fn decide(&self, cx: &TokenContext<'_, S>) -> Result<Granted, OAuthError> {
        Ok(Granted::to_client(cx.scope()?))
    }
}

fn main() {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .grant(Otp)
        .grant(OtpAgain)
        .build();
}

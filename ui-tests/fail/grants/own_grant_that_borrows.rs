// legal: pass/grants.rs, fn own
use grantor::{AuthorizationServer, FamilyStore, Grant, Granted, No, OAuthError, SqliteStore, TokenContext, extension_grant, issuer};

pub struct Otp<'a> {
    pub key: &'a str,
}
extension_grant!(Otp<'_> = "urn:example:grant:otp", refresh_tokens: No);

impl<S: FamilyStore> Grant<S> for Otp<'_> {
    async fn decide(&self, cx: &TokenContext<'_, S>) -> Result<Granted, OAuthError> {
        Ok(Granted::to_client(cx.scope()?))
    }
}

pub fn serve(store: SqliteStore, key: &str) {
    let chain = AuthorizationServer::builder().issuer(issuer!("https://as.example.com")).storage(store);
    let _server = chain.grant(Otp { key }).build();
}

fn main() {}

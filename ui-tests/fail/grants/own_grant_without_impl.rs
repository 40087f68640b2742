// legal: pass/grants.rs, fn own
use grantor::{AuthorizationServer, No, extension_grant, issuer};
use ui_tests::PgStore;

pub struct Otp;
extension_grant!(Otp = "urn:example:grant:otp", refresh_tokens: No);

fn main() {
    let _server = AuthorizationServer::builder().issuer(issuer!("https://as.example.com")).storage(PgStore).grant(Otp).build();
}

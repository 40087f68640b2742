// legal: pass/device_code.rs, fn alone
use grantor::{AuthorizationServer, DeviceCode, issuer};
use ui_tests::NoSessions;

fn main() {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(NoSessions)
        .grant(DeviceCode::new())
        .build();
}

// legal: pass/device_code.rs, fn page
use grantor::{Approval, AuthorizationServer, DeviceCode, Subject};
use http::Request;
use ui_tests::PgStore;

type Server = AuthorizationServer<PgStore, (DeviceCode,)>;

pub async fn page(server: &Server, alice: Subject, http: &Request<bytes::Bytes>) {
    if let Ok(typed) = server.devices().enter("WDJB-MJHT", http).await {
        let _ = server.devices().approve(typed, Approval::by(alice)).await;
    }
}

fn main() {}

//! A token endpoint of a server that has devices.

use std::error::Error;

use bytes::Bytes;
use grantor::{AuthorizationServer, ClientCredentials, Development, DeviceCode, MemoryStore, Rfc6749, ServesOAuth as _, issuer};
use http::{HeaderMap, Request};
use ui_tests::absent::{answer, block_on, shown};

fn main() -> Result<(), Box<dyn Error>> {
    let server = AuthorizationServer::builder()
        .profile(Development::<Rfc6749>::new())
        .issuer(issuer!("https://as.example.com"))
        .storage(MemoryStore::new())
        .grant(shown(ClientCredentials::new()))
        .grant(shown(DeviceCode::new()))
        .build();
    // Its route, and what its page asks for, are in the program.
    drop(block_on(server.handle(Request::post("/device_authorization").body(Bytes::new())?)));
    let page = Request::post("/device").body(Bytes::new())?;
    drop(block_on(server.devices().enter("", &page)));
    if let Ok(request) = block_on(server.devices().resume("", &HeaderMap::new())) {
        drop(block_on(server.devices().deny(request)));
    }
    answer(&server)
}

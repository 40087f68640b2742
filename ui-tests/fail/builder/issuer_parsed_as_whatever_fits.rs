// legal: pass/chain.rs, fn issuer_of_a_setting
use std::error::Error;

use grantor::{AuthorizationServer, ClientCredentials};
use ui_tests::PgStore;

pub fn serve(url: &str) -> Result<(), Box<dyn Error>> {
    let chain = AuthorizationServer::builder().storage(PgStore).grant(ClientCredentials::new());
    let _server = chain.issuer(url.parse()?).build();
    Ok(())
}

fn main() {}

// legal: pass/types.rs, fn one_element
use grantor::{AuthorizationServer, ClientCredentials};
use ui_tests::PgStore;

pub fn log(server: &AuthorizationServer<PgStore, ClientCredentials>) {
    println!("{server:?}");
}

fn main() {}

// legal: pass/values.rs, fn clients
use grantor::{AuthorizationServer, Client, ClientCredentials, ClientRejected, ClientSecret};
use ui_tests::PgStore;

pub fn check(server: &AuthorizationServer<PgStore, (ClientCredentials,)>, secret: &ClientSecret) -> Result<(), ClientRejected> {
    server.check_client(Client::confidential("app", secret))?;
    Ok(())
}

fn main() {}

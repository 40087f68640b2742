// legal: pass/storage.rs, fn register
use grantor::{AuthorizationServer, Client, ClientCredentials, RegisterError, Split};
use ui_tests::{Clients, Tokens};

type Server = AuthorizationServer<Split<Clients, Tokens>, (ClientCredentials,)>;

pub async fn register(server: &Server, client: Client) -> Result<(), RegisterError> {
    server.register_client(client).await
}

fn main() {}

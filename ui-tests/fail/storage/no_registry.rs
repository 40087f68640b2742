// legal: pass/storage.rs, fn register
use grantor::{AuthorizationServer, Client, ClientCredentials, RegisterError};
use ui_tests::ReadOnly;

type Server = AuthorizationServer<ReadOnly, (ClientCredentials,)>;

pub async fn register(server: &Server, client: Client) -> Result<(), RegisterError> {
    server.register_client(client).await
}

fn main() {}

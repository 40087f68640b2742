// legal: pass/server.rs, fn administered
use grantor::{Client, ErasedServer, RegisterError};

pub async fn onboard(tenant: &ErasedServer, client: Client) -> Result<(), RegisterError> {
    tenant.register_client(client).await
}

fn main() {}

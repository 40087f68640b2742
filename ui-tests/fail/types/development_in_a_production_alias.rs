// legal: pass/types.rs, fn alias
use grantor::{AuthorizationServer, ClientCredentials, Development, MemoryStore, OAuth21, loopback_issuer};

type Server = AuthorizationServer<MemoryStore, (ClientCredentials,)>;

pub fn server() -> Server {
    AuthorizationServer::builder()
        .profile(Development::<OAuth21>::new())
        .issuer(loopback_issuer!("http://localhost:8080"))
        .storage(MemoryStore::new())
        .grant(ClientCredentials::new())
        .build()
}

fn main() {}

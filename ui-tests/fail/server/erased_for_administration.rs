// legal: pass/server.rs, fn administered
use grantor::{Administers, ErasedServer};

fn administer(server: &impl Administers) {
    drop(server.health());
}

pub fn tenant(tenant: &ErasedServer) {
    administer(tenant);
}

fn main() {}

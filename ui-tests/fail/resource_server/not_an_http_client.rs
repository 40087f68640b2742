// legal: pass/resource_server.rs, fn verifiers
use grantor::{ClientSecret, RemoteVerifier, RemoteVerifierError};

pub struct Http;

pub fn server(secret: &ClientSecret) -> Result<(), RemoteVerifierError> {
    RemoteVerifier::new("https://as.example.com/introspect", "api", secret, Http).map(drop)
}

fn main() {}

// legal: pass/resource_server.rs, fn verifiers
use grantor::{ClientSecret, RemoteVerifier, RemoteVerifierError, ResourceServer};

pub struct Http;

pub fn server(secret: &ClientSecret) -> Result<(), RemoteVerifierError> {
    let verifier = RemoteVerifier::new("https://as.example.com/introspect", "api", secret, Http)?;
    let _ = ResourceServer::new(verifier);
    Ok(())
}

fn main() {}

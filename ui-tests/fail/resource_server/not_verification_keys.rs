// legal: pass/resource_server.rs, fn keys
use grantor::JwtVerifier;

fn main() {
    let _ = JwtVerifier::new("https://as.example.com", "https://api.example.com", "https://as.example.com/jwks");
}

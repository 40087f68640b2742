//! A whole authorization server: `cargo run --example minimal`.

use axum::{body::Bytes, http::Request};
use grantor::{
    Approval, AuthorizationCode, AuthorizationRequest, AuthorizationServer, Client, ClientCredentials, ClientSecret, Code,
    Decision, Development, Interaction, Introspection, MemoryStore, OAuth21, RefreshToken, Revocation, Subject, loopback_issuer,
    router_with,
};

/// Approves every request for one person. Yours signs people in and asks them: see `examples/server`.
struct Approves(Subject);

impl<Server: Sync> Interaction<Server> for Approves {
    async fn decide(&self, _: &Server, _: &Request<Bytes>, request: AuthorizationRequest) -> Decision {
        request.approve(Approval::by(self.0.clone()))
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let server = AuthorizationServer::builder()
        .profile(Development::<OAuth21>::new())
        .issuer(loopback_issuer!("http://127.0.0.1:8080"))
        .storage(MemoryStore::new())
        .grant(AuthorizationCode::new())
        .grant(RefreshToken::new())
        .grant(ClientCredentials::new())
        .response_type(Code)
        .enable(Introspection::new())
        .enable(Revocation::new())
        .build();
    let secret = ClientSecret::generate();
    let app = Client::confidential("app", &secret).redirect_uri("http://127.0.0.1:3000/callback").scope("read write");
    let app = app.grant_types(["authorization_code", "refresh_token", "client_credentials"]).build()?;
    server.register_client(app).await?;
    println!("curl -u app:{} -d grant_type=client_credentials http://127.0.0.1:8080/token", secret.expose());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:8080").await?;
    Ok(axum::serve(listener, router_with(server.into(), Approves(Subject::new("alice")?))).await?)
}

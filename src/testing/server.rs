//! A server in a line.

use std::fmt;
use std::sync::Arc;

use super::client::TestClient;
use crate::client::{Client, ClientSecret};
use crate::feature::{Introspection, Revocation};
use crate::grant::{AuthorizationCode, ClientCredentials, RefreshToken};
use crate::response_type::Code;
use crate::rules::profile::{Development, OAuth21};
use crate::server::AuthorizationServer;
use crate::storage::{ClientRegistry, MemoryStore};
use crate::values::clock::{ManualClock, Timestamp};
use crate::values::issuer::Issuer;

/// The type of [`TestServer::server`]: what OAuth 2.1 has.
pub type Modern<S = MemoryStore> = AuthorizationServer<
    S,
    (AuthorizationCode, RefreshToken, ClientCredentials),
    (Code,),
    (Introspection, Revocation),
    Development<OAuth21>,
>;

/// A server with clients, and a clock to turn: for tests of what is behind a server, such as an API, or beside it, such as pages.
///
/// | client | who | may |
/// |---|---|---|
/// | [`app`](Self::app) | public, people use it | authorization code, refresh token; scopes `read` and `write` |
/// | [`service`](Self::service) | with a secret, for itself | client credentials; scopes `read` and `write` |
/// | [`api`](Self::api) | with a secret, a resource server | introspect any token |
///
/// For a test of your own server give that to [`TestClient`].
pub struct TestServer<S = MemoryStore> {
    /// The server, at `https://auth.example.com`.
    pub server: Arc<Modern<S>>,
    /// Its clock, which stands still until it is moved.
    pub clock: ManualClock,
    secret: ClientSecret,
}

const CALLBACK: &str = "https://app.example.com/callback";

impl TestServer {
    /// A server that keeps everything in memory.
    pub async fn new() -> Self {
        Self::on(MemoryStore::new()).await
    }
}

impl<S> TestServer<S>
where
    S: ClientRegistry
        + crate::storage::AuthorizationCodeStore
        + crate::storage::AccessTokenStore
        + crate::storage::RefreshTokenStore
        + crate::storage::PendingStore,
{
    /// The same server on another storage, such as a [`FailingStore`](super::FailingStore).
    ///
    /// # Panics
    ///
    /// If the storage cannot keep the clients.
    pub async fn on(storage: S) -> Self {
        let clock = ManualClock::new(Timestamp::from_unix(1_700_000_000));
        let server = AuthorizationServer::builder()
            .profile(Development::<OAuth21>::new())
            .issuer(Issuer::parse("https://auth.example.com").expect("an issuer"))
            .storage(storage)
            .clock(clock.clone())
            .grant(AuthorizationCode::new())
            .grant(RefreshToken::new())
            .grant(ClientCredentials::new())
            .response_type(Code)
            .enable(Introspection::new())
            .enable(Revocation::new())
            .build();
        let secret = ClientSecret::generate();
        let scopes = "read write";
        let app = Client::public("app").redirect_uri(CALLBACK).scope(scopes).default_scope("read");
        let service = Client::confidential("service", &secret).grant_types(["client_credentials"]);
        let api = Client::confidential("api", &secret).grant_types::<String>([]).introspects_any_token();
        let app = app.grant_types(["authorization_code", "refresh_token"]);
        for client in [app, service.scope(scopes).default_scope("read"), api] {
            let client = client.build().expect("a client");
            server.register_client(client).await.expect("the storage keeps the client");
        }
        Self { server: Arc::new(server), clock, secret }
    }

    /// The public client that people use.
    #[must_use]
    pub fn app(&self) -> TestClient<'_, Modern<S>> {
        TestClient::public(&*self.server, "app").redirect_uri(CALLBACK)
    }

    /// The client that gets tokens for itself.
    #[must_use]
    pub fn service(&self) -> TestClient<'_, Modern<S>> {
        TestClient::confidential(&*self.server, "service", self.secret.expose())
    }

    /// The resource server.
    #[must_use]
    pub fn api(&self) -> TestClient<'_, Modern<S>> {
        TestClient::confidential(&*self.server, "api", self.secret.expose())
    }
}

impl<S> fmt::Debug for TestServer<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TestServer").field("server", &self.server).finish_non_exhaustive()
    }
}

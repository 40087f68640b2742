//! A server with everything that RFC 6749 has, and what is registered there.

use std::sync::Arc;

use bytes::Bytes;
use grantor::{
    Approval, AuthorizationCode, AuthorizationRequest, AuthorizationServer, Client, ClientCredentials, ClientSecret, Code,
    CodeToken, Decision, Development, Implicit, Interaction, Introspection, ManualClock, MemoryStore, Nothing, OAuthService,
    Password, PkceOptional, PlainToo, RefreshToken, ResourceOwnerAuthenticator, Revocation, Rfc6749, StoreError, Subject,
    Timestamp, Token, issuer,
};
use http::Request;

/// A client as the oracles know it.
pub struct Registered {
    pub id: &'static str,
    /// `None` for a public one.
    pub secret: Option<&'static str>,
    pub redirect_uris: &'static [&'static str],
    pub grant_types: &'static [&'static str],
    pub response_types: &'static [&'static str],
    pub scope: &'static str,
    pub introspects_any: bool,
}

const GRANTS: &[&str] = &["authorization_code", "implicit", "password", "refresh_token"];
const CONFIDENTIAL_GRANTS: &[&str] = &["authorization_code", "implicit", "password", "refresh_token", "client_credentials"];
const RESPONSE_TYPES: &[&str] = &["code", "token", "code token", "none"];

pub const CLIENTS: [Registered; 5] = [
    Registered {
        id: "app",
        secret: None,
        redirect_uris: &[
            "https://client.example/cb",
            "https://client.example/cb?kept=%2f&x",
            "http://127.0.0.1/cb",
            "http://[::1]:8080/cb",
            "com.example.app:/cb",
        ],
        grant_types: GRANTS,
        response_types: RESPONSE_TYPES,
        scope: "scope read write",
        introspects_any: false,
    },
    Registered {
        id: "web",
        secret: Some("a-secret-of-more-than-32-characters-for-web"),
        redirect_uris: &["https://client.example/web"],
        grant_types: CONFIDENTIAL_GRANTS,
        response_types: RESPONSE_TYPES,
        scope: "scope read write",
        introspects_any: false,
    },
    Registered {
        id: "few",
        secret: None,
        redirect_uris: &["https://few.example/cb"],
        grant_types: &["authorization_code"],
        response_types: &["code"],
        scope: "read",
        introspects_any: false,
    },
    // Every character of these means something to somebody on the way.
    Registered {
        id: "odd id:+%&=",
        secret: Some("an odd secret:+%25&=\"\\ of more than 32 characters"),
        redirect_uris: &[],
        grant_types: &["client_credentials"],
        response_types: &[],
        scope: "read",
        introspects_any: false,
    },
    Registered {
        id: "rs",
        secret: Some("a-secret-of-more-than-32-characters-for-the-resource-server"),
        redirect_uris: &[],
        grant_types: &[],
        response_types: &[],
        scope: "",
        introspects_any: true,
    },
];

pub const START: Timestamp = Timestamp::from_unix(1_700_000_000);
pub const ISSUER: &str = "https://as.example.com";

pub fn registered(id: &str) -> Option<&'static Registered> {
    CLIENTS.iter().find(|client| client.id == id)
}

/// Knows one resource owner.
#[derive(Clone, Copy)]
pub struct OneUser;

impl ResourceOwnerAuthenticator for OneUser {
    async fn authenticate(&self, username: &str, password: &str) -> Result<Option<Subject>, StoreError> {
        Ok((username == "username" && password == "password").then(alice))
    }
}

pub fn alice() -> Subject {
    Subject::new("alice").expect("a name")
}

/// Approves everything.
#[derive(Clone, Copy)]
pub struct Approves;

impl<Sv: Sync> Interaction<Sv> for Approves {
    async fn decide(&self, _: &Sv, _: &Request<Bytes>, request: AuthorizationRequest) -> Decision {
        request.approve(Approval::by(alice()))
    }
}

pub type Server = AuthorizationServer<
    MemoryStore,
    (AuthorizationCode<PkceOptional, PlainToo>, RefreshToken, ClientCredentials, Password<OneUser>, Implicit),
    (Code, Token, CodeToken, Nothing),
    (Introspection, Revocation),
    Development<Rfc6749>,
>;

pub struct Running {
    pub server: Arc<Server>,
    pub service: OAuthService<Server, Approves>,
    pub store: MemoryStore,
    pub clock: ManualClock,
}

impl Running {
    /// Nothing was issued yet.
    pub async fn new() -> Self {
        let (store, clock) = (MemoryStore::new(), ManualClock::new(START));
        let server = AuthorizationServer::builder()
            .profile(Development::<Rfc6749>::new())
            .issuer(issuer!("https://as.example.com"))
            .storage(store.clone())
            .clock(clock.clone())
            .grant(AuthorizationCode::new().pkce_optional().pkce_plain())
            .grant(RefreshToken::new())
            .grant(ClientCredentials::new())
            .grant(Password::new(OneUser))
            .grant(Implicit::new())
            .response_type(Code)
            .response_type(Token)
            .response_type(CodeToken)
            .response_type(Nothing)
            .enable(Introspection::new())
            .enable(Revocation::new())
            .build();
        let server = Arc::new(server);
        for client in &CLIENTS {
            server.register_client(build(client)).await.expect("a registration");
        }
        Self { service: OAuthService::with(server.clone(), Approves), server, store, clock }
    }
}

fn build(client: &Registered) -> Client {
    let secret = client.secret.map(|secret| ClientSecret::parse(secret).expect("a secret"));
    let mut builder = match &secret {
        Some(secret) => Client::confidential(client.id, secret),
        None => Client::public(client.id),
    };
    builder = builder.grant_types(client.grant_types.iter().copied()).response_types(client.response_types.iter().copied());
    builder = builder.scope(client.scope);
    for uri in client.redirect_uris {
        builder = builder.redirect_uri(*uri);
    }
    if client.introspects_any {
        builder = builder.introspects_any_token();
    }
    builder.build().expect("a client")
}

/// Runs a future on this thread.
pub fn run<T>(future: impl Future<Output = T>) -> T {
    thread_local! {
        static RUNTIME: tokio::runtime::Runtime =
            tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    }
    RUNTIME.with(|runtime| runtime.block_on(Box::pin(future)))
}

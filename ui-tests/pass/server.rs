//! Legal neighbours of the rules about a finished server, and ways to store and pass one.

use std::sync::Arc;

use axum::Router;
use bytes::Bytes;
use grantor::rules::HasAuthorizationEndpoint;
use grantor::{
    AccessTokenStore, Administered, Administers, Approval, Authorization, AuthorizationCode, AuthorizationCodeStore,
    AuthorizationPolicy, AuthorizationRequest, AuthorizationServer, Client, ClientCredentials, ClientSecret, ClientStore, Code,
    Decision, Development, Durable, ErasedServer, FeaturesOn, Interaction, Introspection, Issuer, MemoryStore, No, OAuth21,
    OAuthService, Ongoing, PendingStore, RefreshToken, RefreshTokenStore, RegisterError, ResponseTypesOn, Revocation, Rfc6749,
    RunsOn, ServesOAuth, Standing, StillAuthorized, StoreError, Subject, SuspendsRequests, Yes, issuer, router, router_with,
};
use http::{Request, Response, StatusCode};
use ui_tests::absent::block_on;
use ui_tests::{Alice, NoInteractions, PgStore};

type Server = AuthorizationServer<PgStore, (AuthorizationCode, RefreshToken), (Code,), (Introspection, Revocation)>;

fn server() -> Server {
    AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .grant(AuthorizationCode::new())
        .grant(RefreshToken::new())
        .response_type(Code)
        .enable(Introspection::new())
        .enable(Revocation::new())
        .build()
}

/// In a struct, without a macro and without an alias.
struct App {
    server: Arc<AuthorizationServer<PgStore, (AuthorizationCode, RefreshToken), (Code,), (Introspection, Revocation)>>,
}

fn endpoints() {
    async fn all(server: &Server, request: Request<Bytes>) -> [Response<Bytes>; 4] {
        let Authorization::Respond(authorization) = server.authorization().handle(request.clone()).await else {
            panic!("an empty request is not valid");
        };
        [
            authorization,
            server.token().handle(request.clone()).await,
            server.introspection().handle(request.clone()).await,
            server.revocation().handle(request).await,
        ]
    }
    let app = App { server: Arc::new(server()) };
    let responses = block_on(all(&app.server, Request::new(Bytes::new())));
    assert!(responses.iter().all(|response| response.status().is_client_error()));
}

/// Generic over the storage.
fn generic_over_the_storage() {
    type Server<S> = AuthorizationServer<S, (AuthorizationCode, RefreshToken), (Code,)>;
    fn make<S>(issuer: Issuer, store: S) -> Server<S>
    where
        S: ClientStore + AuthorizationCodeStore + AccessTokenStore + RefreshTokenStore + Durable,
    {
        AuthorizationServer::builder()
            .issuer(issuer)
            .storage(store)
            .grant(AuthorizationCode::new())
            .grant(RefreshToken::new())
            .response_type(Code)
            .build()
    }
    drop(make(issuer!("https://as.example.com"), PgStore));
}

/// Generic over the grants, and everything else.
fn generic_over_lists() {
    async fn token<S, G, R, F, P>(server: &AuthorizationServer<S, G, R, F, P>, request: Request<Bytes>) -> Response<Bytes>
    where
        S: ClientStore,
        G: RunsOn<S>,
        F: FeaturesOn<S>,
    {
        server.token().handle(request).await
    }
    async fn login<S, G, R, F, P>(server: &AuthorizationServer<S, G, R, F, P>, request: AuthorizationRequest) -> Option<String>
    where
        S: ClientStore + PendingStore,
        G: RunsOn<S>,
        R: ResponseTypesOn<S>,
        R: HasAuthorizationEndpoint<S>,
        F: FeaturesOn<S>,
    {
        Some(server.authorization().suspend(request).await.ok()?.handle().to_owned())
    }
    let response = block_on(token(&server(), Request::new(Bytes::new())));
    assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED);
    let _ = login::<PgStore, (AuthorizationCode, RefreshToken), (Code,), (Introspection, Revocation), OAuth21>;
}

/// One function for any server.
fn facade() {
    async fn token<Sv: ServesOAuth>(server: &Sv) -> StatusCode {
        let request = Request::post("/token").body(Bytes::new()).expect("a request");
        server.handle(request).await.status()
    }
    assert_eq!(block_on(token(&server())), StatusCode::BAD_REQUEST);
    assert_eq!(block_on(token(&erased(true))), StatusCode::BAD_REQUEST);
}

/// One type for two servers.
fn erased(strict: bool) -> ErasedServer {
    let (issuer, store) = (issuer!("https://as.example.com"), Arc::new(MemoryStore::new()));
    if strict {
        let chain = AuthorizationServer::builder().profile(Development::<OAuth21>::new()).issuer(issuer).storage(store);
        ErasedServer::new(chain.grant(AuthorizationCode::new()).response_type(Code).build())
    } else {
        let chain = AuthorizationServer::builder().profile(Development::<Rfc6749>::new()).issuer(issuer).storage(store);
        ErasedServer::new(chain.grant(AuthorizationCode::new().pkce_optional()).response_type(Code).build())
    }
}

/// A server for machines suspends nothing, and so its storage need not be able to.
fn erased_machines() -> ErasedServer {
    let chain = AuthorizationServer::builder().issuer(issuer!("https://as.example.com")).storage(NoInteractions);
    ErasedServer::new(chain.grant(ClientCredentials::new()).build())
}

/// Servers of several types, and what tenants ask of them beside requests.
fn administered() {
    async fn is_healthy(server: &impl Administers) -> bool {
        server.health().await.is_ok()
    }
    async fn onboard(tenant: &ErasedServer<Administered>, client: Client) -> Result<(), RegisterError> {
        tenant.register_client(client).await
    }
    let chain = || AuthorizationServer::builder().issuer(issuer!("https://as.example.com"));
    let machines = chain().profile(Development::<OAuth21>::new()).storage(MemoryStore::new()).grant(ClientCredentials::new());
    let [people, machines] = [ErasedServer::administered(server()), ErasedServer::administered(machines.build())];
    // `PgStore` is never healthy.
    assert!(!block_on(is_healthy(&people)) && block_on(is_healthy(&machines)));
    let secret = ClientSecret::parse("a secret of at least 32 characters").expect("a secret");
    let client = Client::confidential("app", &secret).grant_types(["client_credentials"]).build().expect("a client");
    block_on(onboard(&machines, client)).expect("served");
    // Among servers whose storage cannot do that.
    let _: [ErasedServer; 2] = [machines.into(), erased_machines()];
}

/// The type says that nobody has to sign people in.
fn machines() {
    fn machines() -> impl ServesOAuth<Authorizes = No> {
        let chain = AuthorizationServer::builder().issuer(issuer!("https://as.example.com")).storage(PgStore);
        chain.grant(ClientCredentials::new()).build()
    }
    fn routes<Sv: ServesOAuth<Authorizes = No>>(server: Sv) -> Router {
        router(Arc::new(server))
    }
    let _: Router = routes(machines());
}

fn routers() {
    let chain = AuthorizationServer::builder().issuer(issuer!("https://as.example.com")).storage(PgStore);
    let machines = Arc::new(chain.grant(ClientCredentials::new()).build());
    let _: Router = router(machines.clone());
    // Beside routes that have state.
    let _: Router<String> = router(machines.clone());
    drop(OAuthService::new(machines));
    let _: Router<String> = router_with(Arc::new(server()), Alice);
    let _: Router = router_with(Arc::new(erased(false)), Alice);
}

/// For any server whose storage can suspend requests.
struct SignIn;

impl<Sv: SuspendsRequests> Interaction<Sv> for SignIn {
    async fn decide(&self, server: &Sv, _: &Request<Bytes>, request: AuthorizationRequest) -> Decision {
        let handle = server.suspend(request).await.map(|suspended| suspended.handle().to_owned());
        Decision::page(Response::new(handle.unwrap_or_default().into()))
    }
}

fn interaction_that_suspends() {
    fn routes<Sv: SuspendsRequests<Authorizes = Yes>>(server: Sv) -> Router {
        router_with(Arc::new(server), SignIn)
    }
    let _: Router = routes(server());
}

fn decisions() {
    fn decide(request: AuthorizationRequest, alice: Option<Subject>) -> Decision {
        match alice {
            Some(alice) => request.approve(Approval::by(alice)),
            None => request.deny(),
        }
    }
    async fn answer(server: &Server, request: AuthorizationRequest) -> Response<Bytes> {
        server.authorization().complete(decide(request, Subject::new("alice").ok())).await
    }
    let _ = answer;
}

/// The application is asked whether what was granted still stands.
struct Accounts;

impl AuthorizationPolicy for Accounts {
    async fn standing(&self, _: Ongoing<'_>) -> Result<Standing, StoreError> {
        Ok(Standing::Stands)
    }
}

fn still_authorized() {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .grant(ClientCredentials::new())
        .enable(StillAuthorized::new(Accounts).at_introspection())
        .build();
}

pub fn main() {
    still_authorized();
    endpoints();
    generic_over_the_storage();
    generic_over_lists();
    facade();
    erased(true);
    administered();
    machines();
    routers();
    interaction_that_suspends();
    decisions();
}

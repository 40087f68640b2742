//! An authorization server to try out on one machine, with everything that an application adds to the library: users, a
//! login and a consent page, and a sample application to sign in to.
//!
//! ```text
//! cargo run --example authorization_server [-- --listen 127.0.0.1:8080]
//! ```
//!
//! It prints what to do next. Where to read on: the chain is below; `sign_in.rs` is where the application decides about
//! authorization requests; `users.rs` and `sessions.rs` know nothing of OAuth; `sample_app.rs` plays the client.

mod instructions;
mod pages;
mod sample_app;
mod sessions;
mod sign_in;
mod users;

use std::error::Error;
use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::map_response;
use axum::routing::get;
use grantor::{
    AuthorizationCode, AuthorizationServer, Authorized, Client, ClientCredentials, ClientSecret, Clock, Code, Development,
    Introspection, LocalVerifier, LoopbackIssuer, MemoryStore, OAuth21, PurgeExpired, RefreshToken, ResourceServer, Revocation,
    Scope, SystemClock, required_scope, router_with,
};
use tokio::net::TcpListener;

use crate::sample_app::SampleApp;
use crate::sign_in::SignIn;

/// The type of the server, in words: what it can do is what stands here.
type Server = AuthorizationServer<
    MemoryStore,
    (AuthorizationCode, RefreshToken, ClientCredentials),
    (Code,),
    (Introspection, Revocation),
    Development<OAuth21>,
>;

const USAGE: &str = "usage: authorization_server [--listen ADDRESS:PORT]   (a loopback address; port 0 takes a free one)";
const SCOPES: &str = "read write";
/// The most that a form of this example may send.
const FORM_LIMIT: usize = 16 * 1024;
/// Connections that stay open when the process is asked to stop get this long.
const PATIENCE: Duration = Duration::from_secs(3);

#[tokio::main]
async fn main() -> ExitCode {
    let address = match listen_address(std::env::args().skip(1)) {
        Ok(Some(address)) => address,
        Ok(None) => {
            println!("{USAGE}");
            return ExitCode::SUCCESS;
        }
        Err(problem) => {
            eprintln!("{problem}\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    match run(address).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("authorization_server: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Where to listen; `None` if only the usage was asked for.
fn listen_address(mut arguments: impl Iterator<Item = String>) -> Result<Option<SocketAddr>, String> {
    let mut address = SocketAddr::from(([127, 0, 0, 1], 8080));
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--help" | "-h" => return Ok(None),
            "--listen" => {
                let value = arguments.next().ok_or("--listen needs an address")?;
                address = value.parse().map_err(|_| format!("`{value}` is not an address with a port"))?;
            }
            other => return Err(format!("unknown argument `{other}`")),
        }
    }
    // Passwords and tokens travel in the clear here. Elsewhere an issuer needs `https`, and the chain would not compile.
    if address.ip().is_loopback() { Ok(Some(address)) } else { Err(format!("{address} is not a loopback address")) }
}

async fn run(address: SocketAddr) -> Result<(), Box<dyn Error>> {
    let listener = TcpListener::bind(address).await.map_err(|error| format!("cannot listen on {address}: {error}"))?;
    // The port may have been chosen just now, and the issuer names it.
    let issuer = LoopbackIssuer::parse(&format!("http://{}", listener.local_addr()?))?;
    let base = issuer.as_str().to_owned();

    let store = MemoryStore::new();
    let server: Arc<Server> = AuthorizationServer::builder()
        .profile(Development::<OAuth21>::new())
        .issuer(issuer)
        .storage(store.clone())
        .scopes(Scope::parse(SCOPES)?)
        .grant(AuthorizationCode::new())
        .grant(RefreshToken::new())
        .grant(ClientCredentials::new())
        .response_type(Code)
        .enable(Introspection::new())
        .enable(Revocation::new())
        .build()
        .into();

    let sample_app = SampleApp::new(&base);
    let job_secret = ClientSecret::generate();
    register_clients(&server, &sample_app, &job_secret).await?;

    let sign_in = SignIn::new()?;
    let router = router_with(server.clone(), sign_in.clone())
        .merge(sign_in::router(server.clone(), sign_in))
        .merge(sample_app::router(sample_app.clone()))
        .merge(protected_resource(&server))
        .route("/style.css", get(pages::style))
        .fallback(pages::not_found)
        .layer(DefaultBodyLimit::max(FORM_LIMIT))
        .layer(map_response(pages::restyle));

    let stop = asked_to_stop()?;
    tokio::spawn(purge(store));
    announce(&format!("Listening on {base}\n\n{}", instructions::text(&base, &sample_app, &job_secret)));
    Ok(serve(listener, router, stop).await?)
}

/// The two kinds of clients there are: one that cannot keep a secret, and one that can.
async fn register_clients(server: &Server, app: &SampleApp, job_secret: &ClientSecret) -> Result<(), Box<dyn Error>> {
    let app = Client::public(sample_app::CLIENT_ID)
        .name("Sample app")
        .redirect_uri(app.redirect_uri())
        .grant_types(["authorization_code", "refresh_token"])
        .scope(SCOPES);
    let job = Client::confidential("sample-job", job_secret).name("Sample job").grant_types(["client_credentials"]).scope(SCOPES);
    for client in [app, job] {
        server.register_client(client.build()?).await?;
    }
    Ok(())
}

required_scope!(Read = "read");

/// What tokens are for: a page that only opens with one. In real life it is another program, with a `RemoteVerifier`.
fn protected_resource(server: &Server) -> Router {
    async fn me(claims: Authorized<LocalVerifier<MemoryStore>, Read>) -> String {
        format!("Hello, {}!\n", claims.username().or(claims.client_id()).unwrap_or("whoever you are"))
    }
    let verifier = LocalVerifier::new(server.storage().clone(), server.issuer().clone());
    Router::new().route("/me", get(me)).with_state(ResourceServer::new(verifier))
}

/// Removes once a minute what has expired. Expired rows are refused in any case; this only frees their memory.
async fn purge(store: MemoryStore) {
    let mut minutes = tokio::time::interval(Duration::from_secs(60));
    loop {
        minutes.tick().await;
        if let Err(error) = store.purge_expired(SystemClock.now()).await {
            eprintln!("authorization_server: {error}");
        }
    }
}

/// Nobody may be reading, and that is no reason to stop.
fn announce(text: &str) {
    let mut stdout = io::stdout().lock();
    let _ = stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush());
}

/// Serves until the process is asked to stop, then lets the requests that are under way finish.
async fn serve(listener: TcpListener, router: Router, stop: impl Future<Output = ()> + Send + 'static) -> io::Result<()> {
    let (stopping, mut stopped) = tokio::sync::watch::channel(());
    let graceful = axum::serve(listener, router).with_graceful_shutdown(async move {
        stop.await;
        drop(stopping);
    });
    tokio::select! {
        served = graceful => served,
        // A browser may hold a connection open on which it has asked nothing yet.
        () = async { _ = stopped.changed().await; tokio::time::sleep(PATIENCE).await } => Ok(()),
    }
}

/// Ctrl-C or SIGTERM. They are caught from the call on, not only once the future runs.
#[cfg(unix)]
fn asked_to_stop() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut interrupted, mut terminated) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    Ok(async move {
        tokio::select! {
            _ = interrupted.recv() => {}
            _ = terminated.recv() => {}
        }
    })
}

/// Ctrl-C.
#[cfg(not(unix))]
fn asked_to_stop() -> io::Result<impl Future<Output = ()>> {
    Ok(async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending().await
        }
    })
}

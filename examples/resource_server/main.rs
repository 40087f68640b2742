//! An API that accepts the tokens of an authorization server in another process: it asks that server's introspection endpoint
//! (RFC 7662) about them. It keeps notes, which a token with the scope `read` opens and one with `write` adds to.
//!
//! ```text
//! CLIENT_SECRET=.. cargo run --example resource_server -- --issuer http://127.0.0.1:8080 --client-id sample-api
//! ```
//!
//! The example `authorization_server` prints that line with the secret of its sample client.

use std::collections::HashMap;
use std::error::Error;
use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::extract::{DefaultBodyLimit, FromRef, State};
use axum::routing::get;
use bytes::Bytes;
use grantor::{
    Authorized, ClientSecret, DirectClient, HttpClient as _, RemoteVerifier, ResourceOwner, ResourceServer, TokenClaims,
    required_scope,
};
use http::{Request, StatusCode};
use serde::Serialize;
use serde_json::{Value, json};
use tokio::net::TcpListener;

const HELP: &str = "\
usage: resource_server [FLAG ..]

  --listen ADDRESS:PORT   where to listen [127.0.0.1:8081]; port 0 takes a free one
  --issuer URL            the authorization server [the variable ISSUER, else http://127.0.0.1:8080]
  --client-id ID          who asks it about tokens [the variable CLIENT_ID, else sample-api]
  --cache SECONDS         how long an answer is remembered, and so a revoked token still accepted [10]; 0 turns that off
  --help                  show this

The secret of that client is in the variable CLIENT_SECRET, where other users of the machine cannot see it.";

const REMEMBERED: usize = 10_000;
const LONGEST_NOTE: usize = 4 * 1024;
const MOST_NOTES: usize = 100;

required_scope!(Read = "read");
required_scope!(Write = "write");

type Verifier = RemoteVerifier<DirectClient>;

struct Options {
    listen: SocketAddr,
    issuer: String,
    client_id: String,
    cache: u64,
}

#[tokio::main]
async fn main() -> ExitCode {
    let options = match options(std::env::args_os().skip(1).map(|argument| argument.to_string_lossy().into_owned())) {
        Ok(Some(options)) => options,
        Ok(None) => {
            announce(HELP);
            return ExitCode::SUCCESS;
        }
        Err(problem) => {
            eprintln!("resource_server: {problem}\n{HELP}");
            return ExitCode::from(2);
        }
    };
    tracing_subscriber::fmt().with_writer(io::stderr).with_target(false).init();
    match run(options).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("resource_server: {error}");
            ExitCode::FAILURE
        }
    }
}

/// `None` if only the help was asked for.
fn options(mut arguments: impl Iterator<Item = String>) -> Result<Option<Options>, String> {
    let variable = |name: &str, default: &str| std::env::var(name).unwrap_or_else(|_| default.to_owned());
    let mut options = Options {
        listen: SocketAddr::from(([127, 0, 0, 1], 8081)),
        issuer: variable("ISSUER", "http://127.0.0.1:8080"),
        client_id: variable("CLIENT_ID", "sample-api"),
        cache: 10,
    };
    while let Some(flag) = arguments.next() {
        if matches!(flag.as_str(), "--help" | "-h") {
            return Ok(None);
        }
        let mut value = || arguments.next().ok_or_else(|| format!("{flag} needs a value"));
        match flag.as_str() {
            "--listen" => {
                let value = value()?;
                options.listen = value.parse().map_err(|_| format!("`{value}` is not an address with a port"))?;
            }
            "--issuer" => options.issuer = value()?,
            "--client-id" => options.client_id = value()?,
            "--cache" => {
                let value = value()?;
                options.cache = value.parse().map_err(|_| format!("`{value}` is not a number of seconds"))?;
            }
            other => return Err(format!("unknown argument `{other}`")),
        }
    }
    Ok(Some(options))
}

/// Whose notes. A client that is called as a person is called does not get at the person's (RFC 9700 section 4.15).
#[derive(PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
enum Owner {
    Person(String),
    Client(String),
}

impl Owner {
    /// A token that names nobody opens nothing here.
    fn of(claims: &TokenClaims) -> Result<Self, StatusCode> {
        match claims.resource_owner() {
            Some(ResourceOwner::Person(subject)) => Ok(Self::Person(subject.to_owned())),
            Some(ResourceOwner::Client(id)) => Ok(Self::Client(id.to_owned())),
            None => Err(StatusCode::FORBIDDEN),
        }
    }
}

/// What the handlers share: who checks tokens, and the notes of each owner.
#[derive(Clone)]
struct Api {
    resource_server: ResourceServer<Verifier>,
    notes: Arc<Mutex<HashMap<Owner, Vec<String>>>>,
}

impl FromRef<Api> for ResourceServer<Verifier> {
    fn from_ref(api: &Api) -> Self {
        api.resource_server.clone()
    }
}

async fn run(options: Options) -> Result<(), Box<dyn Error>> {
    let secret = std::env::var("CLIENT_SECRET").map_err(|_| "the variable CLIENT_SECRET is not set")?;
    let secret = ClientSecret::parse(secret)?;
    // Tokens and the secret go to the authorization server, and nowhere else, whatever it answers. This client speaks no TLS:
    // for an issuer with https enable one of the TLS features of reqwest.
    let http = DirectClient::new()?;
    let endpoint = introspection_endpoint(&http, &options.issuer).await?;
    let verifier = RemoteVerifier::new(&endpoint, &options.client_id, &secret, http)?.cache(REMEMBERED, options.cache);
    let resource_server = ResourceServer::new(verifier).realm("notes")?;

    let router = Router::new()
        .route("/notes", get(read).post(write))
        .layer(DefaultBodyLimit::max(LONGEST_NOTE))
        .with_state(Api { resource_server, notes: Arc::default() });
    let listener = TcpListener::bind(options.listen).await?;
    let address = listener.local_addr()?;
    announce(&format!(
        "Listening on http://{address}\n\nIt asks {endpoint} about tokens. In the terminal where `$token` is an access token:\n\n    \
         curl -sS -H \"Authorization: Bearer $token\" http://{address}/notes\n    \
         curl -sS -H \"Authorization: Bearer $token\" -d 'a note' http://{address}/notes"
    ));
    axum::serve(listener, router).with_graceful_shutdown(asked_to_stop()).await?;
    Ok(())
}

/// Read in the metadata of the authorization server, which has to name the issuer that was asked for (RFC 8414 section 3.3).
async fn introspection_endpoint(http: &DirectClient, issuer: &str) -> Result<String, String> {
    let host = issuer.find("://").map_or(0, |scheme| scheme + 3);
    let path = issuer[host..].find('/').map_or(issuer.len(), |path| host + path);
    let (origin, path) = issuer.split_at(path);
    let url = format!("{origin}/.well-known/oauth-authorization-server{}", path.strip_suffix('/').unwrap_or(path));
    let request = Request::get(&url).body(Bytes::new()).map_err(|error| format!("{url}: {error}"))?;
    let response =
        http.send(request).await.map_err(|error| format!("the authorization server does not answer at {url}: {error}"))?;
    if response.status() != StatusCode::OK {
        return Err(format!("the authorization server answered {} at {url}", response.status()));
    }
    let metadata: Value = serde_json::from_slice(response.body()).map_err(|error| format!("{url}: {error}"))?;
    match metadata.get("issuer").and_then(Value::as_str) {
        Some(named) if named == issuer => {}
        named => return Err(format!("{url} is the metadata of {named:?}, not of {issuer}")),
    }
    let endpoint = metadata.get("introspection_endpoint").and_then(Value::as_str);
    endpoint.map(str::to_owned).ok_or_else(|| format!("{issuer} has no introspection endpoint"))
}

/// The notes belong to the person, or to the client that acts for itself.
async fn read(State(api): State<Api>, claims: Authorized<Verifier, Read>) -> Result<String, StatusCode> {
    let owner = Owner::of(&claims)?;
    let notes = api.notes.lock().unwrap_or_else(PoisonError::into_inner);
    let notes = notes.get(&owner).map(Vec::as_slice).unwrap_or_default();
    Ok(format!("{}\n", json!({"owner": owner, "notes": notes})))
}

async fn write(State(api): State<Api>, claims: Authorized<Verifier, Write>, note: String) -> Result<&'static str, StatusCode> {
    let owner = Owner::of(&claims)?;
    let mut notes = api.notes.lock().unwrap_or_else(PoisonError::into_inner);
    let notes = notes.entry(owner).or_default();
    if notes.len() >= MOST_NOTES {
        notes.remove(0);
    }
    notes.push(note);
    Ok("noted\n")
}

/// Ctrl-C or SIGTERM.
async fn asked_to_stop() {
    #[cfg(unix)]
    if let Ok(mut terminated) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        tokio::select! {
            _ = terminated.recv() => return,
            _ = tokio::signal::ctrl_c() => return,
        }
    }
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending().await
    }
}

/// Nobody may be reading, and that is no reason to stop.
fn announce(text: &str) {
    let mut stdout = io::stdout().lock();
    let _ = writeln!(stdout, "{text}").and_then(|()| stdout.flush());
}

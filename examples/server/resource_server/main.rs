//! An API that accepts the tokens of an authorization server in another process: it asks that server's introspection endpoint
//! (RFC 7662) about them, or, where they are JWTs (RFC 9068), checks them with the keys that the server publishes. It keeps notes, which a
//! token with the scope `read` opens and one with `write` adds to; and throws them all away for whoever signed in a moment ago (RFC 9470).
//!
//! ```text
//! CLIENT_SECRET=.. cargo run -p example-server --bin resource_server -- --issuer http://127.0.0.1:8080 --client-id sample-api
//! cargo run -p example-server --bin resource_server -- --jwt --issuer http://127.0.0.1:8080
//! ```
//!
//! The authorization server beside it prints the line that fits it.

use std::collections::HashMap;
use std::error::Error;
use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::extract::{DefaultBodyLimit, FromRef, State};
use axum::response::IntoResponse;
use axum::routing::get;
use bytes::Bytes;
use grantor::{
    Algorithm, Authorized, ClientSecret, DirectClient, DpopProofs, HttpClient as _, JwtVerifier, Presented, ProofMemory,
    RemoteJwks, RemoteVerifier, ResourceOwner, ResourceServer, TokenClaims, TokenVerifier, VerifierError,
    required_authentication, required_scope,
};
use http::header::CONTENT_TYPE;
use http::{Request, StatusCode};
use serde::Serialize;
use serde_json::{Value, json};
use tokio::net::TcpListener;

const HELP: &str = "\
usage: resource_server [FLAG ..]

  --listen ADDRESS:PORT   where to listen [127.0.0.1:8081]; port 0 takes a free one
  --issuer URL            the authorization server [the variable ISSUER, else http://127.0.0.1:8080]
  --jwt                   check JWTs with the keys that it publishes, and ask it about none: a revoked token is accepted until it expires
  --audience URL          with --jwt: what it calls this API [the issuer, and /api behind it]
  --dpop                  take no bearer tokens, but those that are bound to a key of their client, with a proof (DPoP, RFC 9449)
  --url URL               with --dpop: where clients reach it [the address where it listens]
  --client-id ID          who asks it about tokens [the variable CLIENT_ID, else sample-api]
  --cache SECONDS         how long an answer is remembered, and so a revoked token still accepted [10]; 0 turns that off
  --help                  show this

Without --jwt the secret of that client is in the variable CLIENT_SECRET, where other users of the machine cannot see it.";

const REMEMBERED: usize = 10_000;
const LONGEST_NOTE: usize = 4 * 1024;
const MOST_NOTES: usize = 100;

required_scope!(Read = "read");
required_scope!(Write = "write");
required_authentication!(Recent = max_age 300);

/// How tokens are checked.
enum Verifier {
    Asks(RemoteVerifier<DirectClient>),
    Checks(JwtVerifier<RemoteJwks<DirectClient>>),
}

impl TokenVerifier for Verifier {
    async fn verify(&self, presented: &Presented<'_>) -> Result<Option<TokenClaims>, VerifierError> {
        match self {
            Self::Asks(verifier) => verifier.verify(presented).await,
            Self::Checks(verifier) => verifier.verify(presented).await,
        }
    }

    fn audience(&self) -> Option<&str> {
        match self {
            Self::Asks(verifier) => verifier.audience(),
            Self::Checks(verifier) => verifier.audience(),
        }
    }
}

struct Options {
    listen: SocketAddr,
    issuer: String,
    jwt: bool,
    audience: Option<String>,
    dpop: bool,
    url: Option<String>,
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
        jwt: false,
        audience: None,
        dpop: false,
        url: None,
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
            "--jwt" => options.jwt = true,
            "--audience" => options.audience = Some(value()?),
            "--dpop" => options.dpop = true,
            "--url" => options.url = Some(value()?),
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
    // Tokens and the secret go to the authorization server, and nowhere else, whatever it answers. For an issuer with https it
    // needs one of the TLS features of reqwest, which this package enables.
    let http = DirectClient::new()?;
    let (verifier, how) = if options.jwt { checks(&options, http).await? } else { asks(&options, http).await? };
    let listener = TcpListener::bind(options.listen).await?;
    let address = listener.local_addr()?;
    let resource_server = ResourceServer::new(verifier).realm("notes")?;
    let resource_server = match options.dpop {
        // Whoever runs several of these has them share a store for the proofs.
        true => {
            let url = options.url.unwrap_or_else(|| format!("http://{address}"));
            resource_server.dpop(&url, DpopProofs::new(ProofMemory::new()).required())?
        }
        false => resource_server,
    };

    let router = Router::new()
        .route("/notes", get(read).post(write).delete(clear))
        .route("/api/echo", get(echo))
        .layer(DefaultBodyLimit::max(LONGEST_NOTE))
        .with_state(Api { resource_server, notes: Arc::default() });
    announce(&format!(
        "Listening on http://{address}\n\n{how} In the terminal where `$token` is an access token:\n\n    \
         curl -sS -H \"Authorization: Bearer $token\" http://{address}/notes\n    \
         curl -sS -H \"Authorization: Bearer $token\" -d 'a note' http://{address}/notes"
    ));
    axum::serve(listener, router).with_graceful_shutdown(asked_to_stop()).await?;
    Ok(())
}

async fn asks(options: &Options, http: DirectClient) -> Result<(Verifier, String), Box<dyn Error>> {
    let secret = std::env::var("CLIENT_SECRET").map_err(|_| "the variable CLIENT_SECRET is not set")?;
    let secret = ClientSecret::parse(secret)?;
    let endpoint = metadata(&http, &options.issuer, "introspection_endpoint").await?;
    let verifier = RemoteVerifier::new(&endpoint, &options.client_id, &secret, http)?.cache(REMEMBERED, options.cache);
    Ok((Verifier::Asks(verifier), format!("It asks {endpoint} about tokens.")))
}

async fn checks(options: &Options, http: DirectClient) -> Result<(Verifier, String), Box<dyn Error>> {
    let issuer = &options.issuer;
    let url = metadata(&http, issuer, "jwks_uri").await?;
    let audience = options.audience.clone().unwrap_or_else(|| format!("{}/api", issuer.strip_suffix('/').unwrap_or(issuer)));
    let verifier = JwtVerifier::new(issuer, &audience, RemoteJwks::new(&url, http)?).algorithms([Algorithm::Es256]);
    Ok((Verifier::Checks(verifier), format!("It checks tokens for {audience} with the keys at {url}.")))
}

/// A member of the metadata of the authorization server, which has to name the issuer that was asked for (RFC 8414 section 3.3).
async fn metadata(http: &DirectClient, issuer: &str, member: &str) -> Result<String, String> {
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
    let named = metadata.get(member).and_then(Value::as_str);
    named.map(str::to_owned).ok_or_else(|| format!("{issuer} has no {member} in its metadata"))
}

/// The notes belong to the person, or to the client that acts for itself.
async fn read(State(api): State<Api>, claims: Authorized<Verifier, Read>) -> Result<impl IntoResponse, StatusCode> {
    let owner = Owner::of(&claims)?;
    let notes = api.notes.lock().unwrap_or_else(PoisonError::into_inner);
    let notes = notes.get(&owner).map(Vec::as_slice).unwrap_or_default();
    Ok(([(CONTENT_TYPE, "application/json")], format!("{}\n", json!({"owner": owner, "notes": notes}))))
}

/// What the token says.
async fn echo(claims: Authorized<Verifier, Read>) -> Result<impl IntoResponse, StatusCode> {
    let claims = serde_json::to_string(&claims.into_claims()).map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    Ok(([(CONTENT_TYPE, "application/json")], format!("{claims}\n")))
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

/// Nothing brings them back, so whoever does it has to have signed in in the last five minutes. An older token is answered with what to ask
/// the authorization server for: a client that begins an authorization with that `max_age` comes again with a token that will do.
async fn clear(State(api): State<Api>, claims: Authorized<Verifier, Write, Recent>) -> Result<&'static str, StatusCode> {
    let owner = Owner::of(&claims)?;
    api.notes.lock().unwrap_or_else(PoisonError::into_inner).remove(&owner);
    Ok("thrown away\n")
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

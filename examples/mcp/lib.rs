//! An MCP server with notes (crate `rmcp`), and the authorization server that its clients look for, in one process or in two:
//! `cargo run --example mcp`. What it prints says how to connect to it.
//!
//! * [`authorization`] is the authorization server: the profile `Mcp`, its clients, the page that asks.
//! * [`protected`] is what stands before the MCP server: RFC 9728, tokens, and more scope where a tool needs it.
//! * [`notes`] is the MCP server itself, which knows nothing of OAuth but whose notes they are.

pub mod authorization;
mod consent;
mod enterprise;
mod instructions;
pub mod notes;
pub mod options;
pub mod protected;

use axum::Router;
use tokio::net::TcpListener;

use authorization::AuthorizationPart;
use options::{Options, Part};

/// Whatever ends the program.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// What the notes may be used for.
pub const READ: &str = "notes:read";
/// And what writing them takes besides.
pub const WRITE: &str = "notes:write";

/// Runs until it is stopped.
///
/// # Errors
///
/// If an option makes no sense, or the address is taken.
pub async fn main() -> Result<(), Failure> {
    let Some(options) = Options::read(std::env::args().skip(1))? else {
        print!("{}", options::HELP);
        return Ok(());
    };
    let listener = TcpListener::bind(options.listen).await?;
    let (router, secret) = serve(&options).await?;
    print!("{}", instructions::text(&options, secret.as_deref()));
    let stopped = async { drop(tokio::signal::ctrl_c().await) };
    Ok(axum::serve(listener, router).with_graceful_shutdown(stopped).await?)
}

/// The parts that were asked for, as one router; and the secret of the client that may use `curl`, where the authorization server is one.
///
/// # Errors
///
/// If an option makes no sense.
pub async fn serve(options: &Options) -> Result<(Router, Option<String>), Failure> {
    let mut router = Router::new();
    let mut secret = None;
    if options.part != Some(Part::Mcp) {
        let part = AuthorizationPart::new(options)?;
        secret = Some(part.secret.expose().to_owned());
        router = router.merge(part.router(options).await?);
    }
    if options.part != Some(Part::Authorization) {
        router = router.merge(protected::router(options)?);
    }
    Ok((router, secret))
}

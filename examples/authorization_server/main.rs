//! An authorization server to try out on one machine, or to put behind a proxy, with everything that an application adds to the
//! library: users, a login and a consent page, a page of a person's authorizations, and a sample application to sign in to.
//!
//! ```text
//! cargo run --example authorization_server [-- --help]
//! ```
//!
//! It prints what to do next. Where to read on: `chain.rs` has the servers; `sign_in.rs` is where the application decides about
//! authorization requests, `account.rs` where people take back what they allowed; `users.rs`, `limits.rs` and `sessions.rs` know
//! nothing of OAuth; `api.rs` accepts tokens; `walk.rs` plays the client.

mod account;
mod api;
mod chain;
mod clients;
mod csrf;
mod entries;
mod form;
mod instructions;
mod limits;
mod options;
mod pages;
mod samples;
mod serve;
mod sessions;
mod sign_in;
mod site;
mod users;
mod visitor;
mod walk;

use std::error::Error;
use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::map_response_with_state;
use axum::routing::{any, get};
use grantor::Client;
use serde_json::Value;
use tokio::net::TcpListener;

use crate::clients::Clients;
use crate::instructions::Instructions;
use crate::options::{HELP, Options};
use crate::pages::Pages;
use crate::samples::Secrets;
use crate::sign_in::SignIn;
use crate::site::{Site, SiteIssuer};
use crate::users::Users;
use crate::visitor::SourceFrom;

/// The most that a form of this example may send.
const FORM_LIMIT: usize = 16 * 1024;

#[tokio::main]
async fn main() -> ExitCode {
    let options = match Options::parse(std::env::args_os().skip(1)) {
        Ok(Some(options)) => options,
        Ok(None) => {
            announce(&format!("{HELP}\n"));
            return ExitCode::SUCCESS;
        }
        Err(problem) => {
            eprintln!("authorization_server: {problem}\n`--help` shows the flags.");
            return ExitCode::from(2);
        }
    };
    tracing_subscriber::fmt().with_writer(io::stderr).with_target(false).init();
    match run(options).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("authorization_server: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(options: Options) -> Result<(), Box<dyn Error>> {
    let address = options.listen;
    let listener = TcpListener::bind(address).await.map_err(|error| format!("cannot listen on {address}: {error}"))?;
    let address = listener.local_addr()?;
    let issuer = match &options.issuer {
        Some(issuer) => issuer.clone(),
        // The port may have been chosen just now, and the issuer names it.
        None => SiteIssuer::parse(&format!("http://{address}"))?,
    };
    let site = Site::new(&issuer);
    let pages = Pages::new(&site);

    let users = Arc::new(load_users(&options)?);
    let automatic = match options.auto_approve {
        true => {
            let first = users.first().ok_or("--auto-approve needs a user")?;
            tracing::warn!(user = %first.name, "everything is approved without asking (--auto-approve)");
            Some(first.clone())
        }
        false => None,
    };
    let (secrets, entries) = client_entries(&options, &site, issuer.is_loopback())?;
    let sources = options.sources();
    if matches!(sources, SourceFrom::Nowhere) {
        tracing::warn!("attempts to sign in are not limited for each source: --source-header names where the proxy says it");
    }
    let sign_in = SignIn::new(&site, &pages, users.clone(), sources, automatic);
    let clients = Clients::default();
    let scopes = options.scopes.clone();
    let announcement = announcement(&site, address, &options, secrets.as_ref());
    let (file, strict) = (options.clients.clone(), options.strict);

    let parts = chain::Parts { options, clients: clients.clone(), entries, users, sign_in };
    let chain::Assembled { router: peer, left_out, upkeep } = chain::build(parts, issuer).await?;
    entries::report(file.as_deref(), &left_out, strict)?;

    let walker = clients.first(|client| can_walk(client, &site.url("/callback")));
    let router = peer
        .clone()
        .merge(walk::router(&site, &pages, walker, scopes, peer))
        .merge(site.at_both_places(Router::new().route("/style.css", get(pages::style))))
        .fallback(any(pages::not_found).with_state(pages.clone()))
        .layer(DefaultBodyLimit::max(FORM_LIMIT))
        .layer(map_response_with_state(pages, pages::restyle));

    let stop = serve::asked_to_stop()?;
    tracing::info!(issuer = site.issuer(), %address, "listening");
    announce(&announcement);
    serve::serve(listener, router, stop).await?;
    upkeep.end().await;
    tracing::info!("stopped");
    Ok(())
}

fn load_users(options: &Options) -> Result<Users, Box<dyn Error>> {
    let entries = match &options.users {
        Some(file) => entries::read(file)?,
        None => samples::users(),
    };
    let (users, left_out) = Users::load(entries)?;
    entries::report(options.users.as_deref(), &left_out, options.strict)?;
    Ok(users)
}

/// The clients of the file, or the samples with their secrets. In development the sample app is always there.
fn client_entries(options: &Options, site: &Site, development: bool) -> Result<(Option<Secrets>, Vec<Value>), Box<dyn Error>> {
    let Some(file) = &options.clients else {
        let secrets = Secrets::generate();
        let clients = samples::clients(site, &options.scopes, options.profile, &secrets);
        return Ok((Some(secrets), clients));
    };
    let mut entries = entries::read(file)?;
    if development && !entries.iter().any(|entry| entry.get("client_id").is_some_and(|id| id == samples::APP)) {
        entries.push(samples::app(site, &options.scopes));
    }
    Ok((None, entries))
}

/// Could the start page play this client?
fn can_walk(client: &Client, redirect_uri: &str) -> bool {
    let comes_back = client.redirect_uris().iter().any(|uri| uri.as_str() == redirect_uri);
    client.is_public() && client.may_use_response_type("code") && comes_back
}

/// The first line is for programs, the others are for people.
fn announcement(site: &Site, address: SocketAddr, options: &Options, secrets: Option<&Secrets>) -> String {
    let listening = format!("http://{address}");
    let issuer = if site.issuer() == listening { String::new() } else { format!(" as {}", site.issuer()) };
    format!("Listening on {listening}{issuer}\n\n{}", Instructions { site, options, secrets })
}

/// Nobody may be reading, and that is no reason to stop.
fn announce(text: &str) {
    let mut stdout = io::stdout().lock();
    let _ = stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush());
}

//! An authorization server to try out on one machine, or to put behind a proxy, with everything that an application adds to the
//! library: users, a login and a consent page, a page of a person's authorizations, and a sample application to sign in to.
//!
//! ```text
//! cargo run -p example-server [-- --help]
//! ```
//!
//! It prints what to do next. Where to read on: `chain.rs` has the servers; `sign_in.rs` is where the application decides about
//! authorization requests, `account.rs` where people take back what they allowed; `users.rs`, `limits.rs` and `sessions.rs` know
//! nothing of OAuth, and what they remember is in `kept/`; `api.rs` accepts tokens; `walk.rs` plays the client.

mod account;
mod agent;
mod api;
mod chain;
mod clients;
mod csrf;
mod database;
mod details;
mod device;
mod documents;
mod entries;
mod form;
mod instructions;
mod kept;
mod keys;
mod limits;
mod logging;
mod metrics;
mod openid;
mod options;
mod pages;
mod registration;
mod sample_device;
mod samples;
mod serve;
mod sessions;
mod sign_in;
mod site;
mod tls;
mod users;
mod visitor;
mod walk;

use std::error::Error;
use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;

use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use axum::routing::{any, get};
use grantor::Client;
use serde_json::Value;
use tokio::net::TcpListener;

use crate::clients::Clients;
use crate::instructions::Instructions;
use crate::keys::Keys;
use crate::options::{HELP, Options};
use crate::pages::{Pages, People};
use crate::samples::Secrets;
use crate::sign_in::SignIn;
use crate::site::{Site, SiteIssuer};
use crate::users::{User, Users};
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
    let are_sources_known = !matches!(options.sources(), SourceFrom::Nowhere);
    let log = match logging::start(options.log.clone(), are_sources_known) {
        Ok(log) => log,
        Err(error) => {
            eprintln!("authorization_server: the log cannot be written: {error}");
            return ExitCode::FAILURE;
        }
    };
    let ended = run(options).await;
    let is_read = log.end();
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            if is_read {
                eprintln!("authorization_server: {error}");
            }
            ExitCode::FAILURE
        }
    }
}

async fn run(options: Options) -> Result<(), Box<dyn Error>> {
    let address = options.listen;
    let listener = TcpListener::bind(address).await.map_err(|error| format!("cannot listen on {address}: {error}"))?;
    let address = listener.local_addr()?;
    if let Some(address) = options.metrics {
        let listener =
            TcpListener::bind(address).await.map_err(|error| format!("--metrics: cannot listen on {address}: {error}"))?;
        tracing::info!(address = %listener.local_addr()?, "metrics for Prometheus");
        metrics::serve(listener)?;
    }
    let issuer = match &options.issuer {
        Some(issuer) => issuer.clone(),
        // The port may have been chosen just now, and the issuer names it.
        None => SiteIssuer::parse(&format!("{}://{address}", options.scheme()))?,
    };
    let site = Site::new(&issuer);
    let pages = Pages::new(&site, options.name.as_deref());

    let users = Arc::new(load_users(&options)?);
    let automatic = automatic(&options, &users)?;
    let (secrets, entries) = client_entries(&options, &site)?;
    let people = people(&options, &users);
    let sources = sources(&options);
    let keys = Keys::open(&options)?;
    let (store, kept) = database::open(options.database.as_ref(), &site).await?;
    let sign_in = SignIn::new(&pages, users.clone(), &kept, sources, automatic).for_agent(options.agent.as_ref());
    let clients = Clients::default();
    let scopes = options.scopes.clone();
    let asked = options.rar.then(details::sample);
    let announcement = announcement(&site, address, &options, secrets.as_ref());
    let (file, strict, tls) = (options.clients.clone(), options.strict, options.tls()?);
    let has_television = options.device && options.has_samples();

    let parts =
        chain::Parts { options, clients: clients.clone(), entries, users, sign_in, kept, keys, resource: site.resource().into() };
    let chain::Assembled { endpoints, pages: own, left_out, upkeep } = chain::build(parts, issuer, store).await?;
    entries::report(file.as_deref(), &left_out, strict)?;

    let walker = clients.first(|client| can_walk(client, &site.url("/callback")));
    let peer = site.serve(endpoints.clone(), own.clone());
    let television = has_television.then(|| sample_device::router(&pages, scopes.clone(), peer.clone()));
    let own = own
        .merge(television.unwrap_or_default())
        .merge(walk::router(&pages, walker, people, scopes, asked, peer))
        .route("/style.css", get(pages::style))
        .fallback(any(pages::not_found).with_state(pages.clone()));
    let router = site
        .serve(serve::logged(endpoints), serve::logged(own))
        .layer(DefaultBodyLimit::max(FORM_LIMIT))
        .layer(from_fn_with_state(pages, pages::restyle));

    let stop = serve::asked_to_stop()?;
    tracing::info!(issuer = site.issuer(), %address, "listening");
    announce(&announcement);
    match tls {
        Some(tls) => serve::serve(tls::TlsListener::new(listener, &tls)?, router, stop).await?,
        None => serve::serve(listener, router, stop).await?,
    }
    upkeep.end().await;
    tracing::info!("stopped");
    Ok(())
}

fn load_users(options: &Options) -> Result<Users, Box<dyn Error>> {
    let mut entries = match &options.users {
        Some(file) => entries::read(file)?,
        None => Vec::new(),
    };
    if options.has_samples() {
        add(&mut entries, samples::users(), "username")?;
    }
    let (users, left_out) = Users::load(entries)?;
    entries::report(options.users.as_deref(), &left_out, options.strict)?;
    Ok(users)
}

/// Who approves everything, if somebody does.
fn automatic(options: &Options, users: &Users) -> Result<Option<User>, Box<dyn Error>> {
    if !options.auto_approve {
        return Ok(None);
    }
    let first = users.first().ok_or("--auto-approve needs a user: name a file with --users, or add --samples")?;
    tracing::warn!(user = %first.name, "everything is approved without asking (--auto-approve)");
    Ok(Some(first.clone()))
}

fn sources(options: &Options) -> SourceFrom {
    let sources = options.sources();
    if options.rate_limits && matches!(sources, SourceFrom::Nowhere) {
        tracing::warn!(
            "--rate-limits limits no source without --source-header: only what a client does that has a secret or a key"
        );
    }
    if matches!(sources, SourceFrom::Nowhere) {
        tracing::warn!(
            "attempts to sign in are not limited for each source, so whoever guesses a person's password keeps them from signing in with \
             a new browser: name with --source-header where the proxy says for whom it asks"
        );
    }
    sources
}

/// The clients of the file, and the samples with their secrets.
fn client_entries(options: &Options, site: &Site) -> Result<(Option<Secrets>, Vec<Value>), Box<dyn Error>> {
    let mut entries = match &options.clients {
        Some(file) => entries::read(file)?,
        None => Vec::new(),
    };
    if !options.has_samples() {
        if entries.is_empty() {
            tracing::warn!("no client is registered, so nobody gets a token: name a file with --clients, or add --samples");
        }
        return Ok((None, entries));
    }
    if site.is_secure() {
        tracing::warn!("there is a user whose password everybody knows (--samples)");
    }
    let secrets = Secrets::generate();
    add(&mut entries, samples::clients(site, options, &secrets), "client_id")?;
    Ok((Some(secrets), entries))
}

/// Adds samples to the entries of a file, which must not have any of their names.
fn add(entries: &mut Vec<Value>, samples: Vec<Value>, name: &str) -> Result<(), String> {
    let taken = samples.iter().find(|sample| entries.iter().any(|entry| entry.get(name) == sample.get(name)));
    match taken.and_then(|sample| sample.get(name)) {
        Some(taken) => Err(format!("--samples: the file has the {name} {taken} as well; leave one of them out")),
        None => {
            entries.extend(samples);
            Ok(())
        }
    }
}

fn people(options: &Options, users: &Users) -> People {
    match users.first() {
        Some(_) if options.has_samples() => People::Sample,
        Some(_) => People::OfTheFile,
        None => {
            tracing::warn!("nobody can sign in, as there are no users: name a file with --users, or add --samples");
            People::Nobody
        }
    }
}

/// Could the start page play this client?
fn can_walk(client: &Client, redirect_uri: &str) -> bool {
    let comes_back = client.redirect_uris().iter().any(|uri| uri.as_str() == redirect_uri);
    client.is_public() && client.may_use_response_type("code") && comes_back
}

/// The first line is for programs, the others are for people.
fn announcement(site: &Site, address: SocketAddr, options: &Options, secrets: Option<&Secrets>) -> String {
    let listening = format!("{}://{address}", options.scheme());
    let issuer = if site.issuer() == listening { String::new() } else { format!(" as {}", site.issuer()) };
    format!("Listening on {listening}{issuer}\n\n{}", Instructions { site, options, secrets })
}

/// Nobody may be reading, and that is no reason to stop.
fn announce(text: &str) {
    let mut stdout = io::stdout().lock();
    let _ = stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush());
}

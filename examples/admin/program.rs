//! What operators do with the store of an authorization server: clients, authorizations, signing keys, expired rows, the schema. The
//! library's `Administration` does the work; this is its command line. `manual::administration` says how it is used.

mod arguments;
mod authorizations;
mod clients;
mod failure;
mod input;
mod keys;
mod output;
mod place;
mod schema;

use std::env;
use std::io::{self, Write as _};
use std::process::ExitCode;

use clap::Parser as _;
use grantor::{Administration, Clock as _, Issuer, LoopbackIssuer, SystemClock};
use serde_json::{Value, json};

use crate::arguments::{Arguments, Command, Common, SchemaCommand};
use crate::failure::{Failure, Kind};
use crate::output::Form;
use crate::place::{Opened, Place, Store};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return misused(&error),
    };
    let Common { json, quiet, verbose, .. } = arguments.common;
    if verbose {
        tracing_subscriber::fmt().with_writer(io::stderr).with_ansi(false).init();
    }
    let form = Form { json, quiet };
    let (result, failure) = match run(arguments, form).await {
        Ok((result, failure)) => (form.result(&result), failure),
        Err(failure) => (Err(failure), None),
    };
    let failure = result.err().or(failure);
    failure.map_or(ExitCode::SUCCESS, |failure| {
        form.error(&failure);
        failure.exit_code().into()
    })
}

/// `--help` is no error. What was typed is not shown where it may be a URL with a password.
fn misused(error: &clap::Error) -> ExitCode {
    if !error.use_stderr() {
        // Whoever has read enough has closed it.
        let _ = write!(io::stdout(), "{error}");
        return ExitCode::SUCCESS;
    }
    let typed = env::args_os().filter_map(|argument| argument.into_string().ok()).filter(|argument| argument.contains("://"));
    // Of `--limit=postgres://..` what is shown is the value alone.
    let words = typed.fold(error.to_string(), |words, argument| {
        let value = argument.split_once('=').map_or(&*argument, |(_, value)| value);
        words.replace(&*argument, "***").replace(value, "***")
    });
    let json = env::args_os().any(|argument| argument == "--json");
    let words = words.trim_end().trim_start_matches("error: ");
    Form { json, quiet: true }.error(&Failure::input(words));
    Kind::Input.exit_code().into()
}

type Done = (Value, Option<Failure>);

async fn run(arguments: Arguments, form: Form) -> Result<Done, Failure> {
    let Arguments { common, command } = arguments;
    let place = Place::of(&common).await?;
    match command {
        Command::Schema(SchemaCommand::Check) => schema::check(&place).await,
        Command::Schema(SchemaCommand::Migrate { create }) => Ok((schema::migrate(&place, create, form).await?, None)),
        command => {
            let opened = place.open().await?;
            let result = match &opened {
                Opened::Sqlite(store) => on(store.clone(), &common, command, form).await,
                Opened::Postgres(store, _) => on(store.clone(), &common, command, form).await,
            };
            opened.close().await;
            Ok((result?, None))
        }
    }
}

async fn on<S: Store>(store: S, common: &Common, command: Command, form: Form) -> Result<Value, Failure> {
    match command {
        Command::Purge => purge(&store, form).await,
        Command::Client(command) => clients::run(&administration(store, common)?, command).await,
        Command::Authorization(command) => authorizations::run(&administration(store, common)?, command).await,
        Command::Key(command) => keys::run(&administration(store, common)?, command).await,
        Command::Schema(_) => Err(Failure::input("the schema is looked at before the store is opened")),
    }
}

/// Of the issuer that was named, which on a developer's machine may be a loopback one.
fn administration<S>(store: S, common: &Common) -> Result<Administration<S>, Failure> {
    let given = common.issuer.clone().or_else(|| env::var("GRANTOR_ISSUER").ok());
    let given = given.ok_or_else(|| Failure::input("no issuer: name it with --issuer, or in GRANTOR_ISSUER"))?;
    match (Issuer::parse(&given), LoopbackIssuer::parse(&given)) {
        (Ok(issuer), _) => Ok(Administration::new(issuer, store)),
        (_, Ok(issuer)) => Ok(Administration::new(issuer, store)),
        (Err(error), _) => Err(Failure::input(format!("the issuer: {error}"))),
    }
}

async fn purge<S: Store>(store: &S, form: Form) -> Result<Value, Failure> {
    let mut progress = form.progress();
    let mut tell = |rows: u64| progress.now_and_then(|| format!("{rows} rows so far"), || json!({"rows": rows}));
    let rows = store.purge_with_progress(&mut tell, SystemClock.now()).await?;
    Ok(json!({"rows": rows}))
}

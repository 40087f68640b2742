//! PostgreSQL under 64 callers beside pgbench, which sends the same two statements over as many connections.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use crate::cluster::program;
use crate::load::{CALLERS, Operation, Target, run, runtime};
use crate::stores::{CLIENT_DETAILS, Postgres, cluster_url, now};
use crate::{median, per_second};

const REQUESTS: usize = 8_000;
const ROUNDS: usize = 7;
const CONNECTIONS: u32 = 16;

pub fn compare() {
    let Some(postgres) = Postgres::open(CONNECTIONS) else { return };
    let Some(pgbench) = program("pgbench").filter(|program| program.exists()) else {
        println!("left out: pgbench is not installed");
        return;
    };
    let target = Arc::new(Target::new(postgres.store.clone()));
    let ours = || per_second(REQUESTS, run(&target, Operation::ClientCredentials, CALLERS, REQUESTS));
    // Warms up: now every connection has both statements prepared.
    ours();
    let folder = tempfile::tempdir().expect("a folder");
    let script = folder.path().join("script.sql");
    let theirs = || {
        std::fs::write(&script, script_of(&postgres)).expect("a script");
        transactions_per_second(&pgbench, &script)
    };
    theirs();
    let ratios = (0..ROUNDS)
        .map(|_| {
            let (reached, limit) = (ours(), theirs());
            println!("{reached:.0} requests/s; pgbench {limit:.0}/s; {:.2}", reached / limit);
            reached / limit
        })
        .collect();
    assert_same_rows(&postgres);
    println!(
        "PostgreSQL, {CALLERS} callers on {CONNECTIONS} connections / pgbench: {:.2} (median of {ROUNDS} rounds in turns)",
        median(ratios)
    );
}

/// The store's own statements, as one of its connections keeps them prepared, with pgbench's variables for their parameters.
fn script_of(postgres: &Postgres) -> String {
    let prepared = "SELECT statement FROM pg_prepared_statements ORDER BY prepare_time";
    let statements: Vec<String> = runtime().block_on(sqlx::query_scalar(prepared).fetch_all(&postgres.pool)).expect("statements");
    let with = |part: &str| statements.iter().find(|statement| statement.contains(part)).expect("a statement").clone();
    let find_client = fill(&with("SELECT record"), &[":issuer", ":client"]);
    // pgbench knows no bytes and no NULL: both are made of numbers, as parameters too.
    let family = "(int8send(:f1) || int8send(:f2))";
    let hash = "(int8send(:h1) || int8send(:h2) || int8send(:h3) || int8send(:h4))";
    let (no_bytes, no_number, no_text) = ("int8send(nullif(:none, 0))", "nullif(:none, 0)", "nullif(:none, 0)::text");
    let begin_family = fill(
        &with("'begun'"),
        &[
            ":issuer",
            ":until",
            no_bytes,
            no_number,
            no_text,
            hash,
            ":generation",
            ":now",
            ":until",
            ":details",
            no_bytes,
            no_number,
            no_number,
            no_number,
            no_text,
            family,
            ":client",
            no_bytes,
            ":now",
            ":details",
        ],
    );
    let (now, until) = (now(), now() + 3_600);
    // As the library's keys do, both begin with a moment.
    let moment = (now % (1 << 23)) << 40;
    let beginning = ["f1", "h1"].map(|name| format!("\\set {name} random({moment}, {})\n", moment + (1 << 40) - 1)).concat();
    let rest = ["f2", "h2", "h3", "h4"].map(|name| format!("\\set {name} random(0, 9223372036854775806)\n")).concat();
    let numbers = format!("\\set none 0\n\\set generation 0\n\\set now {now}\n\\set until {until}\n");
    // pgbench shows parameters of no known type to PostgreSQL, as text.
    format!("{beginning}{rest}{numbers}{find_client};\n{begin_family};\n")
}

/// Puts the values in place of `$1`, `$2` ..
fn fill(statement: &str, values: &[&str]) -> String {
    let without_comments = statement.lines().filter(|line| !line.trim_start().starts_with("--")).collect::<Vec<_>>().join("\n");
    let numbered = values.iter().enumerate().rev();
    numbered.fold(without_comments, |text, (index, value)| text.replace(&format!("${}", index + 1), value))
}

fn transactions_per_second(pgbench: &Path, script: &Path) -> f64 {
    let connections = CONNECTIONS.to_string();
    // Twice as many, since it plans each statement anew on connections of its own, where the store's are there already.
    let each = (2 * REQUESTS / CONNECTIONS as usize).to_string();
    let mut command = Command::new(pgbench);
    command.args(["-M", "prepared", "-n", "-j", "2", "-c", &connections, "-t", &each]).arg("-f").arg(script);
    let variables = ["issuer=https://as.example.com", "client=client", &format!("details={CLIENT_DETAILS}")];
    command.args(variables.iter().flat_map(|variable| ["-D", variable]));
    let output = command.arg(cluster_url().expect("a cluster")).output().expect("pgbench");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    let tps = text.lines().find_map(|line| line.strip_prefix("tps = ")?.split(' ').next()?.parse().ok());
    tps.unwrap_or_else(|| panic!("no figure in {text}"))
}

/// Both have inserted rows as wide as each other's.
fn assert_same_rows(postgres: &Postgres) {
    let schema = &postgres.schema;
    let sql = format!(
        "SELECT count(DISTINCT (f.client_id, f.details, length(f.family), f.subject, t.details, length(t.hash), t.generation))
         FROM {schema}.families f JOIN {schema}.access_tokens t USING (issuer, family)"
    );
    let kinds: i64 = runtime().block_on(sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(&postgres.pool)).expect("a count");
    assert_eq!(kinds, 1);
}

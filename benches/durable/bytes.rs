//! What a live token of a client takes on the disk: its family, itself and the indexes of both.

use crate::load::Target;
use crate::stores::{Fill, Postgres, Sqlite, Tables};

pub fn measure() {
    let tokens: u64 = if crate::is_full() { 1_000_000 } else { 100_000 };
    let folder = tempfile::tempdir().expect("a folder");
    let sqlite = Sqlite::open(&folder, "bytes.db");
    Target::new(sqlite.store.clone());
    report("SQLite", &sqlite, tokens);
    if let Some(postgres) = Postgres::open(2) {
        Target::new(postgres.store.clone());
        report("PostgreSQL", &postgres, tokens);
    }
}

fn report(name: &str, tables: &impl Tables, tokens: u64) {
    let empty = tables.bytes();
    tables.fill(Fill::live(tokens, false));
    println!("{name}: {} bytes on the disk for each of {tokens} live tokens", (tables.bytes() - empty) / tokens);
}

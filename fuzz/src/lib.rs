//! The fuzz targets: for each place where the library reads bytes from outside, a function that gives it the bytes and asserts
//! what must hold whatever they are. `tests/fuzz/` includes this file and runs them with `cargo test`. libFuzzer, which looks for new ways
//! through the code, works on stable Rust without a sanitizer (there is no `unsafe` in this library to watch):
//! `cargo fuzz run -s none token fuzz/corpus/token fuzz/seeds/token -- -max_total_time=300`.
//!
//! What must hold is derived here a second time, in the simplest way and without the library's help, so that the two can
//! disagree.

mod credentials;
mod documents;
mod ledger;
mod requests;
mod servers;
mod values;

pub use credentials::basic;
pub use documents::{client_metadata, introspection};
pub use requests::{authorization, bearer, interaction, server, token};
pub use values::{parameters, pkce, redirect_uri, scope};

/// Takes bytes from outside, and panics if what must hold does not.
pub type Target = fn(&[u8]);

/// Each target by its name.
pub const TARGETS: [(&str, Target); 12] = [
    ("parameters", parameters),
    ("basic", basic),
    ("redirect_uri", redirect_uri),
    ("scope", scope),
    ("pkce", pkce),
    ("client_metadata", client_metadata),
    ("authorization", authorization),
    ("token", token),
    ("server", server),
    ("interaction", interaction),
    ("bearer", bearer),
    ("introspection", introspection),
];

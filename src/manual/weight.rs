//! Weight: what the library adds to a program, in crates, in time to compile, and in bytes.
//!
//! A server with client credentials and nothing else, with each set of features. With `axum` and `postgres` that includes the
//! runtime, with `axum` also what serves HTTP/1, with `sqlite` SQLite itself.
//!
//! | features | crates | `cargo check` | release build | binary |
//! |---|---|---|---|---|
//! | none, the default | 72 | 39 s | 95 s | 1.0 MiB |
//! | `tower` | 75 | 20 s | 39 s | 0.9 MiB |
//! | `axum` | 94 | 29 s | 62 s | 1.6 MiB |
//! | `reqwest` | 96 | 29 s | 72 s | 1.5 MiB |
//! | `sqlite` | 84 | 28 s | 77 s | 3.0 MiB |
//! | `postgres` | 130 | 38 s | 117 s | 3.0 MiB |
//! | `axum`, `sqlite` | 106 | 39 s | 111 s | 3.7 MiB |
//! | `axum`, `postgres` | 146 | 53 s | 133 s | 3.6 MiB |
//!
//! `jose` has no row yet. It brings 15 crates to those of the default features; one of them, `aws-lc-sys`, is C and assembly, and takes by far
//! the most time of all to compile. It needs a C compiler, and on Linux and macOS nothing else; on Windows also NASM, or `aws-lc-rs` with
//! its feature `prebuilt-nasm`; where it has no bindings ready, such as on RISC-V, `bindgen`. An application that turns on its feature `fips`
//! has a validated module (and needs CMake, Go and Perl); nothing here tests that.
//!
//! *Crates* are all that are compiled, this library included, on Linux; a test permits the default features 75, of which
//! `url` brings 27: the tables of Unicode, by which hosts in every alphabet are read as browsers read them. The times are of
//! the processors, summed, with nothing compiled before: by the clock it is less where there is more than one and nothing else to do.
//! They were taken on a busy machine, and busy cores are slow ones: the first row's last, the others' before `url` came in, which adds
//! some seconds to those without `reqwest` and `postgres`. The binary is stripped and otherwise as
//! `cargo build --release` makes it. `.ci/weight` in the repository measures it all anew, also by the clock; `Cargo.toml` says in a comment what each
//! dependency is for.
//!
//! # What is not in it
//!
//! * No runtime: of `tokio` only its channels are compiled, until a feature that needs a runtime asks for more.
//! * No TLS and no HTTP client: those of `reqwest` are the application's choice.
//!
//! A grant that is not in the chain is not in the binary either.

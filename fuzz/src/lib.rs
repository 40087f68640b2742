//! The fuzz targets: for each place where the library reads bytes from outside, a function that gives it the bytes and asserts
//! what must hold whatever they are. `tests/fuzz/` includes this file and runs them with `cargo test`. libFuzzer, which looks for new ways
//! through the code, works on stable Rust without a sanitizer (there is no `unsafe` in this library to watch):
//! `cargo fuzz run -s none token fuzz/corpus/token fuzz/seeds/token -- -max_total_time=300`.
//!
//! What must hold is derived here a second time, in the simplest way and without the library's help, so that the two can
//! disagree.

mod access_token;
mod assertions;
mod authorization_details;
mod certificates;
mod client_documents;
mod credentials;
mod device_authorization;
mod documents;
mod end_session;
mod exchange;
mod fetched;
mod jose;
mod ledger;
mod openid_claims;
mod proofs;
mod protected_resource;
mod pushed_request;
mod registration;
mod request_object;
mod requests;
mod servers;
mod values;

pub use access_token::access_token;
pub use assertions::client_assertion;
pub use authorization_details::authorization_details;
pub use certificates::client_certificate;
pub use client_documents::client_document;
pub use credentials::basic;
pub use device_authorization::{device_authorization, user_code};
pub use documents::{client_metadata, introspection};
pub use end_session::end_session;
pub use exchange::{exchange, id_jag};
pub use fetched::fetched;
pub use jose::{jwk, jwks, jws};
pub use openid_claims::openid_claims;
pub use proofs::dpop_proof;
pub use protected_resource::protected_resource;
pub use pushed_request::pushed_request;
pub use registration::registration;
pub use request_object::request_object;
pub use requests::{authorization, bearer, interaction, server, token};
pub use values::{parameters, pkce, redirect_uri, resource, scope};

/// Takes bytes from outside, and panics if what must hold does not.
pub type Target = fn(&[u8]);

/// Each target by its name.
pub const TARGETS: [(&str, Target); 33] = [
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
    ("fetched", fetched),
    ("jws", jws),
    ("jwk", jwk),
    ("jwks", jwks),
    ("client_assertion", client_assertion),
    ("client_certificate", client_certificate),
    ("dpop_proof", dpop_proof),
    ("resource", resource),
    ("access_token", access_token),
    ("openid_claims", openid_claims),
    ("registration", registration),
    ("protected_resource", protected_resource),
    ("client_document", client_document),
    ("end_session", end_session),
    ("exchange", exchange),
    ("id_jag", id_jag),
    ("pushed_request", pushed_request),
    ("request_object", request_object),
    ("authorization_details", authorization_details),
    ("device_authorization", device_authorization),
    ("user_code", user_code),
];

//! The authorization server, with its type and without it, and what the application answers for its people.

mod administration;
mod authorization_server;
pub(crate) mod erased;
pub(crate) mod facade;
pub(crate) mod interaction;
mod serves;
#[cfg(feature = "jose")]
mod sessions;

pub use authorization_server::{AuthorizationServer, RegisterError};

//! OAuth 2.x at its endpoints: requests through HTTP, as clients send them.

#[path = "../common/mod.rs"]
mod common;

mod acceptance_authorization;
mod acceptance_token;
mod account_creation;
mod authorization;
mod browser_cookies;
mod client_authentication;
mod decided_once;
mod http_service;
mod in_place_of_ours;
mod interaction;
mod introspection;
mod metadata;
mod pending_requests;
mod pitfalls;
mod real_clients;
mod revocation;
mod token_endpoint;
mod typed_layer;

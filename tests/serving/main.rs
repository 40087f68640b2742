//! Clients, resource servers, and many servers at once.

#[path = "../common/certificates.rs"]
mod certificates;
#[path = "../common/mod.rs"]
mod common;

mod client_metadata;
mod clients;
mod multi_issuer;
mod remote_verifier;
mod resource_server;
mod reusable;
mod tenants;
mod testing_kit;
mod testing_kit_proofs;
mod unvetted_clients;

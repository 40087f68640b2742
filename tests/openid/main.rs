//! OpenID Connect: requests, ID tokens, claims, and beside other features.

#[path = "../common/mod.rs"]
mod common;
#[path = "../common/jws.rs"]
mod jws;
#[path = "../common/peers.rs"]
mod peers;
#[path = "../common/provider.rs"]
mod provider;
#[path = "../fetcher/script.rs"]
mod script;

mod acceptance_openid;
mod all_at_once;
mod asked_for;
mod authentication_context;
mod open_id;
mod open_id_beside_others;
mod open_id_core;
mod open_id_tokens;
mod openid_peers;
mod pairwise_strangers;
mod sectors;
mod signing_algorithms;
mod step_up;

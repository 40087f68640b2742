//! Signed JWTs, the keys for them, and the programs of others that verify them.

#[path = "../common/mod.rs"]
mod common;
#[path = "../common/jws.rs"]
mod jws;
#[path = "../common/peers.rs"]
mod peers;

mod dpop_peers;
mod faults;
mod jwt_access_tokens;
mod jwt_peers;
mod key_formats;
mod peers_of_ours;
mod registration_peers;
mod vectors;

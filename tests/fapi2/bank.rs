//! Servers under the profile, as three variants of the plan have them, and clients that do what it asks of them.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use grantor::{
    Algorithm, Approval, AuthorizationCode, AuthorizationServer, Client, ClientBuilder, ClientCredentials, Code, Decision,
    Development, Dpop, Es256, Fapi2, Interaction, Introspection, KeyPair, LocalTokens, ManualClock, MemoryStore, OpenId,
    PrivateKeyJwt, PushedAuthorizationRequests, RefreshToken, ServesOAuth, SigningKeys, StandardClaims, issuer,
};
use http::{Request, header};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::common::{Answer, CALLBACK, CHALLENGE, Decides, Pairs, Peer, START, VERIFIER, form, subject, with};
use crate::jws;

pub const ISSUER: &str = "https://as.example.com";
pub const TOKEN: &str = "https://as.example.com/token";
pub const PAR: &str = "https://as.example.com/par";
pub const ACCOUNTS: &str = "https://api.example.com/accounts";
const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// A server, and the API whose tokens it issues.
pub struct Bank<Sv> {
    pub peer: Peer<Sv, Decides>,
    /// What its clients ask for.
    pub scope: &'static str,
}

macro_rules! server {
    ($clock:ident $(, $given:ident($argument:expr))*) => {
        AuthorizationServer::builder()
            .profile(Development::<Fapi2>::new())
            .issuer(issuer!("https://as.example.com"))
            .storage(MemoryStore::new())
            .clock($clock.clone())
            $(.$given($argument))*
            .enable(PrivateKeyJwt::inline_keys())
            .enable(Dpop::required())
            .enable(Introspection::new())
            .build()
    };
}

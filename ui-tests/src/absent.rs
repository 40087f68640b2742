//! What the two programs of "Disabled means absent" share: everything but the one grant.

use std::fmt::Debug;
use std::io::Read;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};

use bytes::Bytes;
use grantor::{
    AuthorizationServer, Client, ClientSecret, ClientStore, Development, Issuer, MemoryStore, ResourceOwnerAuthenticator,
    Rfc6749, ServedBy, StoreError, Subject,
};
use http::Request;

/// Knows one resource owner, `alice` with the password `wonderland`.
#[derive(Debug, Clone, Copy)]
pub struct OneUser;

impl ResourceOwnerAuthenticator for OneUser {
    async fn authenticate(&self, username: &str, password: &str) -> Result<Option<Subject>, StoreError> {
        Ok(if (username, password) == ("alice", "wonderland") { Subject::new(username).ok() } else { None })
    }
}

/// Prints the grant as the program starts, through a pointer: its `Debug` implementation is in the program, whatever the
/// optimiser inlines.
pub fn shown<G: Debug>(grant: G) -> G {
    let erased: &dyn Debug = std::hint::black_box(&grant);
    eprintln!("enabled: {erased:?}");
    grant
}

/// Where the programs keep their one client, which may use the grants of both.
///
/// # Panics
///
/// If the client is refused.
pub fn store(issuer: &Issuer) -> MemoryStore {
    use grantor::{ClientRegistry, ClientCredentials, Password, loopback_issuer};
    todo!()
}

/// Sends the body on standard input to the token endpoint; prints the status and the body of the answer.
///
/// # Panics
///
/// If standard input or the request is unreadable.
pub fn answer<S, G, R, F>(server: &AuthorizationServer<S, G, R, F, Development<Rfc6749>>)
where
    S: ClientStore,
    G: ServedBy<S>,
{
    todo!()
}

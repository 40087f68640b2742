//! What operators do with a store from outside of the servers that use it.

mod authorizations;
mod clients;
mod ending;
#[cfg(feature = "jose")]
mod keys;
#[cfg(feature = "jose")]
mod sessions;

use std::fmt;
use std::sync::Arc;

pub use clients::RemovedClient;
pub(crate) use ending::{end_all, remove_client};

use crate::rules::{AnIssuer, AtBuild, IssuerIsSet};
use crate::values::clock::{Clock, SystemClock, Timestamp};
use crate::values::issuer::Issuer;

/// What operators do with the store of an issuer, from a program that is not the server: clients, authorizations, signing keys. It knows
/// nothing of what the servers have, so it does not ask whether one serves a client. The example `grantor-admin` is such a program.
///
/// ```
/// use grantor::{Administration, Client, ClientId, MemoryStore, issuer};
///
/// # async fn f(store: MemoryStore) -> Result<(), Box<dyn std::error::Error>> {
/// let administration = Administration::new(issuer!("https://auth.example.com"), store);
/// let app = Client::public("app").redirect_uri("https://app.example.com/callback").build()?;
/// assert!(administration.add_client(app).await?);
/// let removed = administration.remove_client(&ClientId::parse("app")?).await?;
/// println!("{} authorizations ended with it", removed.authorizations);
/// # Ok(())
/// # }
/// ```
///
/// Servers see what it does with their next look-up; signing keys with their next refresh (a minute, see `Rotation`). It emits the events
/// that a server would.
pub struct Administration<S> {
    issuer: Issuer,
    storage: S,
    clock: Arc<dyn Clock>,
}

impl<S> Administration<S> {
    /// Of this issuer (an [`Issuer`], or a [`LoopbackIssuer`](crate::LoopbackIssuer)), in this store.
    #[must_use]
    pub fn new<I: AnIssuer>(issuer: I, storage: S) -> Self
    where
        I::Accepted: IssuerIsSet,
    {
        // No server of production is made of it: it does not leave this struct.
        let issuer = issuer.accepted().into_issuer(AtBuild(()));
        Self { issuer, storage, clock: Arc::new(SystemClock) }
    }

    /// The clock. Without this call: the system's.
    #[must_use]
    pub fn clock(self, clock: impl Clock) -> Self {
        Self { clock: Arc::new(clock), ..self }
    }

    /// The store.
    #[must_use]
    pub const fn storage(&self) -> &S {
        &self.storage
    }

    fn now(&self) -> Timestamp {
        self.clock.now()
    }
}

impl<S> fmt::Debug for Administration<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Administration").field("issuer", &self.issuer).finish_non_exhaustive()
    }
}

//! A store that misbehaves for as long as it is told to.

use std::sync::Mutex;

use grantor::{StoreError, Timestamp};

use grantor::testing::{Hook, Hooked};

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Mood {
    #[default]
    Sound,
    /// Clients cannot be looked up: the driver failed.
    ClientsFail,
    /// Everything but clients cannot be read or written: the driver failed.
    TokensFail,
    /// The same: there is no connection now.
    TokensUnavailable,
    /// Nothing expires: a store whose author forgot about it.
    TimeStandsStill(Timestamp),
}

#[derive(Default)]
pub struct Moody(Mutex<Mood>);

pub type MoodyStore = Hooked<Moody>;

impl Moody {
    pub fn set(&self, mood: Mood) {
        *self.0.lock().expect("no panic") = mood;
    }
}

impl Hook for Moody {
    async fn around<T: Send>(
        &self,
        name: &'static str,
        step: impl Future<Output = Result<T, StoreError>> + Send,
    ) -> Result<T, StoreError> {
        let mood = *self.0.lock().expect("no panic");
        match (mood, name) {
            (Mood::ClientsFail, "client") => Err(StoreError::failed("the driver's words, which nobody else may read")),
            (_, "client" | "put_client" | "remove_client" | "list_clients") => step.await,
            (Mood::TokensFail, _) => Err(StoreError::failed("the driver's words, which nobody else may read")),
            (Mood::TokensUnavailable, _) => Err(StoreError::Unavailable { retry_after: None }),
            _ => step.await,
        }
    }

    fn now(&self, now: Timestamp) -> Timestamp {
        match *self.0.lock().expect("no panic") {
            Mood::TimeStandsStill(moment) => moment,
            _ => now,
        }
    }
}

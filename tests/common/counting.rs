//! A store that writes down which calls it gets.

use std::mem;
use std::sync::Mutex;

use grantor::StoreError;

use grantor::testing::{Hook, Hooked};

/// The names of the calls, in their order.
#[derive(Default)]
pub struct Counting(Mutex<Vec<&'static str>>);

pub type CountingStore = Hooked<Counting>;

impl Counting {
    /// The calls since the last time that this was asked.
    pub fn take(&self) -> Vec<&'static str> {
        mem::take(&mut self.0.lock().expect("no panic"))
    }
}

impl Hook for Counting {
    async fn around<T: Send>(
        &self,
        name: &'static str,
        step: impl Future<Output = Result<T, StoreError>> + Send,
    ) -> Result<T, StoreError> {
        self.0.lock().expect("no panic").push(name);
        step.await
    }
}

//! A store that fails when it is told to.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::hooked::{Hook, Hooked};
use crate::storage::MemoryStore;
use crate::values::error::StoreError;

/// What goes wrong with a call of a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// The step does not happen: [`StoreError::Unavailable`], come again in a second and a half.
    Unavailable,
    /// The step does not happen: [`StoreError::Failed`].
    Failed,
    /// The step happens, and the answer is lost: [`StoreError::Failed`].
    AnswerLost,
}

/// A store that fails when it is told to.
///
/// ```
/// use grantor::testing::{FailingStore, Fault};
///
/// let store = FailingStore::default();
/// store.hook.after(2, Fault::AnswerLost); // the third call from now, once
/// store.hook.at("find_code", Fault::Unavailable); // each call of that method
/// store.hook.always(Fault::Failed); // each call
/// store.hook.heal(); // none any more
/// ```
///
/// For a store of your own, [`Hooked::around`]`(store, Faults::default())`.
pub type FailingStore<S = MemoryStore> = Hooked<Faults, S>;

/// Which calls fail. At first none does.
#[derive(Debug, Default)]
pub struct Faults(Mutex<Told>);

#[derive(Debug, Default)]
struct Told {
    /// How many calls go well before one does not.
    once: Option<(usize, Fault)>,
    /// By method.
    at: Vec<(&'static str, Fault)>,
    always: Option<Fault>,
}

impl Faults {
    /// After `calls` more calls one fails, and those after it go well again.
    pub fn after(&self, calls: usize, fault: Fault) {
        self.told().once = Some((calls, fault));
    }

    /// Each call of this method of the [contract](crate::storage) fails from now on, such as `redeem_code`.
    pub fn at(&self, method: &'static str, fault: Fault) {
        self.told().at.push((method, fault));
    }

    /// Each call fails from now on.
    pub fn always(&self, fault: Fault) {
        self.told().always = Some(fault);
    }

    /// Nothing fails any more.
    pub fn heal(&self) {
        *self.told() = Told::default();
    }

    /// The call that [`after`](Self::after) told to fail does not any more. Did it?
    pub fn disarm(&self) -> bool {
        self.told().once.take().is_none()
    }

    fn fault(&self, method: &str) -> Option<Fault> {
        let mut told = self.told();
        match &mut told.once {
            Some((0, _)) => return told.once.take().map(|(_, fault)| fault),
            Some((calls, _)) => *calls -= 1,
            None => {}
        }
        told.at.iter().find(|(name, _)| *name == method).map(|(_, fault)| *fault).or(told.always)
    }

    fn told(&self) -> MutexGuard<'_, Told> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Hook for Faults {
    async fn around<T: Send>(
        &self,
        name: &'static str,
        step: impl Future<Output = Result<T, StoreError>> + Send,
    ) -> Result<T, StoreError> {
        match self.fault(name) {
            None => step.await,
            Some(Fault::Unavailable) => Err(StoreError::Unavailable { retry_after: Some(Duration::from_millis(1_500)) }),
            Some(Fault::Failed) => Err(StoreError::failed("the driver's words, which nobody else may read")),
            Some(Fault::AnswerLost) => {
                step.await?;
                Err(StoreError::failed("the connection broke"))
            }
        }
    }
}

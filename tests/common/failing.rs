//! A store of which one call fails: the next but so many, before its step or after it.

use std::sync::Mutex;
use std::time::Duration;

use grantor::StoreError;

use super::hooked::{Hook, Hooked};

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The step does not happen: no connection now.
    Unavailable,
    /// The step does not happen: the driver failed.
    Failed,
    /// The step happens, and the answer is lost.
    AnswerLost,
}

/// How many calls go well before the fault.
#[derive(Default)]
pub struct Failing(Mutex<Option<(usize, Fault)>>);

pub type FailingStore = Hooked<Failing>;

impl Failing {
    /// After `calls` more calls one fails, and those after it go well again.
    pub fn after(&self, calls: usize, fault: Fault) {
        *self.0.lock().expect("no panic") = Some((calls, fault));
    }

    /// Nothing fails any more. Did it?
    pub fn disarm(&self) -> bool {
        self.0.lock().expect("no panic").take().is_none()
    }

    fn fault(&self) -> Option<Fault> {
        let mut armed = self.0.lock().expect("no panic");
        match &mut *armed {
            Some((0, _)) => armed.take().map(|(_, fault)| fault),
            Some((calls, _)) => {
                *calls -= 1;
                None
            }
            None => None,
        }
    }
}

impl Hook for Failing {
    async fn around<T: Send>(
        &self,
        _: &'static str,
        step: impl Future<Output = Result<T, StoreError>> + Send,
    ) -> Result<T, StoreError> {
        match self.fault() {
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

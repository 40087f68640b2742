//! Under which algorithm a token is signed.

use std::sync::Arc;

use crate::jose::Algorithm;
use crate::values::error::StoreError;

/// What the chain says; what it leaves open is the preferred algorithm of the keys.
#[derive(Debug, Clone, Default)]
pub(super) struct SignedUnder {
    otherwise: Option<Algorithm>,
    resources: Vec<(Arc<str>, Algorithm)>,
}

impl SignedUnder {
    pub(super) fn otherwise(mut self, algorithm: Algorithm) -> Self {
        self.otherwise = Some(algorithm);
        self
    }

    pub(super) fn resources(mut self, algorithm: Algorithm, names: impl Iterator<Item = Arc<str>>) -> Self {
        self.resources.extend(names.map(|name| (name, algorithm)));
        self
    }

    /// For a token that is meant for these. What was said last of a resource counts.
    ///
    /// # Errors
    ///
    /// [`StoreError::Failed`] if they need different ones: a token has one signature, and one of them would refuse it.
    pub(super) fn of(&self, audience: &[Arc<str>], preferred: Option<Algorithm>) -> Result<Option<Algorithm>, StoreError> {
        let otherwise = self.otherwise.or(preferred);
        let own = |name: &Arc<str>| self.resources.iter().rev().find(|(own, _)| own == name).map(|(_, algorithm)| *algorithm);
        let mut all = audience.iter().map(|name| own(name).or(otherwise));
        let first = all.next().unwrap_or(otherwise);
        if all.all(|algorithm| algorithm == first) {
            return Ok(first);
        }
        Err(StoreError::failed("a token is for resources that need signatures under different algorithms; approve one of them"))
    }
}

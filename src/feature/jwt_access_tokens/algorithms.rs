//! Under which algorithm a token is signed.

use std::sync::Arc;

use crate::jose::Algorithm;
use crate::values::error::StoreError;
use crate::values::resource::ResourceIdentifier;

/// What the chain says; what it leaves open is the preferred algorithm of the keys.
#[derive(Debug, Clone, Default)]
pub(super) struct SignedUnder {
    otherwise: Option<Algorithm>,
    resources: Vec<(Named, Algorithm)>,
}

/// A resource, however it is spelled (RFC 3986 section 6.2.2): a token says its registered spelling, the chain perhaps another one.
#[derive(Debug, Clone)]
struct Named {
    text: Arc<str>,
    /// `None` for a name of the application's own, which is what it is letter by letter.
    identifier: Option<ResourceIdentifier>,
}

impl Named {
    fn new(text: Arc<str>) -> Self {
        Self { identifier: ResourceIdentifier::parse(&text).ok(), text }
    }

    fn is(&self, name: &str) -> bool {
        let same = |own: &ResourceIdentifier| ResourceIdentifier::parse(name).is_ok_and(|named| named == *own);
        *self.text == *name || self.identifier.as_ref().is_some_and(same)
    }
}

impl SignedUnder {
    pub(super) fn otherwise(mut self, algorithm: Algorithm) -> Self {
        self.otherwise = Some(algorithm);
        self
    }

    pub(super) fn resources(mut self, algorithm: Algorithm, names: impl Iterator<Item = Arc<str>>) -> Self {
        self.resources.extend(names.map(|name| (Named::new(name), algorithm)));
        self
    }

    /// For a token that is meant for these. What was said last of a resource counts.
    ///
    /// # Errors
    ///
    /// [`StoreError::Failed`] if they need different ones: a token has one signature, and one of them would refuse it.
    pub(super) fn of(&self, audience: &[Arc<str>], preferred: Option<Algorithm>) -> Result<Option<Algorithm>, StoreError> {
        let otherwise = self.otherwise.or(preferred);
        let own = |name: &Arc<str>| self.resources.iter().rev().find(|(own, _)| own.is(name)).map(|(_, algorithm)| *algorithm);
        let mut all = audience.iter().map(|name| own(name).or(otherwise));
        let first = all.next().unwrap_or(otherwise);
        if all.all(|algorithm| algorithm == first) {
            return Ok(first);
        }
        Err(StoreError::failed("a token is for resources that need signatures under different algorithms; approve one of them"))
    }
}

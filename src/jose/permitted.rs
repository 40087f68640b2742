//! The algorithms by which signatures of others are accepted.

use super::Algorithm;

/// Those that are accepted, what is preferred first, and their registered names.
#[derive(Debug, Clone)]
pub(crate) struct PermittedAlgorithms {
    algorithms: Box<[Algorithm]>,
    names: Box<[&'static str]>,
}

impl Default for PermittedAlgorithms {
    fn default() -> Self {
        Self::new(Algorithm::ALL)
    }
}

impl PermittedAlgorithms {
    pub(crate) fn new<const N: usize>(algorithms: [Algorithm; N]) -> Self {
        Self { names: algorithms.map(Algorithm::as_str).into(), algorithms: algorithms.into() }
    }

    /// Those alone that are permitted, too. Where that is none of what `feature` was given, it accepts nothing that is signed, and the
    /// operator is told: what is given is known to no type.
    pub(crate) fn narrow(&mut self, feature: &'static str, permits: impl Fn(&str) -> bool) {
        if !self.names.iter().any(|name| permits(name)) {
            let given = &*self.names;
            tracing::error!(
                feature,
                ?given,
                "the profile permits none of the algorithms of a feature: whatever is signed is refused"
            );
        }
        self.algorithms = self.algorithms.iter().copied().filter(|own| permits(own.as_str())).collect();
        self.names = self.algorithms.iter().map(|own| own.as_str()).collect();
    }

    pub(crate) fn all(&self) -> &[Algorithm] {
        &self.algorithms
    }

    pub(crate) fn names(&self) -> &[&'static str] {
        &self.names
    }

    /// Those that somebody may sign with: the one that it registered, if it is accepted here.
    pub(crate) fn of(&self, registered: Option<&str>) -> &[Algorithm] {
        let Some(name) = registered else { return &self.algorithms };
        let own = Algorithm::from_name(name).and_then(|own| self.algorithms.iter().position(|accepted| *accepted == own));
        own.and_then(|at| self.algorithms.get(at..=at)).unwrap_or_default()
    }
}

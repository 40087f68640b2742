//! Which access tokens outlive the rotation of the refresh token from which they came.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::values::error::StoreError;
use crate::values::resource::ResourceIdentifier;
use crate::values::version::unreadable;

/// The version that is written, and the one that is read. What another release means is left alone: then nothing outlives.
const VERSION: u32 = 1;

/// Where one authorization is for several APIs, a client has an access token for each, and refreshes them one after the other: those
/// for the other APIs outlive the rotation. This says which, in one generation of a family: a store keeps it verbatim with the family, as
/// the rotation says that moved the generation on ([`RotationProposal::outliving`](super::RotationProposal::outliving)).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outliving(Arc<Facts>);

#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
struct Facts {
    #[serde(rename = "v")]
    version: u32,
    /// Of the family. In another generation this says nothing.
    generation: u32,
    /// Tokens of earlier generations have ended, for whomever they are.
    since: u32,
    /// By audience: the generation that began with the last refresh for it. Tokens for it of earlier ones have ended.
    refreshed: BTreeMap<Arc<str>, u32>,
}

impl Outliving {
    /// What outlives the rotation that ends this generation with a token for that audience. `before` is what outlived the earlier
    /// ones.
    pub(crate) fn after(before: Option<&Self>, generation: u32, audience: &[Arc<str>]) -> Self {
        let current = before.filter(|before| before.is_about(generation));
        let mut facts = current.map(|current| (*current.0).clone()).unwrap_or_else(|| Facts {
            version: VERSION,
            since: generation,
            ..Facts::default()
        });
        facts.generation = generation.saturating_add(1);
        facts.refreshed.extend(audience.iter().map(|name| (identity(name), facts.generation)));
        Self(Arc::new(facts))
    }

    fn is_about(&self, generation: u32) -> bool {
        self.0.version == VERSION && self.0.generation == generation
    }

    /// In this generation of the family, is a token of an earlier one still good?
    fn keeps(&self, generation: u32, of: u32, audience: &[Arc<str>]) -> bool {
        let last = |name: &Arc<str>| self.0.refreshed.get(&*identity(name)).copied().unwrap_or(self.0.since);
        self.is_about(generation) && !audience.is_empty() && audience.iter().all(|name| of >= last(name))
    }

    /// The text that a store keeps.
    ///
    /// # Errors
    ///
    /// [`StoreError::Failed`] if it cannot be written as JSON.
    pub fn to_json(&self) -> Result<String, StoreError> {
        serde_json::to_string(&*self.0).map_err(StoreError::failed)
    }

    /// From the text that a store kept.
    ///
    /// # Errors
    ///
    /// [`StoreError::Failed`] if the text is not what [`to_json`](Self::to_json) wrote.
    pub fn from_json(text: &str) -> Result<Self, StoreError> {
        let facts = serde_json::from_str(text).map_err(|error| unreadable("what outlives a rotation", &error))?;
        Ok(Self(Arc::new(facts)))
    }
}

/// However the resource is spelled.
fn identity(name: &Arc<str>) -> Arc<str> {
    ResourceIdentifier::parse(name).map_or_else(|_| name.clone(), |identifier| identifier.identity().into())
}

/// Is a token of this generation good in that generation of its family?
pub(super) fn is_current(outliving: Option<&Outliving>, generation: u32, of: u32, audience: &[Arc<str>]) -> bool {
    of == generation || outliving.is_some_and(|outliving| outliving.keeps(generation, of, audience))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<Arc<str>> {
        text.split_whitespace().map(Arc::from).collect()
    }

    /// Rotations, each for an audience; nothing is said of one that is for all.
    fn after(rotations: &[&str]) -> Option<Outliving> {
        let mut outliving = None;
        for (generation, audience) in (0..).zip(rotations) {
            let audience = names(audience);
            outliving = (!audience.is_empty()).then(|| Outliving::after(outliving.as_ref(), generation, &audience));
        }
        outliving
    }

    #[test]
    fn tokens_for_what_was_not_refreshed_outlive_and_others_end() {
        // The rotations; a token's generation and audience; is it good?
        let cases: [(&[&str], u32, &str, bool); 16] = [
            (&[], 0, "a", true),
            (&[""], 0, "a", false),
            (&["a"], 0, "a", false),
            (&["a"], 0, "b", true),
            (&["a"], 0, "a b", false),
            (&["a"], 0, "b c", true),
            (&["a"], 0, "", false),
            (&["a"], 1, "a", true),
            (&["a", "b"], 0, "b", false),
            (&["a", "b"], 0, "c", true),
            (&["a", "b"], 1, "a", true),
            (&["a", "b", "a"], 1, "a", false),
            (&["a", "b", "a"], 2, "b", true),
            // After one for all, everything before has ended.
            (&["a", "", "a"], 1, "b", false),
            (&["a", "", "a"], 2, "b", true),
            (&["https://H.example"], 0, "https://h.example/", false),
        ];
        for (rotations, of, audience, good) in cases {
            let (outliving, generation) = (after(rotations), u32::try_from(rotations.len()).unwrap());
            let read = outliving.map(|outliving| Outliving::from_json(&outliving.to_json().unwrap()).unwrap());
            let is_good = is_current(read.as_ref(), generation, of, &names(audience));
            assert_eq!(is_good, good, "{rotations:?} {of} {audience}");
        }
    }

    /// An older release moves the generation on and leaves the rest as it was; a later one writes what this one does not know.
    #[test]
    fn what_is_said_of_another_generation_or_by_another_release_is_nothing() {
        let outliving = after(&["a"]).unwrap();
        assert!(is_current(Some(&outliving), 1, 0, &names("b")) && !is_current(Some(&outliving), 2, 0, &names("b")));
        assert!(!is_current(Some(&outliving), 2, 1, &names("b")));
        let unsaid = Outliving::after(Some(&outliving), 2, &names("c"));
        assert!(is_current(Some(&unsaid), 3, 2, &names("b")) && !is_current(Some(&unsaid), 3, 1, &names("b")));
        let later = outliving.to_json().unwrap().replace("\"v\":1", "\"v\":2");
        let later = Outliving::from_json(&later).unwrap();
        assert!(!is_current(Some(&later), 1, 0, &names("b")) && is_current(Some(&later), 1, 1, &names("a")));
        assert!(Outliving::from_json("[").is_err() && Outliving::from_json("7").is_err());
    }
}

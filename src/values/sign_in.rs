//! What an authorization request asks for about the sign-in of its person (OpenID Connect Core section 3.1.2.1, RFC 9470 section 4).

#[cfg(feature = "jose")]
use std::collections::HashSet;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::values::clock::Timestamp;

/// A value of the parameter `prompt` (OpenID Connect Core section 3.1.2.1, Initiating User Registration section 4): what the person is to
/// be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Prompt {
    /// `none`: nothing at all. Alone, or it is an error.
    None,
    /// `login`: the person signs in again, whoever is signed in. An approval without that is refused.
    Login,
    /// `consent`: the person is asked for their consent, also if they gave it before.
    Consent,
    /// `select_account`: the person chooses one of their accounts.
    SelectAccount,
    /// `create`: the person is shown how to create an account first.
    Create,
}

impl Prompt {
    /// The registered value.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Login => "login",
            Self::Consent => "consent",
            Self::SelectAccount => "select_account",
            Self::Create => "create",
        }
    }
}

/// What is asked for beside the scope. Kept with the request while its person signs in.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct SignIn {
    /// When it was asked: what is older was not done for this request.
    pub(crate) asked_at: Timestamp,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) prompt: Vec<Prompt>,
    /// Seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) max_age: Option<u64>,
    /// In order of preference.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) acr_values: Vec<Arc<str>>,
    /// One of these it has to be, if there are any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) required_acr: Vec<Arc<str>>,
    /// Has the approval to say when the person signed in?
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) needs_auth_time: bool,
    /// The `sub` that the person must have, as the client knows it: one of these.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) subjects: Option<Vec<Arc<str>>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) login_hint: Option<Arc<str>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) ui_locales: Vec<Arc<str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) display: Option<Arc<str>>,
}

impl SignIn {
    pub(crate) fn at(asked_at: Timestamp) -> Self {
        Self {
            asked_at,
            prompt: Vec::new(),
            max_age: None,
            acr_values: Vec::new(),
            required_acr: Vec::new(),
            needs_auth_time: false,
            subjects: None,
            login_hint: None,
            ui_locales: Vec::new(),
            display: None,
        }
    }

    pub(crate) fn has(&self, prompt: Prompt) -> bool {
        self.prompt.contains(&prompt)
    }

    /// The person must have signed in then, or later; `None` if any time will do. What was done for this request is never too old,
    /// however long it is decided about.
    pub(crate) fn since(&self) -> Option<Timestamp> {
        let age = if self.has(Prompt::Login) { Some(0) } else { self.max_age };
        age.map(|age| Timestamp::from_unix(self.asked_at.as_unix().saturating_sub(age)))
    }

    /// The person must sign in in one of these ways. Whoever asks for that twice has to get both. `false` if there is no such way: then the
    /// request cannot be answered.
    pub(crate) fn require_acr(&mut self, values: Vec<Arc<str>>) -> bool {
        match self.required_acr.is_empty() {
            true => self.required_acr = values,
            false => self.required_acr.retain(|value| values.contains(value)),
        }
        !self.required_acr.is_empty()
    }

    /// The person must be one of these, by the `sub` that the client knows. Whoever is asked for twice has to be both.
    #[cfg(feature = "jose")]
    pub(crate) fn must_be(&mut self, subjects: Vec<Arc<str>>) {
        self.subjects = Some(match self.subjects.take() {
            // A set: both lists are as long as the sender likes.
            Some(known) => {
                let subjects: HashSet<Arc<str>> = subjects.into_iter().collect();
                known.into_iter().filter(|subject| subjects.contains(subject)).collect()
            }
            None => subjects,
        });
    }

    /// Bytes of text in it, about, with the names of the members.
    pub(super) fn size(&self) -> usize {
        let subjects = self.subjects.iter().flatten();
        let lists = [&self.acr_values, &self.required_acr, &self.ui_locales].into_iter().flatten().chain(subjects);
        let texts = lists.chain(&self.login_hint).chain(&self.display);
        NAMES + self.prompt.len() * LONGEST_PROMPT + texts.map(|text| text.len() + 1).sum::<usize>()
    }
}

/// More than a sixth of what the names of all members take, with the times.
const NAMES: usize = 64;
/// `select_account`, of which no character is escaped.
const LONGEST_PROMPT: usize = 4;

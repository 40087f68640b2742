//! How the person proved who they are, as tokens say it (RFC 9068 section 2.2.1, RFC 9470 section 6).

use std::sync::Arc;

use super::{Source, TokenClaims};
use crate::values::clock::Timestamp;

/// When, under which class, by what.
#[derive(PartialEq)]
pub(super) struct Authentication<'a> {
    pub(super) auth_time: Option<Timestamp>,
    pub(super) acr: Option<&'a str>,
    pub(super) amr: &'a [Arc<str>],
}

impl TokenClaims {
    pub(super) fn authentication(&self) -> Authentication<'_> {
        let (auth_time, acr, amr) = match &self.0 {
            Source::Stored(stored) => {
                let facts = stored.details.facts();
                (facts.auth_time, &facts.acr, &facts.amr)
            }
            Source::Read(members) => (members.auth_time, &members.acr, &members.amr),
        };
        Authentication { auth_time, acr: acr.as_deref(), amr }
    }

    /// `auth_time`: when the person last proved who they are, if that is known. It is not when the token was issued: a refresh does not
    /// change it.
    #[must_use]
    pub fn auth_time(&self) -> Option<Timestamp> {
        self.authentication().auth_time
    }

    /// `acr`: the class that the authentication satisfied, if that is known.
    #[must_use]
    pub fn acr(&self) -> Option<&str> {
        self.authentication().acr
    }

    /// `amr`: by what the person proved who they are (RFC 8176), as far as that is known.
    pub fn amr(&self) -> impl Iterator<Item = &str> {
        self.authentication().amr.iter().map(|method| &**method)
    }
}

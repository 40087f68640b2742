//! What a store answered, flattened so that answers can be compared and shown member by member.

use std::any::Any;
use std::fmt::{self, Write as _};
use std::sync::Arc;

use super::world;
use crate::client::Client;
use crate::clock::Timestamp;
use crate::error::StoreError;
use crate::storage::{
    CodeRecord, FamilyRecord, FamilyState, FoundCode, FoundPending, FoundToken, PendingRecord, Redemption, Rotation, Spending,
    TokenRecord,
};

/// So many characters of a member are shown.
const SHOWN: usize = 60;

/// An answer: one word, and the members that came with it. Two errors are the same answer, whatever they say.
#[derive(Debug, Clone)]
pub(super) struct Answer {
    word: &'static str,
    members: Vec<(&'static str, String)>,
    /// What an error says.
    detail: String,
}

impl PartialEq for Answer {
    fn eq(&self, other: &Self) -> bool {
        self.word == other.word && self.members == other.members
    }
}

impl Answer {
    fn word(word: &'static str) -> Self {
        Self { word, members: Vec::new(), detail: String::new() }
    }

    fn with(mut self, member: &'static str, value: impl Into<String>) -> Self {
        self.members.push((member, value.into()));
        self
    }

    pub(super) fn of<T: Into<Self>>(result: Result<T, StoreError>) -> Self {
        result.map_or_else(Self::error, Into::into)
    }

    pub(super) fn error(error: StoreError) -> Self {
        let source = std::error::Error::source(&error).map(|source| format!(": {source}")).unwrap_or_default();
        Self { detail: format!("{error}{source}"), ..Self::word("an error") }
    }

    /// What the contract says where it asks for an error.
    pub(super) fn refusal(reason: &'static str) -> Self {
        Self { detail: reason.to_owned(), ..Self::word("an error") }
    }

    pub(super) fn panicked(payload: &(dyn Any + Send)) -> Self {
        let text = payload.downcast_ref::<&str>().copied().or_else(|| payload.downcast_ref::<String>().map(String::as_str));
        Self { detail: text.unwrap_or_default().to_owned(), ..Self::word("a panic") }
    }

    /// A step that does not come to its end.
    pub(super) fn none(why: &'static str) -> Self {
        Self { detail: why.to_owned(), ..Self::word("no answer") }
    }

    /// A purge may work in portions, so beside other operations the number that it tells is not certain.
    pub(super) fn without_count(self) -> Self {
        if self.word == "purged" { Self::word("purged") } else { self }
    }

    fn token(self, record: TokenRecord) -> Self {
        let json = json(record.details.to_json());
        self.with("hash", world::name_of(record.hash.as_bytes()))
            .with("family", world::name_of(record.family.as_bytes()))
            .with("generation", record.generation.to_string())
            .with("client_id", record.client_id.as_str())
            .with("issued_at", moment(record.issued_at))
            .with("expires_at", moment(record.expires_at))
            .with("details", json)
    }

    fn code(self, record: CodeRecord) -> Self {
        let json = json(record.details.to_json());
        self.with("hash", world::name_of(record.hash.as_bytes()))
            .with("family", world::name_of(record.family.as_bytes()))
            .with("client_id", record.client_id.as_str())
            .with("expires_at", moment(record.expires_at))
            .with("details", json)
    }

    fn family(self, record: FamilyRecord) -> Self {
        let json = json(record.details.to_json());
        self.with("family", world::name_of(record.id.as_bytes()))
            .with("client_id", record.client_id.as_str())
            .with("subject", record.subject.map_or_else(|| "none".to_owned(), |subject| format!("`{subject}`")))
            .with("created_at", moment(record.created_at))
            .with("details", json)
    }

    fn pending(self, record: PendingRecord) -> Self {
        self.with("hash", world::name_of(record.hash.as_bytes()))
            .with("kind", record.kind.as_str())
            .with("owner", world::name_of(record.owner.as_bytes()))
            .with("client_id", record.client_id.as_str())
            .with("expires_at", moment(record.expires_at))
            .with("details", record.details)
    }

    fn state(self, state: FamilyState) -> Self {
        self.with("family.revoked", state.revoked.to_string()).with("family.generation", state.generation.to_string())
    }

    /// This answer and that one, in as few words as show how they differ.
    pub(super) fn beside(&self, other: &Self) -> (String, String) {
        if self.word != other.word || self.members.len() != other.members.len() {
            return (self.to_string(), other.to_string());
        }
        let (mut this, mut that) = (self.word.to_owned(), other.word.to_owned());
        for ((name, mine), (_, theirs)) in self.members.iter().zip(&other.members).filter(|(mine, theirs)| mine != theirs) {
            // Long values differ somewhere inside.
            let same = mine.char_indices().zip(theirs.chars()).take_while(|((_, mine), theirs)| mine == theirs).last();
            let from = same.map_or(0, |((at, _), _)| at.saturating_sub(20));
            let _ = write!(this, ", {name} {}", shown(mine, from));
            let _ = write!(that, ", {name} {}", shown(theirs, from));
        }
        (this, that)
    }
}

/// A piece of a value, from about this byte on.
fn shown(value: &str, from: usize) -> String {
    let from = (0..=from.min(value.len())).rev().find(|at| value.is_char_boundary(*at)).unwrap_or(0);
    let rest = &value[from..];
    let piece: String = rest.chars().take(SHOWN).collect();
    let (before, after) = (if from > 0 { ".." } else { "" }, if piece.len() < rest.len() { ".." } else { "" });
    format!("{before}{piece}{after}")
}

fn json(text: Result<String, StoreError>) -> String {
    text.unwrap_or_else(|error| format!("not to be written as JSON: {error}"))
}

pub(super) fn moment(moment: Timestamp) -> String {
    match world::START.checked_secs_until(moment) {
        Some(seconds) if seconds < 1_000_000 => format!("+{seconds} s"),
        _ => format!("{} s", moment.as_unix()),
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word)?;
        if !self.detail.is_empty() {
            write!(f, " ({})", self.detail)?;
        }
        for (name, value) in self.members.iter().filter(|(name, _)| *name != "details") {
            write!(f, ", {name} {}", shown(value, 0))?;
        }
        Ok(())
    }
}

impl From<()> for Answer {
    fn from((): ()) -> Self {
        Self::word("done")
    }
}

impl From<u64> for Answer {
    fn from(rows: u64) -> Self {
        Self::word("purged").with("rows", rows.to_string())
    }
}

impl From<Option<Arc<Client>>> for Answer {
    fn from(client: Option<Arc<Client>>) -> Self {
        client.map_or_else(nothing, |client| {
            Self::word("a client").with("client_id", client.id().as_str()).with("record", json(client.to_json()))
        })
    }
}

impl From<Vec<FamilyRecord>> for Answer {
    fn from(families: Vec<FamilyRecord>) -> Self {
        families.into_iter().fold(Self::word("authorizations"), Self::family)
    }
}

impl From<Option<FoundCode>> for Answer {
    fn from(found: Option<FoundCode>) -> Self {
        found.map_or_else(nothing, |found| {
            Self::word("a code").with("redeemed", found.redeemed.to_string()).state(found.family).code(found.record)
        })
    }
}

impl From<Option<FoundToken>> for Answer {
    fn from(found: Option<FoundToken>) -> Self {
        found.map_or_else(nothing, |found| {
            Self::word("a token").with("revoked", found.revoked.to_string()).state(found.family).token(found.record)
        })
    }
}

impl From<Option<PendingRecord>> for Answer {
    fn from(request: Option<PendingRecord>) -> Self {
        request.map_or_else(nothing, |record| Self::word("a pending request").pending(record))
    }
}

impl From<Option<FoundPending>> for Answer {
    fn from(found: Option<FoundPending>) -> Self {
        found.map_or_else(nothing, |found| {
            let answer = found.answer.map_or_else(|| "none".to_owned(), |answer| format!("`{answer}`"));
            Self::word("a pending request").with("answer", answer).pending(found.record)
        })
    }
}

impl From<Spending> for Answer {
    fn from(spending: Spending) -> Self {
        match spending {
            Spending::First => Self::word("First"),
            Spending::Second(answer) => Self::word("Second").with("answer", answer),
            Spending::Gone => Self::word("Gone"),
        }
    }
}

impl From<Redemption> for Answer {
    fn from(redemption: Redemption) -> Self {
        Self::word(match redemption {
            Redemption::Redeemed(_) => "Redeemed",
            Redemption::AlreadyRedeemed => "AlreadyRedeemed",
            Redemption::Dead => "Dead",
        })
    }
}

impl From<Rotation> for Answer {
    fn from(rotation: Rotation) -> Self {
        match rotation {
            Rotation::Rotated(_) => Self::word("Rotated"),
            Rotation::Retried(_, salt) => Self::word("Retried").with("with the salt of", world::name_of(salt.as_bytes())),
            Rotation::Replayed => Self::word("Replayed"),
            Rotation::Dead => Self::word("Dead"),
        }
    }
}

fn nothing() -> Answer {
    Answer::word("nothing")
}

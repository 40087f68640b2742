//! What a store answered, flattened so that answers can be compared and shown member by member.

use std::any::Any;
use std::fmt::{self, Write as _};
use std::sync::Arc;

use super::world;
use crate::client::Client;
use crate::storage::{
    Announcement, CodeRecord, FamilyRecord, FamilyState, FoundCode, FoundFamily, FoundPending, FoundToken, KeyRecord, KeyTimes,
    LogoutNotice, PendingRecord, Polled, Redemption, Rotation, SessionRecord, Spending, TokenRecord,
};
use crate::values::clock::Timestamp;
use crate::values::error::StoreError;

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

    /// What is certain beside other operations. What works in portions tells a number that is not. And of a revoked family nothing is
    /// good in any generation: a rotation of a descendant that locks its ancestors only against removal may be seen after the revocation
    /// before which it was decided.
    pub(super) fn beside_others(mut self) -> Self {
        if self.word == "a number" {
            return Self::word("a number");
        }
        if self.members.iter().any(|(name, value)| *name == "family.revoked" && value == "true") {
            self.members.retain(|(name, _)| !matches!(*name, "family.generation" | "family.outliving"));
        }
        self
    }

    fn client(self, client: &Client) -> Self {
        self.with("client_id", client.id().as_str())
            .with("unused_until", client.unused_until().map_or_else(|| "none".to_owned(), moment))
            .with("record", json(client.to_json()))
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
            .with("parent", record.parent.map_or_else(|| "none".to_owned(), |parent| world::name_of(parent.as_bytes())))
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

    fn key(self, record: KeyRecord) -> Self {
        let KeyTimes { announced_at, signs_from, signs_until, published_until } = record.times;
        self.with("kid", record.kid.as_str())
            .with("algorithm", record.algorithm.as_str())
            .with("generation", record.generation.to_string())
            .with("announced_at", moment(announced_at))
            .with("signs_from", moment(signs_from))
            .with("signs_until", moment(signs_until))
            .with("published_until", moment(published_until))
            .with("withdrawn_at", record.withdrawn_at.map_or_else(|| "none".to_owned(), moment))
            .with("public", record.public)
            .with("sealed", format!("{:02x?}", record.sealed.as_bytes()))
            .with("details", record.details)
    }

    fn session(self, record: SessionRecord) -> Self {
        let clients: Vec<&str> = record.clients.iter().map(|id| id.as_str()).collect();
        self.with("session", world::name_of(record.id.as_bytes()))
            .with("handle", world::name_of(record.handle.as_bytes()))
            .with("subject", format!("`{}`", record.subject))
            .with("opened_at", moment(record.opened_at))
            .with("clients", format!("{clients:?}"))
    }

    fn notice(self, notice: LogoutNotice) -> Self {
        self.with("session", world::name_of(notice.session.as_bytes()))
            .with("client_id", notice.client_id.as_str())
            .with("subject", format!("`{}`", notice.subject))
            .with("attempts", notice.attempts.to_string())
            .with("expires_at", moment(notice.expires_at))
    }

    fn state(self, state: FamilyState) -> Self {
        let outliving = state.outliving.map_or_else(|| "none".to_owned(), |outliving| json(outliving.to_json()));
        self.with("family.revoked", state.revoked.to_string())
            .with("family.generation", state.generation.to_string())
            .with("family.outliving", outliving)
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

impl From<bool> for Answer {
    fn from(first: bool) -> Self {
        Self::word(if first { "true" } else { "false" })
    }
}

impl From<Announcement> for Answer {
    fn from(announcement: Announcement) -> Self {
        Self::word(match announcement {
            Announcement::Announced => "Announced",
            Announcement::AnotherWas => "AnotherWas",
        })
    }
}

impl From<Vec<KeyRecord>> for Answer {
    fn from(keys: Vec<KeyRecord>) -> Self {
        keys.into_iter().fold(Self::word("keys"), Self::key)
    }
}

impl From<SessionRecord> for Answer {
    fn from(session: SessionRecord) -> Self {
        Self::word("a session").session(session)
    }
}

impl From<Option<SessionRecord>> for Answer {
    fn from(session: Option<SessionRecord>) -> Self {
        session.map_or_else(nothing, Self::from)
    }
}

impl From<Vec<SessionRecord>> for Answer {
    fn from(sessions: Vec<SessionRecord>) -> Self {
        sessions.into_iter().fold(Self::word("sessions"), Self::session)
    }
}

impl From<Vec<LogoutNotice>> for Answer {
    fn from(notices: Vec<LogoutNotice>) -> Self {
        notices.into_iter().fold(Self::word("notices"), Self::notice)
    }
}

impl From<u64> for Answer {
    fn from(rows: u64) -> Self {
        Self::word("a number").with("which is", rows.to_string())
    }
}

impl From<Option<Arc<Client>>> for Answer {
    fn from(client: Option<Arc<Client>>) -> Self {
        client.map_or_else(nothing, |client| Self::word("a client").client(&client))
    }
}

impl From<Vec<Arc<Client>>> for Answer {
    fn from(clients: Vec<Arc<Client>>) -> Self {
        clients.iter().fold(Self::word("clients"), |answer, client| answer.client(client))
    }
}

impl From<Option<FoundFamily>> for Answer {
    fn from(found: Option<FoundFamily>) -> Self {
        found.map_or_else(nothing, |found| {
            Self::word("a family").state(found.state).with("keep_until", moment(found.keep_until)).family(found.record)
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

impl From<Option<Polled>> for Answer {
    fn from(polled: Option<Polled>) -> Self {
        polled.map_or_else(nothing, |polled| {
            let answer = Self::from(Some(polled.found));
            Self { word: "a poll", ..answer.with("too_soon", polled.too_soon.to_string()) }
        })
    }
}

impl From<Spending> for Answer {
    fn from(spending: Spending) -> Self {
        match spending {
            Spending::First => Self::word("First"),
            Spending::Second(answer) => Self::word("Second").with("answer", answer),
            Spending::Gone => Self::word("Gone"),
            Spending::Orphaned => Self::word("Orphaned"),
            Spending::TooDeep => Self::word("TooDeep"),
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

//! An operation of the contract as a value, so that one list of steps can be given to a store and to the [model](super::model),
//! reordered, and shown.

use std::fmt;

use super::answer::moment;
use super::world::name_of;
use crate::client::{CheckedClient, Client, ClientId};
use crate::storage::{
    FamilyId, FamilyRecord, Issue, KeyRecord, Kid, PendingRecord, ReplayKey, RotationProposal, SessionKey, SessionRecord, Spend,
};
use crate::values::bearer::TokenHash;
use crate::values::clock::Timestamp;
use crate::values::issuer::Issuer;
use crate::values::subject::Subject;

/// What a store can do: a trait of the contract each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Capability {
    Clients,
    Registry,
    Registrations,
    Families,
    Records,
    Codes,
    AccessTokens,
    RefreshTokens,
    Pending,
    Deferred,
    Replays,
    SigningKeys,
    Sessions,
    Purge,
}

#[derive(Debug, Clone)]
pub(super) struct Step {
    pub(super) issuer: Issuer,
    pub(super) operation: Operation,
    pub(super) now: Timestamp,
}

#[derive(Debug, Clone)]
pub(super) enum Operation {
    FindClient(String),
    PutClient(CheckedClient),
    RemoveClient(ClientId),
    /// Those after this one, and how many at most.
    ListClients(Option<ClientId>, u32),
    /// The client, and for how many there is room.
    AddClient(CheckedClient, u32),
    /// What it was, and what it becomes.
    ReplaceClient(Box<Client>, CheckedClient),
    /// It was used: until when it stays.
    KeepClient(ClientId, Timestamp),
    BeginFamily(FamilyRecord, Issue, Option<Spend>),
    FindFamily(FamilyId),
    RevokeFamily(FamilyId),
    AuthorizationsOf(Subject),
    /// All pages of it after this family, and how many authorizations each has at most.
    PagesOfClient(ClientId, Option<FamilyId>, u32),
    PagesOfSubject(Subject, Option<FamilyId>, u32),
    RevokeOfClient(ClientId),
    RevokeOfSubject(Subject),
    FindCode(TokenHash),
    RedeemCode(TokenHash, Issue),
    FindAccessToken(TokenHash),
    RevokeAccessToken(TokenHash),
    FindRefreshToken(TokenHash),
    RotateRefreshToken(RotationProposal),
    /// The request, and for how many of its owner's there is room.
    PutPending(PendingRecord, u32),
    FindPending(TokenHash),
    TakePending(TokenHash),
    DecidePending(Spend),
    /// The request, its second key, and for how many of its owner's there is room.
    PutDeferred(PendingRecord, TokenHash, u32),
    FindDeferred(TokenHash),
    /// The request, who polls for it, and the seconds in between.
    PollDeferred(TokenHash, ClientId, u32),
    /// The key, and until when it is to be remembered.
    FirstTime(ReplayKey, Timestamp),
    ListKeys(),
    AnnounceKey(Box<KeyRecord>),
    WithdrawKey(Kid),
    /// The session, and until when its family is kept.
    OpenSession(Box<SessionRecord>, Timestamp),
    FindSession(SessionKey),
    SessionsOf(Subject),
    /// Until when its clients are to be told, if they are.
    EndSession(SessionKey, Option<Timestamp>),
    /// How many at most, and when they are due again.
    ClaimNotices(u32, Timestamp),
    SettleNotice(FamilyId, ClientId, Option<Timestamp>),
    PurgeExpired,
    PurgeWithProgress,
}

impl Operation {
    pub(super) const fn capability(&self) -> Capability {
        match self {
            Self::FindClient(_) => Capability::Clients,
            Self::PutClient(_) | Self::RemoveClient(_) | Self::ListClients(..) => Capability::Registry,
            Self::AddClient(..) | Self::ReplaceClient(..) | Self::KeepClient(..) => Capability::Registrations,
            Self::BeginFamily(..) | Self::FindFamily(_) | Self::RevokeFamily(_) => Capability::Families,
            Self::AuthorizationsOf(_)
            | Self::PagesOfClient(..)
            | Self::PagesOfSubject(..)
            | Self::RevokeOfClient(_)
            | Self::RevokeOfSubject(_) => Capability::Records,
            Self::FindCode(_) | Self::RedeemCode(..) => Capability::Codes,
            Self::FindAccessToken(_) | Self::RevokeAccessToken(_) => Capability::AccessTokens,
            Self::FindRefreshToken(_) | Self::RotateRefreshToken(_) => Capability::RefreshTokens,
            Self::PutPending(..) | Self::FindPending(_) | Self::TakePending(_) | Self::DecidePending(_) => Capability::Pending,
            Self::PutDeferred(..) | Self::FindDeferred(_) | Self::PollDeferred(..) => Capability::Deferred,
            Self::FirstTime(..) => Capability::Replays,
            Self::ListKeys() | Self::AnnounceKey(_) | Self::WithdrawKey(_) => Capability::SigningKeys,
            Self::OpenSession(..)
            | Self::FindSession(_)
            | Self::SessionsOf(_)
            | Self::EndSession(..)
            | Self::ClaimNotices(..)
            | Self::SettleNotice(..) => Capability::Sessions,
            Self::PurgeExpired | Self::PurgeWithProgress => Capability::Purge,
        }
    }

    fn issue(&mut self) -> Option<&mut Issue> {
        match self {
            Self::BeginFamily(_, issue, _)
            | Self::RedeemCode(_, issue)
            | Self::RotateRefreshToken(RotationProposal { issue, .. }) => Some(issue),
            _ => None,
        }
    }

    /// Leaves out the rows that a store without these capabilities is never handed.
    pub(super) fn within(mut self, has: impl Fn(Capability) -> bool) -> Self {
        if let Some(issue) = self.issue() {
            issue.code.take_if(|_| !has(Capability::Codes));
            issue.access_token.take_if(|_| !has(Capability::AccessTokens));
            issue.refresh_token.take_if(|_| !has(Capability::RefreshTokens));
        }
        if let Self::BeginFamily(_, _, spend) = &mut self {
            spend.take_if(|_| !has(Capability::Pending));
        }
        self
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}  {}", moment(self.now), self.operation)?;
        let host = self.issuer.origin().trim_start_matches("https://").split('-').next().unwrap_or_default();
        if host == "here" { Ok(()) } else { write!(f, "  (issuer `{host}`)") }
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hash = |hash: &TokenHash| name_of(hash.as_bytes());
        let session = |key: &SessionKey| match key {
            SessionKey::Id(id) => name_of(id.as_bytes()),
            SessionKey::Handle(handle) => format!("called {}", hash(handle)),
        };
        match self {
            Self::FindClient(id) => write!(f, "client {id:?}"),
            Self::PutClient(client) => write!(f, "put_client {:?}", client.client().id().as_str()),
            Self::RemoveClient(id) => write!(f, "remove_client {:?}", id.as_str()),
            Self::ListClients(None, limit) => write!(f, "list_clients, {limit} at most"),
            Self::ListClients(Some(id), limit) => write!(f, "list_clients after {:?}, {limit} at most", id.as_str()),
            Self::AddClient(client, room) => {
                write!(f, "add_client {:?}, of {room} at most{}", client.client().id().as_str(), End(client.client()))
            }
            Self::ReplaceClient(was, client) => {
                let (id, was, name) = (client.client().id().as_str(), was.name(), client.client().name());
                write!(f, "replace_client {id:?}, {was:?} by {name:?}{}", End(client.client()))
            }
            Self::KeepClient(id, until) => write!(f, "keep_client {:?} until {}", id.as_str(), moment(*until)),
            Self::RevokeOfClient(id) => write!(f, "revoke_authorizations of the client {:?}", id.as_str()),
            Self::RevokeOfSubject(subject) => write!(f, "revoke_authorizations of the subject {:?}", subject.as_str()),
            Self::BeginFamily(family, issue, spend) => {
                write!(f, "begin_family {}", name_of(family.id.as_bytes()))?;
                family.parent.as_ref().map_or(Ok(()), |parent| write!(f, " of {}", name_of(parent.as_bytes())))?;
                Rows(issue).fmt(f)?;
                spend.as_ref().map_or(Ok(()), |spend| write!(f, " for {}", Decision(spend)))
            }
            Self::FindFamily(id) => write!(f, "family {}", name_of(id.as_bytes())),
            Self::RevokeFamily(id) => write!(f, "revoke_family {}", name_of(id.as_bytes())),
            Self::AuthorizationsOf(subject) => write!(f, "authorizations_of {:?}", subject.as_str()),
            Self::PagesOfClient(id, after, limit) => {
                write!(f, "{} of the client {:?}", Pages(after.as_ref(), *limit), id.as_str())
            }
            Self::PagesOfSubject(subject, after, limit) => {
                write!(f, "{} of the subject {:?}", Pages(after.as_ref(), *limit), subject.as_str())
            }
            Self::FindCode(code) => write!(f, "find_code {}", hash(code)),
            Self::RedeemCode(code, issue) => write!(f, "redeem_code {}{}", hash(code), Rows(issue)),
            Self::FindAccessToken(token) => write!(f, "find_access_token {}", hash(token)),
            Self::RevokeAccessToken(token) => write!(f, "revoke_access_token {}", hash(token)),
            Self::FindRefreshToken(token) => write!(f, "find_refresh_token {}", hash(token)),
            Self::RotateRefreshToken(RotationProposal { presented, generation, salt: None, issue, .. }) => {
                write!(f, "rotate_refresh_token {} of generation {generation}, which stays{}", hash(presented), Rows(issue))
            }
            Self::RotateRefreshToken(RotationProposal { presented, generation, retry_until, issue, .. }) => write!(
                f,
                "rotate_refresh_token {} of generation {generation}, to be retried until {}{}",
                hash(presented),
                moment(*retry_until),
                Rows(issue)
            ),
            Self::PutPending(row, room) => {
                let (owner, until) = (hash(&row.owner), moment(row.expires_at));
                write!(f, "put_pending {} of {owner}, of {room} at most, until {until}", hash(&row.hash))
            }
            Self::FindPending(request) => write!(f, "find_pending {}", hash(request)),
            Self::TakePending(request) => write!(f, "take_pending {}", hash(request)),
            Self::DecidePending(spend) => write!(f, "decide_pending {}", Decision(spend)),
            Self::PutDeferred(row, alias, room) => {
                let (of, owner, until) = (hash(alias), hash(&row.owner), moment(row.expires_at));
                write!(f, "put_deferred {} under {of} of {owner}, of {room} at most, until {until}", hash(&row.hash))
            }
            Self::FindDeferred(alias) => write!(f, "find_deferred {}", hash(alias)),
            Self::PollDeferred(request, client, interval) => {
                write!(f, "poll_deferred {} by {client}, each {interval} s", hash(request))
            }
            Self::FirstTime(key, until) => write!(f, "first_time {} until {}", name_of(key.as_bytes()), moment(*until)),
            Self::ListKeys() => f.write_str("keys"),
            Self::AnnounceKey(key) => {
                let KeyRecord { kid, algorithm, generation, times, .. } = &**key;
                write!(f, "announce_key {kid}, {algorithm} of generation {generation}, until {}", moment(times.published_until))
            }
            Self::WithdrawKey(kid) => write!(f, "withdraw_key {kid}"),
            Self::OpenSession(session, until) => {
                write!(f, "open_session {} called {}", name_of(session.id.as_bytes()), hash(&session.handle))?;
                session.clients.iter().try_for_each(|client| write!(f, ", with {client}"))?;
                write!(f, ", kept until {}", moment(*until))
            }
            Self::FindSession(key) => write!(f, "session {}", session(key)),
            Self::SessionsOf(subject) => write!(f, "sessions_of {:?}", subject.as_str()),
            Self::EndSession(key, until) => {
                write!(f, "end_session {}", session(key))?;
                until.map_or(Ok(()), |until| write!(f, ", to be told until {}", moment(until)))
            }
            Self::ClaimNotices(limit, again) => write!(f, "claim_notices, {limit} at most, due again at {}", moment(*again)),
            Self::SettleNotice(id, client, again) => {
                write!(f, "settle_notice of {} to {client}", name_of(id.as_bytes()))?;
                again.map_or(Ok(()), |again| write!(f, ", due again at {}", moment(again)))
            }
            Self::PurgeExpired => f.write_str("purge_expired"),
            Self::PurgeWithProgress => f.write_str("purge_with_progress"),
        }
    }
}

struct End<'a>(&'a Client);

impl fmt::Display for End<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.unused_until().map_or(Ok(()), |end| write!(f, " until {}", moment(end)))
    }
}

struct Pages<'a>(Option<&'a FamilyId>, u32);

impl fmt::Display for Pages<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "list_authorizations, {} at most in a page", self.1)?;
        self.0.map_or(Ok(()), |after| write!(f, ", after {}", name_of(after.as_bytes())))
    }
}

struct Decision<'a>(&'a Spend);

impl fmt::Display for Decision<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} with {:?}", name_of(self.0.request.as_bytes()), self.0.answer)
    }
}

struct Rows<'a>(&'a Issue);

impl fmt::Display for Rows<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Issue { code, access_token, refresh_token, keep_family_until } = self.0;
        f.write_str(" [")?;
        let codes = code.iter().map(|row| (row.hash, row.expires_at));
        let tokens = access_token.iter().chain(refresh_token).map(|row| (row.hash, row.expires_at));
        for (hash, expires_at) in codes.chain(tokens) {
            write!(f, "{} until {}, ", name_of(hash.as_bytes()), moment(expires_at))?;
        }
        write!(f, "family kept until {}]", moment(*keep_family_until))
    }
}

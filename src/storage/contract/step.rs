//! An operation of the contract as a value, so that one list of steps can be given to a store and to the [model](super::model),
//! reordered, and shown.

use std::fmt;

use super::answer::moment;
use super::world::name_of;
use crate::client::CheckedClient;
use crate::clock::Timestamp;
use crate::issuer::Issuer;
use crate::storage::{FamilyId, FamilyRecord, Issue, PendingRecord, RotationProposal, Spend};
use crate::subject::Subject;
use crate::token::TokenHash;

/// What a store can do: a trait of the contract each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Capability {
    Clients,
    Registry,
    Families,
    Records,
    Codes,
    AccessTokens,
    RefreshTokens,
    Pending,
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
    BeginFamily(FamilyRecord, Issue, Option<Spend>),
    RevokeFamily(FamilyId),
    AuthorizationsOf(Subject),
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
    PurgeExpired,
}

impl Operation {
    pub(super) const fn capability(&self) -> Capability {
        match self {
            Self::FindClient(_) => Capability::Clients,
            Self::PutClient(_) => Capability::Registry,
            Self::BeginFamily(..) | Self::RevokeFamily(_) => Capability::Families,
            Self::AuthorizationsOf(_) => Capability::Records,
            Self::FindCode(_) | Self::RedeemCode(..) => Capability::Codes,
            Self::FindAccessToken(_) | Self::RevokeAccessToken(_) => Capability::AccessTokens,
            Self::FindRefreshToken(_) | Self::RotateRefreshToken(_) => Capability::RefreshTokens,
            Self::PutPending(..) | Self::FindPending(_) | Self::TakePending(_) | Self::DecidePending(_) => Capability::Pending,
            Self::PurgeExpired => Capability::Purge,
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
        match self {
            Self::FindClient(id) => write!(f, "client {id:?}"),
            Self::PutClient(client) => write!(f, "put_client {:?}", client.client().id().as_str()),
            Self::BeginFamily(family, issue, spend) => {
                write!(f, "begin_family {}{}", name_of(family.id.as_bytes()), Rows(issue))?;
                spend.as_ref().map_or(Ok(()), |spend| write!(f, " for {}", Decision(spend)))
            }
            Self::RevokeFamily(id) => write!(f, "revoke_family {}", name_of(id.as_bytes())),
            Self::AuthorizationsOf(subject) => write!(f, "authorizations_of {:?}", subject.as_str()),
            Self::FindCode(code) => write!(f, "find_code {}", hash(code)),
            Self::RedeemCode(code, issue) => write!(f, "redeem_code {}{}", hash(code), Rows(issue)),
            Self::FindAccessToken(token) => write!(f, "find_access_token {}", hash(token)),
            Self::RevokeAccessToken(token) => write!(f, "revoke_access_token {}", hash(token)),
            Self::FindRefreshToken(token) => write!(f, "find_refresh_token {}", hash(token)),
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
            Self::PurgeExpired => f.write_str("purge_expired"),
        }
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

//! The claims of a token, as JSON (RFC 9068 section 2.2).

use std::sync::Arc;

use serde_json::{Map, Value};

use super::jti;
use crate::client::ClientId;
use crate::issue::AccessTokenPlan;
use crate::values::clock::Timestamp;
use crate::values::issuer::Issuer;
use crate::values::json::{self, MemberSink as _, name};
use crate::values::subject::CLIENT_PREFIX;

/// All that a token says.
pub(super) struct Said<'a> {
    pub(super) issuer: &'a Issuer,
    pub(super) client_id: &'a ClientId,
    pub(super) plan: &'a AccessTokenPlan,
    pub(super) audience: &'a [Arc<str>],
    pub(super) issued_at: Timestamp,
    pub(super) expires_at: Timestamp,
    /// Of the application.
    pub(super) own: &'a Map<String, Value>,
}

impl Said<'_> {
    pub(super) fn to_json(&self) -> Vec<u8> {
        let facts = self.plan.details.facts();
        json::text(512, |members| {
            members.string(name!("iss"), self.issuer.as_str());
            match &facts.subject {
                Some(subject) => members.string(name!("sub"), subject.as_str()),
                // Nobody can take it for a person: no subject begins so.
                None => members.joined(name!("sub"), [CLIENT_PREFIX, self.client_id.as_str()]),
            }
            match self.audience {
                [one] => members.string(name!("aud"), one),
                several => members.value("aud", several),
            }
            members.string(name!("client_id"), self.client_id.as_str());
            members.number(name!("exp"), self.expires_at.as_unix());
            members.number(name!("iat"), self.issued_at.as_unix());
            jti::write(members, name!("jti"), self.plan.family, self.plan.generation, &self.plan.fresh);
            if !facts.scope.is_empty() {
                members.plain(name!("scope"), facts.scope.as_str());
            }
            if let Some(moment) = facts.auth_time {
                members.number(name!("auth_time"), moment.as_unix());
            }
            if let Some(class) = &facts.acr {
                members.string(name!("acr"), class);
            }
            if !facts.amr.is_empty() {
                members.value("amr", &facts.amr);
            }
            if let Some(keys) = &facts.confirmation {
                members.value("cnf", keys);
            }
            if let Some(actor) = &facts.actor {
                members.value("act", actor);
            }
            if let Some(party) = &facts.may_act {
                members.value("may_act", party);
            }
            if let Some(details) = &facts.granted {
                members.value("authorization_details", details);
            }
            for (name, value) in self.own {
                members.value(name, value);
            }
        })
    }
}

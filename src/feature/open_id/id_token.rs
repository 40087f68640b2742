//! ID tokens (OpenID Connect Core section 2): made and signed before anything is stored.

use std::borrow::Cow;

use bytes::Bytes;
use serde_json::{Map, Value};

use super::release::Wanted;
use super::source::{ClaimsFor, ClaimsSource, Destination};
use super::subject::SubjectPolicy;
use super::{OpenId, SCOPE, algorithm, hash, subject};
use crate::issue::{IssueContext, Keyring, Withheld};
use crate::jose::{Algorithm, IdTokenJwt, TokenType as _};
use crate::storage::TokenFacts;
use crate::values::error::{ErrorCode, OAuthError};
use crate::values::json::{self, MemberSink as _, name};
use crate::values::subject::Subject;

/// Seconds. Long enough for clocks that differ, short enough that a stolen one is soon worth nothing.
const LIFETIME: u64 = 300;

/// Adds an ID token where there is one: beside every access token that a person granted with the scope `openid`, and where the response
/// type declares one.
pub(super) async fn respond<S, K: Keyring, C: ClaimsSource, P: SubjectPolicy>(
    open_id: &OpenId<C, P>,
    cx: &IssueContext<'_, S>,
    keys: &K,
    response: &mut Withheld,
) -> Result<(), OAuthError> {
    let details = response.details().clone();
    let facts = details.facts();
    let Some(person) = &facts.subject else { return Ok(()) };
    if !facts.scope.contains(SCOPE) {
        return match response.declares_id_token() {
            true => Err(OAuthError::new(ErrorCode::AccessDenied, "the resource owner did not approve the scope openid")),
            false => Ok(()),
        };
    }
    // From the authorization endpoint there is one only if the response type says so.
    if cx.call.is_none() && !response.declares_id_token() {
        return Ok(());
    }
    let sub = subject::of(cx.core, cx.client, person)?;
    let algorithm = algorithm::of_id_tokens(cx.client, keys)?;
    let claims = claims(open_id, cx, facts, person, response).await?;
    let token = IdToken { cx, facts, sub, algorithm, response, claims };
    let text = keys.sign::<IdTokenJwt>(Some(algorithm), &token.to_json(), cx.now).await?;
    if text.len() > IdTokenJwt::MAX_LEN {
        tracing::error!(client_id = %cx.client.id(), "an ID token with the claims of the application is too long");
        return Err(OAuthError::unexpected());
    }
    response.add("id_token", text.as_str());
    Ok(())
}

/// The claims about the person that go into this ID token.
async fn claims<S, C: ClaimsSource, P>(
    open_id: &OpenId<C, P>,
    cx: &IssueContext<'_, S>,
    facts: &TokenFacts,
    person: &Subject,
    response: &Withheld,
) -> Result<Map<String, Value>, OAuthError> {
    // Section 5.4: without an access token there is no other place for them.
    let alone = response.access_token().is_none() && response.code().is_none();
    let with_scope = alone || cx.client.has_scope_claims_in_id_token();
    let (requested, locales) = facts.claims.as_ref().map_or((&[][..], &[][..]), |claims| (&claims.id_token, &claims.locales));
    let wanted = Wanted { scope: with_scope.then_some(&facts.scope), requested, locales };
    let (client_id, destination) = (cx.client.id(), Destination::IdToken);
    let about = ClaimsFor { client_id, subject: person, scope: &facts.scope, destination, wanted: &wanted };
    wanted.ask(&open_id.source, about).await
}

/// All that an ID token says.
struct IdToken<'a, S> {
    cx: &'a IssueContext<'a, S>,
    facts: &'a TokenFacts,
    sub: Cow<'a, str>,
    algorithm: Algorithm,
    response: &'a Withheld,
    claims: Map<String, Value>,
}

impl<S> IdToken<'_, S> {
    fn to_json(&self) -> Bytes {
        let Self { cx, facts, sub, algorithm, response, claims } = self;
        json::object(512, |members| {
            members.string(name!("iss"), cx.core.issuer.as_str());
            members.string(name!("sub"), sub);
            members.string(name!("aud"), cx.client.id().as_str());
            members.number(name!("exp"), cx.now.saturating_add_secs(LIFETIME).as_unix());
            members.number(name!("iat"), cx.now.as_unix());
            if let Some(moment) = facts.auth_time {
                members.number(name!("auth_time"), moment.as_unix());
            }
            if let Some(nonce) = response.asked().and_then(|asked| asked.nonce.as_deref()) {
                members.string(name!("nonce"), nonce);
            }
            if let Some(class) = &facts.acr {
                members.string(name!("acr"), class);
            }
            if !facts.amr.is_empty() {
                members.value("amr", &facts.amr);
            }
            if let Some(sid) = &facts.sid {
                members.string(name!("sid"), sid);
            }
            if let Some(token) = response.access_token() {
                members.string(name!("at_hash"), &hash::of(token, *algorithm));
            }
            if let Some(code) = response.code() {
                members.string(name!("c_hash"), &hash::of(code, *algorithm));
            }
            if let Some(state) = response.asked().and_then(|asked| asked.state.as_deref()).filter(|_| cx.call.is_none()) {
                members.string(name!("s_hash"), &hash::of(state, *algorithm));
            }
            for (name, value) in claims {
                members.value(name, value);
            }
        })
    }
}

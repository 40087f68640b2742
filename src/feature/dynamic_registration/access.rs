//! Initial access tokens (RFC 7591 section 3): what a stranger got from somebody who may hand it out.

use http::HeaderMap;

use super::refusal::Refusal;
use crate::client::ClientId;
use crate::extension::route::{RouteView, TokenKind};
use crate::http::bearer;
use crate::http::endpoints;
use crate::storage::{ClientStore, FoundToken};
use crate::values::bearer::TokenHash;
use crate::values::equal::equal;
use crate::values::scope::Scope;
use crate::values::subject::Subject;

/// What is accepted.
#[derive(Default)]
pub(super) struct Accepted {
    /// Those that the operator hands out.
    pub(super) texts: Vec<TokenHash>,
    /// The scope of access tokens of this server that are good for it.
    pub(super) scope: Option<Scope>,
}

/// An initial access token that is good (RFC 7591 section 3).
#[derive(Debug)]
pub struct InitialAccess {
    token: Option<FoundToken>,
}

impl InitialAccess {
    /// Whose it is, if it is an access token of this server that a person has; `None` if it is a text that the operator hands out, or of a
    /// client that acts for itself.
    #[must_use]
    pub fn subject(&self) -> Option<&Subject> {
        self.token.as_ref()?.record.details.facts().subject.as_ref()
    }

    /// To which client it was issued, if it is an access token of this server.
    #[must_use]
    pub fn client_id(&self) -> Option<&ClientId> {
        Some(&self.token.as_ref()?.record.client_id)
    }

    /// Its scope, if it is an access token of this server.
    #[must_use]
    pub fn scope(&self) -> Option<&Scope> {
        Some(&self.token.as_ref()?.record.details.facts().scope)
    }
}

/// The token of a request, if it has one. What is there has to be good.
pub(super) async fn find<S: ClientStore, V: RouteView<S>>(
    accepted: &Accepted,
    view: &V,
    headers: &HeaderMap,
) -> Result<Option<InitialAccess>, Refusal> {
    let Some(token) = presented(headers)? else { return Ok(None) };
    let hash = TokenHash::of(token);
    // Of all of them, so that the time says nothing.
    let is_known = accepted.texts.iter().fold(false, |found, known| found | equal(known.as_bytes(), hash.as_bytes()));
    if is_known {
        return Ok(Some(InitialAccess { token: None }));
    }
    match &accepted.scope {
        Some(scope) => own_token(view, token, scope).await.map(Some),
        None => Err(Refusal::Unauthorized { presented: true }),
    }
}

/// The bearer token of a request.
pub(super) fn presented(headers: &HeaderMap) -> Result<Option<&str>, Refusal> {
    bearer::presented(headers).map_err(|_| Refusal::Unauthorized { presented: true })
}

/// An access token of this server, meant for this endpoint or for nobody else.
async fn own_token<S: ClientStore, V: RouteView<S>>(view: &V, token: &str, scope: &Scope) -> Result<InitialAccess, Refusal> {
    let (core, now) = (view.core(), view.core().now());
    let unknown = || Refusal::Unauthorized { presented: true };
    let found = view.find_token(token, now).await?;
    let found = found.filter(|(kind, found)| *kind == TokenKind::Access && found.is_active(now));
    let (_, mut found) = found.ok_or_else(unknown)?;
    if !view.admits(&mut found).await? {
        return Err(unknown());
    }
    let facts = found.record.details.facts();
    let own = endpoints::url(&core.issuer, core.endpoints.registration_path());
    let is_meant =
        facts.audience.is_empty() || facts.audience.iter().any(|name| **name == *own || **name == *core.issuer.as_str());
    if facts.confirmation.is_some() || !is_meant || !core.scope_hierarchy.covers_all(&facts.scope, scope) {
        return Err(unknown());
    }
    Ok(InitialAccess { token: Some(found) })
}

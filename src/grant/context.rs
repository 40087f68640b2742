//! What a grant sees of a token request, and the one way to issue tokens.

use std::borrow::Cow;
use std::fmt;

use crate::client::Client;
use crate::clock::Timestamp;
use crate::core::Core;
use crate::error::TokenError;
use crate::events;
use crate::grant::{GrantType, Granted, RefreshSettings, TokenResponse};
use crate::issuer::Issuer;
use crate::parameters::Parameters;
use crate::scope::Scope;
use crate::storage::{FamilyId, FamilyRecord, FamilyStore, Issue, Redeemed, Rotated, TokenDetails, TokenRecord};
use crate::token::Bearer;
use crate::typelevel::Flag;

/// A token request from an authenticated client that may use the grant.
pub struct TokenContext<'a, S> {
    core: &'a Core<S>,
    parameters: &'a Parameters<'a>,
    client: &'a Client,
    now: Timestamp,
    refresh: Option<RefreshSettings>,
    may_refresh: bool,
}

impl<'a, S> TokenContext<'a, S> {
    pub(crate) fn new(
        core: &'a Core<S>,
        parameters: &'a Parameters<'a>,
        client: &'a Client,
        now: Timestamp,
        refresh: Option<RefreshSettings>,
    ) -> Self {
        Self { core, parameters, client, now, refresh, may_refresh: false }
    }

    /// The same context for one grant: refresh tokens only where its type says so.
    pub(crate) fn of_grant<G: GrantType>(&self) -> Self {
        let may_refresh = G::IssuesRefreshTokens::VALUE;
        Self {
            core: self.core,
            parameters: self.parameters,
            client: self.client,
            now: self.now,
            refresh: self.refresh,
            may_refresh,
        }
    }

    /// The same context at the present time: look-ups may have had to wait.
    pub(crate) fn at_present(&self) -> Self {
        Self { now: self.core.now(), ..*self }
    }

    /// The storage of the server, for what a grant of your own keeps there.
    #[must_use]
    pub fn store(&self) -> &'a S {
        &self.core.storage
    }

    /// The issuer, part of every key in the storage.
    #[must_use]
    pub fn issuer(&self) -> &'a Issuer {
        &self.core.issuer
    }

    /// The client that asks. It is authenticated, and registered for this grant.
    #[must_use]
    pub fn client(&self) -> &'a Client {
        self.client
    }

    /// The time of the request. The same during the whole of it.
    #[must_use]
    pub const fn now(&self) -> Timestamp {
        self.now
    }

    /// All parameters of the request, also those that no grant declares.
    #[must_use]
    pub const fn parameters(&self) -> &'a Parameters<'a> {
        self.parameters
    }

    /// A parameter, if it is there and not empty.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<&'a str> {
        self.parameters.get(name)
    }

    /// A parameter that must be there.
    ///
    /// # Errors
    ///
    /// `invalid_request` if it is missing or empty (RFC 6749 section 5.2).
    pub fn require(&self, name: &'static str) -> Result<&'a str, TokenError> {
        self.parameter(name).ok_or_else(|| TokenError::invalid_request(format!("the parameter {name} is missing")))
    }

    /// The scope to grant: what was asked for, if the client may have it; if nothing was asked for, the client's default
    /// (RFC 6749 section 3.3).
    ///
    /// # Errors
    ///
    /// `invalid_scope` if it is malformed, unknown to this server or more than the client may have.
    pub fn scope(&self) -> Result<Scope, TokenError> {
        self.core.permitted_scope(self.client, self.parameter("scope"))
    }

    /// As [`scope`](Self::scope), as what is kept of a token that the client gets for itself.
    pub(crate) fn details_for_client(&self) -> Result<TokenDetails, TokenError> {
        self.core.details_for(self.client, self.parameter("scope"))
    }

    /// An `invalid_grant` error with a description.
    pub fn invalid_grant(&self, description: impl Into<Cow<'static, str>>) -> TokenError {
        TokenError::invalid_grant(description)
    }

    /// Makes the tokens for a decision. They are worth nothing before they are stored, and cannot leave before that: only a
    /// witness of the storage turns them into a response.
    pub(crate) fn mint(&self, granted: Granted, family: FamilyId, generation: u32) -> Minted {
        let refresh =
            self.refresh.filter(|_| self.may_refresh && granted.refreshable && self.client.may_use_grant("refresh_token"));
        let refresh = refresh.map(|settings| (Bearer::generate(self.now), settings));
        mint(self.core, self.client, self.now, granted, family, generation, refresh)
    }

    /// The same, with the refresh token given.
    pub(crate) fn mint_successor(
        &self,
        granted: Granted,
        successor: Bearer,
        settings: RefreshSettings,
        family: FamilyId,
        generation: u32,
    ) -> Minted {
        mint(self.core, self.client, self.now, granted, family, generation, Some((successor, settings)))
    }
}

impl<S> fmt::Debug for TokenContext<'_, S> {
    /// Of the parameters, the names.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { parameters, client, now, .. } = self;
        let mut text = f.debug_struct("TokenContext");
        text.field("client_id", client.id()).field("parameters", parameters).field("now", now).finish_non_exhaustive()
    }
}

impl<S: FamilyStore> TokenContext<'_, S> {
    /// Makes tokens for the decision, stores them as a new authorization and gives the response.
    ///
    /// # Errors
    ///
    /// `temporarily_unavailable` or `server_error` if the storage failed.
    pub async fn issue(&self, granted: Granted) -> Result<TokenResponse, TokenError> {
        let details = granted.details.clone();
        let family = FamilyRecord::new(
            FamilyId::generate(self.now),
            self.client.id().clone(),
            details.facts().subject.clone(),
            self.now,
            details,
        );
        let Minted { issue, response } = self.mint(granted, family.id, 0);
        self.store().begin_family(self.issuer(), family, issue, self.now).await?;
        events::issued(self.issuer(), self.client.id(), self.parameter("grant_type").unwrap_or_default());
        Ok(response.0)
    }
}

/// Tokens that have been made but not stored: the rows, and the response that waits for them.
pub(crate) struct Minted {
    pub(crate) issue: Issue,
    pub(crate) response: Withheld,
}

/// A response that is given out against the witness that its tokens are stored.
pub(crate) struct Withheld(TokenResponse);

impl Withheld {
    pub(crate) fn redeemed(self, _witness: Redeemed) -> TokenResponse {
        self.0
    }

    pub(crate) fn rotated(self, _witness: Rotated) -> TokenResponse {
        self.0
    }

    /// After a retry: what the first rotation derived takes the place of what this call derived.
    /// That one is older, by so many seconds at most.
    pub(crate) fn retried(mut self, _witness: Rotated, successor: Bearer, older: u64) -> TokenResponse {
        if let Some((token, expires_in)) = &mut self.0.refresh_token {
            *token = successor;
            *expires_in = expires_in.saturating_sub(older);
        }
        self.0
    }
}

impl Minted {
    /// For tokens that a response type issues: the caller stores them before it uses them.
    pub(crate) fn into_parts(self) -> (Issue, TokenResponse) {
        (self.issue, self.response.0)
    }
}

/// The one place where tokens are made.
pub(crate) fn mint<S>(
    core: &Core<S>,
    client: &Client,
    now: Timestamp,
    granted: Granted,
    family: FamilyId,
    generation: u32,
    refresh: Option<(Bearer, RefreshSettings)>,
) -> Minted {
    let Granted { details, members, .. } = granted;
    let access_token = Bearer::generate(now);
    let decided = details.facts().access_token_lifetime.or(client.access_token_lifetime());
    let lifetime = decided.unwrap_or(core.access_token_lifetime).as_secs();
    let record = |token: &Bearer, seconds: u64, details| {
        let expires_at = now.saturating_add_secs(seconds);
        TokenRecord::new(token.hash(), family, generation, client.id().clone(), now, expires_at, details)
    };
    let refresh =
        refresh.map(|(token, settings)| (token, client.refresh_token_lifetime().unwrap_or(settings.lifetime).as_secs()));
    let refresh_record = refresh.as_ref().map(|(token, seconds)| record(token, *seconds, details.clone()));
    let issue = Issue::new(None, Some(record(&access_token, lifetime, details.clone())), refresh_record);
    let response = TokenResponse { access_token, expires_in: lifetime, refresh_token: refresh, details, members };
    Minted { issue, response: Withheld(response) }
}

//! What the client asks for about the sign-in: what the application reads, and what it cannot overlook. An approval that does not do
//! what was asked for is refused.

use crate::authorization::decision::{Approval, Decision};
use crate::authorization::request::AuthorizationRequest;
use crate::events;
use crate::values::claims_request::ClaimsRequest;
use crate::values::clock::Timestamp;
use crate::values::error::{ErrorCode, OAuthError};
use crate::values::sign_in::{Prompt, SignIn};

/// What a request needs that it cannot have, as one with `prompt=none` cannot show a page: the error that the client is told (OpenID
/// Connect Core section 3.1.2.6).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Needs {
    /// `login_required`: the person has to sign in.
    Login,
    /// `consent_required`: the person has to consent.
    Consent,
    /// `account_selection_required`: the person has to choose one of several accounts.
    AccountSelection,
    /// `interaction_required`: the person has to do something else, or it is not to be said what.
    OtherInteraction,
    /// `unmet_authentication_requirements`: the person has to sign in by other means than they have (OpenID Connect Core Error Code
    /// `unmet_authentication_requirements`, section 1).
    OtherAuthentication,
}

const LOGIN: ErrorCode = ErrorCode::extension("login_required");
const CONSENT: ErrorCode = ErrorCode::extension("consent_required");
const ACCOUNT_SELECTION: ErrorCode = ErrorCode::extension("account_selection_required");
const INTERACTION: ErrorCode = ErrorCode::extension("interaction_required");
const OTHER_AUTHENTICATION: ErrorCode = ErrorCode::extension("unmet_authentication_requirements");

impl From<Needs> for OAuthError {
    fn from(needs: Needs) -> Self {
        let (code, words) = match needs {
            Needs::Login => (LOGIN, "the end-user has to sign in"),
            Needs::Consent => (CONSENT, "the end-user has to consent"),
            Needs::AccountSelection => (ACCOUNT_SELECTION, "the end-user has to choose an account"),
            Needs::OtherInteraction => (INTERACTION, "the end-user has to be shown something"),
            Needs::OtherAuthentication => (OTHER_AUTHENTICATION, "the end-user did not sign in as the client requires"),
        };
        Self::new(code, words)
    }
}

impl AuthorizationRequest {
    fn sign_in(&self) -> Option<&SignIn> {
        self.asked.sign_in.as_deref()
    }

    /// What the person is to be shown: the values of the parameter `prompt` (OpenID Connect Core section 3.1.2.1). Only a server with
    /// `OpenId` reads it.
    #[must_use]
    pub fn prompt(&self) -> &[Prompt] {
        self.sign_in().map_or(&[], |sign_in| &sign_in.prompt)
    }

    /// Has the person to sign in before this request can be approved? `authenticated_at` is when they last did, or `None` if nobody
    /// is signed in.
    ///
    /// An approval that ignores this is refused with `login_required`: say in it when the person signed in
    /// ([`Approval::authenticated_at`]). So `prompt=login` and `max_age` (OpenID Connect Core section 3.1.2.1, RFC 9470 section 4) cannot be
    /// overlooked. Instances of a server whose clocks differ by more than a sign-in takes refuse good approvals.
    #[must_use]
    pub fn must_authenticate(&self, authenticated_at: Option<Timestamp>) -> bool {
        authenticated_at.is_none_or(|at| self.sign_in().and_then(SignIn::since).is_some_and(|since| at < since))
    }

    /// The seconds that may have passed since the person signed in (`max_age`), if that is limited.
    #[must_use]
    pub fn max_age(&self) -> Option<u64> {
        self.sign_in().and_then(|sign_in| sign_in.max_age)
    }

    /// How the person is to sign in, what is preferred first (`acr_values`). It is a wish: an approval says what it was, with
    /// [`Approval::acr`].
    pub fn acr_values(&self) -> impl Iterator<Item = &str> {
        self.sign_in().into_iter().flat_map(|sign_in| &sign_in.acr_values).map(|value| &**value)
    }

    /// How the person has to sign in: in one of these ways, if there are any (OpenID Connect Core section 5.5.1.1). An approval that
    /// says something else is refused with `unmet_authentication_requirements`.
    pub fn required_acr(&self) -> impl Iterator<Item = &str> {
        self.sign_in().into_iter().flat_map(|sign_in| &sign_in.required_acr).map(|value| &**value)
    }

    /// Has the person to sign in by other means than they have, before this request can be approved? `acr` is the class of their sign-in, as
    /// an approval would say it ([`Approval::acr`]).
    #[must_use]
    pub fn must_step_up(&self, acr: Option<&str>) -> bool {
        let mut required = self.required_acr().peekable();
        required.peek().is_some() && !acr.is_some_and(|acr| required.any(|value| value == acr))
    }

    /// Who the client thinks the person is, to fill in the form of the sign-in with. Anybody can send anything here.
    #[must_use]
    pub fn login_hint(&self) -> Option<&str> {
        self.sign_in()?.login_hint.as_deref()
    }

    /// The languages in which to show pages, what is preferred first (`ui_locales`).
    pub fn ui_locales(&self) -> impl Iterator<Item = &str> {
        self.sign_in().into_iter().flat_map(|sign_in| &sign_in.ui_locales).map(|tag| &**tag)
    }

    /// How pages are to be shown: `page`, `popup`, `touch` or `wap`, or something that nobody knows.
    #[must_use]
    pub fn display(&self) -> Option<&str> {
        self.sign_in()?.display.as_deref()
    }

    /// The `sub` that the person must have, as the client knows it, if it asks for somebody: one of these (`id_token_hint`, or `sub` in
    /// `claims`). An approval by somebody else is refused with `login_required`.
    #[must_use]
    pub fn wanted_subjects(&self) -> Option<impl Iterator<Item = &str>> {
        Some(self.sign_in()?.subjects.as_ref()?.iter().map(|subject| &**subject))
    }

    /// The claims that are asked for one by one, to put before the person beside the scope.
    #[must_use]
    pub fn claims(&self) -> Option<&ClaimsRequest> {
        self.asked.claims.as_deref()
    }

    /// Answers with the error for what it needs.
    pub fn needs(self, what: Needs) -> Decision {
        self.reject(what.into())
    }

    /// Must it not show anything (`prompt=none`)?
    pub(super) fn is_silent(&self) -> bool {
        self.sign_in().is_some_and(|sign_in| sign_in.has(Prompt::None))
    }

    /// The same request, if it must not show anything (`prompt=none`): to answer it if the application does all the same.
    #[cfg(feature = "tower")]
    pub(crate) fn silent(&self) -> Option<Self> {
        self.is_silent().then(|| Self {
            issuer: self.issuer.clone(),
            client: self.client.clone(),
            response_type: self.response_type,
            asked: self.asked.clone(),
            after_post: self.after_post,
            browser: self.browser.clone(),
            hierarchy: self.hierarchy.clone(),
            pending: self.pending.clone(),
        })
    }

    /// Does the approval do what was asked for?
    ///
    /// # Errors
    ///
    /// What it needs.
    pub(super) fn check(&self, approval: &Approval) -> Result<(), OAuthError> {
        let Some(unmet) = self.unmet(approval) else { return Ok(()) };
        let error = OAuthError::from(unmet);
        events::not_as_asked(&self.issuer, self.client.id(), error.code().as_str());
        Err(error)
    }

    fn unmet(&self, approval: &Approval) -> Option<Needs> {
        // What nobody saw nobody granted: details are of this one request.
        if (!self.client_is_vetted() || self.asked.details.is_some()) && !approval.consented {
            return Some(Needs::Consent);
        }
        let sign_in = self.sign_in()?;
        if (sign_in.since().is_some() || sign_in.needs_auth_time) && self.must_authenticate(approval.auth_time) {
            Some(Needs::Login)
        } else if self.must_step_up(approval.acr.as_deref()) {
            Some(Needs::OtherAuthentication)
        } else {
            None
        }
    }
}

//! Redeeming an authorization code (RFC 6749 section 4.1.3), with PKCE (RFC 7636 section 4.6). A code is redeemed only after it
//! was checked against the request, as strictly as the type of the grant says; there is no other way to the step.

use super::{NextRefreshToken, Place, Step, StepKind, Stored, Storing, sealed};
use crate::events;
use crate::http::call::Call;
use crate::issue::{Granted, IssueContext, TokenContext};
use crate::storage::{AuthorizationCodeStore, FamilyId, FoundCode, Redemption};
use crate::typelevel::{No, Yes};
use crate::values::asked::Asked;
use crate::values::bearer::TokenHash;
use crate::values::error::OAuthError;
use crate::values::pkce::CodeVerifier;
use crate::values::random::{Draw, NoRandomness};
use crate::values::scope::Scope;
use crate::values::subject::Subject;

/// Redeems an authorization code: made by [`TokenContext::code`].
#[derive(Debug)]
pub struct Redeem {
    hash: TokenHash,
    place: Place,
    /// It was redeemed before: whatever else is wrong, this is a replay.
    again: bool,
}

/// A code that the client of a request may redeem, and that it presented with the right redirect URI and verifier.
#[derive(Debug)]
pub struct PresentedCode {
    hash: TokenHash,
    found: FoundCode,
}

impl PresentedCode {
    /// Who approved.
    #[must_use]
    pub fn subject(&self) -> Option<&Subject> {
        self.found.record.details.facts().authorization.subject.as_ref()
    }

    /// The scope that was approved.
    #[must_use]
    pub fn scope(&self) -> &Scope {
        &self.found.record.details.facts().authorization.scope
    }

    /// Grants what was approved.
    pub fn grant(self) -> Granted<Redeem> {
        let FoundCode { record, family, redeemed: again, .. } = self.found;
        let place = Place { family: record.family, generation: family.generation };
        let asked = record.details.facts().asked.clone();
        Granted::of(record.details.authorization(), Redeem { hash: self.hash, place, again }).answering(asked)
    }
}

impl<S: AuthorizationCodeStore> TokenContext<'_, S> {
    /// The `code` of the request, if its client may redeem it. Peek, validate, then redeem: whatever is wrong with the request,
    /// the code stays good for its owner.
    ///
    /// # Errors
    ///
    /// `invalid_request` if a parameter is missing or malformed; `invalid_grant` if the code is unknown, expired or somebody
    /// else's, the redirect URI differs (RFC 6749 section 4.1.3), or the verifier does not fit the challenge, or either is missing
    /// where the type of the grant requires PKCE (RFC 7636 section 4.6, RFC 9700 section 2.1.1).
    pub async fn code(&self) -> Result<PresentedCode, OAuthError> {
        let hash = TokenHash::of(self.require("code")?);
        let verifier = self.parameter("code_verifier").map(CodeVerifier::parse).transpose();
        let verifier = verifier.map_err(|error| OAuthError::invalid_request(error.to_string()))?;

        let found = self.store().find_code(self.issuer(), &hash, self.now()).await?;
        let found = found.filter(|code| code.record.client_id == *self.client().id());
        let found = found.filter(|code| code.redeemed || code.is_redeemable(self.now())).ok_or_else(dead)?;
        let asked = &found.record.details.facts().asked;
        check_redirect_uri(asked, self.parameter("redirect_uri"), self.pkce().required)?;
        // Another server over the same storage, or this one before it was made stricter, may have issued the code.
        if !self.pkce().permits(asked.challenge.as_ref()) {
            return Err(OAuthError::invalid_grant("the authorization request had not the PKCE that is required here"));
        }
        check_verifier(asked, verifier.as_ref())?;
        Ok(PresentedCode { hash, found })
    }
}

impl sealed::Sealed for Redeem {}

impl StepKind for Redeem {
    type Redeems = Yes;
    type Refreshes = No;
    type Rotates = No;
    type Vouches = No;
    type NamesResources = No;

    fn place(&self, _: &mut Draw) -> Result<Place, NoRandomness> {
        Ok(self.place)
    }

    fn of(&self) -> Option<FamilyId> {
        Some(self.place.family)
    }

    fn replays(&self) -> bool {
        self.again
    }

    fn next_refresh_token(&mut self, _: Option<&Call<'_>>, _: &mut Draw) -> Result<NextRefreshToken, NoRandomness> {
        Ok(NextRefreshToken::Fresh)
    }
}

impl<S: AuthorizationCodeStore> Step<S> for Redeem {
    async fn store(self, cx: &IssueContext<'_, S>, storing: Storing) -> Result<Stored, OAuthError> {
        redeem_code(&self.hash, cx, storing, dead).await
    }
}

/// Redeems the code under this hash, and says so. Whoever cannot is told that it is dead.
pub(super) async fn redeem_code<S: AuthorizationCodeStore>(
    hash: &TokenHash,
    cx: &IssueContext<'_, S>,
    storing: Storing,
    dead: fn() -> OAuthError,
) -> Result<Stored, OAuthError> {
    let about = cx.about(&storing.renewable, &storing.place.family);
    match cx.core.storage.redeem_code(&cx.core.issuer, hash, storing.issue, cx.now).await? {
        Redemption::Redeemed(_witness) => {
            events::redeemed(about);
            Ok(Stored::AS_MADE)
        }
        Redemption::AlreadyRedeemed => {
            events::replayed(about, events::Kind::Code);
            Err(dead())
        }
        Redemption::Dead => Err(dead()),
    }
}

/// Unknown, expired, somebody else's, used before: the answer does not say which.
fn dead() -> OAuthError {
    OAuthError::invalid_grant("the authorization code is invalid or expired")
}

/// RFC 6749 section 4.1.3: if the authorization request named the redirect URI, the token request must name the same one.
/// Clients of OAuth 2.1 do not send it (section 10.2): where PKCE is required it may be missing, as the challenge already binds
/// the code to the request. A different one is refused always.
fn check_redirect_uri(code: &Asked, presented: Option<&str>, pkce_required: bool) -> Result<(), OAuthError> {
    match presented {
        Some(uri) if *uri == *code.redirect_uri => Ok(()),
        None if !code.redirect_uri_was_sent || (pkce_required && code.challenge.is_some()) => Ok(()),
        Some(_) => Err(OAuthError::invalid_grant("redirect_uri is not that of the authorization request")),
        None => Err(OAuthError::invalid_grant("redirect_uri is missing, but the authorization request had it")),
    }
}

/// RFC 7636 section 4.6, and RFC 9700 section 2.1.1: a verifier without a challenge is a downgrade, and refused as well.
fn check_verifier(code: &Asked, verifier: Option<&CodeVerifier<'_>>) -> Result<(), OAuthError> {
    match (&code.challenge, verifier) {
        (None, None) => Ok(()),
        (Some(challenge), Some(verifier)) if challenge.verify(verifier) => Ok(()),
        (Some(_), Some(_)) => Err(OAuthError::invalid_grant("code_verifier does not match the code_challenge")),
        (Some(_), None) => Err(OAuthError::invalid_grant("code_verifier is missing")),
        (None, Some(_)) => {
            Err(OAuthError::invalid_grant("code_verifier was sent, but the authorization request had no code_challenge"))
        }
    }
}

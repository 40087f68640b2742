//! What is signed for another server in place of an access token: an assertion that the client presents there. Nothing of it is stored.

use std::mem;

use serde_json::{Map, Value};

use super::{Begin, NextRefreshToken, Place, Step, StepKind, Stored, Storing, sealed};
use crate::events;
use crate::http::call::Call;
use crate::issue::format::TokenText;
use crate::issue::{IssueContext, Keyring};
use crate::jose::{IdJagJwt, TokenType as _};
use crate::storage::{FamilyStore, TokenDetails};
use crate::typelevel::{No, Yes};
use crate::values::bearer::Bearer;
use crate::values::error::OAuthError;
use crate::values::json::{self, MemberSink as _, name};
use crate::values::random::{Draw, NoRandomness};

/// Begins an authorization here, or vouches for one at another server: what [`TokenExchange`](crate::TokenExchange) does where it issues
/// ID-JAGs.
#[derive(Debug)]
pub struct Vouch(Way);

#[derive(Debug)]
enum Way {
    Begin(Begin),
    Sign(Box<Assertion>),
}

/// An assertion that is to be signed: an ID-JAG (draft-ietf-oauth-identity-assertion-authz-grant section 3.1).
#[derive(Debug, Clone)]
pub(crate) struct Assertion {
    /// The issuer identifier of the server that is to accept it.
    pub(crate) audience: Box<str>,
    /// How that server calls the person, and the client.
    pub(crate) subject: Box<str>,
    pub(crate) client_id: Box<str>,
    pub(crate) resources: Vec<Box<str>>,
    /// Seconds.
    pub(crate) lifetime: u64,
    /// What it says besides: of names that the library does not write.
    pub(crate) claims: Map<String, Value>,
}

impl Vouch {
    pub(crate) const fn begin(begin: Begin) -> Self {
        Self(Way::Begin(begin))
    }

    pub(crate) fn sign(assertion: Assertion) -> Self {
        Self(Way::Sign(Box::new(assertion)))
    }
}

impl sealed::Sealed for Vouch {}

impl StepKind for Vouch {
    type Redeems = No;
    type Refreshes = No;
    type Rotates = No;
    type Vouches = Yes;
    type NamesResources = No;

    fn place(&self, draw: &mut Draw) -> Result<Place, NoRandomness> {
        Begin::new().place(draw)
    }

    fn next_refresh_token(&mut self, _: Option<&Call<'_>>, _: &mut Draw) -> Result<NextRefreshToken, NoRandomness> {
        Ok(NextRefreshToken::Fresh)
    }

    fn begins(&self) -> bool {
        true
    }

    fn descends(&self) -> bool {
        matches!(&self.0, Way::Begin(begin) if begin.descends())
    }

    fn vouches(&self) -> bool {
        matches!(self.0, Way::Sign(_))
    }
}

impl<S: FamilyStore> Step<S> for Vouch {
    async fn vouch<K: Keyring>(
        &self,
        cx: &IssueContext<'_, S>,
        keys: &K,
        details: &TokenDetails,
    ) -> Result<(TokenText, u64), OAuthError> {
        let Way::Sign(assertion) = &self.0 else { return Err(OAuthError::unexpected()) };
        let id = Bearer::generate(&mut Draw::at(cx.now))?;
        let mut text = keys.sign::<IdJagJwt>(None, &assertion.to_json(cx, details, &id), cx.now).await?;
        if text.len() > IdJagJwt::MAX_LEN {
            tracing::error!(client_id = %cx.client.id(), "an ID-JAG with the claims of the application is too long");
            return Err(OAuthError::unexpected());
        }
        Ok((TokenText::Signed(mem::take(&mut *text)), assertion.lifetime))
    }

    async fn store(self, cx: &IssueContext<'_, S>, storing: Storing) -> Result<Stored, OAuthError> {
        match self.0 {
            Way::Begin(begin) => begin.store(cx, storing).await,
            Way::Sign(assertion) => {
                let facts = storing.renewable.facts();
                events::vouched(&cx.core.issuer, cx.client.id(), &assertion.subject, &facts.scope, &assertion.audience);
                Ok(Stored::AS_MADE)
            }
        }
    }
}

impl Assertion {
    fn to_json<S>(&self, cx: &IssueContext<'_, S>, details: &TokenDetails, id: &Bearer) -> Vec<u8> {
        let facts = details.facts();
        json::text(512, |members| {
            members.string(name!("iss"), cx.core.issuer.as_str());
            members.string(name!("sub"), &self.subject);
            members.string(name!("aud"), &self.audience);
            members.string(name!("client_id"), &self.client_id);
            members.plain(name!("jti"), id.as_str());
            members.number(name!("exp"), cx.now.saturating_add_secs(self.lifetime).as_unix());
            members.number(name!("iat"), cx.now.as_unix());
            match &self.resources[..] {
                [] => {}
                [one] => members.string(name!("resource"), one),
                several => members.value("resource", several),
            }
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
            // The key of whoever asked, where a feature bound what was granted to it (section 8.6.1).
            if let Some(keys) = &facts.confirmation {
                members.value("cnf", keys);
            }
            for (name, value) in &self.claims {
                members.value(name, value);
            }
        })
    }
}

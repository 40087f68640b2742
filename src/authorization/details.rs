//! What is asked for in detail, and what of that is granted (RFC 9396 sections 3 and 7.1). A person sees each detail, so an approval names
//! each that it grants, and the type of a detail says whether that is what was asked for, or less.

use std::any::type_name;

use bytes::Bytes;
use http::Response;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::authorization::decision::Approval;
use crate::authorization::hooks::RequestHooks;
use crate::authorization::request::AuthorizationRequest;
use crate::client::ClientId;
use crate::http::page;
use crate::typelevel::WireName;
use crate::values::details::AuthorizationDetails;
use crate::values::error::{ErrorCode, OAuthError};
use crate::values::issuer::Issuer;

/// Why [`complete`](crate::AuthorizationEndpoint::complete) refuses an approval of a request for details: a mistake of the application.
/// Nothing was decided, and the request goes on waiting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecisionRefused {
    /// The approval does not say which details it grants.
    #[error(
        "the request asks for authorization details, and the approval names none; name what is granted with `Approval::detail`"
    )]
    DetailsNotNamed,
    /// The approval grants a detail that was not asked for, or more than that, as its type compares them.
    #[error("the approval grants authorization details that the request does not ask for")]
    MoreThanAsked,
    /// What the approval grants is not of the type that it says, or of none that this server has.
    #[error("the approval grants authorization details that are not of a type of this server")]
    NotOfTheirType,
    /// What the approval grants does not fit into a token.
    #[error("the approval grants authorization details of more than 8192 bytes, or more than 32 of them")]
    TooLarge,
}

impl DecisionRefused {
    /// Tells the operator, whose application it is.
    pub(crate) fn report(&self, issuer: &Issuer, client_id: &ClientId) {
        tracing::error!(%issuer, %client_id, error = %self, "an approval was refused");
    }

    /// A page: the client learns nothing, as nothing was decided.
    pub(crate) fn into_response(self) -> Response<Bytes> {
        let error = OAuthError::new(ErrorCode::ServerError, "the decision about the request cannot be completed");
        let mut response = page::error(None, &error);
        response.extensions_mut().insert(self);
        response
    }
}

/// The details that an approval grants, which are what was asked for, or less.
pub(crate) struct Judged(pub(super) Option<AuthorizationDetails>);

impl Approval {
    /// Grants this in detail, of what the request [asks for](AuthorizationRequest::details): as it was asked for, or with less in it, or with
    /// what the person filled in, such as the accounts that they chose (RFC 9396 section 7.1). Call it again for each further one. What is not
    /// named is not granted; a request that asks for details is not [completed](crate::AuthorizationEndpoint::complete) by an approval that
    /// names none, nor by one that grants more, as the type [compares](crate::AuthorizationDetail::covers) them.
    #[must_use]
    pub fn detail<T: WireName + Serialize>(mut self, detail: &T) -> Self {
        let details = self.details.take().unwrap_or_default().and(detail);
        if details.types().last() == Some("") {
            tracing::error!(
                r#type = type_name::<T>(),
                "an authorization detail does not serialize to an object without \"type\""
            );
        }
        self.details = Some(details);
        self
    }

    /// Grants these details, in place of those that were named before: [all of the request](AuthorizationRequest::authorization_details), or
    /// [none](AuthorizationDetails::new).
    #[must_use]
    pub fn details(mut self, details: &AuthorizationDetails) -> Self {
        self.details = Some(details.clone());
        self
    }
}

impl AuthorizationRequest {
    /// What the client asks for in detail, of the type that `T` is (RFC 9396 section 3), to put before the person: on a server with
    /// [`RichAuthorizationRequests`](crate::RichAuthorizationRequests), with `T` in its list. Whatever a text in it says, a stranger may have
    /// written it.
    pub fn details<T: WireName + DeserializeOwned + Send + Sync + 'static>(&self) -> impl Iterator<Item = &T> {
        self.asked.details.iter().flat_map(AuthorizationDetails::known)
    }

    /// All that the client asks for in detail; `None` if it asks for nothing so. A page that does not show one of the
    /// [types](AuthorizationDetails::types) must not grant it.
    #[must_use]
    pub fn authorization_details(&self) -> Option<&AuthorizationDetails> {
        self.asked.details.as_ref()
    }

    /// Does the approval grant what was asked for in detail, or less?
    pub(crate) fn judge<S, F: RequestHooks<S>>(&self, approval: &Approval, features: &F) -> Result<Judged, DecisionRefused> {
        let named = approval.details.as_ref();
        let granted = match (&self.asked.details, named) {
            (None, None) => return Ok(Judged(None)),
            // Nobody could see them: the client is told that somebody has to.
            (Some(_), None) if self.is_silent() && !approval.consented => return Ok(Judged(None)),
            (Some(_), None) => return Err(DecisionRefused::DetailsNotNamed),
            (_, Some(named)) if named.is_empty() => return Ok(Judged(None)),
            (None, Some(_)) => return Err(DecisionRefused::MoreThanAsked),
            (Some(asked), Some(named)) => {
                features.judge_details(asked, named).unwrap_or(Err(DecisionRefused::NotOfTheirType))?;
                named.clone()
            }
        };
        Ok(Judged(Some(granted)))
    }
}

//! The one way to make an authorization response: what the response type declares, and nothing else of that kind.

use crate::authorization::{AuthorizationResponse, RedirectTarget};
use crate::client::Client;
use crate::core::Core;
use crate::issue::{ApprovalStep, Bounds, Finish, Issuing, Plan, TokenResponse, Withheld, issue};
use crate::response_type::{ApprovalContext, ExtraParameters, Issues, Respond};
use crate::storage::FamilyId;
use crate::typelevel::Flag;
use crate::values::error::{ErrorCode, OAuthError};

/// Issues what the response type declares for an approved request. Says which authorization began with it, if one did.
pub(super) async fn compose<S, T, F>(
    response_type: &T,
    cx: &ApprovalContext<'_, S>,
    features: &F,
) -> Result<(AuthorizationResponse, Option<FamilyId>), OAuthError>
where
    S: Send + Sync,
    T: Respond<S>,
    F: Issuing<S>,
    Issues<T>: ApprovalStep<S>,
{
    let extra = response_type.extra(cx).await?;
    let code = if T::CarriesCode::VALUE { Some(cx.code()?) } else { None };
    let plan = Plan {
        step: <Issues<T> as ApprovalStep<S>>::STEP,
        access: cx.details(),
        renewable: None,
        access_token: T::CarriesAccessToken::VALUE,
        refresh_token: false,
        id_token: T::CarriesIdToken::VALUE,
        code,
        asked: Some(cx.asked()),
        parent: cx.parent(),
        members: Vec::new(),
        bounds: Bounds::default(),
    };
    let (_, answer) = issue(&cx.issuing(), features, plan, Answer { cx, extra, any: Issues::<T>::VALUE }).await?;
    Ok(answer)
}

/// The response, in the form that was asked for.
struct Answer<'a, S> {
    cx: &'a ApprovalContext<'a, S>,
    extra: ExtraParameters,
    /// Does anything go out that was issued?
    any: bool,
}

impl<S: Send + Sync, F: Issuing<S>> Finish<S, F> for Answer<'_, S> {
    type Output = (AuthorizationResponse, Option<FamilyId>);
    async fn finish(self, features: &F, issued: &Withheld) -> Result<Self::Output, OAuthError> {
        let Self { cx, extra, any } = self;
        let mut response = AuthorizationResponse::new();
        add_issued(&mut response, issued.response(), cx.age(), any);
        for (name, value) in extra.into_pairs() {
            response.push(name, value);
        }
        let response = encode(cx.core(), features, cx.client(), cx.target(), response).await?;
        if cx.request().joining.is_some() {
            // In a box: all features are asked inside of what all of them make of the response.
            Box::pin(features.join(cx.core(), cx.request())).await?;
        }
        Ok((response, any.then(|| issued.family())))
    }
}

/// The parameters of what was issued, so many seconds ago.
fn add_issued(response: &mut AuthorizationResponse, issued: &TokenResponse, age: u64, any: bool) {
    if let Some(code) = &issued.code {
        response.push("code", code.as_str().to_owned());
    }
    if issued.has_access_token() {
        response.push("access_token", issued.access_token().to_owned());
        response.push("token_type", issued.token_type().to_owned());
        response.push("expires_in", issued.expires_in().saturating_sub(age).to_string());
    }
    if any && !issued.scope().is_empty() {
        response.push("scope", issued.scope().as_str().to_owned());
    }
    for (name, value) in issued.members() {
        response.push(name.to_owned(), value.as_str().map_or_else(|| value.to_string(), str::to_owned));
    }
}

/// The response as it travels to its target, whether it brings something or is an error: with what every response says, and encoded
/// if a response mode was asked for that does it.
pub(crate) async fn encode<S, F: Issuing<S>>(
    core: &Core<S>,
    features: &F,
    client: &Client,
    target: &RedirectTarget,
    response: AuthorizationResponse,
) -> Result<AuthorizationResponse, OAuthError> {
    let response = target.complete(&core.issuer, response);
    let Some(mode) = target.encoded.as_deref() else { return Ok(response) };
    // In a box: it is asked inside of what all features make of the response.
    let encoded = Box::pin(features.encode_response(core, features.keys(), client, mode, &response)).await?;
    encoded.ok_or_else(|| OAuthError::new(ErrorCode::ServerError, "the response mode is gone"))
}

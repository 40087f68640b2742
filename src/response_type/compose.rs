//! The one way to make an authorization response: what the response type declares, and nothing else of that kind.

use crate::authorization::AuthorizationResponse;
use crate::error::TokenError;
use crate::issue::{ApprovalStep, Issuing, Plan, TokenResponse, issue};
use crate::response_type::{ApprovalContext, Issues, Respond};
use crate::typelevel::Flag;

/// Issues what the response type declares for an approved request.
pub(super) async fn compose<S, T, F>(
    response_type: &T,
    cx: &ApprovalContext<'_, S>,
    features: &F,
) -> Result<AuthorizationResponse, TokenError>
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
        members: Vec::new(),
    };
    let issued = issue(&cx.issuing(), features, plan).await?;
    let mut response = AuthorizationResponse::new();
    add_issued(&mut response, &issued, cx.age(), Issues::<T>::VALUE);
    for (name, value) in extra.into_pairs() {
        response.push(name, value);
    }
    Ok(response)
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

//! The one way to issue codes and tokens. A grant decides, a response type declares; what they ask for is made here, in this
//! order: features bind what is granted to the request, the format makes the access token, features add to the response, **then**
//! the storage does the step that the tokens belong to, and the response is released against its witness. Whatever can fail
//! comes before the step, so a failure burns no code and no refresh token and leaves no row.

mod context;
pub(crate) mod format;
mod granted;
mod hooks;
mod keys;
mod response;
mod settings;
pub(crate) mod step;

pub use context::{IssueContext, TokenContext};
pub use format::{AccessToken, AccessTokenPlan, Opaque, TokenFormat};
pub use granted::{Granted, IssuedTokenType, ReservedMember};
pub use hooks::{Binding, Choices, IssueHooks, Issuing};
pub use keys::Keyring;
pub use response::{TokenResponse, Withheld};
pub use settings::{CodeSettings, RefreshSettings};
pub use step::{ApprovalStep, Begin, PresentedCode, PresentedRefreshToken, Redeem, Rotate, Step, StepKind};

use std::borrow::Cow;

use serde_json::Value;

use crate::clock::Timestamp;
use crate::error::TokenError;
use crate::issue::step::{NextRefreshToken, Storing};
use crate::storage::{CodeDetails, CodeRecord, Issue, TokenDetails, TokenRecord};
use crate::token::Bearer;
use crate::typelevel::Flag;

/// What is to be issued, once it was decided.
pub(crate) struct Plan<W> {
    pub(crate) step: W,
    /// What the access token is about.
    pub(crate) access: TokenDetails,
    /// What may be renewed, if it is something else.
    pub(crate) renewable: Option<TokenDetails>,
    /// Is there an access token?
    pub(crate) access_token: bool,
    /// May there be a refresh token?
    pub(crate) refresh_token: bool,
    /// Is there to be an ID token, which a feature adds?
    pub(crate) id_token: bool,
    pub(crate) code: Option<CodePlan>,
    pub(crate) members: Vec<(Cow<'static, str>, Value)>,
}

/// An authorization code that is to be issued.
pub(crate) struct CodePlan {
    pub(crate) details: CodeDetails,
    pub(crate) expires_at: Timestamp,
}

/// Issues what was planned.
pub(crate) async fn issue<S, F: Issuing<S>, W: Step<S>>(
    cx: &IssueContext<'_, S>,
    features: &F,
    plan: Plan<W>,
) -> Result<TokenResponse, TokenError>
where
    S: Send + Sync,
{
    let Plan { mut step, access, renewable, access_token, refresh_token, id_token, code, members } = plan;
    let place = step.place(cx.now);
    let mut binding = Binding { access, renewable, continues: W::Refreshes::VALUE.then_some(place.family) };
    if cx.call.is_some() {
        features.bind(cx, &mut binding).await?;
    }
    let Binding { access, renewable, .. } = binding;

    let (mut token, mut access_row, mut expires_in) = (None, None, 0);
    if access_token {
        let plan = AccessTokenPlan::new(cx, &access, place);
        expires_in = plan.lifetime;
        let AccessToken { text, record } = features.format().make(cx, plan, features.keys()).await?;
        (token, access_row) = (Some(text), record);
    }
    let code = code.map(|plan| {
        let (code, client_id) = (Bearer::generate(cx.now), cx.client.id().clone());
        let record = CodeRecord::new(code.hash(), place.family, client_id, plan.expires_at, plan.details);
        (code, record)
    });
    let (code, code_row) = code.unzip();
    let mut withheld = Withheld::new(token, expires_in, code, access.clone(), members, id_token, place.family);
    features.respond(cx, features.keys(), &mut withheld).await?;

    let renewable = renewable.unwrap_or(access);
    let refresh = match step.next_refresh_token() {
        NextRefreshToken::Fresh => cx.refresh.filter(|_| refresh_token).map(|settings| (Bearer::generate(cx.now), settings)),
        NextRefreshToken::Successor(token) => cx.refresh.map(|settings| (token, settings)),
    };
    let refresh =
        refresh.map(|(token, settings)| (token, cx.client.refresh_token_lifetime().unwrap_or(settings.lifetime).as_secs()));
    let refresh_row = refresh.as_ref().map(|(token, seconds)| {
        let expires_at = cx.now.saturating_add_secs(*seconds);
        let (family, generation) = (place.family, place.generation);
        TokenRecord::new(token.hash(), family, generation, cx.client.id().clone(), cx.now, expires_at, renewable.clone())
    });
    let issue = Issue::new(code_row, access_row, refresh_row);
    let stored = step.store(cx, Storing { place, renewable, issue }).await?;
    Ok(withheld.release(refresh, stored))
}

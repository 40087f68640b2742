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
use crate::issue::step::{NextRefreshToken, Place, Storing};
use crate::random::{Draw, NoRandomness};
use crate::storage::{CodeDetails, CodeRecord, Issue, TokenDetails, TokenRecord};
use crate::token::Bearer;

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
    let mut binding = Binding { access, renewable, continues: step.continues() };
    if cx.call.is_some() {
        features.bind(cx, &mut binding).await?;
    }
    let Binding { access, renewable, .. } = binding;

    let Fresh { place, access_token, code, refresh_token } = Fresh::make(cx, &mut step, access_token, code, refresh_token)?;
    let (mut token, mut access_row, mut expires_in) = (None, None, 0);
    if let Some(fresh) = access_token {
        let plan = AccessTokenPlan::new(cx, &access, place, fresh);
        expires_in = plan.lifetime;
        let AccessToken { text, record } = features.format().make(cx, plan, features.keys()).await?;
        (token, access_row) = (Some(text), record);
    }
    let (code, code_row) = code.unzip();
    let mut withheld = Withheld::new(token, expires_in, code, access.clone(), members, id_token, place.family);
    features.respond(cx, features.keys(), &mut withheld).await?;

    let renewable = renewable.unwrap_or(access);
    let refresh_row = refresh_token.as_ref().map(|(token, seconds)| {
        let expires_at = cx.now.saturating_add_secs(*seconds);
        let (family, generation) = (place.family, place.generation);
        TokenRecord::new(token.hash(), family, generation, cx.client.id().clone(), cx.now, expires_at, renewable.clone())
    });
    let issue = Issue::new(code_row, access_row, refresh_row);
    let stored = step.store(cx, Storing { place, renewable, issue }).await?;
    Ok(withheld.release(refresh_token, stored))
}

/// All that is random in what one request is issued: drawn at once, and not kept in reserve while something is awaited.
struct Fresh {
    place: Place,
    access_token: Option<Bearer>,
    code: Option<(Bearer, CodeRecord)>,
    /// The token and its seconds to live.
    refresh_token: Option<(Bearer, u64)>,
}

impl Fresh {
    fn make<S, W: Step<S>>(
        cx: &IssueContext<'_, S>,
        step: &mut W,
        access_token: bool,
        code: Option<CodePlan>,
        refresh_token: bool,
    ) -> Result<Self, TokenError> {
        let draw = &mut Draw::at(cx.now);
        let place = step.place(draw)?;
        let code = code.map(|CodePlan { details, expires_at }| {
            let code = cx.bearer("authorization code", draw)?;
            let record = CodeRecord::new(code.hash(), place.family, cx.client.id().clone(), expires_at, details);
            Ok::<_, NoRandomness>((code, record))
        });
        let code = code.transpose()?;
        let access_token = if access_token { Some(cx.bearer("access token", draw)?) } else { None };
        let refresh_token = match (step.next_refresh_token(cx.call.as_ref(), draw)?, cx.refresh) {
            (NextRefreshToken::Successor(token), Some(settings)) => Some((token, settings)),
            (NextRefreshToken::Fresh, Some(settings)) if refresh_token => Some((Bearer::generate(draw)?, settings)),
            _ => None,
        };
        let seconds = |settings: RefreshSettings| cx.client.refresh_token_lifetime().unwrap_or(settings.lifetime).as_secs();
        let refresh_token = refresh_token.map(|(token, settings)| (token, seconds(settings)));
        Ok(Self { place, access_token, code, refresh_token })
    }
}

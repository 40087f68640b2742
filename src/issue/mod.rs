//! The one way to issue codes and tokens. A grant decides, a response type declares; what they ask for is made here, in this
//! order: features say for whom the access token is and what it permits, and bind what is granted to the request, the format makes the access token,
//! features add to the response and encode it if a response mode asks for that, **then** the storage does the step that the tokens
//! belong to, and the response is released against its witness. Whatever can fail comes before the step, so a failure burns no code
//! and no refresh token and leaves no row.

mod context;
pub(crate) mod format;
mod granted;
mod hooks;
mod keys;
mod response;
mod settings;
pub(crate) mod step;

pub use context::{IssueContext, TokenContext};
#[cfg(feature = "jose")]
pub use format::AccessToken;
pub use format::{AccessTokenPlan, Opaque, TokenFormat};
pub(crate) use granted::Bounds;
pub use granted::{Granted, IssuedTokenType, ReservedMember};
pub use hooks::{Binding, Choices, Confirmed, IssueHooks, Issuing, Shown};
#[cfg(feature = "jose")]
pub use keys::KeysError;
pub use keys::{Keyring, KeyringOn};
use response::Means;
pub use response::{TokenResponse, Withheld};
pub use settings::{CodeSettings, RefreshSettings};
#[cfg(feature = "jose")]
pub(crate) use step::Assertion;
#[cfg(feature = "jose")]
pub use step::{Accept, Vouch};
pub use step::{ApprovalStep, Begin, Consume, PresentedCode, PresentedRefreshToken, Redeem, Renew, Rotate, Step, StepKind};

use std::borrow::Cow;
use std::future::Future;
use std::sync::Arc;

use serde_json::Value;

use crate::issue::step::{NextRefreshToken, Place, Storing};
use crate::storage::{CodeDetails, CodeRecord, FamilyId, Issue, TokenDetails, TokenRecord};
use crate::typelevel::Flag as _;
use crate::values::asked::Asked;
use crate::values::bearer::{Bearer, ENTROPY};
use crate::values::clock::Timestamp;
use crate::values::error::OAuthError;
use crate::values::random::{Draw, NoRandomness};

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
    /// The authorization request that is answered, if there was one.
    pub(crate) asked: Option<Arc<Asked>>,
    /// From what a new authorization descends, if from any.
    pub(crate) parent: Option<FamilyId>,
    pub(crate) members: Vec<(Cow<'static, str>, Value)>,
    pub(crate) bounds: Bounds,
}

/// An authorization code that is to be issued.
pub(crate) struct CodePlan {
    pub(crate) details: CodeDetails,
    pub(crate) expires_at: Timestamp,
}

/// What is made of what is issued, directly before it is stored: whatever of it can fail, burns nothing.
pub(crate) trait Finish<S, F> {
    type Output: Send;
    fn finish(self, features: &F, issued: &Withheld) -> impl Future<Output = Result<Self::Output, OAuthError>> + Send;
}

/// Issues what was planned.
pub(crate) async fn issue<S, F: Issuing<S>, W: Step<S>, M: Finish<S, F>>(
    cx: &IssueContext<'_, S>,
    features: &F,
    plan: Plan<W>,
    finish: M,
) -> Result<(TokenResponse, M::Output), OAuthError>
where
    S: Send + Sync,
{
    let Plan { mut step, access, renewable, access_token, refresh_token: may_refresh, id_token, code: code_plan, .. } = plan;
    let (asked, parent, members, bounds) = (plan.asked, plan.parent, plan.members, plan.bounds);
    // What is signed for another server is no access token: nothing here is for it, and nothing goes with it.
    let vouches = W::Vouches::VALUE && step.vouches();
    let access_token = access_token && !vouches;
    let mut binding = Binding::new(access, renewable, &step);
    binding.exactly = bounds.exactly;
    if access_token {
        binding.default_resource = features.format().default_resource().cloned();
        features.aim(cx, &mut binding).await?;
        // Somebody else named them: nobody here, while the feature that knows resources is switched off.
        if W::NamesResources::VALUE && bounds.exactly && !binding.knows_resources {
            return Err(OAuthError::invalid_target("this server does not know the resource"));
        }
    }
    if access_token || cx.call.is_some() {
        features.narrow(cx, &mut binding).await?;
    }
    if cx.call.is_some() {
        binding.asked.clone_from(&asked);
        features.bind(cx, &mut binding).await?;
        binding.settle()?;
    }
    let Binding { access, renewable, lifetime, claims, headers, .. } = binding;

    // All that is random in one answer is drawn at once, and not kept in reserve while something is awaited.
    let random = <F::Format as TokenFormat<S>>::RANDOM;
    let needs_few = random < ENTROPY && code_plan.is_none() && !may_refresh;
    // Each is made where it stays: a tuple of them would be copied.
    let (place, fresh, code, code_row, refresh_token);
    {
        let draw = &mut if needs_few { Draw::few_at(cx.now) } else { Draw::at(cx.now) };
        place = self::place(cx, &step, draw)?;
        (code, code_row) = match code_plan {
            Some(plan) => new_code(cx, plan, place.family, draw)?,
            None => (None, None),
        };
        fresh = if access_token { Some(cx.access_token(random, draw)?) } else { None };
        refresh_token = next_refresh_token(cx, &mut step, may_refresh, draw)?;
    }
    let (token, access_row, expires_in, keep_until);
    match fresh {
        Some(fresh) => {
            let plan = AccessTokenPlan::new(cx, &access, place, fresh, lifetime, claims).until(cx, bounds.not_after);
            expires_in = plan.lifetime;
            let made = features.format().make(cx, plan, features.keys()).await?;
            token = Some(made.text);
            access_row = made.record;
            keep_until = made.expires_at;
        }
        None if vouches => {
            let (text, lifetime) = step.vouch(cx, features.keys(), &access).await?;
            (token, access_row, expires_in, keep_until) = (Some(text), None, lifetime, cx.now);
        }
        None => (token, access_row, expires_in, keep_until) = (None, None, 0, cx.now),
    }
    let means = Means { id_token, asked, family: place.family };
    let mut withheld = Withheld::new(token, expires_in, code, access.clone(), members, means);
    withheld.say(headers);
    if vouches {
        withheld.is_no_access_token();
    } else {
        features.respond(cx, features.keys(), &mut withheld).await?;
    }
    if bounds.says_resource {
        withheld.say_resource();
    }

    let finished = finish.finish(features, &withheld).await?;

    let (renewable, access) = match renewable {
        Some(renewable) => (renewable, Some(access)),
        None => (access, None),
    };
    let refresh_row = refresh_token.as_ref().map(|(token, seconds)| {
        let expires_at = cx.now.saturating_add_secs(*seconds);
        let (family, generation) = (place.family, place.generation);
        TokenRecord::new(token.hash(), family, generation, cx.client.id().clone(), cx.now, expires_at, renewable.clone())
    });
    let mut issue = Issue::new(code_row, access_row, refresh_row);
    // Also where the token has no row.
    issue.keep_family_until = issue.keep_family_until.max(keep_until);
    let stored = step.store(cx, Storing { place, parent, access, renewable, issue }).await?;
    Ok((withheld.release(refresh_token, stored), finished))
}

/// Where what is issued belongs.
fn place<S, W: Step<S>>(cx: &IssueContext<'_, S>, step: &W, draw: &mut Draw) -> Result<Place, NoRandomness> {
    let mut place = step.place(draw)?;
    if let Some(settling) = cx.settling {
        place.family = settling.family(draw)?;
    }
    Ok(place)
}

fn new_code<S>(
    cx: &IssueContext<'_, S>,
    plan: CodePlan,
    family: FamilyId,
    draw: &mut Draw,
) -> Result<(Option<Bearer>, Option<CodeRecord>), NoRandomness> {
    let code = cx.bearer("authorization code", draw)?;
    let record = CodeRecord::new(code.hash(), family, cx.client.id().clone(), plan.expires_at, plan.details);
    Ok((Some(code), Some(record)))
}

/// The refresh token, if there is to be one, and its seconds to live.
fn next_refresh_token<S, W: Step<S>>(
    cx: &IssueContext<'_, S>,
    step: &mut W,
    may_refresh: bool,
    draw: &mut Draw,
) -> Result<Option<(Bearer, u64)>, NoRandomness> {
    let next = step.next_refresh_token(cx.call.as_ref(), draw)?;
    let Some(settings) = cx.refresh else { return Ok(None) };
    let token = match next {
        NextRefreshToken::Successor(token) => token,
        NextRefreshToken::Fresh if may_refresh => Bearer::generate(draw)?,
        NextRefreshToken::Fresh | NextRefreshToken::Same => return Ok(None),
    };
    let lifetime = cx.client.refresh_token_lifetime().unwrap_or(settings.lifetime);
    Ok(Some((token, lifetime.as_secs())))
}

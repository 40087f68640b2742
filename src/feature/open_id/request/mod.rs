//! What OpenID Connect adds to an authorization request (Core section 3.1.2.1).

mod claims;

use std::sync::Arc;

use super::{SCOPE, Settings, hint};
use crate::authorization::{Checking, Needs, words};
use crate::core::Core;
use crate::http::parameters::{Parameter, Parameters};
use crate::values::asked::Asked;
use crate::values::claims_request::ClaimsRequest;
use crate::values::error::{ErrorCode, OAuthError};
use crate::values::scope::Scope;
use crate::values::sign_in::{Prompt, SignIn};

pub(super) const PARAMETERS: &[Parameter] = &[
    Parameter::once("nonce"),
    Parameter::once("prompt"),
    Parameter::once("display"),
    Parameter::once("ui_locales"),
    Parameter::once("claims_locales"),
    Parameter::once("id_token_hint"),
    Parameter::once("login_hint"),
    Parameter::once("claims"),
    Parameter::once("request"),
    Parameter::once("request_uri"),
    Parameter::once("registration"),
];

/// What is not served has errors of its own (Core section 3.1.2.6).
pub(super) const REFUSED: &[(&str, ErrorCode)] = &[
    ("request", ErrorCode::extension("request_not_supported")),
    ("request_uri", ErrorCode::extension("request_uri_not_supported")),
    ("registration", ErrorCode::extension("registration_not_supported")),
];

/// What `prompt` may say.
const PROMPTS: [Prompt; 5] = [Prompt::None, Prompt::Login, Prompt::Consent, Prompt::SelectAccount, Prompt::Create];

/// The scope that asks for access while the person is away (Core section 11).
const OFFLINE_ACCESS: &str = "offline_access";

/// Those of this server.
pub(super) fn prompts(settings: &Settings) -> impl Iterator<Item = Prompt> {
    let creates = settings.creates_accounts;
    PROMPTS.into_iter().filter(move |prompt| *prompt != Prompt::Create || creates)
}

/// Reads the parameters into what is asked for.
///
/// # Errors
///
/// `invalid_request` if one of them is malformed, or missing where it is needed; `invalid_scope` if an ID token is to come without the
/// scope for it, or what is ignored of the scope is all of it.
pub(super) fn check<S>(
    settings: &Settings,
    core: &Core<S>,
    parameters: &Parameters<'_>,
    checking: &Checking<'_>,
    asked: &mut Asked,
) -> Result<(), OAuthError> {
    let nonce: Option<Arc<str>> = parameters.get("nonce").map(Into::into);
    if checking.response_type.id_token {
        if !asked.scope.contains(SCOPE) {
            return Err(OAuthError::invalid_scope("an ID token needs the scope openid (OpenID Connect Core section 3.1.2.1)"));
        }
        if nonce.is_none() {
            let words =
                "nonce is required where an ID token comes from the authorization endpoint (OpenID Connect Core section 3.2.2.1)";
            return Err(OAuthError::invalid_request(words));
        }
    }
    let prompt = prompt(settings, parameters.get("prompt").unwrap_or_default())?;
    // It would be answered by a redirect before anybody has seen a page, and to no avail: people are asked each time.
    if prompt.contains(&Prompt::None) && !checking.client.is_vetted() {
        return Err(Needs::Consent.into());
    }
    let mut claims = parameters.get("claims").map(claims::parse).transpose()?.unwrap_or_default();
    claims.locales = parameters.get("claims_locales").map(words).unwrap_or_default();
    if !checking.response_type.code && !checking.response_type.access_token {
        // There is no token with which to ask for them (Core section 5.5).
        claims.userinfo.clear();
    }
    let hinted = parameters.get("id_token_hint").map(|hint| hint::subject(core, checking, hint)).transpose()?;
    let wishes = ["login_hint", "display", "ui_locales"].iter().any(|name| parameters.get(name).is_some());
    if wishes || !prompt.is_empty() || hinted.is_some() || !claims.is_empty() {
        let sign_in = asked.sign_in_mut(core.now());
        sign_in.prompt.clone_from(&prompt);
        sign_in.login_hint = parameters.get("login_hint").map(Into::into);
        sign_in.display = parameters.get("display").map(Into::into);
        sign_in.ui_locales = parameters.get("ui_locales").map(words).unwrap_or_default();
        if let Some(subject) = hinted {
            sign_in.must_be(vec![subject]);
        }
        if !ask_by_claims(sign_in, &claims) {
            return Err(Needs::OtherAuthentication.into());
        }
    }
    asked.set_identity(nonce, Some(claims).filter(|claims| !claims.is_empty()));
    let asks = checking.always_asks || prompt.contains(&Prompt::Consent);
    let offline = checking.response_type.code && checking.client.may_use_grant("refresh_token") && asks;
    if !offline && asked.scope.contains(OFFLINE_ACCESS) {
        asked.scope = without_offline_access(&asked.scope);
        // What is left would be granted, and is nothing.
        if asked.scope.is_empty() {
            return Err(OAuthError::invalid_scope(
                "offline_access is ignored here (OpenID Connect Core section 11), and all there is",
            ));
        }
    }
    Ok(())
}

/// Section 11: without a code, or without asking for consent, it is ignored; so it is for a client that gets no refresh tokens.
fn without_offline_access(scope: &Scope) -> Scope {
    // The others are scope tokens.
    Scope::from_tokens(scope.iter().filter(|token| *token != OFFLINE_ACCESS)).unwrap_or_default()
}

/// # Errors
///
/// `invalid_request` for a value that is not one of this server's (Initiating User Registration section 4.1), and for `none` with others
/// (Core section 3.1.2.1).
fn prompt(settings: &Settings, text: &str) -> Result<Vec<Prompt>, OAuthError> {
    let mut found: Vec<Prompt> = Vec::new();
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let known = prompts(settings).find(|prompt| prompt.as_str() == word);
        let known = known.ok_or_else(|| OAuthError::invalid_request("this server does not have the value of prompt"))?;
        if !found.contains(&known) {
            found.push(known);
        }
    }
    if found.contains(&Prompt::None) && found.len() > 1 {
        return Err(OAuthError::invalid_request("prompt is none and something else"));
    }
    Ok(found)
}

/// What the claims that are asked for mean for the sign-in: `sub`, `acr` and `auth_time`. `false` if nobody can sign in so.
fn ask_by_claims(sign_in: &mut SignIn, claims: &ClaimsRequest) -> bool {
    let mut can_be = true;
    for claim in claims.id_token.iter().chain(&claims.userinfo).filter(|claim| *claim.name == *"sub" && !claim.values.is_empty())
    {
        sign_in.must_be(texts(&claim.values));
    }
    for claim in &claims.id_token {
        match &*claim.name {
            "auth_time" if claim.essential => sign_in.needs_auth_time = true,
            // Section 5.5.1.1.
            "acr" if claim.essential && claim.values.is_empty() => {}
            "acr" if claim.essential => can_be &= sign_in.require_acr(texts(&claim.values)),
            "acr" if sign_in.acr_values.is_empty() => sign_in.acr_values = texts(&claim.values),
            _ => {}
        }
    }
    can_be
}

fn texts(values: &[serde_json::Value]) -> Vec<Arc<str>> {
    values.iter().filter_map(|value| value.as_str()).map(Into::into).collect()
}

//! How single parameters of an authorization request are read.

use std::borrow::Cow;
use std::sync::Arc;

use crate::authorization::info::ResponseTypeInfo;
use crate::authorization::target::RedirectTarget;
use crate::http::parameters::Parameters;
use crate::values::error::OAuthError;
use crate::values::pkce::{CodeChallenge, CodeChallengeMethod, PkceRequirement};
use crate::values::response_mode::{EncodedMode, ResponseMode};

/// How the response, error or not, travels. A mode that is unknown, repeated or not permitted is an error that travels in
/// the default mode (Multiple Response Types sections 2.1 and 5).
pub(super) fn set_mode(
    parameters: &Parameters<'_>,
    info: Option<&ResponseTypeInfo>,
    target: &mut RedirectTarget,
    encoded: Option<EncodedMode>,
) -> Result<(), OAuthError> {
    let names_token = |words: &str| words.split(' ').any(|word| matches!(word, "token" | "id_token"));
    let with_token = match info {
        Some(info) => info.access_token || info.id_token,
        None => parameters.get("response_type").is_some_and(names_token),
    };
    target.mode = ResponseMode::default_for(with_token);
    let Some(requested) = parameters.get("response_mode").filter(|_| occurs_once(parameters, "response_mode")) else {
        return Ok(());
    };
    let mode = match encoded {
        Some(encoded) => encoded.travels.unwrap_or(target.mode),
        None => {
            let unsupported = || OAuthError::invalid_request("the response_mode is not supported");
            ResponseMode::parse(requested).ok_or_else(unsupported)?
        }
    };
    if mode == ResponseMode::Query && with_token {
        let words = format!("response_mode {requested} is not permitted for a response with a token");
        return Err(OAuthError::invalid_request(words));
    }
    target.mode = mode;
    target.encoded = encoded.map(|encoded| Cow::Borrowed(encoded.name));
    Ok(())
}

/// What stands between spaces.
pub(crate) fn words(text: &str) -> Vec<Arc<str>> {
    text.split(' ').filter(|word| !word.is_empty()).map(Into::into).collect()
}

pub(super) fn occurs_once(parameters: &Parameters<'_>, name: &str) -> bool {
    parameters.iter().filter(|(known, _)| *known == name).count() == 1
}

/// RFC 7636 section 4.3. `None` means that no code is issued: then a challenge has no meaning and is ignored.
pub(super) fn challenge(parameters: &Parameters<'_>, pkce: Option<PkceRequirement>) -> Result<Option<CodeChallenge>, OAuthError> {
    let Some(pkce) = pkce else { return Ok(None) };
    let method = parameters.get("code_challenge_method");
    let Some(value) = parameters.get("code_challenge") else {
        if pkce.required {
            return Err(OAuthError::invalid_request("code_challenge is missing: PKCE is required (RFC 7636 section 4.4.1)"));
        }
        if method.is_some() {
            return Err(OAuthError::invalid_request("code_challenge_method was sent without a code_challenge"));
        }
        return Ok(None);
    };
    // Section 4.3: without a method it is `plain`.
    let method = CodeChallengeMethod::parse(method.unwrap_or("plain"));
    let accepted = method.filter(|method| pkce.plain_accepted || *method == CodeChallengeMethod::S256);
    let method = accepted
        .ok_or_else(|| OAuthError::invalid_request("the transform algorithm of code_challenge_method is not supported"))?;
    CodeChallenge::new(method, value).map(Some).map_err(|error| OAuthError::invalid_request(error.to_string()))
}

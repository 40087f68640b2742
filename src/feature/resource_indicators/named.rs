//! What a request names.

use super::PARAMETER;
use crate::http::parameters::Parameters;
use crate::values::error::OAuthError;
use crate::values::resource::ResourceIdentifier;

/// So many a request may name: each is looked up.
const MOST: usize = 16;

/// RFC 8707 section 2: "The requested resource is invalid, missing, unknown, or malformed."
pub(super) fn invalid_target(description: &'static str) -> OAuthError {
    OAuthError::invalid_target(description)
}

/// The resources of a request, each once.
///
/// # Errors
///
/// `invalid_target` if one is not an absolute URI without a fragment, or there are too many.
pub(super) fn named(parameters: &Parameters<'_>) -> Result<Vec<ResourceIdentifier>, OAuthError> {
    let mut named: Vec<ResourceIdentifier> = Vec::new();
    for value in parameters.get_all(PARAMETER) {
        let identifier = ResourceIdentifier::parse(value).map_err(|error| OAuthError::invalid_target(error.to_string()))?;
        if named.contains(&identifier) {
            continue;
        }
        if named.len() == MOST {
            return Err(invalid_target("the request names too many resources"));
        }
        named.push(identifier);
    }
    Ok(named)
}

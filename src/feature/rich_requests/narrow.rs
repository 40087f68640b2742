//! What an access token permits in detail: of what was granted what the request names, and of that what is for whoever gets the token.

use super::compare::covers;
use super::detail::AuthorizationDetail;
use super::read::{may_ask_for, read};
use super::types::{DetailTypes, Visit};
use super::{PARAMETER, knows};
use crate::client::Client;
use crate::grant::ClientCredentials;
use crate::issue::{Binding, IssueContext};
use crate::typelevel::WireName as _;
use crate::values::details::AuthorizationDetails;
use crate::values::error::OAuthError;
use crate::values::resource::ResourceIdentifier;

/// # Errors
///
/// `invalid_authorization_details` if what the request names is more than was granted, or nothing is left of what was granted;
/// `invalid_target` if nothing of it is for the resource.
pub(super) fn narrow<S, D: DetailTypes>(cx: &IssueContext<'_, S>, binding: &mut Binding) -> Result<(), OAuthError> {
    let text = cx.call.as_ref().and_then(|call| call.parameters().get(PARAMETER));
    let granted = binding.access.facts().granted.clone();
    let permitted = match (granted, text) {
        (None, None) => return Ok(()),
        (Some(granted), None) => still_there::<D>(cx.client, binding, &granted)?,
        (Some(granted), Some(text)) => within::<D>(&granted, read::<D>(text, cx.client)?)?,
        (None, Some(text)) => for_itself::<S, D>(cx, binding, read::<D>(text, cx.client)?)?,
    };
    let here = for_audience::<D>(binding, &permitted);
    if here.is_empty() && binding.access.facts().scope.is_empty() {
        return Err(OAuthError::invalid_target("nothing of what was granted is for the resource"));
    }
    let access = binding.access.permitting(Some(here));
    if access != binding.access && binding.access.facts().granted.is_some() {
        // What may be renewed stays what it was.
        binding.renewable.get_or_insert_with(|| binding.access.clone());
    }
    binding.access = access;
    Ok(())
}

/// RFC 9396 section 6: what was granted, or less.
fn within<D: DetailTypes>(
    granted: &AuthorizationDetails,
    named: AuthorizationDetails,
) -> Result<AuthorizationDetails, OAuthError> {
    if covers::<D>(granted, &named) {
        return Ok(named);
    }
    Err(OAuthError::invalid_authorization_details("what authorization_details names is more than was granted"))
}

/// All that was granted, as far as this server still has it for the client. What is exchanged (RFC 8693) was granted long ago.
fn still_there<D: DetailTypes>(
    client: &Client,
    binding: &Binding,
    granted: &AuthorizationDetails,
) -> Result<AuthorizationDetails, OAuthError> {
    let is_new = binding.begins && !binding.descends;
    if is_new && !(0..granted.len()).all(|place| knows::<D>(granted, place)) {
        tracing::error!(client_id = %client.id(), "a grant permits details that are of no type of the server");
        return Err(OAuthError::unexpected());
    }
    let left = granted.filtered(|place| may_ask_for(client, granted.type_at(place)) && knows::<D>(granted, place));
    if left.is_empty() && !binding.begins {
        return Err(OAuthError::invalid_authorization_details("this server does not have any more what was granted in detail"));
    }
    Ok(left)
}

/// What nobody granted, a client may have for itself, if its type says so.
fn for_itself<S, D: DetailTypes>(
    cx: &IssueContext<'_, S>,
    binding: &Binding,
    named: AuthorizationDetails,
) -> Result<AuthorizationDetails, OAuthError> {
    let refused = OAuthError::invalid_authorization_details;
    if !(binding.begins && binding.access.facts().subject.is_none() && cx.grant_type == ClientCredentials::NAME) {
        return Err(refused("nothing was granted in detail, so that a token request cannot ask for it"));
    }
    let may_have = |place: usize| {
        D::visit(named.type_at(place), ForItself { details: &named, place, client: cx.client }).unwrap_or_default()
    };
    if (0..named.len()).all(may_have) { Ok(named) } else { Err(refused("the client may not have this for itself")) }
}

struct ForItself<'a> {
    details: &'a AuthorizationDetails,
    place: usize,
    client: &'a Client,
}

impl Visit for ForItself<'_> {
    type Output = bool;
    fn visit<T: AuthorizationDetail>(self) -> bool {
        self.details.at::<T>(self.place).is_some_and(|detail| detail.is_granted_to_itself(self.client))
    }
}

/// Section 9.1: "filtered to the specific audience".
fn for_audience<D: DetailTypes>(binding: &Binding, details: &AuthorizationDetails) -> AuthorizationDetails {
    let audience = &binding.access.facts().audience;
    if audience.is_empty() {
        return details.clone();
    }
    let is_for = |place: usize| {
        let locations = D::visit(details.type_at(place), Locations { details, place }).unwrap_or_default();
        locations.is_empty() || locations.iter().any(|location| audience.iter().any(|name| is_at(location, name)))
    };
    details.filtered(is_for)
}

struct Locations<'a> {
    details: &'a AuthorizationDetails,
    place: usize,
}

impl<'a> Visit for Locations<'a> {
    type Output = &'a [String];
    fn visit<T: AuthorizationDetail>(self) -> &'a [String] {
        self.details.at::<T>(self.place).map_or(&[], AuthorizationDetail::locations)
    }
}

/// Is the location the resource of this name, or below it?
fn is_at(location: &str, name: &str) -> bool {
    let below = |whole: &str, part: &str| {
        whole.strip_prefix(part).is_some_and(|rest| rest.is_empty() || part.ends_with('/') || rest.starts_with('/'))
    };
    match (ResourceIdentifier::parse(location), ResourceIdentifier::parse(name)) {
        (Ok(location), Ok(resource)) => below(location.identity(), resource.identity()),
        _ => location == name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_location_is_at_a_resource_or_below_it() {
        for (location, name, expected) in [
            ("https://api.example.com/payments", "https://api.example.com/payments", true),
            ("https://API.example.com:443/payments", "https://api.example.com/payments", true),
            ("https://api.example.com/payments", "https://api.example.com", true),
            ("https://api.example.com/payments/eu", "https://api.example.com/payments", true),
            ("https://api.example.com/payments2", "https://api.example.com/payments", false),
            ("https://api.example.com", "https://api.example.com/payments", false),
            ("https://api.example.com.evil.example", "https://api.example.com", false),
            ("payments", "payments", true),
            ("payments", "pay", false),
        ] {
            assert_eq!(is_at(location, name), expected, "{location} {name}");
        }
    }
}

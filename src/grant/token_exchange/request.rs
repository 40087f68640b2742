//! What an exchange asks for (RFC 8693 section 2.1).

use std::borrow::Cow;
use std::sync::Arc;

use super::ExchangedToken;
use crate::http::parameters::{Parameter, Parameters};
use crate::values::error::OAuthError;
use crate::values::resource::ResourceIdentifier;

pub(super) const SUBJECT_TOKEN: &str = "subject_token";
pub(super) const ACTOR_TOKEN: &str = "actor_token";
const SUBJECT_TOKEN_TYPE: &str = "subject_token_type";
const ACTOR_TOKEN_TYPE: &str = "actor_token_type";
const REQUESTED_TOKEN_TYPE: &str = "requested_token_type";
const RESOURCE: &str = "resource";
const AUDIENCE: &str = "audience";

pub(super) const PARAMETERS: &[Parameter] = &[
    Parameter::once(SUBJECT_TOKEN),
    Parameter::once(SUBJECT_TOKEN_TYPE),
    Parameter::once(ACTOR_TOKEN),
    Parameter::once(ACTOR_TOKEN_TYPE),
    Parameter::once(REQUESTED_TOKEN_TYPE),
    Parameter::repeatable(RESOURCE),
    Parameter::repeatable(AUDIENCE),
];

const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";
const JWT: &str = "urn:ietf:params:oauth:token-type:jwt";
const ID_TOKEN: &str = "urn:ietf:params:oauth:token-type:id_token";
const ID_JAG: &str = "urn:ietf:params:oauth:token-type:id-jag";

/// So many targets a request may name, and so long.
const MOST: usize = 16;
const LONGEST: usize = 2_048;

pub(super) fn invalid_request(description: impl Into<Cow<'static, str>>) -> OAuthError {
    OAuthError::invalid_request(description)
}

pub(super) fn invalid_target(description: impl Into<Cow<'static, str>>) -> OAuthError {
    OAuthError::invalid_target(description)
}

/// What a token of the request is said to be (section 3).
#[doc(hidden)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// An access token.
    AccessToken,
    /// A JWT, whatever it is for.
    Jwt,
}

/// What a token of this type is exchanged as.
///
/// # Errors
///
/// `invalid_request`.
pub(super) fn kind(token_type: &str) -> Result<Kind, OAuthError> {
    match token_type {
        ACCESS_TOKEN => Ok(Kind::AccessToken),
        JWT => Ok(Kind::Jwt),
        // It says who signed in and opens nothing, so a token that came of it would always be wider.
        ID_TOKEN => Err(invalid_request("an ID token is no access token: it is exchanged for an ID-JAG alone")),
        _ => Err(invalid_request("tokens of this type are not exchanged here")),
    }
}

/// The parameters, as far as they say what is asked for.
#[doc(hidden)]
#[derive(Debug)]
pub struct Request<'a> {
    pub(super) subject_token_type: &'a str,
    pub(super) actor_token_type: Option<&'a str>,
    requested: Option<&'a str>,
    /// As they were named.
    pub(super) resources: Vec<ResourceIdentifier>,
    pub(super) audiences: Vec<&'a str>,
}

impl<'a> Request<'a> {
    /// # Errors
    ///
    /// `invalid_request` if something is missing, or of a type that is not issued here; `invalid_target` if a target cannot be one.
    pub(super) fn read(parameters: &'a Parameters<'_>) -> Result<Self, OAuthError> {
        let required =
            |name: &'static str| parameters.get(name).ok_or_else(|| invalid_request(format!("the parameter {name} is missing")));
        required(SUBJECT_TOKEN)?;
        let subject_token_type = required(SUBJECT_TOKEN_TYPE)?;
        let actor_token_type = parameters.get(ACTOR_TOKEN_TYPE);
        // Section 2.1: "REQUIRED when the actor_token parameter is present [..] but MUST NOT be included otherwise".
        if parameters.get(ACTOR_TOKEN).is_some() != actor_token_type.is_some() {
            return Err(invalid_request("actor_token and actor_token_type go together"));
        }
        let requested = parameters.get(REQUESTED_TOKEN_TYPE);
        if requested.is_some_and(|requested| requested != ACCESS_TOKEN && requested != ID_JAG) {
            return Err(invalid_request("this server does not issue tokens of the requested type"));
        }
        let (resources, audiences) = (resources(parameters)?, audiences(parameters)?);
        Ok(Self { subject_token_type, actor_token_type, requested, resources, audiences })
    }

    pub(super) fn wants_id_jag(&self) -> bool {
        self.requested == Some(ID_JAG)
    }

    /// Is the subject token said to be an ID token?
    #[cfg(feature = "jose")]
    pub(super) fn has_id_token(&self) -> bool {
        self.subject_token_type == ID_TOKEN
    }

    /// For whom the new token is: whom the request names, as the subject token names them; all of those if it names none.
    ///
    /// # Errors
    ///
    /// `invalid_target` if the subject token is not for one of them.
    pub(super) fn targets(&self, subject: &ExchangedToken) -> Result<Vec<Arc<str>>, OAuthError> {
        let own = subject.audience_names();
        if self.resources.is_empty() && self.audiences.is_empty() {
            return Ok(own.to_vec());
        }
        // One that is limited to nobody is not limited.
        let limited = !own.is_empty();
        let mut targets: Vec<Arc<str>> = Vec::new();
        let mut add = |name: Option<&Arc<str>>, asked: &dyn Fn() -> Arc<str>| {
            let name = match name {
                Some(name) => name.clone(),
                None if limited => return Err(invalid_target("the subject token is not for this resource or audience")),
                None => asked(),
            };
            if !targets.contains(&name) {
                targets.push(name);
            }
            Ok(())
        };
        for resource in &self.resources {
            let same = |name: &&Arc<str>| ResourceIdentifier::parse(name).is_ok_and(|its| its == *resource);
            add(own.iter().find(same), &|| resource.text().clone())?;
        }
        for audience in &self.audiences {
            add(own.iter().find(|name| ***name == **audience), &|| (*audience).into())?;
        }
        Ok(targets)
    }
}

fn resources(parameters: &Parameters<'_>) -> Result<Vec<ResourceIdentifier>, OAuthError> {
    let mut named = Vec::new();
    for value in parameters.get_all(RESOURCE) {
        if named.len() == MOST {
            return Err(invalid_target("the request names too many resources"));
        }
        named.push(ResourceIdentifier::parse(value).map_err(|error| invalid_target(error.to_string()))?);
    }
    Ok(named)
}

fn audiences<'a>(parameters: &'a Parameters<'_>) -> Result<Vec<&'a str>, OAuthError> {
    let named: Vec<_> = parameters.get_all(AUDIENCE).take(MOST + 1).collect();
    if named.len() > MOST || named.iter().any(|name| name.len() > LONGEST) {
        return Err(invalid_target("the request names too many audiences, or one that is too long"));
    }
    Ok(named)
}

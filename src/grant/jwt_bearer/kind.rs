//! What kinds of assertion there are, and what each has to say beside what every one has.

use std::fmt;
use std::sync::Arc;

use serde_json::Value;

use super::{RESOURCE, soon_after};
use crate::issue::TokenContext;
use crate::issuers::{Meant, Vouched};
use crate::jose::{AssertionJwt, IdJagJwt, JoseError, TokenType};
use crate::typelevel::{Flag, No, Yes};
use crate::values::actor::Actor;
use crate::values::clock::Timestamp;
use crate::values::error::OAuthError;
use crate::values::resource::ResourceIdentifier;
use crate::values::scope::Scope;

/// So many resources an assertion may name: each is looked up.
const MOST_RESOURCES: usize = 16;
/// So many act for a person at most, one after the other.
const MOST_ACTORS: usize = 8;

mod sealed {
    pub trait Sealed {}
}

/// A kind of assertion that [`JwtBearer`](crate::JwtBearer) takes.
pub trait AssertionKind: sealed::Sealed + Send + Sync + 'static {
    #[doc(hidden)]
    type Jwt: TokenType;
    /// Does it name the resources for which the access token is?
    #[doc(hidden)]
    type NamesResources: Flag;
    /// How the metadata calls it.
    #[doc(hidden)]
    const PROFILE: Option<&'static str>;
    /// For whom it has to be: the names of this server are its issuer and the URL of its token endpoint.
    #[doc(hidden)]
    fn meant<'a>(own: &'a [&'a str; 2]) -> Meant<'a>;
    /// When the access token ends at the latest.
    #[doc(hidden)]
    fn not_after(_: &Vouched, _: Timestamp) -> Option<Timestamp> {
        None
    }
}

/// Assertions by RFC 7523, of no profile.
#[derive(Debug, Clone, Copy)]
pub struct PlainAssertions;

/// Identity Assertion JWT Authorization Grants (draft-ietf-oauth-identity-assertion-authz-grant).
#[derive(Debug, Clone, Copy)]
pub struct IdJags;

impl sealed::Sealed for PlainAssertions {}
impl AssertionKind for PlainAssertions {
    type Jwt = AssertionJwt;
    type NamesResources = No;
    const PROFILE: Option<&'static str> = None;
    fn meant<'a>(own: &'a [&'a str; 2]) -> Meant<'a> {
        Meant::Among(own)
    }
    fn not_after(vouched: &Vouched, now: Timestamp) -> Option<Timestamp> {
        Some(soon_after(vouched, now))
    }
}

impl sealed::Sealed for IdJags {}
impl AssertionKind for IdJags {
    type Jwt = IdJagJwt;
    type NamesResources = Yes;
    const PROFILE: Option<&'static str> = Some("urn:ietf:params:oauth:grant-profile:id-jag");
    fn meant<'a>([issuer, _]: &'a [&'a str; 2]) -> Meant<'a> {
        Meant::Alone(issuer)
    }
}

/// What an assertion says that counts for the access token.
#[derive(Debug, Default)]
pub(super) struct Read {
    pub(super) scope: Option<Scope>,
    /// For which the access token is: of those that the assertion names, those that the request names.
    pub(super) resources: Vec<Arc<str>>,
    pub(super) auth_time: Option<Timestamp>,
    pub(super) acr: Option<Arc<str>>,
    pub(super) amr: Vec<Arc<str>>,
    pub(super) actor: Option<Actor>,
    /// The thumbprint of the key whose owner alone may use it (`cnf` with `jkt`, RFC 9449 section 6.1).
    pub(super) key: Option<Arc<str>>,
}

/// Why what an issuer signed is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unacceptable {
    Claim(JoseError),
    OtherClient,
    Bound,
    Details,
    TooManyActors,
}

impl fmt::Display for Unacceptable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Claim(error) => error.fmt(f),
            Self::OtherClient => f.write_str("its client_id is another client"),
            Self::Bound => f.write_str("it is bound to a key in another way than RFC 9449 has it"),
            Self::Details => {
                f.write_str("it limits what may be done by authorization_details, which are not taken from assertions")
            }
            Self::TooManyActors => f.write_str("too many act for the subject"),
        }
    }
}

impl From<JoseError> for Unacceptable {
    fn from(error: JoseError) -> Self {
        Self::Claim(error)
    }
}

/// Reads what a verified assertion says; and `invalid_target` if the request names a resource that it does not.
pub(super) fn read<A: AssertionKind, S>(
    cx: &TokenContext<'_, S>,
    vouched: &Vouched,
) -> Result<Result<Read, OAuthError>, Unacceptable> {
    let claims = &vouched.claims;
    let key = claims.get("cnf").map(key).transpose()?;
    let scope = match claims.get("scope") {
        None => None,
        Some(Value::String(scope)) => Some(Scope::parse(scope).map_err(|_| JoseError::Malformed("scope"))?),
        Some(_) => return Err(JoseError::Malformed("scope").into()),
    };
    // What it leaves out of a scope that it does not name, nobody here could tell.
    if claims.contains_key("authorization_details") && scope.is_none() {
        return Err(Unacceptable::Details);
    }
    let actor = match claims.get("act") {
        None => None,
        Some(claim) => {
            Some(Actor::read(claim).ok_or(JoseError::Malformed("act"))?.said_by(&vouched.issuer, cx.issuer().as_str()))
        }
    };
    if actor.as_ref().is_some_and(|actor| actor.depth() > MOST_ACTORS) {
        return Err(Unacceptable::TooManyActors);
    }
    let resources = if A::NamesResources::VALUE {
        check_client(cx.client().id().as_str(), vouched)?;
        resources(vouched)?
    } else {
        Vec::new()
    };
    let auth_time = claims.get("auth_time").and_then(Value::as_u64).map(Timestamp::from_unix);
    let (acr, amr) = (vouched.text("acr").map(Into::into), vouched.texts("amr")?.into_iter().map(Into::into).collect());
    let read = Read { scope, resources: Vec::new(), auth_time, acr, amr, actor, key };
    Ok(asked_for(cx, resources).map(|resources| Read { resources, ..read }))
}

/// The one key to which it is bound: that of a DPoP proof.
fn key(confirmation: &Value) -> Result<Arc<str>, Unacceptable> {
    let keys = confirmation.as_object().filter(|keys| keys.len() == 1);
    let thumbprint = keys.and_then(|keys| keys.get("jkt")).and_then(Value::as_str);
    thumbprint.map(Into::into).ok_or(Unacceptable::Bound)
}

/// What an ID-JAG has to say (section 4.4.1).
fn check_client(client_id: &str, vouched: &Vouched) -> Result<(), Unacceptable> {
    match vouched.claims.get("client_id") {
        None => return Err(JoseError::Missing("client_id").into()),
        Some(Value::String(named)) if named == client_id => {}
        Some(_) => return Err(Unacceptable::OtherClient),
    }
    if vouched.jti.is_none() {
        return Err(JoseError::Missing("jti").into());
    }
    if !vouched.claims.contains_key("iat") {
        return Err(JoseError::Missing("iat").into());
    }
    Ok(())
}

fn resources(vouched: &Vouched) -> Result<Vec<ResourceIdentifier>, JoseError> {
    let named = vouched.texts(RESOURCE)?;
    if named.len() > MOST_RESOURCES {
        return Err(JoseError::TooComplex);
    }
    let parse = |name: &str| ResourceIdentifier::parse(name).map_err(|_| JoseError::Malformed(RESOURCE));
    named.into_iter().map(parse).collect()
}

/// Of the resources that an assertion names, those that the request names; all, if it names none (RFC 8707 section 2.2). If the assertion
/// names none, that is left to whoever knows the resources.
fn asked_for<S>(cx: &TokenContext<'_, S>, said: Vec<ResourceIdentifier>) -> Result<Vec<Arc<str>>, OAuthError> {
    let mut asked = cx.parameters().get_all(RESOURCE).peekable();
    if said.is_empty() || asked.peek().is_none() {
        return Ok(said.iter().map(|resource| resource.text().clone()).collect());
    }
    let mut found: Vec<Arc<str>> = Vec::new();
    for text in asked {
        let is_asked = |resource: &&ResourceIdentifier| ResourceIdentifier::parse(text).is_ok_and(|asked| asked == **resource);
        let resource = said.iter().find(is_asked);
        let resource = resource.ok_or_else(|| OAuthError::invalid_target("the assertion is not for this resource"))?;
        if !found.contains(resource.text()) {
            found.push(resource.text().clone());
        }
    }
    Ok(found)
}

//! A client that applies for registration (RFC 7591 section 3.1): what a stranger wants, narrowed to what a server offers to strangers.

use std::fmt;
use std::sync::Arc;

use serde::de::value::MapDeserializer;
use serde::de::{Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use crate::client::credentials::{ClientAuthenticationMethod, Credentials, HashedSecret};
use crate::client::registered::{Draft, LocalizedMember, OF_THE_OPERATOR, Reader, Registered, Scopes};
use crate::client::{Client, ClientError, ClientId, ClientRejected, ClientRejection, ClientSecret, SecretHash, SelfRegistration};
use crate::values::lifetime::{AccessTokenLifetime, RefreshTokenLifetime};
use crate::values::response_name::same_words;
use crate::values::scope::Scope;
use crate::values::scope_hierarchy::ScopeHierarchy;

/// The claims of a software statement that are about the statement itself (RFC 7519 section 4.1).
const OF_A_JWT: [&str; 7] = ["iss", "sub", "aud", "exp", "nbf", "iat", "jti"];

/// The members of a registration request, each there once. Secrets may be among them.
pub(crate) struct Members(Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(AnObject)
    }
}

struct AnObject;

impl<'de> Visitor<'de> for AnObject {
    type Value = Members;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with client metadata")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
        let mut members: Vec<(String, Value)> = Vec::new();
        while let Some(name) = map.next_key::<String>()? {
            // One parser would take the first, another the last.
            if members.iter().any(|(known, _)| *known == name) {
                return Err(A::Error::custom("a member is there twice"));
            }
            members.push((name, map.next_value()?));
        }
        Ok(Members(members))
    }
}

impl Members {
    /// A member that is a text.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name)?.1.as_str()
    }

    /// Is the member there, and not `null`?
    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(known, value)| known == name && !value.is_null())
    }

    /// What a software statement says takes precedence (RFC 7591 section 2.3); also over the same in a language.
    #[cfg_attr(not(feature = "jose"), allow(dead_code, reason = "software statements are signed"))]
    pub(crate) fn overruled_by(&mut self, statement: &Map<String, Value>) {
        let says = |name: &str| {
            let plain = name.split('#').next().unwrap_or(name);
            !OF_A_JWT.contains(&name) && (statement.contains_key(name) || statement.contains_key(plain))
        };
        self.0.retain(|(name, _)| !says(name));
        let said = statement.iter().filter(|(name, _)| !OF_A_JWT.contains(&name.as_str()));
        self.0.extend(said.map(|(name, value)| (name.clone(), value.clone())));
    }

    /// All of them but secrets.
    pub(crate) fn to_object(&self) -> Map<String, Value> {
        let is_secret = |name: &str| matches!(name, "client_secret" | "registration_access_token");
        self.0.iter().filter(|(name, _)| !is_secret(name)).cloned().collect()
    }
}

/// What a server offers to clients that register themselves, from the same lists as its metadata.
pub(crate) struct Offer<'a> {
    pub(crate) grant_types: &'a [&'static str],
    pub(crate) response_types: &'a [&'static str],
    pub(crate) authentication_methods: &'a [&'static str],
    pub(crate) scope: &'a Scope,
    pub(crate) scope_hierarchy: &'a ScopeHierarchy,
    /// What it asks for is what it gets when it names none, and all of it may be asked for later.
    pub(crate) scope_is_default: bool,
    pub(crate) id_tokens: bool,
    pub(crate) userinfo: bool,
    pub(crate) signed_introspection: bool,
    pub(crate) signed_responses: bool,
    pub(crate) request_objects: bool,
    pub(crate) bound_tokens: bool,
    pub(crate) certificate_bound_tokens: bool,
    pub(crate) end_session: bool,
    pub(crate) logout_tokens: bool,
    pub(crate) pushing: bool,
    pub(crate) details_types: &'a [&'static str],
}

/// Why a client is not registered: the error of RFC 7591 section 3.2.2, and words.
#[derive(Debug)]
pub(crate) struct Unregistered {
    pub(crate) redirect_uri: bool,
    pub(crate) words: String,
}

impl Unregistered {
    fn metadata(words: impl Into<String>) -> Self {
        Self { redirect_uri: false, words: words.into() }
    }
}

impl From<ClientError> for Unregistered {
    fn from(error: ClientError) -> Self {
        let redirect_uri =
            matches!(error, ClientError::RedirectUri { .. } | ClientError::NoRedirectUri | ClientError::WebRedirectUri);
        Self { redirect_uri, words: error.to_string() }
    }
}

impl From<&ClientRejected> for Unregistered {
    fn from(rejected: &ClientRejected) -> Self {
        let is_redirect_uri = |reason: &ClientRejection| {
            matches!(reason, ClientRejection::SchemeWithoutPeriod(_) | ClientRejection::HttpRedirectUri(_))
        };
        let words = rejected.reasons().first().map(ToString::to_string).unwrap_or_default();
        Self { redirect_uri: rejected.reasons().first().is_some_and(is_redirect_uri), words }
    }
}

/// What a stranger wants to register, as far as a stranger says it.
pub(crate) struct Applicant {
    registered: Registered,
    method: Option<String>,
    /// Does it say a scope? Also an empty one.
    asks_for_scope: bool,
}

impl Applicant {
    /// # Errors
    ///
    /// [`Unregistered`] if a member has the wrong form, or cannot be registered anywhere.
    pub(crate) fn read(members: &Members) -> Result<Self, Unregistered> {
        let theirs = members.0.iter().filter(|(name, _)| !OF_THE_OPERATOR.contains(&name.as_str()));
        let theirs: Vec<(String, Value)> = theirs.cloned().collect();
        let (mut registered, mut method) = (Registered::default(), None);
        let mut reader = Reader::new(MapDeserializer::<_, serde_json::Error>::new(theirs.into_iter()));
        let mut current = String::new();
        let mut read = || -> Result<(), serde_json::Error> {
            while let Some(name) = reader.next()? {
                current = name.clone().into_owned();
                match &*name {
                    "token_endpoint_auth_method" => method = reader.value("token_endpoint_auth_method")?,
                    name if registered.read(name, &mut reader)? => {}
                    _ => reader.ignore()?,
                }
            }
            Ok(())
        };
        if read().is_err() {
            let words = format!("`{}` has not the form that it is to have (RFC 7591 section 2)", printable(&current));
            return Err(Unregistered { redirect_uri: current == "redirect_uris", words });
        }
        match reader.refused() {
            Some(error) => Err(error.into()),
            None => Ok(Self { registered, method, asks_for_scope: members.has("scope") }),
        }
    }

    /// The way in which it authenticates; the default is that of RFC 7591 section 2.
    fn method(&self, offer: &Offer<'_>) -> Result<ClientAuthenticationMethod, Unregistered> {
        let name = self.method.as_deref().unwrap_or(ClientAuthenticationMethod::ClientSecretBasic.as_str());
        let known = ClientAuthenticationMethod::ALL.into_iter().find(|known| known.as_str() == name);
        known.filter(|known| offer.authentication_methods.contains(&known.as_str())).ok_or_else(|| {
            let offered = offer.authentication_methods.join(", ");
            let name = printable(name);
            Unregistered::metadata(format!("`token_endpoint_auth_method` `{name}` is not supported; this server has: {offered}"))
        })
    }

    /// What it wants, as far as it is offered. What contradicts itself is refused, though, and not narrowed to something that does not.
    fn narrow(
        &mut self,
        offer: &Offer<'_>,
        was: Option<&Client>,
        method: ClientAuthenticationMethod,
    ) -> Result<(), Unregistered> {
        let Registered {
            flow,
            scopes,
            redirection,
            presentation,
            keys,
            identity,
            signing,
            requests,
            logout,
            binding,
            certificate,
            ..
        } = &mut self.registered;
        flow.complete();
        flow.check()?;
        flow.narrow(
            |grant| offer.grant_types.contains(&grant),
            |name| offer.response_types.iter().any(|served| same_words(served, name)),
        );
        if flow.grant_types().all(|grant| grant == "refresh_token") {
            let offered = offer.grant_types.join(", ");
            return Err(Unregistered::metadata(format!(
                "with what is left of `grant_types` nothing can be begun; this server has: {offered}"
            )));
        }
        offered_scope(scopes, offer, was, self.asks_for_scope);
        // A page or an image elsewhere makes a client look like somebody else (RFC 7591 section 5).
        let own: Vec<&str> = redirection.redirect_uris.iter().filter_map(|uri| origin(uri.as_str())).collect();
        presentation.keep(|member, text| {
            member == LocalizedMember::ClientName
                || origin(text).is_some_and(|page| own.iter().any(|own| own.eq_ignore_ascii_case(page)))
        });
        if method != ClientAuthenticationMethod::PrivateKeyJwt {
            keys.token_endpoint_auth_signing_alg = None;
        }
        if method != ClientAuthenticationMethod::TlsClientAuth {
            *certificate = Default::default();
        }
        if !offer.id_tokens {
            identity.id_token_signed_response_alg = None;
            identity.subject_type = None;
            identity.sector_identifier_uri = None;
        }
        if !offer.userinfo {
            identity.userinfo_signed_response_alg = None;
        }
        if !offer.signed_introspection {
            signing.introspection_signed_response_alg = None;
        }
        if !offer.request_objects {
            *requests = Default::default();
        }
        if !offer.signed_responses {
            signing.authorization_signed_response_alg = None;
        }
        if !offer.bound_tokens {
            binding.dpop_bound_access_tokens = None;
        }
        if !offer.certificate_bound_tokens {
            binding.tls_client_certificate_bound_access_tokens = None;
        }
        if !offer.end_session {
            logout.post_logout_redirect_uris = Default::default();
        }
        if !offer.pushing {
            flow.require_pushed_authorization_requests = None;
        }
        flow.authorization_details_types.retain(|name| offer.details_types.contains(&&**name));
        if !offer.logout_tokens {
            logout.backchannel_logout_uri = None;
            logout.backchannel_logout_session_required = None;
        }
        Ok(())
    }

    /// The client that it may become, and `fresh` if that is its secret from now on. `was` is what it is, if it changes its registration.
    ///
    /// # Errors
    ///
    /// [`Unregistered`] if it contradicts itself, or nothing of what it wants is offered.
    pub(crate) fn into_client(
        mut self,
        offer: &Offer<'_>,
        was: Option<&Client>,
        registration: SelfRegistration,
        id: ClientId,
        fresh: ClientSecret,
    ) -> Result<(Client, Option<ClientSecret>), Unregistered> {
        let method = self.method(offer)?;
        self.narrow(offer, was, method)?;
        let (credentials, secret) = credentials(method, was, fresh)?;
        if let Some(was) = was {
            // What the operator decided stays.
            self.registered.own = was.registered.own.clone();
        }
        let draft = Draft { registered: self.registered, refused: None };
        Ok((Client::registering(id, credentials, draft, registration)?, secret))
    }
}

/// What of the scope that it asks for it gets; all that there is, if it asks for none.
fn offered_scope(scopes: &mut Scopes, offer: &Offer<'_>, was: Option<&Client>, asks: bool) {
    // Whoever changes something else sends back what it was told (RFC 7592 section 2.2). That is all that it may ask for, and no wish to
    // get that from now on where it asks for nothing.
    let echoed = was.filter(|was| asks && scopes.scope.same_set(was.scope()));
    let asked = match asks {
        true => offer.scope_hierarchy.common(&scopes.scope, offer.scope),
        false => offer.scope.clone(),
    };
    if !offer.scope_is_default {
        scopes.scope = asked;
        return;
    }
    let default = match echoed {
        Some(was) => was.registered.scopes.default_scope.as_ref().map(|own| offer.scope_hierarchy.common(own, offer.scope)),
        None => Some(asked),
    };
    scopes.scope = offer.scope.clone();
    scopes.set_default(default.filter(|default| !default.is_empty()));
}

/// A secret that it has it keeps.
fn credentials(
    method: ClientAuthenticationMethod,
    was: Option<&Client>,
    fresh: ClientSecret,
) -> Result<(Credentials, Option<ClientSecret>), Unregistered> {
    if !method.has_secret() {
        return Ok((Credentials::new(None, Some(method))?, None));
    }
    if let Some(kept) = was.and_then(|was| was.credentials.secrets()) {
        let both = (kept.newest().clone(), kept.previous().cloned());
        return Ok((Credentials::new(Some(both), Some(method))?, None));
    }
    let hashed = HashedSecret { hash: SecretHash::of(&fresh), expires_at: None };
    Ok((Credentials::new(Some((hashed, None)), Some(method))?, Some(fresh)))
}

/// What somebody who answers for the server changes of a client that registers itself.
#[derive(Debug, Clone, Default)]
pub(crate) struct Changes {
    pub(crate) scope: Option<Scope>,
    pub(crate) grant_types: Option<Vec<Arc<str>>>,
    pub(crate) access_token_lifetime: Option<AccessTokenLifetime>,
    pub(crate) refresh_token_lifetime: Option<RefreshTokenLifetime>,
    pub(crate) vetted: bool,
}

impl Client {
    /// With what was decided about it. A scope or a grant that it did not ask for it does not get.
    pub(crate) fn changed(mut self, changes: &Changes, hierarchy: &ScopeHierarchy) -> Self {
        let Registered { flow, scopes, own, .. } = &mut self.registered;
        if let Some(scope) = &changes.scope {
            scopes.narrow(scope, hierarchy);
        }
        if let Some(grants) = &changes.grant_types {
            flow.narrow(|grant| grants.iter().any(|permitted| **permitted == *grant), |_| true);
        }
        own.access_token_lifetime = changes.access_token_lifetime.or(own.access_token_lifetime);
        own.refresh_token_lifetime = changes.refresh_token_lifetime.or(own.refresh_token_lifetime);
        Self { vetted: changes.vetted, ..self }
    }

    /// What it registered and understood, as a stranger is told of it.
    pub(crate) fn registered_members(&self) -> Map<String, Value> {
        let mut members = match serde_json::to_value(&self.registered) {
            Ok(Value::Object(members)) => members,
            _ => Map::new(),
        };
        members.retain(|name, _| !OF_THE_OPERATOR.contains(&name.as_str()));
        // That nothing is left of it has to be said.
        members.insert("scope".to_owned(), self.scope().as_str().into());
        members
    }
}

/// Scheme, host and port of a URL of the web.
fn origin(url: &str) -> Option<&str> {
    let (scheme, rest) = url.split_once("://")?;
    let is_web = scheme.eq_ignore_ascii_case("https") || scheme.eq_ignore_ascii_case("http");
    let end = rest.find(['/', '?', '#', '\\']).unwrap_or(rest.len());
    is_web.then(|| &url[..scheme.len() + 3 + end])
}

/// A text of a stranger in an error, cut.
fn printable(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(60).collect()
}

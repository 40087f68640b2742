//! ID-JAGs: with an ID token of this server, a client gets an assertion about its person for the authorization server of somebody else
//! (draft-ietf-oauth-identity-assertion-authz-grant sections 3 and 4.3).

use std::fmt;
use std::future::Future;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::request::{Request, SUBJECT_TOKEN, invalid_request, invalid_target};
use super::{IssuesIdJags, sealed};
use crate::client::{Client, SubjectType};
use crate::extension::metadata::Metadata;
use crate::issue::{Assertion, Begin, Granted, IssuedTokenType, TokenContext, Vouch};
use crate::jose::OwnIdToken;
use crate::storage::TokenFacts;
use crate::token::claims::is_reserved;
use crate::typelevel::taken::taken;
use crate::values::clock::Timestamp;
use crate::values::error::{OAuthError, StoreError};
use crate::values::resource::ResourceIdentifier;
use crate::values::scope::Scope;

/// Seconds for which an ID-JAG is good, unless [`IdJag::lifetime`] says less.
const LIFETIME: u64 = 300;

/// Decides whether a client may act for a person at the authorization server of somebody else: what an administrator permits.
///
/// ```
/// use grantor::{IdJag, IdJagDecision, IdJagPolicy, IdJagRequest, StoreError};
///
/// /// Everybody's wiki may read their chat.
/// struct Apps;
///
/// impl IdJagPolicy for Apps {
///     async fn decide(&self, request: IdJagRequest<'_>) -> Result<IdJagDecision, StoreError> {
///         match (request.client().id().as_str(), request.audience()) {
///             ("wiki", "https://auth.chat.example") => {
///                 // What that server calls the client.
///                 Ok(IdJag::new("https://auth.chat.example", "wiki-at-chat").into())
///             }
///             _ => Ok(IdJagDecision::deny()),
///         }
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not decide which ID-JAGs are issued",
    label = "`TokenExchange::id_jags` needs an `IdJagPolicy`",
    note = "implement `IdJagPolicy` for `{Self}`; it has one method, `decide`"
)]
pub trait IdJagPolicy: Send + Sync + 'static {
    /// May the client act for the person there? An error refuses the request.
    fn decide(&self, request: IdJagRequest<'_>) -> impl Future<Output = Result<IdJagDecision, StoreError>> + Send;
}

/// It decides which ID-JAGs are issued. `Is` is found by the compiler.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not decide which ID-JAGs are issued",
    label = "`TokenExchange::id_jags` needs an `IdJagPolicy`",
    note = "implement `IdJagPolicy` for `{Self}`; it has one method, `decide`"
)]
pub trait DecidesIdJags<Is>: Sized {
    type Taken: IdJagPolicy;
    fn taken(self) -> Self::Taken;
}
taken!(DecidesIdJags: IdJagPolicy);

impl<Q: IdJagPolicy> IdJagPolicy for Arc<Q> {
    fn decide(&self, request: IdJagRequest<'_>) -> impl Future<Output = Result<IdJagDecision, StoreError>> + Send {
        Q::decide(self, request)
    }
}

/// A request for an ID-JAG. The ID token is one that this server signed for the client, and has not expired.
#[derive(Clone, Copy)]
pub struct IdJagRequest<'a> {
    client: &'a Client,
    id_token: &'a OwnIdToken,
    audience: &'a str,
    resources: &'a [ResourceIdentifier],
    scope: &'a Scope,
    now: Timestamp,
}

impl<'a> IdJagRequest<'a> {
    /// The client that asks.
    #[must_use]
    pub const fn client(&self) -> &'a Client {
        self.client
    }

    /// The `sub` of the ID token: as the client calls the person. Where it registered pairwise subjects, that is its own name for them.
    #[must_use]
    pub fn subject(&self) -> &'a str {
        &self.id_token.subject
    }

    /// When the person signed in, if the ID token says it.
    #[must_use]
    pub const fn auth_time(&self) -> Option<Timestamp> {
        self.id_token.auth_time
    }

    /// The class of the authentication, if the ID token says it.
    #[must_use]
    pub fn acr(&self) -> Option<&'a str> {
        self.id_token.acr.as_deref()
    }

    /// By what the person proved who they are, as far as the ID token says it.
    pub fn amr(&self) -> impl Iterator<Item = &'a str> {
        self.id_token.amr.iter().map(|method| &**method)
    }

    /// A claim of the ID token.
    #[must_use]
    pub fn claim(&self, name: &str) -> Option<&'a Value> {
        self.id_token.claims.get(name)
    }

    /// `audience`: the authorization server at which the client is to act, as the client names it. That is its issuer identifier, or a name
    /// that was agreed on (section 4.3).
    #[must_use]
    pub const fn audience(&self) -> &'a str {
        self.audience
    }

    /// `resource`: the APIs there that the client asks for.
    pub fn resources(&self) -> impl Iterator<Item = &'a ResourceIdentifier> {
        self.resources.iter()
    }

    /// `scope`: what the client asks for there. It is that server's, so nobody has looked at it.
    #[must_use]
    pub const fn scope(&self) -> &'a Scope {
        self.scope
    }

    /// The time of the request.
    #[must_use]
    pub const fn now(&self) -> Timestamp {
        self.now
    }
}

impl fmt::Debug for IdJagRequest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = f.debug_struct("IdJagRequest");
        text.field("client_id", self.client.id()).field("audience", &self.audience).field("scope", self.scope);
        text.finish_non_exhaustive()
    }
}

/// An ID-JAG that may be issued: for which server, and how that one calls the client (sections 3.1 and 5).
#[derive(Debug, Clone)]
#[must_use = "a decision does nothing until the policy returns it"]
pub struct IdJag {
    issuer: Box<str>,
    client_id: Box<str>,
    subject: Option<Box<str>>,
    scope: Option<Scope>,
    resources: Option<Vec<ResourceIdentifier>>,
    lifetime: u64,
    claims: Map<String, Value>,
}

impl IdJag {
    /// For the authorization server with this issuer identifier, which calls the client so.
    pub fn new(issuer: impl Into<Box<str>>, client_id: impl Into<Box<str>>) -> Self {
        let (issuer, client_id, claims) = (issuer.into(), client_id.into(), Map::new());
        Self { issuer, client_id, subject: None, scope: None, resources: None, lifetime: LIFETIME, claims }
    }

    /// The `sub` by which that server knows the person, who signs in there with this one (section 3.1). Without this call: that of the ID
    /// token. It has to be said where the client has pairwise subjects.
    pub fn subject(mut self, subject: impl Into<Box<str>>) -> Self {
        self.subject = Some(subject.into());
        self
    }

    /// At most this scope; if the client names none, this one.
    pub fn scope(mut self, scope: Scope) -> Self {
        self.scope = Some(scope);
        self
    }

    /// At most these resources; if the client names none, these.
    pub fn resources(mut self, resources: impl IntoIterator<Item = ResourceIdentifier>) -> Self {
        self.resources = Some(resources.into_iter().collect());
        self
    }

    /// For how many seconds it is good, at most 300, which is what it is without this call. It ends with the ID token in any case.
    pub fn lifetime(mut self, seconds: u64) -> Self {
        self.lifetime = seconds.clamp(1, LIFETIME);
        self
    }

    /// A claim about the person by which that server finds them, such as `email`, `aud_sub` or `tenant` (section 3.1). One that only this
    /// server writes refuses the request with `server_error`.
    pub fn claim(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.claims.insert(name.into(), value.into());
        self
    }
}

/// What becomes of a request for an ID-JAG. The default is no.
#[derive(Debug, Clone)]
#[must_use = "a decision does nothing until the policy returns it"]
pub struct IdJagDecision(Result<Box<IdJag>, OAuthError>);

impl IdJagDecision {
    /// No: `invalid_request`, as for what is "unacceptable based on policy" (RFC 8693 section 2.2.2).
    pub fn deny() -> Self {
        Self::refuse(invalid_request("the client may not act for the person there"))
    }

    /// No, with this error: `invalid_target` where there is no such server, `insufficient_user_authentication` where the person has to sign
    /// in again or better (section 8.2).
    pub const fn refuse(error: OAuthError) -> Self {
        Self(Err(error))
    }
}

impl Default for IdJagDecision {
    fn default() -> Self {
        Self::deny()
    }
}

impl From<IdJag> for IdJagDecision {
    fn from(it: IdJag) -> Self {
        Self(Ok(Box::new(it)))
    }
}

/// [`TokenExchange`](crate::TokenExchange) issues ID-JAGs where this policy permits it: [`TokenExchange::id_jags`](crate::TokenExchange::id_jags).
#[derive(Debug)]
pub struct IdJagsBy<Q>(Q);

impl<Q> IdJagsBy<Q> {
    pub(super) const fn new(policy: Q) -> Self {
        Self(policy)
    }
}

impl<Q> sealed::Sealed for IdJagsBy<Q> {}

impl<Q: IdJagPolicy> IssuesIdJags for IdJagsBy<Q> {
    type Step = Vouch;

    fn begin(begin: Begin) -> Vouch {
        Vouch::begin(begin)
    }

    fn describe(&self, metadata: &mut Metadata) {
        metadata.identity_chaining_requested_token_types_supported.push(IssuedTokenType::IdJag.as_str());
    }

    async fn vouch<S: Sync>(&self, cx: &TokenContext<'_, S>, request: &Request<'_>) -> Result<Granted<Vouch>, OAuthError> {
        // What they limit, nothing that is issued here would say.
        if cx.parameter("authorization_details").is_some() {
            return Err(OAuthError::invalid_authorization_details("ID-JAGs are issued without authorization details here"));
        }
        let id_token = id_token(cx, request)?;
        let audience = audience(cx, request)?;
        let scope = cx.parameter("scope").map(Scope::parse).transpose();
        let scope = scope.map_err(|error| OAuthError::invalid_scope(error.to_string()))?.unwrap_or_default();
        let (client, now) = (cx.client(), cx.now());
        let asked = IdJagRequest { client, id_token: &id_token, audience, resources: &request.resources, scope: &scope, now };
        let it = *self.0.decide(asked).await?.0?;
        let scope = granted_scope(&scope, it.scope)?;
        let resources = granted_resources(&request.resources, it.resources)?;
        check_claims(cx, &it.issuer, &it.claims)?;
        let subject = match it.subject {
            Some(subject) => subject,
            None if client.subject_type() == SubjectType::Pairwise => return Err(unknown_there()),
            None => (*id_token.subject).into(),
        };
        let left = id_token.expires_at.as_unix().saturating_sub(now.as_unix());
        let resources = resources.iter().map(|resource| resource.as_str().into()).collect();
        let (audience, client_id, lifetime) = (it.issuer, it.client_id, it.lifetime.min(left));
        let assertion = Assertion { audience, subject, client_id, resources, lifetime, claims: it.claims };
        let mut facts = TokenFacts::new(None, scope);
        facts.auth_time = id_token.auth_time;
        facts.acr = id_token.acr;
        facts.amr = id_token.amr;
        let granted = Granted::of(facts.into_details(), Vouch::sign(assertion));
        // Section 4.3.4: no refresh token.
        Ok(granted.without_refresh_token().issued_token_type(IssuedTokenType::IdJag))
    }
}

/// The ID token, which is good for the client (section 4.3.3).
fn id_token<S>(cx: &TokenContext<'_, S>, request: &Request<'_>) -> Result<OwnIdToken, OAuthError> {
    if !request.has_id_token() {
        return Err(invalid_request("an ID-JAG is issued for an ID token of this server"));
    }
    if request.actor_token_type.is_some() {
        return Err(invalid_request("an ID-JAG is issued to the client of the ID token: there is no actor_token"));
    }
    let (text, client_id) = (cx.require(SUBJECT_TOKEN)?, cx.client().id().as_str());
    let verified = OwnIdToken::verify(text, cx.issuer(), Some(client_id), &cx.keys().published().unwrap_or_default());
    let token = verified.map_err(|reason| {
        tracing::debug!(%reason, "an ID token is not exchanged");
        invalid_request("the subject_token is not an ID token of this server for this client")
    })?;
    if cx.now() >= token.expires_at {
        return Err(invalid_request("the ID token has expired"));
    }
    Ok(token)
}

/// The one server at which the client is to act.
fn audience<'a, S>(cx: &TokenContext<'_, S>, request: &Request<'a>) -> Result<&'a str, OAuthError> {
    let [audience] = request.audiences[..] else {
        return Err(invalid_request("an ID-JAG is for one audience: the authorization server that is to accept it"));
    };
    // Section 8.3: this server issues no access tokens for what it vouches for itself.
    if audience == cx.issuer().as_str() {
        return Err(invalid_target("an ID-JAG is for another authorization server than this one"));
    }
    Ok(audience)
}

/// The scope is that of the other server, so what implies what here says nothing about it.
fn granted_scope(asked: &Scope, allowed: Option<Scope>) -> Result<Scope, OAuthError> {
    let granted = match allowed {
        None => asked.clone(),
        Some(allowed) if asked.is_empty() => allowed,
        Some(allowed) => asked.intersection(&allowed),
    };
    if granted.is_empty() && !asked.is_empty() {
        return Err(OAuthError::invalid_scope("the client may have nothing of the scope there"));
    }
    Ok(granted)
}

fn granted_resources(
    asked: &[ResourceIdentifier],
    allowed: Option<Vec<ResourceIdentifier>>,
) -> Result<Vec<ResourceIdentifier>, OAuthError> {
    let granted: Vec<_> = match allowed {
        None => asked.to_vec(),
        Some(allowed) if asked.is_empty() => allowed,
        Some(allowed) => asked.iter().filter(|resource| allowed.contains(resource)).cloned().collect(),
    };
    if granted.is_empty() && !asked.is_empty() {
        return Err(invalid_target("the client may have none of the resources there"));
    }
    Ok(granted)
}

/// What only the server says nobody else can say, and no claim is left out in silence.
fn check_claims<S>(cx: &TokenContext<'_, S>, issuer: &str, claims: &Map<String, Value>) -> Result<(), OAuthError> {
    if let Some(name) = claims.keys().find(|name| is_reserved(name) || *name == "resource") {
        tracing::error!(%name, "the policy adds a claim to ID-JAGs that only the server writes");
        return Err(OAuthError::unexpected());
    }
    if issuer == cx.issuer().as_str() {
        tracing::error!("the policy issues an ID-JAG for this server itself");
        return Err(OAuthError::unexpected());
    }
    Ok(())
}

/// A pairwise subject is the client's own name for the person, and nobody else's.
fn unknown_there() -> OAuthError {
    tracing::error!("the policy does not say how the other server calls the person, and the client has pairwise subjects");
    OAuthError::unexpected()
}

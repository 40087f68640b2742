//! What a grant decided: who, what scope, for whom, how long, and what the storage has to do. It holds no token; the core makes
//! those.

use std::borrow::Cow;
use std::sync::Arc;

use serde::Serialize;
use serde_json::Value;

use crate::http::parameters::is_parameter_name;
use crate::issue::Plan;
use crate::issue::step::Begin;
use crate::storage::{TokenDetails, TokenFacts};
use crate::typelevel::WireName;
use crate::values::actor::Actor;
use crate::values::asked::Asked;
use crate::values::clock::Timestamp;
use crate::values::lifetime::AccessTokenLifetime;
use crate::values::scope::Scope;
use crate::values::subject::Subject;

/// A decision to issue tokens, made by a [`Grant`](crate::Grant), with the step by which the storage makes them good.
#[derive(Debug, Clone)]
#[must_use = "a decision issues nothing until the grant returns it"]
pub struct Granted<W = Begin> {
    access: TokenDetails,
    /// What may be renewed, if it is something else than what the access token is about.
    renewable: Option<TokenDetails>,
    refreshable: bool,
    members: Vec<(Cow<'static, str>, Value)>,
    /// The authorization request that is answered, if there was one.
    asked: Option<Arc<Asked>>,
    bounds: Bounds,
    step: W,
}

/// What holds of the access token, whatever features and settings say.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Bounds {
    /// It ends then at the latest.
    pub(crate) not_after: Option<Timestamp>,
    /// It is for the audience that the grant decided, and for all of that: the grant has read what the request names.
    pub(crate) exactly: bool,
    /// The response says for which resources it is.
    pub(crate) says_resource: bool,
}

/// What kind of token was issued (RFC 8693 section 3): the response says it as `issued_token_type`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum IssuedTokenType {
    /// `urn:ietf:params:oauth:token-type:access_token`: an access token of this server.
    AccessToken,
    /// `urn:ietf:params:oauth:token-type:id-jag`: an Identity Assertion JWT Authorization Grant for another server
    /// (draft-ietf-oauth-identity-assertion-authz-grant section 4.3).
    IdJag,
}

impl IssuedTokenType {
    /// The registered URI.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AccessToken => "urn:ietf:params:oauth:token-type:access_token",
            Self::IdJag => "urn:ietf:params:oauth:token-type:id-jag",
        }
    }
}

/// The members of a token response that only the core writes (RFC 6749 section 5.1, RFC 8693, RFC 8707, RFC 9396, RFC 9449 included).
const RESERVED: [&str; 13] = [
    "access_token",
    "token_type",
    "expires_in",
    "refresh_token",
    "refresh_token_expires_in",
    "scope",
    "id_token",
    "error",
    "error_description",
    "error_uri",
    "issued_token_type",
    "authorization_details",
    "resource",
];

/// A name that a grant cannot add to a token response.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` cannot be added to a token response: it is reserved (RFC 6749 section 5.1), there already, or has other characters than letters, digits and `-._` (section 8.2); choose another name"
)]
pub struct ReservedMember(String);

impl Granted {
    /// Grants `scope` on behalf of a resource owner.
    pub fn to(subject: Subject, scope: Scope) -> Self {
        Self::of(TokenFacts::new(Some(subject), scope).into_details(), Begin::new())
    }

    /// Grants `scope` to the client itself. There will be no refresh token (RFC 6749 section 4.4.3).
    pub fn to_client(scope: Scope) -> Self {
        Self::for_client(TokenFacts::new(None, scope).into_details())
    }

    pub(crate) fn for_client(details: TokenDetails) -> Self {
        Self::of(details, Begin::new()).without_refresh_token()
    }
}

impl<W> Granted<W> {
    pub(crate) const fn of(details: TokenDetails, step: W) -> Self {
        let bounds = Bounds { not_after: None, exactly: false, says_resource: false };
        Self { access: details, renewable: None, refreshable: true, members: Vec::new(), asked: None, bounds, step }
    }

    /// The same by another step.
    pub(crate) fn by<V>(self, step: impl FnOnce(W) -> V) -> Granted<V> {
        let Self { access, renewable, refreshable, members, asked, bounds, step: was } = self;
        Granted { access, renewable, refreshable, members, asked, bounds, step: step(was) }
    }

    /// What may be renewed is this, whatever the access token is about.
    pub(crate) fn renewing(mut self, details: TokenDetails) -> Self {
        self.renewable = Some(details);
        self
    }

    /// It answers this authorization request.
    pub(crate) fn answering(mut self, asked: Arc<Asked>) -> Self {
        self.asked = Some(asked);
        self
    }

    /// What holds of the access token, whatever features and settings say.
    pub(crate) fn bounded(mut self, bounds: Bounds) -> Self {
        self.bounds = bounds;
        self
    }

    /// What the core makes of it.
    pub(crate) fn into_plan(self, may_refresh: bool) -> Plan<W> {
        let Self { access, renewable, refreshable, members, asked, bounds, step } = self;
        let refresh_token = may_refresh && refreshable;
        let (access_token, id_token) = (true, false);
        Plan { step, access, renewable, access_token, refresh_token, id_token, code: None, asked, parent: None, members, bounds }
    }

    /// The name by which people know the resource owner (`username` in RFC 7662 section 2.2).
    pub fn username(mut self, username: &str) -> Self {
        self.change(|facts| facts.username = Some(username.into()));
        self
    }

    /// The resource servers for which the tokens are meant (`aud` in RFC 7662 section 2.2).
    pub fn audience<T: Into<Arc<str>>>(mut self, audience: impl IntoIterator<Item = T>) -> Self {
        let audience: Vec<Arc<str>> = audience.into_iter().map(Into::into).collect();
        self.change(|facts| facts.audience.clone_from(&audience));
        self
    }

    /// When the resource owner last proved who they are (`auth_time` in RFC 9068 section 2.2.1): it is kept with the authorization, as
    /// [`Approval::authenticated_at`](crate::Approval::authenticated_at) says.
    pub fn authenticated_at(mut self, moment: Timestamp) -> Self {
        self.change(|facts| facts.auth_time = Some(moment));
        self
    }

    /// The class that the authentication satisfied ([`Approval::acr`](crate::Approval::acr)).
    pub fn acr(mut self, class: impl Into<Arc<str>>) -> Self {
        let class = class.into();
        self.change(|facts| facts.acr = Some(class.clone()));
        self
    }

    /// By what the resource owner proved who they are ([`Approval::amr`](crate::Approval::amr)).
    pub fn amr<T: Into<Arc<str>>>(mut self, methods: impl IntoIterator<Item = T>) -> Self {
        let methods: Vec<Arc<str>> = methods.into_iter().map(Into::into).collect();
        self.change(|facts| facts.amr.clone_from(&methods));
        self
    }

    /// This party may come to act for the resource owner, by an exchange of the tokens (`may_act`, RFC 8693 section 4.4).
    pub fn may_act(mut self, party: &Actor) -> Self {
        self.change(|facts| facts.may_act = Some(Box::new(party.to_value())));
        self
    }

    /// Permits this in detail (RFC 9396), on a server with [`RichAuthorizationRequests`](crate::RichAuthorizationRequests) that has the type;
    /// otherwise the request is `server_error`. What the client has not registered is left out. Call it again for each further one. A request that
    /// [names](crate::TokenContext::details) details gets those, if they are covered by what is permitted.
    pub fn detail<T: WireName + Serialize>(mut self, detail: &T) -> Self {
        self.change(|facts| {
            let granted = facts.granted.take().unwrap_or_default();
            facts.permits(Some(granted.and(detail)));
        });
        self
    }

    /// How long the access token lives, and each that a refresh token brings later, in place of the client's or the server's
    /// setting.
    pub fn access_token_lifetime(mut self, lifetime: AccessTokenLifetime) -> Self {
        self.change(|facts| facts.access_token_lifetime = Some(lifetime));
        self
    }

    /// Issues no refresh token, whatever the server and the client are set up for.
    pub fn without_refresh_token(mut self) -> Self {
        self.refreshable = false;
        self
    }

    /// Adds a member to the token response.
    ///
    /// # Errors
    ///
    /// [`ReservedMember`] if only the core may write it, if it is there already, or if it cannot be the name of a parameter
    /// (RFC 6749 section 8.2).
    pub fn member(mut self, name: impl Into<Cow<'static, str>>, value: impl Into<Value>) -> Result<Self, ReservedMember> {
        let name = name.into();
        if RESERVED.contains(&&*name) || !is_parameter_name(&name) || self.members.iter().any(|(known, _)| *known == name) {
            return Err(ReservedMember(name.into_owned()));
        }
        self.members.push((name, value.into()));
        Ok(self)
    }

    /// Says in the response what kind of token was issued (`issued_token_type`, RFC 8693 section 2.2.1).
    pub fn issued_token_type(mut self, token_type: IssuedTokenType) -> Self {
        const NAME: &str = "issued_token_type";
        self.members.retain(|(name, _)| name != NAME);
        self.members.push((Cow::Borrowed(NAME), token_type.as_str().into()));
        self
    }

    /// Of the access token, and of what may be renewed.
    fn change(&mut self, change: impl Fn(&mut TokenFacts)) {
        for details in [&mut self.access].into_iter().chain(&mut self.renewable) {
            let mut facts = details.facts().clone();
            change(&mut facts);
            *details = facts.into_details();
        }
    }
}

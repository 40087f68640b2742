//! What was decided about an authorization request.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use http::Response;

use crate::authorization::details::Judged;
use crate::authorization::joining::Joining;
use crate::authorization::request::AuthorizationRequest;
#[cfg(feature = "tower")]
use crate::authorization::sign_in::Needs;
use crate::authorization::target::RedirectTarget;
use crate::client::Client;
use crate::storage::{FamilyId, TokenDetails, TokenFacts};
use crate::values::actor::Actor;
use crate::values::asked::Asked;
use crate::values::clock::Timestamp;
use crate::values::details::AuthorizationDetails;
use crate::values::error::{ErrorCode, OAuthError};
use crate::values::scope::Scope;
use crate::values::scope_hierarchy::ScopeHierarchy;
use crate::values::subject::Subject;

/// A person's approval: who, and of what.
#[derive(Debug, Clone)]
pub struct Approval {
    subject: Subject,
    scope: Option<Scope>,
    username: Option<Arc<str>>,
    pub(super) auth_time: Option<Timestamp>,
    pub(super) acr: Option<Arc<str>>,
    pub(super) consented: bool,
    amr: Vec<Arc<str>>,
    audience: Vec<Arc<str>>,
    /// What the application calls the sign-in.
    session: Option<Arc<str>>,
    /// Of the claims that are asked for one by one; `None`: all.
    claims: Option<Vec<Arc<str>>>,
    may_act: Option<Actor>,
    /// What is granted in detail; `None`: that is not said.
    pub(super) details: Option<AuthorizationDetails>,
}

impl Approval {
    /// The signed-in person approves all that was asked for.
    #[must_use]
    pub const fn by(subject: Subject) -> Self {
        Self {
            subject,
            scope: None,
            username: None,
            auth_time: None,
            acr: None,
            consented: false,
            amr: Vec::new(),
            audience: Vec::new(),
            session: None,
            claims: None,
            may_act: None,
            details: None,
        }
    }

    /// Only this scope, and what it [implies](crate::Builder::scope_hierarchy). What was not asked for is not granted either; if nothing is
    /// left of what was asked for, the request is denied.
    #[must_use]
    pub fn scope(mut self, scope: Scope) -> Self {
        self.scope = Some(scope);
        self
    }

    /// The name by which people know the person (`username` in RFC 7662 section 2.2).
    #[must_use]
    pub fn username(mut self, username: &str) -> Self {
        self.username = Some(username.into());
        self
    }

    /// When the person last proved who they are (`auth_time` in RFC 9068 section 2.2.1 and RFC 9470 section 6). With [`acr`](Self::acr)
    /// and [`amr`](Self::amr) it is kept with the authorization: access tokens that are JWTs have it, and introspection says it, also of
    /// those that a refresh brings, since nobody proves anything then. A request may need it to be said: see
    /// [`must_authenticate`](AuthorizationRequest::must_authenticate).
    #[must_use]
    pub const fn authenticated_at(mut self, moment: Timestamp) -> Self {
        self.auth_time = Some(moment);
        self
    }

    /// The class that the authentication satisfied (`acr` in RFC 9068 section 2.2.1, OpenID Connect Core section 2): a value that you and
    /// your APIs agree on, such as `phr` for one that resists phishing (OpenID Connect EAP ACR Values).
    #[must_use]
    pub fn acr(mut self, class: impl Into<Arc<str>>) -> Self {
        self.acr = Some(class.into());
        self
    }

    /// By what the person proved who they are (`amr` in RFC 9068 section 2.2.1): registered names such as `pwd`, `otp` and `hwk` (RFC 8176
    /// section 2).
    #[must_use]
    pub fn amr<T: Into<Arc<str>>>(mut self, methods: impl IntoIterator<Item = T>) -> Self {
        self.amr = methods.into_iter().map(Into::into).collect();
        self
    }

    /// The person was asked just now, with the client's name and where it returns to before their eyes, and agreed. An approval of a client
    /// that nobody [vetted](AuthorizationRequest::client_is_vetted) has to say it: what somebody agreed to before may have been another
    /// client's request. So has that of a request for [details](AuthorizationRequest::authorization_details): they are of this one request.
    #[must_use]
    pub const fn consented(mut self) -> Self {
        self.consented = true;
        self
    }

    /// Of the claims that the request asks for [one by one](AuthorizationRequest::claims), only those of these names; the others are not
    /// told to the client. Without this call: all of them. What the scope stands for is [approved with it](Self::scope).
    #[must_use]
    pub fn claims<T: Into<Arc<str>>>(mut self, names: impl IntoIterator<Item = T>) -> Self {
        self.claims = Some(names.into_iter().map(Into::into).collect());
        self
    }

    /// The sign-in to which the authorization belongs: what your application calls it, such as the number of its session. The authorization
    /// ends with it, unless the scope has `offline_access`, and the client is told of that end, where the server has
    /// [`RpInitiatedLogout`](crate::RpInitiatedLogout) or [`BackChannelLogout`](crate::BackChannelLogout); without both of them this call
    /// has no effect.
    ///
    /// The name is kept as a hash, and nobody gets to see it: clients know the sign-in by a `sid` of the library's own. Take one that
    /// differs for each sign-in of a person, and stays the same while it lasts; not the value of a cookie that is replaced meanwhile.
    #[must_use]
    pub fn session(mut self, name: impl Into<Arc<str>>) -> Self {
        self.session = Some(name.into());
        self
    }

    /// The resource servers for which the tokens are meant (`aud` in RFC 7662 section 2.2). Without this call, the
    /// [`resources`](AuthorizationRequest::resources) that were asked for. If some were, only those of them that are named here, as they
    /// are spelled there; if none is left, the request is denied.
    #[must_use]
    pub fn audience<T: Into<Arc<str>>>(mut self, audience: impl IntoIterator<Item = T>) -> Self {
        self.audience = audience.into_iter().map(Into::into).collect();
        self
    }

    /// This party may come to act for the person, by an exchange of the tokens (`may_act`, RFC 8693 section 4.4), such as an agent that the
    /// person chose: [`TokenExchange`](crate::TokenExchange).
    #[must_use]
    pub fn may_act(mut self, party: Actor) -> Self {
        self.may_act = Some(party);
        self
    }
}

/// What becomes of an authorization request: made by [`AuthorizationRequest::approve`], [`deny`](AuthorizationRequest::deny),
/// [`reject`](AuthorizationRequest::reject) or [`Decision::page`], turned into the response by
/// [`AuthorizationEndpoint::complete`](crate::AuthorizationEndpoint::complete).
#[must_use = "a decision does nothing until the authorization endpoint completes it"]
pub struct Decision(pub(crate) Decided);

pub(crate) enum Decided {
    Approved(Box<AuthorizationRequest>, Approval),
    Rejected(Box<AuthorizationRequest>, OAuthError),
    Page(Response<Bytes>),
}

impl Decision {
    /// Nothing yet: show this page, such as a login form. The request should have been suspended, or it is lost. Not for one with
    /// `prompt=none`, which is not to show any: `OAuthService` and the routers answer `interaction_required` in its place.
    pub fn page(response: Response<Bytes>) -> Self {
        Self(Decided::Page(response))
    }
}

impl Decision {
    /// Where the request must not show anything (`prompt=none`), a page becomes the error for that.
    #[cfg(feature = "tower")]
    pub(crate) fn without_page(self, silent: Option<AuthorizationRequest>) -> Self {
        match (self.0, silent) {
            (Decided::Page(_), Some(request)) => request.needs(Needs::OtherInteraction),
            (decided, _) => Self(decided),
        }
    }
}

impl From<Response<Bytes>> for Decision {
    fn from(response: Response<Bytes>) -> Self {
        Self::page(response)
    }
}

impl fmt::Debug for Decision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match &self.0 {
            Decided::Approved(..) => "Decision::Approved",
            Decided::Rejected(..) => "Decision::Rejected",
            Decided::Page(_) => "Decision::Page",
        })
    }
}

/// How often a sign-in is looked up again that somebody else opened meanwhile.
const MOST_LOOKS: u8 = 8;

/// An approved request, reduced to what response types need.
#[doc(hidden)]
pub struct ApprovedRequest {
    pub(crate) client: Arc<Client>,
    pub(crate) subject: Subject,
    pub(crate) details: TokenDetails,
    /// What the application calls the sign-in.
    #[cfg_attr(not(feature = "jose"), allow(dead_code, reason = "logout reads it"))]
    pub(crate) session: Option<Arc<str>>,
    /// What there is of it, once it was looked up.
    pub(crate) joining: Option<Joining>,
    /// How often it was looked up again.
    looked_again: u8,
    /// From what the authorization is to descend.
    pub(crate) parent: Option<FamilyId>,
    pub(crate) response_type: &'static str,
    pub(crate) asked: Arc<Asked>,
    pub(crate) target: RedirectTarget,
}

impl fmt::Debug for ApprovedRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApprovedRequest").field("client_id", self.client.id()).finish_non_exhaustive()
    }
}

impl ApprovedRequest {
    /// # Errors
    ///
    /// `access_denied` if a scope, resources or details were asked for and nothing of them approved; what the client asked for about the sign-in
    /// and did not get.
    pub(crate) fn new(
        request: AuthorizationRequest,
        approval: Approval,
        Judged(details): Judged,
        hierarchy: &ScopeHierarchy,
    ) -> Result<Self, OAuthError> {
        request.check(&approval)?;
        let target = request.target();
        let AuthorizationRequest { client, response_type, asked, .. } = request;
        let requested = &asked.scope;
        let scope = approval.scope.map_or_else(|| requested.clone(), |approved| hierarchy.covered(&approved, requested));
        if scope.is_empty() && !requested.is_empty() {
            return Err(OAuthError::new(ErrorCode::AccessDenied, "the resource owner approved nothing of the scope"));
        }
        if requested.is_empty() && asked.details.is_some() && details.is_none() {
            return Err(OAuthError::new(ErrorCode::AccessDenied, "the resource owner approved none of the details"));
        }
        let mut facts = TokenFacts::new(Some(approval.subject.clone()), scope);
        facts.permits(details);
        facts.username = approval.username;
        facts.auth_time = approval.auth_time;
        facts.acr = approval.acr;
        facts.amr = approval.amr;
        facts.client_fingerprint = client.fingerprint_to_keep();
        facts.may_act = approval.may_act.as_ref().map(|party| Box::new(party.to_value()));
        facts.audience = audience(&asked.resources, approval.audience)?;
        facts.claims = match (&asked.claims, &approval.claims) {
            (Some(claims), Some(names)) => Some(Arc::new(claims.only(|name| names.iter().any(|approved| **approved == *name)))),
            (claims, _) => claims.clone(),
        };
        let (subject, session, details) = (approval.subject, approval.session, facts.into_details());
        let (joining, looked_again, parent) = (None, 0, None);
        Ok(Self { client, subject, details, session, joining, looked_again, parent, response_type, asked, target })
    }
}

impl ApprovedRequest {
    /// Is it what was approved before, by the same person, so that the same answer goes out?
    pub(crate) fn repeats(&self, before: &TokenFacts) -> bool {
        let now = self.details.facts();
        before.subject.as_ref() == Some(&self.subject)
            && before.scope.same_set(&now.scope)
            && same_names(&before.audience, &now.audience)
            && before.granted == now.granted
    }

    /// Did somebody else open the sign-in, or end it, while the answer was made that says which it is? Then nothing was stored, and it is to
    /// be looked up again, and answered anew; a few times at most.
    pub(crate) fn begins_anew(&mut self) -> bool {
        let overtaken = self.joining.as_ref().is_some_and(Joining::was_overtaken) && self.looked_again < MOST_LOOKS;
        if overtaken {
            self.looked_again += 1;
            self.joining = None;
        }
        overtaken
    }
}

/// The same, in whatever order.
fn same_names(one: &[Arc<str>], other: &[Arc<str>]) -> bool {
    one.iter().all(|name| other.contains(name)) && other.iter().all(|name| one.contains(name))
}

/// For whom the tokens are: what was asked for, and of that what was approved.
fn audience(asked: &[Arc<str>], approved: Vec<Arc<str>>) -> Result<Vec<Arc<str>>, OAuthError> {
    if asked.is_empty() {
        return Ok(approved);
    }
    if approved.is_empty() {
        return Ok(asked.to_vec());
    }
    let both: Vec<Arc<str>> = asked.iter().filter(|name| approved.contains(name)).cloned().collect();
    if both.is_empty() {
        return Err(OAuthError::new(ErrorCode::AccessDenied, "the resource owner approved none of the resources"));
    }
    Ok(both)
}

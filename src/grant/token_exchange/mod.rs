//! Token exchange (RFC 8693): a client gives a token and gets one that is narrower, for somebody else to use, or for another server. Who
//! may is a policy of the application's; what never may happen is here.

mod foreign;
#[cfg(feature = "jose")]
mod id_jag;
mod permit;
mod policy;
mod request;
mod token;

use std::fmt;
use std::future::Future;

pub use foreign::{ForeignTokens, NoIssuers};
#[cfg(feature = "jose")]
pub use id_jag::{DecidesIdJags, IdJag, IdJagDecision, IdJagPolicy, IdJagRequest, IdJagsBy};
use permit::Permit;
use policy::Allowed;
pub use policy::{DecidesExchanges, Exchange, ExchangeDecision, ExchangePolicy};
use request::{Request, invalid_request};
pub use token::ExchangedToken;

use crate::extension::metadata::{Metadata, MetadataContext};
use crate::grant::{Grant, GrantType, sign_in};
use crate::http::parameters::Parameter;
use crate::issue::{Begin, Bounds, Granted, IssuedTokenType, Step, StepKind, TokenContext};
use crate::storage::{FamilyStore, TokenFacts};
use crate::typelevel::{No, Yes};
use crate::values::error::{ErrorCode, OAuthError};
use crate::values::scope::Scope;

/// So many act for a subject at most, one after the other, unless [`TokenExchange::actors`] says otherwise.
const ACTORS: usize = 4;
/// The most that it may say.
const MOST_ACTORS: usize = 8;

/// The `urn:ietf:params:oauth:grant-type:token-exchange` grant (RFC 8693).
///
/// An [`ExchangePolicy`] says who may exchange what for what; whatever it does not permit is refused. And whatever it permits, there are
/// bounds that hold:
///
/// * **Who.** The client authenticates ([`public_clients`](Self::public_clients) lifts that), registered the grant, and is among those whom
///   the subject token permits: the client that got it; an API that it is for, by the [`audience`](crate::ClientBuilder::audience) in the
///   client's record; or whom it names in `may_act` ([`Approval::may_act`](crate::Approval::may_act)). Of a token of
///   another issuer, which knows no clients of this server, `may_act` counts if it is there, and otherwise the policy alone. An actor token of
///   this server is one that the client got: to be sent a token is not to become who sent it.
/// * **What.** Never more scope, another audience or a later end than the subject token has, nor a later end than the actor token. The
///   scope is within that of the client's record, and without `openid` and `offline_access`: nobody signed in to the client.
/// * **Until when.** The result is an authorization of its own that descends from that of the subject token: revoking that one, or
///   what it descends from, ends it. There is a refresh token if the policy says so, and then it outlives the subject token, but not the
///   authorization behind it.
/// * **For whom.** The subject stays who it was. Where the client is to act for them ([`ExchangeDecision::delegate`]), `act` says so in
///   JWTs and at introspection, after those who acted before; so many at most as [`actors`](Self::actors) says. Where it
///   [impersonates](ExchangeDecision::impersonate) them, whoever acted before still stands there.
///
/// Subject and actor tokens are access tokens of this server, in whatever format (`..:token-type:access_token`, or `..:jwt`), and those of
/// [trusted issuers](Self::trusting). What comes is an access token. With [`id_jags`](Self::id_jags) the server also issues ID-JAGs, with
/// which its people reach the servers of others.
///
/// What is wrong with the request or its tokens is `invalid_request`, what it names as target `invalid_target` (section 2.2.2).
pub struct TokenExchange<P, I = NoIssuers, J = NoIdJags> {
    policy: P,
    issuers: I,
    id_jags: J,
    actors: usize,
    public_clients: bool,
}

/// No ID-JAGs are issued.
#[derive(Debug, Clone, Copy)]
pub struct NoIdJags;

mod sealed {
    pub trait Sealed {}
}

/// Whether ID-JAGs are issued.
#[doc(hidden)]
pub trait IssuesIdJags: sealed::Sealed + Send + Sync + 'static {
    type Step: StepKind;
    fn begin(begin: Begin) -> Self::Step;
    fn describe(&self, _: &mut Metadata) {}
    fn vouch<S: Sync>(
        &self,
        _: &TokenContext<'_, S>,
        _: &Request<'_>,
    ) -> impl Future<Output = Result<Granted<Self::Step>, OAuthError>> + Send {
        async { Err(invalid_request("this server does not issue tokens of the requested type")) }
    }
}

impl sealed::Sealed for NoIdJags {}
impl IssuesIdJags for NoIdJags {
    type Step = Begin;
    fn begin(begin: Begin) -> Begin {
        begin
    }
}

impl<P> TokenExchange<P> {
    /// The grant, with what decides about each exchange.
    pub fn new<Is>(policy: P) -> TokenExchange<P::Taken>
    where
        P: DecidesExchanges<Is>,
    {
        let policy = policy.taken();
        TokenExchange { policy, issuers: NoIssuers, id_jags: NoIdJags, actors: ACTORS, public_clients: false }
    }
}

impl<P, I, J> TokenExchange<P, I, J> {
    /// How many act for a subject at most, one after the other: 1 to 8. Without this call: 4.
    #[must_use]
    pub fn actors(mut self, most: usize) -> Self {
        self.actors = most.clamp(1, MOST_ACTORS);
        self
    }

    /// Serves clients that do not authenticate, too. Then whoever gets hold of a token can exchange it (section 2.1).
    #[must_use]
    pub const fn public_clients(mut self) -> Self {
        self.public_clients = true;
        self
    }
}

#[cfg(feature = "jose")]
impl<P, J> TokenExchange<P, NoIssuers, J> {
    /// Takes JWTs of these issuers as subject and actor tokens, too: those that are for this server (`aud` is its issuer, or the URL of its
    /// token endpoint). The policy says [who the subject is here](ExchangeDecision::subject).
    ///
    /// An authorization that begins so descends from none here: what that issuer revokes, it does not end.
    #[must_use]
    pub fn trusting<K: crate::issuers::VerificationKeys>(
        self,
        issuers: crate::issuers::TrustedIssuers<K>,
    ) -> TokenExchange<P, crate::issuers::TrustedIssuers<K>, J> {
        let Self { policy, id_jags, actors, public_clients, .. } = self;
        TokenExchange { policy, issuers, id_jags, actors, public_clients }
    }
}

#[cfg(feature = "jose")]
impl<P, I> TokenExchange<P, I, NoIdJags> {
    /// Issues ID-JAGs (`..:token-type:id-jag`, draft-ietf-oauth-identity-assertion-authz-grant) for ID tokens of this server, where this
    /// policy permits it: the server is the identity provider, and its people reach the APIs of others without a consent page of theirs.
    pub fn id_jags<Q, Is>(self, policy: Q) -> TokenExchange<P, I, IdJagsBy<Q::Taken>>
    where
        Q: DecidesIdJags<Is>,
    {
        let Self { policy: own, issuers, actors, public_clients, .. } = self;
        TokenExchange { policy: own, issuers, id_jags: IdJagsBy::new(policy.taken()), actors, public_clients }
    }
}

impl<P, I, J> fmt::Debug for TokenExchange<P, I, J> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = f.debug_struct("TokenExchange");
        text.field("actors", &self.actors).field("public_clients", &self.public_clients).finish_non_exhaustive()
    }
}

crate::wire_name!(impl<P, I, J> TokenExchange<P, I, J> = "urn:ietf:params:oauth:grant-type:token-exchange");

impl<P: Send + Sync + 'static, I: ForeignTokens, J: IssuesIdJags> GrantType for TokenExchange<P, I, J> {
    type Step = J::Step;
    type IssuesRefreshTokens = Yes;
    type RequiresPkce = Yes;
    type AcceptsPlainPkce = No;
    const PARAMETERS: &'static [Parameter] = request::PARAMETERS;
    const TOKENS: &'static [&'static str] = &[request::SUBJECT_TOKEN, request::ACTOR_TOKEN];

    fn describe(&self, _: &MetadataContext<'_>, metadata: &mut Metadata) {
        self.id_jags.describe(metadata);
    }
}

impl<S, P, I, J> Grant<S> for TokenExchange<P, I, J>
where
    S: FamilyStore,
    P: ExchangePolicy,
    I: ForeignTokens,
    J: IssuesIdJags<Step: Step<S>>,
{
    async fn decide(&self, cx: &TokenContext<'_, S>) -> Result<Granted<J::Step>, OAuthError> {
        if cx.client().is_public() && !self.public_clients {
            return Err(OAuthError::new(ErrorCode::UnauthorizedClient, "tokens are exchanged by clients that authenticate"));
        }
        let request = Request::read(cx.parameters())?;
        if request.wants_id_jag() {
            return self.id_jags.vouch(cx, &request).await;
        }
        let subject = self.presented(cx, request::SUBJECT_TOKEN, request.subject_token_type).await?;
        let actor = match request.actor_token_type {
            Some(token_type) => Some(self.presented(cx, request::ACTOR_TOKEN, token_type).await?),
            None => None,
        };
        let granted = self.exchange(cx, &request, &subject, actor.as_ref()).await?;
        Ok(granted.by(J::begin))
    }
}

impl<P: ExchangePolicy, I: ForeignTokens, J> TokenExchange<P, I, J> {
    /// A token of the request, verified as what it is said to be.
    async fn presented<S: Sync>(
        &self,
        cx: &TokenContext<'_, S>,
        parameter: &'static str,
        token_type: &str,
    ) -> Result<ExchangedToken, OAuthError> {
        let kind = request::kind(token_type)?;
        if let Some(found) = cx.token(parameter) {
            return Ok(ExchangedToken::own(found));
        }
        let found = self.issuers.verify(cx, kind, parameter).await?;
        // Section 2.2.2: "invalid for any reason".
        found.ok_or_else(|| invalid_request(format!("the {parameter} is invalid, expired or revoked, or not of its type")))
    }

    async fn exchange<S>(
        &self,
        cx: &TokenContext<'_, S>,
        request: &Request<'_>,
        subject: &ExchangedToken,
        actor: Option<&ExchangedToken>,
    ) -> Result<Granted, OAuthError> {
        let client = cx.client();
        let permit = Permit::of(client, subject, actor)?;
        let (scope, audience) = (scope(cx, subject)?, request.targets(subject)?);
        let exchange = Exchange::new(cx, subject, actor, &scope, &audience);
        let allowed = self.policy.decide(exchange).await?.into_allowed()?;
        let narrowed = allowed.scope.as_ref().map_or_else(|| scope.clone(), |its| cx.scope_hierarchy().common(&scope, its));
        if narrowed.is_empty() && !scope.is_empty() {
            return Err(OAuthError::invalid_scope("nothing of the scope may be exchanged"));
        }
        let mut facts = subject.facts(&allowed, narrowed)?;
        facts.audience = audience;
        facts.unasked = Some(true);
        facts.client_fingerprint = client.fingerprint_to_keep();
        self.say_who_acts(&mut facts, &permit, subject, &allowed)?;
        facts.access_token_lifetime = allowed.lifetime;
        let ends = actor.map_or(subject.expires_at(), |actor| actor.expires_at().min(subject.expires_at()));
        let bounds = Bounds { not_after: Some(ends), exactly: true, says_resource: false };
        let begin = subject.family.map_or_else(Begin::new, |parent| {
            facts.descends();
            Begin::under(parent)
        });
        let granted = Granted::of(facts.into_details(), begin).issued_token_type(IssuedTokenType::AccessToken).bounded(bounds);
        // RFC 6749 section 4.4.3: none for a client that acts for itself.
        let refreshable = allowed.refresh_token && subject.subject().is_some();
        Ok(if refreshable { granted } else { granted.without_refresh_token() })
    }

    fn say_who_acts(
        &self,
        facts: &mut TokenFacts,
        permit: &Permit,
        subject: &ExchangedToken,
        allowed: &Allowed,
    ) -> Result<(), OAuthError> {
        let before = subject.actor().cloned();
        let actor = if allowed.delegates { Some(permit.delegate()?.after(before)) } else { before };
        let Some(actor) = actor else { return Ok(()) };
        if actor.depth() > self.actors {
            return Err(invalid_request("too many would act for the subject, one after the other"));
        }
        facts.acted_by(&actor);
        Ok(())
    }
}

/// The scope that may be granted at most: that of the subject token, or less if the request says so. What it implies is in it.
fn scope<S>(cx: &TokenContext<'_, S>, subject: &ExchangedToken) -> Result<Scope, OAuthError> {
    let Some(own) = subject.scope() else { return sign_in::asked_without(&cx.scope()?) };
    let own = sign_in::without(own);
    if cx.parameter("scope").is_none() {
        let permitted = cx.permitted(&own);
        let is_something = own.is_empty() || !permitted.is_empty();
        return is_something
            .then_some(permitted)
            .ok_or_else(|| OAuthError::invalid_scope("the client may have nothing of the scope"));
    }
    let left = cx.within(cx.scope()?, &own);
    left.ok_or_else(|| OAuthError::invalid_scope("the scope is more than that of the subject token"))
}

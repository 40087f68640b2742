//! Assertions of other issuers as authorization grants (RFC 7521 section 4.1, RFC 7523 sections 2.1 and 3), and with them ID-JAGs
//! (draft-ietf-oauth-identity-assertion-authz-grant section 4.4).

mod kind;
mod policy;

use std::fmt;
use std::marker::PhantomData;

pub use kind::{AssertionKind, IdJags, PlainAssertions};
use kind::{Read, read};
pub use policy::{Assertion, AssertionDecision, AssertionPolicy, DecidesAssertions};

use crate::events;
use crate::extension::metadata::{Metadata, MetadataContext};
use crate::grant::{Grant, GrantType, sign_in};
use crate::http::parameters::Parameter;
use crate::issue::{Accept, Begin, Bounds, Granted, Step, TokenContext};
use crate::issuers::{TrustedIssuers, VerificationKeys, Vouched};
use crate::storage::{FamilyStore, ReplayKey, TokenFacts};
use crate::typelevel::{Flag, No, Yes};
use crate::values::clock::Timestamp;
use crate::values::error::{ErrorCode, OAuthError};
use crate::values::lifetime::AccessTokenLifetime;
use crate::values::scope::Scope;

const ASSERTION: &str = "assertion";
const RESOURCE: &str = "resource";

/// The `urn:ietf:params:oauth:grant-type:jwt-bearer` grant: a client presents what an issuer that the operator trusts has signed about a
/// person, and gets an access token. An [`AssertionPolicy`] says who that person is here, and whether the client may act for them.
///
/// | constructor | what is accepted | needs |
/// |---|---|---|
/// | [`new`](Self::new) | assertions by RFC 7523 section 3; each once | [`ReplayStore`](crate::ReplayStore) |
/// | [`id_jag`](Self::id_jag) | ID-JAGs: what an identity provider signs for a client of its own, which MCP calls enterprise-managed authorization; again and again until it ends | [`ResourceIndicators`](crate::ResourceIndicators) |
///
/// # What is accepted
///
/// | | assertion | ID-JAG |
/// |---|---|---|
/// | `typ` | `JWT`, or none | `oauth-id-jag+jwt` |
/// | `iss` | one of the issuers, which signed it | the same |
/// | `aud` | this server's issuer or the URL of its token endpoint is among it | this server's issuer alone |
/// | `sub`, `exp` | there; `exp` to come, and no later than the issuer is [trusted to say](crate::TrustedIssuer::longest) | the same |
/// | `nbf`, `iat` | at most 10 seconds ahead | the same; there is an `iat` |
/// | `jti` | there, if it is good once | there |
/// | `client_id` | not looked at | the client that authenticates |
/// | `scope` | if it is there, no more is granted | the same |
/// | `resource` | not looked at | becomes the audience of the access token, and the response says it. The request may name fewer |
/// | `act` | who acts for the person, as in the access token | the same |
/// | `cnf` | with `jkt` alone: the request has a [DPoP](crate::Dpop) proof of that key; others are refused | the same |
///
/// Whatever is wrong with it is `invalid_grant` (RFC 7523 section 3.1). There is no refresh token: with an ID-JAG the client gets the next
/// access token, and with its identity provider the next ID-JAG. An access token for an assertion ends with it, or after ten minutes if
/// that is later.
///
/// Clients authenticate, unless [`public_clients`](Self::public_clients) lifts that.
pub struct JwtBearer<K, P, A = PlainAssertions, O = Yes> {
    issuers: TrustedIssuers<K>,
    policy: P,
    public_clients: bool,
    kind: PhantomData<fn() -> (A, O)>,
}

impl<K: VerificationKeys, P> JwtBearer<K, P> {
    /// Assertions of these issuers (RFC 7523), with what decides about each.
    pub fn new<Is>(issuers: TrustedIssuers<K>, policy: P) -> JwtBearer<K, P::Taken>
    where
        P: DecidesAssertions<Is>,
    {
        JwtBearer { issuers, policy: policy.taken(), public_clients: false, kind: PhantomData }
    }

    /// ID-JAGs of these identity providers, with what decides about each.
    pub fn id_jag<Is>(issuers: TrustedIssuers<K>, policy: P) -> JwtBearer<K, P::Taken, IdJags, No>
    where
        P: DecidesAssertions<Is>,
    {
        JwtBearer { issuers, policy: policy.taken(), public_clients: false, kind: PhantomData }
    }
}

impl<K, P, A, O> JwtBearer<K, P, A, O> {
    /// Each is good once. The storage has to be a [`ReplayStore`](crate::ReplayStore).
    #[must_use]
    pub fn single_use(self) -> JwtBearer<K, P, A, Yes> {
        self.used()
    }

    /// Each is good until it ends, however often it comes.
    #[must_use]
    pub fn reusable(self) -> JwtBearer<K, P, A, No> {
        self.used()
    }

    fn used<Q>(self) -> JwtBearer<K, P, A, Q> {
        let Self { issuers, policy, public_clients, .. } = self;
        JwtBearer { issuers, policy, public_clients, kind: PhantomData }
    }

    /// Serves clients that do not authenticate, too, such as those whose identifier is the URL of their metadata and that have no key. Then
    /// whoever gets hold of an assertion can use it.
    #[must_use]
    pub fn public_clients(mut self) -> Self {
        self.public_clients = true;
        self
    }
}

impl<K, P, A, O> fmt::Debug for JwtBearer<K, P, A, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = f.debug_struct("JwtBearer");
        text.field("issuers", &self.issuers).field("public_clients", &self.public_clients).finish_non_exhaustive()
    }
}

crate::wire_name!(impl<K, P, A, O> JwtBearer<K, P, A, O> = "urn:ietf:params:oauth:grant-type:jwt-bearer");

impl<K: VerificationKeys, P: Send + Sync + 'static, A: AssertionKind, O: Flag> GrantType for JwtBearer<K, P, A, O> {
    type Step = Accept<A::NamesResources, O>;
    type IssuesRefreshTokens = No;
    type RequiresPkce = Yes;
    type AcceptsPlainPkce = No;
    const PARAMETERS: &'static [Parameter] = &[Parameter::once(ASSERTION), Parameter::repeatable(RESOURCE)];

    fn describe(&self, _: &MetadataContext<'_>, metadata: &mut Metadata) {
        metadata.authorization_grant_profiles_supported.extend(A::PROFILE);
    }
}

impl<S, K, P, A, O> Grant<S> for JwtBearer<K, P, A, O>
where
    S: FamilyStore,
    K: VerificationKeys,
    P: AssertionPolicy,
    A: AssertionKind,
    O: Flag,
    Accept<A::NamesResources, O>: Step<S>,
{
    async fn decide(&self, cx: &TokenContext<'_, S>) -> Result<Granted<Self::Step>, OAuthError> {
        if cx.client().is_public() && !self.public_clients {
            return Err(OAuthError::new(ErrorCode::UnauthorizedClient, "assertions are taken of clients that authenticate"));
        }
        let (vouched, read) = self.accepted(cx).await?;
        let once = match (O::VALUE, &vouched.jti) {
            (false, _) => None,
            (true, Some(jti)) => Some((ReplayKey::new("authorization_grant", &vouched.issuer, jti), vouched.expires_at)),
            (true, None) => return Err(cx.invalid_grant("the assertion has no jti, and is to be good once")),
        };
        let scope = scope(cx, read.scope.as_ref())?;
        let asked = Assertion::new(cx, &vouched, &read, &scope);
        let allowed = self.policy.decide(asked).await?.into_allowed()?;
        let narrowed = allowed.scope.as_ref().map_or_else(|| scope.clone(), |its| cx.scope_hierarchy().common(&scope, its));
        if narrowed.is_empty() && !scope.is_empty() {
            return Err(OAuthError::invalid_scope("nothing of the scope may be granted"));
        }
        let mut facts = TokenFacts::new(Some(allowed.subject), narrowed);
        facts.username = allowed.username;
        facts.audience = read.resources;
        facts.unasked = Some(true);
        facts.client_fingerprint = cx.client().fingerprint_to_keep();
        facts.auth_time = read.auth_time;
        facts.acr = read.acr;
        facts.amr = read.amr;
        facts.access_token_lifetime = allowed.lifetime;
        if let Some(actor) = &read.actor {
            facts.acted_by(actor);
        }
        let named = !facts.audience.is_empty();
        let bounds = Bounds { not_after: A::not_after(&vouched, cx.now()), exactly: named, says_resource: named };
        let details = facts.into_details();
        // A feature has to find that the request has the key.
        let details = read.key.map_or(details.clone(), |key| details.confirmed_by("jkt", (&*key).into()));
        let granted = Granted::of(details, Accept::new(Begin::new(), once));
        Ok(granted.without_refresh_token().bounded(bounds))
    }
}

impl<K: VerificationKeys, P, A: AssertionKind, O> JwtBearer<K, P, A, O> {
    /// The assertion of the request, if it is good.
    async fn accepted<S: Sync>(&self, cx: &TokenContext<'_, S>) -> Result<(Vouched, Read), OAuthError> {
        let text = cx.require(ASSERTION)?;
        let (own, endpoint) = (cx.issuer().as_str(), cx.token_endpoint());
        let verified =
            self.issuers.verify::<A::Jwt>(text, &A::meant(&[own, &*endpoint]), cx.permitted_algorithms(), cx.now()).await?;
        let refused = |reason: &(dyn fmt::Display + Sync)| {
            events::not_trusted(cx.issuer(), cx.client().id(), ASSERTION, reason);
            cx.invalid_grant(format!("the assertion is not accepted: {reason}"))
        };
        let vouched = verified.map_err(|reason| refused(&reason))?;
        let read = read::<A, S>(cx, &vouched).map_err(|reason| refused(&reason))??;
        Ok((vouched, read))
    }
}

/// The scope that may be granted at most: what the assertion says, the request asks for, and the client may have; nothing that is about
/// signing in.
fn scope<S>(cx: &TokenContext<'_, S>, said: Option<&Scope>) -> Result<Scope, OAuthError> {
    let Some(said) = said else { return sign_in::asked_without(&cx.scope()?) };
    let asked = match cx.parameter("scope") {
        None => said.clone(),
        Some(text) => {
            let requested = Scope::parse(text).map_err(|error| OAuthError::invalid_scope(error.to_string()))?;
            cx.scope_hierarchy().common(&requested, said)
        }
    };
    let permitted = cx.permitted(&sign_in::without(&asked));
    if permitted.is_empty() && !(said.is_empty() && cx.parameter("scope").is_none()) {
        return Err(OAuthError::invalid_scope("the client may have nothing of the scope"));
    }
    Ok(permitted)
}

/// An access token does not go on much longer than what it was issued for (RFC 7521 section 4.1).
fn soon_after(vouched: &Vouched, now: Timestamp) -> Timestamp {
    vouched.expires_at.max(now.saturating_add_secs(AccessTokenLifetime::DEFAULT.as_secs()))
}

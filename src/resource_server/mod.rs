//! The resource server's side of bearer tokens (RFC 6750) and of tokens that are bound to a key (RFC 9449): from the headers of a request to what is known about its token, or
//! to the challenge that refuses it. It depends on no authorization server's type; where tokens are looked up is the
//! [`TokenVerifier`].

mod answers;
mod audience;
#[cfg(feature = "mtls")]
mod certificates;
mod challenge;
mod credentials;
mod described;
#[cfg(feature = "jose")]
mod dpop;
mod error;
#[cfg(feature = "axum")]
mod extract;
#[cfg(feature = "jose")]
mod jwt;
#[cfg(feature = "tower")]
mod layer;
mod local;
mod metadata;
mod possession;
mod presented;
mod remote;
mod step_up;
#[cfg(test)]
mod testing;

use std::fmt;
use std::future::Future;
use std::sync::Arc;

use http::HeaderValue;
use http::request::Parts;

use audience::Audience;
pub use challenge::Challenge;
use challenge::{Fault, Protection};
use credentials::credentials;
#[cfg(feature = "jose")]
pub use dpop::DpopProofs;
pub use error::ResourceServerError;
use error::reported;
#[cfg(feature = "axum")]
pub use extract::{AnyAuthentication, AnyScope, Authorized, RequiredAuthentication, RequiredScope};
#[cfg(feature = "jose")]
pub use jwt::JwtVerifier;
#[cfg(feature = "tower")]
pub use layer::{BearerLayer, BearerService};
pub use local::LocalVerifier;
#[cfg(feature = "tower")]
pub use metadata::ProtectedResourceService;
pub use metadata::{ProtectedResourceError, ProtectedResourceMetadata, ResourceMember};
use possession::{JKT, Possession, Refused};
pub use presented::{Presented, TokenScheme};
pub use remote::{RemoteVerifier, RemoteVerifierError};
pub use step_up::AuthenticationRequirements;
use step_up::Required;

pub(crate) use crate::issuers::VerifierError;
use crate::issuers::is_secure_url;
use crate::token::claims::TokenClaims;
use crate::values::clock::{Clock, SystemClock};
use crate::values::scope::Scope;
use crate::values::scope_hierarchy::ScopeHierarchy;

/// Tells whether an access token is active, and what it says.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot verify access tokens",
    label = "not a `TokenVerifier`",
    note = "use `LocalVerifier` over the store of the authorization server, `RemoteVerifier` over its introspection endpoint (RFC 7662), `JwtVerifier` with its keys (RFC 9068), or implement `TokenVerifier`"
)]
pub trait TokenVerifier: Send + Sync + 'static {
    /// The claims of the token; `None` if it is unknown, expired or revoked, or no access token. Of one that is bound to a key the
    /// claims say so ([`TokenClaims::confirmation`]): whether the request may use it is the next question.
    ///
    /// An implementation must not log the token, nor put it into an error.
    ///
    /// # Errors
    ///
    /// [`VerifierError`] if there is no answer: neither that the token is good nor that it is not.
    fn verify(&self, presented: &Presented<'_>) -> impl Future<Output = Result<Option<TokenClaims>, VerifierError>> + Send;

    /// Does the request prove that its sender has the key to which the token is bound (`cnf`, RFC 7800 section 3.1)? Asked about
    /// such tokens alone. Unless an implementation checks that and says yes, a [`ResourceServer`] refuses them: as bearer tokens
    /// they would be good for whoever stole them (RFC 8705 section 3).
    ///
    /// It is not asked about the certificate of a connection (`x5t#S256`) where the [`ResourceServer`] looks at these itself
    /// (`ResourceServer::mutual_tls`), nor about the key of a DPoP proof (`jkt`): that it checks itself, if it
    /// takes proofs (`ResourceServer::dpop`), and otherwise refuses the token, whatever a verifier says (RFC 9449 sections 7.1 and 7.2).
    ///
    /// # Errors
    ///
    /// [`VerifierError`] if there is no answer.
    fn proves_possession(
        &self,
        _presented: &Presented<'_>,
        _claims: &TokenClaims,
    ) -> impl Future<Output = Result<bool, VerifierError>> + Send {
        async { Ok(false) }
    }

    /// The audience that every token which it calls active has, if it sees to that. A [`ResourceServer`] asks for it as well, unless it
    /// is told [another](ResourceServer::audience).
    fn audience(&self) -> Option<&str> {
        None
    }
}

impl<V: TokenVerifier> TokenVerifier for Arc<V> {
    fn audience(&self) -> Option<&str> {
        V::audience(self)
    }
    fn verify(&self, presented: &Presented<'_>) -> impl Future<Output = Result<Option<TokenClaims>, VerifierError>> + Send {
        V::verify(self, presented)
    }
    fn proves_possession(
        &self,
        presented: &Presented<'_>,
        claims: &TokenClaims,
    ) -> impl Future<Output = Result<bool, VerifierError>> + Send {
        V::proves_possession(self, presented, claims)
    }
}

/// Lets requests with a good access token through to a protected resource. Cloning does not clone the verifier.
///
/// ```
/// # async fn handle<V: grantor::TokenVerifier>(verifier: V, request: http::Request<()>) -> http::Response<bytes::Bytes> {
/// use grantor::{ResourceServer, Scope};
///
/// let server = ResourceServer::new(verifier);
/// let (parts, ()) = request.into_parts();
/// match server.authenticate(&parts, &Scope::empty()).await {
///     Ok(claims) => http::Response::new(format!("hello, {}", claims.person().unwrap_or("client")).into()),
///     Err(challenge) => challenge.to_response(),
/// }
/// # }
/// ```
pub struct ResourceServer<V> {
    verifier: Arc<V>,
    protection: Arc<Protection>,
    audience: Audience,
    /// Without a slash at its end.
    base_url: Option<Arc<str>>,
    hierarchy: ScopeHierarchy,
    /// If tokens are taken that are bound to a key.
    possession: Option<Arc<dyn Possession>>,
    /// Are certificates looked at to which tokens are bound?
    #[cfg(feature = "mtls")]
    takes_certificates: bool,
    bound_tokens_only: bool,
    clock: Arc<dyn Clock>,
}

impl<V: TokenVerifier> ResourceServer<V> {
    /// A resource server that accepts what `verifier` says is active. Its realm is `resource`.
    #[must_use]
    pub fn new(verifier: V) -> Self {
        let protection = Protection { realm: "resource".into(), ..Protection::default() };
        let audience = verifier.audience().map_or(Audience::Unnamed, |name| Audience::Named(name.into()));
        Self {
            verifier: Arc::new(verifier),
            protection: Arc::new(protection),
            audience,
            base_url: None,
            hierarchy: ScopeHierarchy::flat(),
            possession: None,
            #[cfg(feature = "mtls")]
            takes_certificates: false,
            bound_tokens_only: false,
            clock: Arc::new(SystemClock),
        }
    }

    /// The `realm` of its challenges (RFC 6750 section 3, RFC 9110 section 11.5).
    ///
    /// # Errors
    ///
    /// [`ResourceServerError::Realm`] if it has characters other than printable ASCII.
    pub fn realm(mut self, realm: &str) -> Result<Self, ResourceServerError> {
        if !realm.bytes().all(|byte| matches!(byte, 0x20..=0x7e)) {
            return Err(ResourceServerError::Realm);
        }
        Arc::make_mut(&mut self.protection).realm = realm.into();
        Ok(self)
    }

    /// Names in each challenge where the metadata of the protected resource is (RFC 9728 section 5.1), if somebody else publishes it;
    /// of one that this program does, [`protected_resource`](Self::protected_resource) says it.
    ///
    /// # Errors
    ///
    /// [`ResourceServerError::ResourceMetadata`] if it is not an `https` URL, or an `http` one on a loopback host.
    pub fn resource_metadata(mut self, url: &str) -> Result<Self, ResourceServerError> {
        if !is_secure_url(url) {
            return Err(ResourceServerError::ResourceMetadata);
        }
        Arc::make_mut(&mut self.protection).resource_metadata = Some(url.into());
        Ok(self)
    }

    /// The URL below which clients reach this server, such as `https://api.example.com`, or `https://example.com/api` where a proxy
    /// takes `/api` off: [`Presented::url`] begins with it. It is not read from `Host`, which whoever sends a request chooses.
    ///
    /// # Errors
    ///
    /// [`ResourceServerError::BaseUrl`] if it is not an `https` URL, or an `http` one on a loopback host, or has a query.
    pub fn base_url(mut self, url: &str) -> Result<Self, ResourceServerError> {
        if !is_secure_url(url) || url.contains('?') {
            return Err(ResourceServerError::BaseUrl);
        }
        self.base_url = Some(url.strip_suffix('/').unwrap_or(url).into());
        Ok(self)
    }

    /// Accepts only tokens meant for this audience, compared byte by byte: one whose `aud` lacks it, or that has none, is
    /// `invalid_token`. Without this only tokens that name no audience are accepted, since any other may be meant for somebody else
    /// (RFC 9700 section 2.3).
    ///
    /// A server of this library names the audience that [`Approval::audience`](crate::Approval::audience) or
    /// [`Granted::audience`](crate::Granted::audience) gave it, and otherwise none.
    #[must_use]
    pub fn audience(mut self, audience: &str) -> Self {
        self.audience = Audience::Named(audience.into());
        self
    }

    /// Accepts tokens whatever audience they name. Only where the authorization server has no tokens for anybody else: otherwise
    /// a resource server that gets one can use it here.
    #[must_use]
    pub fn any_audience(mut self) -> Self {
        self.audience = Audience::Any;
        self
    }

    /// Which scopes imply others, as the [authorization server](crate::Builder::scope_hierarchy) has it: a token with one that implies what is
    /// required will do. None do without this call.
    #[must_use]
    pub fn scope_hierarchy(mut self, hierarchy: ScopeHierarchy) -> Self {
        self.hierarchy = hierarchy;
        self
    }

    /// Refuses tokens that are bound to nothing, which are good for whoever has them.
    #[must_use]
    pub fn bound_tokens_only(mut self) -> Self {
        self.bound_tokens_only = true;
        self
    }

    /// Takes tokens that are bound to a key, of which requests prove that they have it.
    #[cfg(feature = "jose")]
    fn proving(mut self, possession: Arc<dyn Possession>) -> Self {
        let required = possession.refuses_bearer_tokens();
        self.bound_tokens_only |= required;
        // Those of certificates come as bearer tokens.
        let refuses_bearer_tokens = required && !self.takes_certificates();
        let protection = Arc::make_mut(&mut self.protection);
        protection.algorithms = possession.algorithms().into();
        protection.refuses_bearer_tokens = refuses_bearer_tokens;
        self.possession = Some(possession);
        self
    }

    /// Reads the time from this clock instead of the system's, where proofs are checked, and where it is asked [how long ago](AuthenticationRequirements::max_age) a
    /// person signed in.
    #[must_use]
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// What is known about the token of a request, if it is active and has all of the `required` scope.
    ///
    /// Only the `Authorization` header is read (RFC 6750 section 2.1), and `DPoP` beside it (RFC 9449 section 7.1). The other two methods are optional, and OAuth 2.1
    /// drops the one that puts tokens into URLs.
    ///
    /// # Errors
    ///
    /// The [`Challenge`] to answer with, as RFC 6750 section 3.1 asks:
    ///
    /// * 401 without an error code: no `Authorization` header, or one of another scheme.
    /// * 400 `invalid_request`: several of them, or not the syntax of section 2.1.
    /// * 401 `invalid_token`: unknown, expired, revoked, for another audience, or bound to a key that the request does not prove to
    ///   have ([`TokenVerifier::proves_possession`]); presented as bound, and bound to nothing.
    /// * 401 `invalid_dpop_proof`: a proof that is not what RFC 9449 section 4.3 asks for. 401 `use_dpop_nonce`: one without a nonce of this
    ///   server, which is in `DPoP-Nonce`.
    /// * 403 `insufficient_scope`.
    /// * 503 or 500 without detail: the verifier had no answer.
    pub async fn authenticate(&self, request: &Parts, required: &Scope) -> Result<TokenClaims, Challenge> {
        self.admit(request, required.as_str(), Required::NOTHING).await.map(|(claims, _)| claims)
    }

    /// As [`authenticate`](Self::authenticate), if the person behind the token signed in as `authentication` says, too.
    ///
    /// # Errors
    ///
    /// As there, and 401 `insufficient_user_authentication` with `acr_values` and `max_age` (RFC 9470 section 3): the client begins an
    /// authorization that asks for those, and comes again with the new token. If the token lacks the scope as well, that is named beside
    /// them.
    pub async fn authenticate_as(
        &self,
        request: &Parts,
        required: &Scope,
        authentication: &AuthenticationRequirements,
    ) -> Result<TokenClaims, Challenge> {
        self.admit(request, required.as_str(), authentication.as_required()).await.map(|(claims, _)| claims)
    }

    /// The same, for what is known to be well formed.
    #[cfg(feature = "axum")]
    async fn authenticate_text(
        &self,
        request: &Parts,
        scope: &str,
        authentication: Required<'_>,
    ) -> Result<TokenClaims, Challenge> {
        self.admit(request, scope, authentication).await.map(|(claims, _)| claims)
    }

    /// The claims, and what the client is to put into its next proof, if something newer than it has.
    async fn admit(
        &self,
        request: &Parts,
        scope: &str,
        authentication: Required<'_>,
    ) -> Result<(TokenClaims, Option<HeaderValue>), Challenge> {
        let checked = self.check(request, scope, authentication).await;
        checked.map_err(|refused| Challenge::new(refused, scope, &self.protection).requiring(authentication))
    }

    async fn check(
        &self,
        request: &Parts,
        required: &str,
        authentication: Required<'_>,
    ) -> Result<(TokenClaims, Option<HeaderValue>), Refused> {
        let (token, scheme) = credentials(&request.headers, self.possession.is_some())?;
        let presented = Presented::by(scheme, token, request).below(self.base_url.as_deref());
        let checked = self.check_presented(presented, required, authentication).await;
        checked.map_err(|refused| Refused { scheme: Some(scheme), ..refused })
    }

    async fn check_presented(
        &self,
        presented: Presented<'_>,
        required: &str,
        authentication: Required<'_>,
    ) -> Result<(TokenClaims, Option<HeaderValue>), Refused> {
        if presented.scheme() == TokenScheme::Bearer && self.protection.refuses_bearer_tokens {
            return Err(Fault::BearerToken.into());
        }
        let claims = self.verifier.verify(&presented).await.map_err(reported)?.ok_or(Fault::Inactive)?;
        if !self.audience.accepts(&claims) {
            return Err(Fault::OtherAudience.into());
        }
        let nonce = self.confirm(presented, &claims).await?;
        let in_scope = self.has_scope(&claims, required);
        // The clock is read only where that matters.
        let unmet = if authentication.is_nothing() { None } else { authentication.unmet(&claims, self.clock.now()) };
        match unmet {
            Some(lacks) => Err(Fault::InsufficientAuthentication { lacks, lacks_scope: !in_scope }.into()),
            None if in_scope => Ok((claims, nonce)),
            None => Err(Fault::InsufficientScope.into()),
        }
    }

    /// Does the request prove to have the keys to which the token is bound? One that is bound to the key of a proof comes with a proof, and
    /// no other does, whatever the verifier says (RFC 9449 section 7.2).
    async fn confirm(&self, presented: Presented<'_>, claims: &TokenClaims) -> Result<Option<HeaderValue>, Refused> {
        let with_proof = presented.scheme() == TokenScheme::WithProof;
        let Some(bound) = claims.confirmation() else {
            return match with_proof {
                true => Err(Fault::NotBound.into()),
                false if self.bound_tokens_only => Err(Fault::BearerToken.into()),
                false => Ok(None),
            };
        };
        let key = bound.get(JKT);
        if key.is_some() != with_proof {
            tracing::warn!("refused a token that is bound to a key, as nobody proved to have the key");
            return Err(if with_proof { Fault::NotBound.into() } else { Fault::NotProven.into() });
        }
        let certified = self.certified(presented, bound);
        if certified == Some(false) {
            tracing::warn!("refused a token that is bound to a certificate, as the request does not have it");
            return Err(Fault::NotProven.into());
        }
        let is_checked = |name: &str| name == JKT || (name == X5T_S256 && certified.is_some());
        let others = bound.as_object().is_none_or(|keys| keys.is_empty() || keys.keys().any(|name| !is_checked(name)));
        if others && !self.verifier.proves_possession(&presented, claims).await.map_err(reported)? {
            tracing::warn!("refused a token that is bound to a key, as nobody proved to have the key");
            return Err(Fault::NotProven.into());
        }
        let (Some(key), Some(possession)) = (key, &self.possession) else { return Ok(None) };
        let thumbprint = key.as_str().ok_or(Fault::NotProven)?;
        possession.check(presented, thumbprint, self.clock.now()).await
    }
}

/// The confirmation method of certificates (RFC 8705 section 3.1).
const X5T_S256: &str = "x5t#S256";

#[cfg(feature = "mtls")]
impl<V: TokenVerifier> ResourceServer<V> {
    #[cfg(feature = "jose")]
    const fn takes_certificates(&self) -> bool {
        self.takes_certificates
    }
    fn certified(&self, presented: Presented<'_>, bound: &serde_json::Value) -> Option<bool> {
        self.has_certificate(bound, presented.extensions())
    }
}

#[cfg(not(feature = "mtls"))]
impl<V: TokenVerifier> ResourceServer<V> {
    #[cfg(feature = "jose")]
    const fn takes_certificates(&self) -> bool {
        false
    }
    const fn certified(&self, _: Presented<'_>, _: &serde_json::Value) -> Option<bool> {
        None
    }
}

impl<V> Clone for ResourceServer<V> {
    fn clone(&self) -> Self {
        let Self { verifier, protection, audience, base_url, hierarchy, possession, clock, .. } = self;
        Self {
            verifier: verifier.clone(),
            protection: protection.clone(),
            audience: audience.clone(),
            base_url: base_url.clone(),
            hierarchy: hierarchy.clone(),
            possession: possession.clone(),
            #[cfg(feature = "mtls")]
            takes_certificates: self.takes_certificates,
            bound_tokens_only: self.bound_tokens_only,
            clock: clock.clone(),
        }
    }
}

impl<V> fmt::Debug for ResourceServer<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Protection { realm, resource_metadata, .. } = &*self.protection;
        let mut text = f.debug_struct("ResourceServer");
        text.field("realm", realm).field("resource_metadata", resource_metadata).field("audience", &self.audience);
        text.field("base_url", &self.base_url).field("scope_hierarchy", &self.hierarchy);
        text.finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::testing::{Scripted, now};
    use super::*;
    use http::HeaderMap;
    use http::header::{AUTHORIZATION, RETRY_AFTER, WWW_AUTHENTICATE};

    fn headers(values: &[&str]) -> HeaderMap {
        values.iter().map(|value| (AUTHORIZATION, value.parse().unwrap())).collect()
    }

    fn request(values: &[&str]) -> Parts {
        let (mut parts, ()) = http::Request::new(()).into_parts();
        parts.headers = headers(values);
        parts
    }

    fn authenticate<V: TokenVerifier>(
        server: &ResourceServer<V>,
        values: &[&str],
        scope: &str,
    ) -> Result<TokenClaims, Challenge> {
        now(server.authenticate(&request(values), &Scope::parse(scope).unwrap()))
    }

    // shows: RFC6750-2-01, RFC6750-2.1-03
    #[test]
    fn credentials_are_read_as_rfc_6750_writes_them() {
        use Fault::{MalformedCredentials as Malformed, MissingCredentials as Missing, SeveralCredentials as Several};
        for (values, expected) in [
            (&["Bearer a"][..], Ok("a")),
            (&["bEARER   aZ09-._~+/=="], Ok("aZ09-._~+/==")),
            (&[], Err(Missing)),
            (&[""], Err(Missing)),
            (&["Basic YTpi"], Err(Missing)),
            (&["Bearers a"], Err(Missing)),
            (&["DPoP a"], Err(Missing)),
            (&["Bearer a", "Bearer a"], Err(Several)),
            (&["Basic YTpi", "Bearer a"], Err(Several)),
            (&["Bearer"], Err(Malformed)),
            (&["Bearer "], Err(Malformed)),
            (&["Bearer\ta"], Err(Malformed)),
            (&["Bearer,a"], Err(Malformed)),
            (&["Bearer a b"], Err(Malformed)),
            (&["Bearer a, Bearer b"], Err(Malformed)),
            (&["Bearer =a"], Err(Malformed)),
            (&["Bearer =="], Err(Malformed)),
            (&["Bearer a\u{e9}"], Err(Malformed)),
            (&["Bearer \"a\""], Err(Malformed)),
        ] {
            let headers = headers(values);
            let read = credentials(&headers, false).map(|(token, _)| token).map_err(|refused| refused.fault);
            assert_eq!(read, expected, "{values:?}");
        }
    }

    // shows: RFC6750-3.1-01, RFC6750-3.1-04, RFC6750-3.1-06
    #[test]
    fn each_request_gets_its_claims_or_the_right_refusal() {
        let server = ResourceServer::new(Scripted).realm("api").unwrap();
        for (values, scope, expected) in [
            (&["Bearer good"][..], "", Ok("alice")),
            (&["Bearer good"], "write read", Ok("alice")),
            (&["Bearer good"], "read admin", Err((403, Some("insufficient_scope")))),
            (&["Bearer bad"], "read", Err((401, Some("invalid_token")))),
            (&["Bearer"], "read", Err((400, Some("invalid_request")))),
            (&[], "read", Err((401, None))),
            (&["Bearer down"], "", Err((503, Some("temporarily_unavailable")))),
            (&["Bearer odd"], "", Err((500, Some("server_error")))),
        ] {
            let answer = authenticate(&server, values, scope);
            let answer = answer.as_ref().map(|claims| claims.subject().unwrap());
            assert_eq!(answer.map_err(|challenge| (challenge.status().as_u16(), challenge.error())), expected, "{values:?}");
        }
        let unavailable = authenticate(&server, &["Bearer down"], "").unwrap_err().to_response();
        assert_eq!(unavailable.headers()[RETRY_AFTER], "7");
    }

    // shows: RFC9700-2.3-03
    #[test]
    fn a_token_for_another_audience_is_invalid() {
        let server = || ResourceServer::new(Scripted);
        for (server, meant, good) in [
            (server().audience("api"), true, false),
            (server().audience("API"), false, false),
            (server().audience(""), false, false),
            (server(), false, true),
            (server().any_audience(), true, true),
        ] {
            let accepted = |header| match authenticate(&server, &[header], "") {
                Ok(_) => true,
                Err(challenge) => {
                    assert_eq!((challenge.status().as_u16(), challenge.error()), (401, Some("invalid_token")));
                    false
                }
            };
            assert_eq!((accepted("Bearer meant"), accepted("Bearer good")), (meant, good), "{server:?}");
        }
    }

    #[test]
    fn settings_are_checked_and_shown() {
        let server = || ResourceServer::new(Scripted);
        for realm in ["a\nb", "caf\u{e9}", "\u{7f}"] {
            assert_eq!(server().realm(realm).unwrap_err(), ResourceServerError::Realm);
        }
        for url in ["", "/path", "http://example.com/", "https://u@example.com/", "https://example.com/#f", "data:,"] {
            assert_eq!(server().resource_metadata(url).unwrap_err(), ResourceServerError::ResourceMetadata, "{url}");
        }
        for url in ["https://example.com/m", "http://localhost:1/m", "http://127.0.0.2/m", "http://[::1]/m"] {
            let server = server().realm("x \"y\"").unwrap().resource_metadata(url).unwrap();
            let challenge = authenticate(&server, &[], "").unwrap_err().to_response();
            let expected = format!("Bearer realm=\"x \\\"y\\\"\", resource_metadata=\"{url}\"");
            assert_eq!(challenge.headers()[WWW_AUTHENTICATE], expected);
        }
    }

    #[test]
    fn the_base_url_is_one_that_clients_reach() {
        for url in
            ["", "/path", "http://example.com/", "https://u@example.com/", "https://example.com/#f", "https://example.com/?q"]
        {
            assert_eq!(ResourceServer::new(Scripted).base_url(url).unwrap_err(), ResourceServerError::BaseUrl, "{url}");
        }
        for url in ["https://example.com", "https://example.com/api/", "http://localhost:1"] {
            assert!(ResourceServer::new(Scripted).base_url(url).is_ok(), "{url}");
        }
    }

    // shows: RFC9700-4.9.3-03
    #[test]
    fn no_text_shows_the_token() {
        let challenge = authenticate(&ResourceServer::new(Scripted), &["Bearer s3cr3t"], "read").unwrap_err();
        let response = challenge.to_response();
        assert!(!format!("{challenge} {challenge:?} {response:?}").contains("s3cr3t"));
    }
}

//! A client that walks each flow, in memory.

use std::fmt;

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, Method, Request};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use super::answer::{Answer, answer};
use super::outfit::Outfit;
use super::proof::Proof;
use crate::authorization::{Approval, AuthorizationRequest, Decision};
use crate::endpoint::Authorization;
use crate::grant::DeviceCode;
use crate::http::endpoints;
use crate::server::facade::ServesOAuth;
use crate::server::interaction::Interaction;
use crate::typelevel::name::WireName as _;
use crate::values::pkce::{CodeChallenge, CodeVerifier};

/// The verifier of every request: RFC 7636 appendix B. A real client draws one for each.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
/// The state of every request.
const STATE: &str = "the state of a test";

/// A client of a server, as a program elsewhere would be: it finds the endpoints in the metadata, and sends requests to them, without
/// any socket. Register it with the server first.
///
/// Each flow is a method that gives the [`Answer`], good or not; [`tokens`](Self::tokens) and [`code`](Self::code) walk one that has to
/// succeed. Where the metadata says that requests have to be pushed (RFC 9126 section 5), it pushes them.
pub struct TestClient<'a, Sv> {
    server: &'a Sv,
    id: String,
    proof: Proof,
    outfit: Outfit,
    redirect_uri: Option<String>,
    scope: Option<String>,
    resources: Vec<String>,
}

/// What a client got, and keeps.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct TestTokens {
    /// The access token.
    pub access_token: String,
    /// The refresh token, if there is one.
    pub refresh_token: Option<String>,
    /// The scope of the access token.
    pub scope: String,
}

impl TestTokens {
    /// The tokens of a successful token response.
    ///
    /// # Panics
    ///
    /// If it is none.
    #[track_caller]
    #[must_use]
    pub fn of(answer: &Answer) -> Self {
        answer.assert_ok();
        let json = answer.json();
        let text = |name: &str| json[name].as_str().map(str::to_owned);
        Self {
            access_token: answer.member("access_token"),
            refresh_token: text("refresh_token"),
            scope: text("scope").unwrap_or_default(),
        }
    }

    /// The refresh token.
    ///
    /// # Panics
    ///
    /// If there is none.
    #[track_caller]
    #[must_use]
    pub fn refresh_token(&self) -> &str {
        self.refresh_token.as_deref().expect("the server issued a refresh token")
    }
}

impl<'a, Sv: ServesOAuth> TestClient<'a, Sv> {
    /// A client without a secret.
    #[must_use]
    pub fn public(server: &'a Sv, id: &str) -> Self {
        let (proof, outfit) = (Proof::Nothing, Outfit::default());
        Self { server, id: id.to_owned(), proof, outfit, redirect_uri: None, scope: None, resources: Vec::new() }
    }

    /// A client that sends this secret in the `Authorization` header (RFC 6749 section 2.3.1).
    #[must_use]
    pub fn confidential(server: &'a Sv, id: &str, secret: &str) -> Self {
        Self { proof: Proof::Secret(secret.to_owned()), ..Self::public(server, id) }
    }

    /// A client that signs an assertion with this key for each request (`private_key_jwt`, RFC 7523 section 2.2), by the clock of the
    /// server.
    #[cfg(feature = "jose")]
    #[must_use]
    pub fn with_key(server: &'a Sv, id: &str, key: crate::jose::KeyPair, clock: impl crate::values::clock::Clock) -> Self {
        Self { proof: Proof::key(key, clock), ..Self::public(server, id) }
    }

    /// Where people are sent back to. Without it the authorization request names none, which is good where one is registered.
    #[must_use]
    pub fn redirect_uri(mut self, uri: &str) -> Self {
        self.redirect_uri = Some(uri.to_owned());
        self
    }

    /// What it asks for. Without it it asks for nothing in particular.
    #[must_use]
    pub fn scope(mut self, scope: &str) -> Self {
        self.scope = Some(scope.to_owned());
        self
    }

    /// An API for which it asks for tokens (`resource`, RFC 8707 section 2), in authorization and token requests. There may be several.
    #[must_use]
    pub fn resource(mut self, resource: &str) -> Self {
        self.resources.push(resource.to_owned());
        self
    }

    /// A header that each of its requests to the server has, in place of its own with this name.
    ///
    /// # Panics
    ///
    /// If it is none.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.outfit.header(name, value);
        self
    }

    /// What your layers put into the extensions of each of its requests, such as a [`RequestSource`](crate::RequestSource) or a
    /// [`Transport`](crate::Transport).
    #[must_use]
    pub fn extension<T: Clone + Send + Sync + 'static>(mut self, extension: T) -> Self {
        self.outfit.extension(extension);
        self
    }

    /// The certificate of its TLS connection: it authenticates a client that registered so ([`public`](Self::public) is the constructor
    /// then: there is no secret), and binds tokens (RFC 8705).
    #[cfg(feature = "mtls")]
    #[must_use]
    pub fn certificate(self, certificate: crate::mtls::ClientCertificate) -> Self {
        self.extension(certificate)
    }

    /// A key of which it has a proof in each request (DPoP, RFC 9449), by the clock of the server. What the server wants as a nonce it
    /// gets, in a second request.
    #[cfg(feature = "jose")]
    #[must_use]
    pub fn dpop(mut self, key: crate::jose::KeyPair, clock: impl crate::values::clock::Clock) -> Self {
        self.outfit.dpop(key, clock);
        self
    }

    /// The parameters of its authorization request: for a code, with PKCE and a state.
    #[must_use]
    pub fn request(&self) -> Vec<(&'static str, String)> {
        let challenge = CodeChallenge::s256_of(&CodeVerifier::parse(VERIFIER).expect("a verifier"));
        let mut parameters = vec![
            ("response_type", "code".to_owned()),
            ("client_id", self.id.clone()),
            ("state", STATE.to_owned()),
            ("code_challenge", challenge.as_str().to_owned()),
            ("code_challenge_method", "S256".to_owned()),
        ];
        parameters.extend(self.redirect_uri.clone().map(|uri| ("redirect_uri", uri)));
        parameters.extend(self.scope.clone().map(|scope| ("scope", scope)));
        parameters.extend(self.resources.iter().map(|resource| ("resource", resource.clone())));
        parameters
    }

    /// Sends a person to the authorization endpoint, with these parameters in place of those of [`request`](Self::request) that have the
    /// same name, or beside them, and decides about the request if it is valid.
    pub async fn authorize(
        &self,
        changes: &[(&'static str, &str)],
        decide: impl FnOnce(AuthorizationRequest) -> Decision,
    ) -> Answer {
        match self.send_person(changes, HeaderMap::new()).await.1 {
            Ok(request) => self.decided(decide(request)).await,
            Err(answer) => answer,
        }
    }

    /// The same, and the application decides, which sees these headers, such as the cookies of its session.
    pub async fn authorize_by<I: Interaction<Sv>>(&self, interaction: &I, headers: HeaderMap) -> Answer {
        match self.send_person(&[], headers).await {
            (http, Ok(request)) => self.decided(interaction.decide(self.server, &http, request).await).await,
            (_, Err(answer)) => answer,
        }
    }

    async fn send_person(
        &self,
        changes: &[(&'static str, &str)],
        headers: HeaderMap,
    ) -> (Request<Bytes>, Result<AuthorizationRequest, Answer>) {
        let metadata = metadata(self.server).await;
        let parameters = match metadata["require_pushed_authorization_requests"] == true {
            false => self.changed(changes),
            true => {
                let pushed = self.push(changes).await;
                if pushed.status != 201 {
                    return (Request::new(Bytes::new()), Err(pushed));
                }
                self.pushed(&pushed.member("request_uri"))
            }
        };
        let mut request = Request::new(Bytes::new());
        let url = url(&metadata, "authorization_endpoint");
        let uri = format!("{}?{}", path(self.server, &url), form(&parameters));
        *request.uri_mut() = uri.parse().expect("a path and a query");
        *request.headers_mut() = headers;
        let valid = match self.server.authorize(request.clone()).await {
            Authorization::Interact(valid) => Ok(valid),
            Authorization::Respond(response) => Err(answer(response)),
        };
        (request, valid)
    }

    fn changed(&self, changes: &[(&'static str, &str)]) -> Vec<(&'static str, String)> {
        let mut parameters = self.request();
        parameters.retain(|(name, _)| !changes.iter().any(|(changed, _)| changed == name));
        parameters.extend(changes.iter().map(|(name, value)| (*name, (*value).to_owned())));
        parameters
    }

    /// Pushes its authorization request (RFC 9126 section 2.1), with these parameters in place of those of [`request`](Self::request).
    pub async fn push(&self, changes: &[(&'static str, &str)]) -> Answer {
        let parameters = self.changed(changes);
        let parameters: Vec<_> = parameters.iter().map(|(name, value)| (*name, value.as_str())).collect();
        self.post("pushed_authorization_request_endpoint", &parameters).await
    }

    /// The parameters of the authorization request for what was pushed: the `request_uri` of the answer (RFC 9126 section 4).
    #[must_use]
    pub fn pushed(&self, request_uri: &str) -> Vec<(&'static str, String)> {
        vec![("client_id", self.id.clone()), ("request_uri", request_uri.to_owned())]
    }

    /// What the person's browser is answered once it was decided.
    pub async fn decided(&self, decision: Decision) -> Answer {
        answer(self.server.complete(decision).await)
    }

    /// A code that the person approved.
    ///
    /// # Panics
    ///
    /// If none comes back, or one with another state or of another issuer.
    pub async fn code(&self, approval: Approval) -> String {
        let answer = self.authorize(&[], |request| request.approve(approval)).await;
        // Whether 302 or 303 is the server's to say: after a POST, and under some profiles always, it is 303.
        assert!(matches!(answer.status.as_u16(), 302 | 303), "{answer:?}");
        let parameters = answer.redirected();
        let of = |name: &str| parameters.get(name).map(String::as_str);
        assert_eq!((of("state"), of("iss")), (Some(STATE), Some(self.server.issuer().as_str())), "{answer:?}");
        answer.code()
    }

    /// Redeems a code.
    pub async fn redeem(&self, code: &str) -> Answer {
        let mut parameters = vec![("grant_type", "authorization_code"), ("code", code), ("code_verifier", VERIFIER)];
        parameters.extend(self.redirect_uri.as_deref().map(|uri| ("redirect_uri", uri)));
        self.token(&parameters).await
    }

    /// The whole authorization code flow.
    ///
    /// # Panics
    ///
    /// If it does not end with tokens.
    pub async fn tokens(&self, approval: Approval) -> TestTokens {
        let code = self.code(approval).await;
        TestTokens::of(&self.redeem(&code).await)
    }

    /// Uses a refresh token.
    pub async fn refresh(&self, refresh_token: &str) -> Answer {
        self.token(&[("grant_type", "refresh_token"), ("refresh_token", refresh_token)]).await
    }

    /// Asks for a token for itself.
    pub async fn client_credentials(&self) -> Answer {
        self.token(&self.scoped(vec![("grant_type", "client_credentials")])).await
    }

    /// Asks for tokens with a person's password.
    pub async fn password(&self, username: &str, password: &str) -> Answer {
        self.token(&self.scoped(vec![("grant_type", "password"), ("username", username), ("password", password)])).await
    }

    /// Asks as a device that has no browser (RFC 8628 section 3.1). A person types the `user_code` of the answer:
    /// [`Browser::enter`](super::Browser::enter).
    pub async fn device(&self) -> Answer {
        let mut parameters = self.scoped(Vec::new());
        parameters.extend(self.resources.iter().map(|resource| ("resource", resource.as_str())));
        self.post("device_authorization_endpoint", &parameters).await
    }

    /// Polls as a device (RFC 8628 section 3.4), with the `device_code` that it got.
    pub async fn poll(&self, device_code: &str) -> Answer {
        self.token(&[("grant_type", <DeviceCode>::NAME), ("device_code", device_code)]).await
    }

    fn scoped<'p>(&'p self, mut parameters: Vec<(&'p str, &'p str)>) -> Vec<(&'p str, &'p str)> {
        parameters.extend(self.scope.as_deref().map(|scope| ("scope", scope)));
        parameters
    }

    /// Any token request. It has the client's resources, unless it names others.
    pub async fn token(&self, parameters: &[(&str, &str)]) -> Answer {
        let mut parameters = parameters.to_vec();
        if parameters.iter().all(|(name, _)| *name != "resource") {
            parameters.extend(self.resources.iter().map(|resource| ("resource", resource.as_str())));
        }
        self.post("token_endpoint", &parameters).await
    }

    /// Asks what a token is.
    pub async fn introspect(&self, token: &str) -> Answer {
        self.post("introspection_endpoint", &[("token", token)]).await
    }

    /// Gives a token back.
    pub async fn revoke(&self, token: &str) -> Answer {
        self.post("revocation_endpoint", &[("token", token)]).await
    }

    /// Shows an access token to the endpoint with this name in the metadata, such as `userinfo_endpoint` (RFC 6750 section 2.1), as this
    /// client does: [`presenting`](Self::presenting).
    pub async fn get(&self, endpoint: &str, access_token: &str) -> Answer {
        let url = url(&metadata(self.server).await, endpoint);
        self.send(Method::GET, &url, || (self.presenting(&Method::GET, &url, access_token), Bytes::new())).await
    }

    /// The headers with which this client shows an access token to an API, in a request with this method to this URL: with a proof, if it
    /// has a [key](Self::dpop) (RFC 9449 section 7.1), and as a bearer token otherwise.
    #[must_use]
    pub fn presenting(&self, method: &Method, url: &str, access_token: &str) -> HeaderMap {
        self.outfit.presenting(method, url, access_token)
    }

    /// Keeps the nonce with which an API answered, for the next proof; `true` if it asks for the request once more (RFC 9449 section 9).
    #[cfg(feature = "jose")]
    #[must_use]
    pub fn keep_nonce(&self, answer: &Answer) -> bool {
        self.outfit.keeps_nonce(answer)
    }

    /// Sends a form to the endpoint with this name in the metadata, as this client, which adds who it is where the form does not say it.
    pub async fn post(&self, endpoint: &str, parameters: &[(&str, &str)]) -> Answer {
        let url = url(&metadata(self.server).await, endpoint);
        self.send(Method::POST, &url, || {
            let mut headers = self.outfit.proving(&Method::POST, &url);
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
            let (header, fields) = self.proof.of(&self.id, self.server.issuer());
            headers.extend(header.map(|header| (AUTHORIZATION, header.parse().expect("a header"))));
            let is_there = |name: &str| parameters.iter().any(|(own, _)| *own == name);
            let own = fields.iter().filter(|(name, _)| !is_there(name)).map(|(name, value)| (*name, value.as_str()));
            (headers, form(&parameters.iter().copied().chain(own).collect::<Vec<_>>()).into())
        })
        .await
    }

    /// Twice, if the server asks for a nonce: each time as if it were the first, since no proof and no assertion is good again.
    async fn send(&self, method: Method, url: &str, made: impl Fn() -> (HeaderMap, Bytes)) -> Answer {
        let answer = self.send_once(method.clone(), url, made()).await;
        if self.outfit.keeps_nonce(&answer) { self.send_once(method, url, made()).await } else { answer }
    }

    async fn send_once(&self, method: Method, url: &str, (headers, body): (HeaderMap, Bytes)) -> Answer {
        let mut request = Request::builder().method(method).uri(path(self.server, url)).body(body).expect("a request");
        *request.headers_mut() = headers;
        self.outfit.put_on(&mut request);
        answer(self.server.handle(request).await)
    }
}

impl<Sv: ServesOAuth> fmt::Debug for TestClient<'_, Sv> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TestClient").field("id", &self.id).field("issuer", self.server.issuer()).finish_non_exhaustive()
    }
}

/// The path of the endpoint with this name in the metadata.
pub(super) async fn endpoint(server: &impl ServesOAuth, name: &str) -> String {
    path(server, &url(&metadata(server).await, name)).to_owned()
}

/// What the server says of itself (RFC 8414).
async fn metadata(server: &impl ServesOAuth) -> Value {
    let request = Request::get(endpoints::metadata_path(server.issuer())).body(Bytes::new()).expect("a request");
    answer(server.handle(request).await).json()
}

/// The URL of the endpoint with this name.
fn url(metadata: &Value, name: &str) -> String {
    metadata[name].as_str().unwrap_or_else(|| panic!("the server has no {name}")).to_owned()
}

fn path<'u>(server: &impl ServesOAuth, url: &'u str) -> &'u str {
    url.strip_prefix(server.issuer().origin()).unwrap_or_else(|| panic!("an endpoint is elsewhere: {url}"))
}

/// `application/x-www-form-urlencoded`.
pub(super) fn form<N: AsRef<str>, V: AsRef<str>>(parameters: &[(N, V)]) -> String {
    let pairs: Vec<_> =
        parameters.iter().map(|(name, value)| format!("{}={}", encode(name.as_ref()), encode(value.as_ref()))).collect();
    pairs.join("&")
}

/// A value in a form.
pub(super) fn encode(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

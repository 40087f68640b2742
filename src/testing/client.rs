//! A client that walks each flow, in memory.

use std::fmt;

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, Method, Request, StatusCode};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::answer::{Answer, answer};
use super::proof::Proof;
use crate::authorization::{Approval, AuthorizationRequest, Decision};
use crate::endpoint::Authorization;
use crate::http::endpoints;
use crate::server::facade::ServesOAuth;
use crate::server::interaction::Interaction;
use crate::values::pkce::{CodeChallenge, CodeVerifier};

/// The verifier of every request: RFC 7636 appendix B. A real client draws one for each.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
/// The state of every request.
const STATE: &str = "the state of a test";

/// A client of a server, as a program elsewhere would be: it finds the endpoints in the metadata, and sends requests to them, without
/// any socket. Register it with the server first.
///
/// Each flow is a method that gives the [`Answer`], good or not; [`tokens`](Self::tokens) and [`code`](Self::code) walk one that has to
/// succeed.
pub struct TestClient<'a, Sv> {
    server: &'a Sv,
    id: String,
    proof: Proof,
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
        Self { server, id: id.to_owned(), proof: Proof::Nothing, redirect_uri: None, scope: None, resources: Vec::new() }
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
        let mut parameters = self.request();
        parameters.retain(|(name, _)| !changes.iter().any(|(changed, _)| changed == name));
        parameters.extend(changes.iter().map(|(name, value)| (*name, (*value).to_owned())));
        let path = endpoint(self.server, "authorization_endpoint").await;
        let mut request = Request::new(Bytes::new());
        *request.uri_mut() = format!("{path}?{}", form(&parameters)).parse().expect("a path and a query");
        *request.headers_mut() = headers;
        let valid = match self.server.authorize(request.clone()).await {
            Authorization::Interact(valid) => Ok(valid),
            Authorization::Respond(response) => Err(answer(response)),
        };
        (request, valid)
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
        assert_eq!(answer.status, StatusCode::FOUND, "{answer:?}");
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

    /// Shows an access token to the endpoint with this name in the metadata, such as `userinfo_endpoint` (RFC 6750 section 2.1).
    pub async fn get(&self, endpoint: &str, access_token: &str) -> Answer {
        let path = self::endpoint(self.server, endpoint).await;
        let request = Request::get(path).header(AUTHORIZATION, format!("Bearer {access_token}"));
        answer(self.server.handle(request.body(Bytes::new()).expect("a request")).await)
    }

    /// Sends a form to the endpoint with this name in the metadata, as this client.
    pub async fn post(&self, endpoint: &str, parameters: &[(&str, &str)]) -> Answer {
        let path = self::endpoint(self.server, endpoint).await;
        let request = Request::builder().method(Method::POST).uri(path);
        let request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        let mut parameters = parameters.to_vec();
        let (header, fields) = self.proof.of(&self.id, self.server.issuer());
        let request = header.into_iter().fold(request, |request, header| request.header(AUTHORIZATION, header));
        parameters.extend(fields.iter().map(|(name, value)| (*name, value.as_str())));
        answer(self.server.handle(request.body(form(&parameters).into()).expect("a request")).await)
    }
}

impl<Sv: ServesOAuth> fmt::Debug for TestClient<'_, Sv> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TestClient").field("id", &self.id).field("issuer", self.server.issuer()).finish_non_exhaustive()
    }
}

/// The path of the endpoint with this name in the metadata (RFC 8414).
pub(super) async fn endpoint(server: &impl ServesOAuth, name: &str) -> String {
    let issuer = server.issuer();
    let request = Request::get(endpoints::metadata_path(issuer)).body(Bytes::new()).expect("a request");
    let metadata = answer(server.handle(request).await).json();
    let url = metadata[name].as_str().unwrap_or_else(|| panic!("the server has no {name}"));
    url.strip_prefix(issuer.origin()).unwrap_or_else(|| panic!("the {name} is elsewhere: {url}")).to_owned()
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

//! The authorization endpoint (RFC 6749 section 3.1): validation, the person's decision, the response.

use bytes::Bytes;
use http::{Method, Request, Response};

use crate::authentication;
use crate::authorization::{
    ApprovedRequest, AuthorizationRequest, AuthorizationResponse, Browser, Decided, Decision, RedirectTarget, ResponseMode,
    ResumeError, StoredRequest, Suspended,
};
use crate::client::Client;
use crate::clock::Timestamp;
use crate::core::{Boxed, Core};
use crate::endpoint::{body_parameters, check_transport};
use crate::error::{ErrorCode, StoreError, TokenError};
use crate::events;
use crate::feature::{FeatureList, FeaturesOn};
use crate::grant::GrantList;
use crate::parameters::{Parameter, Parameters};
use crate::pkce::{CodeChallenge, CodeChallengeMethod, PkceRequirement};
use crate::response_name::same_words;
use crate::response_type::{ApprovalContext, ResponseTypeInfo, ResponseTypeList, ResponseTypesOn};
use crate::storage::{ClientStore, InteractionRecord, InteractionStore};
use crate::{http_response, page};
use std::sync::Arc;

/// What decides where the response goes: if one of these is repeated, nothing is known, and the error is shown.
const ADDRESS: &[Parameter] = &[Parameter::once("client_id"), Parameter::once("redirect_uri")];
/// The other parameters of an authorization request.
const PARAMETERS: &[Parameter] = &[
    Parameter::once("response_type"),
    Parameter::once("response_mode"),
    Parameter::once("scope"),
    Parameter::once("state"),
    Parameter::once("code_challenge"),
    Parameter::once("code_challenge_method"),
];

/// What the authorization endpoint makes of a request.
#[derive(Debug)]
#[must_use = "send the response, or decide about the request"]
pub enum Authorization {
    /// An error: send it as it is. One that could not be redirected is a page; its [`TokenError`] is in the response's
    /// extensions, for applications that show their own.
    Respond(Response<Bytes>),
    /// A valid request: sign the person in, ask, and decide.
    Interact(AuthorizationRequest),
}

/// The authorization endpoint (RFC 6749 section 3.1):
/// [`AuthorizationServer::authorization`](crate::AuthorizationServer::authorization).
#[must_use = "call `.handle(request)`"]
pub struct AuthorizationEndpoint<'a, S, G, R, F: FeatureList> {
    pub(crate) core: &'a Core<S>,
    pub(crate) grants: &'a G,
    pub(crate) responses: &'a R,
    pub(crate) features: &'a F::Cells,
}

debug_handle!(AuthorizationEndpoint<S, G, R>);

impl<'a, S: ClientStore, G: GrantList, R: ResponseTypeList, F: FeaturesOn<S>> AuthorizationEndpoint<'a, S, G, R, F> {
    /// Validates an authorization request: GET with a query, or POST with a form (RFC 6749 section 3.1). An error goes to the
    /// redirect URI only once that has been validated against the client; before that it is a page.
    pub async fn handle(self, request: Request<Bytes>) -> Authorization {
        if !matches!(*request.method(), Method::GET | Method::POST) {
            return Authorization::Respond(http_response::other_method(request.method(), "GET, POST, OPTIONS"));
        }
        let (parameters, client, mut target) = match self.address(&request).await {
            Ok(address) => address,
            Err(error) => return Authorization::Respond(page::error(self.core.error_uri.as_ref(), &error)),
        };
        target.after_post = request.method() == Method::POST;
        match self.validate(&parameters, &client, &mut target) {
            Ok(valid) => {
                let Valid { info, scope, challenge } = valid;
                Authorization::Interact(AuthorizationRequest {
                    issuer: self.core.issuer.clone(),
                    client,
                    target,
                    redirect_uri_was_sent: parameters.get("redirect_uri").is_some(),
                    response_type: info.name,
                    scope,
                    challenge,
                    other: unknown(&parameters),
                    browser: Browser::of(request.headers(), !self.core.loopback),
                })
            }
            Err(error) => Authorization::Respond(target.error(&self.core.issuer, self.core.error_uri.as_ref(), &error)),
        }
    }

    /// Who asks, and where the answer may go. An error here is shown to the person.
    async fn address<'r>(
        &self,
        request: &'r Request<Bytes>,
    ) -> Result<(Parameters<'r>, Arc<Client>, RedirectTarget), TokenError> {
        check_transport(self.core, request)?;
        let parameters = match *request.method() {
            Method::POST => body_parameters(request)?,
            _ => Parameters::parse(request.uri().query().unwrap_or_default().as_bytes())?,
        };
        parameters.reject_repeats(&[ADDRESS])?;
        let id = parameters.get("client_id").ok_or_else(|| TokenError::invalid_request("the parameter client_id is missing"))?;
        let client = authentication::find(self.core, self.features, id).await?;
        let client = client.ok_or_else(|| TokenError::invalid_request("the client is not registered"))?;
        let requested = parameters.get("redirect_uri");
        let target = RedirectTarget::validate(&client, requested).ok_or_else(|| {
            TokenError::invalid_request(match requested {
                Some(_) => "the redirect_uri is not one that the client has registered",
                None => "the redirect_uri is missing, and the client has not registered exactly one",
            })
        })?;
        Ok((parameters, client, target))
    }

    /// The rest. An error here is redirected, so the target learns state and mode first.
    fn validate(&self, parameters: &Parameters<'_>, client: &Client, target: &mut RedirectTarget) -> Result<Valid, TokenError> {
        // A state that occurs twice, or that not every response mode can return byte for byte, is none.
        let state = parameters.get("state").filter(|_| occurs_once(parameters, "state"));
        let well_formed = !state.is_some_and(|state| state.contains(char::is_control));
        target.state = state.filter(|_| well_formed).map(str::to_owned);
        let requested = parameters.get("response_type");
        let info = requested.and_then(|requested| R::ALL.iter().copied().find(|info| same_words(info.name, requested)));
        let mode = self.set_mode(parameters, info, target);
        self.core.check_available()?;
        parameters.reject_repeats(&[PARAMETERS])?;
        if !well_formed {
            return Err(TokenError::invalid_request("the state has control characters (RFC 6749 appendix A.5)"));
        }
        let requested = requested.ok_or_else(|| TokenError::invalid_request("the parameter response_type is missing"))?;
        let info = info
            .filter(|info| self.is_active(*info))
            .ok_or_else(|| TokenError::new(ErrorCode::UnsupportedResponseType, "this server does not have the response type"))?;
        mode?;
        if !client.may_use_response_type(requested) {
            return Err(TokenError::new(ErrorCode::UnauthorizedClient, "the client may not use the response type"));
        }
        let challenge = challenge(parameters, info.code.then_some(G::PKCE))?;
        let scope = self.core.permitted_scope(client, parameters.get("scope"))?;
        Ok(Valid { info, scope, challenge })
    }

    /// How the response, error or not, travels. A mode that is unknown, repeated or not permitted is an error that travels in
    /// the default mode (Multiple Response Types sections 2.1 and 5).
    fn set_mode(
        &self,
        parameters: &Parameters<'_>,
        info: Option<ResponseTypeInfo>,
        target: &mut RedirectTarget,
    ) -> Result<(), TokenError> {
        let names_token = |words: &str| words.split(' ').any(|word| matches!(word, "token" | "id_token"));
        let with_token = match info {
            Some(info) => info.access_token || info.id_token,
            None => parameters.get("response_type").is_some_and(names_token),
        };
        target.mode = ResponseMode::default_for(with_token);
        let Some(requested) = parameters.get("response_mode").filter(|_| occurs_once(parameters, "response_mode")) else {
            return Ok(());
        };
        match ResponseMode::parse(requested) {
            Some(ResponseMode::Query) if with_token => {
                Err(TokenError::invalid_request("response_mode query is not permitted for a response with a token"))
            }
            Some(mode) => {
                target.mode = mode;
                Ok(())
            }
            None => Err(TokenError::invalid_request("the response_mode is not supported")),
        }
    }

    /// A response type is there only while the grants that it needs are switched on.
    fn is_active(&self, info: ResponseTypeInfo) -> bool {
        is_active(self.grants, info)
    }

    /// Sends a decision about a request that was valid (RFC 6749 sections 4.1.2 and 4.1.2.1).
    pub async fn complete(self, decision: Decision) -> Response<Bytes>
    where
        R: ResponseTypesOn<S>,
    {
        let (request, outcome) = match decision.0 {
            Decided::Page(response) => return response,
            Decided::Rejected(request, error) => (request, Err(error)),
            Decided::Approved(request, approval) => (request, Ok(approval)),
        };
        if request.issuer != self.core.issuer {
            // A slip of the application: nobody else's request may end in a code of this server.
            tracing::error!(validated_by = %request.issuer, completed_by = %self.core.issuer, "a decision went to another server");
            return page::error(None, &TokenError::new(ErrorCode::ServerError, "the request belongs to another server"));
        }
        let (target, result) = match outcome {
            Err(error) => (request.target, Err(error)),
            Ok(approval) => match ApprovedRequest::new(*request, approval) {
                (target, Ok(approved)) => (target, self.respond(&approved).await),
                (target, Err(error)) => (target, Err(error)),
            },
        };
        match result {
            Ok(response) => target.success(&self.core.issuer, &response),
            Err(error) => target.error(&self.core.issuer, self.core.error_uri.as_ref(), &error),
        }
    }

    async fn respond(&self, approved: &ApprovedRequest) -> Result<AuthorizationResponse, TokenError>
    where
        R: ResponseTypesOn<S>,
    {
        let cx = ApprovalContext::new(self.core, approved, self.grants.code_settings(), self.core.now());
        let response = self.responses.answer(approved.response_type, &cx, self.features).await?;
        events::authorized(&self.core.issuer, approved.client.id(), approved.response_type);
        Ok(response)
    }

    /// Keeps the request in the storage while its person signs in or consents. Put the handle into the form and the cookie into
    /// the response.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the storage failed.
    pub fn suspend(self, request: AuthorizationRequest) -> Boxed<'a, Result<Suspended, StoreError>>
    where
        S: InteractionStore,
    {
        Box::pin(self.put(request))
    }

    async fn put(self, request: AuthorizationRequest) -> Result<Suspended, StoreError>
    where
        S: InteractionStore,
    {
        let now = self.core.now();
        let client_id = request.client.id().clone();
        let lifetime = self.core.interaction_lifetime;
        let (suspended, hash, details) = Suspended::new(request, !self.core.loopback, lifetime)?;
        let expires_at = now.saturating_add_secs(lifetime.as_secs());
        let record = InteractionRecord::new(hash, client_id, expires_at, details);
        self.core.storage.put_interaction(&self.core.issuer, record, now).await?;
        Ok(suspended)
    }

    /// Gives a suspended request back: once, and only to the browser that began it, whose headers these are. The client, its
    /// redirect URI and its response type are checked again.
    ///
    /// # Errors
    ///
    /// [`ResumeError`], which is a page to show.
    pub fn resume<'h>(self, handle: &'h str, headers: &'h http::HeaderMap) -> Boxed<'h, Result<AuthorizationRequest, ResumeError>>
    where
        'a: 'h,
        S: InteractionStore,
    {
        Box::pin(self.take(handle, headers))
    }

    async fn take(self, handle: &str, headers: &http::HeaderMap) -> Result<AuthorizationRequest, ResumeError>
    where
        S: InteractionStore,
    {
        let now = self.core.now();
        let (browser, record) = self.find(handle, headers, now).await?.ok_or(ResumeError::NotFound)?;
        let stored: StoredRequest = serde_json::from_str(&record.details).map_err(StoreError::failed)?;
        let client = match authentication::find(self.core, self.features, stored.client_id.as_str()).await {
            Ok(client) => client.ok_or(ResumeError::ClientChanged)?,
            Err(error) => {
                // Nothing was decided: let the person try again with the same handle.
                self.core.storage.put_interaction(&self.core.issuer, record, now).await?;
                return Err(error.into());
            }
        };
        self.revalidate(stored, client, browser).ok_or(ResumeError::ClientChanged)
    }

    /// Takes the record that belongs to the handle and one of the browser's cookies.
    async fn find(
        &self,
        handle: &str,
        headers: &http::HeaderMap,
        now: Timestamp,
    ) -> Result<Option<(Browser, InteractionRecord)>, StoreError>
    where
        S: InteractionStore,
    {
        for browser in Browser::all(headers, !self.core.loopback) {
            let Some(key) = browser.key(handle) else { continue };
            if let Some(record) = self.core.storage.take_interaction(&self.core.issuer, &key, now).await? {
                return Ok((now < record.expires_at).then_some((browser, record)));
            }
        }
        Ok(None)
    }

    fn revalidate(&self, stored: StoredRequest, client: Arc<Client>, browser: Browser) -> Option<AuthorizationRequest> {
        let mut target = RedirectTarget::validate(&client, Some(&stored.redirect_uri))?;
        (target.mode, target.state, target.after_post) = (stored.mode, stored.state, true);
        let info = R::ALL.iter().copied().find(|info| info.name == stored.response_type).filter(|info| self.is_active(*info))?;
        if !client.may_use_response_type(info.name) {
            return None;
        }
        let scope = self.core.permitted_scope(&client, Some(stored.scope.as_str())).ok()?;
        Some(AuthorizationRequest {
            issuer: self.core.issuer.clone(),
            client,
            target,
            redirect_uri_was_sent: stored.redirect_uri_was_sent,
            response_type: info.name,
            scope,
            challenge: stored.challenge,
            other: stored.other,
            browser,
        })
    }
}

struct Valid {
    info: ResponseTypeInfo,
    scope: crate::scope::Scope,
    challenge: Option<CodeChallenge>,
}

/// The response types that are switched on, for the metadata.
pub(super) fn active<G: GrantList, R: ResponseTypeList>(grants: &G) -> Vec<ResponseTypeInfo> {
    R::ALL.iter().copied().filter(|info| is_active(grants, *info)).collect()
}

fn is_active<G: GrantList>(grants: &G, info: ResponseTypeInfo) -> bool {
    let on = |name: &str| grants.active().any(|active| active == name);
    (!info.code || on("authorization_code")) && (!info.access_token || on("implicit"))
}

fn occurs_once(parameters: &Parameters<'_>, name: &str) -> bool {
    parameters.iter().filter(|(known, _)| *known == name).count() == 1
}

/// RFC 7636 section 4.3. `None` means that no code is issued: then a challenge has no meaning and is ignored.
fn challenge(parameters: &Parameters<'_>, pkce: Option<PkceRequirement>) -> Result<Option<CodeChallenge>, TokenError> {
    let Some(pkce) = pkce else { return Ok(None) };
    let method = parameters.get("code_challenge_method");
    let Some(value) = parameters.get("code_challenge") else {
        if pkce.required {
            return Err(TokenError::invalid_request("code_challenge is missing: PKCE is required (RFC 7636 section 4.4.1)"));
        }
        if method.is_some() {
            return Err(TokenError::invalid_request("code_challenge_method was sent without a code_challenge"));
        }
        return Ok(None);
    };
    // Section 4.3: without a method it is `plain`.
    let method = CodeChallengeMethod::parse(method.unwrap_or("plain"));
    let accepted = method.filter(|method| pkce.plain_accepted || *method == CodeChallengeMethod::S256);
    let method = accepted
        .ok_or_else(|| TokenError::invalid_request("the transform algorithm of code_challenge_method is not supported"))?;
    CodeChallenge::new(method, value).map(Some).map_err(|error| TokenError::invalid_request(error.to_string()))
}

/// Parameters that this library does not know: ignored by it, visible to the application.
fn unknown(parameters: &Parameters<'_>) -> Vec<(String, String)> {
    let is_known = |name: &str| ADDRESS.iter().chain(PARAMETERS).any(|parameter| parameter.name == name);
    let others = parameters.iter().filter(|(name, value)| !value.is_empty() && !is_known(name));
    others.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

//! The authorization endpoint (RFC 6749 section 3.1): validation, the person's decision, the response.

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};

use crate::authentication;
use crate::authorization::{
    ApprovedRequest, Asked, AuthorizationRequest, AuthorizationResponse, Browser, Decided, Decision, Refusal, ResumeError,
    Suspended, Valid, Validation, is_from_another_site,
};
use crate::call::Call;
use crate::clock::Timestamp;
use crate::core::{Boxed, Core};
use crate::endpoint::{body_parameters, check_transport};
use crate::error::{ErrorCode, StoreError, TokenError};
use crate::events;
use crate::feature::{FeatureList, FeaturesOn};
use crate::grant::GrantList;
use crate::parameters::{Parameters, append_query};
use crate::response_type::{ApprovalContext, ResponseTypeInfo, ResponseTypeList, ResponseTypesOn};
use crate::storage::{ClientStore, InteractionRecord, InteractionStore};
use crate::{endpoints, http_response, page};
use std::sync::Arc;

/// So long a URL gets through the proxies that people put before a server: 8 KiB for a line is what many have.
const LONGEST_URL: usize = 7_000;

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
        let parameters = match self.parameters(&request) {
            Ok(parameters) => parameters,
            Err(error) => return self.refuse(request.method(), error.into()),
        };
        let call = Call::of(&request, &parameters).at(&self.core.issuer, self.core.endpoints.authorization_path());
        let Valid { client, info, asked } = match self.validation().validate(&call).await {
            Ok(valid) => valid,
            Err(refusal) => return self.refuse(request.method(), refusal),
        };
        let after_post = request.method() == Method::POST;
        let browser = Browser::of(request.headers(), !self.core.loopback, after_post);
        if after_post
            && browser.is_new()
            && is_from_another_site(request.headers(), &self.core.issuer)
            && let Some(response) = self.ask_again(&parameters)
        {
            return Authorization::Respond(response);
        }
        Authorization::Interact(AuthorizationRequest {
            issuer: self.core.issuer.clone(),
            client,
            response_type: info.name,
            asked: Arc::new(asked),
            after_post,
            browser,
        })
    }

    fn parameters<'r>(&self, request: &'r Request<Bytes>) -> Result<Parameters<'r>, TokenError> {
        check_transport(self.core, request)?;
        match *request.method() {
            Method::POST => body_parameters(request),
            _ => Ok(Parameters::parse(request.uri().query().unwrap_or_default().as_bytes())?),
        }
    }

    fn validation(&self) -> Validation<'a, S, F::Cells> {
        Validation::new(self.core, self.features, self.grants, R::ALL)
    }

    /// An error goes to the client if its redirect URI is known to be its own; else it is shown to the person.
    fn refuse(&self, method: &Method, Refusal { error, target }: Refusal) -> Authorization {
        let error_uri = self.core.error_uri.as_ref();
        Authorization::Respond(match target {
            Some(target) => target.after_post(method == Method::POST).error(&self.core.issuer, error_uri, &error),
            None => page::error(error_uri, &error),
        })
    }

    /// The same request as a GET. When another site makes a browser post, it does not send the cookies that it has; when it follows
    /// a redirect, it does: this library's, and the application's, which say who is signed in.
    fn ask_again(&self, parameters: &Parameters<'_>) -> Option<Response<Bytes>> {
        let endpoint = endpoints::url(&self.core.issuer, self.core.endpoints.authorization_path());
        let pairs: Vec<(&str, &str)> = parameters.iter().collect();
        let url = append_query(&endpoint, &pairs);
        (url.len() <= LONGEST_URL).then(|| http_response::redirect(StatusCode::SEE_OTHER, &url))
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
        let target = request.target();
        let result = match outcome.map(|approval| ApprovedRequest::new(*request, approval)) {
            Ok(Ok(approved)) => self.respond(&approved).await,
            Ok(Err(error)) | Err(error) => Err(error),
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
        let asked: Asked = serde_json::from_str(&record.details).map_err(StoreError::failed)?;
        let client = match authentication::find(self.core, self.features, record.client_id.as_str()).await {
            Ok(client) => client.ok_or(ResumeError::ClientChanged)?,
            Err(error) => {
                // Nothing was decided: let the person try again with the same handle.
                self.core.storage.put_interaction(&self.core.issuer, record, now).await?;
                return Err(error.into());
            }
        };
        let (info, asked) = self.validation().again(asked, &client)?;
        Ok(AuthorizationRequest {
            issuer: self.core.issuer.clone(),
            client,
            response_type: info.name,
            asked: Arc::new(asked),
            after_post: true,
            browser,
        })
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
        for browser in Browser::of_handle(handle, headers, !self.core.loopback) {
            let Some(key) = browser.key(handle) else { continue };
            if let Some(record) = self.core.storage.take_interaction(&self.core.issuer, &key, now).await? {
                return Ok((now < record.expires_at).then_some((browser, record)));
            }
        }
        Ok(None)
    }
}

/// The response types that are switched on, for the metadata.
pub(super) fn active<S, G: GrantList, R: ResponseTypeList>(core: &Core<S>, grants: &G) -> Vec<ResponseTypeInfo> {
    let validation = Validation::new(core, &(), grants, R::ALL);
    R::ALL.iter().copied().filter(|info| validation.is_active(*info)).collect()
}

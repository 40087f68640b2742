//! The authorization endpoint (RFC 6749 section 3.1): validation, the person's decision, the response.

use std::sync::Arc;

use bytes::Bytes;
use http::{Method, Request, Response};
use zeroize::Zeroizing;

use crate::authorization::{
    Answer, AuthorizationRequest, AuthorizationResponse, Browser, Pending, Pushed, RedirectTarget, Refusal, ResponseTypeInfo,
    ResumeError, Suspended, Valid, Validation, decide_in, is_from_another_site,
};
use crate::client::Client;
use crate::core::{Boxed, Core};
use crate::events;
use crate::feature::{FeatureList, FeaturesOn};
use crate::grant::GrantList;
use crate::http::call::Call;
use crate::http::form::body_parameters;
use crate::http::parameters::Parameters;
use crate::http::{answer, endpoints, page};
use crate::issue::Choices as _;
use crate::response_type::{ResponseTypeList, encode};
use crate::storage::{ClientStore, FoundPending, PendingKind, PendingRecord, PendingStore};
use crate::values::asked::Asked;
use crate::values::bearer::TokenHash;
use crate::values::clock::Timestamp;
use crate::values::error::{OAuthError, StoreError};
use crate::{authentication, grant};

/// What the authorization endpoint makes of a request.
#[derive(Debug)]
#[must_use = "send the response, or decide about the request"]
pub enum Authorization {
    /// An error: send it as it is. One that could not be redirected is a page; its [`OAuthError`] is in the response's
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
            return Authorization::Respond(answer::other_method(request.method(), "GET, POST, OPTIONS"));
        }
        let parameters = match self.parameters(&request) {
            Ok(parameters) => parameters,
            Err(error) => return Authorization::Respond(page::error(self.core.error_uri.as_ref(), &error)),
        };
        let after_post = request.method() == Method::POST;
        let mut browser = Browser::of(&request, !self.core.loopback, &self.core.issuer);
        // Before it is validated: a request that is good once would be used up.
        if after_post && browser.is_new() && is_from_another_site(request.headers(), &self.core.issuer) {
            return Authorization::Respond(self.ask_again(&parameters));
        }
        let call = Call::of(&request, &parameters).at(&self.core.issuer, self.core.endpoints.authorization_path());
        let Valid { client, info, asked, place } = match self.validation().validate(&call).await {
            Ok(valid) => valid,
            Err(refusal) => return Authorization::Respond(self.refuse(request.method(), refusal).await),
        };
        let pending = match place.map(|place| place.for_browser(&mut browser)).transpose() {
            Ok(pending) => pending.map(Box::new),
            Err(error) => return Authorization::Respond(page::error(self.core.error_uri.as_ref(), &error.into())),
        };
        Authorization::Interact(AuthorizationRequest {
            issuer: self.core.issuer.clone(),
            client,
            response_type: info.name,
            asked: Arc::new(asked),
            after_post: self.sees_other(request.method()),
            browser,
            hierarchy: self.core.scope_hierarchy.clone(),
            pending,
        })
    }

    fn parameters<'r>(&self, request: &'r Request<Bytes>) -> Result<Parameters<'r>, OAuthError> {
        self.core.check_transport(request)?;
        match *request.method() {
            Method::POST => body_parameters(request),
            _ => Ok(Parameters::parse(request.uri().query().unwrap_or_default().as_bytes())?),
        }
    }

    /// Does a browser that is sent back come with 303? After a POST it has to, else it may by RFC 9700 section 4.12.
    fn sees_other(&self, method: &Method) -> bool {
        method == Method::POST || self.core.manners.always_sees_other
    }

    fn validation(&self) -> Validation<'a, S, F::Cells> {
        Validation::new(self.core, self.features, grant::facts(self.grants), self.responses.active(), self.features.keys())
    }

    /// An error goes to the client if its redirect URI is known to be its own; else it is shown to the person.
    async fn refuse(&self, method: &Method, Refusal { error, target }: Refusal) -> Response<Bytes> {
        let Some((client, target)) = target.map(|target| *target) else {
            return page::error(self.core.error_uri.as_ref(), &error);
        };
        if client.is_vetted() {
            return self.send_error(&client, &target.after_post(self.sees_other(method)), &error).await;
        }
        // Nobody has signed in, and only the client says that it is good to go there (RFC 9700 section 4.11.2).
        events::refused(&self.core.issuer, client.id(), "authorization", error.code().as_str());
        page::error(self.core.error_uri.as_ref(), &error)
    }

    pub(super) async fn send_error(&self, client: &Client, target: &RedirectTarget, error: &OAuthError) -> Response<Bytes> {
        self.send_refusal(client, target, error.code().as_str(), error.description()).await
    }

    /// An error that is redirected (RFC 6749 section 4.1.2.1), from its words.
    pub(super) async fn send_refusal(
        &self,
        client: &Client,
        target: &RedirectTarget,
        code: &str,
        description: &str,
    ) -> Response<Bytes> {
        events::refused(&self.core.issuer, client.id(), "authorization", code);
        let error_uri = self.core.error_uri.as_ref();
        let response = AuthorizationResponse::error(code, description, error_uri);
        match encode(self.core, self.features, client, target, response).await {
            Ok(response) => target.send(&response),
            // What cannot be said in the form that the client trusts is not said in another one.
            Err(error) => page::error(error_uri, &error),
        }
    }

    /// The same request from a page of this server. When another site makes a browser post, it does not send the cookies that it has;
    /// when a page of ours does, it sends them: this library's, and the application's, which say who is signed in.
    fn ask_again(&self, parameters: &Parameters<'_>) -> Response<Bytes> {
        let endpoint = endpoints::url(&self.core.issuer, self.core.endpoints.authorization_path());
        page::post_again(&endpoint, &parameters.iter().collect::<Vec<_>>())
    }

    /// Keeps the request in the storage while its person signs in or consents. Put the handle into the form and the cookie into
    /// the response. A request that came back from [`resume`](Self::resume) goes on waiting under its handle.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the storage failed; [`StoreError::Unavailable`] too if as many requests wait as this server keeps
    /// ([`PendingRequests`](crate::PendingRequests)).
    pub fn suspend(self, request: AuthorizationRequest) -> Boxed<'a, Result<Suspended, StoreError>>
    where
        S: PendingStore,
    {
        Box::pin(self.put(request))
    }

    async fn put(self, mut request: AuthorizationRequest) -> Result<Suspended, StoreError>
    where
        S: PendingStore,
    {
        let Core { issuer, storage, waiting, loopback, interaction_lifetime: lifetime, .. } = self.core;
        if let Some(pending) = request.pending.take() {
            return Ok(Suspended::again(request, pending.handle, !loopback, *lifetime)?);
        }
        let now = self.core.now();
        let expires_at = now.saturating_add_secs(lifetime.as_secs());
        let place = waiting.enter(self.core.pending_requests.get(), expires_at, now).map_err(|pause| {
            events::too_many_pending(issuer);
            StoreError::Unavailable { retry_after: Some(pause) }
        })?;
        let mut suspended = Suspended::new(request, !loopback, *lifetime)?;
        let record = suspended.record(expires_at)?;
        storage.put_pending(issuer, record, self.core.pending_per_browser.get(), now).await?;
        place.keep();
        Ok(suspended)
    }

    /// Gives a suspended request back, to the browser that began it, whose headers these are: any number of times until it is
    /// decided. The client, its redirect URI and its response type are checked again.
    ///
    /// Of a request that was decided meanwhile, as by the first of two clicks, it gives one as well, for as long as a code lives:
    /// who decides the same again gets the same answer.
    ///
    /// # Errors
    ///
    /// [`ResumeError`], which is a page to show.
    pub fn resume<'h>(self, handle: &'h str, headers: &'h http::HeaderMap) -> Boxed<'h, Result<AuthorizationRequest, ResumeError>>
    where
        'a: 'h,
        S: PendingStore,
    {
        Box::pin(self.look_up(handle, headers))
    }

    async fn look_up(self, handle: &str, headers: &http::HeaderMap) -> Result<AuthorizationRequest, ResumeError>
    where
        S: PendingStore,
    {
        let now = self.core.now();
        let (mut browser, waiting, found) = self.find(handle, headers, now).await?.ok_or(ResumeError::NotFound)?;
        let answer = found.answer.as_deref().map(Answer::read).transpose()?;
        if answer.as_ref().is_some_and(|answer| answer.is_over(now)) {
            return Err(ResumeError::Decided);
        }
        let PendingRecord { client_id, expires_at, details, .. } = found.record;
        let (key, asked, seed, direct) = match waiting {
            Waiting::Suspended(key) => {
                let asked: Asked = serde_json::from_str(&details).map_err(StoreError::failed)?;
                let secret = browser.secret().map_err(StoreError::from)?;
                (key, asked, Zeroizing::new([handle, &secret].concat()), false)
            }
            Waiting::Pushed(reference) => {
                let pushed = Pushed::read(&details)?;
                let seed = pushed.seed(reference);
                (Pushed::key(reference), pushed.asked, seed, true)
            }
        };
        let client = authentication::find(self.core, self.features, client_id.as_str()).await?;
        let client = client.ok_or(ResumeError::ClientChanged)?;
        let (info, asked) = self.validation().again(asked, &client, direct)?;
        let handle = Zeroizing::new(handle.to_owned());
        let pending = Pending { key, expires_at, handle, seed, answer, decide: decide_in::<S> };
        Ok(AuthorizationRequest {
            issuer: self.core.issuer.clone(),
            client,
            response_type: info.name,
            asked: Arc::new(asked),
            after_post: true,
            browser,
            hierarchy: self.core.scope_hierarchy.clone(),
            pending: Some(Box::new(pending)),
        })
    }

    /// Finds the record that belongs to the handle and one of the browser's cookies.
    async fn find<'h>(
        &self,
        handle: &'h str,
        headers: &http::HeaderMap,
        now: Timestamp,
    ) -> Result<Option<(Browser, Waiting<'h>, FoundPending)>, StoreError>
    where
        S: PendingStore,
    {
        for browser in Browser::of_handle(handle, headers, !self.core.loopback) {
            let (waiting, key, kind) = match browser.reference_in(handle) {
                Some(reference) => (Waiting::Pushed(reference), Pushed::key(reference), PendingKind::Pushed),
                None => {
                    let Some(key) = browser.key(handle) else { continue };
                    (Waiting::Suspended(key), key, PendingKind::Suspended)
                }
            };
            let found = self.core.storage.find_pending(&self.core.issuer, &key, now).await?;
            let waits = |found: &FoundPending| found.record.kind == kind && now < found.record.expires_at;
            if let Some(found) = found.filter(waits) {
                return Ok(Some((browser, waiting, found)));
            }
        }
        Ok(None)
    }
}

/// To what a handle leads.
enum Waiting<'h> {
    /// What was put under the handle and the browser's cookie.
    Suspended(TokenHash),
    /// What a client pushed, by its reference.
    Pushed(&'h str),
}

/// The response types that are switched on, for the metadata.
pub(super) fn active<G: GrantList, R: ResponseTypeList>(grants: &G, responses: &R) -> Vec<ResponseTypeInfo> {
    let grants = grant::facts(grants);
    responses.active().iter().copied().filter(|info| grants.serve(*info)).collect()
}

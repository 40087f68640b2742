//! The page on which people let devices in (`--device`, RFC 8628): they type the code that a device shows, see which application asks for
//! what and from where, say that the device is theirs, sign in if they have not, and allow it.
//!
//! The library's handle goes with the forms, as in `sign_in.rs`: it is good only in the browser that was shown the page, so no other site
//! can post these forms, and nobody who follows a link has allowed anything.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, FromRef, Query, State};
use axum::response::Response;
use axum::routing::{get, post};
use bytes::Bytes;
use grantor::rules::HasGrant;
use grantor::{
    Approval, AuthorizationServer, Boxed, ClientStore, DeferredStore, DeviceCode, DeviceError, DeviceRequest, FeaturesOn,
    GrantList, RequestSource, ResponseTypeList, Scope, TypedCode,
};
use http::{HeaderMap, Request, StatusCode};

use crate::details;
use crate::form::Fields;
use crate::pages::{LoginFor, Page, Pages};
use crate::sessions::Session;
use crate::sign_in::{Attempt, SignIn, Typed, refused, with_cookies};

/// The server, whatever its type.
pub trait Devices: Send + Sync + 'static {
    fn enter<'a>(&'a self, code: &'a str, http: &'a Request<Bytes>) -> Boxed<'a, Result<TypedCode, DeviceError>>;
    fn resume<'a>(&'a self, handle: &'a str, headers: &'a HeaderMap) -> Boxed<'a, Result<DeviceRequest, DeviceError>>;
    fn approve(&self, request: DeviceRequest, approval: Approval) -> Boxed<'_, Result<(), DeviceError>>;
    fn deny(&self, request: DeviceRequest) -> Boxed<'_, Result<(), DeviceError>>;
}

impl<S, G, R, F, P> Devices for AuthorizationServer<S, G, R, F, P>
where
    S: ClientStore + DeferredStore,
    G: GrantList + HasGrant<DeviceCode>,
    R: ResponseTypeList,
    F: FeaturesOn<S> + 'static,
    P: 'static,
{
    fn enter<'a>(&'a self, code: &'a str, http: &'a Request<Bytes>) -> Boxed<'a, Result<TypedCode, DeviceError>> {
        self.devices().enter(code, http)
    }

    fn resume<'a>(&'a self, handle: &'a str, headers: &'a HeaderMap) -> Boxed<'a, Result<DeviceRequest, DeviceError>> {
        self.devices().resume(handle, headers)
    }

    fn approve(&self, request: DeviceRequest, approval: Approval) -> Boxed<'_, Result<(), DeviceError>> {
        self.devices().approve(request, approval)
    }

    fn deny(&self, request: DeviceRequest) -> Boxed<'_, Result<(), DeviceError>> {
        self.devices().deny(request)
    }
}

#[derive(Clone)]
struct Application {
    server: Arc<dyn Devices>,
    sign_in: SignIn,
}

impl FromRef<Application> for Pages {
    fn from_ref(application: &Application) -> Self {
        application.sign_in.pages().clone()
    }
}

pub fn router(server: Arc<dyn Devices>, sign_in: SignIn) -> Router {
    Router::new()
        .route("/device", get(arrive).post(type_code))
        .route("/device/continue", post(go_on))
        .route("/device/sign-in", post(sign_in_to_decide))
        .route("/device/decide", post(decide))
        .with_state(Application { server, sign_in })
}

/// With the code in the URL (`verification_uri_complete`), or to type it.
async fn arrive(
    State(application): State<Application>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    Query(query): Query<Vec<(String, String)>>,
) -> Response {
    let code = query.iter().find(|(name, _)| name == "user_code").map_or("", |(_, code)| code.as_str());
    let page = match code {
        "" => application.sign_in.pages().device_code("", ""),
        code => application.typed(code, headers, peer, http::Method::GET).await,
    };
    page.map(Body::from)
}

async fn type_code(
    State(application): State<Application>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    fields: Fields,
) -> Response {
    application.typed(fields.get("user_code"), headers, peer, http::Method::POST).await.map(Body::from)
}

/// Is it the person's own device?
async fn go_on(State(application): State<Application>, headers: HeaderMap, fields: Fields) -> Response {
    application.answered(&headers, &fields).await.unwrap_or_else(|error| application.failed(error)).map(Body::from)
}

async fn sign_in_to_decide(
    State(application): State<Application>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    fields: Fields,
) -> Response {
    let typed = Typed { headers: &headers, peer, fields: &fields };
    application.signing_in(&typed).await.unwrap_or_else(|error| application.failed(error)).map(Body::from)
}

async fn decide(State(application): State<Application>, headers: HeaderMap, fields: Fields) -> Response {
    application.decided(&headers, &fields).await.unwrap_or_else(|error| application.failed(error)).map(Body::from)
}

impl Application {
    async fn typed(&self, code: &str, headers: HeaderMap, peer: SocketAddr, method: http::Method) -> Page {
        let (pages, source) = (self.sign_in.pages(), self.sign_in.source(&headers, peer));
        let mut request = Request::new(Bytes::new());
        (*request.method_mut(), *request.headers_mut()) = (method, headers);
        if let Some(source) = source {
            request.extensions_mut().insert(RequestSource::new(source));
        }
        match self.server.enter(code, &request).await {
            Ok(typed) => with_cookies(pages.device_shown(typed.request(), typed.handle()), [typed.set_cookie().clone()]),
            Err(DeviceError::TryLater(after)) => {
                let seconds = after.as_secs().max(1);
                let message = format!("Too many wrong codes were typed. Try again in {seconds} seconds.");
                refused(pages.device_code(code, &message), Some(seconds))
            }
            Err(DeviceError::Unknown) => {
                pages.device_code(code, "This code is not known. Compare it with what your device shows.")
            }
            Err(error) => self.failed(error),
        }
    }

    async fn answered(&self, headers: &HeaderMap, fields: &Fields) -> Result<Page, DeviceError> {
        let handle = fields.get("handle");
        let request = self.server.resume(handle, headers).await?;
        if fields.get("decision") == "deny" {
            return self.denied(request).await;
        }
        let session = self.sign_in.sessions().of(headers).await?;
        Ok(self.next(&request, handle, session.as_ref()))
    }

    /// The page that is due.
    fn next(&self, request: &DeviceRequest, handle: &str, session: Option<&Session>) -> Page {
        let pages = self.sign_in.pages();
        match session.filter(|session| !request.request().must_authenticate(Some(session.since))) {
            Some(session) => pages.device_consent(request, handle, &session.user),
            None => pages.login(&LoginFor::Device { request, handle }, "", ""),
        }
    }

    async fn signing_in(&self, typed: &Typed<'_>) -> Result<Page, DeviceError> {
        let handle = typed.fields.get("handle");
        let request = self.server.resume(handle, typed.headers).await?;
        Ok(match self.sign_in.attempt(typed).await? {
            Attempt::In(session, cookies) => with_cookies(self.next(&request, handle, Some(&session)), cookies),
            Attempt::Out(message, wait) => {
                let purpose = LoginFor::Device { request: &request, handle };
                refused(self.sign_in.pages().login(&purpose, typed.fields.get("username"), &message), wait)
            }
        })
    }

    async fn decided(&self, headers: &HeaderMap, fields: &Fields) -> Result<Page, DeviceError> {
        let handle = fields.get("handle");
        let request = self.server.resume(handle, headers).await?;
        let session = self.sign_in.sessions().of(headers).await?;
        let session = match (fields.get("decision"), session) {
            ("deny", _) => return self.denied(request).await,
            // Somebody else has signed in meanwhile with this browser, and was not asked.
            ("approve", Some(session)) if fields.get("account") == session.user.subject.as_str() => session,
            (_, session) => return Ok(self.next(&request, handle, session.as_ref())),
        };
        if request.request().must_authenticate(Some(session.since)) {
            return Ok(self.next(&request, handle, None));
        }
        let name = request.request().client_name().into_owned();
        let ticked = Scope::from_tokens(fields.all("scope")).unwrap_or_default();
        let approval = self.sign_in.approval(&session).scope(ticked).consented();
        let approval = details::ticked(request.request(), fields, approval);
        self.server.approve(request, approval).await?;
        Ok(self.sign_in.pages().device_done(&name, true))
    }

    async fn denied(&self, request: DeviceRequest) -> Result<Page, DeviceError> {
        let name = request.request().client_name().into_owned();
        self.server.deny(request).await?;
        Ok(self.sign_in.pages().device_done(&name, false))
    }

    fn failed(&self, error: DeviceError) -> Page {
        let pages = self.sign_in.pages();
        match &error {
            DeviceError::Store(_) => error.into_response(),
            DeviceError::Refused(refused) if refused.code().as_str() == "access_denied" => {
                pages.failed(StatusCode::BAD_REQUEST, "Nothing was allowed, and so nothing was decided.", "/device")
            }
            _ => pages.failed(StatusCode::BAD_REQUEST, &sentence(&error.to_string()), "/device"),
        }
    }
}

fn sentence(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| format!("{}{}.", first.to_uppercase(), letters.as_str()))
}

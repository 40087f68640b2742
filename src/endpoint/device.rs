//! What the application's page does for a device (RFC 8628 section 3.3): a person types the code, sees who asks for what, and decides.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Request, Response};

use crate::authorization::{
    Answer, Approval, ApprovedRequest, AuthorizationRequest, Browser, DecisionRefused, Deferred, DeviceRequest, Needs, Outcome,
    RequestHooks as _, ResumeError, TypedCode, Validation,
};
use crate::core::{Boxed, Core};
use crate::events;
use crate::feature::{FeatureList, FeaturesOn};
use crate::grant::{DeviceCode, GrantList, UserCode};
use crate::http::page;
use crate::http::source::RequestSource;
use crate::issue::{Choices as _, IssueHooks as _};
use crate::response_type::ResponseTypeList;
use crate::storage::{
    ClientStore, CodeFacts, CodeRecord, DeferredStore, FamilyId, FamilyRecord, FoundPending, Issue, PendingKind, Spending,
};
use crate::typelevel::WireName as _;
use crate::values::bearer::TokenHash;
use crate::values::clock::Timestamp;
use crate::values::error::{ErrorCode, OAuthError, StoreError};
use crate::values::random::Draw;
use crate::{authentication, grant};

/// Requests of devices, for the page on which people decide about them (RFC 8628 section 3.3):
/// [`AuthorizationServer::devices`](crate::AuthorizationServer::devices).
///
/// 1. A person comes to `/device` and types the code: [`enter`](Self::enter). Also one who comes with the code in the URL
///    (`verification_uri_complete`) sees the page that follows.
/// 2. That page shows the code, the client, what it asks for, and from where the device asked, and says: is the device in front of you?
///    Its form has the handle, its response the cookie.
/// 3. The form is posted: [`resume`](Self::resume). The person signs in if they have not, and [`approve`](Self::approve)s or
///    [`deny`](Self::deny)s. The device, which asks every few seconds, learns it. Who clicks twice gets the first answer twice.
#[must_use = "call `.enter(code, request)` or `.resume(handle, headers)`"]
pub struct DeviceVerification<'a, S, G, R, F: FeatureList> {
    pub(crate) core: &'a Core<S>,
    pub(crate) grants: &'a G,
    pub(crate) responses: &'a R,
    pub(crate) features: &'a F::Cells,
}

debug_handle!(DeviceVerification<S, G, R>);

/// Why there is nothing to decide.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DeviceError {
    /// No request that waits has this code: it was mistyped, has expired, or was decided.
    #[error("this code is not known: compare it with what the device shows; if it is the same, begin again on the device")]
    Unknown,
    /// Too many wrong codes were typed. Whoever comes again after so long is served.
    #[error("too many wrong codes were typed: wait for {} seconds and try again", .0.as_secs())]
    TryLater(Duration),
    /// The handle is none, or another browser's.
    #[error("this page is too old, or was opened in another browser: type the code again")]
    NotHere,
    /// Since the device asked, the client was removed or changed.
    #[error("the application that asked is no longer registered as it was; begin again on the device")]
    ClientChanged,
    /// The approval does not do what was asked for about the sign-in or the person's consent, or leaves nothing. Nothing was decided.
    #[error(transparent)]
    Refused(OAuthError),
    /// The approval does not grant the details that were asked for as it has to (RFC 9396): a mistake of the application. Nothing was decided.
    #[error(transparent)]
    Details(#[from] DecisionRefused),
    /// The storage failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl DeviceError {
    /// A plain error page to show to the person: 400; 429 if they are to wait; 503 or 500 if the storage failed. The [`OAuthError`] is in its
    /// extensions, for applications that show their own.
    #[must_use]
    pub fn into_response(self) -> Response<Bytes> {
        match self {
            Self::Store(error) => page::error(None, &OAuthError::from(error)),
            Self::Refused(error) => page::error(None, &error),
            Self::Details(refused) => refused.into_response(),
            Self::TryLater(after) => page::error(None, &OAuthError::too_many_requests(self.to_string(), after)),
            other => page::error(None, &OAuthError::invalid_request(other.to_string())),
        }
    }
}

impl From<ResumeError> for DeviceError {
    fn from(error: ResumeError) -> Self {
        match error {
            ResumeError::Store(error) => Self::Store(error),
            ResumeError::Client(error) => Self::Refused(error),
            ResumeError::ClientChanged | ResumeError::NotAccepted => Self::ClientChanged,
            ResumeError::NotFound | ResumeError::Decided => Self::Unknown,
        }
    }
}

impl<'a, S, G, R, F> DeviceVerification<'a, S, G, R, F>
where
    S: ClientStore + DeferredStore,
    G: GrantList,
    R: ResponseTypeList,
    F: FeaturesOn<S>,
{
    /// Looks up what a person typed, or brought in the URL, in the request `http` (whose cookies say which browser it is): in whatever
    /// case, and with whatever stands between the letters. Attempts count for the [source](RequestSource) in the extensions of the request,
    /// if the application says it there.
    ///
    /// # Errors
    ///
    /// [`DeviceError`], which is a page to show, best with the form again.
    pub fn enter<'h>(self, user_code: &'h str, http: &'h Request<Bytes>) -> Boxed<'h, Result<TypedCode, DeviceError>>
    where
        'a: 'h,
    {
        Box::pin(self.look_up(user_code, http))
    }

    async fn look_up(self, typed: &str, http: &Request<Bytes>) -> Result<TypedCode, DeviceError> {
        let core = self.core;
        // What cannot be a code is no guess.
        let (Some(code), Some(devices)) = (UserCode::parse(typed), self.grants.get::<DeviceCode>()) else {
            return Err(DeviceError::Unknown);
        };
        let now = core.now();
        let attempt = devices.attempt(&code, http.extensions().get::<RequestSource>().copied(), now).map_err(|pause| {
            events::too_many_guesses(&core.issuer);
            DeviceError::TryLater(pause)
        })?;
        let mut browser = Browser::of(http, !core.loopback, &core.issuer);
        let found = self.found(&code, now).await.and_then(|found| waiting(found.ok_or(DeviceError::Unknown)?, now));
        let found = match found {
            Ok(found) => {
                devices.was_right(&attempt);
                found
            }
            Err(error) => {
                if !matches!(error, DeviceError::Unknown) {
                    devices.was_right(&attempt);
                }
                return Err(error);
            }
        };
        let request = self.request(code.clone(), found, browser.clone()).await?;
        let failed = |error| DeviceError::Store(StoreError::from(error));
        let handle = browser.handle_to_typed(code.as_str(), &request.key).map_err(failed)?;
        let cookie = browser.cookie(!core.loopback, core.interaction_lifetime).map_err(failed)?;
        Ok(TypedCode { request, handle, cookie })
    }

    /// Gives the request back to the browser that was shown it, whose headers these are: any number of times until it is over, also once it
    /// is [decided](DeviceRequest::is_decided), so that whoever clicks twice sees what the first click did.
    ///
    /// # Errors
    ///
    /// [`DeviceError`], which is a page to show.
    pub fn resume<'h>(self, handle: &'h str, headers: &'h HeaderMap) -> Boxed<'h, Result<DeviceRequest, DeviceError>>
    where
        'a: 'h,
    {
        Box::pin(async move {
            let browsers = Browser::of_handle(handle, headers, !self.core.loopback);
            let code = Browser::typed_in(handle).filter(|_| !browsers.is_empty()).and_then(UserCode::parse);
            let code = code.ok_or(DeviceError::NotHere)?;
            let now = self.core.now();
            // Whether a code waits is told to none but who typed it, as nobody counts here who tries.
            let found = self.found(&code, now).await?.ok_or(DeviceError::NotHere)?;
            let typed = browsers.into_iter().find(|browser| browser.has_typed(handle, &found.record.hash));
            let browser = typed.ok_or(DeviceError::NotHere)?;
            self.request(code, lasting(found, now)?, browser).await
        })
    }

    /// What has this code: what waits, if there is such.
    async fn found(&self, code: &UserCode, now: Timestamp) -> Result<Option<FoundPending>, DeviceError> {
        let core = self.core;
        let mut decided = None;
        for key in code.keys(core.master_keys.as_ref()) {
            let found = core.storage.find_deferred(&core.issuer, &key, now).await?;
            match found.filter(|found| found.record.kind == PendingKind::Deferred) {
                Some(found) if found.answer.is_none() => return Ok(Some(found)),
                found => decided = decided.or(found),
            }
        }
        Ok(decided)
    }

    /// The client is looked up, and what may have changed since the device asked is checked again.
    async fn request(&self, code: UserCode, found: FoundPending, browser: Browser) -> Result<DeviceRequest, DeviceError> {
        let Self { core, grants, responses, features } = *self;
        let deferred = Deferred::read(&found.record.details)?;
        let answer = found.answer.as_deref().map(Answer::read).transpose()?;
        let remembered_until = deferred.remembered_until();
        let Deferred { at, until, source, asked, .. } = deferred;
        let client = authentication::find(core, features, found.record.client_id.as_str()).await.map_err(ResumeError::from)?;
        let client = client.filter(|client| client.may_use_grant(DeviceCode::NAME)).ok_or(DeviceError::ClientChanged)?;
        let validation = Validation::new(core, features, grant::facts(grants), responses.active(), features.keys());
        let asked = validation.deferred_again(asked, &client)?;
        let request = AuthorizationRequest {
            issuer: core.issuer.clone(),
            client,
            response_type: "device_code",
            asked: Arc::new(asked),
            after_post: true,
            browser,
            hierarchy: core.scope_hierarchy.clone(),
            pending: None,
        };
        let user_code = code.shown();
        Ok(DeviceRequest { request, key: found.record.hash, user_code, at, until, remembered_until, source, answer })
    }

    /// The person, who is signed in, approves. The device gets what they approve when it asks the next time; of several who decide at once,
    /// the first one counts. Whoever approves the same a second time, as by a second click, is told what they were told the first time.
    ///
    /// # Errors
    ///
    /// [`DeviceError::Refused`] if the approval is not what was asked for about the sign-in or the person, or leaves nothing: then nothing is
    /// decided yet. [`DeviceError::Unknown`] if the request was decided otherwise meanwhile, or is over.
    pub fn approve<'r>(self, request: DeviceRequest, approval: Approval) -> Boxed<'r, Result<(), DeviceError>>
    where
        'a: 'r,
    {
        Box::pin(self.decide(request, Some(approval)))
    }

    /// The person refuses: the device is told `access_denied`. Refusing twice is no error.
    ///
    /// # Errors
    ///
    /// [`DeviceError::Unknown`] if the request was approved meanwhile, or is over.
    pub fn deny<'r>(self, request: DeviceRequest) -> Boxed<'r, Result<(), DeviceError>>
    where
        'a: 'r,
    {
        Box::pin(self.decide(request, None))
    }

    async fn decide(self, request: DeviceRequest, approval: Option<Approval>) -> Result<(), DeviceError> {
        let core = self.core;
        let DeviceRequest { request, key, user_code, until, remembered_until, answer, .. } = request;
        if request.issuer != core.issuer {
            let words = "the request belongs to another server";
            return Err(DeviceError::Refused(OAuthError::new(ErrorCode::ServerError, words)));
        }
        let now = core.now();
        if now >= until {
            return Err(DeviceError::Unknown);
        }
        let client = request.client.clone();
        let mut approved = approval.map(|approval| self.approved(request, approval)).transpose()?;
        if let Some(before) = &answer {
            return again(approved.as_ref(), before);
        }
        let spending = match &mut approved {
            Some(approved) => self.begin(approved, (key, until), now).await?,
            None => {
                let denied = OAuthError::new(ErrorCode::AccessDenied, "the resource owner denied the request");
                events::refused(&core.issuer, client.id(), "device", denied.code().as_str());
                let spend = Answer::refused(&denied, now).to_spend(key)?;
                core.storage.decide_pending(&core.issuer, spend, now).await?
            }
        };
        match spending {
            Spending::First => {
                core.waiting.release(remembered_until);
                if let (Some(devices), Some(code)) = (self.grants.get::<DeviceCode>(), UserCode::parse(&user_code)) {
                    devices.decided(&code, until);
                }
                Ok(())
            }
            Spending::Second(before) => again(approved.as_ref(), &Answer::read(&before)?),
            Spending::Gone => Err(DeviceError::Unknown),
            Spending::Orphaned | Spending::TooDeep => Err(DeviceError::Refused(Needs::Login.into())),
        }
    }

    /// What the person approves, if it is what was asked for.
    fn approved(&self, request: AuthorizationRequest, approval: Approval) -> Result<ApprovedRequest, DeviceError> {
        let core = self.core;
        let judged = request.judge(&approval, self.features);
        let judged = judged.inspect_err(|refused| refused.report(&core.issuer, request.client.id()))?;
        ApprovedRequest::new(request, approval, judged, &core.scope_hierarchy).map_err(DeviceError::Refused)
    }

    /// Begins the authorization, with a code that the device has already: in one step with the decision.
    async fn begin(
        &self,
        approved: &mut ApprovedRequest,
        (key, until): (TokenHash, Timestamp),
        now: Timestamp,
    ) -> Result<Spending, DeviceError> {
        let core = self.core;
        let spend = loop {
            self.features.approve(core, approved).await.map_err(DeviceError::Refused)?;
            let spend = Answer::approved(approved, None, now).to_spend(key)?;
            match self.features.join(core, approved).await {
                Ok(()) => break spend,
                Err(_) if approved.begins_anew() => {}
                Err(error) => return Err(DeviceError::Refused(error)),
            }
        };
        let ApprovedRequest { client, subject, details, parent, asked, .. } = approved;
        let id = FamilyId::generate(&mut Draw::at(now)).map_err(StoreError::from)?;
        let code = CodeFacts::new(details, asked.clone()).into_details();
        let code = CodeRecord::new(key, id, client.id().clone(), until, code);
        let mut family = FamilyRecord::new(id, client.id().clone(), Some(subject.clone()), now, details.clone());
        if let Some(parent) = *parent {
            family = family.descending_from(parent);
        }
        let issue = Issue::new(Some(code), None, None);
        let spending = core.storage.begin_family(&core.issuer, family, issue, Some(spend), now).await?;
        if spending == Spending::First {
            events::authorized(&core.issuer, client.id(), subject, &details.facts().scope, Some(&id), "device_code");
        }
        Ok(spending)
    }
}

/// The first answer, for whoever decides the same a second time. Whoever decides otherwise is not told that it was done.
fn again(approved: Option<&ApprovedRequest>, before: &Answer) -> Result<(), DeviceError> {
    match (approved, &before.outcome) {
        (Some(approved), Outcome::Approved { details, .. }) if approved.repeats(details) => Ok(()),
        (None, Outcome::Refused { .. }) => Ok(()),
        _ => Err(DeviceError::Unknown),
    }
}

/// It is not over.
fn lasting(found: FoundPending, now: Timestamp) -> Result<FoundPending, DeviceError> {
    if now >= Deferred::read(&found.record.details)?.until { Err(DeviceError::Unknown) } else { Ok(found) }
}

/// It waits: it is not over, and nobody has decided.
fn waiting(found: FoundPending, now: Timestamp) -> Result<FoundPending, DeviceError> {
    if found.answer.is_some() { Err(DeviceError::Unknown) } else { lasting(found, now) }
}

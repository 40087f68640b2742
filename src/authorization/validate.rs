//! Parameters become [`Asked`], or a refusal (RFC 6749 section 4.1.1). Whether a refusal is a redirect, a page or JSON is decided by
//! whoever asks.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use crate::authentication::{self, Methods};
use crate::authorization::hooks::{Checking, Once, OwnKeys, Packed, RequestHooks, Unpacked};
use crate::authorization::info::{GrantFacts, ResponseTypeInfo};
use crate::authorization::parameters::{challenge, occurs_once, set_mode, words};
use crate::authorization::pushed::{Kept, Place};
use crate::authorization::suspend::ResumeError;
use crate::authorization::target::RedirectTarget;
use crate::client::{Client, RedirectUri};
use crate::core::Core;
use crate::http::call::Call;
use crate::http::parameters::{Parameter, Parameters};
use crate::storage::ClientStore;
use crate::values::asked::Asked;
use crate::values::error::{ErrorCode, OAuthError};
use crate::values::response_mode::{EncodedMode, ResponseMode};
use crate::values::response_name::same_words;
use crate::values::sign_in::Prompt;

/// What decides where the answer goes: if one of these is repeated, nothing is known.
const ADDRESS: &[Parameter] = &[Parameter::once("client_id"), Parameter::once("redirect_uri")];
/// The other parameters of an authorization request.
const PARAMETERS: &[Parameter] = &[
    Parameter::once("response_type"),
    Parameter::once("response_mode"),
    Parameter::once("scope"),
    Parameter::once("state"),
    Parameter::once("code_challenge"),
    Parameter::once("code_challenge_method"),
    Parameter::once("max_age"),
    Parameter::once("acr_values"),
];

/// Credentials of a client that sends its request itself. They are not of the request, and not kept with it (RFC 9126 section 2.1).
const CREDENTIALS: &[Parameter] =
    &[Parameter::once("client_secret"), Parameter::once("client_assertion"), Parameter::once("client_assertion_type")];
/// What answers a request without a redirect: as a code would, later.
const DEFERRED: ResponseTypeInfo = ResponseTypeInfo { name: "device_code", code: true, access_token: false, id_token: false };
/// The request for which another one stands is gone, or is none, as that of a request object that cannot be had (RFC 9101 section 7).
pub(crate) const INVALID_REQUEST_URI: ErrorCode = ErrorCode::extension("invalid_request_uri");

/// What this server has, as far as it decides which requests are valid.
pub(crate) struct Validation<'a, S, F> {
    core: &'a Core<S>,
    features: &'a F,
    response_types: Cow<'static, [ResponseTypeInfo]>,
    grants: GrantFacts,
    keys: &'a dyn OwnKeys,
}

/// How a request came.
#[derive(Clone, Copy, Default)]
struct Came {
    /// Its client sent it itself.
    direct: bool,
    /// Its client signed it.
    signed: bool,
}

/// What decides how a request is answered.
struct Addressed<'r, 'p> {
    /// Can its state be returned?
    well_formed: bool,
    requested: Option<&'p str>,
    info: Option<&'r ResponseTypeInfo>,
    mode: Result<(), OAuthError>,
}

/// A request that is not valid.
#[doc(hidden)]
pub struct Refusal {
    pub(crate) error: OAuthError,
    /// To whom and where the error may go: known once the redirect URI was found to be the client's.
    pub(crate) target: Option<Box<(Arc<Client>, RedirectTarget)>>,
}

impl From<OAuthError> for Refusal {
    fn from(error: OAuthError) -> Self {
        Self { error, target: None }
    }
}

/// A request that is valid.
#[doc(hidden)]
pub struct Valid {
    pub(crate) client: Arc<Client>,
    pub(crate) info: ResponseTypeInfo,
    pub(crate) asked: Asked,
    /// If it stands for one that waits in the storage.
    pub(crate) place: Option<Box<Place>>,
}

impl fmt::Debug for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Refusal").field("error", &self.error).finish_non_exhaustive()
    }
}

impl fmt::Debug for Valid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Valid").field("client_id", self.client.id()).field("asked", &self.asked).finish_non_exhaustive()
    }
}

impl<'a, S, F> Validation<'a, S, F> {
    pub(crate) const fn new(
        core: &'a Core<S>,
        features: &'a F,
        grants: GrantFacts,
        response_types: Cow<'static, [ResponseTypeInfo]>,
        keys: &'a dyn OwnKeys,
    ) -> Self {
        Self { core, features, response_types, grants, keys }
    }

    /// Who asks, what the request stands for, and what is asked for: in this order.
    pub(crate) async fn validate(&self, call: &Call<'_>) -> Result<Valid, Refusal>
    where
        S: ClientStore,
        F: Methods<Core<S>> + RequestHooks<S>,
    {
        let client = self.client(call.parameters()).await?;
        match self.features.unpack(self.core, call, &client).await? {
            None => self.checked(call, client, Came::default(), None).await,
            Some(Unpacked(Packed::Parameters { encoded, signed, once })) => {
                self.inside(call, client, (&encoded, once), Came { direct: false, signed }).await
            }
            Some(Unpacked(Packed::Kept(kept))) => self.kept(*kept, client),
            Some(Unpacked(Packed::Broken(error))) => Err(self.broken(call.parameters(), client, error)),
        }
    }

    /// The same of a request that a client sends itself, once it has authenticated (RFC 9126 section 2.1).
    pub(crate) async fn validate_direct(&self, call: &Call<'_>, client: Arc<Client>) -> Result<Valid, Refusal>
    where
        F: RequestHooks<S>,
    {
        let parameters = call.parameters();
        parameters.reject_repeats(&[ADDRESS]).map_err(OAuthError::from)?;
        match parameters.get("client_id") {
            Some(id) if id == client.id().as_str() => {}
            Some(_) => {
                return Err(OAuthError::invalid_request("the client_id is another one than that of the credentials").into());
            }
            None => return Err(missing_client_id().into()),
        }
        match self.features.unpack(self.core, call, &client).await? {
            None => self.checked(call, client, Came { direct: true, signed: false }, None).await,
            Some(Unpacked(Packed::Parameters { encoded, signed, once })) => {
                self.inside(call, client, (&encoded, once), Came { direct: true, signed }).await
            }
            Some(Unpacked(Packed::Broken(error))) => Err(error.into()),
            Some(Unpacked(Packed::Kept(_))) => {
                Err(OAuthError::invalid_request("a request cannot stand for another one here").into())
            }
        }
    }

    /// An error of a request in which there was to be another one: it goes where the request itself says, if it goes anywhere.
    fn broken(&self, parameters: &Parameters<'_>, client: Arc<Client>, error: OAuthError) -> Refusal
    where
        F: RequestHooks<S>,
    {
        match self.target(parameters, &client, false) {
            Ok(mut target) => {
                self.address(parameters, &mut target);
                Refusal { error, target: Some(Box::new((client, target))) }
            }
            Err(_) => error.into(),
        }
    }

    /// A request of a client, which has authenticated, that is answered at the token endpoint, so it has no redirect URI and nothing that
    /// is for one (RFC 8628 section 3.1).
    pub(crate) async fn validate_deferred(&self, call: &Call<'_>, client: &Client) -> Result<Asked, OAuthError>
    where
        F: RequestHooks<S>,
    {
        let parameters = call.parameters();
        parameters.reject_repeats(&[ADDRESS])?;
        if parameters.get("client_id").is_some_and(|id| id != client.id().as_str()) {
            return Err(OAuthError::invalid_request("the client_id is another one than that of the credentials"));
        }
        self.reject_repeats(parameters)?;
        self.reject_refused(parameters)?;
        let mut asked = Asked {
            redirect_uri_was_sent: false,
            scope: self.core.permitted_scope(client, parameters.get("scope"))?,
            client_fingerprint: client.fingerprint_to_keep(),
            other: self.unknown(parameters),
            ..Asked::new(DEFERRED.name, "".into())
        };
        self.ask_for_authentication(parameters, client, &mut asked)?;
        let checking = Checking { client, response_type: DEFERRED, keys: self.keys, direct: true, always_asks: true };
        self.check(call, checking, &mut asked).await?;
        if asked.sign_in.as_ref().is_some_and(|sign_in| sign_in.prompt.contains(&Prompt::None)) {
            return Err(OAuthError::invalid_request("prompt is none, and a person has to type a code"));
        }
        Ok(asked)
    }

    /// The same of one that was found valid before: what may have changed since is checked again.
    pub(crate) fn deferred_again(&self, mut asked: Asked, client: &Client) -> Result<Asked, ResumeError>
    where
        F: RequestHooks<S>,
    {
        if asked.details.as_ref().is_some_and(|details| !self.features.knows_details(client, details)) {
            return Err(ResumeError::ClientChanged);
        }
        if !client.is_still(asked.client_fingerprint.as_deref()) {
            return Err(ResumeError::ClientChanged);
        }
        let scope = self.core.permitted_scope(client, Some(asked.scope.as_str()));
        asked.scope = scope.map_err(|_| ResumeError::ClientChanged)?;
        Ok(asked)
    }

    /// What was inside the request.
    async fn inside(
        &self,
        call: &Call<'_>,
        client: Arc<Client>,
        (encoded, once): (&str, Option<Once>),
        came: Came,
    ) -> Result<Valid, Refusal>
    where
        F: RequestHooks<S>,
    {
        let parameters = Parameters::parse(encoded.as_bytes()).map_err(OAuthError::from)?;
        parameters.reject_repeats(&[ADDRESS]).map_err(OAuthError::from)?;
        if parameters.get("client_id").is_some_and(|id| id != client.id().as_str()) {
            return Err(OAuthError::invalid_request("the client_id inside is another one than that of the request").into());
        }
        self.checked(&call.with_parameters(&parameters), client, came, once).await
    }

    /// A request that was found valid before: what may have changed since is checked again.
    fn kept(&self, kept: Kept, client: Arc<Client>) -> Result<Valid, Refusal>
    where
        F: RequestHooks<S>,
    {
        let refused = |error: ResumeError| OAuthError::new(INVALID_REQUEST_URI, error.to_string());
        let (info, asked) = self.again(kept.asked, &client, true).map_err(refused)?;
        if let Err(error) = self.core.check_available() {
            return Err(Refusal { error, target: Some(Box::new((client, RedirectTarget::of(&asked, false)))) });
        }
        Ok(Valid { client, info, asked, place: Some(Box::new(kept.place)) })
    }

    async fn checked(&self, call: &Call<'_>, client: Arc<Client>, came: Came, once: Option<Once>) -> Result<Valid, Refusal>
    where
        F: RequestHooks<S>,
    {
        let mut target = self.target(call.parameters(), &client, came.direct)?;
        let (info, mut asked) = match self.rest(call.parameters(), &client, &mut target, came) {
            Ok(valid) => valid,
            Err(error) => return Err(Refusal { error, target: Some(Box::new((client, target))) }),
        };
        let checking =
            Checking { client: &client, response_type: info, keys: self.keys, direct: came.direct, always_asks: false };
        let checked = match self.check(call, checking, &mut asked).await {
            Ok(()) => self.spend(&client, once).await,
            refused => refused,
        };
        match checked {
            Ok(()) => Ok(Valid { client, info, asked, place: None }),
            Err(error) => Err(Refusal { error, target: Some(Box::new((client, RedirectTarget::of(&asked, false)))) }),
        }
    }

    /// Last of all.
    async fn spend(&self, client: &Client, once: Option<Once>) -> Result<(), OAuthError>
    where
        F: RequestHooks<S>,
    {
        match once {
            Some(once) if !self.features.first_time(self.core, client, &once).await? => Err(once.refusal),
            _ => Ok(()),
        }
    }

    async fn check(&self, call: &Call<'_>, checking: Checking<'_>, asked: &mut Asked) -> Result<(), OAuthError>
    where
        F: RequestHooks<S>,
    {
        self.features.check(self.core, call, &checking, asked).await?;
        let limit = self.core.request_bytes;
        if !asked.fits(limit) {
            let words = format!("the request is too large: this server keeps {} bytes of one", limit.get());
            return Err(OAuthError::invalid_request(words));
        }
        Ok(())
    }

    /// Who asks.
    ///
    /// # Errors
    ///
    /// `invalid_request` if it is nobody who is registered.
    async fn client(&self, parameters: &Parameters<'_>) -> Result<Arc<Client>, OAuthError>
    where
        S: ClientStore,
        F: Methods<Core<S>>,
    {
        parameters.reject_repeats(&[ADDRESS])?;
        let id = parameters.get("client_id").ok_or_else(missing_client_id)?;
        let client = authentication::find(self.core, self.features, id).await?;
        client.ok_or_else(|| OAuthError::invalid_request("the client is not registered"))
    }

    /// Where the answer goes.
    ///
    /// # Errors
    ///
    /// `invalid_request` if the client has not registered that.
    fn target(&self, parameters: &Parameters<'_>, client: &Client, direct: bool) -> Result<RedirectTarget, OAuthError>
    where
        F: RequestHooks<S>,
    {
        let requested = parameters.get("redirect_uri");
        if requested.is_none() && self.core.manners.names_redirect_uri {
            return Err(OAuthError::invalid_request("the redirect_uri is missing: this server needs it in each request"));
        }
        let rules = self.core.redirect_rules();
        self.target_of(client, requested, direct).ok_or_else(|| {
            OAuthError::invalid_request(match requested {
                Some(uri) if !rules.permit(client, uri) => "this server does not redirect to the scheme of the redirect_uri",
                Some(_) => "the redirect_uri is not one that the client has registered",
                None => "the redirect_uri is missing, and the client has not registered exactly one",
            })
        })
    }

    /// One that the client has registered; or, of a request that it sent itself, one that it need not register (RFC 9126 section 2.4):
    /// only a client that authenticates is known to be the one that it says.
    fn target_of(&self, client: &Client, requested: Option<&str>, direct: bool) -> Option<RedirectTarget>
    where
        F: RequestHooks<S>,
    {
        let rules = self.core.redirect_rules();
        let unregistered = || {
            let uri = requested.filter(|_| direct && !client.is_public()).and_then(|uri| RedirectUri::parse(uri).ok())?;
            let permitted = rules.permit(client, uri.as_str()) && self.features.permits_redirect(client, &uri);
            permitted.then(|| RedirectTarget::to(uri.as_str().into()))
        };
        RedirectTarget::validate(client, rules, requested).or_else(unregistered)
    }

    /// May the client ask only by requests that it sends itself (RFC 9126 section 4)?
    fn must_push(&self, client: &Client) -> bool
    where
        F: RequestHooks<S>,
    {
        client.requires_pushed_authorization_requests() || self.features.requires_pushed()
    }

    /// May the client ask only by requests that it signs (RFC 9101 section 10.5)?
    fn must_sign(&self, client: &Client) -> bool
    where
        F: RequestHooks<S>,
    {
        client.requires_signed_request_object() || self.features.requires_signed()
    }

    /// Tells the target what every answer carries, an error too: state and mode.
    fn address<'p>(&self, parameters: &'p Parameters<'_>, target: &mut RedirectTarget) -> Addressed<'_, 'p>
    where
        F: RequestHooks<S>,
    {
        // A state that occurs twice, or that not every response mode can return byte for byte, is none.
        let state = parameters.get("state").filter(|_| occurs_once(parameters, "state"));
        let well_formed = !state.is_some_and(|state| state.contains(char::is_control));
        target.state = state.filter(|_| well_formed).map(Into::into);
        let requested = parameters.get("response_type");
        let info = requested.and_then(|requested| self.response_types.iter().find(|info| same_words(info.name, requested)));
        let mode = set_mode(parameters, info, target, self.encoded_mode(parameters));
        Addressed { well_formed, requested, info, mode }
    }

    /// What the client asks for, and the response type that answers it.
    /// An error here is redirected, so the target learns state and mode first.
    fn rest(
        &self,
        parameters: &Parameters<'_>,
        client: &Client,
        target: &mut RedirectTarget,
        came: Came,
    ) -> Result<(ResponseTypeInfo, Asked), OAuthError>
    where
        F: RequestHooks<S>,
    {
        let Addressed { well_formed, requested, info, mode } = self.address(parameters, target);
        self.core.check_available()?;
        if !came.direct && self.must_push(client) {
            return Err(OAuthError::invalid_request(
                "the request has to be pushed, and sent with a request_uri (RFC 9126 section 4)",
            ));
        }
        if !came.signed && self.must_sign(client) {
            return Err(OAuthError::invalid_request("the request has to be a signed request object (RFC 9101 section 10.5)"));
        }
        self.reject_repeats(parameters)?;
        self.reject_refused(parameters)?;
        if !well_formed {
            return Err(OAuthError::invalid_request("the state has control characters (RFC 6749 appendix A.5)"));
        }
        let requested = requested.ok_or_else(|| OAuthError::invalid_request("the parameter response_type is missing"))?;
        let info = info
            .filter(|info| self.grants.serve(**info))
            .ok_or_else(|| OAuthError::new(ErrorCode::UnsupportedResponseType, "this server does not have the response type"))?;
        mode?;
        if !client.may_use_response_mode(target.mode_name()) {
            return Err(OAuthError::new(ErrorCode::UnauthorizedClient, "the client may not be answered in the response mode"));
        }
        if !client.may_use_response_type(requested) {
            return Err(OAuthError::new(ErrorCode::UnauthorizedClient, "the client may not use the response type"));
        }
        let challenge = challenge(parameters, info.code.then_some(self.grants.pkce))?;
        let mut asked = Asked {
            redirect_uri_was_sent: parameters.get("redirect_uri").is_some(),
            mode: target.mode,
            state: target.state.clone(),
            scope: self.core.permitted_scope(client, parameters.get("scope"))?,
            challenge,
            client_fingerprint: client.fingerprint_to_keep(),
            signed: came.signed,
            other: self.unknown(parameters),
            ..Asked::new(info.name, target.uri.clone())
        };
        self.ask_for_authentication(parameters, client, &mut asked)?;
        Ok((*info, asked.encoded(target.encoded.clone())))
    }

    /// The response mode that is asked for, if a feature brings it.
    fn encoded_mode(&self, parameters: &Parameters<'_>) -> Option<EncodedMode>
    where
        F: RequestHooks<S>,
    {
        self.mode_named(parameters.get("response_mode")?)
    }

    fn mode_named(&self, name: &str) -> Option<EncodedMode>
    where
        F: RequestHooks<S>,
    {
        let mut found = None;
        self.features.response_modes(&mut |modes| found = found.or(modes.iter().copied().find(|mode| mode.name == name)));
        found
    }

    fn reject_repeats(&self, parameters: &Parameters<'_>) -> Result<(), OAuthError>
    where
        F: RequestHooks<S>,
    {
        parameters.reject_repeats(&[PARAMETERS])?;
        let mut repeated = Ok(());
        self.features.authorization_parameters(&mut |known| {
            if repeated.is_ok() {
                repeated = parameters.reject_repeats(&[known]);
            }
        });
        Ok(repeated?)
    }

    /// A parameter that a feature knows and does not serve is not ignored: what it stands for would be ignored with it.
    fn reject_refused(&self, parameters: &Parameters<'_>) -> Result<(), OAuthError>
    where
        F: RequestHooks<S>,
    {
        let mut refused = None;
        self.features.refused_parameters(&mut |known| {
            refused = refused.or(known.iter().find(|(name, _)| parameters.get(name).is_some()).copied());
        });
        refused
            .map_or(Ok(()), |(name, code)| Err(OAuthError::new(code, format!("this server does not serve the parameter {name}"))))
    }

    /// How long ago the person may have signed in, and how (OpenID Connect Core section 3.1.2.1, RFC 9470 section 4); what the client
    /// registered, where the request does not say (OpenID Connect Registration section 2).
    fn ask_for_authentication(&self, parameters: &Parameters<'_>, client: &Client, asked: &mut Asked) -> Result<(), OAuthError> {
        let seconds = |text: &str| match text.bytes().all(|byte| byte.is_ascii_digit()) {
            // More than can be counted has never passed.
            true => Ok(text.parse().unwrap_or(u64::MAX)),
            false => Err(OAuthError::invalid_request("max_age is not a number of seconds")),
        };
        let max_age = parameters.get("max_age").map(seconds).transpose()?.or(client.default_max_age());
        let values: Vec<Arc<str>> = match parameters.get("acr_values") {
            Some(values) => words(values),
            None => client.default_acr_values().to_vec(),
        };
        if max_age.is_some() || !values.is_empty() || client.requires_auth_time() {
            let sign_in = asked.sign_in_mut(self.core.now());
            (sign_in.max_age, sign_in.acr_values, sign_in.needs_auth_time) = (max_age, values, client.requires_auth_time());
        }
        Ok(())
    }

    /// Parameters that neither this library nor a feature of the server knows: ignored, visible to the application.
    fn unknown(&self, parameters: &Parameters<'_>) -> Vec<(String, String)>
    where
        F: RequestHooks<S>,
    {
        let mut lists = vec![ADDRESS, PARAMETERS, CREDENTIALS];
        self.features.authorization_parameters(&mut |known| lists.push(known));
        let is_known = |name: &str| lists.iter().copied().flatten().any(|parameter| parameter.name == name);
        let others = parameters.iter().filter(|(name, value)| !value.is_empty() && !is_known(name));
        others.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    }

    /// What was asked for some time ago, perhaps of another server over the same storage: would it be valid now? What may have
    /// changed since is checked again, as is what another server may have let pass.
    ///
    /// `direct` says whether the client sent it itself.
    pub(crate) fn again(&self, mut asked: Asked, client: &Client, direct: bool) -> Result<(ResponseTypeInfo, Asked), ResumeError>
    where
        F: RequestHooks<S>,
    {
        let changed = || ResumeError::ClientChanged;
        // The person is not to agree to another one than they were shown.
        if !client.is_still(asked.client_fingerprint.as_deref()) {
            return Err(changed());
        }
        if (!direct && self.must_push(client)) || (!asked.signed && self.must_sign(client)) {
            return Err(ResumeError::NotAccepted);
        }
        let target = self.target_of(client, Some(&asked.redirect_uri), direct).ok_or_else(changed)?;
        let info = self.response_types.iter().find(|info| info.name == asked.response_type);
        let info =
            info.filter(|info| self.grants.serve(**info) && client.may_use_response_type(info.name)).ok_or_else(changed)?;
        asked.redirect_uri = target.uri;
        asked.scope = self.core.permitted_scope(client, Some(asked.scope.as_str())).map_err(|_| changed())?;
        if asked.details.as_ref().is_some_and(|details| !self.features.knows_details(client, details)) {
            return Err(changed());
        }
        let exposed = (info.access_token || info.id_token) && asked.mode == ResponseMode::Query;
        if exposed || (info.code && !self.grants.pkce.permits(asked.challenge.as_ref())) {
            return Err(ResumeError::NotAccepted);
        }
        let plain = asked.encoded.is_none() && self.features.insists_on_modes();
        let mode_is_gone = asked.encoded.as_deref().is_some_and(|name| self.mode_named(name).is_none());
        if plain || mode_is_gone || !client.may_use_response_mode(RedirectTarget::of(&asked, false).mode_name()) {
            return Err(ResumeError::NotAccepted);
        }
        Ok((*info, asked))
    }
}

/// Errors that say what a person would have to do, and are for the authorization endpoint alone (RFC 9126 section 2.3).
const OF_PEOPLE: [&str; 4] = ["login_required", "consent_required", "account_selection_required", "interaction_required"];

/// No person is here that could do anything: a request that cannot be answered without is one that is not good.
pub(crate) fn of_requests(error: OAuthError) -> OAuthError {
    match OF_PEOPLE.contains(&error.code().as_str()) {
        true => OAuthError::invalid_request(error.description().to_owned()),
        false => error,
    }
}

fn missing_client_id() -> OAuthError {
    OAuthError::invalid_request("the parameter client_id is missing")
}

//! Parameters become [`Asked`], or a refusal (RFC 6749 section 4.1.1). Whether a refusal is a redirect, a page or JSON is decided by
//! whoever asks.

use std::sync::Arc;

use crate::authentication::{self, Methods};
use crate::authorization::asked::Asked;
use crate::authorization::hooks::RequestHooks;
use crate::authorization::suspend::ResumeError;
use crate::authorization::target::{RedirectTarget, ResponseMode};
use crate::call::Call;
use crate::client::Client;
use crate::core::Core;
use crate::error::{ErrorCode, TokenError};
use crate::grant::GrantList;
use crate::parameters::{Parameter, Parameters};
use crate::pkce::{CodeChallenge, CodeChallengeMethod, PkceRequirement};
use crate::response_name::same_words;
use crate::response_type::ResponseTypeInfo;
use crate::storage::ClientStore;

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
];

/// What this server has, as far as it decides which requests are valid.
pub(crate) struct Validation<'a, S, F> {
    core: &'a Core<S>,
    features: &'a F,
    response_types: &'static [ResponseTypeInfo],
    pkce: PkceRequirement,
    /// Are the grants on that redeem codes, and that permit access tokens from the authorization endpoint?
    redeems_codes: bool,
    permits_tokens: bool,
}

/// A request that is not valid.
pub(crate) struct Refusal {
    pub(crate) error: TokenError,
    /// Where the error may go: known once the redirect URI was found to be the client's.
    pub(crate) target: Option<RedirectTarget>,
}

impl From<TokenError> for Refusal {
    fn from(error: TokenError) -> Self {
        Self { error, target: None }
    }
}

/// A request that is valid.
pub(crate) struct Valid {
    pub(crate) client: Arc<Client>,
    pub(crate) info: ResponseTypeInfo,
    pub(crate) asked: Asked,
}

impl<'a, S, F> Validation<'a, S, F> {
    pub(crate) fn new<G: GrantList>(
        core: &'a Core<S>,
        features: &'a F,
        grants: &G,
        response_types: &'static [ResponseTypeInfo],
    ) -> Self {
        let on = |name: &str| grants.active().any(|active| active == name);
        let (redeems_codes, permits_tokens) = (on("authorization_code"), on("implicit"));
        Self { core, features, response_types, pkce: G::PKCE, redeems_codes, permits_tokens }
    }

    /// A response type is there only while the grants that it needs are switched on.
    pub(crate) const fn is_active(&self, info: ResponseTypeInfo) -> bool {
        (!info.code || self.redeems_codes) && (!info.access_token || self.permits_tokens)
    }

    /// Who asks, what the request stands for, and what is asked for: in this order.
    pub(crate) async fn validate(&self, call: &Call<'_>) -> Result<Valid, Refusal>
    where
        S: ClientStore,
        F: Methods<Core<S>> + RequestHooks<S>,
    {
        let client = self.client(call.parameters()).await?;
        let Some(unpacked) = self.features.unpack(self.core, call, &client).await? else {
            return self.checked(call, client).await;
        };
        let parameters = Parameters::parse(unpacked.encoded()).map_err(TokenError::from)?;
        parameters.reject_repeats(&[ADDRESS]).map_err(TokenError::from)?;
        if parameters.get("client_id").is_some_and(|id| id != client.id().as_str()) {
            return Err(TokenError::invalid_request("the client_id inside is another one than that of the request").into());
        }
        self.checked(&call.with_parameters(&parameters), client).await
    }

    async fn checked(&self, call: &Call<'_>, client: Arc<Client>) -> Result<Valid, Refusal>
    where
        F: RequestHooks<S>,
    {
        let (info, mut asked) = self.asked(call.parameters(), &client)?;
        match self.check(call, &client, &mut asked).await {
            Ok(()) => Ok(Valid { client, info, asked }),
            Err(error) => Err(Refusal { error, target: Some(RedirectTarget::of(&asked, false)) }),
        }
    }

    async fn check(&self, call: &Call<'_>, client: &Client, asked: &mut Asked) -> Result<(), TokenError>
    where
        F: RequestHooks<S>,
    {
        self.features.check(self.core, call, client, asked).await?;
        let limit = self.core.request_bytes;
        if !asked.fits(limit) {
            let words = format!("the request is too large: this server keeps {} bytes of one", limit.get());
            return Err(TokenError::invalid_request(words));
        }
        Ok(())
    }

    /// Who asks.
    ///
    /// # Errors
    ///
    /// `invalid_request` if it is nobody who is registered.
    async fn client(&self, parameters: &Parameters<'_>) -> Result<Arc<Client>, TokenError>
    where
        S: ClientStore,
        F: Methods<Core<S>>,
    {
        parameters.reject_repeats(&[ADDRESS])?;
        let id = parameters.get("client_id").ok_or_else(|| TokenError::invalid_request("the parameter client_id is missing"))?;
        let client = authentication::find(self.core, self.features, id).await?;
        client.ok_or_else(|| TokenError::invalid_request("the client is not registered"))
    }

    /// What the client asks for, and the response type that answers it.
    fn asked(&self, parameters: &Parameters<'_>, client: &Client) -> Result<(ResponseTypeInfo, Asked), Refusal>
    where
        F: RequestHooks<S>,
    {
        let requested = parameters.get("redirect_uri");
        let schemes = &self.core.private_use_schemes;
        let mut target = RedirectTarget::validate(client, schemes, requested).ok_or_else(|| {
            TokenError::invalid_request(match requested {
                Some(uri) if !schemes.permit(uri) => "this server does not redirect to the scheme of the redirect_uri",
                Some(_) => "the redirect_uri is not one that the client has registered",
                None => "the redirect_uri is missing, and the client has not registered exactly one",
            })
        })?;
        match self.rest(parameters, client, &mut target) {
            Ok(valid) => Ok(valid),
            Err(error) => Err(Refusal { error, target: Some(target) }),
        }
    }

    /// An error here is redirected, so the target learns state and mode first.
    fn rest(
        &self,
        parameters: &Parameters<'_>,
        client: &Client,
        target: &mut RedirectTarget,
    ) -> Result<(ResponseTypeInfo, Asked), TokenError>
    where
        F: RequestHooks<S>,
    {
        // A state that occurs twice, or that not every response mode can return byte for byte, is none.
        let state = parameters.get("state").filter(|_| occurs_once(parameters, "state"));
        let well_formed = !state.is_some_and(|state| state.contains(char::is_control));
        target.state = state.filter(|_| well_formed).map(Into::into);
        let requested = parameters.get("response_type");
        let info = requested.and_then(|requested| self.response_types.iter().find(|info| same_words(info.name, requested)));
        let mode = set_mode(parameters, info, target);
        self.core.check_available()?;
        self.reject_repeats(parameters)?;
        if !well_formed {
            return Err(TokenError::invalid_request("the state has control characters (RFC 6749 appendix A.5)"));
        }
        let requested = requested.ok_or_else(|| TokenError::invalid_request("the parameter response_type is missing"))?;
        let info = info
            .filter(|info| self.is_active(**info))
            .ok_or_else(|| TokenError::new(ErrorCode::UnsupportedResponseType, "this server does not have the response type"))?;
        mode?;
        if !client.may_use_response_type(requested) {
            return Err(TokenError::new(ErrorCode::UnauthorizedClient, "the client may not use the response type"));
        }
        let challenge = challenge(parameters, info.code.then_some(self.pkce))?;
        let asked = Asked {
            redirect_uri_was_sent: parameters.get("redirect_uri").is_some(),
            mode: target.mode,
            state: target.state.clone(),
            scope: self.core.permitted_scope(client, parameters.get("scope"))?,
            challenge,
            other: self.unknown(parameters),
            ..Asked::new(info.name, target.uri.clone())
        };
        Ok((*info, asked))
    }

    fn reject_repeats(&self, parameters: &Parameters<'_>) -> Result<(), TokenError>
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

    /// Parameters that neither this library nor a feature of the server knows: ignored, visible to the application.
    fn unknown(&self, parameters: &Parameters<'_>) -> Vec<(String, String)>
    where
        F: RequestHooks<S>,
    {
        let mut lists = vec![ADDRESS, PARAMETERS];
        self.features.authorization_parameters(&mut |known| lists.push(known));
        let is_known = |name: &str| lists.iter().copied().flatten().any(|parameter| parameter.name == name);
        let others = parameters.iter().filter(|(name, value)| !value.is_empty() && !is_known(name));
        others.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    }

    /// What was asked for some time ago, perhaps of another server over the same storage: would it be valid now? What may have
    /// changed since is checked again, as is what another server may have let pass.
    pub(crate) fn again(&self, mut asked: Asked, client: &Client) -> Result<(ResponseTypeInfo, Asked), ResumeError> {
        let changed = || ResumeError::ClientChanged;
        let target =
            RedirectTarget::validate(client, &self.core.private_use_schemes, Some(&asked.redirect_uri)).ok_or_else(changed)?;
        let info = self.response_types.iter().find(|info| info.name == asked.response_type);
        let info = info.filter(|info| self.is_active(**info) && client.may_use_response_type(info.name)).ok_or_else(changed)?;
        asked.redirect_uri = target.uri;
        asked.scope = self.core.permitted_scope(client, Some(asked.scope.as_str())).map_err(|_| changed())?;
        let exposed = (info.access_token || info.id_token) && asked.mode == ResponseMode::Query;
        if exposed || (info.code && !self.pkce.permits(asked.challenge.as_ref())) {
            return Err(ResumeError::NotAccepted);
        }
        Ok((*info, asked))
    }
}

/// How the response, error or not, travels. A mode that is unknown, repeated or not permitted is an error that travels in
/// the default mode (Multiple Response Types sections 2.1 and 5).
fn set_mode(parameters: &Parameters<'_>, info: Option<&ResponseTypeInfo>, target: &mut RedirectTarget) -> Result<(), TokenError> {
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

//! What a logout request says (OpenID Connect RP-Initiated Logout section 2), and what of it is to be believed.

use std::sync::Arc;

use bytes::Bytes;
use http::{Method, Request};

use crate::authentication::{self, LookUpError};
use crate::client::Client;
use crate::core::Core;
use crate::extension::route::RouteView;
use crate::http::form::body_parameters;
use crate::http::parameters::{Parameter, Parameters};
use crate::issue::{Choices as _, Keyring as _};
use crate::jose::OwnIdToken;
use crate::storage::ClientStore;
use crate::values::error::OAuthError;

/// The field by which the form of the page that asks is recognised.
pub(super) const CONFIRMATION: &str = "confirmation";

/// What the page hands on.
pub(super) const HANDED_ON: [&str; 6] =
    ["id_token_hint", "logout_hint", "client_id", "post_logout_redirect_uri", "state", "ui_locales"];

const PARAMETERS: &[Parameter] = &[
    Parameter::once("id_token_hint"),
    Parameter::once("logout_hint"),
    Parameter::once("client_id"),
    Parameter::once("post_logout_redirect_uri"),
    Parameter::once("state"),
    Parameter::once("ui_locales"),
    Parameter::once(CONFIRMATION),
];

/// Reads the parameters, of a query or of a form.
///
/// # Errors
///
/// `invalid_request` if they cannot be read, or one that may not repeat does.
pub(super) fn parameters<'r, S>(core: &Core<S>, request: &'r Request<Bytes>) -> Result<Parameters<'r>, OAuthError> {
    core.check_transport(request)?;
    core.check_available()?;
    let parameters = match *request.method() {
        // Some clients post nothing at all.
        Method::POST if !request.body().is_empty() => body_parameters(request)?,
        _ => Parameters::parse(request.uri().query().unwrap_or_default().as_bytes())?,
    };
    parameters.reject_repeats(&[PARAMETERS])?;
    Ok(parameters)
}

/// A request that may be followed.
pub(super) struct Valid {
    /// The ID token, if there is one: of this server, and of a client that it serves.
    pub(super) hinted: Option<OwnIdToken>,
    /// The client of the ID token; else the one that is named, which anybody can do.
    pub(super) client: Option<Arc<Client>>,
    /// Where to send the person: one that the client of the ID token registered.
    pub(super) target: Option<Arc<str>>,
}

/// Checks what the request says (section 4: nothing is done of a request in which something cannot be validated).
///
/// # Errors
///
/// `invalid_request` if the ID token is not one of this server, or of another client than the one that is named, or that client did not
/// register the URI.
pub(super) async fn validate<S: ClientStore, V: RouteView<S>>(
    view: &V,
    parameters: &Parameters<'_>,
) -> Result<Valid, OAuthError> {
    let (core, named) = (view.core(), parameters.get("client_id"));
    let hinted = match parameters.get("id_token_hint") {
        Some(text) => Some(verify(view, text, named)?),
        None => None,
    };
    let client = match hinted.as_ref().map(|hinted| &*hinted.client_id).or(named) {
        Some(id) => match authentication::find(core, view.features(), id).await {
            Ok(client) => client,
            // Signing out is not for a client's host to prevent: as if the request had said nothing, so that the person is asked.
            Err(LookUpError::Feature(error)) => {
                tracing::info!(detail = error.description(), "nobody knows now of which client a logout request is");
                return Ok(Valid { hinted: None, client: None, target: None });
            }
            Err(error) => return Err(error.into()),
        },
        None => None,
    };
    if hinted.is_some() && client.is_none() {
        return Err(OAuthError::invalid_request("the client of the id_token_hint is not registered any more"));
    }
    let target = match (parameters.get("post_logout_redirect_uri"), &hinted, &client) {
        (Some(uri), Some(_), Some(client)) => {
            let registered = client.post_logout_redirect_uris().any(|known| known == uri);
            let unknown = || OAuthError::invalid_request("the post_logout_redirect_uri is not one that the client registered");
            Some(registered.then(|| uri.into()).ok_or_else(unknown)?)
        }
        // Section 3: without an ID token nobody is sent anywhere.
        _ => None,
    };
    Ok(Valid { hinted, client, target })
}

fn verify<S: ClientStore, V: RouteView<S>>(view: &V, text: &str, named: Option<&str>) -> Result<OwnIdToken, OAuthError> {
    let core = view.core();
    OwnIdToken::verify(text, &core.issuer, named, &view.features().keys().published()).map_err(|reason| {
        tracing::debug!(%reason, "an id_token_hint is refused");
        OAuthError::invalid_request("the id_token_hint is not an ID token of this server for this client")
    })
}

//! Client authentication (RFC 6749 section 2.3): `client_secret_basic`, `client_secret_post` and `none`, one per request.

use std::borrow::Cow;
use std::fmt;
use std::future::Future;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderValue};
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize as _, Zeroizing};

use crate::call::Call;
use crate::client::{Client, ClientError};
use crate::core::Core;
use crate::error::TokenError;
use crate::parameters::{Parameter, Parameters, decode, split_once};
use crate::storage::ClientStore;

/// The parameters of client authentication.
pub(crate) const PARAMETERS: &[Parameter] = &[Parameter::once("client_id"), Parameter::once("client_secret")];

/// How a client authenticates at the token endpoint (RFC 7591 section 2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ClientAuthenticationMethod {
    /// The secret in the `Authorization` header (RFC 6749 section 2.3.1).
    ClientSecretBasic,
    /// The secret in the request body (RFC 6749 section 2.3.1).
    ClientSecretPost,
    /// A public client: it only says who it is.
    None,
}

impl ClientAuthenticationMethod {
    /// All that this server knows, public clients included.
    pub(crate) const ALL: [&'static str; 3] = ["client_secret_basic", "client_secret_post", "none"];
    /// Those that prove something.
    pub(crate) const CONFIDENTIAL: [&'static str; 2] = ["client_secret_basic", "client_secret_post"];

    /// The registered value.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ClientSecretBasic => "client_secret_basic",
            Self::ClientSecretPost => "client_secret_post",
            Self::None => "none",
        }
    }
}

impl fmt::Display for ClientAuthenticationMethod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl TryFrom<String> for ClientAuthenticationMethod {
    type Error = ClientError;
    fn try_from(name: String) -> Result<Self, ClientError> {
        let known = [Self::ClientSecretBasic, Self::ClientSecretPost, Self::None];
        known.into_iter().find(|method| method.as_str() == name).ok_or(ClientError::UnknownAuthenticationMethod(name))
    }
}

/// What a request says about its client.
struct Presented<'a> {
    id: Cow<'a, str>,
    /// Empty for a public client.
    secret: Cow<'a, str>,
    method: ClientAuthenticationMethod,
}

/// A secret that had to be decoded is a copy of ours.
impl Drop for Presented<'_> {
    fn drop(&mut self) {
        if let Cow::Owned(secret) = &mut self.secret {
            secret.zeroize();
        }
    }
}

/// What authentication asks of the features of a server: clients that the storage does not have, and methods beside those with a
/// secret. A list of features answers for all of them.
#[doc(hidden)]
pub trait Methods<S>: Send + Sync + 'static {
    fn resolve(&self, core: &Core<S>, id: &str) -> impl Future<Output = Result<Option<Arc<Client>>, TokenError>> + Send;
    /// # Errors
    ///
    /// `invalid_request` if credentials of two methods are there.
    fn recognise<'c>(&self, place: usize, call: &Call<'c>, claims: &mut Claims<'c>) -> Result<(), TokenError>;
    /// Asks the feature that recognised its credentials.
    fn prove(
        &self,
        place: usize,
        core: &Core<S>,
        call: &Call<'_>,
        client: &Client,
    ) -> impl Future<Output = Result<bool, TokenError>> + Send;
}

/// Whom a request says it comes from, in credentials of a feature's method.
#[doc(hidden)]
#[derive(Debug)]
pub struct Claimed<'c> {
    pub(crate) id: Cow<'c, str>,
}

/// The one feature of a list that recognised its credentials, if any.
#[doc(hidden)]
#[derive(Debug, Default)]
pub struct Claims<'c>(Option<(usize, Claimed<'c>)>);

impl<'c> Claims<'c> {
    /// # Errors
    ///
    /// `invalid_request` if it is the second (RFC 6749 section 2.3).
    pub(crate) fn add(&mut self, place: usize, claimed: Option<Claimed<'c>>) -> Result<(), TokenError> {
        let Some(claimed) = claimed else { return Ok(()) };
        if self.0.is_some() {
            return Err(two_methods());
        }
        self.0 = Some((place, claimed));
        Ok(())
    }
}

fn two_methods() -> TokenError {
    TokenError::invalid_request("use one client authentication method, not two (RFC 6749 section 2.3)")
}

/// The registered client, or the one that a feature knows of.
pub(crate) async fn find<S: ClientStore, F: Methods<S>>(
    core: &Core<S>,
    features: &F,
    id: &str,
) -> Result<Option<Arc<Client>>, TokenError> {
    match core.client(id).await? {
        Some(client) => Ok(Some(client)),
        None => features.resolve(core, id).await,
    }
}

/// Finds out who asks.
///
/// An unknown client and a wrong secret take the same work and give the same answer; so do all other failures, except a request
/// that uses two methods, which is `invalid_request` (RFC 6749 sections 2.3 and 5.2).
pub(crate) async fn authenticate<S: ClientStore, F: Methods<S>>(
    core: &Core<S>,
    features: &F,
    call: &Call<'_>,
) -> Result<Arc<Client>, TokenError> {
    let basic = basic(call.headers())?;
    let mut claims = Claims::default();
    features.recognise(0, call, &mut claims)?;
    if let Some((place, claimed)) = claims.0 {
        return proven_to(core, features, call, basic.is_some(), place, &claimed).await;
    }
    let presented = presented(basic.as_deref().map(Vec::as_slice), call.parameters())?;
    let client = find(core, features, &presented.id).await?;
    let proven = match presented.method {
        ClientAuthenticationMethod::None => true,
        _ => {
            let stored = client.as_ref().and_then(|client| client.secret_hash());
            core.secrets.verify(&presented.id, stored, &presented.secret).await?
        }
    };
    match client {
        Some(client) if proven && accepts(&client, presented.method) => Ok(client),
        client => {
            // What is no client's identifier may be anything: a secret or a token in the wrong place.
            let client_id = client.as_deref().map(|client| client.id().as_str());
            tracing::info!(client_id, method = %presented.method, "client authentication failed");
            Err(TokenError::invalid_client())
        }
    }
}

/// The client that a feature recognised, if the feature is convinced.
async fn proven_to<S: ClientStore, F: Methods<S>>(
    core: &Core<S>,
    features: &F,
    call: &Call<'_>,
    basic: bool,
    place: usize,
    claimed: &Claimed<'_>,
) -> Result<Arc<Client>, TokenError> {
    let parameters = call.parameters();
    if basic || parameters.get("client_secret").is_some() {
        return Err(two_methods());
    }
    if parameters.get("client_id").is_some_and(|id| *id != *claimed.id) {
        return Err(TokenError::invalid_request("client_id names another client than the credentials"));
    }
    let Some(client) = find(core, features, &claimed.id).await? else { return Err(TokenError::invalid_client()) };
    if features.prove(place, core, call, &client).await? { Ok(client) } else { Err(TokenError::invalid_client()) }
}

/// May this client authenticate this way? One that registered no method, but has a secret, may send it either way.
fn accepts(client: &Client, method: ClientAuthenticationMethod) -> bool {
    match client.authentication_method() {
        Some(registered) => registered == method,
        None => method != ClientAuthenticationMethod::None,
    }
}

fn presented<'a>(basic: Option<&'a [u8]>, parameters: &'a Parameters<'_>) -> Result<Presented<'a>, TokenError> {
    let (id, secret) = (parameters.get("client_id"), parameters.get("client_secret"));
    let Some(basic) = basic else { return body(id, secret) };
    let basic = id_and_secret(basic).ok_or_else(TokenError::invalid_client)?;
    if secret.is_some() {
        return Err(two_methods());
    }
    if id.is_some_and(|id| id != basic.id) {
        return Err(TokenError::invalid_request("client_id names another client than the Authorization header"));
    }
    Ok(basic)
}

fn body<'a>(id: Option<&'a str>, secret: Option<&'a str>) -> Result<Presented<'a>, TokenError> {
    let id = id.ok_or_else(TokenError::invalid_client)?.into();
    Ok(match secret {
        Some(secret) => Presented { id, secret: secret.into(), method: ClientAuthenticationMethod::ClientSecretPost },
        None => Presented { id, secret: "".into(), method: ClientAuthenticationMethod::None },
    })
}

/// The decoded credentials of the Basic scheme (RFC 7617), if there is an `Authorization` header at all.
fn basic(headers: &HeaderMap) -> Result<Option<Zeroizing<Vec<u8>>>, TokenError> {
    let mut authorizations = headers.get_all(AUTHORIZATION).iter();
    let Some(header) = authorizations.next() else { return Ok(None) };
    if authorizations.next().is_some() {
        return Err(TokenError::invalid_request("there is more than one Authorization header"));
    }
    decode_basic(header).map(Some).ok_or_else(TokenError::invalid_client)
}

fn decode_basic(header: &HeaderValue) -> Option<Zeroizing<Vec<u8>>> {
    let (scheme, rest) = header.as_bytes().split_first_chunk::<6>()?;
    if !scheme.eq_ignore_ascii_case(b"basic ") {
        return None;
    }
    let spaces = rest.iter().take_while(|byte| **byte == b' ').count();
    Some(Zeroizing::new(STANDARD.decode(&rest[spaces..]).ok()?))
}

/// RFC 6749 section 2.3.1: identifier and secret are form-encoded and joined by a colon.
fn id_and_secret(decoded: &[u8]) -> Option<Presented<'_>> {
    let (id, secret) = split_once(str::from_utf8(decoded).ok()?, b':')?;
    let (id, secret) = (decode(id).ok()?, decode(secret).ok()?);
    // An empty secret proves nothing, not even that the client is public.
    let usable = !id.is_empty() && !secret.is_empty();
    usable.then_some(Presented { id, secret, method: ClientAuthenticationMethod::ClientSecretBasic })
}

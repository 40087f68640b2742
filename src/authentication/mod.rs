//! Client authentication (RFC 6749 section 2.3), one method per request: those of this folder, a file each, and those that features
//! bring. It sees the clients of a server through [`Clients`], and knows neither storage nor settings.

mod basic;
mod none;
mod post;

use std::borrow::Cow;
use std::future::Future;
use std::sync::Arc;

use http::header::AUTHORIZATION;
use zeroize::Zeroize as _;

use crate::client::{Client, ClientAuthenticationMethod, ClientSecrets, Credentials};
use crate::events;
use crate::http::call::Call;
use crate::http::parameters::{Parameter, Parameters};
use crate::values::error::{OAuthError, StoreError};
use crate::values::issuer::Issuer;

/// The parameters of client authentication.
pub(crate) const PARAMETERS: &[Parameter] = &[Parameter::once("client_id"), Parameter::once("client_secret")];

/// The clients of a server.
pub trait Clients: Send + Sync {
    /// Whose they are.
    fn issuer(&self) -> &Issuer;
    /// The registered client.
    fn find(&self, id: &str) -> impl Future<Output = Result<Option<Arc<Client>>, StoreError>> + Send;
    /// Is this one of the secrets? The work is the same without any, for a client that does not exist or has none.
    fn verify(
        &self,
        id: &str,
        secrets: Option<&ClientSecrets>,
        presented: &str,
    ) -> impl Future<Output = Result<bool, StoreError>> + Send;
    /// What the profile of their server has.
    fn profile(&self) -> &impl Permits;
}

/// What of authentication a profile has.
pub trait Permits {
    /// This method?
    fn permits(&self, method: ClientAuthenticationMethod) -> bool;
}

/// The authentication methods of a server beside the built-in ones, and what else makes a client one that it can serve.
#[doc(hidden)]
pub trait Accepts: Send + Sync + 'static {
    /// Does a feature have this method?
    fn accepts(&self, method: ClientAuthenticationMethod) -> bool;
    /// Can a feature bind tokens to keys that clients prove to have?
    fn binds_to_keys(&self) -> bool;
    /// And to the certificates of their connections?
    fn binds_to_certificates(&self) -> bool;
    /// With which algorithms clients may sign what they authenticate with.
    fn algorithms(&self, into: &mut Vec<&'static str>);
    /// Does a feature say that the client is none for this server?
    fn disown(&self, client: &Client) -> bool;
}

/// What authentication asks of the features of a server with the clients `C`: clients that are not registered, and their methods.
/// A list of features answers for all of them.
#[doc(hidden)]
pub trait Methods<C>: Accepts {
    fn resolve(&self, clients: &C, id: &str) -> impl Future<Output = Result<Option<Arc<Client>>, OAuthError>> + Send;
    /// # Errors
    ///
    /// `invalid_request` if credentials of two methods are there.
    fn recognise<'c>(&self, call: &Call<'c>, claims: &mut Claims<'c>) -> Result<(), OAuthError>;
    /// Is a feature convinced that has this method?
    fn prove(
        &self,
        method: ClientAuthenticationMethod,
        clients: &C,
        call: &Call<'_>,
        client: &Client,
    ) -> impl Future<Output = Result<bool, OAuthError>> + Send;
}

/// Every method of a server, for its metadata.
pub(crate) fn supported(profile: &impl Permits, features: &impl Accepts) -> Vec<ClientAuthenticationMethod> {
    ClientAuthenticationMethod::ALL.into_iter().filter(|method| is_supported(profile, features, *method)).collect()
}

/// Does the server have this method?
pub(crate) fn is_supported(profile: &impl Permits, features: &impl Accepts, method: ClientAuthenticationMethod) -> bool {
    // Those of this folder every server has, unless its profile says otherwise.
    let is_there = matches!(method, basic::METHOD | post::METHOD | none::METHOD) || features.accepts(method);
    is_there && profile.permits(method)
}

/// The algorithms with which clients may sign what they authenticate with, for the server's metadata.
pub(crate) fn algorithms(features: &impl Accepts) -> Vec<&'static str> {
    let mut algorithms = Vec::new();
    features.algorithms(&mut algorithms);
    algorithms
}

/// Whom a request says it comes from, in credentials of a feature's method.
#[doc(hidden)]
#[derive(Debug)]
pub struct Claimed<'c> {
    /// `None` if the credentials are there, and cannot be read.
    pub(crate) id: Option<Cow<'c, str>>,
    pub(crate) method: ClientAuthenticationMethod,
}

/// The one feature of a list that recognised its credentials, if any.
#[doc(hidden)]
#[derive(Debug, Default)]
pub struct Claims<'c>(Option<Claimed<'c>>);

impl<'c> Claims<'c> {
    /// # Errors
    ///
    /// `invalid_request` if it is the second (RFC 6749 section 2.3).
    pub(crate) fn add(&mut self, claimed: Option<Claimed<'c>>) -> Result<(), OAuthError> {
        let Some(claimed) = claimed else { return Ok(()) };
        if self.0.is_some() {
            return Err(two_methods());
        }
        self.0 = Some(claimed);
        Ok(())
    }
}

fn two_methods() -> OAuthError {
    OAuthError::invalid_request("use one client authentication method, not two (RFC 6749 section 2.3)")
}

/// What a request says about its client in a built-in method.
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

/// Why nobody knows whether there is such a client.
pub(crate) enum LookUpError {
    Store(StoreError),
    /// A feature that knows of clients does not know of this one now.
    Feature(OAuthError),
}

impl From<LookUpError> for OAuthError {
    fn from(error: LookUpError) -> Self {
        match error {
            LookUpError::Store(error) => error.into(),
            LookUpError::Feature(error) => error,
        }
    }
}

/// The registered client, or the one that a feature knows of. One whose method this server does not have could never
/// authenticate, so it does not exist here, whoever put it into the storage; nor does one that a feature cannot serve.
pub(crate) async fn find<C: Clients, M: Methods<C>>(
    clients: &C,
    features: &M,
    id: &str,
) -> Result<Option<Arc<Client>>, LookUpError> {
    let found = match clients.find(id).await.map_err(LookUpError::Store)? {
        Some(client) => Some(client),
        None => features.resolve(clients, id).await.map_err(LookUpError::Feature)?,
    };
    Ok(found.filter(|client| is_served(clients.profile(), features, client)))
}

fn is_served(profile: &impl Permits, features: &impl Accepts, client: &Client) -> bool {
    if features.disown(client) {
        return false;
    }
    // It is to get tokens that are bound to a key, or none.
    if client.dpop_bound_access_tokens() && !features.binds_to_keys() {
        tracing::warn!(client_id = %client.id(), "this server does not bind tokens to keys, as the client registered");
        return false;
    }
    if client.tls_client_certificate_bound_access_tokens() && !features.binds_to_certificates() {
        tracing::warn!(client_id = %client.id(), "this server does not bind tokens to certificates, as the client registered");
        return false;
    }
    let method = client.credentials().method_in_use();
    let supported = is_supported(profile, features, method);
    if !supported {
        tracing::warn!(client_id = %client.id(), %method, "this server does not have the client's authentication method");
    }
    supported
}

/// Finds out who asks.
///
/// An unknown client and a wrong secret take the same work and give the same answer; so do all other failures, except a request
/// that uses two methods, which is `invalid_request` (RFC 6749 sections 2.3 and 5.2).
pub(crate) async fn authenticate<C: Clients, M: Methods<C>>(
    clients: &C,
    features: &M,
    call: &Call<'_>,
) -> Result<Arc<Client>, OAuthError> {
    let mut claims = Claims::default();
    features.recognise(call, &mut claims)?;
    if let Some(claimed) = claims.0 {
        return proven_to(clients, features, call, &claimed).await;
    }
    // Whatever the header says, and whether it can be read.
    if call.parameters().get("client_secret").is_some() && call.headers().contains_key(AUTHORIZATION) {
        return Err(two_methods());
    }
    let header = basic::header(call.headers())?;
    let presented = presented(header.as_ref().map(basic::Decoded::as_bytes), call.parameters())?;
    let client = find(clients, features, &presented.id).await?;
    let method = method_of(&presented, client.as_deref());
    let proven = match (method, &client) {
        (ClientAuthenticationMethod::None, _) => true,
        // What proves it is not in the request: its connection has it.
        (method, Some(client)) if method != presented.method => features.prove(method, clients, call, client).await?,
        _ => {
            let secrets = client.as_ref().and_then(|client| client.credentials().secrets());
            clients.verify(&presented.id, secrets, &presented.secret).await?
        }
    };
    match client {
        Some(client) if proven && client.credentials().permit(method) => Ok(client),
        client => Err(failed(clients, client.as_deref(), method)),
    }
}

/// How the request authenticates. One that only says who asks does so by its connection, if its client has registered that (RFC 8705
/// section 2).
fn method_of(presented: &Presented<'_>, client: Option<&Client>) -> ClientAuthenticationMethod {
    let by_connection = client.map(Client::credentials).filter(|own| matches!(own, Credentials::Certificate(_)));
    match by_connection.and_then(Credentials::method) {
        Some(method) if presented.method == ClientAuthenticationMethod::None => method,
        _ => presented.method,
    }
}

/// The client that a feature recognised, if the feature is convinced.
async fn proven_to<C: Clients, M: Methods<C>>(
    clients: &C,
    features: &M,
    call: &Call<'_>,
    claimed: &Claimed<'_>,
) -> Result<Arc<Client>, OAuthError> {
    let parameters = call.parameters();
    // Whatever the header says: it is another way to say who asks.
    if call.headers().contains_key(AUTHORIZATION) || parameters.get("client_secret").is_some() {
        return Err(two_methods());
    }
    let Some(id) = claimed.id.as_deref() else { return Err(failed(clients, None, claimed.method)) };
    if parameters.get("client_id").is_some_and(|named| named != id) {
        return Err(OAuthError::invalid_request("client_id names another client than the credentials"));
    }
    let client = find(clients, features, id).await?;
    let proven = match &client {
        Some(client) if client.credentials().permit(claimed.method) => {
            features.prove(claimed.method, clients, call, client).await?
        }
        _ => false,
    };
    match client {
        Some(client) if proven => Ok(client),
        client => Err(failed(clients, client.as_deref(), claimed.method)),
    }
}

/// The one answer to all failures. What names no registered client may be a secret in the wrong place, so it is not logged.
fn failed<C: Clients>(clients: &C, client: Option<&Client>, method: ClientAuthenticationMethod) -> OAuthError {
    events::not_authenticated(clients.issuer(), client.map(Client::id), method.as_str());
    OAuthError::invalid_client()
}

fn presented<'a>(header: Option<&'a [u8]>, parameters: &'a Parameters<'_>) -> Result<Presented<'a>, OAuthError> {
    let (id, secret) = (parameters.get("client_id"), parameters.get("client_secret"));
    let Some(header) = header else {
        let id = id.ok_or_else(OAuthError::invalid_client)?;
        return Ok(secret.map_or_else(|| none::presented(id), |secret| post::presented(id, secret)));
    };
    let basic = basic::presented(header).ok_or_else(OAuthError::invalid_client)?;
    if id.is_some_and(|id| id != basic.id) {
        return Err(OAuthError::invalid_request("client_id names another client than the Authorization header"));
    }
    Ok(basic)
}

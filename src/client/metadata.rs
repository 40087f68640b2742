//! Client metadata as JSON (the members of RFC 7591 section 2, and some more): what a registration file has.

use serde::Deserialize;

use crate::client::authentication::ClientAuthenticationMethod;
use crate::client::record::{Client, ClientError};
use crate::client::secret::ClientSecret;
use crate::lifetime::{AccessTokenLifetime, RefreshTokenLifetime};

/// A client as JSON: the members of RFC 7591 section 2 that this library uses, with `client_id` and `client_secret`, and
/// these of its own: `default_scope`, `introspection` (`"any"` for a resource server that may see every token), `audience` (the
/// names of a resource server that sees the tokens meant for it), `access_token_lifetime` and `refresh_token_lifetime` (seconds).
/// Other members are ignored, as the RFC asks, and `null` means that a member is left out.
///
/// For documents that you trust: who writes one says what the client may see and which identifier it has. Of a stranger's
/// registration request (RFC 7591 section 3.1) take only the members of section 2, choose `client_id` and `client_secret` yourself,
/// and leave out those of this library.
///
/// As in the RFC, a client that names no `token_endpoint_auth_method` has `client_secret_basic`. So a public client has to say
/// `none`: a secret that was forgotten, or its name misspelt, is an error and makes no client public.
///
/// ```
/// use grantor::{Client, ClientMetadata};
///
/// let metadata: ClientMetadata = serde_json::from_str(r#"{
///     "client_id": "spa", "token_endpoint_auth_method": "none", "client_name": "My app",
///     "redirect_uris": ["https://app.example.com/callback"],
///     "grant_types": ["authorization_code", "refresh_token"], "scope": "read write"
/// }"#)?;
/// let client = Client::try_from(metadata)?;
/// assert_eq!(client.name(), "My app");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Deserialize)]
pub struct ClientMetadata {
    client_id: String,
    #[serde(default)]
    client_secret: Option<ClientSecret>,
    #[serde(default)]
    client_name: Option<String>,
    #[serde(default)]
    redirect_uris: Option<Vec<String>>,
    #[serde(default)]
    grant_types: Option<Vec<String>>,
    #[serde(default)]
    response_types: Option<Vec<String>>,
    #[serde(default)]
    token_endpoint_auth_method: Option<String>,
    #[serde(default)]
    scope: Option<String>,
    #[serde(default)]
    default_scope: Option<String>,
    #[serde(default)]
    introspection: Option<IntrospectionRight>,
    #[serde(default)]
    audience: Option<Vec<String>>,
    #[serde(default)]
    access_token_lifetime: Option<AccessTokenLifetime>,
    #[serde(default)]
    refresh_token_lifetime: Option<RefreshTokenLifetime>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum IntrospectionRight {
    Own,
    Any,
}

impl ClientMetadata {
    /// The `client_id`, so that an error can name the entry.
    #[must_use]
    pub fn client_id(&self) -> &str {
        &self.client_id
    }
}

impl TryFrom<ClientMetadata> for Client {
    type Error = ClientError;

    fn try_from(metadata: ClientMetadata) -> Result<Self, ClientError> {
        let method = metadata.token_endpoint_auth_method.map(ClientAuthenticationMethod::try_from).transpose()?;
        let builder = match &metadata.client_secret {
            Some(secret) => Self::confidential(metadata.client_id, secret),
            None => Self::public(metadata.client_id),
        };
        let mut builder = builder.authentication_method(method.unwrap_or(ClientAuthenticationMethod::ClientSecretBasic));
        if let Some(name) = metadata.client_name {
            builder = builder.name(name);
        }
        if let Some(names) = metadata.grant_types {
            builder = builder.grant_types(names);
        }
        if let Some(names) = metadata.response_types {
            builder = builder.response_types(names);
        }
        if let Some(scope) = metadata.scope {
            builder = builder.scope(scope);
        }
        if let Some(scope) = metadata.default_scope {
            builder = builder.default_scope(scope);
        }
        if metadata.introspection == Some(IntrospectionRight::Any) {
            builder = builder.introspects_any_token();
        }
        if let Some(lifetime) = metadata.access_token_lifetime {
            builder = builder.access_token_lifetime(lifetime);
        }
        if let Some(lifetime) = metadata.refresh_token_lifetime {
            builder = builder.refresh_token_lifetime(lifetime);
        }
        let builder = metadata.audience.iter().flatten().fold(builder, |builder, name| builder.audience(name));
        metadata.redirect_uris.into_iter().flatten().fold(builder, |builder, uri| builder.redirect_uri(uri)).build()
    }
}

//! Client metadata as JSON (the members of RFC 7591 section 2, and some more): what a registration file has.

use std::fmt;

use serde::de::{Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use crate::client::registered::{Draft, Reader, Registered};
use crate::client::{Client, ClientAuthenticationMethod, ClientBuilder, ClientError, ClientSecret};
use crate::values::clock::Timestamp;

/// A client as JSON: the members of RFC 7591 section 2, with `client_id` and `client_secret`, and these of this library's own:
/// `default_scope`, `introspection` (`"any"` for a resource server that may see every token), `audience` (the names of a resource
/// server that sees the tokens meant for it), `access_token_lifetime` and `refresh_token_lifetime` (seconds).
///
/// | members | what becomes of them |
/// |---|---|
/// | `client_id`, `client_secret`, `client_secret_expires_at`, `token_endpoint_auth_method` | enforced; of the secret a hash is kept |
/// | `redirect_uris`, `application_type`, `grant_types`, `response_types`, `scope`, and this library's own | enforced |
/// | `jwks`, `jwks_uri`, `token_endpoint_auth_signing_alg` | not both of the first two, no secret keys, and not `none`; kept and returned, and used by what verifies the client's signatures |
/// | `id_token_signed_response_alg`, `userinfo_signed_response_alg`, `subject_type`, `sector_identifier_uri`, `default_max_age`, `require_auth_time`, `default_acr_values`, `initiate_login_uri`, and this library's `scope_claims_in_id_token` | enforced by a server with `OpenId` (`default_max_age`, `require_auth_time` and `default_acr_values` by every one) |
/// | `require_pushed_authorization_requests` | enforced; for a server with `PushedAuthorizationRequests` |
/// | `authorization_details_types` | enforced; for a server with `RichAuthorizationRequests` |
/// | `post_logout_redirect_uris`, `backchannel_logout_uri`, `backchannel_logout_session_required` | followed by a server with `RpInitiatedLogout`, and one with `BackChannelLogout` |
/// | `require_signed_request_object`, `request_object_signing_alg`, `request_uris` | enforced; for a server with `RequestObjects` |
/// | `authorization_signed_response_alg` | followed by a server with `Jarm`, and then refused if no key signs so |
/// | `response_modes` | enforced; refused if the server does not have one of them |
/// | `id_token_encrypted_response_alg`, `userinfo_encrypted_response_alg`, `authorization_encrypted_response_alg`, `request_object_encryption_alg` | refused: nothing is encrypted |
/// | `client_name`, `client_uri`, `logo_uri`, `tos_uri`, `policy_uri`, also with `#` and a language; `contacts` | URLs are checked; kept and returned, for people |
/// | `introspection_signed_response_alg` | followed where introspection responses are signed, and then refused if no key signs so |
/// | `dpop_bound_access_tokens` | enforced by a server with `Dpop`, and refused by every other |
/// | `tls_client_certificate_bound_access_tokens` | enforced by a server with `MutualTls`, and refused by every other |
/// | `tls_client_auth_subject_dn`, `tls_client_auth_san_dns`, `tls_client_auth_san_uri`, `tls_client_auth_san_ip`, `tls_client_auth_san_email` | exactly one with the method `tls_client_auth`; enforced |
/// | `software_id`, `software_version` | kept and returned |
/// | all others | ignored, as RFC 7591 section 2 asks |
///
/// `null` means that a member is left out. [`Client::registered`] returns what is kept.
///
/// For documents that you trust: who writes one says what the client may see and which identifier it has. A stranger's registration
/// request (RFC 7591 section 3.1) is for [`DynamicRegistration`](crate::DynamicRegistration).
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
#[derive(Debug, Clone)]
pub struct ClientMetadata {
    client_id: String,
    client_secret: Option<ClientSecret>,
    /// Seconds since 1970; 0 if it does not expire (RFC 7591 section 3.2.1).
    client_secret_expires_at: Option<u64>,
    token_endpoint_auth_method: Option<String>,
    draft: Draft,
}

impl ClientMetadata {
    /// The `client_id`, so that an error can name the entry.
    #[must_use]
    pub fn client_id(&self) -> &str {
        &self.client_id
    }

    /// What is registered; the secret, and until when it is good; the method.
    pub(super) fn into_parts(self) -> Result<Parts, ClientError> {
        let method = self.token_endpoint_auth_method.map(ClientAuthenticationMethod::try_from).transpose()?;
        let expires_at = self.client_secret_expires_at.filter(|seconds| *seconds > 0).map(Timestamp::from_unix);
        Ok((self.draft, self.client_secret.map(|secret| (secret, expires_at)), method))
    }
}

pub(super) type Parts = (Draft, Option<(ClientSecret, Option<Timestamp>)>, Option<ClientAuthenticationMethod>);

impl<'de> Deserialize<'de> for ClientMetadata {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(AClient)
    }
}

struct AClient;

impl<'de> Visitor<'de> for AClient {
    type Value = ClientMetadata;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with the metadata of a client")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<ClientMetadata, A::Error> {
        let (mut id, mut secret, mut expires_at, mut method) = (None, None, None, None);
        let (mut registered, mut reader) = (Registered::default(), Reader::new(map));
        while let Some(name) = reader.next()? {
            match &*name {
                "client_id" => id = reader.value("client_id")?,
                "client_secret" => secret = reader.value("client_secret")?,
                "client_secret_expires_at" => expires_at = reader.value("client_secret_expires_at")?,
                "token_endpoint_auth_method" => method = reader.value("token_endpoint_auth_method")?,
                name if registered.read(name, &mut reader)? => {}
                _ => reader.ignore()?,
            }
        }
        Ok(ClientMetadata {
            client_id: id.ok_or_else(|| A::Error::missing_field("client_id"))?,
            client_secret: secret,
            client_secret_expires_at: expires_at,
            token_endpoint_auth_method: method,
            draft: Draft { registered, refused: reader.refused() },
        })
    }
}

impl TryFrom<ClientMetadata> for Client {
    type Error = ClientError;

    fn try_from(metadata: ClientMetadata) -> Result<Self, ClientError> {
        let id = metadata.client_id.clone();
        let (draft, secret, method) = metadata.into_parts()?;
        let builder = match &secret {
            Some((secret, _)) => Self::confidential(id, secret),
            None => Self::public(id),
        };
        let builder = match secret.and_then(|(_, expires_at)| expires_at) {
            Some(at) => builder.secret_expires_at(at),
            None => builder,
        };
        let builder = builder.authentication_method(method.unwrap_or(ClientAuthenticationMethod::ClientSecretBasic));
        ClientBuilder { draft, ..builder }.build()
    }
}

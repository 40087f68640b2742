//! Why a client cannot be registered.

use crate::client::ClientId;
use crate::client::credentials::ClientAuthenticationMethod;
use crate::client::redirect_uri::RedirectUriError;
use crate::client::registered::JwksError;
use crate::client::secret::SecretError;
use crate::values::scope::ScopeError;

/// Why a client cannot be registered, anywhere.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ClientError {
    /// The identifier is empty, too long or not visible ASCII.
    #[error("`client_id` must be 1 to 2048 visible ASCII characters (RFC 6749 appendix A.1)")]
    Id,
    /// A redirect URI cannot be registered.
    #[error("`redirect_uris`: {uri:?}: {error}")]
    RedirectUri {
        /// Which, cut to 200 characters, and without what stands before an `@`, which may be a password.
        uri: String,
        /// What to change.
        error: RedirectUriError,
    },
    /// A scope is malformed.
    #[error("`scope`: {0}")]
    Scope(#[from] ScopeError),
    /// The default scope asks for more than the client may have.
    #[error("the default scope is not part of `scope`")]
    DefaultScope,
    /// The secret is empty or malformed.
    #[error("`client_secret`: {0}")]
    Secret(#[from] SecretError),
    /// A client that cannot keep a secret cannot use the client credentials grant.
    #[error(
        "a public client cannot use the `client_credentials` grant (RFC 6749 section 4.4); give it a secret or remove the grant"
    )]
    PublicClientCredentials,
    /// A client that cannot keep a secret cannot authenticate, so it cannot introspect other clients' tokens.
    #[error("a public client cannot authenticate, so it cannot introspect tokens (RFC 7662 section 2.1); give it a secret")]
    PublicIntrospection,
    /// The client has a secret and says that it does not use it.
    #[error("a client with a secret cannot have `token_endpoint_auth_method` `none`; remove one of them")]
    SecretWithoutMethod,
    /// The client has a secret and a method that does not use it.
    #[error("`token_endpoint_auth_method` `{0}` does not use a `client_secret`; remove one of them")]
    UnusedSecret(ClientAuthenticationMethod),
    /// The client names an authentication method that does not exist here.
    #[error(
        "`token_endpoint_auth_method` `{0}` is not known; use `client_secret_basic`, `client_secret_post`, `private_key_jwt`, `tls_client_auth`, `self_signed_tls_client_auth` or `none`"
    )]
    UnknownAuthenticationMethod(String),
    /// The client has an authentication method that needs a secret, and no secret.
    #[error("`token_endpoint_auth_method` `{0}` needs a `client_secret`")]
    MissingSecret(ClientAuthenticationMethod),
    /// The client has no secret that could be replaced.
    #[error("the client has no secret that could be rotated; register it anew with one")]
    NoSecretToRotate,
    /// Two secrets with fewer than 32 characters, while one is rotated.
    #[error("of two secrets one must have at least 32 characters, as `ClientSecret::generate()` makes them")]
    TwoShortSecrets,
    /// The client has an authentication method that needs its public keys, and has none.
    #[error("`token_endpoint_auth_method` `{0}` needs `jwks` or `jwks_uri`")]
    MissingKeys(ClientAuthenticationMethod),
    /// The subject of the client's certificates is not registered, or more than one is.
    #[error(
        "`token_endpoint_auth_method` `tls_client_auth` needs exactly one of `tls_client_auth_subject_dn`, `.._san_dns`, `.._san_uri`, `.._san_ip` and `.._san_email` (RFC 8705 section 2.1.2)"
    )]
    CertificateSubject,
    /// The subject of the client's certificates is nothing that a certificate can have.
    #[error(
        "`{0}` must be 1 to 2048 characters, none of them a control character; an address must be one (RFC 8705 section 2.1.2)"
    )]
    MalformedCertificateSubject(&'static str),
    /// The client would sign what it authenticates with by `none`, which is no signature.
    #[error("`token_endpoint_auth_signing_alg` must name an algorithm, and not `none` (OpenID Connect Registration section 2)")]
    Unsigned,
    /// The client's public keys cannot be registered.
    #[error("{0}")]
    Keys(#[from] JwksError),
    /// A response type needs a grant type or the reverse (RFC 7591 section 2.1).
    #[error(
        "response types with `{response_type}` and the grant type `{grant_type}` go together (RFC 7591 section 2.1, OpenID Connect Registration section 2); add the missing one or remove the other"
    )]
    Correlation {
        /// The word of the response type.
        response_type: &'static str,
        /// The grant type.
        grant_type: &'static str,
    },
    /// A client of the authorization endpoint has nowhere to be sent back to.
    #[error("a client that uses the authorization endpoint needs a redirect URI (RFC 6749 section 3.1.2.2)")]
    NoRedirectUri,
    /// The client may do nothing.
    #[error("the client has no grant type")]
    NoGrant,
    /// The kind of application is neither of those that exist.
    #[error("`application_type` must be `web` or `native` (OpenID Connect Registration section 2)")]
    ApplicationType,
    /// A web application with the implicit grant comes back to something else than `https` on a host of its own.
    #[error(
        "`redirect_uris` of a client with `application_type` `web` and the `implicit` grant must be https and not on a loopback host (OpenID Connect Registration section 2)"
    )]
    WebRedirectUri,
    /// The kind of subject is neither of those that exist.
    #[error("`subject_type` must be `public` or `pairwise` (OpenID Connect Registration section 2)")]
    SubjectType,
    /// A pairwise subject for a client whose sector is not known.
    #[error(
        "`subject_type` `pairwise` needs redirect URIs on one host that is not a loopback one, or a `sector_identifier_uri` (OpenID Connect Core section 8.1)"
    )]
    Sector,
    /// Where the redirect URIs of a sector are listed is no place to fetch that from.
    #[error("`sector_identifier_uri` must be an https URL without fragment (OpenID Connect Registration section 5)")]
    SectorIdentifierUri,
    /// People cannot be sent there after signing out.
    #[error("`post_logout_redirect_uris`: {uri:?}: {error}")]
    PostLogoutRedirectUri {
        /// Which, cut to 200 characters, and without what stands before an `@`, which may be a password.
        uri: String,
        /// What to change.
        error: RedirectUriError,
    },
    /// Where a client is to be told that somebody has signed out is no place that is safe.
    #[error("`backchannel_logout_uri` must be an https URL without fragment (OpenID Connect Back-Channel Logout section 2.2)")]
    BackChannelLogoutUri,
    /// The identifier is the library's own.
    #[error("`client_id` must not be `{}`, which stands for sessions", ClientId::OF_SESSIONS)]
    Reserved,
    /// Where a login is to be begun is no place that is safe.
    #[error("`initiate_login_uri` must be an https URL without fragment (OpenID Connect Registration section 2)")]
    InitiateLoginUri,
    /// Where a request object of the client is said to be is no place to fetch it from.
    #[error("`request_uris` must be https URLs (OpenID Connect Registration section 2)")]
    RequestUri,
    /// Encryption.
    #[error(
        "nothing is encrypted for clients, and nothing by them; remove `.._encrypted_response_alg` and `request_object_encryption_alg`"
    )]
    Encryption,
    /// What people are to open is no web page.
    #[error("`{0}` must be an https or http URL (RFC 7591 section 2)")]
    WebPage(&'static str),
    /// What follows the `#` in the name of a member is not a language.
    #[error("what follows `{0}#` must be a language tag such as `de` or `pt-BR` (RFC 7591 section 2.2)")]
    LanguageTag(&'static str),
}

impl ClientError {
    pub(super) fn redirect_uri(uri: &str, error: RedirectUriError) -> Self {
        let shown = uri.rsplit_once('@').map_or(uri, |(_, rest)| rest);
        Self::RedirectUri { uri: shown.chars().take(200).collect(), error }
    }
}

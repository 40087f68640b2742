//! How a client proves who it is. Whether it is public follows from this and from nothing else.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::client::ClientError;
use crate::client::secret::SecretHash;
use crate::values::clock::Timestamp;

/// How a client authenticates (RFC 7591 section 2, `token_endpoint_auth_method`).
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
    /// A JWT signed with the client's private key (RFC 7523 section 2.2). No server has this built in: a client with this method
    /// can be registered where a feature brings it, as `PrivateKeyJwt` does.
    PrivateKeyJwt,
    /// The certificate of its TLS connection, which an authority issued to the registered subject (RFC 8705 section 2.1). As with the
    /// next, no server has this built in: `MutualTls` brings it.
    TlsClientAuth,
    /// The certificate of its TLS connection, which is registered itself (RFC 8705 section 2.2).
    SelfSignedTlsClientAuth,
}

impl ClientAuthenticationMethod {
    pub(crate) const ALL: [Self; 6] = [
        Self::ClientSecretBasic,
        Self::ClientSecretPost,
        Self::None,
        Self::PrivateKeyJwt,
        Self::TlsClientAuth,
        Self::SelfSignedTlsClientAuth,
    ];

    /// The registered value.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ClientSecretBasic => "client_secret_basic",
            Self::ClientSecretPost => "client_secret_post",
            Self::None => "none",
            Self::PrivateKeyJwt => "private_key_jwt",
            Self::TlsClientAuth => "tls_client_auth",
            Self::SelfSignedTlsClientAuth => "self_signed_tls_client_auth",
        }
    }

    /// Does a client with this method have a secret?
    pub(super) const fn has_secret(self) -> bool {
        matches!(self, Self::ClientSecretBasic | Self::ClientSecretPost)
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
        Self::ALL.into_iter().find(|method| method.as_str() == name).ok_or(ClientError::UnknownAuthenticationMethod(name))
    }
}

/// How a client proves who it is, with what only that way needs.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Credentials {
    /// Nothing: a public client (RFC 6749 section 2.1).
    None,
    /// A secret that it shares with the server, or two while one is rotated.
    Secret(ClientSecrets),
    /// A private key. The public ones are in its metadata, as `jwks` or `jwks_uri`.
    Keys,
    /// The certificate of its TLS connection.
    Certificate(CertificateTrust),
}

/// What makes a certificate that of a client (RFC 8705 section 2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CertificateTrust {
    /// An authority issued it to the subject that the client registered: `tls_client_auth`.
    Authority,
    /// The client registered it, in its `jwks` or at its `jwks_uri`: `self_signed_tls_client_auth`.
    Registered,
}

impl Credentials {
    /// What goes with the method, which need not be said: without secret the client is public, with one it may send it either way.
    pub(super) fn new(
        secrets: Option<(HashedSecret, Option<HashedSecret>)>,
        method: Option<ClientAuthenticationMethod>,
    ) -> Result<Self, ClientError> {
        use ClientAuthenticationMethod as Method;
        match (secrets, method) {
            (Some(_), Some(Method::None)) => Err(ClientError::SecretWithoutMethod),
            (Some(_), Some(method)) if !method.has_secret() => Err(ClientError::UnusedSecret(method)),
            (Some((newest, previous)), method) => Ok(Self::Secret(ClientSecrets::new(newest, previous, method)?)),
            (None, None | Some(Method::None)) => Ok(Self::None),
            (None, Some(Method::PrivateKeyJwt)) => Ok(Self::Keys),
            (None, Some(Method::TlsClientAuth)) => Ok(Self::Certificate(CertificateTrust::Authority)),
            (None, Some(Method::SelfSignedTlsClientAuth)) => Ok(Self::Certificate(CertificateTrust::Registered)),
            (None, Some(method)) => Err(ClientError::MissingSecret(method)),
        }
    }

    /// The one method that was registered; `None` for a client that may send its secret either way.
    #[must_use]
    pub const fn method(&self) -> Option<ClientAuthenticationMethod> {
        match self {
            Self::None => Some(ClientAuthenticationMethod::None),
            Self::Secret(secrets) => secrets.method,
            Self::Keys => Some(ClientAuthenticationMethod::PrivateKeyJwt),
            Self::Certificate(CertificateTrust::Authority) => Some(ClientAuthenticationMethod::TlsClientAuth),
            Self::Certificate(CertificateTrust::Registered) => Some(ClientAuthenticationMethod::SelfSignedTlsClientAuth),
        }
    }

    /// A method that it may use: of a client that may send its secret either way, the one that every server with secrets has.
    pub(crate) fn method_in_use(&self) -> ClientAuthenticationMethod {
        self.method().unwrap_or(ClientAuthenticationMethod::ClientSecretBasic)
    }

    /// The secrets, if it has any.
    #[must_use]
    pub const fn secrets(&self) -> Option<&ClientSecrets> {
        match self {
            Self::Secret(secrets) => Some(secrets),
            _ => None,
        }
    }

    /// May the client authenticate this way?
    pub(crate) fn permit(&self, method: ClientAuthenticationMethod) -> bool {
        match self.method() {
            Some(registered) => registered == method,
            None => {
                matches!(method, ClientAuthenticationMethod::ClientSecretBasic | ClientAuthenticationMethod::ClientSecretPost)
            }
        }
    }
}

/// The secrets of a client, as hashes: one, or two while it is being rotated. Both are good, each until its own end.
#[derive(Debug, Clone)]
pub struct ClientSecrets {
    newest: HashedSecret,
    previous: Option<HashedSecret>,
    method: Option<ClientAuthenticationMethod>,
}

impl ClientSecrets {
    fn new(
        newest: HashedSecret,
        previous: Option<HashedSecret>,
        method: Option<ClientAuthenticationMethod>,
    ) -> Result<Self, ClientError> {
        // To check a short secret takes long. With two of them a wrong secret would take twice as long as for other clients, and
        // say that this one is there.
        if newest.hash.is_slow() && previous.as_ref().is_some_and(|previous| previous.hash.is_slow()) {
            return Err(ClientError::TwoShortSecrets);
        }
        Ok(Self { newest, previous, method })
    }

    /// With a further secret. The newest one so far stays good, one that was there before it does not.
    pub(super) fn rotated(self, hash: SecretHash) -> Result<Self, ClientError> {
        Self::new(HashedSecret { hash, expires_at: None }, Some(self.newest), self.method)
    }

    pub(super) fn with_previous_until(mut self, at: Timestamp) -> Self {
        if let Some(previous) = &mut self.previous {
            previous.expires_at = Some(at);
        }
        self
    }

    pub(super) fn with_newest_until(mut self, at: Option<Timestamp>) -> Self {
        self.newest.expires_at = at;
        self
    }

    pub(super) fn with_method(self, method: Option<ClientAuthenticationMethod>) -> Self {
        Self { method, ..self }
    }

    pub(super) fn without_previous(self) -> Self {
        Self { previous: None, ..self }
    }

    /// The one that was set last.
    #[must_use]
    pub const fn newest(&self) -> &HashedSecret {
        &self.newest
    }

    /// The one before it, while both are good.
    #[must_use]
    pub const fn previous(&self) -> Option<&HashedSecret> {
        self.previous.as_ref()
    }

    /// Those that have not expired. The clock is read only where that matters.
    pub(crate) fn valid(&self, now: impl FnOnce() -> Timestamp) -> [Option<&SecretHash>; 2] {
        let both = [Some(&self.newest), self.previous.as_ref()];
        if both.into_iter().flatten().all(|secret| secret.expires_at.is_none()) {
            return both.map(|secret| secret.map(|secret| &secret.hash));
        }
        let now = now();
        let is_valid = |secret: &&HashedSecret| secret.expires_at.is_none_or(|end| now < end);
        both.map(|secret| secret.filter(is_valid).map(|secret| &secret.hash))
    }
}

/// The hash of a secret, and until when the secret is good.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct HashedSecret {
    pub(super) hash: SecretHash,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) expires_at: Option<Timestamp>,
}

impl HashedSecret {
    /// The hash.
    #[must_use]
    pub const fn hash(&self) -> &SecretHash {
        &self.hash
    }

    /// The moment from which on the secret is refused; `None` if it does not expire (RFC 7591 section 3.2.1,
    /// `client_secret_expires_at`).
    #[must_use]
    pub const fn expires_at(&self) -> Option<Timestamp> {
        self.expires_at
    }
}

/// Credentials as text: the method, where one was registered, and the hashes, the newest first.
#[derive(Serialize, Deserialize)]
pub(super) struct StoredCredentials {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) method: Option<ClientAuthenticationMethod>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) secrets: Vec<HashedSecret>,
}

impl StoredCredentials {
    /// `None` if something is missing, or there is more than was ever written: no client becomes public by what was lost.
    pub(super) fn whole(self) -> Option<Result<Credentials, ClientError>> {
        if self.method.is_none() && self.secrets.is_empty() {
            return None;
        }
        let mut secrets = self.secrets.into_iter();
        let both = secrets.next().map(|newest| (newest, secrets.next()));
        secrets.next().is_none().then(|| Credentials::new(both, self.method))
    }
}

impl From<&Credentials> for StoredCredentials {
    fn from(credentials: &Credentials) -> Self {
        let secrets = credentials.secrets().map(|secrets| [Some(&secrets.newest), secrets.previous()]);
        let secrets = secrets.into_iter().flatten().flatten().cloned().collect();
        Self { method: credentials.method(), secrets }
    }
}

//! Clients that authenticate with the certificates of their TLS connections, and tokens that are bound to these (RFC 8705). Feature `mtls`.

mod bind;
mod policy;
mod registered;

use std::fmt;
use std::marker::PhantomData;

pub use policy::{
    AnyCertificates, AuthorityCertificates, CertificateMethods, CertificatePolicy, CertificatesOptional, CertificatesRequired,
    NoCertificates, RegisteredCertificates,
};

use crate::authorization::Checking;
use crate::client::{CertificateSubject, CertificateTrust, Client, ClientAuthenticationMethod, ClientRejection, Credentials};
use crate::core::Core;
use crate::extension::metadata::{Metadata, MetadataContext};
use crate::feature::{Feature, FeatureOn, Here, sealed};
use crate::http::call::Call;
use crate::issue::{Binding, Confirmed, IssueContext, Shown};
use crate::issuers::is_secure_url;
use crate::mtls::{ClientCertificate, DistinguishedName, X5T_S256, is_subject};
use crate::typelevel::No;
use crate::typelevel::choice::Open;
use crate::values::asked::Asked;
use crate::values::error::{ErrorCode, OAuthError};

/// Clients authenticate with the certificates of their TLS connections, and their tokens are bound to these (RFC 8705): who steals a
/// token has not the private key of the certificate, and so nothing. The manual's page
/// [mutual TLS](crate::manual::mutual_tls) tells the whole of it, and when [`Dpop`](crate::manual::dpop) is the better choice.
///
/// | constructor | a token request of a client that did not register `tls_client_certificate_bound_access_tokens` |
/// |---|---|
/// | [`new`](Self::new) | gets a bearer token |
/// | [`required`](Self::required) | gets a token that is bound to its certificate, unless it is bound to something else, such as the key of a DPoP proof; without either it is refused |
///
/// Of a client that registered it every token is bound to its certificate, and none is issued without one.
///
/// The server sees the certificate as a [`ClientCertificate`] in the extensions of the request. What ends TLS puts it there: see
/// [its page](crate::manual::mutual_tls). Nothing is read from a header.
///
/// # Who authenticates with it
///
/// A request with a `client_id` and no other credentials, of a client that registered one of these:
///
/// | `token_endpoint_auth_method` | the certificate has to be |
/// |---|---|
/// | `tls_client_auth` | [verified](ClientCertificate::verified), and of the one subject that is registered: `tls_client_auth_subject_dn`, or an alternative name, each compared exactly |
/// | `self_signed_tls_client_auth` | among those of the client's `jwks`, or at its `jwks_uri`: as `x5c`, as `x5t#S256`, or, where a key there has neither, for this key |
///
/// Both, unless [`authorities_only`](Self::authorities_only), [`registered_only`](Self::registered_only) or
/// [`binding_only`](Self::binding_only) says otherwise.
///
/// # What is bound
///
/// * The access token of every grant. At introspection and in JWTs it has `cnf` with `x5t#S256`; it stays a `Bearer` token.
/// * The refresh token of a client that does not authenticate, if its access token is: only who has the certificate can use it. Others are
///   bound to their client already, and may change their certificate (RFC 8705 sections 4 and 7.1).
///
/// A refresh token that is bound to another certificate is `invalid_grant`.
pub struct MutualTls<B = CertificatesOptional, M = AnyCertificates> {
    /// Where clients with certificates find the endpoints, if elsewhere.
    alias_origin: Option<Box<str>>,
    policy: PhantomData<fn() -> (B, M)>,
}

/// A setting of [`MutualTls`] that it cannot use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MutualTlsError {
    /// Not where endpoints can be.
    #[error(
        "where the endpoints are for clients with certificates must be an https origin such as `https://mtls.example.com`, without a path"
    )]
    AliasOrigin,
}

impl MutualTls {
    /// Binds the tokens of clients that registered it (`tls_client_certificate_bound_access_tokens`).
    #[must_use]
    pub const fn new() -> Self {
        Self { alias_origin: None, policy: PhantomData }
    }
}

impl MutualTls<CertificatesRequired> {
    /// Binds all tokens: a token request that has neither a certificate nor something else to bind its token to is refused.
    #[must_use]
    pub const fn required() -> Self {
        Self { alias_origin: None, policy: PhantomData }
    }
}

impl<B, M> MutualTls<B, M> {
    /// Clients authenticate with certificates of authorities, and with no other (`tls_client_auth`).
    #[must_use]
    pub fn authorities_only(self) -> MutualTls<B, AuthorityCertificates> {
        MutualTls { alias_origin: self.alias_origin, policy: PhantomData }
    }

    /// Clients authenticate with certificates that they registered, and with no other (`self_signed_tls_client_auth`).
    #[must_use]
    pub fn registered_only(self) -> MutualTls<B, RegisteredCertificates> {
        MutualTls { alias_origin: self.alias_origin, policy: PhantomData }
    }

    /// Certificates bind tokens, and no client authenticates with one.
    #[must_use]
    pub fn binding_only(self) -> MutualTls<B, NoCertificates> {
        MutualTls { alias_origin: self.alias_origin, policy: PhantomData }
    }

    /// The metadata names the endpoints at this origin, such as `https://mtls.example.com`, for clients with certificates
    /// (`mtls_endpoint_aliases`, RFC 8705 section 5): a browser that is asked for a certificate shows people a dialog, so servers ask for
    /// one on another host. The paths are the same.
    ///
    /// # Errors
    ///
    /// [`MutualTlsError::AliasOrigin`] if it is not an `https` origin, or an `http` one on a loopback host.
    pub fn endpoint_aliases(mut self, origin: &str) -> Result<Self, MutualTlsError> {
        let origin = origin.strip_suffix('/').unwrap_or(origin);
        let host = origin.split_once("://").map_or("", |(_, host)| host);
        if !is_secure_url(origin) || host.contains(['/', '?', '\\']) {
            return Err(MutualTlsError::AliasOrigin);
        }
        self.alias_origin = Some(origin.into());
        Ok(self)
    }
}

/// Why a certificate is not that of the client: for the operator. The client is told what everybody is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
enum Refusal {
    #[error("the connection has no client certificate")]
    Missing,
    #[error("nobody verified the chain of the certificate, as `tls_client_auth` needs it")]
    Unverified,
    #[error("the certificate is of another subject than the client registered")]
    OtherSubject,
    #[error("the client did not register the certificate")]
    Unregistered,
    #[error("the client's certificates are at its `jwks_uri`, and this server fetches none")]
    Elsewhere,
    #[error("the client authenticates otherwise")]
    OtherMethod,
}

impl<B: CertificatePolicy, M: CertificateMethods> MutualTls<B, M> {
    /// Are access tokens of the client bound to something, whatever it asks for?
    fn is_required_of(client: &Client) -> bool {
        B::REQUIRED || client.tls_client_certificate_bound_access_tokens()
    }

    /// Is it the certificate of the client?
    async fn check<S>(core: &Core<S>, call: &Call<'_>, client: &Client) -> Result<Result<(), Refusal>, OAuthError> {
        let Some(certificate) = call.extension::<ClientCertificate>() else { return Ok(Err(Refusal::Missing)) };
        match client.credentials() {
            Credentials::Certificate(CertificateTrust::Authority) if !certificate.is_verified() => Ok(Err(Refusal::Unverified)),
            Credentials::Certificate(CertificateTrust::Authority) => {
                let is_its = client.certificate_subject().is_some_and(|subject| is_subject(certificate, subject));
                Ok(if is_its { Ok(()) } else { Err(Refusal::OtherSubject) })
            }
            Credentials::Certificate(CertificateTrust::Registered) => {
                registered::is_registered(core.fetcher.as_ref(), client, certificate, core.now()).await
            }
            _ => Ok(Err(Refusal::OtherMethod)),
        }
    }
}

impl Default for MutualTls {
    fn default() -> Self {
        Self::new()
    }
}

impl<B: CertificatePolicy, M: CertificateMethods> fmt::Debug for MutualTls<B, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = f.debug_struct("MutualTls");
        text.field("required", &B::REQUIRED).field("methods", &M::METHODS).field("endpoint_aliases", &self.alias_origin);
        text.finish()
    }
}

crate::wire_name!(impl<B, M> MutualTls<B, M> = "mutual_tls");
impl<B, M> sealed::Sealed for MutualTls<B, M> {}

#[diagnostic::do_not_recommend]
impl<B: CertificatePolicy, M: CertificateMethods> Feature for MutualTls<B, M> {
    type Format = Open;
    type Keys = Open;
    type Signs = No;
    type KeysVanish = No;
    type NamesNoAlgorithm = No;
    type NeedsMasterKeys = No;
    type NeedsFetcher = No;
    type Assures = B::Assures<M>;
    const BINDS_TO_CERTIFICATES: bool = true;
    const AUTHENTICATION_METHODS: &'static [ClientAuthenticationMethod] = M::METHODS;
    fn format(&self) -> &Open {
        &Open
    }
    fn keys(&self) -> &Open {
        &Open
    }
    fn alias_origin(&self) -> Option<&str> {
        self.alias_origin.as_deref()
    }
    fn describe(&self, _: &MetadataContext<'_>, metadata: &mut Metadata) {
        metadata.tls_client_certificate_bound_access_tokens = true;
    }
    fn check_client(&self, client: &Client, here: Here<'_>, reasons: &mut Vec<ClientRejection>) {
        match client.credentials() {
            Credentials::Certificate(CertificateTrust::Authority) => {
                if let Some(CertificateSubject::Dn(text)) = client.certificate_subject() {
                    reasons.extend(DistinguishedName::parse(text).err().map(ClientRejection::SubjectDn));
                }
            }
            Credentials::Certificate(CertificateTrust::Registered) => {
                reasons.extend(registered::rejection(client, here.fetcher));
            }
            _ => {}
        }
        if Self::is_required_of(client) {
            let is_unbound = |name: &str| name.split(' ').any(|word| word == "token");
            let unbound = client.response_types().filter(|name| is_unbound(name));
            reasons.extend(unbound.map(|name| ClientRejection::UncertifiedResponseType(name.to_owned())));
        }
    }
}

impl<S: Send + Sync, B: CertificatePolicy, M: CertificateMethods> FeatureOn<S> for MutualTls<B, M> {
    async fn prove(&self, core: &Core<S>, call: &Call<'_>, client: &Client) -> Result<bool, OAuthError> {
        let checked = Self::check(core, call, client).await?;
        if let Err(reason) = &checked {
            tracing::info!(client_id = %client.id(), %reason, "refused a client certificate");
        }
        Ok(checked.is_ok())
    }

    async fn check(&self, _: &Core<S>, _: &Call<'_>, checking: &Checking<'_>, _: &mut Asked) -> Result<(), OAuthError> {
        if checking.response_type.access_token && Self::is_required_of(checking.client) {
            let words = "access tokens of the authorization endpoint are bound to no certificate (RFC 8705 section 6.4)";
            return Err(OAuthError::new(ErrorCode::UnauthorizedClient, words));
        }
        Ok(())
    }

    async fn bind(&self, cx: &IssueContext<'_, S>, binding: &mut Binding) -> Result<(), OAuthError> {
        Self::bind_tokens(cx, binding)
    }

    async fn confirm(&self, _: &Core<S>, shown: &Shown<'_>, confirmed: &mut Confirmed) -> Result<(), OAuthError> {
        let bound = shown.confirmation.get(X5T_S256).and_then(serde_json::Value::as_str);
        let certificate = shown.extensions.get::<ClientCertificate>();
        if bound.zip(certificate).is_some_and(|(bound, certificate)| certificate.has_thumbprint(bound)) {
            confirmed.by(X5T_S256);
        }
        Ok(())
    }
}

//! OpenID Connect: who the person is, beside what the client may do (OpenID Connect Core 1.0 with errata 2, Discovery 1.0).

pub(in crate::feature) mod algorithm;
mod approve;
mod claims;
mod describe;
mod hash;
pub(in crate::feature) mod hint;
mod id_token;
mod release;
mod request;
mod sector;
pub(in crate::feature) mod sid;
mod source;
pub(in crate::feature) mod subject;
mod userinfo;

use std::fmt;
use std::marker::PhantomData;

use bytes::Bytes;
use http::{Request, Response};

pub use claims::{Address, Claims, LocalizedText, StandardClaims};
pub use source::KnowsPeople;
pub use source::{ClaimsFor, ClaimsSource, Destination};
pub use subject::{PairwiseSubjects, PublicSubjects, SubjectPolicy};

use crate::authorization::{ApprovedRequest, Checking};
use crate::client::{Client, ClientRejection};
use crate::core::Core;
use crate::extension::metadata::{Metadata, MetadataContext};
use crate::extension::route::RouteView;
use crate::feature::{Feature, FeatureOn, Here, sealed};
use crate::fetcher::Fetcher;
use crate::http::call::Call;
use crate::http::endpoints::Endpoints;
use crate::http::parameters::Parameter;
use crate::issue::{IssueContext, Keyring, Withheld};
use crate::storage::ClientStore;
use crate::typelevel::choice::Open;
use crate::typelevel::{No, Yes};
use crate::values::asked::Asked;
use crate::values::clock::Timestamp;
use crate::values::error::{ErrorCode, OAuthError};

/// The scope that makes a request one of OpenID Connect (Core section 3.1.2.1).
const SCOPE: &str = "openid";

/// The server is an OpenID Provider: with the scope `openid` clients get to know who the person is (OpenID Connect Core).
///
/// | what | where |
/// |---|---|
/// | ID tokens, signed with the server's keys under the algorithm that the client registered, RS256 unless it did | in the answers to codes and refresh tokens, and to response types that declare one |
/// | claims about the person, as the [`ClaimsSource`] knows them | `/userinfo`; in ID tokens where the client asks for it |
/// | the metadata | `/.well-known/openid-configuration` below the issuer, beside the place of RFC 8414 |
/// | the parameters of authentication requests | [`AuthorizationRequest`](crate::AuthorizationRequest), such as [`must_authenticate`](crate::AuthorizationRequest::must_authenticate) |
///
/// An ID token lives five minutes. It has `iss`, `sub`, `aud`, `exp` and `iat`, and where they are known `auth_time`, `acr`, `amr`, `nonce`,
/// `sid`, `at_hash` and `c_hash`; one that travels through the browser binds the `state` beside it, too (`s_hash`). It has no `azp`, as the
/// client is its only audience (section 2). A refreshed one is about the same sign-in, and has no `nonce`.
///
/// Request objects (`request`, `request_uri`) are refused with the errors of OpenID Connect Core section 3.1.2.6.
///
/// [`manual::sign_in_with_your_own_server`](crate::manual::sign_in_with_your_own_server) begins with what people want to do.
pub struct OpenId<C, P = PublicSubjects> {
    source: C,
    settings: Settings,
    subjects: PhantomData<fn() -> P>,
}

/// What the application says of itself.
#[derive(Debug, Default)]
struct Settings {
    acr_values: Vec<String>,
    ui_locales: Vec<String>,
    claims_locales: Vec<String>,
    creates_accounts: bool,
}

impl<C> OpenId<C> {
    /// With what knows the people.
    pub fn new<Is>(source: C) -> OpenId<C::Taken>
    where
        C: KnowsPeople<Is>,
    {
        OpenId { source: source.taken(), settings: Settings::default(), subjects: PhantomData }
    }
}

impl<C: ClaimsSource> OpenId<C> {
    /// Clients that register `subject_type` `pairwise` get a `sub` of their own for each person, so that clients of different hosts
    /// cannot tell together that it is the same one (OpenID Connect Core section 8.1). Without this call such clients are refused.
    ///
    /// That is what ID tokens, userinfo and logout tokens say. Access tokens are for APIs, which know people by one subject: with
    /// [`JwtAccessTokens`](crate::JwtAccessTokens) whoever reads one finds it there, and so does a client that may introspect its own. Where
    /// clients must not know each other's people, leave access tokens opaque, and introspection to APIs.
    ///
    /// It is derived from the server's last [master key](crate::Builder::master_keys), the one that was there first: put new ones before
    /// it and keep it, or all these clients take all people for new ones.
    pub fn pairwise_subjects(self) -> OpenId<C, PairwiseSubjects> {
        OpenId { source: self.source, settings: self.settings, subjects: PhantomData }
    }
}

impl<C, P> OpenId<C, P> {
    /// The ways to sign in that the application has names for (`acr_values_supported`). None are named without this call.
    #[must_use]
    pub fn acr_values<T: Into<String>>(mut self, values: impl IntoIterator<Item = T>) -> Self {
        self.settings.acr_values = values.into_iter().map(Into::into).collect();
        self
    }

    /// The languages of the application's pages (`ui_locales_supported`). None are named without this call.
    #[must_use]
    pub fn ui_locales<T: Into<String>>(mut self, tags: impl IntoIterator<Item = T>) -> Self {
        self.settings.ui_locales = tags.into_iter().map(Into::into).collect();
        self
    }

    /// The languages of claims (`claims_locales_supported`). None are named without this call.
    #[must_use]
    pub fn claims_locales<T: Into<String>>(mut self, tags: impl IntoIterator<Item = T>) -> Self {
        self.settings.claims_locales = tags.into_iter().map(Into::into).collect();
        self
    }

    /// The application has a page on which people create accounts, and shows it where `prompt` says [`Create`](crate::Prompt::Create)
    /// (Initiating User Registration via OpenID Connect 1.0). Without this call the value is refused.
    #[must_use]
    pub fn creates_accounts(mut self) -> Self {
        self.settings.creates_accounts = true;
        self
    }
}

impl<C, P> fmt::Debug for OpenId<C, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OpenId").field("settings", &self.settings).finish_non_exhaustive()
    }
}

crate::wire_name!(impl<C, P> OpenId<C, P> = "openid");
impl<C, P> sealed::Sealed for OpenId<C, P> {}

#[diagnostic::do_not_recommend]
impl<C: ClaimsSource, P: SubjectPolicy> Feature for OpenId<C, P> {
    type Format = Open;
    type Keys = Open;
    type Signs = Yes;
    type KeysVanish = No;
    type NamesNoAlgorithm = No;
    type NeedsMasterKeys = P::NeedsMasterKeys;
    type NeedsFetcher = No;
    type Assures = ();
    const AUTHORIZATION_PARAMETERS: &'static [Parameter] = request::PARAMETERS;
    const REFUSED_PARAMETERS: &'static [(&'static str, ErrorCode)] = request::REFUSED;
    const METADATA_PATH: Option<&'static str> = Some("/.well-known/openid-configuration");
    fn format(&self) -> &Open {
        &Open
    }
    fn keys(&self) -> &Open {
        &Open
    }
    fn path<'a>(&self, endpoints: &'a Endpoints) -> Option<&'a str> {
        Some(endpoints.userinfo_path())
    }
    fn describe(&self, cx: &MetadataContext<'_>, metadata: &mut Metadata) {
        describe::describe(self, cx, metadata);
    }
    fn check_client(&self, client: &Client, here: Here<'_>, reasons: &mut Vec<ClientRejection>) {
        Self::reject(client, here.algorithms, reasons);
        reasons.extend(sector::rejects(client, here));
    }
    async fn examine(&self, client: &Client, fetcher: Option<&Fetcher>, now: Timestamp) -> Option<ClientRejection> {
        sector::examine(client, fetcher?, now).await
    }
    fn disowns(&self, client: &Client, algorithms: &[&'static str]) -> bool {
        let mut reasons = Vec::new();
        Self::reject(client, algorithms, &mut reasons);
        if let Some(reason) = reasons.first() {
            tracing::warn!(client_id = %client.id(), %reason, "this server cannot serve the client");
        }
        !reasons.is_empty()
    }
}

impl<C: ClaimsSource, P: SubjectPolicy> OpenId<C, P> {
    fn reject(client: &Client, algorithms: &[&'static str], reasons: &mut Vec<ClientRejection>) {
        algorithm::check(client, algorithms, reasons);
        reasons.extend(subject::rejects::<P>(client));
    }
}

impl<S: ClientStore, C: ClaimsSource, P: SubjectPolicy> FeatureOn<S> for OpenId<C, P> {
    async fn check(&self, core: &Core<S>, call: &Call<'_>, checking: &Checking<'_>, asked: &mut Asked) -> Result<(), OAuthError> {
        request::check(&self.settings, core, call.parameters(), checking, asked)
    }

    async fn approve(&self, core: &Core<S>, approved: &mut ApprovedRequest) -> Result<(), OAuthError> {
        approve::check(core, approved)
    }

    async fn respond<K: Keyring>(&self, cx: &IssueContext<'_, S>, keys: &K, response: &mut Withheld) -> Result<(), OAuthError> {
        id_token::respond(self, cx, keys, response).await
    }

    async fn serve<V: RouteView<S>>(&self, view: &V, request: Request<Bytes>) -> Response<Bytes> {
        userinfo::serve(self, view, &request).await
    }
}

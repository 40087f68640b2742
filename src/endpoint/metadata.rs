//! The metadata endpoint (RFC 8414 section 3).

use bytes::Bytes;
use http::{HeaderValue, Request, Response};

use crate::authentication;
use crate::core::Core;
use crate::endpoint::authorization::active;
use crate::endpoint::respond;
use crate::extension::metadata::{Metadata, MetadataContext};
use crate::feature::{Cells, FeatureList};
use crate::grant::GrantList;
use crate::http::answer;
use crate::response_type::ResponseTypeList;
use crate::storage::ClientStore;
use crate::values::response_mode::ResponseMode;

/// The metadata endpoint (RFC 8414 section 3): [`AuthorizationServer::metadata`](crate::AuthorizationServer::metadata).
#[must_use = "call `.handle(request)` or `.document()`"]
pub struct MetadataEndpoint<'a, S, G, R, F: FeatureList> {
    pub(crate) core: &'a Core<S>,
    pub(crate) grants: &'a G,
    pub(crate) features: &'a F::Cells,
    pub(crate) responses: &'a R,
}

debug_handle!(MetadataEndpoint<S, G, R>);

impl<S: ClientStore, G: GrantList, R: ResponseTypeList, F: FeatureList> MetadataEndpoint<'_, S, G, R, F> {
    /// The document as the server is now: what is switched off at run time is left out.
    #[must_use]
    pub fn document(&self) -> Metadata {
        let methods = &authentication::supported(&self.core.manners, self.features);
        let authentication_algorithms = &authentication::algorithms(self.features);
        let cx = MetadataContext {
            issuer: &self.core.issuer,
            endpoints: &self.core.endpoints,
            methods,
            authentication_algorithms,
            signing_algorithms: <F::Cells as Cells>::SIGNING_ALGORITHMS,
            is_on: &|name| self.features.is_on(name),
        };
        let response_types = active(self.grants, self.responses);
        let has_authorization = !R::ALL.is_empty();
        let mut metadata = Metadata {
            authorization_endpoint: has_authorization.then(|| cx.authorization_endpoint()),
            token_endpoint: cx.token_endpoint(),
            scopes_supported: self.core.scopes.iter().flat_map(|scopes| scopes.iter()).map(str::to_owned).collect(),
            response_types_supported: response_types.iter().map(|info| info.name).collect(),
            response_modes_supported: if has_authorization { ResponseMode::ALL.to_vec() } else { Vec::new() },
            grant_types_supported: self.grants.active().collect(),
            token_endpoint_auth_methods_supported: cx.authentication_methods(),
            token_endpoint_auth_signing_alg_values_supported: authentication_algorithms.clone(),
            code_challenge_methods_supported: self.challenge_methods(),
            authorization_response_iss_parameter_supported: has_authorization,
            ..Metadata::of(&self.core.issuer)
        };
        self.grants.describe(&cx, &mut metadata);
        self.responses.describe(&cx, &mut metadata);
        self.features.describe(&cx, &mut metadata);
        if let Some(origin) = &self.core.alias_origin {
            metadata.mtls_endpoint_aliases = metadata.aliases(&self.core.issuer, origin);
        }
        metadata
    }

    fn challenge_methods(&self) -> Vec<&'static str> {
        match self.grants.code_settings() {
            Some(_) if G::PKCE.plain_accepted => vec!["S256", "plain"],
            Some(_) => vec!["S256"],
            None => Vec::new(),
        }
    }

    /// Answers a GET or HEAD request for the document.
    pub async fn handle(self, request: Request<Bytes>) -> Response<Bytes> {
        let document = || {
            self.core.check_transport(&request)?;
            let write = || serde_json::to_vec(&self.document()).unwrap_or_default().into();
            let body = self.core.document.get_or_init(write).clone();
            let cached = HeaderValue::from_static("public, max-age=300");
            Ok(answer::document(request.method(), "application/json", cached, body))
        };
        answer::not_read(request.method()).unwrap_or_else(|| respond(self.core, document()))
    }
}

//! The metadata endpoint (RFC 8414 section 3).

use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderValue, Method, Request, Response};

use crate::authentication;
use crate::authorization::ResponseMode;
use crate::core::Core;
use crate::endpoint::authorization::active;
use crate::endpoint::{check_transport, respond};
use crate::feature::{Cells as _, FeatureList};
use crate::grant::GrantList;
use crate::http_response;
use crate::metadata::{Metadata, MetadataContext};
use crate::response_type::ResponseTypeList;
use crate::storage::ClientStore;

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
        let methods = &authentication::supported(self.features);
        let cx = MetadataContext { issuer: &self.core.issuer, endpoints: &self.core.endpoints, methods };
        let response_types = active::<S, G, R>(self.core, self.grants);
        let has_authorization = !R::ALL.is_empty();
        let mut metadata = Metadata {
            authorization_endpoint: has_authorization.then(|| cx.authorization_endpoint()),
            token_endpoint: cx.token_endpoint(),
            scopes_supported: self.core.scopes.iter().flat_map(|scopes| scopes.iter()).map(str::to_owned).collect(),
            response_types_supported: response_types.iter().map(|info| info.name).collect(),
            response_modes_supported: if has_authorization { ResponseMode::ALL.to_vec() } else { Vec::new() },
            grant_types_supported: self.grants.active().collect(),
            token_endpoint_auth_methods_supported: cx.authentication_methods(),
            code_challenge_methods_supported: self.challenge_methods(),
            authorization_response_iss_parameter_supported: has_authorization,
            ..Metadata::of(&self.core.issuer)
        };
        self.grants.describe(&cx, &mut metadata);
        self.responses.describe(&cx, &mut metadata);
        self.features.describe(&cx, &mut metadata);
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
        if !matches!(*request.method(), Method::GET | Method::HEAD) {
            return http_response::other_method(request.method(), "GET, HEAD, OPTIONS");
        }
        if let Err(error) = check_transport(self.core, &request) {
            return respond(self.core, Err(error));
        }
        let body = serde_json::to_vec(&self.document()).unwrap_or_default();
        let (head, length) = (request.method() == Method::HEAD, body.len());
        let mut response = Response::new(if head { Bytes::new() } else { body.into() });
        // RFC 9110 section 8.6: for HEAD too, the length is that of the document. Whoever sees the empty body says 0.
        response.headers_mut().insert(CONTENT_LENGTH, length.into());
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("public, max-age=300"));
        response
    }
}

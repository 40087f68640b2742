//! Introspection responses that are signed (RFC 9701): for whoever has to show later what the authorization server said of a token.

mod accept;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Response, StatusCode};
use serde::Serialize;

use crate::client::{Client, ClientRejection};
use crate::core::Core;
use crate::extension::metadata::{Metadata, MetadataContext};
use crate::feature::{Feature, FeatureOn, Here, Introspection, sealed, signed_for};
use crate::http::answer;
use crate::http::call::Call;
use crate::issue::Keyring;
use crate::jose::IntrospectionJwt;
use crate::token::claims::TokenClaims;
use crate::typelevel::choice::Open;
use crate::typelevel::{No, WireName as _, Yes};
use crate::values::error::OAuthError;
use crate::values::json::{self, MemberSink as _, name};

/// The media type of the response (section 5).
const MEDIA_TYPE: &str = "application/token-introspection+jwt";

/// Introspection responses as JWTs (RFC 9701), signed with the server's keys, for resource servers that ask for
/// `application/token-introspection+jwt`; the others get JSON. Errors stay JSON.
///
/// They are signed under the algorithm that the client registered as `introspection_signed_response_alg` (section 6), which has to be one
/// of those that the keys of the server sign with, and `introspection_signing_alg_values_supported` names. For a client that registered
/// none it is RS256, as the section has it, and on a server without such a key its preferred one. They are not encrypted.
#[derive(Debug, Clone, Copy, Default)]
pub struct JwtIntrospection(());

impl JwtIntrospection {
    /// The feature. It has nothing to set.
    #[must_use]
    pub const fn new() -> Self {
        Self(())
    }
}

crate::wire_name!(JwtIntrospection = "introspection_signing_alg_values_supported");
impl sealed::Sealed for JwtIntrospection {}

#[diagnostic::do_not_recommend]
impl Feature for JwtIntrospection {
    type Format = Open;
    type Keys = Open;
    type Signs = Yes;
    type KeysVanish = No;
    type NamesNoAlgorithm = No;
    type NeedsMasterKeys = No;
    type NeedsFetcher = No;
    type Assures = ();
    fn format(&self) -> &Open {
        &Open
    }
    fn keys(&self) -> &Open {
        &Open
    }
    fn describe(&self, cx: &MetadataContext<'_>, metadata: &mut Metadata) {
        // It may be switched off.
        if (cx.is_on)(Introspection::NAME) {
            metadata.introspection_signing_alg_values_supported = cx.signing_algorithms.to_vec();
        }
    }
    fn check_client(&self, client: &Client, here: Here<'_>, reasons: &mut Vec<ClientRejection>) {
        let registered = client.introspection_signed_response_alg();
        reasons.extend(signed_for::rejection(registered, here.algorithms, "introspection_signed_response_alg", Self::NAME));
    }
}

impl<S: Send + Sync> FeatureOn<S> for JwtIntrospection {
    async fn encode<K: Keyring>(
        &self,
        core: &Core<S>,
        keys: &K,
        call: &Call<'_>,
        client: &Client,
        claims: Option<&TokenClaims>,
    ) -> Result<Option<Response<Bytes>>, OAuthError> {
        if !accept::prefers(call.headers(), MEDIA_TYPE) {
            return Ok(None);
        }
        let now = core.now();
        let algorithm = signed_for::algorithm(client.introspection_signed_response_alg(), client, keys)?;
        let claims = json::text(512, |members| {
            members.string(name!("iss"), core.issuer.as_str());
            members.string(name!("aud"), client.id().as_str());
            members.number(name!("iat"), now.as_unix());
            members.value("token_introspection", &Introspected { active: claims.is_some(), claims });
        });
        let token = keys.sign::<IntrospectionJwt>(algorithm, &claims, now).await?;
        let mut response = answer::json(StatusCode::OK, Bytes::copy_from_slice(token.as_bytes()));
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
        Ok(Some(response))
    }
}

/// What the JSON response has: of a token that is not active, nothing else.
#[derive(Serialize)]
struct Introspected<'a> {
    active: bool,
    #[serde(flatten)]
    claims: Option<&'a TokenClaims>,
}

//! Encodes an introspection response: as text, for whoever asks for that.

use bytes::Bytes;
use http::Response;

use super::host;
use crate::client::Client;
use crate::core::Core;
use crate::feature::{Feature, FeatureOn, chooses_nothing, sealed};
use crate::http::call::Call;
use crate::issue::Keyring;
use crate::token::claims::TokenClaims;
use crate::values::error::OAuthError;

pub(super) struct Encodes;
crate::wire_name!(Encodes = "encodes");
impl sealed::Sealed for Encodes {}

impl Feature for Encodes {
    chooses_nothing!();
}

impl<S: Send + Sync> FeatureOn<S> for Encodes {
    async fn encode<K: Keyring>(
        &self,
        _: &Core<S>,
        _: &K,
        call: &Call<'_>,
        client: &Client,
        claims: Option<&TokenClaims>,
    ) -> Result<Option<Response<Bytes>>, OAuthError> {
        let wanted = call.headers().get("accept").is_some_and(|accept| accept == "text/plain");
        let who = claims.and_then(TokenClaims::subject).unwrap_or("nobody");
        Ok(wanted.then(|| Response::new(format!("{} for {} at {}", who, client.id(), call.url().unwrap_or_default()).into())))
    }
}

#[tokio::test]
async fn the_response_is_in_the_form_that_was_asked_for() {
    let host = host!(crate::Introspection::new(), Encodes);
    let tokens = host.token(&[], "grant_type=urn:example:own").await;
    let token = tokens.member("access_token");
    let text = [("accept", "text/plain")];
    assert_eq!(host.introspect(&text, &token).await.text, "alice for app at https://as.example.com/introspect");
    assert_eq!(host.introspect(&text, "other").await.text, "nobody for app at https://as.example.com/introspect");
    assert_eq!(host.introspect(&[], &token).await.json()["sub"], "alice");
    // Whoever may not introspect gets the error, in the form that errors have.
    let wrong = host.post("/introspect", &text, "client_id=app&client_secret=wrong&token=x").await;
    assert_eq!(wrong.error(), "401 invalid_client");
}

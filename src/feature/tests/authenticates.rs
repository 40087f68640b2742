//! Authenticates a client: by a header that names it and proves it.

use super::{SECRET, host};
use crate::call::Call;
use crate::client::{Claimed, Client};
use crate::core::Core;
use crate::error::TokenError;
use crate::feature::{Feature, FeatureOn, chooses_nothing, sealed};

/// `x-client: <client_id> <proof>`.
struct Authenticates;
crate::wire_name!(Authenticates = "authenticates");
impl sealed::Sealed for Authenticates {}

/// Another method, in `x-other`.
struct AlsoAuthenticates;
crate::wire_name!(AlsoAuthenticates = "also_authenticates");
impl sealed::Sealed for AlsoAuthenticates {}

fn claimed<'c>(call: &Call<'c>, header: &str) -> Option<(&'c str, &'c str)> {
    call.headers().get(header)?.to_str().ok()?.split_once(' ')
}

macro_rules! authenticates {
    ($t:ty, $header:literal) => {
        impl Feature for $t {
            chooses_nothing!();
        }

        impl<S: Send + Sync> FeatureOn<S> for $t {
            fn recognise<'c>(&self, call: &Call<'c>) -> Result<Option<Claimed<'c>>, TokenError> {
                Ok(claimed(call, $header).map(|(id, _)| Claimed { id: id.into() }))
            }
            async fn prove(&self, _: &Core<S>, call: &Call<'_>, client: &Client) -> Result<bool, TokenError> {
                Ok(claimed(call, $header) == Some((client.id().as_str(), "proof")))
            }
        }
    };
}
authenticates!(Authenticates, "x-client");
authenticates!(AlsoAuthenticates, "x-other");

#[tokio::test]
async fn a_method_of_a_feature_is_one_at_every_endpoint_and_never_mixes_with_another() {
    let host = host!(AlsoAuthenticates, Authenticates, crate::Introspection::new(), crate::Revocation::new());
    for (headers, body, answer) in [
        (&[("x-client", "app proof")][..], "", "200 "),
        (&[("x-other", "app proof")], "", "200 "),
        (&[("x-client", "app proof")], "&client_id=app", "200 "),
        (&[("x-client", "app wrong")], "", "401 invalid_client"),
        (&[("x-client", "nobody proof")], "", "401 invalid_client"),
        (&[("x-client", "app proof")], "&client_id=other", "400 invalid_request"),
        (&[("x-client", "app proof")], "&client_secret=x", "400 invalid_request"),
        (&[("x-client", "app proof"), ("authorization", "Basic YXBwOng=")], "", "400 invalid_request"),
        (&[("x-client", "app proof"), ("x-other", "app proof")], "", "400 invalid_request"),
        (&[("x-other", "nothing")], &format!("&client_id=app&client_secret={SECRET}"), "200 "),
    ] {
        for (path, request) in [("/token", "grant_type=client_credentials"), ("/introspect", "token=x"), ("/revoke", "token=x")] {
            let got = host.post(path, headers, &format!("{request}{body}")).await;
            assert_eq!(got.error(), answer, "{path} {headers:?} {body}");
        }
    }
}

//! Authenticates a client that registered keys: by a header that names it and one of them.

use serde_json::json;

use super::{Host, QUERY, SECRET, host};
use crate::authentication::Claimed;
use crate::client::{CheckedClient, Client, ClientAuthenticationMethod, ClientRejection};
use crate::core::Core;
use crate::feature::{Feature, FeatureOn, FeaturesOn, chooses_nothing, sealed};
use crate::http::call::Call;
use crate::storage::ClientRegistry as _;
use crate::values::error::OAuthError;
use crate::{Introspection, MemoryStore, Revocation};

const METHOD: ClientAuthenticationMethod = ClientAuthenticationMethod::PrivateKeyJwt;

/// `x-client: <client_id> <kid>`.
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
            const AUTHENTICATION_METHODS: &'static [ClientAuthenticationMethod] = &[METHOD];
        }

        impl<S: Send + Sync> FeatureOn<S> for $t {
            fn recognise<'c>(&self, call: &Call<'c>) -> Result<Option<Claimed<'c>>, OAuthError> {
                Ok(claimed(call, $header).map(|(id, _)| Claimed { id: Some(id.into()), method: METHOD }))
            }
            async fn prove(&self, _: &Core<S>, call: &Call<'_>, client: &Client) -> Result<bool, OAuthError> {
                let key = client.jwks().and_then(|keys| keys["keys"][0]["kid"].as_str());
                Ok(claimed(call, $header).map(|(_, kid)| kid) == key)
            }
        }
    };
}
authenticates!(Authenticates, "x-client");
authenticates!(AlsoAuthenticates, "x-other");

/// Proves itself by a key.
fn keyed() -> Client {
    let keys = json!({"keys": [{"kty": "EC", "kid": "proof"}]});
    let client = Client::with_keys("keyed").jwks(keys).redirect_uri("https://app.example.com/cb").scope("read write");
    client.grant_types(["authorization_code", "client_credentials"]).build().unwrap()
}

/// Whether a server has the method or not.
async fn with_keyed<F: FeaturesOn<MemoryStore>>(host: Host<F>) -> Host<F> {
    host.0.storage().put_client(host.0.issuer(), CheckedClient::new(keyed())).await.unwrap();
    host
}

const REQUESTS: [(&str, &str); 3] =
    [("/token", "grant_type=client_credentials"), ("/introspect", "token=x"), ("/revoke", "token=x")];

#[tokio::test]
async fn a_method_of_a_feature_is_one_at_every_endpoint_and_never_mixes_with_another() {
    let host = with_keyed(host!(AlsoAuthenticates, Authenticates, Introspection::new(), Revocation::new())).await;
    let secret = format!("&client_id=app&client_secret={SECRET}");
    for (headers, body, answer) in [
        (&[("x-client", "keyed proof")][..], "", "200 "),
        (&[("x-other", "keyed proof")], "", "200 "),
        (&[("x-client", "keyed proof")], "&client_id=keyed", "200 "),
        (&[("x-client", "keyed wrong")], "", "401 invalid_client"),
        (&[("x-client", "nobody proof")], "", "401 invalid_client"),
        // Another method than the one that it registered.
        (&[("x-client", "app proof")], "", "401 invalid_client"),
        (&[], "&client_id=keyed", "401 invalid_client"),
        (&[], "&client_id=keyed&client_secret=proof", "401 invalid_client"),
        (&[("authorization", "Basic a2V5ZWQ6cHJvb2Y=")], "", "401 invalid_client"),
        (&[("x-client", "keyed proof")], "&client_id=other", "400 invalid_request"),
        (&[("x-client", "keyed proof")], "&client_secret=x", "400 invalid_request"),
        (&[("x-client", "keyed proof"), ("authorization", "Basic YXBwOng=")], "", "400 invalid_request"),
        (&[("x-client", "keyed proof"), ("x-other", "keyed proof")], "", "400 invalid_request"),
        (&[("x-other", "nothing")], &secret, "200 "),
    ] {
        for (path, request) in REQUESTS {
            let got = host.post(path, headers, &format!("{request}{body}")).await;
            assert_eq!(got.error(), answer, "{path} {headers:?} {body}");
        }
    }
}

#[tokio::test]
async fn a_client_is_served_and_its_method_advertised_where_a_feature_brings_it() {
    let with = with_keyed(host!(Introspection::new(), Authenticates, Revocation::new())).await;
    let without = with_keyed(host!(Introspection::new(), Revocation::new())).await;
    let query = QUERY.replace("client_id=app", "client_id=keyed");

    assert!(with.0.check_client(keyed()).is_ok());
    assert_eq!(with.post("/token", &[("x-client", "keyed proof")], REQUESTS[0].1).await.status, 200);
    assert!(with.asks(&query).await.is_ok());

    let rejected = without.0.check_client(keyed()).unwrap_err();
    assert_eq!(rejected.reasons(), [ClientRejection::UnknownAuthenticationMethod(METHOD)]);
    // The storage has it all the same: it is as good as unknown, and nobody is asked to sign in for it.
    assert_eq!(without.asks(&query).await.unwrap_err(), "400 ");
    for (path, request) in REQUESTS {
        for body in ["&client_id=keyed", "&client_id=keyed&client_secret=proof"] {
            let got = without.post(path, &[("x-client", "keyed proof")], &format!("{request}{body}")).await;
            assert_eq!(got.error(), "401 invalid_client", "{path} {body}");
        }
    }

    let built_in = ["client_secret_basic", "client_secret_post", "none"];
    let all = [&built_in[..], &["private_key_jwt"]].concat();
    for (document, methods) in [(with.0.metadata().document(), &all[..]), (without.0.metadata().document(), &built_in)] {
        assert_eq!(document.token_endpoint_auth_methods_supported, methods);
        assert_eq!(document.revocation_endpoint_auth_methods_supported, methods);
        let proving: Vec<_> = methods.iter().copied().filter(|method| *method != "none").collect();
        assert_eq!(document.introspection_endpoint_auth_methods_supported, proving);
    }
}

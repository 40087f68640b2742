//! Which clients with keys a server takes: those that could authenticate.

use std::sync::Arc;

use grantor::{
    Algorithm, Client, ClientError, ClientMetadata, ClientRejection, Fetcher, JwksError, ManualClock, MemoryStore, PrivateKeyJwt,
};
use serde_json::{Value, json};

use crate::common::START;
use crate::script::{Answer, Script, URL};
use crate::{client, job, jwks, jws, key, server};

fn fetcher() -> Fetcher {
    Fetcher::with(Arc::new(Script::of([Answer::json("{}")])))
}

#[tokio::test]
async fn a_client_that_could_not_authenticate_is_not_registered() {
    let clock = ManualClock::new(START);
    let both = server!(MemoryStore::new(), clock, PrivateKeyJwt::new(), fetcher(fetcher()));
    let inline = server!(MemoryStore::new(), clock, PrivateKeyJwt::inline_keys());
    let narrow = server!(MemoryStore::new(), clock, PrivateKeyJwt::inline_keys().algorithms([Algorithm::EdDsa]));
    let many = json!({"keys": vec![jws::jwk(key()); 65]});
    let elsewhere = client("job").jwks_uri(URL);
    let unknown = |name: &str| ClientRejection::UnknownAssertionAlgorithm(name.to_owned());
    let not_for_it = || ClientRejection::UnusableKeys("none is for an algorithm that is accepted");
    let no_set = ClientRejection::UnusableKeys("it is not a JWK Set of at most 64 public keys");
    macro_rules! assert_rejected {
        ($server:ident, $client:expr, $reason:expr) => {{
            let rejected = $server.check_client($client.build().expect("a client")).expect_err("a reason");
            assert_eq!(rejected.reasons(), [$reason], "{rejected}");
        }};
    }
    assert_rejected!(inline, elsewhere.clone(), ClientRejection::KeysElsewhere);
    assert_rejected!(narrow, job(), not_for_it());
    assert_rejected!(narrow, job().token_endpoint_auth_signing_alg("ES256"), unknown("ES256"));
    assert_rejected!(both, job().token_endpoint_auth_signing_alg("HS256"), unknown("HS256"));
    assert_rejected!(both, elsewhere.clone().token_endpoint_auth_signing_alg("ES512"), unknown("ES512"));
    assert_rejected!(both, job().token_endpoint_auth_signing_alg("EdDSA"), not_for_it());
    assert_rejected!(both, client("job").jwks(json!({"keys": [{"kty": "EC", "crv": "P-521"}]})), not_for_it());
    assert_rejected!(both, client("job").jwks(many), no_set);
    for (uri, why) in [
        ("https://10.1.2.3/jwks", "the host has the address 10.1.2.3, which is of special use (RFC 6890)"),
        ("https://client.example:8443/jwks", "the URL has a port that is not permitted"),
    ] {
        assert_rejected!(both, client("job").jwks_uri(uri), ClientRejection::JwksUri(why.to_owned()));
    }
    for good in [job(), elsewhere, job().token_endpoint_auth_signing_alg("ES256")] {
        both.check_client(good.build().expect("a client")).expect("a good one");
    }
    inline.check_client(job().build().expect("a client")).expect("a good one");
    // Whoever authenticates otherwise may have keys for something else.
    let public =
        Client::public("app").redirect_uri("https://app.example.com/cb").jwks_uri(URL).grant_types(["client_credentials"]);
    assert!(public.build().is_err(), "a public client");
}

/// The members of RFC 7591 section 2, as a file of clients has them.
#[tokio::test]
async fn metadata_names_keys_and_the_algorithm() {
    let read = |members: Value| {
        let mut json =
            json!({"client_id": "job", "token_endpoint_auth_method": "private_key_jwt", "grant_types": ["client_credentials"]});
        json.as_object_mut().expect("an object").extend(members.as_object().expect("an object").clone());
        let metadata: ClientMetadata = serde_json::from_value(json).expect("metadata");
        Client::try_from(metadata)
    };
    let client = read(json!({"jwks": jwks(&[("one", key())]), "token_endpoint_auth_signing_alg": "ES256"})).expect("a client");
    assert_eq!(client.token_endpoint_auth_signing_alg(), Some("ES256"));
    let written = serde_json::to_value(client.registered()).expect("JSON");
    assert_eq!(written["token_endpoint_auth_signing_alg"], "ES256");
    let kept = Client::from_json(&client.to_json().expect("JSON")).expect("a client");
    assert_eq!((kept.token_endpoint_auth_signing_alg(), kept.jwks()), (Some("ES256"), client.jwks()));
    assert_eq!(read(json!({"jwks_uri": URL})).expect("a client").jwks_uri(), Some(URL));
    for (members, error) in [
        (json!({"jwks": jwks(&[("one", key())]), "jwks_uri": URL}), ClientError::Keys(JwksError::Both)),
        (json!({"jwks_uri": URL, "token_endpoint_auth_signing_alg": "none"}), ClientError::Unsigned),
        (json!({"jwks_uri": URL, "token_endpoint_auth_signing_alg": ""}), ClientError::Unsigned),
        (json!({"jwks_uri": "http://client.example/jwks"}), ClientError::Keys(JwksError::Uri)),
    ] {
        assert_eq!(read(members).map(|_| ()), Err(error));
    }
}

//! What is advertised is what is accepted (RFC 8414 section 2).

use grantor::{Algorithm, PrivateKeyJwt};
use serde_json::json;

use crate::jws::{self, signed};
use crate::{claims, client, jwks, peer, says};

// shows: RFC8414-2-15, RFC8414-2-16, RFC8414-2-17, RFC8414-2-18, RFC8414-2-27, RFC8414-2-28, RFC8414-2-29, RFC8414-2-33
// shows: RFC8414-2-34, RFC8414-2-35
#[tokio::test]
async fn the_method_and_its_algorithms_are_advertised_for_each_endpoint_and_no_others_are_accepted() {
    for (feature, algorithms) in [
        (PrivateKeyJwt::inline_keys(), &["ES256", "ES384", "EdDSA", "PS256", "RS256"][..]),
        (PrivateKeyJwt::inline_keys().algorithms([Algorithm::Ps256, Algorithm::Es256]), &["PS256", "ES256"]),
    ] {
        let peer = peer!(feature);
        let document = peer.get("/.well-known/oauth-authorization-server").await.json();
        let (all, proving) = (
            ["client_secret_basic", "client_secret_post", "none", "private_key_jwt"],
            ["client_secret_basic", "client_secret_post", "private_key_jwt"],
        );
        for (endpoint, methods) in [("token", json!(all)), ("revocation", json!(all)), ("introspection", json!(proving))] {
            assert_eq!(document[format!("{endpoint}_endpoint_auth_methods_supported")], methods, "{endpoint}");
            assert_eq!(
                document[format!("{endpoint}_endpoint_auth_signing_alg_values_supported")],
                json!(algorithms),
                "{endpoint}"
            );
        }
        for algorithm in Algorithm::ALL {
            let (key, es256) = (jws::key(algorithm), jws::key(Algorithm::Es256));
            let id = algorithm.as_str();
            let client = client(id).jwks(jwks(&[("own", &key), ("other", &es256)])).build().expect("a client");
            peer.server.register_client(client).await.expect("a registration");
            let header = json!({"alg": algorithm, "kid": "own"}).to_string();
            let expected = if algorithms.contains(&id) { "200" } else { "401 invalid_client" };
            assert_eq!(says(&peer, &signed(&header, &claims(id).to_string(), &key)).await, expected, "{algorithm}");
        }
    }
}

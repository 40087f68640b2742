//! Clients with keys in their documents: what is declared is enforced.

use grantor::Algorithm;
use serde_json::{Value, json};

use crate::common::{START, with};
use crate::jws::{self, signed};
use crate::script::{Answer, Script};
use crate::{ID, document, given, peer, redemption, request};

const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

fn assertion(key: &grantor::KeyPair, jti: &str) -> String {
    let now = START.as_unix();
    let claims = json!({"iss": ID, "sub": ID, "aud": "https://as.example.com", "iat": now, "exp": now + 60, "jti": jti});
    signed(&json!({"alg": "ES256", "kid": "one"}).to_string(), &claims.to_string(), key)
}

fn set(key: &grantor::KeyPair) -> Value {
    let mut jwk = jws::jwk(key);
    jwk["kid"] = json!("one");
    json!({"keys": [jwk]})
}

// shows: CIMD-6.2-01, CIMD-6.2-02, CIMD-6.2-03
#[tokio::test]
async fn a_client_with_keys_has_to_use_them_whether_they_are_in_its_document_or_beside_it() {
    let (own, foreign) = (jws::key(Algorithm::Es256), jws::key(Algorithm::Es256));
    let beside = json!({"token_endpoint_auth_method": "private_key_jwt", "jwks_uri": "https://app.example.com/jwks"});
    let within = json!({"token_endpoint_auth_method": "private_key_jwt", "jwks": set(&own)});
    for (members, answers) in [(within, Vec::new()), (beside, vec![Answer::json(set(&own).to_string())])] {
        let documents = [given(&document(members.clone()))].into_iter().chain(answers);
        let (peer, _) = peer(Script::of(documents));
        let code = peer.code_for(&request(&[])).await;
        // Not at all, and by somebody else.
        peer.token(&redemption(&code)).await.assert_error(401, "invalid_client");
        let bad = assertion(&foreign, "1");
        let signed = |assertion| [("client_assertion_type", JWT_BEARER), ("client_assertion", assertion)];
        peer.token(&with(&redemption(&code), &signed(&*bad))).await.assert_error(401, "invalid_client");
        let good = assertion(&own, "2");
        let tokens = peer.token(&with(&redemption(&code), &signed(&*good))).await;
        tokens.assert_ok();
        // It may look at its own tokens, since it authenticates.
        let good = assertion(&own, "3");
        let token = tokens.member("access_token");
        let looked = peer.post("/introspect", None, &with(&signed(&*good), &[("token", &token)])).await;
        assert_eq!(looked.json()["active"], true, "{members}");
        let good = assertion(&own, "2");
        peer.post("/revoke", None, &with(&signed(&*good), &[("token", &token)])).await.assert_error(401, "invalid_client");
    }
}

/// A public client does not become another one by what it sends.
#[tokio::test]
async fn a_client_without_keys_does_not_authenticate_with_any() {
    let key = jws::key(Algorithm::Es256);
    let (peer, _) = peer(Script::of([given(&document(json!({"jwks": set(&key)})))]));
    let code = peer.code_for(&request(&[])).await;
    let signed = assertion(&key, "1");
    let pairs = with(&redemption(&code), &[("client_assertion_type", JWT_BEARER), ("client_assertion", &signed)]);
    peer.token(&pairs).await.assert_error(401, "invalid_client");
    let pairs = with(&redemption(&code), &[("client_secret", "secret")]);
    peer.token(&pairs).await.assert_error(401, "invalid_client");
    peer.token(&redemption(&code)).await.assert_ok();
}

/// The keys of a stranger's document lead nowhere that the document itself may not lead.
// shows: CIMD-6.5-02
#[tokio::test]
async fn keys_in_this_network_are_not_fetched() {
    let key = jws::key(Algorithm::Es256);
    for uri in ["https://127.0.0.1/jwks", "https://app.example.com:8443/jwks", "https://inside.example/jwks"] {
        let members = json!({"token_endpoint_auth_method": "private_key_jwt", "jwks_uri": uri});
        let script = Script::of([given(&document(members)), Answer::json(set(&key).to_string())]);
        let inside = |host: &str, _| {
            Some(crate::script::addresses(&[if host == "inside.example" { "10.0.0.1" } else { crate::script::PUBLIC }]))
        };
        let (peer, script) = peer(script.names(inside));
        let code = peer.code_for(&request(&[])).await;
        let signed = assertion(&key, "1");
        let pairs = with(&redemption(&code), &[("client_assertion_type", JWT_BEARER), ("client_assertion", &signed)]);
        peer.token(&pairs).await.assert_error(503, "temporarily_unavailable");
        assert_eq!(script.requests(), 1, "{uri}");
    }
}

//! Devices whose clients have keys: they authenticate with them, and their tokens are bound to them.

use grantor::{Algorithm, Client, DeviceCode, Dpop, KeyPair, MasterKeys, PrivateKeyJwt, RequestObjects, Transport};
use http::Request;
use serde_json::{Value, json};

use crate::common::{Answer, START, form, with};
use crate::{ASKS, DEVICE, Page as _, jws, peer, polling};

const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// An assertion is good once, here and at the token endpoint together.
// shows: RFC8628-3.1-03
#[tokio::test]
async fn a_device_authenticates_with_its_key() {
    let peer = peer!(DeviceCode::new(), enable(PrivateKeyJwt::inline_keys()));
    let key = jws::key(Algorithm::Es256);
    let client = Client::with_keys("kiosk").jwks(json!({"keys": [jws::jwk(&key)]})).scope("scope").grant_types([DEVICE]);
    peer.server.register_client(client.build().expect("a client")).await.expect("a registration");
    let assertion = |jti: &str| {
        let now = START.as_unix();
        let claims =
            json!({"iss": "kiosk", "sub": "kiosk", "aud": "https://as.example.com", "iat": now, "exp": now + 60, "jti": jti});
        jws::signed(r#"{"alg":"ES256"}"#, &claims.to_string(), &key)
    };
    let authenticated = |pairs: &[(&'static str, &str)], assertion: &str| {
        let own = [("client_assertion_type", JWT_BEARER), ("client_assertion", assertion)];
        form(&with(pairs, &own))
    };
    let post = async |path: &str, body: String| {
        let request = Request::post(path).header("content-type", "application/x-www-form-urlencoded");
        peer.send(request.body(body).expect("a request")).await
    };
    let first = assertion("1");
    let asks = || authenticated(&[("scope", "scope")], &first);
    let answer = post("/device_authorization", asks()).await;
    answer.assert_ok();
    post("/device_authorization", asks()).await.assert_error(401, "invalid_client");
    let device_code = answer.member("device_code");
    peer.server.allowed(&answer.member("user_code")).await;
    let poll = |assertion: &str| authenticated(&[("grant_type", DEVICE), ("device_code", &device_code)], assertion);
    post("/token", poll(&first)).await.assert_error(401, "invalid_client");
    post("/token", poll(&assertion("2"))).await.assert_ok();
}

fn nonce(answer: &Answer) -> String {
    assert_eq!(answer.headers.get_all("dpop-nonce").iter().count(), 1, "{answer:?}");
    answer.header("dpop-nonce").to_owned()
}

/// A proof for a POST there, with this nonce.
fn proof(key: &KeyPair, path: &str, nonce: &str, seconds: u64) -> String {
    static COUNT: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);
    let jti = COUNT.fetch_add(1, std::sync::atomic::Ordering::Relaxed).to_string();
    let header = json!({"typ": "dpop+jwt", "alg": "ES256", "jwk": jws::jwk(key)});
    let claims: Value = json!({
        "jti": jti, "htm": "POST", "htu": format!("https://as.example.com{path}"), "iat": START.as_unix() + seconds, "nonce": nonce,
    });
    jws::signed(&header.to_string(), &claims.to_string(), key)
}

/// Whoever sends proofs is told the newest nonce also where there is nothing yet: a device that is told `use_dpop_nonce` when its tokens
/// are there would stop to ask (RFC 8628 section 3.5).
// shows: RFC9449-8.2-01
#[tokio::test]
async fn a_device_knows_its_next_nonce_before_its_tokens_are_there() {
    let keys = MasterKeys::from_bytes(&std::array::from_fn::<u8, 32, _>(|at| 5 + 7 * at as u8)).expect("keys");
    let peer = peer!(DeviceCode::new(), master_keys(keys), enable(Dpop::required().nonces()));
    let key = jws::key(Algorithm::Es256);
    let post = async |path: &str, pairs: &[(&str, &str)], proof: Option<String>| {
        let request = Request::post(path).header("content-type", "application/x-www-form-urlencoded");
        let request = match proof {
            Some(proof) => request.header("dpop", proof),
            None => request,
        };
        peer.send(request.body(form(pairs)).expect("a request")).await
    };
    const ASK: &str = "/device_authorization";
    let told = post(ASK, &ASKS, Some(proof(&key, ASK, "none", 0))).await;
    told.assert_error(400, "use_dpop_nonce");
    let given = nonce(&told);
    let answer = post(ASK, &ASKS, Some(proof(&key, ASK, &given, 0))).await;
    answer.assert_ok();
    assert_eq!(nonce(&answer), given);
    let device_code = answer.member("device_code");
    // One that sent its first proof without a nonce learns it while it waits.
    peer.clock.advance(200);
    let waits = post("/token", &polling("tv", &device_code), Some(proof(&key, "/token", &given, 200))).await;
    waits.assert_error(400, "authorization_pending");
    let newer = nonce(&waits);
    assert_ne!(newer, given);
    peer.server.allowed(&answer.member("user_code")).await;
    peer.clock.advance(200);
    let tokens = post("/token", &polling("tv", &device_code), Some(proof(&key, "/token", &newer, 400))).await;
    tokens.assert_ok();
    assert_eq!(tokens.member("token_type"), "DPoP");
    // Whoever sends none is told none.
    let (plain, _) = crate::asked(&peer, &ASKS).await;
    assert_eq!(post("/token", &polling("tv", &plain), None).await.header("dpop-nonce"), "");
}

/// Not ignored, as if nobody had signed.
#[tokio::test]
async fn a_device_has_no_request_object() {
    for objects in [RequestObjects::inline_keys(), RequestObjects::inline_keys().algorithms([Algorithm::Es256])] {
        let peer = peer!(DeviceCode::new(), enable(objects));
        crate::ask(&peer, &with(&ASKS, &[("request", "e30.e30.AAAA")])).await.assert_error(400, "invalid_request");
        crate::ask(&peer, &ASKS).await.assert_ok();
    }
}

/// Without TLS nothing is answered (RFC 8628 section 3.1).
#[tokio::test]
async fn a_device_asks_over_tls() {
    let peer = peer!();
    for (transport, status) in [(Transport::Plain, 400), (Transport::Tls, 200)] {
        let request = Request::post("/device_authorization").extension(transport);
        let request = request.header("content-type", "application/x-www-form-urlencoded").body(form(&ASKS)).expect("a request");
        assert_eq!(peer.send(request).await.status, status);
    }
}

//! Bound tokens of the grants that not every server has: by an assertion, for another token, and for a device.

use bytes::Bytes;
use grantor::{
    Algorithm, Approval, Assertion, AssertionDecision, AssertionPolicy, Client, ClientSecret, DeviceCode, Dpop, Exchange,
    ExchangeDecision, ExchangePolicy, Jwks, JwtBearer, MutualTls, StoreError, TokenExchange, TrustedIssuer, TrustedIssuers,
};
use http::Request;
use serde_json::json;

use crate::common::browser::Browser;
use crate::common::{SECRET, START, basic, form, subject};
use crate::{Answer, SIMPLE, ask, ask_at, bound_to, jws, other, own, peer, register, said, thumbprint, verified};

const ASSERTIONS: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const DEVICE: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// Says yes to everybody.
struct Yes;

impl AssertionPolicy for Yes {
    async fn decide(&self, _: Assertion<'_>) -> Result<AssertionDecision, StoreError> {
        Ok(AssertionDecision::to(subject("alice")))
    }
}

impl ExchangePolicy for Yes {
    async fn decide(&self, _: Exchange<'_>) -> Result<ExchangeDecision, StoreError> {
        Ok(ExchangeDecision::impersonate())
    }
}

/// A client that has this grant, and registered to get no tokens that are not bound.
fn binding(grant: &str) -> grantor::ClientBuilder {
    let secret = ClientSecret::parse(SECRET).expect("a secret");
    let client = Client::confidential("conf", &secret).scope("scope").default_scope("scope");
    client.grant_types([grant, "urn:example:own"]).tls_client_certificate_bound_access_tokens()
}

/// It is bound to the certificate with which the client asked, and only that.
macro_rules! assert_bound {
    ($peer:expr, $answer:expr, $certified:expr) => {{
        let answer: &Answer = &$answer;
        assert_eq!(said(answer), "200 Bearer", "{answer:?}");
        assert_eq!(bound_to(&$peer, answer).await, json!({"x5t#S256": thumbprint($certified)}));
    }};
}

#[tokio::test]
async fn a_token_for_an_assertion_is_bound() {
    let idp = "https://idp.example.com";
    let key = jws::key(Algorithm::Es256);
    let issuers = TrustedIssuers::new([TrustedIssuer::new(idp, Jwks::of([key.public_key()]))]).expect("an issuer");
    let peer = peer!(enable(MutualTls::new()), grant(JwtBearer::new(issuers, Yes)));
    register!(peer, binding(ASSERTIONS));
    let now = START.as_unix();
    let assertion = |jti: &str| {
        let claims = json!({"iss": idp, "sub": "u", "aud": "https://as.example.com", "iat": now, "exp": now + 60, "jti": jti});
        jws::signed(r#"{"alg":"ES256"}"#, &claims.to_string(), &key)
    };
    let (first, second) = (assertion("1"), assertion("2"));
    let asking = |assertion| [("grant_type", ASSERTIONS), ("assertion", assertion)];
    assert_eq!(said(&ask(&peer, "conf", &asking(&first), None).await), "400 invalid_request");
    assert_bound!(peer, ask(&peer, "conf", &asking(&second), verified(own())).await, own());
}

/// What is exchanged may be bound to another certificate: whoever asks now binds the new one (RFC 8705 section 3).
#[tokio::test]
async fn a_token_for_another_one_is_bound() {
    let peer = peer!(enable(MutualTls::new()), grant(TokenExchange::new(Yes)));
    register!(peer, binding(EXCHANGE));
    let first = ask(&peer, "conf", &SIMPLE, verified(own())).await;
    assert_bound!(peer, first, own());
    let token = first.member("access_token");
    let asking = [
        ("grant_type", EXCHANGE),
        ("subject_token", &*token),
        ("subject_token_type", "urn:ietf:params:oauth:token-type:access_token"),
    ];
    assert_eq!(said(&ask(&peer, "conf", &asking, None).await), "400 invalid_request");
    assert_bound!(peer, ask(&peer, "conf", &asking, verified(own())).await, own());
    assert_bound!(peer, ask(&peer, "conf", &asking, verified(other())).await, other());
}

/// A proof binds one for a bearer token (RFC 9449 section 5), for the same client without a certificate.
#[tokio::test]
async fn a_token_for_another_one_is_bound_to_the_key_of_a_proof() {
    let peer = peer!(enable(Dpop::new()), grant(TokenExchange::new(Yes)));
    let secret = ClientSecret::parse(SECRET).expect("a secret");
    let client = Client::confidential("conf", &secret).scope("scope").grant_types([EXCHANGE, "urn:example:own"]);
    register!(peer, client.default_scope("scope"));
    let token = ask(&peer, "conf", &SIMPLE, None).await.member("access_token");
    let key = jws::key(Algorithm::Es256);
    let header = json!({"typ": "dpop+jwt", "alg": "ES256", "jwk": jws::jwk(&key)});
    let claims = json!({"jti": "1", "htm": "POST", "htu": "https://as.example.com/token", "iat": START.as_unix()});
    let body = form(&[
        ("grant_type", EXCHANGE),
        ("subject_token", &*token),
        ("subject_token_type", "urn:ietf:params:oauth:token-type:access_token"),
    ]);
    let request = Request::post("/token").header("content-type", "application/x-www-form-urlencoded");
    let request = request.header("authorization", basic("conf", SECRET));
    let request = request.header("dpop", jws::signed(&header.to_string(), &claims.to_string(), &key));
    let answer = peer.send(request.body(body).expect("a request")).await;
    assert_eq!(said(&answer), "200 DPoP", "{answer:?}");
    assert_eq!(bound_to(&peer, &answer).await, json!({"jkt": key.public_key().thumbprint().to_string()}));
}

#[tokio::test]
async fn a_token_of_a_device_is_bound_to_the_certificate_with_which_it_polls() {
    let peer = peer!(enable(MutualTls::new()), grant(DeviceCode::new()));
    register!(peer, binding(DEVICE));
    let asked = ask_at(&peer, "/device_authorization", "conf", &[("scope", "scope")], None).await;
    asked.assert_ok();
    let mut browser = Browser::default();
    let page = Request::post("/device").header("sec-fetch-site", "same-origin").body(Bytes::new()).expect("a request");
    let typed = peer.server.devices().enter(&asked.member("user_code"), &page).await.expect("a code");
    browser.store(typed.set_cookie());
    let request = peer.server.devices().resume(typed.handle(), &browser.headers()).await.expect("a request");
    peer.server.devices().approve(request, Approval::by(subject("alice"))).await.expect("an approval");
    let device_code = asked.member("device_code");
    let polling = [("grant_type", DEVICE), ("device_code", &*device_code)];
    // Nothing is spent where the certificate is missing.
    assert_eq!(said(&ask(&peer, "conf", &polling, None).await), "400 invalid_request");
    peer.clock.advance(10);
    assert_bound!(peer, ask(&peer, "conf", &polling, verified(own())).await, own());
}

//! A payment from a signed request to a signed introspection response: request objects (RFC 9101), rich requests (RFC 9396) and signed
//! introspection (RFC 9701) in one server under the profile.

use grantor::jose::{CompactJws, IntrospectionJwt};
use grantor::{
    Algorithm, Approval, AuthorizationCode, AuthorizationDetail, AuthorizationRequest, AuthorizationServer, Client, Code,
    Decision, Development, Dpop, Es256, Fapi2, Introspection, Jwks, JwtIntrospection, ManualClock, MemoryStore, PrivateKeyJwt,
    PushedAuthorizationRequests, RedirectUri, RedirectUriPolicy, RequestObjects, RichAuthorizationRequests, SigningKeys, issuer,
    wire_name,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::bank::{self, ISSUER, ONE, TOKEN, key, proof_header, proof_key, proof_of, thumbprint};
use crate::common::{Answer, CALLBACK, CHALLENGE, Decides, Peer, START, form};
use crate::{bank::redeeming, jws};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Payment {
    cents: u64,
}
wire_name!(Payment = "payment");

impl AuthorizationDetail for Payment {
    fn covers(&self, narrower: &Self) -> bool {
        narrower.cents <= self.cents
    }
}

/// Not registered.
const ELSEWHERE: &str = "https://app.example.com/tenants/7/callback";

struct Tenants;

impl RedirectUriPolicy for Tenants {
    fn permits(&self, client: &Client, uri: &RedirectUri) -> bool {
        client.id().as_str() == ONE && uri.as_str().starts_with("https://app.example.com/tenants/")
    }
}

/// The person agrees to the small payments of those that are shown.
fn agrees_to_small_ones(request: AuthorizationRequest) -> Decision {
    assert_eq!(request.details::<Payment>().map(|payment| payment.cents).collect::<Vec<_>>(), [7, 900]);
    let approval = Approval::by(crate::common::subject("alice")).authenticated_at(START).consented();
    let small: Vec<_> = request.details::<Payment>().filter(|payment| payment.cents < 100).cloned().collect();
    request.approve(small.iter().fold(approval, Approval::detail))
}

/// Its own assertion, beside these.
async fn post<Sv: grantor::ServesOAuth>(
    peer: &Peer<Sv, Decides>,
    path: &str,
    pairs: &[(&str, &str)],
    more: &[(&str, &str)],
) -> Answer {
    let claims = json!({"iss": ONE, "sub": ONE, "aud": ISSUER, "exp": START.as_unix() + 60, "jti": format!("{path} {pairs:?}")});
    let assertion = jws::signed(&json!({"alg": "ES256", "kid": ONE}).to_string(), &claims.to_string(), key());
    let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    let own = [("client_assertion_type", kind), ("client_assertion", &*assertion)];
    let request = http::Request::post(path).header("content-type", "application/x-www-form-urlencoded");
    let request = more.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    peer.send(request.body(form(&[pairs, &own].concat())).expect("a request")).await
}

fn object(changes: Value) -> String {
    let now = START.as_unix();
    let claims = json!({
        "iss": ONE, "aud": ISSUER, "nbf": now, "exp": now + 300, "client_id": ONE, "response_type": "code", "redirect_uri": CALLBACK,
        "code_challenge": CHALLENGE, "code_challenge_method": "S256",
        "authorization_details": [{"type": "payment", "cents": 7}, {"type": "payment", "cents": 900}],
    });
    let header = json!({"alg": "ES256", "typ": "oauth-authz-req+jwt", "kid": ONE});
    jws::signed(&header.to_string(), &bank::changed(claims, changes).to_string(), key())
}

macro_rules! peer {
    ($pushing:expr) => {{
        let clock = ManualClock::new(START);
        let server = AuthorizationServer::builder()
            .profile(Development::<Fapi2>::new())
            .issuer(issuer!("https://as.example.com"))
            .storage(MemoryStore::new())
            .clock(clock.clone())
            .grant(AuthorizationCode::new())
            .response_type(Code)
            .enable($pushing)
            .enable(SigningKeys::fixed(Es256, jws::key(Algorithm::Es256)).expect("a key"))
            .enable(RequestObjects::inline_keys().required())
            .enable(RichAuthorizationRequests::<(Payment,)>::new())
            .enable(PrivateKeyJwt::inline_keys())
            .enable(Dpop::required())
            .enable(Introspection::new())
            .enable(JwtIntrospection::new())
            .build();
        let client = bank::client(ONE, false)
            .grant_types(["authorization_code"])
            .authorization_details_types(["payment"])
            .build()
            .expect("a client");
        server.register_client(client).await.expect("a registration");
        Peer::new(server, Decides(agrees_to_small_ones), clock)
    }};
}

// shows: RFC9701-5-01
#[tokio::test]
async fn a_payment_is_signed_for_shown_granted_and_introspected() {
    let peer = peer!(PushedAuthorizationRequests::required());
    let signed = object(json!({}));
    // What is beside the object does not count (RFC 9101 section 6.3).
    let outer = json!([{"type": "payment", "cents": 100_000}]).to_string();
    let pairs = [("client_id", ONE), ("request", &*signed), ("authorization_details", &*outer)];
    let pushed = post(&peer, "/par", &pairs, &[]).await;
    assert_eq!(pushed.status, 201, "{pushed:?}");
    let uri = pushed.member("request_uri");
    let brought = [("client_id", ONE), ("request_uri", &*uri), ("authorization_details", &*outer)];
    let answer = peer.authorize(&brought).await;
    let code = answer.query().remove("code").unwrap_or_else(|| panic!("{:?}", answer.query()));
    let claims = json!({"jti": "1", "htm": "POST", "htu": TOKEN, "iat": START.as_unix()});
    let proof = proof_of(&proof_header(proof_key()), &claims, proof_key());
    let redeeming = redeeming(&code);
    let redeeming: Vec<_> = redeeming.iter().map(|(name, value)| (&**name, &**value)).collect();
    let tokens = post(&peer, "/token", &redeeming, &[("dpop", &proof)]).await;
    let granted = json!([{"type": "payment", "cents": 7}]);
    assert_eq!(tokens.json()["authorization_details"], granted, "{tokens:?}");

    let token = tokens.member("access_token");
    let signed = [("accept", "application/token-introspection+jwt")];
    let answer = post(&peer, "/introspect", &[("token", &token)], &signed).await;
    assert_eq!(answer.header("content-type"), "application/token-introspection+jwt");
    let keys = Jwks::parse(peer.get("/jwks").await.body.as_bytes()).expect("keys");
    let jws = CompactJws::decode(&answer.body).expect("a JWS");
    let unverified = jws.unverified::<IntrospectionJwt>(&[Algorithm::Es256]).expect("an introspection response");
    let claims: Value = unverified.verify(&keys).expect("a signature").deserialize().expect("claims");
    let said = &claims["token_introspection"];
    assert_eq!((&claims["iss"], &claims["aud"]), (&json!(ISSUER), &json!(ONE)));
    assert_eq!((&said["active"], &said["authorization_details"]), (&json!(true), &granted), "{claims}");
    assert_eq!(said["cnf"], json!({"jkt": thumbprint(proof_key())}));
}

/// Where what is signed names a type or a member that the server does not have, it is refused as where it is not.
#[tokio::test]
async fn what_is_signed_is_of_a_type_of_the_server() {
    let peer = peer!(PushedAuthorizationRequests::required());
    for details in
        [json!([{"type": "everything"}]), json!([{"type": "payment", "cents": 1, "more": 1}]), json!({"type": "payment"})]
    {
        let signed = object(json!({"authorization_details": details}));
        let pushed = post(&peer, "/par", &[("client_id", ONE), ("request", &signed)], &[]).await;
        pushed.assert_error(400, "invalid_authorization_details");
    }
}

/// RFC 9126 section 2.4, where the URI is signed, too: as the policy has it, and without one not at all.
// shows: RFC9126-2.4-01
#[tokio::test]
async fn what_is_signed_and_pushed_may_name_a_redirect_uri_that_the_policy_permits() {
    let with = peer!(PushedAuthorizationRequests::required().redirect_uris(Tenants));
    let without = peer!(PushedAuthorizationRequests::required());
    let (known, unknown) =
        (object(json!({"redirect_uri": ELSEWHERE})), object(json!({"redirect_uri": "https://attacker.example.com/"})));
    let pushed = post(&with, "/par", &[("client_id", ONE), ("request", &known)], &[]).await;
    assert_eq!(pushed.status, 201, "{pushed:?}");
    let brought = with.authorize(&[("client_id", ONE), ("request_uri", &pushed.member("request_uri"))]).await;
    assert!(
        brought.location().starts_with(&format!("{ELSEWHERE}?")) && brought.query().contains_key("code"),
        "{:?}",
        brought.query()
    );
    post(&with, "/par", &[("client_id", ONE), ("request", &unknown)], &[]).await.assert_error(400, "invalid_request");
    post(&without, "/par", &[("client_id", ONE), ("request", &known)], &[]).await.assert_error(400, "invalid_request");
}

//! An API that takes bound tokens (RFC 9449 section 7), with every verifier, behind the layer and with the extractor.

use std::error::Error;

use axum::body::{Body, to_bytes};
use axum::routing::get;
use axum::{Extension, Router};
use bytes::Bytes;
use grantor::{
    Algorithm, Authorized, ClientSecret, Dpop, DpopProofs, Es256, HttpClient, Interaction, JwtAccessTokens, JwtVerifier,
    MasterKeys, OAuthService, ProofMemory, RemoteJwks, RemoteVerifier, ResourceServer, Scope, ServesOAuth, SigningKeys,
    TokenClaims, TokenVerifier, VerifierError,
};
use http::{HeaderMap, Request, Response, header};
use serde_json::json;
use tower::ServiceExt as _;

use crate::common::{Answer, Peer, SECRET, START};
use crate::{SIMPLE, TOKEN, ask, ath, changed, key, other_key, peer, proof, proof_by, proof_claims};

pub const API: &str = "https://api.example.com/v1";
pub const NOTES: &str = "https://api.example.com/v1/notes/7";

/// The way to the authorization server.
struct Wire<Sv, I>(OAuthService<Sv, I>);

impl<Sv: ServesOAuth, I: Interaction<Sv>> HttpClient for Wire<Sv, I> {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, Box<dyn Error + Send + Sync>> {
        Ok(self.0.answer(request).await)
    }
}

pub fn proofs() -> DpopProofs {
    DpopProofs::new(ProofMemory::new())
}

/// A resource server over the store, or over what asks, by the clock of the authorization server.
macro_rules! local {
    ($peer:expr) => {
        grantor::LocalVerifier::new($peer.server.storage().clone(), $peer.server.issuer().clone()).clock($peer.clock.clone())
    };
}
pub(crate) use local;

pub fn resource<V: TokenVerifier>(verifier: V, clock: &grantor::ManualClock, proofs: DpopProofs) -> ResourceServer<V> {
    ResourceServer::new(verifier).clock(clock.clone()).dpop(API, proofs).expect("a URL")
}

/// An application whose routes are below another router's, as with a proxy that takes `/v1` off: behind the layer, and with the extractor.
pub fn api<V: TokenVerifier>(server: &ResourceServer<V>) -> Router {
    async fn extracted<V: TokenVerifier>(claims: Authorized<V>) -> String {
        claims.subject().unwrap_or_default().to_owned()
    }
    async fn layered(Extension(claims): Extension<TokenClaims>) -> String {
        claims.subject().unwrap_or_default().to_owned()
    }
    let inner = Router::new().route("/{id}", get(extracted::<V>).post(extracted::<V>)).with_state(server.clone());
    let layered = Router::new().route("/layered", get(layered)).layer(server.layer(Scope::empty()));
    Router::new().nest("/notes", inner).merge(layered)
}

/// What the application answers.
pub async fn send(api: &Router, method: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
    let request = Request::builder().method(method).uri(path).header("host", "evil.example");
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    let response = api.clone().oneshot(request.body(Body::empty()).expect("a request")).await.expect("an answer");
    let (parts, body) = response.into_parts();
    Answer::from(Response::from_parts(parts, to_bytes(body, 100_000).await.expect("a body")))
}

/// What a good proof of the client for `GET /notes/7` says with this token.
pub fn claims_for(token: &str) -> serde_json::Value {
    changed(proof_claims("GET", NOTES), json!({"ath": ath(token)}))
}

/// A request with the token and a proof.
pub async fn with_proof(api: &Router, token: &str, proof: &str) -> Answer {
    send(api, "GET", "/notes/7", &[("authorization", &format!("DPoP {token}")), ("dpop", proof)]).await
}

/// What it is worth: `200`, or the error.
pub async fn worth(api: &Router, token: &str, proof: &str) -> String {
    said(&with_proof(api, token, proof).await)
}

pub fn said(answer: &Answer) -> String {
    if answer.status.is_success() { "200".to_owned() } else { format!("{} {}", answer.status.as_u16(), answer.member("error")) }
}

/// The challenges of an answer, in their order.
pub fn challenges(answer: &Answer) -> Vec<String> {
    challenges_of(&answer.headers)
}

fn challenges_of(headers: &HeaderMap) -> Vec<String> {
    headers.get_all(header::WWW_AUTHENTICATE).iter().map(|value| value.to_str().expect("text").to_owned()).collect()
}

/// A bound token, and one that is not.
pub async fn two_tokens<Sv: ServesOAuth, I: Interaction<Sv>>(peer: &Peer<Sv, I>) -> (String, String) {
    let bound = ask(peer, "pub", &SIMPLE, &[&proof()]).await.member("access_token");
    (bound, ask(peer, "pub", &SIMPLE, &[]).await.member("access_token"))
}

/// What holds for every verifier.
async fn takes_bound_tokens_with_proofs<Sv: ServesOAuth, I: Interaction<Sv>, V: TokenVerifier>(
    peer: &Peer<Sv, I>,
    server: ResourceServer<V>,
) {
    let (bound, free) = two_tokens(peer).await;
    let api = api(&server);
    let good = with_proof(&api, &bound, &proof_by(key(), &claims_for(&bound))).await;
    assert_eq!((good.status.as_u16(), &*good.body), (200, "alice"), "{good:?}");
    for scheme in ["DPoP", "dpop", "DPOP", "dPoP"] {
        let proof = proof_by(key(), &claims_for(&bound));
        let answer =
            send(&api, "GET", "/notes/7?x=1", &[("authorization", &format!("{scheme}  {bound}")), ("dpop", &proof)]).await;
        assert_eq!(said(&answer), "200", "{scheme}");
    }
    let layered = changed(proof_claims("GET", "https://api.example.com/v1/layered"), json!({"ath": ath(&bound)}));
    let (authorization, proof) = (format!("DPoP {bound}"), proof_by(key(), &layered));
    assert_eq!(said(&send(&api, "GET", "/layered", &[("authorization", &authorization), ("dpop", &proof)]).await), "200");

    // A bound token as a bearer token, with or without a proof; a bearer token as a bound one.
    let proof = || proof_by(key(), &claims_for(&bound));
    for path in ["/notes/7", "/layered"] {
        for with in [None, Some(proof())] {
            let authorization = format!("Bearer {bound}");
            let mut headers = vec![("authorization", &*authorization)];
            headers.extend(with.as_deref().map(|proof| ("dpop", proof)));
            assert_eq!(said(&send(&api, "GET", path, &headers).await), "401 invalid_token", "{path}");
        }
        assert_eq!(said(&send(&api, "GET", path, &[("authorization", &format!("Bearer {free}"))]).await), "200");
    }
    assert_eq!(worth(&api, &free, &proof_by(key(), &claims_for(&free))).await, "401 invalid_token");
    assert_eq!(worth(&api, &bound, &proof_by(other_key(), &claims_for(&bound))).await, "401 invalid_token");
    assert_eq!(worth(&api, "unknown", &proof_by(key(), &claims_for("unknown"))).await, "401 invalid_token");
}

// shows: RFC9700-2.2.1-01, RFC9700-4.9.3-01, RFC9700-4.10-01
// shows: RFC9449-6-01, RFC9449-6-02, RFC9449-7-01, RFC9449-7.1-01, RFC9449-7.1-02, RFC9449-7.2-01, RFC9449-4.2-06, RFC9449-4.2-07
#[tokio::test]
async fn beside_the_store() {
    let peer = peer!();
    takes_bound_tokens_with_proofs(&peer, resource(local!(peer), &peer.clock, proofs())).await;
}

// shows: RFC9449-6.2-02
#[tokio::test]
async fn by_introspection() {
    let peer = peer!();
    let secret = ClientSecret::parse(SECRET).expect("a secret");
    let wire = Wire(peer.service.clone());
    let verifier = RemoteVerifier::new("https://as.example.com/introspect", "rs", &secret, wire).expect("a verifier");
    takes_bound_tokens_with_proofs(&peer, resource(verifier.clock(peer.clock.clone()), &peer.clock, proofs())).await;
}

// shows: RFC9449-6.1-01
#[tokio::test]
async fn with_jwts() {
    let keys = SigningKeys::ephemeral().algorithm(Es256);
    let peer = peer!(enable(Dpop::new()), enable(keys), enable(JwtAccessTokens::new(API)));
    let keys = RemoteJwks::new("https://as.example.com/jwks", Wire(peer.service.clone())).expect("keys");
    let verifier = JwtVerifier::new("https://as.example.com", API, keys).clock(peer.clock.clone());
    takes_bound_tokens_with_proofs(&peer, resource(verifier, &peer.clock, proofs())).await;
}

/// What a verifier returns says to what a token is bound, and the resource server checks it: a verifier cannot let it pass.
// shows: RFC9449-7.2-01
#[tokio::test]
async fn a_verifier_of_ones_own_cannot_take_a_bound_token_for_a_bearer_token() {
    struct Trusting(String);
    impl TokenVerifier for Trusting {
        async fn verify(&self, _: &grantor::Presented<'_>) -> Result<Option<TokenClaims>, VerifierError> {
            let claims = json!({"sub": "alice", "token_type": "Bearer", "cnf": {"jkt": self.0}});
            serde_json::from_value(claims).map(Some).map_err(VerifierError::failed)
        }
        async fn proves_possession(&self, _: &grantor::Presented<'_>, _: &TokenClaims) -> Result<bool, VerifierError> {
            Ok(true)
        }
    }
    let clock = grantor::ManualClock::new(START);
    let verifier = || Trusting(crate::thumbprint(key()));
    for server in [ResourceServer::new(verifier()), resource(verifier(), &clock, proofs())] {
        let answer = send(&api(&server), "GET", "/notes/7", &[("authorization", "Bearer t")]).await;
        assert_eq!(said(&answer), "401 invalid_token");
    }
    let api = api(&resource(verifier(), &clock, proofs()));
    assert_eq!(worth(&api, "t", &proof_by(key(), &claims_for("t"))).await, "200");
}

// shows: RFC9449-4.3-12, RFC9449-7-02, RFC9449-7.1-02, RFC9449-7.1-06, RFC9449-4.3-01
#[tokio::test]
async fn a_proof_that_is_not_for_this_request_is_refused() {
    let peer = peer!();
    let (bound, _) = two_tokens(&peer).await;
    let another = ask(&peer, "pub", &SIMPLE, &[&proof()]).await.member("access_token");
    let api = api(&resource(local!(peer), &peer.clock, proofs()));
    let now = START.as_unix();
    for changes in [
        json!({"ath": null}),
        json!({"ath": ""}),
        json!({"ath": ath(&another)}),
        json!({"ath": ath("")}),
        json!({"ath": format!("{}=", ath(&bound))}),
        json!({"ath": 1}),
        json!({"htm": "POST"}),
        json!({"htm": "get"}),
        json!({"htu": "https://evil.example/v1/notes/7"}),
        json!({"htu": "https://api.example.com/notes/7"}),
        json!({"htu": "https://api.example.com/v1/notes/8"}),
        json!({"htu": "https://api.example.com/v1/notes"}),
        json!({"htu": TOKEN}),
        json!({"iat": now - 61}),
        json!({"iat": now + 61}),
        json!({"jti": null}),
    ] {
        let wrong = changed(claims_for(&bound), changes);
        let answer = with_proof(&api, &bound, &proof_by(key(), &wrong)).await;
        assert_eq!(said(&answer), "401 invalid_dpop_proof", "{wrong}");
        let challenges = challenges(&answer);
        assert!(challenges[0].starts_with("DPoP ") && challenges[0].contains(r#"error="invalid_dpop_proof""#), "{challenges:?}");
    }
    let (authorization, one, two) =
        (format!("DPoP {bound}"), proof_by(key(), &claims_for(&bound)), proof_by(key(), &claims_for(&bound)));
    for headers in
        [&[("authorization", &*authorization)][..], &[("authorization", &authorization), ("dpop", &one), ("dpop", &two)]]
    {
        assert_eq!(said(&send(&api, "GET", "/notes/7", headers).await), "401 invalid_dpop_proof");
    }
    assert_eq!(
        said(&send(&api, "POST", "/notes/7", &[("authorization", &authorization), ("dpop", &one)]).await),
        "401 invalid_dpop_proof"
    );
    // None of it was used up; spelled otherwise it is the same.
    for htu in ["https://API.example.com:443/v1/notes/7?q#f", "https://api.example.com/v1/x/../notes/%37"] {
        let claims = changed(claims_for(&bound), json!({"htu": htu, "iat": now + 60}));
        assert_eq!(worth(&api, &bound, &proof_by(key(), &claims)).await, "200", "{htu}");
    }
    assert_eq!(worth(&api, &bound, &one).await, "200");
    assert_eq!(worth(&api, &bound, &one).await, "401 invalid_dpop_proof");
}

// shows: RFC9449-7.1-03, RFC9449-7.1-04, RFC9449-7.1-05, RFC9449-7.1-06, RFC9449-7.1-07, RFC9449-7.1-08, RFC9449-7.1-09
// shows: RFC9728-5.1-01, RFC9449-7.1-12, RFC9449-7.2-02, RFC9449-7.2-03, RFC9449-7.2-04, RFC9449-7.2-05
#[tokio::test]
async fn challenges_name_both_schemes_and_the_error_in_that_which_was_tried() {
    let peer = peer!();
    let (bound, free) = two_tokens(&peer).await;
    let proofs = || proofs().algorithms([Algorithm::Es256, Algorithm::Ps256]);
    let server = resource(local!(peer), &peer.clock, proofs()).realm("api").expect("a realm");
    let required = Scope::parse("scope").expect("a scope");
    let ask = async |server: &ResourceServer<_>, headers: &[(&str, &str)]| {
        let request = Request::get("/notes/7");
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        let parts = request.body(()).expect("a request").into_parts().0;
        let challenge = server.authenticate(&parts, &required).await.expect_err("a challenge").to_response();
        (challenge.status().as_u16(), challenges_of(challenge.headers()))
    };
    let (bearer, dpop) = (r#"Bearer realm="api""#, r#"DPoP realm="api""#);
    let (scope, algs) = (r#", scope="scope""#, r#", algs="ES256 PS256""#);
    let error = |code: &str, words: &str| format!(r#", error="{code}", error_description="{words}""#);
    let plain = [format!("{bearer}{scope}"), format!("{dpop}{scope}{algs}")];
    assert_eq!(ask(&server, &[]).await, (401, plain.to_vec()));
    assert_eq!(ask(&server, &[("authorization", "Basic YTpi")]).await, (401, plain.to_vec()));
    let inactive = error("invalid_token", "the access token is unknown, expired or revoked");
    let tried = vec![format!("{bearer}{inactive}{scope}"), plain[1].clone()];
    assert_eq!(ask(&server, &[("authorization", "Bearer unknown")]).await, (401, tried));
    let tried = vec![format!("{dpop}{inactive}{scope}{algs}"), plain[0].clone()];
    assert_eq!(ask(&server, &[("authorization", "DPoP unknown")]).await, (401, tried));
    let several = error("invalid_request", "the request has more than one Authorization header");
    let tried = vec![format!("{bearer}{several}{scope}"), format!("{dpop}{several}{scope}{algs}")];
    let both = [("authorization", &*format!("Bearer {bound}")), ("authorization", &*format!("DPoP {bound}"))];
    assert_eq!(ask(&server, &both).await, (400, tried));
    let malformed = error("invalid_request", "the Authorization header is not a scheme, a space and a token");
    let tried = vec![format!("{dpop}{malformed}{scope}{algs}"), plain[0].clone()];
    assert_eq!(ask(&server, &[("authorization", "DPoP")]).await, (400, tried));

    let only = resource(local!(peer), &peer.clock, proofs().required()).realm("api").expect("a realm");
    assert_eq!(ask(&only, &[]).await, (401, vec![plain[1].clone()]));
    let refused = error("invalid_token", "bearer tokens are not accepted here");
    let tried = vec![format!("{dpop}{refused}{scope}{algs}")];
    for token in [&bound, &free, "unknown"] {
        assert_eq!(ask(&only, &[("authorization", &format!("Bearer {token}"))]).await, (401, tried.clone()));
    }
    assert_eq!(worth(&api(&only), &bound, &proof_by(key(), &claims_for(&bound))).await, "200");
    // Each leads to the metadata of the resource: many clients look at the first challenge alone.
    let described = server.clone().resource_metadata("https://api.example.com/m").expect("a URL");
    for challenge in ask(&described, &[]).await.1 {
        assert!(challenge.contains(r#"resource_metadata="https://api.example.com/m""#), "{challenge}");
    }
    // Without proofs there is one scheme, and the other is unknown.
    let plain_server = ResourceServer::new(local!(peer)).realm("api").expect("a realm");
    assert_eq!(ask(&plain_server, &[("authorization", "DPoP unknown")]).await, (401, vec![plain[0].clone()]));
}

fn keys() -> MasterKeys {
    MasterKeys::from_bytes(&std::array::from_fn::<u8, 32, _>(|at| 5 + 7 * at as u8)).expect("keys")
}

// shows: RFC9449-9-01, RFC9449-9-02, RFC9449-7.1-13, RFC9449-8-09, RFC9449-8.2-03
#[tokio::test]
async fn an_api_gives_nonces_of_its_own() {
    let peer = peer!(master_keys(keys()), enable(Dpop::new().nonces()));
    let told = ask(&peer, "pub", &SIMPLE, &[&proof()]).await;
    let of_the_server = told.header("dpop-nonce").to_owned();
    let claims = changed(proof_claims("POST", TOKEN), json!({"nonce": of_the_server}));
    let bound = ask(&peer, "pub", &SIMPLE, &[&proof_by(key(), &claims)]).await.member("access_token");
    // The same master keys, and not the same nonces.
    let server = resource(local!(peer), &peer.clock, proofs().nonces(keys())).any_origin();
    let api = api(&server);
    let with = |nonce: serde_json::Value, seconds: u64| {
        let url = "https://api.example.com/v1/layered";
        let iat = START.as_unix() + seconds;
        proof_by(key(), &changed(proof_claims("GET", url), json!({"ath": ath(&bound), "nonce": nonce, "iat": iat})))
    };
    let authorization = format!("DPoP {bound}");
    let get = async |proof: String| send(&api, "GET", "/layered", &[("authorization", &authorization), ("dpop", &proof)]).await;
    let mut given = String::new();
    for nonce in [json!(null), json!(""), json!(of_the_server)] {
        let told = get(with(nonce, 0)).await;
        assert_eq!(said(&told), "401 use_dpop_nonce");
        assert!(challenges(&told)[0].contains(r#"error="use_dpop_nonce""#), "{told:?}");
        assert!(told.header("access-control-expose-headers").contains("DPoP-Nonce"));
        assert!(told.header("access-control-expose-headers").contains("WWW-Authenticate"));
        assert_eq!(told.header("cache-control"), "no-store");
        given = told.header("dpop-nonce").to_owned();
    }
    assert_eq!(server.next_nonce().expect("a nonce"), given);
    let answer = get(with(json!(given), 0)).await;
    assert_eq!((said(&answer), answer.header("dpop-nonce")), ("200".to_owned(), ""));
    peer.clock.advance(120);
    let answer = get(with(json!(given), 120)).await;
    assert_eq!((said(&answer), answer.header("cache-control")), ("200".to_owned(), "no-store"));
    let next = answer.header("dpop-nonce");
    assert!(!next.is_empty() && next != given);
    assert_eq!(said(&get(with(json!(next), 120)).await), "200");
    // Nor is one of the API good at the server.
    let claims = changed(proof_claims("POST", TOKEN), json!({"nonce": next, "iat": START.as_unix() + 120}));
    ask(&peer, "pub", &SIMPLE, &[&proof_by(key(), &claims)]).await.assert_error(400, "use_dpop_nonce");
}

#[test]
fn where_it_is_has_to_be_a_url_that_clients_reach() {
    struct Nobody;
    impl TokenVerifier for Nobody {
        async fn verify(&self, _: &grantor::Presented<'_>) -> Result<Option<TokenClaims>, VerifierError> {
            Ok(None)
        }
    }
    for url in ["", "/path", "http://example.com", "https://example.com/?q", "https://example.com/#f", "https://u@example.com"] {
        assert!(ResourceServer::new(Nobody).dpop(url, proofs()).is_err(), "{url}");
    }
    for url in ["https://example.com", "https://example.com/api/", "http://localhost:1"] {
        assert!(ResourceServer::new(Nobody).dpop(url, proofs()).is_ok(), "{url}");
    }
}

/// Another spelling of the path is the same URL: a proof that was captured is used up in each.
// shows: RFC9449-11.1-04
#[tokio::test]
async fn a_proof_is_good_once_however_the_path_is_spelled() {
    let peer = peer!(enable(Dpop::new()));
    let (bound, _) = two_tokens(&peer).await;
    let app = api(&resource(local!(peer), &peer.clock, proofs()));
    let proof = proof_by(key(), &claims_for(&bound));
    let headers = [("authorization", &*format!("DPoP {bound}")), ("dpop", &*proof)];
    let mut said_of = Vec::new();
    for path in ["/notes/%37", "/notes/7", "/notes/%37"] {
        said_of.push(said(&send(&app, "GET", path, &headers).await));
    }
    assert_eq!(said_of, ["200", "401 invalid_dpop_proof", "401 invalid_dpop_proof"]);
}

//! An API that takes tokens which are bound to certificates (RFC 8705 section 3), with every verifier.

use std::error::Error;

use axum::body::{Body, to_bytes};
use axum::routing::get;
use axum::{Extension, Router};
use bytes::Bytes;
use grantor::{
    Authorized, ClientCertificate, ClientSecret, DpopProofs, Es256, HttpClient, Interaction, JwtAccessTokens, JwtVerifier,
    LocalVerifier, MutualTls, OAuthService, Presented, ProofMemory, RemoteJwks, RemoteVerifier, ResourceServer, Scope,
    ServesOAuth, SigningKeys, TokenClaims, TokenVerifier, VerifierError,
};
use http::{Request, Response, header};
use serde_json::json;
use tower::ServiceExt as _;

use crate::certificates::{key, self_signed, usual};
use crate::common::{Answer, Peer, SECRET};
use crate::{SIMPLE, ask, other, own, peer, thumbprint, unverified, verified};

/// The way to the authorization server.
struct Wire<Sv, I>(OAuthService<Sv, I>);

impl<Sv: ServesOAuth, I: Interaction<Sv>> HttpClient for Wire<Sv, I> {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, Box<dyn Error + Send + Sync>> {
        Ok(self.0.answer(request).await)
    }
}

macro_rules! local {
    ($peer:expr) => {
        LocalVerifier::new($peer.server.storage().clone(), $peer.server.issuer().clone()).clock($peer.clock.clone())
    };
}

/// An application whose routes are behind the layer, and with the extractor.
fn api<V: TokenVerifier>(server: &ResourceServer<V>) -> Router {
    async fn extracted<V: TokenVerifier>(claims: Authorized<V>) -> String {
        claims.subject().unwrap_or_default().to_owned()
    }
    async fn layered(Extension(claims): Extension<TokenClaims>) -> String {
        claims.subject().unwrap_or_default().to_owned()
    }
    let layered = Router::new().route("/layered", get(layered)).layer(server.layer(Scope::empty()));
    Router::new().route("/extracted", get(extracted::<V>)).with_state(server.clone()).merge(layered)
}

async fn show(api: &Router, path: &str, authorization: &str, certificate: Option<ClientCertificate>) -> Answer {
    let mut request = Request::get(path).header(header::AUTHORIZATION, authorization);
    if let Some(certificate) = certificate {
        request = request.extension(certificate);
    }
    let response = api.clone().oneshot(request.body(Body::empty()).expect("a request")).await.expect("an answer");
    let (parts, body) = response.into_parts();
    Answer::from(Response::from_parts(parts, to_bytes(body, 100_000).await.expect("a body")))
}

fn said(answer: &Answer) -> String {
    let word = if answer.status.is_success() { answer.body.clone() } else { answer.member("error") };
    format!("{} {word}", answer.status.as_u16())
}

/// What holds for every verifier.
async fn takes_bound_tokens_with_the_certificate<Sv: ServesOAuth, I: Interaction<Sv>, V: TokenVerifier>(
    peer: &Peer<Sv, I>,
    server: ResourceServer<V>,
) {
    let bound = ask(peer, "bound", &SIMPLE, verified(own())).await.member("access_token");
    let free = ask(peer, "pub", &SIMPLE, None).await.member("access_token");
    let forged = self_signed(&usual("payments"), key());
    for path in ["/extracted", "/layered"] {
        let api = api(&server.clone().mutual_tls());
        let strict = self::api(&server.clone().mutual_tls().bound_tokens_only());
        for (authorization, certificate, expected, of_the_strict) in [
            (format!("Bearer {bound}"), verified(own()), "200 alice", "200 alice"),
            // Section 6.2: nobody need have verified its chain.
            (format!("bearer {bound}"), unverified(own()), "200 alice", "200 alice"),
            (format!("Bearer {bound}"), verified(other()), "401 invalid_token", "401 invalid_token"),
            (format!("Bearer {bound}"), unverified(&forged), "401 invalid_token", "401 invalid_token"),
            (format!("Bearer {bound}"), None, "401 invalid_token", "401 invalid_token"),
            (format!("Bearer {free}"), None, "200 alice", "401 invalid_token"),
            (format!("Bearer {free}"), verified(own()), "200 alice", "401 invalid_token"),
        ] {
            assert_eq!(said(&show(&api, path, &authorization, certificate.clone()).await), expected, "{path} {certificate:?}");
            let answer = show(&strict, path, &authorization, certificate.clone()).await;
            assert_eq!(said(&answer), of_the_strict, "{path} {certificate:?}");
            if !answer.status.is_success() {
                assert!(answer.header("www-authenticate").starts_with("Bearer "), "{answer:?}");
            }
        }
        // Where nobody looks at certificates the token is refused, too.
        let without = self::api(&server);
        for certificate in [None, verified(own())] {
            let answer = show(&without, path, &format!("Bearer {bound}"), certificate).await;
            assert_eq!(said(&answer), "401 invalid_token");
        }
    }
}

// shows: RFC8705-3-01, RFC8705-3-02, RFC8705-3-03
#[tokio::test]
async fn beside_the_store() {
    let peer = peer!();
    takes_bound_tokens_with_the_certificate(&peer, ResourceServer::new(local!(peer))).await;
}

// shows: RFC8705-3-01, RFC8705-3-02, RFC8705-3-03
#[tokio::test]
async fn by_introspection() {
    let peer = peer!();
    let wire = Wire(peer.service.clone());
    let secret = ClientSecret::parse(SECRET).expect("a secret");
    let verifier = RemoteVerifier::new("https://as.example.com/introspect", "rs", &secret, wire).expect("a verifier");
    takes_bound_tokens_with_the_certificate(&peer, ResourceServer::new(verifier.clock(peer.clock.clone()))).await;
}

// shows: RFC8705-3-01, RFC8705-3-02, RFC8705-3-03, RFC8705-3.1-01
#[tokio::test]
async fn by_the_signature() {
    let keys = SigningKeys::ephemeral().algorithm(Es256);
    let peer = peer!(enable(keys), enable(JwtAccessTokens::new("https://api.example.com")), enable(MutualTls::new()));
    let wire = Wire(peer.service.clone());
    let keys = RemoteJwks::new("https://as.example.com/jwks", wire).expect("keys");
    let verifier = JwtVerifier::new(peer.server.issuer().as_str(), "https://api.example.com", keys).clock(peer.clock.clone());
    takes_bound_tokens_with_the_certificate(&peer, ResourceServer::new(verifier)).await;
}

/// A verifier of an application's own, which says yes to everything: the certificate counts all the same.
struct Careless(String);

impl TokenVerifier for Careless {
    async fn verify(&self, _: &Presented<'_>) -> Result<Option<TokenClaims>, VerifierError> {
        let claims = json!({"sub": "alice", "cnf": {"x5t#S256": self.0}});
        serde_json::from_value(claims).map(Some).map_err(VerifierError::failed)
    }
    async fn proves_possession(&self, _: &Presented<'_>, _: &TokenClaims) -> Result<bool, VerifierError> {
        Ok(true)
    }
}

// shows: RFC8705-3-02, RFC8705-3-03
#[tokio::test]
async fn whatever_the_verifier_says() {
    let api = api(&ResourceServer::new(Careless(thumbprint(own()))).mutual_tls());
    for (certificate, expected) in
        [(verified(own()), "200 alice"), (verified(other()), "401 invalid_token"), (None, "401 invalid_token")]
    {
        assert_eq!(said(&show(&api, "/extracted", "Bearer t", certificate).await), expected);
    }
    // What it binds beside is for the verifier.
    let odd = self::api(&ResourceServer::new(Careless(String::new())).mutual_tls());
    assert_eq!(said(&show(&odd, "/extracted", "Bearer t", verified(own())).await), "401 invalid_token");
}

/// An API for both: a token that is bound to a certificate comes as a bearer token also where bearer tokens are refused.
#[tokio::test]
async fn beside_proofs() {
    let peer = peer!();
    let bound = ask(&peer, "bound", &SIMPLE, verified(own())).await.member("access_token");
    let free = ask(&peer, "pub", &SIMPLE, None).await.member("access_token");
    let with = |server: ResourceServer<_>| {
        server.dpop("https://api.example.com", DpopProofs::new(ProofMemory::new()).required()).expect("a URL")
    };
    for server in [with(ResourceServer::new(local!(peer)).mutual_tls()), with(ResourceServer::new(local!(peer))).mutual_tls()] {
        let api = api(&server);
        assert_eq!(said(&show(&api, "/extracted", &format!("Bearer {bound}"), verified(own())).await), "200 alice");
        assert_eq!(said(&show(&api, "/extracted", &format!("Bearer {bound}"), verified(other())).await), "401 invalid_token");
        let answer = show(&api, "/extracted", &format!("Bearer {free}"), verified(own())).await;
        assert_eq!(said(&answer), "401 invalid_token");
        let challenges: Vec<_> =
            answer.headers.get_all("www-authenticate").iter().map(|value| value.to_str().expect("text")).collect();
        assert!(
            challenges.len() == 2 && challenges[0].starts_with("Bearer ") && challenges[1].starts_with("DPoP "),
            "{challenges:?}"
        );
    }
}

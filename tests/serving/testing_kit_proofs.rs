//! The kit for tests of programs, where a client has to prove more than that it knows a secret: it walks servers of high value, and devices.

use std::net::{IpAddr, Ipv4Addr};

use grantor::testing::{Answer, Browser, ManualClock, TestClient, TestTokens};
use grantor::*;
use http::{Method, Request, Response};

use crate::certificates;

const API: &str = "https://api.example.com";
const CALLBACK: &str = "https://app.example.com/callback";
const NOW: Timestamp = Timestamp::from_unix(1_700_000_000);

fn key() -> KeyPair {
    KeyPair::generate(Algorithm::Es256).expect("a key")
}

fn master_keys() -> MasterKeys {
    MasterKeys::from_bytes(&std::array::from_fn::<u8, 32, _>(|at| 5 + 7 * at as u8)).expect("keys")
}

fn alice() -> Approval {
    Approval::by(Subject::new("alice").expect("a name")).authenticated_at(NOW)
}

/// What an API with a scope says to these headers.
async fn asked<V: TokenVerifier>(api: &ResourceServer<V>, url: &str, headers: http::HeaderMap) -> Result<TokenClaims, Answer> {
    let mut request = Request::get(url).body(()).expect("a request");
    *request.headers_mut() = headers;
    let refused = match api.authenticate(&request.into_parts().0, &Scope::parse("accounts").expect("a scope")).await {
        Ok(claims) => return Ok(claims),
        Err(refused) => refused,
    };
    Err(refused.to_response().into())
}

/// FAPI 2.0: requests are pushed, the client signs assertions, and proves to have the key of its tokens.
#[tokio::test]
async fn a_client_walks_a_server_of_high_value_and_shows_its_token_to_an_api() {
    let clock = ManualClock::new(NOW);
    let server = AuthorizationServer::builder()
        .profile(Development::<Fapi2>::new())
        .issuer(issuer!("https://auth.example.com"))
        .storage(MemoryStore::new())
        .clock(clock.clone())
        .grant(AuthorizationCode::new())
        .grant(RefreshToken::new().reusable())
        .response_type(Code)
        .enable(PrivateKeyJwt::inline_keys())
        .enable(Dpop::required())
        .enable(PushedAuthorizationRequests::required())
        .build();
    let own = key();
    let client = Client::with_keys("bank-app").jwks(serde_json::to_value(Jwks::of([own.public_key()])).expect("JSON"));
    let client = client.redirect_uri(CALLBACK).scope("accounts").grant_types(["authorization_code", "refresh_token"]);
    server.register_client(client.build().expect("a client")).await.expect("a registration");
    let app = TestClient::with_key(&server, "bank-app", own, clock.clone()).redirect_uri(CALLBACK).scope("accounts");

    // Without a proof the code is no one's to redeem.
    let code = app.code(alice()).await;
    app.redeem(&code).await.assert_error(400, "invalid_dpop_proof");
    let app = app.dpop(key(), clock.clone());
    let tokens = app.tokens(alice()).await;
    let refreshed = app.refresh(tokens.refresh_token()).await;
    assert_eq!(refreshed.member("token_type"), "DPoP");
    let tokens = TestTokens::of(&refreshed);

    // What is wrong the client is told when it pushes, and a reference is good for one request.
    app.authorize(&[("scope", "other")], |_| panic!("nobody is asked")).await.assert_error(400, "invalid_scope");
    let pushed = app.push(&[]).await;
    pushed.assert_status(201);
    let parameters = app.pushed(&pushed.member("request_uri"));
    let mut browser = Browser::default();
    let handle = browser.begin_with(&server, &parameters).await;
    let request = browser.resume(&server, &handle).await.expect("the request");
    app.redeem(&app.decided(request.approve(alice())).await.code()).await.assert_ok();

    // The API wants a proof for its own URL, with a nonce of its own.
    let verifier = LocalVerifier::new(server.storage().clone(), server.issuer().clone()).clock(clock.clone());
    let proofs = DpopProofs::new(ProofMemory::new()).required().nonces(master_keys());
    let api = ResourceServer::new(verifier).clock(clock).dpop(API, proofs).expect("a URL");
    let notes = format!("{API}/notes");
    let refused = asked(&api, &notes, app.presenting(&Method::GET, &notes, &tokens.access_token)).await.expect_err("no nonce");
    refused.assert_challenge("use_dpop_nonce");
    assert!(app.keep_nonce(&refused));
    let claims = asked(&api, &notes, app.presenting(&Method::GET, &notes, &tokens.access_token)).await.expect("a good request");
    assert_eq!(claims.person(), Some("alice"));
    let other = app.presenting(&Method::GET, &format!("{API}/other"), &tokens.access_token);
    asked(&api, &notes, other).await.expect_err("a proof for another URL").assert_challenge("invalid_dpop_proof");
    let thief = TestClient::public(&server, "bank-app");
    asked(&api, &notes, thief.presenting(&Method::GET, &notes, &tokens.access_token)).await.expect_err("no proof");
}

#[tokio::test]
async fn a_server_that_wants_a_nonce_gets_it_in_a_second_request() {
    let clock = ManualClock::new(NOW);
    let server = AuthorizationServer::builder()
        .profile(Development::<OAuth21>::new())
        .issuer(issuer!("https://auth.example.com"))
        .storage(MemoryStore::new())
        .clock(clock.clone())
        .master_keys(master_keys())
        .grant(ClientCredentials::new())
        .enable(PrivateKeyJwt::inline_keys())
        .enable(Dpop::required().nonces())
        .build();
    let own = key();
    let job = Client::with_keys("job").jwks(serde_json::to_value(Jwks::of([own.public_key()])).expect("JSON"));
    let job = job.grant_types(["client_credentials"]).scope("read").build().expect("a client");
    server.register_client(job).await.expect("a registration");
    // Neither the assertion nor the proof of the first request is good in the second.
    let job = TestClient::with_key(&server, "job", own, clock.clone()).dpop(key(), clock.clone());
    for _ in 0..2 {
        job.client_credentials().await.assert_ok();
        clock.advance(3_600);
    }
    // What the test adds takes the place of what the client has.
    let wrong = job.header("dpop", "no proof");
    wrong.client_credentials().await.assert_error(400, "invalid_dpop_proof");
}

#[tokio::test]
async fn a_certificate_authenticates_and_binds() {
    let server = AuthorizationServer::builder()
        .profile(Development::<OAuth21>::new())
        .issuer(issuer!("https://auth.example.com"))
        .storage(MemoryStore::new())
        .grant(ClientCredentials::new())
        .enable(MutualTls::new())
        .build();
    let authority = certificates::authority("ca");
    let certificate = |name: &str| {
        let issued = certificates::issued(&certificates::usual(name), &authority);
        ClientCertificate::verified(&issued.der).expect("a certificate")
    };
    let client = Client::with_certificate("payments").tls_client_auth_subject_dn("CN=payments,O=Example Ltd,C=GB");
    let client = client.grant_types(["client_credentials"]).scope("read").tls_client_certificate_bound_access_tokens();
    server.register_client(client.build().expect("a client")).await.expect("a registration");
    let with = |certificate| TestClient::public(&server, "payments").certificate(certificate);
    with(certificate("payments")).client_credentials().await.assert_ok();
    with(certificate("somebody else")).client_credentials().await.assert_error(401, "invalid_client");
    TestClient::public(&server, "payments").client_credentials().await.assert_error(401, "invalid_client");
    // And so does whatever else layers put there.
    let in_the_clear = with(certificate("payments")).extension(Transport::Plain);
    in_the_clear.client_credentials().await.assert_error(400, "invalid_request");
}

#[tokio::test]
async fn a_device_asks_and_a_person_decides() {
    let clock = ManualClock::new(NOW);
    let server = AuthorizationServer::builder()
        .profile(Development::<OAuth21>::new())
        .issuer(issuer!("https://auth.example.com"))
        .storage(MemoryStore::new())
        .clock(clock.clone())
        .grant(DeviceCode::new())
        .grant(RefreshToken::new())
        .build();
    let television = Client::public("tv").scope("read write");
    let television = television.grant_types(["urn:ietf:params:oauth:grant-type:device_code", "refresh_token"]);
    server.register_client(television.build().expect("a client")).await.expect("a registration");
    let at_home = IpAddr::from(Ipv4Addr::new(192, 0, 2, 7));
    let television = TestClient::public(&server, "tv").scope("read").extension(RequestSource::new(at_home));

    for approves in [true, false] {
        let asked = television.device().await;
        let (device_code, user_code) = (asked.member("device_code"), asked.member("user_code"));
        television.poll(&device_code).await.assert_error(400, "authorization_pending");
        let request = Browser::default().enter(&server, &user_code).await.expect("the code is known");
        assert_eq!((request.source(), request.request().scope().as_str()), (Some(at_home), "read"));
        clock.advance(5);
        if approves {
            server.devices().approve(request, alice()).await.expect("an approval");
            let tokens = TestTokens::of(&television.poll(&device_code).await);
            television.refresh(tokens.refresh_token()).await.assert_ok();
        } else {
            server.devices().deny(request).await.expect("a refusal");
            television.poll(&device_code).await.assert_error(400, "access_denied");
        }
        let again = Browser::default().enter(&server, &user_code).await;
        assert!(matches!(again, Err(DeviceError::Unknown)));
    }
}

#[test]
fn the_challenge_that_says_what_is_wrong_is_found_wherever_it_stands() {
    let refused = |fields: &[&str]| {
        let response = fields.iter().fold(Response::builder().status(401), |it, field| it.header("www-authenticate", *field));
        Answer::from(response.body("").expect("a response"))
    };
    let (bearer, dpop) = (r#"Bearer realm="a, b""#, r#"DPoP algs="ES256", error="invalid_token""#);
    for fields in [&[bearer, dpop][..], &[dpop, bearer], &[&format!("{bearer}, {dpop}")]] {
        let answer = refused(fields);
        answer.assert_challenge("invalid_token");
        assert_eq!((answer.challenge()["scheme"].as_str(), answer.challenges().len()), ("DPoP", 2));
    }
    let bare = refused(&[bearer, "DPoP algs=\"ES256\""]);
    bare.assert_challenge("");
    assert_eq!(bare.challenge()["realm"], "a, b");
    assert!(refused(&[]).challenge().is_empty());
}

//! Signed authorization responses (JARM).

use std::collections::BTreeMap;

use grantor::jose::{AccessTokenJwt, AuthorizationResponseJwt, CompactJws, IdTokenJwt};
use grantor::{
    Algorithm, AuthorizationCode, AuthorizationServer, Code, CodeToken, Development, EdDsa, Es256, Implicit, Jarm, Jwks,
    ManualClock, MemoryStore, Rfc6749, Rs256, ServesOAuth, SigningKeys, Token,
};
use serde_json::{Value, json};

use crate::common::html_form::Form;
use crate::common::{Answer, Approves, CALLBACK, Decides, PKCE, Pairs, Peer, REQUEST, START, redemption, with};
use crate::{ISSUER, bare, peer, server};

fn asking(mode: &'static str) -> Pairs<'static> {
    with(&with(&REQUEST, &PKCE), &[("client_id", "app"), ("scope", "read"), ("response_mode", mode)])
}

fn keys() -> SigningKeys<(Es256, Rs256), grantor::EphemeralKeys> {
    SigningKeys::ephemeral().algorithm(Es256).algorithm(Rs256)
}

/// The claims of a response, verified as a client does (JARM section 2.4), and the algorithm.
async fn opened<Sv: ServesOAuth, I: grantor::Interaction<Sv>>(peer: &Peer<Sv, I>, response: &str) -> (Value, Algorithm) {
    let keys = Jwks::parse(peer.get("/jwks").await.body.as_bytes()).expect("keys");
    let jws = CompactJws::decode(response).expect("a JWS");
    assert!(jws.unverified::<AccessTokenJwt>(&Algorithm::ALL).is_err(), "it passes for an access token");
    let verified =
        jws.unverified::<AuthorizationResponseJwt>(&Algorithm::ALL).expect("a response").verify(&keys).expect("a signature");
    let claims: Value = verified.deserialize().expect("claims");
    let now = START.as_unix();
    assert_eq!((&claims["iss"], &claims["aud"], &claims["exp"]), (&json!(ISSUER), &json!("app"), &json!(now + 300)));
    assert!(claims.get("sub").is_none(), "it passes for an ID token: {claims}");
    assert!(jws.unverified::<IdTokenJwt>(&Algorithm::ALL).is_ok(), "both have no type: what tells them apart are the claims");
    (claims, verified.header().algorithm())
}

/// What a form posts.
fn posted(answer: &Answer) -> BTreeMap<String, String> {
    Form::read(&answer.body).inputs.into_iter().collect()
}

/// The one parameter of a response, wherever it is.
#[track_caller]
fn response(answer: &Answer) -> (String, &'static str) {
    let (place, mut parameters) = match answer.location() {
        "" => ("form", posted(answer)),
        location if location.contains('#') => ("fragment", answer.fragment()),
        _ => ("query", answer.query()),
    };
    let response = parameters.remove("response").unwrap_or_else(|| panic!("no response: {answer:?}"));
    assert!(parameters.is_empty(), "nothing is beside it: {parameters:?}");
    (response, place)
}

// shows: JARM-2.1-01, JARM-2.1-02, JARM-2.1-03, JARM-2.2-01, JARM-2.3.4-01, JARM-4-01, JARM-4-03, FAPI2-MS-5.4.1-03
#[tokio::test]
async fn a_response_is_one_signed_parameter_in_each_mode() {
    let peer = peer!(bare("app"); enable(keys()), enable(Jarm::new()));
    for (mode, place) in [("jwt", "query"), ("query.jwt", "query"), ("fragment.jwt", "fragment"), ("form_post.jwt", "form")] {
        let answer = peer.authorize(&asking(mode)).await;
        let (text, found) = response(&answer);
        let (claims, algorithm) = opened(&peer, &text).await;
        assert_eq!((found, algorithm), (place, Algorithm::Rs256), "{mode}");
        assert_eq!(claims["state"], "xyz");
        let code = claims["code"].as_str().expect("a code").to_owned();
        let pairs = with(&redemption(&code), &[("client_id", "app")]);
        peer.post("/token", Some(&crate::common::basic("app", crate::common::SECRET)), &pairs).await.assert_ok();
    }
    let plain = peer.authorize(&with(&with(&REQUEST, &PKCE), &[("client_id", "app"), ("scope", "read")])).await;
    assert!(plain.query().contains_key("code") && plain.query().contains_key("iss"));
    let document = peer.get("/.well-known/oauth-authorization-server").await.json();
    assert_eq!(document["authorization_signing_alg_values_supported"], json!(["ES256", "RS256"]));
    assert_eq!(
        document["response_modes_supported"],
        json!(["query", "fragment", "form_post", "jwt", "query.jwt", "fragment.jwt", "form_post.jwt"])
    );
}

/// Errors are signed as well: of the server, and of the person.
// shows: JARM-2.1-03
#[tokio::test]
async fn errors_are_signed() {
    let clock = ManualClock::new(START);
    let server = server!(MemoryStore::new(), clock, enable(keys()), enable(Jarm::new()));
    server.register_client(bare("app").build().expect("a client")).await.expect("a registration");
    let peer = Peer::new(server, Decides(|request| request.deny()), clock);
    for (changes, error) in [
        (vec![], "access_denied"),
        (vec![("scope", "admin")], "invalid_scope"),
        (vec![("code_challenge", "")], "invalid_request"),
        (vec![("response_type", "token")], "unsupported_response_type"),
    ] {
        for (mode, place) in [("jwt", "query"), ("form_post.jwt", "form")] {
            let answer = peer.authorize(&with(&asking(mode), &changes)).await;
            // A response with a token would not be in the query.
            let place =
                if changes.first().is_some_and(|(_, value)| *value == "token") && mode == "jwt" { "fragment" } else { place };
            let (text, found) = response(&answer);
            let (claims, _) = opened(&peer, &text).await;
            assert_eq!((found, &claims["error"], &claims["state"]), (place, &json!(error), &json!("xyz")), "{mode} {error}");
            assert!(claims["error_description"].is_string());
        }
    }
    // Where nobody knows to whom it goes there is a page, as ever.
    peer.authorize(&with(&asking("jwt"), &[("redirect_uri", "https://attacker.example.com/")])).await.assert_page(400);
    // A mode that is none, or is there twice.
    for changes in [vec![("response_mode", "jwt.query")], vec![("response_mode", "JWT")]] {
        assert_eq!(peer.authorize(&with(&asking("jwt"), &changes)).await.query()["error"], "invalid_request");
    }
    let twice = [asking("jwt"), vec![("response_mode", "query")]].concat();
    assert_eq!(peer.authorize(&twice).await.query()["error"], "invalid_request");
}

/// What a token is in is a number where it was one, and not in a URL that servers see.
// shows: JARM-2.3.1-01, JARM-2.3.4-01
#[tokio::test]
async fn a_response_with_a_token_is_not_in_the_query() {
    let clock = ManualClock::new(START);
    let server = AuthorizationServer::builder()
        .profile(Development::<Rfc6749>::new())
        .issuer(grantor::issuer!("https://as.example.com"))
        .storage(MemoryStore::new())
        .clock(clock.clone())
        .grant(AuthorizationCode::new())
        .grant(Implicit::new())
        .response_type(Code)
        .response_type(Token)
        .response_type(CodeToken)
        .enable(keys())
        .enable(Jarm::new())
        .build();
    let client = bare("app").grant_types(["authorization_code", "implicit"]).response_types(["code", "token", "code token"]);
    server.register_client(client.build().expect("a client")).await.expect("a registration");
    let peer = Peer::new(server, Approves, clock);
    for response_type in ["token", "code token"] {
        let of = |mode| with(&asking(mode), &[("response_type", response_type)]);
        for mode in ["jwt", "fragment.jwt"] {
            let answer = peer.authorize(&of(mode)).await;
            let (text, place) = response(&answer);
            let (claims, _) = opened(&peer, &text).await;
            assert_eq!((place, &claims["token_type"], claims["expires_in"].is_u64()), ("fragment", &json!("Bearer"), true));
            assert!(claims["access_token"].is_string());
        }
        let refused = peer.authorize(&of("query.jwt")).await;
        assert_eq!(refused.fragment()["error"], "invalid_request", "{refused:?}");
        assert_eq!(response(&peer.authorize(&of("form_post.jwt")).await).1, "form");
    }
}

// shows: JARM-3-01
#[tokio::test]
async fn each_client_has_its_algorithm() {
    for (registered, expected) in [(Some("ES256"), Algorithm::Es256), (Some("RS256"), Algorithm::Rs256), (None, Algorithm::Rs256)]
    {
        let client = bare("app");
        let client = registered.into_iter().fold(client, |client, name| client.authorization_signed_response_alg(name));
        let peer = peer!(client; enable(keys()), enable(Jarm::new()));
        let (text, _) = response(&peer.authorize(&asking("jwt")).await);
        assert_eq!(opened(&peer, &text).await.1, expected, "{registered:?}");
    }
    // Without RS256 it is what the server prefers.
    let peer = peer!(bare("app"); enable(SigningKeys::ephemeral().algorithm(EdDsa).algorithm(Es256)), enable(Jarm::new()));
    let (text, _) = response(&peer.authorize(&asking("jwt")).await);
    assert_eq!(opened(&peer, &text).await.1, Algorithm::EdDsa);
}

/// A client that registered its modes is answered in no other, so that nobody has it take a response that is not signed.
// shows: FAPI2-MS-5.3.3-01, FAPI2-MS-5.3.3-02
#[tokio::test]
async fn a_client_is_answered_in_the_modes_that_it_registered() {
    let client = || bare("app").response_modes(["jwt", "form_post.jwt"]);
    let peer = peer!(client(); enable(keys()), enable(Jarm::new()));
    for mode in ["jwt", "form_post.jwt"] {
        response(&peer.authorize(&asking(mode)).await);
    }
    for mode in ["", "query", "form_post", "query.jwt"] {
        let answer = peer.authorize(&asking(mode)).await;
        assert!(!answer.location().contains("code=") && !answer.body.contains("\"code\""), "{answer:?}");
        let error = match mode {
            "query.jwt" => opened(&peer, &response(&answer).0).await.0["error"].as_str().expect("an error").to_owned(),
            "form_post" => posted(&answer)["error"].clone(),
            _ => answer.query()["error"].clone(),
        };
        assert_eq!(error, "unauthorized_client", "{mode}");
    }
}

/// The server may have it so for all of them.
#[tokio::test]
async fn a_server_may_sign_all_its_responses() {
    let peer = peer!(bare("app"); enable(keys()), enable(Jarm::required()));
    for mode in ["", "query", "fragment", "form_post"] {
        let answer = peer.authorize(&asking(mode)).await;
        let said = format!("{}{}", answer.location(), answer.body);
        assert!(said.contains("invalid_request") && !said.contains("code="), "{answer:?}");
    }
    response(&peer.authorize(&asking("jwt")).await);
}

/// A redirect URI cannot have the parameter in which the response is, and one that is asked for in a state is still a state.
#[tokio::test]
async fn nothing_else_is_called_response() {
    let uri = format!("{CALLBACK}?response=x");
    assert!(bare("other").redirect_uri(&uri).build().is_err());
    let peer = peer!(bare("app"); enable(keys()), enable(Jarm::new()));
    let strange = with(&asking("jwt"), &[("state", "\"},{\"code\":\"\\u0000ü")]);
    let (text, _) = response(&peer.authorize(&strange).await);
    assert_eq!(opened(&peer, &text).await.0["state"], "\"},{\"code\":\"\\u0000ü");
}

/// What waits for an unsigned answer is not answered by a server that insists on signing.
#[tokio::test]
async fn who_insists_on_signing_insists_on_what_waits() {
    let (store, clock) = (grantor::MemoryStore::new(), grantor::ManualClock::new(crate::common::START));
    let lax = crate::server!(store.clone(), clock, enable(SigningKeys::ephemeral().algorithm(Rs256)), enable(Jarm::new()));
    let strict = crate::server!(store, clock, enable(SigningKeys::ephemeral().algorithm(Rs256)), enable(Jarm::required()));
    lax.register_client(crate::app().build().expect("a client")).await.expect("a registration");
    for (mode, stays) in [("jwt", true), ("query", false)] {
        let mut browser = crate::common::browser::Browser::default();
        let pairs = with(&with(&REQUEST, &PKCE), &[("client_id", "app"), ("scope", "read"), ("response_mode", mode)]);
        let handle = browser.begin_with(&lax, &pairs).await;
        assert_eq!(browser.resume(&strict, &handle).await.is_ok(), stays, "{mode}");
        assert!(browser.resume(&lax, &handle).await.is_ok());
    }
}

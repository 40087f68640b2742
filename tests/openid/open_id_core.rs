//! OpenID Connect Core, section by section, where a sentence needs more than a module of the plans.

use grantor::jose::IdTokenJwt;
use grantor::{Algorithm, Client, ClientSecret};
use serde_json::{Value, json};

use crate::common::{self, SECRET, START, basic};
use crate::provider::{ISSUER, assert_refused, everything, provider};

fn secret() -> ClientSecret {
    ClientSecret::parse(SECRET).expect("a secret")
}

// shows: OIDC-CORE-1.2-01, OIDC-CORE-2-01, OIDC-CORE-2-02, OIDC-CORE-2-04, OIDC-CORE-2-05, OIDC-CORE-2-06, OIDC-CORE-2-07
// shows: OIDC-CORE-2-09, OIDC-CORE-2-10, OIDC-CORE-2-11, OIDC-CORE-2-12, OIDC-CORE-2-14, OIDC-CORE-2-18, OIDC-CORE-2-20
// shows: OIDC-CORE-2-22, OIDC-CORE-3.1.2.1-33, OIDC-CORE-3.1.3.3-01, OIDC-CORE-3.1.3.3-02, OIDC-CORE-3.1.3.3-03
// shows: OIDC-CORE-3.1.3.3-04, OIDC-CORE-3.1.3.6-01, OIDC-CORE-15.1-05, OIDC-CORE-16.15-01, OIDC-CORE-13.3-01
#[tokio::test]
async fn an_id_token_says_who_signed_in_when_and_how() {
    let provider = provider().await;
    provider.application.sign_in("alice");
    provider.peer.clock.advance(50);
    let answer = provider.redeem("conf", &provider.code(&[("max_age", "100")]).await).await;
    answer.assert_ok();
    assert_eq!(answer.header("cache-control"), "no-store");
    let response = answer.json();
    assert_eq!(response["token_type"], "Bearer");
    let claims = provider.id_token(&response).await;
    let at_hash = claims["at_hash"].clone();
    assert!(at_hash.is_string());
    let now = START.as_unix() + 50;
    let expected = json!({
        "iss": ISSUER, "sub": "alice", "aud": "conf", "exp": now + 300, "iat": now, "auth_time": START.as_unix(), "nonce": "n-0S6_WzA2Mj",
        "acr": "urn:example:pwd", "amr": ["pwd"], "at_hash": at_hash,
    });
    assert_eq!(claims, expected);
}

// shows: OIDC-CORE-2-24, OIDC-CORE-2-27, OIDC-CORE-10.1-02, OIDC-CORE-10.1-03, OIDC-CORE-10.1-04, OIDC-CORE-10.1-05
#[tokio::test]
async fn the_header_names_a_published_key_and_no_other_place() {
    use base64::Engine as _;
    let provider = provider().await;
    let response = provider.tokens(&[]).await;
    let header = response["id_token"].as_str().expect("a token").split('.').next().expect("a header");
    let header = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(header).expect("base64url");
    let header: Value = serde_json::from_slice(&header).expect("JSON");
    let jwks = provider.peer.get("/jwks").await.json();
    let key = jwks["keys"].as_array().expect("keys").iter().find(|key| key["kid"] == header["kid"]).expect("the key");
    assert_eq!((&header["alg"], &key["alg"], &key["use"]), (&json!("RS256"), &json!("RS256"), &json!("sig")));
    assert_eq!(header.as_object().expect("an object").keys().collect::<Vec<_>>(), ["alg", "kid", "typ"]);
}

// shows: OIDC-CORE-2-03
#[tokio::test]
async fn a_subject_that_no_client_could_keep_goes_into_no_token() {
    let provider = provider().await;
    for (name, good) in [("a".repeat(255), true), ("a".repeat(256), false), ("\u{fc}".to_owned(), false)] {
        provider.application.sign_in(&name);
        let answer = provider.authorize(&[]).await;
        match good {
            true => assert_eq!(provider.redeem("conf", &answer.query()["code"]).await.status, 200),
            false => assert_refused(&answer, "server_error"),
        }
    }
}

// shows: OIDC-CORE-3.2.2.5-01, OIDC-CORE-3.2.2.5-02, OIDC-CORE-3.2.2.5-03, OIDC-CORE-3.2.2.5-04, OIDC-CORE-3.2.2.10-01
// shows: OIDC-CORE-3.2.2.10-02, OIDC-CORE-3.3.2.11-01, OIDC-CORE-3.3.2.11-02, OIDC-CORE-3.3.2.11-04, OIDC-CORE-3.3.3.6-01
// shows: OIDC-CORE-3.3.3.6-02, OIDC-CORE-3.3.3.6-03, OIDC-CORE-3.3.3.6-05, OIDC-CORE-3.3.3.8-01, OAUTH-RESPONSES-3-01
// shows: OAUTH-RESPONSES-3-02, OAUTH-RESPONSES-3-03, OAUTH-RESPONSES-3-04, OAUTH-RESPONSES-3-05, OAUTH-RESPONSES-3-08
// shows: OAUTH-RESPONSES-5-03, OAUTH-RESPONSES-5-05, OAUTH-RESPONSES-5-07, RFC9207-2.4-13
#[tokio::test]
async fn an_id_token_from_the_authorization_endpoint_binds_what_is_beside_it() {
    use base64::Engine as _;
    use sha2::Digest as _;
    let half = |text: &str| {
        let hash = sha2::Sha256::digest(text);
        base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(&hash[..16])
    };
    let provider = provider().await;
    for response_type in ["id_token", "id_token token", "code id_token", "code id_token token", "token id_token code"] {
        let front = provider.fragment(&[("response_type", response_type)]).await;
        assert_eq!(front["state"], "xyz");
        for (word, parameter) in [("code", "code"), ("token", "access_token"), ("id_token", "id_token")] {
            let asked = response_type.split(' ').any(|it| it == word);
            assert_eq!(front.contains_key(parameter), asked, "{response_type}: {front:?}");
        }
        assert_eq!(
            front.get("token_type").map(String::as_str),
            response_type.contains(" token").then_some("Bearer").or(response_type.starts_with("token").then_some("Bearer")),
            "{front:?}"
        );
        let claims = provider.id_token_for("conf", &front["id_token"]).await;
        assert_eq!(claims["nonce"], "n-0S6_WzA2Mj");
        assert_eq!((&*front["iss"], claims["aud"].as_str()), (claims["iss"].as_str().expect("an issuer"), Some("conf")));
        for (member, parameter) in [("at_hash", "access_token"), ("c_hash", "code"), ("s_hash", "state")] {
            assert_eq!(
                claims[member].as_str(),
                front.get(parameter).map(|text| half(text)).as_deref(),
                "{response_type}: {member}"
            );
        }
        let Some(code) = front.get("code") else { continue };
        let back = provider.id_token(&provider.redeem("conf", code).await.json()).await;
        for claim in ["iss", "sub", "aud", "nonce", "auth_time", "acr", "amr"] {
            assert_eq!(claims[claim], back[claim], "{claim}");
        }
        assert!(back["c_hash"].is_null() && back["s_hash"].is_null());
    }
}

// shows: OIDC-CORE-3.2.2.6-01, OIDC-CORE-3.3.2.6-01, OAUTH-RESPONSES-3-06, OAUTH-RESPONSES-3-07, OAUTH-RESPONSES-5-04
// shows: OAUTH-RESPONSES-5-06, OAUTH-RESPONSES-5-08
#[tokio::test]
async fn errors_of_such_requests_travel_in_the_fragment() {
    let provider = provider().await;
    for response_type in ["id_token", "code id_token", "id_token token", "code id_token token"] {
        for (change, error) in
            [(("prompt", "none"), "login_required"), (("scope", "email"), "invalid_scope"), (("nonce", ""), "invalid_request")]
        {
            let front = provider.fragment(&[("response_type", response_type), change]).await;
            assert_eq!((&*front["error"], front.get("id_token"), &*front["state"]), (error, None, "xyz"), "{response_type}");
        }
        // Nor does it travel in the query because somebody asks for that.
        let front = provider.fragment(&[("response_type", response_type), ("response_mode", "query")]).await;
        assert_eq!(front["error"], "invalid_request");
    }
}

// shows: OIDC-CORE-3.1.2.1-18, OIDC-CORE-3.1.2.1-20, OIDC-CORE-3.1.2.1-34, OIDC-CORE-3.1.2.2-08, OIDC-CORE-5.2-06
// shows: OIDC-CORE-15.1-03, OIDC-CORE-15.1-04, OIDC-CORE-15.1-07
#[tokio::test]
async fn what_nobody_knows_is_no_error() {
    let provider = provider().await;
    for (name, value) in [
        ("display", "hologram"),
        ("ui_locales", "tlh x-none"),
        ("claims_locales", "tlh"),
        ("acr_values", "urn:example:nothing"),
        ("login_hint", "nobody"),
        ("whatever", "1"),
    ] {
        provider.code(&[(name, value)]).await;
    }
}

// shows: OIDC-CORE-6.1-01, OIDC-CORE-6.1-02, OIDC-CORE-6.2-01
#[tokio::test]
async fn request_objects_are_refused_with_their_own_errors() {
    let provider = provider().await;
    // Also where they would bring what is missing outside.
    for (name, error) in [
        ("request", "request_not_supported"),
        ("request_uri", "request_uri_not_supported"),
        ("registration", "registration_not_supported"),
    ] {
        assert_refused(&provider.authorize(&[(name, "x"), ("scope", "")]).await, error);
        assert_refused(&provider.authorize(&[(name, "x"), ("prompt", "none login")]).await, error);
    }
    assert_eq!(provider.authorize(&[("request", "x"), ("redirect_uri", "https://evil.example")]).await.status, 400);
}

// shows: OIDC-CORE-3.1.2.1-22, OIDC-CORE-3.1.2.1-23, OIDC-CORE-3.1.2.1-25, OIDC-CORE-3.1.2.3-02, OIDC-CORE-3.1.2.3-03
// shows: OIDC-CORE-3.1.2.3-05, OIDC-CORE-3.1.2.6-04, OIDC-CORE-3.1.2.6-06, OIDC-CORE-15.1-02, OIDC-CORE-3.1.2.6-01
// shows: OIDC-CORE-3.1.2.6-07, OIDC-CORE-3.1.2.6-08, OIDC-CORE-3.1.2.6-09
#[tokio::test]
async fn prompt_decides_what_the_person_is_shown() {
    let provider = provider().await;
    let pages = || provider.application.pages();
    assert_refused(&provider.authorize(&[("prompt", "none")]).await, "login_required");
    provider.application.sign_in("alice");
    assert_refused(&provider.authorize(&[("prompt", "none")]).await, "consent_required");
    assert_eq!(pages(), 0);
    provider.code(&[]).await;
    assert_eq!(pages(), 1);
    provider.code(&[("prompt", "none")]).await;
    assert_eq!(pages(), 1);
    provider.code(&[("prompt", "consent")]).await;
    assert_eq!(pages(), 2);
    // Signing in, and consenting anew.
    provider.peer.clock.advance(1);
    provider.code(&[("prompt", "login")]).await;
    assert_eq!(pages(), 4);
    let refused = provider.authorize(&[("prompt", "none login")]).await;
    let names: std::collections::BTreeSet<_> = refused.query().into_keys().collect();
    assert!(names.iter().eq(["error", "error_description", "iss", "state"]), "{names:?}");
}

// shows: OIDC-CORE-5.3.2-06, OIDC-CORE-5.3.2-07, OIDC-CORE-5.3.2-10, OIDC-CORE-5.3.2-13, OIDC-CORE-5.3.2-14, OIDC-CORE-5.3.2-15
// shows: OIDC-CORE-16.6-01
#[tokio::test]
async fn userinfo_is_signed_for_clients_that_registered_that() {
    let provider = provider().await;
    for (id, name, algorithm) in [("rs", "RS256", Algorithm::Rs256), ("es", "ES256", Algorithm::Es256)] {
        provider.register(everything(Client::confidential(id, &secret())).userinfo_signed_response_alg(name)).await;
        let tokens = provider.tokens(&[("client_id", id), ("scope", "openid email")]).await;
        let answer = provider.userinfo(&tokens["access_token"]).await;
        assert_eq!((answer.status.as_u16(), answer.header("content-type")), (200, "application/jwt"));
        let (signed, claims) = provider.signed_userinfo(&answer.body).await;
        let expected = json!({
            "iss": ISSUER, "aud": id, "sub": "alice", "email": "alice@example.com", "email_verified": true, "groups": ["staff"],
        });
        assert_eq!((signed, claims), (algorithm, expected));
        // It is no ID token, and no hint.
        let hint = provider.authorize(&[("client_id", id), ("id_token_hint", &answer.body)]).await;
        assert_refused(&hint, "invalid_request");
    }
    // An error is not signed.
    assert_eq!(provider.userinfo(&json!("x")).await.header("content-type"), "application/json");
}

// shows: OIDC-CORE-12.1-02, OIDC-CORE-3.1.3.2-01, OIDC-CORE-3.1.3.2-02, OIDC-CORE-3.1.3.2-03
#[tokio::test]
async fn codes_and_refresh_tokens_are_their_clients() {
    let provider = provider().await;
    let code = provider.code(&[]).await;
    provider.redeem("pub", &code).await.assert_error(400, "invalid_grant");
    let wrong = basic("conf", "wrong");
    let pairs = [("grant_type", "authorization_code"), ("code", &*code), ("redirect_uri", common::CALLBACK)];
    provider.peer.post("/token", Some(&wrong), &pairs).await.assert_error(401, "invalid_client");
    let other = [pairs[0], pairs[1], ("redirect_uri", "https://ownauth.com/other")];
    provider.token("conf", &other).await.assert_error(400, "invalid_grant");
    let tokens = provider.redeem("conf", &code).await.json();
    provider.redeem("conf", &code).await.assert_error(400, "invalid_grant");
    let tokens_again = provider.tokens(&[]).await;
    provider.refresh("pub", tokens_again["refresh_token"].as_str().expect("a token")).await.assert_error(400, "invalid_grant");
    let (_, claims) = provider.verified::<IdTokenJwt>(tokens["id_token"].as_str().expect("a token")).await;
    assert_eq!(claims["aud"], "conf");
}

// shows: OIDC-CORE-14-01, OIDC-CORE-14-02, OIDC-CORE-14-03, OIDC-CORE-3.1.2.1-09, OIDC-CORE-3.2.2.1-03
#[tokio::test]
async fn names_are_compared_as_they_are_written() {
    let provider = provider().await;
    // `é` as one character and as two, and `openid` in other letters.
    assert_refused(&provider.authorize(&[("prompt", "login\u{a0}consent")]).await, "invalid_request");
    assert_refused(&provider.authorize(&[("scope", "OPENID")]).await, "invalid_scope");
    assert_refused(&provider.authorize(&[("scope", "openid  email")]).await, "invalid_scope");
    for uri in ["https://OWNAUTH.com/callback", "https://ownauth.com/callback/", "https://ownauth.com/callback?"] {
        provider.authorize(&[("redirect_uri", uri)]).await.assert_page(400);
        provider.authorize(&[("redirect_uri", uri), ("response_type", "id_token")]).await.assert_page(400);
    }
    let (composed, decomposed) = ("caf\u{e9}", "cafe\u{301}");
    for nonce in [composed, decomposed] {
        let tokens = provider.tokens(&[("nonce", nonce)]).await;
        assert_eq!(provider.id_token(&tokens).await["nonce"], nonce);
    }
}

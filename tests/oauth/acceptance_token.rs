//! The acceptance cases of the token endpoint, named by their ids. Elsewhere:
//!
//! | id | where |
//! |---|---|
//! | N-06 | `races::n06_of_64_redemptions_of_one_code_one_wins_and_its_tokens_are_dead` |
//! | N-08 | `races::n08_of_64_refreshes_without_window_one_wins_and_the_family_is_dead` |

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use grantor::{Client, ClientSecret, CodeChallenge, CodeVerifier};

use crate::common::{
    Answer, CALLBACK, CHALLENGE, PKCE, REQUEST, SECRET, VERIFIER, basic, fixture, fixture_with_window, lacking, redemption,
    refreshing, with,
};

const PASSWORD: [(&str, &str); 4] =
    [("grant_type", "password"), ("username", "username"), ("password", "password"), ("scope", "scope")];
const CLIENT_CREDENTIALS: [(&str, &str); 2] = [("grant_type", "client_credentials"), ("scope", "scope")];
const AS_PUB: (&str, &str) = ("client_id", "pub");
const AS_CONF: [(&str, &str); 2] = [("client_id", "conf"), ("client_secret", SECRET)];

/// RFC 6749 section 5.1.
#[track_caller]
fn assert_tokens(answer: &Answer, scope: &str, with_refresh_token: bool) {
    answer.assert_ok();
    assert_eq!((answer.header("cache-control"), answer.header("pragma")), ("no-store", "no-cache"));
    let json = answer.json();
    assert_eq!((&json["token_type"], &json["scope"]), (&"Bearer".into(), &scope.into()));
    assert!(json["access_token"].is_string() && json["expires_in"].is_u64(), "{json}");
    assert_eq!(json.get("refresh_token").is_some(), with_refresh_token, "{json}");
    assert!(!json.as_object().is_some_and(|members| members.values().any(serde_json::Value::is_null)), "{json}");
}

// shows: RFC6749-5.1-01, RFC6749-5.1-02, RFC6749-5.1-03, RFC6749-5.1-04, RFC6749-5.1-06, RFC6749-5.1-07, RFC6749-5.1-09
// shows: RFC6749-5.1-10, RFC6749-10.4-01
#[tokio::test]
async fn b02_a_code_is_exchanged_for_tokens() {
    let peer = fixture().await;
    let code = peer.code_for(&REQUEST).await;
    let [request, _] = lacking(&redemption(&code), "code_verifier");
    assert_tokens(&peer.token(&request).await, "scope", true);
}

// shows: RFC6749-6-09, RFC6749-6-11, RFC6749-10.4-06, RFC9700-2.2.2-01
#[tokio::test]
async fn b05_b06_a_refresh_replaces_the_pair_and_its_replay_revokes_the_family() {
    let peer = fixture().await;
    let (access_token, refresh_token) = peer.tokens().await;
    let answer = peer.refresh(&refresh_token).await;
    assert_tokens(&answer, "scope read write", true);
    let next = [answer.member("access_token"), answer.member("refresh_token")];
    assert!(next[0] != access_token && next[1] != refresh_token);
    for (token, active) in [(&access_token, false), (&refresh_token, false), (&next[0], true), (&next[1], true)] {
        assert_eq!(peer.is_active(token).await, active);
    }
    peer.refresh(&refresh_token).await.assert_error(400, "invalid_grant");
    for token in &next {
        assert!(!peer.is_active(token).await);
    }
}

#[tokio::test]
async fn b09_b10_the_password_grant_serves_confidential_and_public_clients() {
    let peer = fixture().await;
    assert_tokens(&peer.token_conf(&PASSWORD).await, "scope", true);
    assert_tokens(&peer.token(&with(&PASSWORD, &[AS_PUB])).await, "scope", true);
}

// shows: RFC6749-2.3.1-07
#[tokio::test]
async fn b11_basic_with_an_empty_secret_authenticates_nobody() {
    let peer = fixture().await;
    for client in ["pub", "conf", "nobody"] {
        peer.post("/token", Some(&basic(client, "")), &PASSWORD).await.assert_error(401, "invalid_client");
    }
}

// shows: RFC6749-2.3.1-02, RFC6749-2.3.1-04, RFC6749-4.4.3-01
#[tokio::test]
async fn b12_b13_client_credentials_give_an_access_token_and_no_refresh_token() {
    let peer = fixture().await;
    assert_tokens(&peer.token(&with(&CLIENT_CREDENTIALS, &AS_CONF)).await, "scope", false);
    assert_tokens(&peer.token_conf(&CLIENT_CREDENTIALS).await, "scope", false);
}

// shows: RFC6749-4.1.3-01, RFC6749-4.3.2-01, RFC6749-4.4.2-01, RFC6749-5.2-01, RFC6749-5.2-02, RFC6749-5.2-03, RFC6749-5.2-07
// shows: RFC6749-6-01
#[tokio::test]
async fn b34_b35_a_missing_grant_type_is_invalid_request_and_an_unknown_one_is_unsupported() {
    let peer = fixture().await;
    for request in lacking(&with(&CLIENT_CREDENTIALS, &AS_CONF), "grant_type") {
        peer.token(&request).await.assert_error(400, "invalid_request");
    }
    for unknown in ["unknown", "PASSWORD", "implicit", "urn:example:none"] {
        peer.token_conf(&[("grant_type", unknown)]).await.assert_error(400, "unsupported_grant_type");
    }
}

// shows: RFC6749-2.3.1-05, RFC6749-2.3.1-06, RFC6749-5.2-04, RFC6749-5.2-09, RFC6749-5.2-10
#[tokio::test]
async fn b36_a_missing_or_unknown_client_or_a_wrong_secret_is_401_with_a_challenge() {
    let peer = fixture().await;
    let request = with(&CLIENT_CREDENTIALS, &AS_CONF);
    let wrong =
        [("client_id", "nobody"), ("client_secret", "wrong"), ("client_secret", "")].map(|change| with(&request, &[change]));
    for request in lacking(&request, "client_id").into_iter().chain(wrong) {
        let answer = peer.token(&request).await;
        answer.assert_error(401, "invalid_client");
        assert_eq!(answer.header("www-authenticate"), r#"Basic realm="https://as.example.com", charset="UTF-8""#);
    }
    for (id, secret) in [("nobody", SECRET), ("conf", "wrong"), ("conf", &SECRET[1..]), ("pub", SECRET)] {
        let answer = peer.post("/token", Some(&basic(id, secret)), &CLIENT_CREDENTIALS).await;
        answer.assert_error(401, "invalid_client");
    }
}

/// The code stays good: only a request with everything right redeems it.
// shows: RFC6749-4.1.2-07, RFC6749-4.1.3-02, RFC6749-4.1.3-03, RFC6749-4.1.3-10, RFC6749-4.1.3-11, RFC6749-5.2-05, RFC7636-4.1-01
// shows: RFC7636-4.4-01, RFC7636-4.5-01, RFC7636-4.6-02, RFC9700-2.1.1-08, RFC9700-4.8.2-02, RFC9700-4.8.2-03
#[tokio::test]
async fn b37_b39_b40_b41_b42_n04_n05_a_code_is_bound_to_redirect_uri_and_verifier_and_survives_mistakes() {
    let peer = fixture().await;
    let code = peer.code("pub").await;
    let right = redemption(&code);
    for (name, error) in [("redirect_uri", "invalid_grant"), ("code", "invalid_request"), ("code_verifier", "invalid_grant")] {
        for request in lacking(&right, name) {
            peer.token(&request).await.assert_error(400, error);
        }
    }
    let misspelt = |replacement| VERIFIER.replace('d', replacement);
    for (name, value, error) in [
        ("code", "unknown", "invalid_grant"),
        ("code_verifier", &*misspelt("e"), "invalid_grant"),
        ("code_verifier", CHALLENGE, "invalid_grant"),
        ("code_verifier", &VERIFIER[1..], "invalid_request"),
        ("code_verifier", &"x".repeat(129), "invalid_request"),
        ("code_verifier", &misspelt("\u{e9}"), "invalid_request"),
        ("code_verifier", &misspelt("+"), "invalid_request"),
    ] {
        peer.token(&with(&right, &[(name, value)])).await.assert_error(400, error);
    }
    peer.token(&right).await.assert_ok();
}

// shows: RFC6749-4.1.2-07, RFC6749-4.1.3-04, RFC6749-4.1.3-11, RFC6749-5.2-05, RFC6749-10.6-01
#[tokio::test]
async fn b38_a_code_is_not_redeemed_with_another_redirect_uri_even_if_registered() {
    let peer = fixture().await;
    let (first, second) = ("https://ownauth.com/1", "https://ownauth.com/2");
    peer.register(Client::public("two").redirect_uri(first).redirect_uri(second).scope("scope")).await;
    let code = peer.code_for(&with(&with(&REQUEST, &PKCE), &[("client_id", "two"), ("redirect_uri", first)])).await;
    let request = with(&redemption(&code), &[("client_id", "two")]);
    for uri in [second, CALLBACK, "https://evil.example/", "https://ownauth.com/1?"] {
        peer.token(&with(&request, &[("redirect_uri", uri)])).await.assert_error(400, "invalid_grant");
    }
    peer.token(&with(&request, &[("redirect_uri", first)])).await.assert_ok();
}

// shows: RFC6749-5.2-05, RFC6749-6-02, RFC6749-6-08
#[tokio::test]
async fn b43_b44_a_missing_refresh_token_is_invalid_request_and_an_unknown_one_invalid_grant() {
    let peer = fixture().await;
    for request in lacking(&refreshing("x"), "refresh_token") {
        peer.token(&request).await.assert_error(400, "invalid_request");
    }
    peer.refresh("unknown").await.assert_error(400, "invalid_grant");
}

// shows: RFC6749-4.3.2-02, RFC6749-4.3.2-03, RFC6749-4.3.2-08
#[tokio::test]
async fn b45_b46_missing_user_credentials_are_invalid_request_and_wrong_ones_invalid_grant() {
    let peer = fixture().await;
    for name in ["username", "password"] {
        for request in lacking(&PASSWORD, name) {
            peer.token_conf(&request).await.assert_error(400, "invalid_request");
        }
        peer.token_conf(&with(&PASSWORD, &[(name, "wrong")])).await.assert_error(400, "invalid_grant");
    }
}

// shows: RFC6749-5.2-08, RFC6749-10.3-05
#[tokio::test]
async fn b47_a_scope_that_the_client_may_not_have_is_invalid_scope() {
    let peer = fixture().await;
    for scope in ["unknown", "scope unknown", "scope  read", " scope"] {
        for request in [&PASSWORD[..], &CLIENT_CREDENTIALS] {
            peer.token_conf(&with(request, &[("scope", scope)])).await.assert_error(400, "invalid_scope");
        }
    }
}

// shows: RFC6749-5.2-06
#[tokio::test]
async fn b48_a_grant_that_the_client_has_not_registered_is_unauthorized_client() {
    let peer = fixture().await;
    peer.register(Client::public("only-code").redirect_uri(CALLBACK).scope("scope")).await;
    for request in [&PASSWORD[..], &CLIENT_CREDENTIALS, &refreshing("x")] {
        peer.token(&with(request, &[("client_id", "only-code")])).await.assert_error(400, "unauthorized_client");
    }
}

// shows: RFC6749-4.1.2-02, RFC6749-4.1.3-10, RFC6749-10.5-04
#[tokio::test]
async fn b49_a_code_is_good_until_it_expires() {
    let peer = fixture().await;
    for (age, good) in [(59, true), (60, false), (1_000, false)] {
        let code = peer.code("pub").await;
        peer.clock.advance(age);
        let answer = peer.redeem(&code).await;
        if good { answer.assert_ok() } else { answer.assert_error(400, "invalid_grant") }
    }
}

// shows: RFC6749-6-08, RFC9700-4.14.2-07
#[tokio::test]
async fn b50_a_refresh_token_is_good_until_it_expires() {
    let peer = fixture().await;
    let lifetime = grantor::RefreshTokenLifetime::DEFAULT.as_secs();
    for (age, good) in [(lifetime - 1, true), (lifetime, false)] {
        let (_, refresh_token) = peer.tokens().await;
        peer.clock.advance(age);
        let answer = peer.refresh(&refresh_token).await;
        if good { answer.assert_ok() } else { answer.assert_error(400, "invalid_grant") }
    }
}

// shows: RFC6749-4.1.3-08, RFC6749-4.3.2-07
#[tokio::test]
async fn b61_n15_a_malformed_authorization_header_is_401_whatever_the_body_says() {
    let peer = fixture().await;
    let encoded = STANDARD.encode(format!("conf:{SECRET}"));
    let no_colon = format!("Basic {}", STANDARD.encode("conf"));
    let wrong_scheme = format!("Bearer {encoded}");
    let bad_percent = format!("Basic {}", STANDARD.encode("conf:%zz"));
    for header in ["", "Basic", "Basic ", "Basic %%%", &encoded, &no_colon, &wrong_scheme, &bad_percent] {
        for request in [PASSWORD.to_vec(), with(&PASSWORD, &[AS_PUB])] {
            peer.post("/token", Some(header), &request).await.assert_error(401, "invalid_client");
        }
    }
}

// shows: RFC7636-4.6-01
#[tokio::test]
async fn b62_the_vector_of_rfc_7636_appendix_b_verifies() {
    let verifier = CodeVerifier::parse(VERIFIER).expect("a verifier");
    let challenge = CodeChallenge::new(grantor::CodeChallengeMethod::S256, CHALLENGE).expect("a challenge");
    assert!(CodeChallenge::s256_of(&verifier) == challenge && challenge.verify(&verifier));
    let peer = fixture().await;
    peer.redeem(&peer.code("pub").await).await.assert_ok();
}

// shows: RFC9700-2.1.1-09, RFC9700-4.8.2-01, RFC9700-4.8.2-04
#[tokio::test]
async fn n03_a_verifier_without_a_challenge_is_a_downgrade_and_refused() {
    let peer = fixture().await;
    let code = peer.code_for(&REQUEST).await;
    peer.redeem(&code).await.assert_error(400, "invalid_grant");
    let [request, _] = lacking(&redemption(&code), "code_verifier");
    peer.token(&request).await.assert_ok();
}

// shows: RFC6749-4.1.2-04, RFC6749-4.1.2-05, RFC6749-4.1.2-06, RFC6749-10.5-04, RFC6749-10.5-05, RFC9700-4.2.4-02
// shows: RFC9700-4.2.4-03
#[tokio::test]
async fn n07_a_replayed_code_is_refused_and_its_tokens_revoked() {
    let peer = fixture().await;
    let code = peer.code("pub").await;
    let answer = peer.redeem(&code).await;
    let (access_token, refresh_token) = (answer.member("access_token"), answer.member("refresh_token"));
    let bystander = peer.tokens().await;
    // Long after the code itself has expired.
    peer.clock.advance(300);
    peer.redeem(&code).await.assert_error(400, "invalid_grant");
    assert!(!peer.is_active(&access_token).await && !peer.is_active(&refresh_token).await);
    peer.refresh(&refresh_token).await.assert_error(400, "invalid_grant");
    assert!(peer.is_active(&bystander.0).await && peer.is_active(&bystander.1).await);
}

// shows: RFC6749-6-11, RFC6749-10.4-06, RFC9700-2.2.2-01, RFC9700-4.14.2-04
#[tokio::test]
async fn n09_a_refresh_token_replayed_generations_later_revokes_the_family() {
    for window in [0, 60] {
        let peer = fixture_with_window(window).await;
        let (_, first) = peer.tokens().await;
        let second = peer.refresh(&first).await.member("refresh_token");
        let answer = peer.refresh(&second).await;
        peer.refresh(&first).await.assert_error(400, "invalid_grant");
        for token in [answer.member("access_token"), answer.member("refresh_token")] {
            assert!(!peer.is_active(&token).await, "window {window}");
        }
        peer.refresh(&answer.member("refresh_token")).await.assert_error(400, "invalid_grant");
    }
}

// shows: RFC6749-3.3-02, RFC6749-5.1-08, RFC6749-5.2-08, RFC6749-6-03, RFC6749-6-04, RFC6749-6-12, RFC6750-5.2-03, RFC9700-2.3-01
// shows: RFC9700-2.3-06, RFC9700-2.3-07, RFC9700-4.14.2-03
#[tokio::test]
async fn n10_n11_a_refresh_narrows_one_access_token_and_never_widens() {
    let peer = fixture().await;
    let code = peer.code_for(&with(&with(&REQUEST, &PKCE), &[("scope", "read write")])).await;
    let mut refresh_token = peer.redeem(&code).await.member("refresh_token");
    for (scope, granted) in [(Some("read"), "read"), (Some("write read"), "write read"), (None, "read write")] {
        for beyond in ["scope", "read scope", "unknown", "read  write"] {
            let request = with(&refreshing(&refresh_token), &[("scope", beyond)]);
            peer.token(&request).await.assert_error(400, "invalid_scope");
        }
        let request = scope.map(|scope| ("scope", scope)).into_iter().collect::<Vec<_>>();
        let answer = peer.token(&with(&refreshing(&refresh_token), &request)).await;
        assert_tokens(&answer, granted, true);
        assert_eq!(peer.introspect(&answer.member("access_token")).await["scope"], granted);
        refresh_token = answer.member("refresh_token");
    }
}

// shows: RFC6749-4.4-01, RFC6749-4.4.2-04
#[tokio::test]
async fn n12_a_public_client_gets_no_client_credentials_with_an_empty_secret() {
    let peer = fixture().await;
    peer.post("/token", Some(&basic("pub", "")), &CLIENT_CREDENTIALS).await.assert_error(401, "invalid_client");
    let request = with(&CLIENT_CREDENTIALS, &[AS_PUB, ("client_secret", "")]);
    peer.token(&request).await.assert_error(400, "unauthorized_client");
}

// shows: RFC6749-2.3-04, RFC6749-4.3.2-07, RFC6749-5.2-03
#[tokio::test]
async fn n13_n14_two_clients_or_two_methods_in_one_request_are_invalid_request() {
    let peer = fixture().await;
    for body in [&[("client_id", "other")][..], &AS_CONF, &[("client_secret", SECRET)], &[("client_secret", "wrong")]] {
        peer.token_conf(&with(&PASSWORD, body)).await.assert_error(400, "invalid_request");
    }
    // The client's own identifier beside the header is no second method.
    peer.token_conf(&with(&PASSWORD, &[("client_id", "conf")])).await.assert_ok();
}

// shows: RFC6749-2.3.1-01, RFC6749-2.3.1-03
#[tokio::test]
async fn n16_the_two_halves_of_basic_are_form_encoded() {
    let peer = fixture().await;
    let (id, text) = ("a client: 100%+", "pass:word % with + everything & more = 32 characters");
    let secret = ClientSecret::parse(text).expect("a secret");
    peer.register(Client::confidential(id, &secret).grant_types(["client_credentials"]).scope("scope")).await;
    let right = basic(id, secret.expose());
    assert_tokens(&peer.post("/token", Some(&right), &CLIENT_CREDENTIALS).await, "scope", false);
    assert_tokens(&peer.post("/token", Some(&right.replace("Basic", "bAsIc ")), &CLIENT_CREDENTIALS).await, "scope", false);
    let raw = format!("Basic {}", STANDARD.encode(format!("{id}:{}", secret.expose())));
    peer.post("/token", Some(&raw), &CLIENT_CREDENTIALS).await.assert_error(401, "invalid_client");
}

//! What an OpenID Provider does beyond what each conformance module asks: ID tokens, subjects, claims, and what nobody can overlook.

use std::sync::atomic::Ordering;

use grantor::{Algorithm, Client, ClientSecret, SubjectType};
use serde_json::{Value, json};

use crate::common::{self, Answer, CALLBACK, SECRET};
use crate::provider::{self, assert_refused, everything, provider};

fn secret() -> ClientSecret {
    ClientSecret::parse(SECRET).expect("a secret")
}

// shows: OIDC-CORE-10.1-01
#[tokio::test]
async fn each_client_gets_id_tokens_under_the_algorithm_that_it_registered() {
    let provider = provider().await;
    provider.application.sign_in("alice");
    for (id, name, expected, hash) in [
        ("conf", None, Algorithm::Rs256, 22),
        ("es256", Some("ES256"), Algorithm::Es256, 22),
        ("es384", Some("ES384"), Algorithm::Es384, 32),
        ("eddsa", Some("EdDSA"), Algorithm::EdDsa, 43),
        ("ps256", Some("PS256"), Algorithm::Ps256, 22),
    ] {
        let client = everything(Client::confidential(id, &secret()));
        provider.register(name.into_iter().fold(client, |client, name| client.id_token_signed_response_alg(name))).await;
        let tokens = provider.tokens(&[("client_id", id)]).await;
        let text = tokens["id_token"].as_str().expect("an ID token");
        let (algorithm, claims) = provider.verified::<grantor::jose::IdTokenJwt>(text).await;
        assert_eq!((algorithm, claims["at_hash"].as_str().map(str::len)), (expected, Some(hash)), "{id}: {claims}");
    }
}

// shows: OIDC-CORE-2-26
#[tokio::test]
async fn a_client_whose_algorithm_has_no_key_is_refused_when_it_is_registered_and_when_it_is_loaded() {
    let provider = provider().await;
    for name in ["none", "HS256", "ES512", "", "rs256"] {
        for client in [
            everything(Client::public("x")).id_token_signed_response_alg(name),
            everything(Client::public("x")).userinfo_signed_response_alg(name),
        ] {
            let client = client.build().expect("a client");
            let refused = provider.peer.server.check_client(client.clone()).expect_err("no key").to_string();
            assert!(
                refused.contains("no key of this server signs under that") && refused.contains("signed_response_alg"),
                "{refused}"
            );
            // Another server, or a file, put it into the storage.
            let checked = other_server().check_client(client).expect("a server without OpenID");
            grantor::ClientRegistry::put_client(provider.peer.server.storage(), provider.peer.server.issuer(), checked)
                .await
                .expect("stored");
            provider.authorize(&[("client_id", "x")]).await.assert_page(400);
        }
    }
}

/// A server that knows nothing of OpenID, so that a client of any algorithm may be registered there.
fn other_server() -> impl Checks {
    use grantor::*;
    AuthorizationServer::builder()
        .profile(Development::<Rfc6749>::new())
        .issuer(issuer!("https://as.example.com"))
        .storage(MemoryStore::new())
        .grant(AuthorizationCode::new())
        .grant(RefreshToken::new())
        .grant(Implicit::new())
        .response_type(Code)
        .response_type(Token)
        .build()
}

trait Checks {
    fn check_client(&self, client: Client) -> Result<grantor::CheckedClient, grantor::ClientRejected>;
}

impl<S, G, R, F, P> Checks for grantor::AuthorizationServer<S, G, R, F, P>
where
    G: grantor::GrantList,
    R: grantor::ResponseTypeList,
    F: grantor::FeatureList,
{
    fn check_client(&self, client: Client) -> Result<grantor::CheckedClient, grantor::ClientRejected> {
        // Of the response types only those that it has.
        let json = serde_json::to_value(client.registered()).expect("JSON");
        let mut json = json.as_object().expect("an object").clone();
        json.insert("client_id".into(), client.id().as_str().into());
        json.insert("token_endpoint_auth_method".into(), "none".into());
        json.insert("response_types".into(), json!(["code", "token"]));
        let metadata: grantor::ClientMetadata = serde_json::from_value(Value::Object(json)).expect("metadata");
        Self::check_client(self, Client::try_from(metadata).expect("a client"))
    }
}

// shows: OIDC-CORE-3.1.2.2-02, OIDC-CORE-3.1.3.2-06
#[tokio::test]
async fn without_the_scope_openid_there_is_no_id_token() {
    let provider = provider().await;
    let tokens = provider.tokens(&[("scope", "scope profile")]).await;
    assert_eq!(tokens.get("id_token"), None);
    assert_eq!(provider.people.asked.load(Ordering::Relaxed), 0);
}

// shows: OIDC-CORE-12.2-01, OIDC-CORE-12.2-02, OIDC-CORE-12.2-03, OIDC-CORE-12.2-04, OIDC-CORE-12.2-05, OIDC-CORE-12.2-07
#[tokio::test]
async fn a_refreshed_id_token_is_about_the_same_sign_in() {
    let provider = provider().await;
    let tokens = provider.tokens(&[("claims", r#"{"id_token":{"email":null}}"#)]).await;
    let first = provider.id_token(&tokens).await;
    provider.peer.clock.advance(3_600);
    provider.application.sign_in("alice");
    let refreshed = provider.refresh("conf", tokens["refresh_token"].as_str().expect("a token")).await;
    let second = provider.id_token(&refreshed.json()).await;
    for claim in ["iss", "sub", "aud", "auth_time", "acr", "amr", "email"] {
        assert!(!first[claim].is_null() && first[claim] == second[claim], "{claim}: {first} {second}");
    }
    assert!(first["nonce"] == "n-0S6_WzA2Mj" && second["nonce"].is_null() && first["iat"] != second["iat"]);
    assert_ne!(first["at_hash"], second["at_hash"]);
    // Less scope, no ID token.
    let token = refreshed.member("refresh_token");
    let pairs = [("grant_type", "refresh_token"), ("refresh_token", &*token), ("scope", "openid")];
    assert!(provider.token("conf", &pairs).await.json()["id_token"].is_string());
}

#[tokio::test]
async fn a_source_that_fails_is_503_and_burns_nothing() {
    let provider = provider().await;
    let claims = r#"{"id_token":{"email":null}}"#;
    let code = provider.code(&[("claims", claims)]).await;
    let fails = |fails| provider.people.fails.store(fails, Ordering::Relaxed);
    fails(true);
    provider.redeem("conf", &code).await.assert_error(503, "temporarily_unavailable");
    fails(false);
    let tokens = provider.redeem("conf", &code).await.json();
    assert_eq!(provider.id_token(&tokens).await["email"], "alice@example.com");
    let refresh_token = tokens["refresh_token"].as_str().expect("a token").to_owned();
    fails(true);
    provider.refresh("conf", &refresh_token).await.assert_error(503, "temporarily_unavailable");
    let userinfo = provider.userinfo(&tokens["access_token"]).await;
    assert_eq!((userinfo.status.as_u16(), userinfo.header("retry-after")), (503, "5"));
    let front = [("response_type", "id_token"), ("scope", "openid email")];
    assert_eq!(provider.fragment(&front).await["error"], "temporarily_unavailable");
    fails(false);
    assert_eq!(provider.refresh("conf", &refresh_token).await.status, 200);
    assert!(provider.fragment(&front).await.contains_key("id_token"));
}

// shows: OIDC-CORE-5.3.2-03, OIDC-CORE-5.3.2-04
#[tokio::test]
async fn scope_claims_go_to_userinfo_and_into_the_id_token_where_there_is_no_other_place_or_the_client_registered_that() {
    let provider = provider().await;
    let names = |claims: &Value| {
        let person = |name: &&String| ["name", "email", "groups", "family_name"].contains(&name.as_str());
        claims.as_object().expect("an object").keys().filter(person).cloned().collect::<Vec<_>>().join(" ")
    };
    let tokens = provider.tokens(&[("scope", "openid profile email")]).await;
    assert_eq!(names(&provider.id_token(&tokens).await), "");
    assert_eq!(names(&provider.claims(&tokens).await), "email family_name groups name");
    for (response_type, expected) in
        [("id_token", "email family_name groups name"), ("code id_token", ""), ("id_token token", "")]
    {
        let answer = provider.fragment(&[("response_type", response_type), ("scope", "openid profile email")]).await;
        assert_eq!(names(&provider.id_token_for("conf", &answer["id_token"]).await), expected, "{response_type}");
    }
    provider.register(everything(Client::confidential("own", &secret())).scope_claims_in_id_token()).await;
    let tokens = provider.tokens(&[("client_id", "own"), ("scope", "openid email")]).await;
    let claims = provider.id_token_for("own", tokens["id_token"].as_str().expect("a token")).await;
    assert_eq!(names(&claims), "email groups");
}

// shows: OIDC-CORE-5.2-01, OIDC-CORE-5.2-05, OIDC-CORE-5.3.2-02, OIDC-CORE-5.5-01, OIDC-CORE-5.5-07, OIDC-CORE-5.5.1-03, OIDC-CORE-5.5.1-07, OIDC-CORE-5.6-01
#[tokio::test]
async fn claims_are_asked_for_by_name_language_and_value() {
    let provider = provider().await;
    let claims = json!({
        "userinfo": {"email": {"essential": true}, "name#de": null, "gender": {"value": "male"}, "locale": {"values": ["fr", "de-DE"]}},
        "id_token": {"given_name": null, "nothing": {"essential": true}, "groups": null},
        "later": {"x": null},
    });
    let tokens = provider.tokens(&[("claims", &claims.to_string())]).await;
    let expected = json!({
        "sub": "alice", "email": "alice@example.com", "name#de": "alice Beispiel", "locale": "de-DE", "groups": ["staff"],
    });
    assert_eq!(provider.claims(&tokens).await, expected);
    let id_token = provider.id_token(&tokens).await;
    assert_eq!((&id_token["given_name"], &id_token["groups"]), (&json!("alice"), &json!(["staff"])));
    assert!(id_token.get("email").is_none() && id_token.get("nothing").is_none());
    let german = provider.tokens(&[("scope", "openid profile"), ("claims_locales", "fr de")]).await;
    let german = provider.claims(&german).await;
    assert_eq!((&german["name"], &german["name#de"]), (&json!("alice Example"), &json!("alice Beispiel")));
    // They outlive the first access token.
    let refreshed = provider.refresh("conf", tokens["refresh_token"].as_str().expect("a token")).await.json();
    assert_eq!(provider.claims(&refreshed).await, expected);
    for malformed in ["x", "[]", r#"{"userinfo":[]}"#, r#"{"id_token":{"a":1}}"#, r#"{"a":1,"a":1}"#] {
        assert_refused(&provider.authorize(&[("claims", malformed)]).await, "invalid_request");
    }
}

/// The application approves with an old session whatever is asked for.
// shows: OIDC-CORE-3.1.2.1-24, OIDC-CORE-3.1.2.1-32, OIDC-CORE-3.1.2.2-04, OIDC-CORE-3.1.2.2-05, OIDC-CORE-5.5.1-05, OIDC-CORE-5.5.1.1-01
// shows: OIDC-CORE-5.5.1.1-03, OIDC-CORE-5.5.1.1-05, OIDC-CORE-15.1-06, OIDC-REG-2-49, OIDC-REG-2-50, OIDC-UNMET-1-01, OIDC-UNMET-1-03
#[tokio::test]
async fn an_approval_that_overlooks_what_the_client_asks_for_is_refused() {
    let provider = provider().await;
    provider.application.sign_in("alice");
    provider.application.overlooks.store(true, Ordering::Relaxed);
    provider.peer.clock.advance(100);
    for changes in [
        [("prompt", "login"), ("x", "")],
        [("prompt", "login consent"), ("x", "")],
        [("max_age", "99"), ("x", "")],
        [("max_age", "0"), ("x", "")],
        [("max_age", "99"), ("prompt", "none")],
    ] {
        assert_refused(&provider.authorize(&changes).await, "login_required");
    }
    for good in [[("max_age", "100")], [("max_age", "99999999999999999999999")], [("prompt", "consent")]] {
        provider.code(&good).await;
    }
    // What the client registered counts where the request does not say.
    provider.register(everything(Client::confidential("strict", &secret())).default_max_age(50).require_auth_time()).await;
    assert_refused(&provider.authorize(&[("client_id", "strict")]).await, "login_required");
    provider.code(&[("client_id", "strict"), ("max_age", "200")]).await;
    for malformed in ["-1", "1.5", "x", "1e3"] {
        assert_refused(&provider.authorize(&[("max_age", malformed)]).await, "invalid_request");
    }
    // How they signed in.
    let acr = |request: &str| format!(r#"{{"id_token":{{"acr":{request}}}}}"#);
    let needed = acr(r#"{"essential":true,"values":["urn:example:otp"]}"#);
    assert_refused(&provider.authorize(&[("claims", &needed)]).await, "unmet_authentication_requirements");
    for request in
        [r#"{"essential":true,"values":["urn:example:otp","urn:example:pwd"]}"#, r#"{"values":["urn:example:otp"]}"#, "null"]
    {
        provider.code(&[("claims", &acr(request))]).await;
    }
    // Who they are.
    for place in ["id_token", "userinfo"] {
        let sub = |sub: &str| format!(r#"{{"{place}":{{"sub":{{"value":"{sub}"}}}}}}"#);
        assert_refused(&provider.authorize(&[("claims", &sub("bob"))]).await, "login_required");
        provider.code(&[("claims", &sub("alice"))]).await;
    }
}

// shows: OIDC-CORE-3.1.2.3-04, OIDC-CORE-3.1.2.6-03
#[tokio::test]
async fn a_request_with_prompt_none_never_ends_in_a_page() {
    let provider = provider().await;
    provider.application.shows_pages.store(true, Ordering::Relaxed);
    assert_refused(&provider.authorize(&[("prompt", "none")]).await, "interaction_required");
    assert_eq!(provider.authorize(&[]).await.body, "sign in");
}

// shows: OIDC-CORE-3.1.2.1-29, OIDC-CORE-3.1.2.1-30
#[tokio::test]
async fn prompt_is_read_strictly() {
    let provider = provider().await;
    provider.application.sign_in("alice");
    for wrong in ["none login", "consent none", "create", "maybe", "login maybe", "None", "LOGIN"] {
        assert_refused(&provider.authorize(&[("prompt", wrong)]).await, "invalid_request");
    }
    for good in ["login", "consent", "select_account", "login consent select_account", "login login"] {
        provider.code(&[("prompt", good)]).await;
    }
    assert_eq!(provider.document().await["prompt_values_supported"], json!(["none", "login", "consent", "select_account"]));
}

// shows: OIDC-CORE-3.1.2.1-35, OIDC-CORE-3.1.2.1-38, OIDC-CORE-3.1.2.2-06, OIDC-CORE-3.1.2.2-07
#[tokio::test]
async fn a_hint_is_an_id_token_of_this_server_for_this_client() {
    let provider = provider().await;
    let tokens = provider.tokens(&[]).await;
    let hint = tokens["id_token"].as_str().expect("an ID token");
    // It has expired.
    provider.peer.clock.advance(86_400);
    provider.code(&[("id_token_hint", hint)]).await;
    provider.application.sign_in("bob");
    for prompt in ["none", "consent"] {
        assert_refused(
            &provider.authorize(&[("id_token_hint", hint), ("prompt", prompt)]).await,
            if prompt == "none" { "consent_required" } else { "login_required" },
        );
    }
    provider.application.sign_in("alice");
    assert_refused(&provider.authorize(&[("id_token_hint", hint), ("client_id", "pub")]).await, "invalid_request");
    let (header, rest) = hint.split_once('.').expect("a JWS");
    let (payload, _) = rest.split_once('.').expect("a JWS");
    let mut other = hint.to_owned();
    other.replace_range(hint.len() - 8.., "AAAAAAAA");
    for wrong in ["x", "a.b.c", &format!("{header}.{payload}."), &other, &format!("{hint}x")] {
        assert_refused(&provider.authorize(&[("id_token_hint", wrong)]).await, "invalid_request");
    }
    // Another server of the same name has another key.
    let elsewhere = provider::provider().await;
    provider.register(everything(Client::confidential("es", &secret())).id_token_signed_response_alg("ES256")).await;
    elsewhere.register(everything(Client::confidential("es", &secret())).id_token_signed_response_alg("ES256")).await;
    let foreign = elsewhere.tokens(&[("client_id", "es")]).await;
    let foreign = foreign["id_token"].as_str().expect("an ID token");
    assert_refused(&provider.authorize(&[("client_id", "es"), ("id_token_hint", foreign)]).await, "invalid_request");
}

// shows: OIDC-CORE-11-04, OIDC-CORE-11-05, OIDC-CORE-11-06
#[tokio::test]
async fn offline_access_is_what_the_person_was_asked_for() {
    let provider = provider().await;
    let scope = [("scope", "openid offline_access")];
    let granted = |tokens: &Value| tokens["scope"].as_str().unwrap_or_default().to_owned();
    assert_eq!(granted(&provider.tokens(&scope).await), "openid");
    assert_eq!(granted(&provider.tokens(&[scope[0], ("prompt", "consent")]).await), "openid offline_access");
    let implicit = [scope[0], ("prompt", "consent"), ("response_type", "id_token token")];
    assert_eq!(provider.fragment(&implicit).await["scope"], "openid");
}

// shows: OIDC-CORE-8.1-01, OIDC-CORE-8.1-02, OIDC-CORE-8.1-07, OIDC-CORE-8.1-08
#[tokio::test]
async fn pairwise_subjects_differ_by_host_and_are_the_same_in_all_places() {
    let provider = provider().await;
    let pairwise = |id: &str, host: &str| {
        let client = Client::confidential(id, &secret()).redirect_uri(format!("https://{host}/cb")).scope("openid email");
        client.grant_types(["authorization_code", "refresh_token"]).subject_type(SubjectType::Pairwise)
    };
    for (id, host) in [("a", "a.example"), ("a2", "a.example:8443"), ("b", "b.example")] {
        provider.register(pairwise(id, host)).await;
    }
    let mut subs = Vec::new();
    for (id, host) in [("a", "a.example"), ("a2", "a.example:8443"), ("b", "b.example")] {
        let redirect_uri = format!("https://{host}/cb");
        let code = provider.code(&[("client_id", id), ("redirect_uri", &redirect_uri)]).await;
        let pairs = [("grant_type", "authorization_code"), ("code", &*code), ("redirect_uri", &*redirect_uri)];
        let tokens = provider.token(id, &pairs).await.json();
        let claims = provider.id_token_for(id, tokens["id_token"].as_str().expect("a token")).await;
        let userinfo = provider.claims(&tokens).await;
        assert_eq!(claims["sub"], userinfo["sub"]);
        let refreshed = provider.refresh(id, tokens["refresh_token"].as_str().expect("a token")).await.json();
        let again = provider.id_token_for(id, refreshed["id_token"].as_str().expect("a token")).await;
        assert_eq!(claims["sub"], again["sub"]);
        let sub = claims["sub"].as_str().expect("a subject").to_owned();
        assert!(sub.len() == 43 && !sub.contains("alice"), "{sub}");
        // The hint is about the subject that the client knows.
        let hint = [
            ("client_id", id),
            ("redirect_uri", &*redirect_uri),
            ("id_token_hint", tokens["id_token"].as_str().expect("a token")),
        ];
        provider.code(&hint).await;
        provider.application.sign_in("bob");
        let refused = provider.authorize(&hint).await;
        assert_eq!(refused.query()["error"], "login_required");
        provider.application.sign_in("alice");
        subs.push(sub);
    }
    assert!(subs[0] == subs[1] && subs[0] != subs[2], "{subs:?}");
    // After a restart it is the same.
    let restarted = provider::provider().await;
    restarted.register(pairwise("b", "b.example")).await;
    let code = restarted.code(&[("client_id", "b"), ("redirect_uri", "https://b.example/cb")]).await;
    let pairs = [("grant_type", "authorization_code"), ("code", &*code), ("redirect_uri", "https://b.example/cb")];
    let tokens = restarted.token("b", &pairs).await.json();
    assert_eq!(restarted.claims(&tokens).await["sub"], subs[2]);
    // Which host it is has to be known.
    let two = pairwise("c", "c.example").redirect_uri("https://d.example/cb").build();
    let native = Client::public("n").redirect_uri("com.example.app:/cb").subject_type(SubjectType::Pairwise).build();
    // Whoever's machine it is: two such clients would be one sector, and are nobody's together.
    let loopback = ["http://127.0.0.1/cb", "http://[::1]/cb", "http://localhost:8080/cb"]
        .map(|uri| Client::public("n").redirect_uri(uri).subject_type(SubjectType::Pairwise).build());
    for refused in [two, native].into_iter().chain(loopback) {
        assert!(refused.expect_err("no sector").to_string().contains("needs redirect URIs on one host"));
    }
}

// shows: OIDC-CORE-5.3-02, OIDC-CORE-5.3-03, OIDC-CORE-5.3-04, OIDC-CORE-5.3.2-01, OIDC-CORE-5.3.2-05, OIDC-CORE-5.3.2-08, OIDC-CORE-5.3.3-01
#[tokio::test]
async fn userinfo_answers_to_good_tokens_and_no_others() {
    let provider = provider().await;
    let tokens = provider.tokens(&[("scope", "openid email")]).await;
    let token = tokens["access_token"].as_str().expect("a token").to_owned();
    let send = async |request: http::request::Builder, body: &str| -> Answer {
        provider.peer.send(request.body(bytes::Bytes::from(body.to_owned())).expect("a request")).await
    };
    let get = || http::Request::get("/userinfo");
    let post = || http::Request::post("/userinfo").header("content-type", "application/x-www-form-urlencoded");
    let bearer = format!("Bearer {token}");
    for good in [
        send(get().header("authorization", &bearer), "").await,
        send(get().header("authorization", format!("bEaReR {token}")), "").await,
        send(http::Request::post("/userinfo").header("authorization", &bearer), "").await,
        send(post().header("authorization", &bearer), "x=y").await,
        send(post(), &format!("access_token={token}")).await,
    ] {
        good.assert_ok();
        assert_eq!((&good.json()["sub"], good.header("cache-control")), (&json!("alice"), "no-store"));
    }
    let expect = |answer: Answer, status: u16, error: &str| {
        assert_eq!(answer.status.as_u16(), status, "{answer:?}");
        let challenge = answer.header("www-authenticate");
        assert!(challenge.starts_with("Bearer realm=\"https://as.example.com\"") && challenge.contains(error), "{challenge}");
        assert!(error.is_empty() != challenge.contains("error="), "{challenge}");
    };
    expect(send(get(), "").await, 401, "");
    expect(send(http::Request::get(format!("/userinfo?access_token={token}")), "").await, 401, "");
    expect(send(get().header("authorization", "Basic eDp5"), "").await, 401, "");
    expect(send(get().header("authorization", "Bearer"), "").await, 400, "invalid_request");
    expect(send(post().header("authorization", &bearer), &format!("access_token={token}")).await, 400, "invalid_request");
    expect(send(post(), &format!("access_token={token}&access_token={token}")).await, 400, "invalid_request");
    expect(send(get().header("authorization", &bearer).header("authorization", &bearer), "").await, 400, "invalid_request");
    expect(send(get().header("authorization", "Bearer x"), "").await, 401, "invalid_token");
    expect(provider.userinfo(&tokens["refresh_token"]).await, 401, "invalid_token");
    let without = provider.tokens(&[("scope", "email")]).await;
    let refused = provider.userinfo(&without["access_token"]).await;
    assert!(refused.header("www-authenticate").contains("scope=\"openid\""));
    expect(refused, 403, "insufficient_scope");
    let revoked = provider.tokens(&[]).await;
    let pairs = [("token", revoked["access_token"].as_str().expect("a token"))];
    provider.peer.post("/revoke", Some(&common::basic("conf", SECRET)), &pairs).await;
    expect(provider.userinfo(&revoked["access_token"]).await, 401, "invalid_token");
    provider.peer.clock.advance(601);
    expect(provider.userinfo(&tokens["access_token"]).await, 401, "invalid_token");
    // Any origin may read it, and a browser may ask first.
    let preflight = http::Request::options("/userinfo")
        .header("origin", "https://spa.example")
        .header("access-control-request-method", "GET")
        .header("access-control-request-headers", "authorization");
    let preflight = send(preflight, "").await;
    assert_eq!(
        (preflight.header("access-control-allow-origin"), preflight.header("access-control-allow-headers")),
        ("*", "authorization")
    );
    assert_eq!(send(http::Request::delete("/userinfo"), "").await.status, 405);
}

// shows: OIDC-CORE-2-13
#[tokio::test]
async fn what_is_asked_for_survives_the_sign_in() {
    let provider = provider().await;
    let mut browser = common::browser::Browser::default();
    let claims = r#"{"id_token":{"email":{"essential":true}},"userinfo":{"nickname":null}}"#;
    let nonce = "\u{fc}\u{1f511} \"\\ ~";
    let asked = [
        ("nonce", nonce),
        ("prompt", "login consent"),
        ("max_age", "60"),
        ("login_hint", "al"),
        ("ui_locales", "de en"),
        ("display", "popup"),
        ("acr_values", "b a"),
        ("claims", claims),
        ("scope", "openid offline_access"),
    ];
    let handle = browser.begin_with(&*provider.peer.server, &common::with(&provider::REQUEST, &asked)).await;
    provider.peer.clock.advance(300);
    let early = common::START;
    for (at, good) in [(early.saturating_add_secs(250), true), (early, true)] {
        let request = browser.resume(&*provider.peer.server, &handle).await.expect("a request");
        assert!(
            request.must_authenticate(None)
                && request.must_authenticate(Some(grantor::Timestamp::from_unix(early.as_unix() - 1)))
        );
        assert_eq!(request.must_authenticate(Some(at)), !good);
        assert_eq!((request.max_age(), request.login_hint(), request.display()), (Some(60), Some("al"), Some("popup")));
        assert!(request.ui_locales().eq(["de", "en"]) && request.acr_values().eq(["b", "a"]));
        assert_eq!(
            request.claims().expect("claims").id_token().map(|claim| (claim.name(), claim.is_essential())).collect::<Vec<_>>(),
            [("email", true)]
        );
    }
    let request = browser.resume(&*provider.peer.server, &handle).await.expect("a request");
    let approval =
        grantor::Approval::by(common::subject("alice")).authenticated_at(early.saturating_add_secs(250)).claims(["email"]);
    let response = Answer::from(provider.peer.server.authorization().complete(request.approve(approval)).await);
    let tokens = provider.redeem("conf", &response.query()["code"]).await.json();
    let id_token = provider.id_token(&tokens).await;
    assert_eq!((&id_token["nonce"], &id_token["email"]), (&json!(nonce), &json!("alice@example.com")));
    assert_eq!((&id_token["auth_time"], &tokens["scope"]), (&json!(early.as_unix() + 250), &json!("openid offline_access")));
    // The person approved one of the two.
    assert!(provider.claims(&tokens).await.get("nickname").is_none());
    assert_eq!(response.location().split('?').next(), Some(CALLBACK));
}

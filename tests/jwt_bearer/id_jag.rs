//! ID-JAGs at the server that accepts them (draft-ietf-oauth-identity-assertion-authz-grant section 4.4), as MCP has it.

use super::*;
use grantor::{Es256, JwtAccessTokens, JwtBearer, SigningKeys};
use std::sync::Arc;

fn claims() -> Value {
    let now = START.as_unix();
    json!({
        "iss": IDP, "sub": "u-1", "aud": ISSUER, "client_id": "app", "jti": "one", "iat": now, "exp": now + 300, "resource": MCP,
        "scope": "read write", "auth_time": now - 60, "amr": ["mfa"], "acr": "urn:example:mfa", "email": "a@example.com",
    })
}

fn signed(claims: &Value) -> String {
    jws::signed(r#"{"alg":"ES256","typ":"oauth-id-jag+jwt"}"#, &claims.to_string(), key())
}

fn with(changes: Value) -> String {
    signed(&changed(claims(), &changes))
}

macro_rules! accepting {
    ($accounts:expr) => {
        peer!(JwtBearer::id_jag(issuers(), $accounts.clone()), resources())
    };
}

// shows: ID-JAG-4.1-02, ID-JAG-4.1-03, ID-JAG-4.4-01, ID-JAG-4.4-02, ID-JAG-4.4-03, ID-JAG-4.4.1-01, ID-JAG-4.4.1-09, ID-JAG-4.4.1-10, ID-JAG-4.4.1-16, ID-JAG-4.4.3-01, ID-JAG-4.4.3-02, ID-JAG-3.1-18, ID-JAG-8.6.1.2.4-01, ID-CHAINING-2-01, ID-CHAINING-2.4.1-01, ID-CHAINING-5.4-01, MCP-EMA-5-01, MCP-EMA-5-02, MCP-EMA-5.1-01, MCP-EMA-5.1-02
#[tokio::test]
async fn an_id_jag_is_good_for_access_tokens_for_its_resource_until_it_ends() {
    let accounts = Arc::new(Accounts::default());
    let peer = accepting!(accounts);
    let id_jag = signed(&claims());
    let answer = present(&peer, "app", &id_jag, &[]).await;
    let said = answer.json();
    assert_eq!((&said["resource"], &said["scope"], &said["token_type"]), (&json!(MCP), &json!("read write"), &json!("Bearer")));
    assert_eq!((&said["refresh_token"], &said["expires_in"]), (&Value::Null, &json!(600)));
    let known = claims_of(&peer, &answer).await;
    assert_eq!((&known["sub"], &known["aud"], &known["client_id"]), (&json!("alice"), &json!(MCP), &json!("app")));
    let expected = (json!(START.as_unix() - 60), json!("urn:example:mfa"), json!(["mfa"]));
    assert_eq!((known["auth_time"].clone(), known["acr"].clone(), known["amr"].clone()), expected);
    assert_eq!(accounts.asked.lock().expect("a lock").last().expect("asked")["resources"], json!([MCP]));

    present(&peer, "app", &id_jag, &[]).await.assert_ok();
    peer.clock.advance(299);
    present(&peer, "app", &id_jag, &[]).await.assert_ok();
    peer.clock.advance(1);
    present(&peer, "app", &id_jag, &[]).await.assert_error(400, "invalid_grant");
}

// shows: ID-JAG-4.4.1-02, ID-JAG-4.4.1-03, ID-JAG-4.4.1-04, ID-JAG-4.4.1-05, ID-JAG-4.4.1-06, ID-JAG-4.4.1-07, ID-JAG-4.4.1-08, ID-JAG-8.3-02, ID-JAG-8.6.1-01, ID-JAG-8.6.1.2.2-01
#[tokio::test]
async fn an_id_jag_for_another_server_or_client_is_invalid_grant() {
    let accounts = Arc::new(Accounts::default());
    let peer = accepting!(accounts);
    present(&peer, "app", &with(json!({"aud": [ISSUER]})), &[]).await.assert_ok();
    for changes in [
        json!({"aud": [ISSUER, "https://other.example.com"]}),
        json!({"aud": [ISSUER, ISSUER]}),
        json!({"aud": "https://other.example.com"}),
        json!({"aud": "https://as.example.com/token"}),
        json!({"aud": "https://as.example.com/"}),
        json!({"aud": MCP}),
        json!({"iss": ISSUER}),
        json!({"iss": "https://idp.example.net"}),
        json!({"client_id": "other"}),
        json!({"client_id": ["app"]}),
        json!({"client_id": null}),
        json!({"jti": null}),
        json!({"iat": null}),
        json!({"exp": START.as_unix() + 301}),
        json!({"cnf": {"jkt": "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"}}),
        json!({"resource": "/relative"}),
        json!({"resource": [1]}),
        json!({"resource": vec![MCP; 17]}),
        json!({"scope": null, "authorization_details": [{"type": "chat"}]}),
    ] {
        let answer = present(&peer, "app", &with(changes.clone()), &[]).await;
        assert_eq!((answer.status.as_u16(), &*answer.member("error")), (400, "invalid_grant"), "{changes}: {answer:?}");
    }
    for header in [r#"{"alg":"ES256"}"#, r#"{"alg":"ES256","typ":"JWT"}"#, r#"{"alg":"ES256","typ":"at+jwt"}"#] {
        let other = jws::signed(header, &claims().to_string(), key());
        present(&peer, "app", &other, &[]).await.assert_error(400, "invalid_grant");
    }
    present(&peer, "other", &signed(&claims()), &[]).await.assert_error(400, "invalid_grant");
}

// shows: ID-JAG-4.4.1-12, ID-JAG-8.1-01
#[tokio::test]
async fn the_resources_are_those_of_the_id_jag_that_the_server_knows_and_the_request_names() {
    let accounts = Arc::new(Accounts::default());
    let peer = accepting!(accounts);
    let both = with(json!({"resource": [MCP, OTHER]}));
    let aud = async |assertion: &str, more: &[(&str, &str)]| {
        let answer = present(&peer, "app", assertion, more).await;
        let known = claims_of(&peer, &answer).await;
        assert_eq!(answer.json()["resource"], known["aud"]);
        known["aud"].clone()
    };
    assert_eq!(aud(&both, &[]).await, json!([MCP, OTHER]));
    assert_eq!(aud(&both, &[("resource", OTHER)]).await, json!(OTHER));
    assert_eq!(aud(&both, &[("resource", "HTTPS://MCP.example.com/")]).await, json!(MCP));
    let unknown = with(json!({"resource": "https://unknown.example.com"}));
    present(&peer, "app", &unknown, &[]).await.assert_error(400, "invalid_target");
    present(&peer, "app", &with(json!({"resource": [MCP, "https://unknown.example.com"]})), &[])
        .await
        .assert_error(400, "invalid_target");
    present(&peer, "app", &signed(&claims()), &[("resource", OTHER)]).await.assert_error(400, "invalid_target");
    present(&peer, "app", &signed(&claims()), &[("resource", "x")]).await.assert_error(400, "invalid_target");
    // One that names none is for what the request says, or for nothing in particular.
    let open = with(json!({"resource": null}));
    let answer = present(&peer, "app", &open, &[("resource", MCP)]).await;
    assert_eq!(claims_of(&peer, &answer).await["aud"], MCP);
    assert_eq!(claims_of(&peer, &present(&peer, "app", &open, &[]).await).await["aud"], Value::Null);
    present(&peer, "pub", &with(json!({"client_id": "pub"})), &[]).await.assert_error(400, "unauthorized_client");
}

/// What is granted where nothing was named has to be said (RFC 6749 section 5.1). Crate `rmcp` takes a token for no more than the ID-JAG
/// names: identity providers name it.
#[tokio::test]
async fn an_id_jag_without_scope_is_good_for_the_default_and_the_answer_says_so() {
    let accounts = Arc::new(Accounts::default());
    let peer = accepting!(accounts);
    for (named, asked, granted) in [
        (json!(null), None, "read"),
        (json!(null), Some("write"), "write"),
        (json!("write"), None, "write"),
        (json!("read write"), None, "read write"),
        (json!("read write admin"), None, "read write"),
        (json!("read write"), Some("write admin"), "write"),
    ] {
        let more: Vec<_> = asked.map(|scope| ("scope", scope)).into_iter().collect();
        let answer = present(&peer, "app", &with(json!({"scope": named})), &more).await;
        assert_eq!(answer.member("scope"), granted, "{named} {asked:?}");
        assert_eq!(claims_of(&peer, &answer).await["scope"], granted);
    }
}

#[tokio::test]
async fn while_nobody_knows_resources_no_id_jag_names_one() {
    let accounts = Arc::new(Accounts::default());
    let peer = peer!(JwtBearer::id_jag(issuers(), accounts.clone()), None::<ResourceIndicators<Resources>>);
    present(&peer, "app", &signed(&claims()), &[]).await.assert_error(400, "invalid_target");
}

#[tokio::test]
async fn it_is_good_once_where_that_is_said() {
    let accounts = Arc::new(Accounts::default());
    let peer = peer!(JwtBearer::id_jag(issuers(), accounts.clone()).single_use(), resources());
    let id_jag = signed(&claims());
    present(&peer, "app", &id_jag, &[("resource", OTHER)]).await.assert_error(400, "invalid_target");
    present(&peer, "app", &id_jag, &[]).await.assert_ok();
    present(&peer, "app", &id_jag, &[]).await.assert_error(400, "invalid_grant");
    present(&peer, "app", &with(json!({"jti": "two"})), &[]).await.assert_ok();
}

// shows: MCP-EMA-5-03
#[tokio::test]
async fn a_client_without_a_key_presents_its_own_where_that_is_said() {
    let accounts = Arc::new(Accounts::default());
    let peer = peer!(JwtBearer::id_jag(issuers(), accounts.clone()).public_clients(), resources());
    present(&peer, "pub", &with(json!({"client_id": "pub"})), &[]).await.assert_ok();
    present(&peer, "pub", &signed(&claims()), &[]).await.assert_error(400, "invalid_grant");
}

#[tokio::test]
async fn a_jwt_says_the_resource_and_who_acts() {
    let accounts = Arc::new(Accounts::default());
    let keys = SigningKeys::ephemeral().algorithm(Es256);
    let grant = JwtBearer::id_jag(issuers(), accounts.clone());
    let peer = peer!(grant, keys, JwtAccessTokens::new("https://api.example.com"), resources());
    let answer = present(&peer, "app", &with(json!({"act": {"sub": "bot"}})), &[]).await;
    answer.assert_ok();
    let token = answer.member("access_token");
    let said: Value = serde_json::from_slice(&jws::decode(token.split('.').nth(1).expect("claims"))).expect("JSON");
    assert_eq!((&said["aud"], &said["sub"], &said["act"]), (&json!(MCP), &json!("alice"), &json!({"sub": "bot", "iss": IDP})));
}

// shows: ID-JAG-7.2-01, ID-JAG-7.2-02, ID-JAG-7.2-03, ID-JAG-7.2-04, ID-JAG-8.4-01, MCP-EMA-6-01
#[tokio::test]
async fn the_metadata_says_that_id_jags_are_accepted_and_of_whom_not() {
    let peer = accepting!(Arc::new(Accounts::default()));
    let answer = peer.get("/.well-known/oauth-authorization-server").await;
    let said = answer.json();
    assert_eq!(said["authorization_grant_profiles_supported"], json!(["urn:ietf:params:oauth:grant-profile:id-jag"]));
    assert_eq!(said["grant_types_supported"], json!([GRANT, "client_credentials"]));
    assert!(!answer.body.contains("idp.example.com"), "{answer:?}");
}

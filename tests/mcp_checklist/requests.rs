//! Rows 18 to 23: what clients ask for, and what comes back.

use super::*;
use crate::common::SentBack as _;

// shows: MCP-2026-07-28-sec-6-01, MCP-2026-07-28-sec-6-02
#[tokio::test]
async fn row_18_no_redirect_to_what_is_not_registered() {
    let peer = peer().await;
    for uri in
        ["https://ownauth.com/callback/", "https://ownauth.com/callback?x", "https://evil.example/", "https://ownauth.com/", ""]
    {
        let answer = peer.authorize(&asking(&[("redirect_uri", uri), ("prompt", "none")])).await;
        if uri.is_empty() {
            // One is registered, so it need not be said.
            assert!(answer.location().starts_with(CALLBACK));
        } else {
            answer.assert_page(400);
        }
    }
}

// shows: MCP-2026-07-28-idx-7.1-01, MCP-2026-07-28-idx-7.1-02
#[tokio::test]
async fn row_19_iss_is_in_good_and_bad_answers_and_is_advertised() {
    let peer = peer().await;
    let found = metadata(&peer, "/.well-known/oauth-authorization-server").await.expect("metadata");
    assert_eq!(found["authorization_response_iss_parameter_supported"], true);
    let good = peer.authorize(&asking(&[])).await;
    assert_eq!(good.query()["iss"], ISSUER);
    for (name, value, code) in [
        ("response_type", "nonsense", "unsupported_response_type"),
        ("scope", "other", "invalid_scope"),
        ("resource", "https://unknown.example", "invalid_target"),
        ("code_challenge", "short", "invalid_request"),
    ] {
        peer.authorize(&asking(&[(name, value)])).await.assert_query_error(code);
    }
    peer.authorize(&asking(&[("response_type", "token")])).await.assert_fragment_error("unsupported_response_type");
}

// shows: MCP-2026-07-28-idx-8-01, MCP-2026-07-28-idx-9.2-02, RFC9728-7.4-02, RFC9728-7.4-03
#[tokio::test]
async fn row_20_a_token_is_for_the_server_that_all_three_requests_name() {
    let peer = peer().await;
    let answer = begun(&peer, &[]).await;
    assert_eq!(peer.introspect(&answer.member("access_token")).await["aud"], MCP);
    let answer = refreshed(&peer, &answer.member("refresh_token"), &[("resource", MCP)]).await;
    answer.assert_ok();
    assert_eq!(peer.introspect(&answer.member("access_token")).await["aud"], MCP);
    // One that was not granted is not to be had afterwards.
    let other = refreshed(&peer, &answer.member("refresh_token"), &[("resource", "https://other.example.com")]).await;
    other.assert_error(400, "invalid_target");
    // Older clients name none, and get what the server's one is for.
    let code = peer.code_for(&without(&asking(&[]), "resource")).await;
    assert_eq!(peer.introspect(&peer.redeem(&code).await.member("access_token")).await["aud"], MCP);
}

#[tokio::test]
async fn row_21_a_resource_may_be_spelled_otherwise_and_the_token_has_the_registered_one() {
    let peer = peer().await;
    for (spelled, registered) in [
        ("HTTPS://MCP.Example.com/mcp", MCP),
        ("https://mcp.example.com:443/mcp", MCP),
        ("https://other.example.com/", "https://other.example.com"),
        ("https://OTHER.example.com", "https://other.example.com"),
    ] {
        let code = peer.code_for(&asking(&[("resource", spelled)])).await;
        let answer = peer.token(&with(&redemption(&code), &[("resource", spelled)])).await;
        answer.assert_ok();
        assert_eq!(peer.introspect(&answer.member("access_token")).await["aud"], registered, "{spelled}");
    }
    // Paths are as they are written, and a query names another resource.
    for other in [
        "https://mcp.example.com/mcp/",
        "https://mcp.example.com/MCP",
        "https://mcp.example.com/mcp?x",
        "https://mcp.example.com",
    ] {
        peer.authorize(&asking(&[("resource", other)])).await.assert_query_error("invalid_target");
    }
}

#[tokio::test]
async fn row_22_without_scope_there_is_the_default_and_too_much_is_what_is_allowed() {
    let peer = peer().await;
    for (asked, granted) in [
        (None, "notes:read"),
        (Some("notes:read"), "notes:read"),
        (Some("notes:write notes:read"), "notes:write notes:read"),
        (Some("admin notes:read"), "notes:read"),
        (Some("openid profile notes:write email"), "notes:write"),
    ] {
        let pairs = asking(&asked.map(|scope| ("scope", scope)).into_iter().collect::<Vec<_>>());
        let pairs = if asked.is_none() { without(&pairs, "scope") } else { pairs };
        let code = peer.code_for(&pairs).await;
        let answer = peer.redeem(&code).await;
        assert_eq!(answer.member("scope"), granted, "{asked:?}");
        assert_eq!(peer.introspect(&answer.member("access_token")).await["scope"], granted);
    }
    // Nothing of it is nothing to grant, and what is no scope is none.
    for scope in ["admin", "admin other", "notes:read  notes:write", "\u{e9}"] {
        peer.authorize(&asking(&[("scope", scope)])).await.assert_query_error("invalid_scope");
    }
    // A machine gets the same.
    let machine = [("grant_type", "client_credentials"), ("resource", MCP)];
    for (asked, granted) in [(&[][..], "notes:read"), (&[("scope", "admin notes:write")][..], "notes:write")] {
        let answer = peer.token_conf(&with(&machine, asked)).await;
        assert_eq!(answer.member("scope"), granted);
    }
    peer.token_conf(&with(&machine, &[("scope", "admin")])).await.assert_error(400, "invalid_scope");
}

/// Under another profile it stays an error, as RFC 6749 section 3.3 has it.
#[tokio::test]
async fn row_22_other_profiles_refuse_what_is_too_much() {
    let peer = common::modern_fixture().await;
    let pairs = with(&with(&REQUEST, &PKCE), &[("scope", "scope admin")]);
    peer.authorize(&pairs).await.assert_query_error("invalid_scope");
}

#[tokio::test]
async fn row_23_offline_access_and_prompt_do_no_harm() {
    let peer = peer().await;
    let found = metadata(&peer, "/.well-known/oauth-authorization-server").await.expect("metadata");
    assert_eq!(found["scopes_supported"], serde_json::json!(["notes:read", "notes:write"]), "it would mean nothing here");
    let answer = begun(&peer, &[("scope", "notes:read offline_access"), ("prompt", "consent")]).await;
    assert_eq!(answer.member("scope"), "notes:read");
    // There is a refresh token, also where nobody asked for one.
    let refresh_token = answer.member("refresh_token");
    assert!(!begun(&peer, &[]).await.member("refresh_token").is_empty());
    let answer = refreshed(&peer, &refresh_token, &[("scope", "notes:read offline_access"), ("resource", MCP)]).await;
    answer.assert_ok();
    assert_eq!(answer.member("scope"), "notes:read");
    // What was not granted does not come with it.
    let refresh_token = answer.member("refresh_token");
    let wide = refreshed(&peer, &refresh_token, &[("scope", "notes:read notes:write")]).await;
    assert_eq!(wide.member("scope"), "notes:read");
    let refresh_token = wide.member("refresh_token");
    refreshed(&peer, &refresh_token, &[("scope", "notes:write")]).await.assert_error(400, "invalid_scope");
}

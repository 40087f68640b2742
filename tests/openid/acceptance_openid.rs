//! The acceptance cases and pitfalls that are about OpenID Connect, named by their ids.

use crate::common::html_form::Form;
use crate::provider::{assert_refused, provider};

#[tokio::test]
async fn b16_n24_d05_whatever_has_an_id_token_is_in_the_fragment_with_all_of_it() {
    let provider = provider().await;
    for (response_type, mode, expected) in [
        (
            "code token id_token",
            "",
            &["access_token", "code", "expires_in", "id_token", "iss", "scope", "state", "token_type"][..],
        ),
        (
            "code token id_token",
            "fragment",
            &["access_token", "code", "expires_in", "id_token", "iss", "scope", "state", "token_type"],
        ),
        ("id_token", "", &["id_token", "iss", "state"]),
    ] {
        let front = provider.fragment(&[("response_type", response_type), ("response_mode", mode)]).await;
        let mut names: Vec<_> = front.keys().map(String::as_str).collect();
        names.sort_unstable();
        assert_eq!(names, expected, "{response_type}");
        let claims = provider.id_token_for("conf", &front["id_token"]).await;
        assert_eq!(claims["at_hash"].is_string() && claims["c_hash"].is_string(), response_type != "id_token");
    }
}

#[tokio::test]
async fn b17_a_response_with_an_id_token_is_posted_if_that_is_asked_for() {
    let provider = provider().await;
    for response_type in ["id_token", "code id_token", "code id_token token"] {
        let answer = provider.authorize(&[("response_type", response_type), ("response_mode", "form_post")]).await;
        let form = Form::read(&answer.body);
        assert_eq!((answer.status.as_u16(), form.input("state")), (200, "xyz"));
        provider.id_token_for("conf", form.input("id_token")).await;
    }
}

#[tokio::test]
async fn b18_an_id_token_never_travels_in_a_query() {
    let provider = provider().await;
    for response_type in ["id_token", "code id_token", "id_token token"] {
        let front = provider.fragment(&[("response_type", response_type), ("response_mode", "query")]).await;
        assert_eq!((&*front["error"], front.get("id_token")), ("invalid_request", None));
    }
}

#[tokio::test]
async fn b19_prompt_none_succeeds_for_somebody_who_is_signed_in_and_has_consented() {
    let provider = provider().await;
    assert_refused(&provider.authorize(&[("prompt", "none")]).await, "login_required");
    provider.application.sign_in("alice");
    assert_refused(&provider.authorize(&[("prompt", "none")]).await, "consent_required");
    provider.code(&[]).await;
    provider.code(&[("prompt", "none")]).await;
}

#[tokio::test]
async fn b28_a_nonce_is_required_where_an_id_token_comes_from_the_authorization_endpoint() {
    let provider = provider().await;
    for (response_type, needed) in [("code", false), ("id_token", true), ("code id_token", true), ("id_token token", true)] {
        let changes = [("response_type", response_type), ("nonce", "")];
        match needed {
            true => assert_eq!(provider.fragment(&changes).await["error"], "invalid_request"),
            false => drop(provider.code(&changes).await),
        }
    }
}

//! The modules of the OpenID Foundation's plans for OpenID Providers, each as a function of the same name that shows the same, for any
//! response type and response mode. `CONFORMANCE.md` has the table.

#![allow(dead_code, reason = "each test binary uses its part")]

use std::collections::BTreeMap;

use grantor::Client;
use serde_json::{Value, json};

use crate::common::html_form::Form;
use crate::common::{Answer, CALLBACK, CHALLENGE, SECRET, VERIFIER, basic};
use crate::provider::{Provider, everything, provider};

/// What a plan is run for.
#[derive(Clone, Copy)]
pub struct Plan {
    pub response_type: &'static str,
    pub form_post: bool,
}

/// What a client got.
pub struct Flow {
    pub front: BTreeMap<String, String>,
    /// The token response, if there was a code.
    pub tokens: Option<Value>,
}

impl Plan {
    fn has(self, word: &str) -> bool {
        self.response_type.split(' ').any(|part| part == word)
    }

    fn in_query(self) -> bool {
        self.response_type == "code"
    }

    fn request<'a>(self, changes: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
        let mode = self.form_post.then_some(("response_mode", "form_post"));
        let own: Vec<_> = [("response_type", self.response_type)].into_iter().chain(mode).collect();
        crate::common::with(&own, changes)
    }

    /// The parameters of the answer, from the one place where they may be.
    fn parameters(self, answer: &Answer) -> BTreeMap<String, String> {
        if self.form_post {
            assert_eq!((answer.status.as_u16(), answer.location()), (200, ""), "{answer:?}");
            let form = Form::read(&answer.body);
            assert_eq!((&*form.action, &*form.method), (CALLBACK, "post"));
            return form.inputs.into_iter().collect();
        }
        assert!(answer.location().starts_with(CALLBACK), "{answer:?}");
        let (query, fragment) = (answer.query(), answer.fragment());
        let (used, empty) = if self.in_query() { (query, fragment) } else { (fragment, query) };
        assert!(empty.is_empty(), "{answer:?}");
        used
    }

    async fn answer(self, provider: &Provider, changes: &[(&str, &str)]) -> BTreeMap<String, String> {
        let front = self.parameters(&provider.authorize(&self.request(changes)).await);
        assert_eq!((&*front["state"], &*front["iss"]), ("xyz", "https://as.example.com"), "{front:?}");
        front
    }

    async fn refused(self, provider: &Provider, changes: &[(&str, &str)]) -> String {
        let front = self.answer(provider, changes).await;
        assert!(!["code", "access_token", "id_token"].iter().any(|name| front.contains_key(*name)), "{front:?}");
        front["error"].clone()
    }

    /// The whole flow: what the response type says is there, and nothing else.
    pub async fn flow(self, provider: &Provider, changes: &[(&str, &str)]) -> Flow {
        let client = changes.iter().find(|(name, _)| *name == "client_id").map_or("conf", |(_, client)| client);
        let front = self.answer(provider, changes).await;
        for (word, parameter) in [("code", "code"), ("token", "access_token"), ("id_token", "id_token")] {
            assert_eq!(self.has(word), front.contains_key(parameter), "{parameter}: {front:?}");
        }
        let tokens = match front.get("code") {
            Some(code) => {
                let answer = provider.redeem(client, code).await;
                answer.assert_ok();
                Some(answer.json())
            }
            None => None,
        };
        Flow { front, tokens }
    }
}

impl Flow {
    /// The access token that came last.
    fn access_token(&self) -> Option<Value> {
        let front = self.front.get("access_token").map(|token| json!(token));
        self.tokens.as_ref().map(|tokens| tokens["access_token"].clone()).or(front)
    }

    /// All ID tokens, that of the authorization endpoint first.
    async fn id_tokens(&self, provider: &Provider, client: &str) -> Vec<Value> {
        let mut found = Vec::new();
        let back = self.tokens.as_ref().and_then(|tokens| tokens["id_token"].as_str());
        for text in self.front.get("id_token").map(String::as_str).into_iter().chain(back) {
            found.push(provider.id_token_for(client, text).await);
        }
        assert!(!found.is_empty() || self.tokens.is_none());
        found
    }

    async fn id_token(&self, provider: &Provider) -> Value {
        self.id_tokens(provider, "conf").await.swap_remove(0)
    }

    async fn claims(&self, provider: &Provider) -> Value {
        match self.access_token() {
            Some(token) => provider.claims(&json!({"access_token": token})).await,
            None => self.id_token(provider).await,
        }
    }
}

/// `oidcc-server`: every ID token has what it has to have, and the two of a hybrid flow are about the same.
pub async fn server(plan: Plan) {
    let provider = provider().await;
    let flow = plan.flow(&provider, &[]).await;
    let tokens = flow.id_tokens(&provider, "conf").await;
    for token in &tokens {
        assert_eq!((&token["sub"], &token["nonce"]), (&json!("alice"), &json!("n-0S6_WzA2Mj")));
    }
    if plan.has("id_token") {
        assert_eq!(tokens[0]["at_hash"].is_string(), plan.has("token"), "{tokens:?}");
        assert_eq!(tokens[0]["c_hash"].is_string(), plan.has("code"), "{tokens:?}");
    }
    if let Some(response) = &flow.tokens {
        assert_eq!((&response["token_type"], response["expires_in"].is_u64()), (&json!("Bearer"), true));
    }
    if flow.access_token().is_some() {
        assert_eq!(flow.claims(&provider).await["sub"], "alice");
    }
}

/// `oidcc-response-type-missing`: an error, by redirect or as a page.
pub async fn response_type_missing(plan: Plan) {
    let provider = provider().await;
    let mode: Vec<_> = plan.request(&[]).into_iter().filter(|(name, _)| *name != "response_type").collect();
    let changes: Vec<_> = mode.into_iter().chain([("response_type", "")]).collect();
    let answer = provider.authorize(&changes).await;
    let form = plan.form_post.then(|| Form::read(&answer.body).input("error").to_owned());
    assert_eq!(form.or(answer.query().remove("error")).as_deref(), Some("invalid_request"), "{answer:?}");
}

/// `oidcc-idtoken-signature`: the published keys verify it, and it names one of them.
pub async fn idtoken_signature(plan: Plan) {
    let provider = provider().await;
    let flow = plan.flow(&provider, &[]).await;
    assert!(!flow.id_tokens(&provider, "conf").await.is_empty());
    let keys = provider.peer.get("/jwks").await.json();
    let ids: Vec<_> = keys["keys"].as_array().expect("keys").iter().map(|key| key["kid"].as_str().expect("a kid")).collect();
    let distinct: std::collections::BTreeSet<_> = ids.iter().collect();
    assert!(!ids.is_empty() && distinct.len() == ids.len(), "{ids:?}");
}

/// `oidcc-idtoken-unsigned`: a client that registers `none` is refused.
pub async fn idtoken_unsigned(_: Plan) {
    let provider = provider().await;
    let client = everything(Client::public("x")).id_token_signed_response_alg("none").build().expect("a client");
    assert!(provider.peer.server.check_client(client).expect_err("no key").to_string().contains("`none`"));
}

async fn userinfo_by(plan: Plan, request: fn(&str) -> http::Request<String>) {
    let provider = provider().await;
    let flow = plan.flow(&provider, &[]).await;
    let Some(token) = flow.access_token() else { return };
    let answer = provider.peer.send(request(token.as_str().expect("a token"))).await;
    answer.assert_ok();
    assert_eq!(
        answer.json()["sub"],
        flow.id_tokens(&provider, "conf").await.last().map_or(json!("alice"), |token| token["sub"].clone())
    );
}

/// `oidcc-userinfo-get`.
pub async fn userinfo_get(plan: Plan) {
    userinfo_by(plan, |token| {
        let request = http::Request::get("/userinfo").header("authorization", format!("Bearer {token}"));
        request.body(String::new()).expect("a request")
    })
    .await;
}

/// `oidcc-userinfo-post-header`.
pub async fn userinfo_post_header(plan: Plan) {
    userinfo_by(plan, |token| {
        let request = http::Request::post("/userinfo").header("authorization", format!("Bearer {token}"));
        request.body(String::new()).expect("a request")
    })
    .await;
}

/// `oidcc-userinfo-post-body`.
pub async fn userinfo_post_body(plan: Plan) {
    userinfo_by(plan, |token| {
        let request = http::Request::post("/userinfo").header("content-type", "application/x-www-form-urlencoded");
        request.body(format!("access_token={token}")).expect("a request")
    })
    .await;
}

/// `oidcc-ensure-request-without-nonce-succeeds-for-code-flow`, and `oidcc-ensure-request-without-nonce-fails` where an ID token comes from
/// the authorization endpoint.
pub async fn request_without_nonce(plan: Plan) {
    let provider = provider().await;
    if plan.has("id_token") {
        assert_eq!(plan.refused(&provider, &[("nonce", "")]).await, "invalid_request");
        return;
    }
    let flow = plan.flow(&provider, &[("nonce", "")]).await;
    assert!(flow.id_tokens(&provider, "conf").await[0].get("nonce").is_none());
}

async fn scope(plan: Plan, scope: &str, expected: &[&str]) {
    let provider = provider().await;
    let flow = plan.flow(&provider, &[("scope", scope)]).await;
    let claims = flow.claims(&provider).await;
    for name in expected {
        assert!(!claims[*name].is_null(), "{name}: {claims}");
    }
    let all = [PROFILE, EMAIL, ADDRESS, PHONE].concat();
    let beyond: Vec<_> = all.iter().filter(|name| !expected.contains(name) && !claims[**name].is_null()).collect();
    assert!(beyond.is_empty(), "{beyond:?}");
    if flow.access_token().is_some() {
        let token = flow.id_token(&provider).await;
        assert!(all.iter().all(|name| token[*name].is_null()), "{token}");
    }
}

const PROFILE: &[&str] = &[
    "name",
    "given_name",
    "family_name",
    "middle_name",
    "nickname",
    "preferred_username",
    "profile",
    "picture",
    "website",
    "gender",
    "birthdate",
    "zoneinfo",
    "locale",
    "updated_at",
];
const EMAIL: &[&str] = &["email", "email_verified"];
const ADDRESS: &[&str] = &["address"];
const PHONE: &[&str] = &["phone_number", "phone_number_verified"];

/// `oidcc-scope-profile`.
pub async fn scope_profile(plan: Plan) {
    scope(plan, "openid profile", PROFILE).await;
}

/// `oidcc-scope-email`.
pub async fn scope_email(plan: Plan) {
    scope(plan, "openid email", EMAIL).await;
}

/// `oidcc-scope-address`.
pub async fn scope_address(plan: Plan) {
    scope(plan, "openid address", ADDRESS).await;
}

/// `oidcc-scope-phone`.
pub async fn scope_phone(plan: Plan) {
    scope(plan, "openid phone", PHONE).await;
}

/// `oidcc-scope-all`.
pub async fn scope_all(plan: Plan) {
    scope(plan, "openid profile email address phone", &[PROFILE, EMAIL, ADDRESS, PHONE].concat()).await;
}

/// `oidcc-alternate-happy-flow`: the order of scopes and parameters has no meaning.
pub async fn alternate_happy_flow(plan: Plan) {
    let provider = provider().await;
    let request = plan.request(&[("scope", "email openid")]);
    let mut pairs = crate::common::with(&crate::provider::REQUEST, &request);
    pairs.reverse();
    let front = plan.parameters(&provider.peer.authorize(&pairs).await);
    assert!(front.contains_key("code") || front.contains_key("id_token") || front.contains_key("access_token"), "{front:?}");
}

/// What is never an error, and seen by the application.
async fn hints(plan: Plan, parameter: &'static str, value: &'static str, seen: &str) {
    let provider = provider().await;
    plan.flow(&provider, &[(parameter, value)]).await;
    let found = provider.application.seen.lock().expect("a lock").clone();
    assert!(seen.is_empty() || found.iter().any(|line| line == seen), "{found:?}");
}

/// `oidcc-display-page`.
pub async fn display_page(plan: Plan) {
    hints(plan, "display", "page", "display=page").await;
}

/// `oidcc-display-popup`.
pub async fn display_popup(plan: Plan) {
    hints(plan, "display", "popup", "display=popup").await;
}

/// `oidcc-login-hint`.
pub async fn login_hint(plan: Plan) {
    hints(plan, "login_hint", "alice@example.com", "login_hint=alice@example.com").await;
}

/// `oidcc-ui-locales`.
pub async fn ui_locales(plan: Plan) {
    hints(plan, "ui_locales", "se", "ui_locales=se").await;
}

/// `oidcc-claims-locales`.
pub async fn claims_locales(plan: Plan) {
    hints(plan, "claims_locales", "se", "").await;
}

/// `oidcc-ensure-request-with-acr-values-succeeds`.
pub async fn request_with_acr_values(plan: Plan) {
    hints(plan, "acr_values", "1 2", "acr_values=1 2").await;
}

/// `oidcc-ensure-request-with-unknown-parameter-succeeds`.
pub async fn request_with_unknown_parameter(plan: Plan) {
    hints(plan, "extra", "foobar", "").await;
}

/// `oidcc-prompt-login`: the person signs in again, later than before.
pub async fn prompt_login(plan: Plan) {
    let provider = provider().await;
    let first = plan.flow(&provider, &[]).await.id_token(&provider).await;
    provider.peer.clock.advance(2);
    let pages = provider.application.pages();
    let second = plan.flow(&provider, &[("prompt", "login")]).await.id_token(&provider).await;
    assert!(provider.application.pages() > pages);
    assert!(second["auth_time"].as_u64() > first["auth_time"].as_u64() && first["sub"] == second["sub"], "{first} {second}");
}

/// `oidcc-prompt-none-not-logged-in`.
pub async fn prompt_none_not_logged_in(plan: Plan) {
    let provider = provider().await;
    assert_eq!(plan.refused(&provider, &[("prompt", "none")]).await, "login_required");
    assert_eq!(provider.application.pages(), 0);
}

/// `oidcc-prompt-none-logged-in`: silent, and about the same sign-in.
pub async fn prompt_none_logged_in(plan: Plan) {
    let provider = provider().await;
    let first = plan.flow(&provider, &[]).await.id_token(&provider).await;
    provider.peer.clock.advance(10);
    let pages = provider.application.pages();
    let second = plan.flow(&provider, &[("prompt", "none")]).await.id_token(&provider).await;
    assert_eq!(provider.application.pages(), pages);
    assert_eq!((&first["sub"], &first["auth_time"]), (&second["sub"], &second["auth_time"]));
}

/// `oidcc-max-age-1`: after more than a second the person signs in again.
pub async fn max_age_1(plan: Plan) {
    let provider = provider().await;
    let first = plan.flow(&provider, &[]).await.id_token(&provider).await;
    provider.peer.clock.advance(2);
    let second = plan.flow(&provider, &[("max_age", "1")]).await.id_token(&provider).await;
    assert!(second["auth_time"].as_u64() > first["auth_time"].as_u64(), "{first} {second}");
}

/// `oidcc-max-age-10000`: silent, and about the same sign-in.
pub async fn max_age_10000(plan: Plan) {
    let provider = provider().await;
    let first = plan.flow(&provider, &[]).await.id_token(&provider).await;
    provider.peer.clock.advance(10);
    let pages = provider.application.pages();
    let second = plan.flow(&provider, &[("max_age", "10000")]).await.id_token(&provider).await;
    assert_eq!(provider.application.pages(), pages);
    assert!(second["auth_time"].is_u64() && first["auth_time"] == second["auth_time"]);
}

/// `oidcc-id-token-hint`: with `prompt=none`, silent, and the same person.
pub async fn id_token_hint(plan: Plan) {
    let provider = provider().await;
    let flow = plan.flow(&provider, &[]).await;
    let back = flow.tokens.as_ref().and_then(|tokens| tokens["id_token"].as_str());
    let hint = flow.front.get("id_token").map(String::as_str).or(back).expect("an ID token");
    let second = plan.flow(&provider, &[("prompt", "none"), ("id_token_hint", hint)]).await.id_token(&provider).await;
    assert_eq!(second["sub"], flow.id_token(&provider).await["sub"]);
}

async fn reused(plan: Plan, seconds: u64) {
    let provider = provider().await;
    let flow = plan.flow(&provider, &[]).await;
    let Some(code) = flow.front.get("code") else { return };
    provider.peer.clock.advance(seconds);
    provider.redeem("conf", code).await.assert_error(400, "invalid_grant");
    let access_token = flow.tokens.expect("tokens")["access_token"].clone();
    assert_eq!(provider.userinfo(&access_token).await.status, 401);
}

/// `oidcc-codereuse`: refused, and the access token is revoked.
pub async fn codereuse(plan: Plan) {
    reused(plan, 0).await;
}

/// `oidcc-codereuse-30seconds`.
pub async fn codereuse_30seconds(plan: Plan) {
    reused(plan, 30).await;
}

/// `oidcc-ensure-registered-redirect-uri`: another one is a page.
pub async fn registered_redirect_uri(plan: Plan) {
    let provider = provider().await;
    for uri in ["https://ownauth.com/other", "https://ownauth.com/callback?x=y", "https://evil.example/callback"] {
        provider.authorize(&plan.request(&[("redirect_uri", uri)])).await.assert_page(400);
    }
}

/// `oidcc-ensure-post-request-succeeds`.
pub async fn post_request(plan: Plan) {
    let provider = provider().await;
    let answer = provider.authorize_by_post(&plan.request(&[])).await;
    // What answers a form becomes a GET (RFC 9700 section 4.12).
    assert_eq!(answer.status.as_u16(), if plan.form_post { 200 } else { 303 }, "{answer:?}");
    let front = plan.parameters(&answer);
    assert!(["code", "access_token", "id_token"].iter().any(|name| front.contains_key(*name)), "{front:?}");
}

/// `oidcc-server-client-secret-post`.
pub async fn server_client_secret_post(plan: Plan) {
    let provider = provider().await;
    let front = plan.answer(&provider, &[]).await;
    let Some(code) = front.get("code") else { return };
    let pairs = [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", CALLBACK),
        ("client_id", "conf"),
        ("client_secret", SECRET),
    ];
    provider.peer.token(&pairs).await.assert_ok();
}

/// `oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported`.
pub async fn request_uri_unsigned(plan: Plan) {
    let provider = provider().await;
    let error = plan.refused(&provider, &[("request_uri", "https://app.example.com/request.jwt")]).await;
    assert_eq!(error, "request_uri_not_supported");
}

/// A request object without a signature, that says something else than the request.
const UNSIGNED: &str =
    "eyJhbGciOiJub25lIn0.eyJub25jZSI6Imluc2lkZSIsInJlZGlyZWN0X3VyaSI6Imh0dHBzOi8vYXBwLmV4YW1wbGUuY29tL290aGVyIn0.";

/// `oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported`.
pub async fn unsigned_request_object(plan: Plan) {
    let provider = provider().await;
    assert_eq!(plan.refused(&provider, &[("request", UNSIGNED)]).await, "request_not_supported");
}

/// `oidcc-ensure-request-object-with-redirect-uri`: the outer one is not used as if there were none inside.
pub async fn request_object_with_redirect_uri(plan: Plan) {
    unsigned_request_object(plan).await;
}

/// `oidcc-claims-essential`.
pub async fn claims_essential(plan: Plan) {
    let provider = provider().await;
    let (place, claims) = match plan.response_type {
        "id_token" => ("id_token", r#"{"id_token":{"name":{"essential":true}}}"#),
        _ => ("userinfo", r#"{"userinfo":{"name":{"essential":true}}}"#),
    };
    let flow = plan.flow(&provider, &[("claims", claims)]).await;
    let claims = flow.claims(&provider).await;
    assert_eq!(claims["name"], "alice Example", "{place}: {claims}");
    assert!(claims["email"].is_null());
}

/// `oidcc-refresh-token`: bound to its client, with an ID token about the same sign-in.
pub async fn refresh_token(plan: Plan) {
    let provider = provider().await;
    let flow = plan.flow(&provider, &[]).await;
    let Some(tokens) = &flow.tokens else { return };
    assert!(provider.document().await["grant_types_supported"].as_array().expect("an array").contains(&json!("refresh_token")));
    let token = tokens["refresh_token"].as_str().expect("a refresh token");
    provider.refresh("pub", token).await.assert_error(400, "invalid_grant");
    let refreshed = provider.refresh("conf", token).await.json();
    let (first, second) = (provider.id_token(tokens).await, provider.id_token(&refreshed).await);
    for claim in ["iss", "sub", "aud", "auth_time"] {
        assert_eq!(first[claim], second[claim]);
    }
    assert_eq!(provider.claims(&refreshed).await["sub"], first["sub"]);
}

/// `oidcc-ensure-request-with-valid-pkce-succeeds`.
pub async fn request_with_valid_pkce(plan: Plan) {
    let provider = provider().await;
    let front = plan.answer(&provider, &[("code_challenge", CHALLENGE), ("code_challenge_method", "S256")]).await;
    let Some(code) = front.get("code") else { return };
    let pairs = [("grant_type", "authorization_code"), ("code", code), ("redirect_uri", CALLBACK), ("code_verifier", VERIFIER)];
    provider.peer.post("/token", Some(&basic("conf", SECRET)), &pairs).await.assert_ok();
}

/// Each module of a plan as a test, named as the module is.
macro_rules! plan {
    ($plan:expr, $($module:ident = $function:ident),* $(,)?) => {$(
        #[tokio::test]
        async fn $module() {
            crate::plan::$function($plan).await;
        }
    )*};
    ($plan:expr, nonce: $nonce:ident) => {
        plan! { $plan,
            oidcc_server = server,
            oidcc_response_type_missing = response_type_missing,
            oidcc_idtoken_signature = idtoken_signature,
            oidcc_idtoken_unsigned = idtoken_unsigned,
            oidcc_userinfo_get = userinfo_get,
            oidcc_userinfo_post_header = userinfo_post_header,
            oidcc_userinfo_post_body = userinfo_post_body,
            $nonce = request_without_nonce,
            oidcc_scope_profile = scope_profile,
            oidcc_scope_email = scope_email,
            oidcc_scope_address = scope_address,
            oidcc_scope_phone = scope_phone,
            oidcc_scope_all = scope_all,
            oidcc_alternate_happy_flow = alternate_happy_flow,
            oidcc_display_page = display_page,
            oidcc_display_popup = display_popup,
            oidcc_prompt_login = prompt_login,
            oidcc_prompt_none_not_logged_in = prompt_none_not_logged_in,
            oidcc_prompt_none_logged_in = prompt_none_logged_in,
            oidcc_max_age_1 = max_age_1,
            oidcc_max_age_10000 = max_age_10000,
            oidcc_ensure_request_with_unknown_parameter_succeeds = request_with_unknown_parameter,
            oidcc_id_token_hint = id_token_hint,
            oidcc_login_hint = login_hint,
            oidcc_ui_locales = ui_locales,
            oidcc_claims_locales = claims_locales,
            oidcc_ensure_request_with_acr_values_succeeds = request_with_acr_values,
            oidcc_codereuse = codereuse,
            oidcc_codereuse_30seconds = codereuse_30seconds,
            oidcc_ensure_registered_redirect_uri = registered_redirect_uri,
            oidcc_ensure_post_request_succeeds = post_request,
            oidcc_server_client_secret_post = server_client_secret_post,
            oidcc_request_uri_unsigned_supported_correctly_or_rejected_as_unsupported = request_uri_unsigned,
            oidcc_unsigned_request_object_supported_correctly_or_rejected_as_unsupported = unsigned_request_object,
            oidcc_claims_essential = claims_essential,
            oidcc_ensure_request_object_with_redirect_uri = request_object_with_redirect_uri,
            oidcc_refresh_token = refresh_token,
            oidcc_ensure_request_with_valid_pkce_succeeds = request_with_valid_pkce,
        }
    };
}

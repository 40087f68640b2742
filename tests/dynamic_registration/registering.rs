//! Registering: what comes back, and that it is served.

use super::*;
// shows: RFC7591-2-32, RFC7591-3-01, RFC7591-3-05, RFC7591-3.2-01, RFC7591-3.2.1-02, RFC7591-3.2.1-05, RFC7591-3.2.1-08, RFC7591-3.2.1-10
// shows: OIDC-REG-3-03, OIDC-REG-3.2-04, OIDC-REG-3.2-05, OIDC-REG-3.2-06, OIDC-REG-3.2-07, OIDC-REG-3.2-10, OIDC-REG-3.2-11, OIDC-REG-3.2-12, OIDC-REG-3.2-13, OIDC-REG-3.2-14, RFC7592-B-01, OIDC-REG-4.1-01, RFC7592-B-06, RFC7592-5-07, RFC8414-2-08
#[tokio::test]
async fn a_public_client_gets_what_it_needs_and_is_served() {
    let peer = open();
    let metadata = peer.get("/.well-known/oauth-authorization-server").await.json();
    assert_eq!(metadata["registration_endpoint"], "https://as.example.com/register");
    let sent = and(public(), json!({"grant_types": ["authorization_code", "refresh_token"], "scope": "read", "unknown": [1]}));
    let client = registered(&peer, &sent).await;
    let id = text(&client, "client_id").to_owned();
    let expected = json!({
        "client_id": id,
        "client_id_issued_at": START.as_unix(),
        "client_name": "An app",
        "grant_types": ["authorization_code", "refresh_token"],
        "redirect_uris": [CALLBACK],
        "registration_access_token": client["registration_access_token"],
        "registration_client_uri": format!("https://as.example.com/register?client_id={id}"),
        "response_types": ["code"],
        "scope": "read",
        "token_endpoint_auth_method": "none",
    });
    assert_eq!(client, expected);
    assert!(text(&client, "registration_access_token").len() >= 43);

    let first = tokens(&peer, &client, "read").await;
    first.assert_ok();
    let refreshed =
        token(&peer, &client, &[("grant_type", "refresh_token"), ("refresh_token", &first.member("refresh_token"))]).await;
    refreshed.assert_ok();
}

// shows: RFC7591-2-04, RFC7591-3.2.1-05, RFC7591-3.2.1-06, RFC7591-3.2.1-07, RFC7591-3.2.1-09, RFC7591-5-07, RFC7591-5-20
// shows: OIDC-REG-2-43, OIDC-REG-3.2-09, OIDC-REG-3.2-15
#[tokio::test]
async fn a_confidential_client_gets_a_secret_of_its_own() {
    let peer = every_grant(AnyClient::new());
    let metadata = json!({"redirect_uris": [CALLBACK], "grant_types": ["authorization_code", "client_credentials"]});
    let (one, other) = (registered(&peer, &metadata).await, registered(&peer, &metadata).await);
    for client in [&one, &other] {
        assert_eq!(
            (&client["token_endpoint_auth_method"], &client["client_secret_expires_at"]),
            (&json!("client_secret_basic"), &json!(0))
        );
        let unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
        assert!(text(client, "client_secret").bytes().all(unreserved) && text(client, "client_secret").len() >= 43);
        token(&peer, client, &[("grant_type", "client_credentials")]).await.assert_ok();
        tokens(&peer, client, "write").await.assert_ok();
    }
    assert_ne!(one["client_secret"], other["client_secret"]);
    // As it registered, and not otherwise.
    let body = [
        ("grant_type", "client_credentials"),
        ("client_id", text(&one, "client_id")),
        ("client_secret", text(&one, "client_secret")),
    ];
    peer.token(&body).await.assert_error(401, "invalid_client");
    let post = registered(&peer, &and(metadata, json!({"token_endpoint_auth_method": "client_secret_post"}))).await;
    let body = [
        ("grant_type", "client_credentials"),
        ("client_id", text(&post, "client_id")),
        ("client_secret", text(&post, "client_secret")),
    ];
    peer.token(&body).await.assert_ok();
}

// shows: RFC7591-2-29, RFC7591-3.2.1-03, OIDC-REG-3.2-08
#[tokio::test]
async fn a_stranger_chooses_nothing_that_is_the_operators() {
    let peer = open();
    let theirs = json!({
        "client_id": "admin", "client_secret": "chosen-by-the-client-and-long-enough-for-it", "client_secret_expires_at": 1,
        "client_id_issued_at": 1, "registration_access_token": "mine", "registration_client_uri": "https://evil.example",
        "introspection": "any", "audience": ["https://api.example.com"], "access_token_lifetime": 86_400,
        "refresh_token_lifetime": 31_536_000, "default_scope": "admin", "vetted": true, "scope_claims_in_id_token": true,
    });
    let plain = registered(&peer, &public()).await;
    let client = registered(&peer, &and(public(), theirs)).await;
    let names = |value: &Value| value.as_object().expect("an object").keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&client), names(&plain));
    assert_ne!((text(&client, "client_id"), text(&client, "registration_access_token")), ("admin", "mine"));
    assert_eq!(client["client_id_issued_at"], START.as_unix());
    let kept = record(peer.server.storage(), &client).await;
    assert!(!kept.is_vetted() && !kept.introspects_any_token() && kept.audience().next().is_none());
    assert_eq!((kept.access_token_lifetime(), kept.refresh_token_lifetime()), (None, None));
    assert_ne!(plain["client_id"], client["client_id"]);
}

// shows: RFC7591-3.1-01, RFC7591-2-19, RFC7591-2-33, RFC7591-3.2.1-11, OIDC-REG-3.1-01, OIDC-REG-3.2-01, OIDC-REG-3.2-02, OIDC-REG-3.2-03
#[tokio::test]
async fn what_is_too_much_is_narrowed_and_said() {
    let peer = open();
    for (sent, got) in [
        (json!({"scope": "read admin unheard-of"}), json!({"scope": "read"})),
        (json!({"scope": "admin"}), json!({"scope": ""})),
        (json!({"scope": ""}), json!({"scope": ""})),
        (json!({}), json!({"scope": ALL})),
        (
            json!({"grant_types": ["authorization_code", "implicit", "urn:example:other"], "response_types": ["code", "token", "code id_token"]}),
            json!({"grant_types": ["authorization_code"], "response_types": ["code"]}),
        ),
        // What this server has not, since it is no OpenID Provider and signs nothing.
        (
            json!({"id_token_signed_response_alg": "RS256", "userinfo_signed_response_alg": "RS256", "subject_type": "pairwise",
                   "introspection_signed_response_alg": "ES256", "token_endpoint_auth_signing_alg": "ES256"}),
            json!({"id_token_signed_response_alg": null, "userinfo_signed_response_alg": null, "subject_type": null,
                   "introspection_signed_response_alg": null, "token_endpoint_auth_signing_alg": null}),
        ),
        // Pages elsewhere make a client look like somebody else.
        (
            json!({"client_uri": "https://bank.example.com", "logo_uri": "https://app.example.org/logo.png", "policy_uri": "http://app.example.org/p",
                   "tos_uri#de": "https://app.example.org.evil.example/", "tos_uri": "https://APP.example.org/tos"}),
            json!({"client_uri": null, "logo_uri": "https://app.example.org/logo.png", "policy_uri": null, "tos_uri#de": null,
                   "tos_uri": "https://APP.example.org/tos"}),
        ),
    ] {
        let client = registered(&peer, &and(public(), sent.clone())).await;
        for (name, value) in got.as_object().expect("an object") {
            assert_eq!(client[name], *value, "{sent}");
        }
    }
}

// shows: RFC7591-2-03, RFC7591-2.1-01, RFC7591-3.2.2-01, RFC7591-3.2.2-02, RFC7591-3.2.2-06, RFC7591-5-05, RFC7591-5-06, RFC7591-2-27
// shows: OIDC-REG-2-01, OIDC-REG-2-05, OIDC-REG-2-12, OIDC-REG-2-19, OIDC-REG-2-24, OIDC-REG-2-26, OIDC-REG-2-47, OIDC-REG-7-01
#[tokio::test]
async fn what_cannot_be_registered_is_refused_with_words() {
    let peer = open();
    for (changes, code, words) in [
        (json!({"redirect_uris": null}), "invalid_redirect_uri", "needs a redirect URI"),
        (json!({"redirect_uris": []}), "invalid_redirect_uri", "needs a redirect URI"),
        (json!({"redirect_uris": CALLBACK}), "invalid_redirect_uri", "`redirect_uris` has not the form"),
        (
            json!({"redirect_uris": [CALLBACK, "http://app.example.org/cb"]}),
            "invalid_redirect_uri",
            "http://app.example.org/cb': use https",
        ),
        (json!({"redirect_uris": ["https://app.example.org/cb#x"]}), "invalid_redirect_uri", "remove the fragment"),
        (json!({"redirect_uris": ["https://*.example.org/cb"]}), "invalid_redirect_uri", "wildcard"),
        (json!({"redirect_uris": ["javascript:alert(1)"]}), "invalid_redirect_uri", "cannot receive a response safely"),
        (json!({"redirect_uris": ["myapp://cb"]}), "invalid_redirect_uri", "has no period"),
        (json!({"response_types": ["token"]}), "invalid_client_metadata", "go together"),
        (json!({"grant_types": ["implicit"]}), "invalid_client_metadata", "go together"),
        (
            json!({"grant_types": ["urn:example:other"], "response_types": []}),
            "invalid_client_metadata",
            "this server has: authorization_code",
        ),
        (json!({"grant_types": ["refresh_token"], "response_types": []}), "invalid_client_metadata", "nothing can be begun"),
        (json!({"grant_types": ["client_credentials"], "response_types": []}), "invalid_client_metadata", "nothing can be begun"),
        (
            json!({"token_endpoint_auth_method": "private_key_jwt"}),
            "invalid_client_metadata",
            "this server has: client_secret_basic",
        ),
        (
            json!({"token_endpoint_auth_method": "tls\u{7}_client_auth"}),
            "invalid_client_metadata",
            "`tls_client_auth` is not supported",
        ),
        (json!({"token_endpoint_auth_method": 7}), "invalid_client_metadata", "`token_endpoint_auth_method` has not the form"),
        (json!({"jwks_uri": "http://app.example.org/jwks"}), "invalid_client_metadata", "https"),
        (json!({"jwks": {"keys": [{"kty": "oct", "k": "AA"}]}}), "invalid_client_metadata", "secret"),
        (
            json!({"jwks": {"keys": [{"kty": "EC"}]}, "jwks_uri": "https://app.example.org/jwks"}),
            "invalid_client_metadata",
            "both",
        ),
        (json!({"client_uri": "nowhere"}), "invalid_client_metadata", "`client_uri` must be"),
        (json!({"client_name#": "x"}), "invalid_client_metadata", "language tag"),
        (json!({"application_type": "desktop"}), "invalid_client_metadata", "`web` or `native`"),
        (json!({"scope": ["read"]}), "invalid_client_metadata", "`scope` has not the form"),
        (json!({"scope": "a\u{7}b"}), "invalid_client_metadata", "`scope`"),
        (json!({"id_token_encrypted_response_alg": "RSA-OAEP"}), "invalid_client_metadata", "nothing is encrypted"),
        (json!({"software_statement": "a.b.c"}), "unapproved_software_statement", ""),
    ] {
        let answer = register(&peer, &and(public(), changes.clone())).await;
        if code == "unapproved_software_statement" {
            // Nobody's are trusted here; what is no statement at all may be told so.
            assert_eq!(answer.status, 400, "{answer:?}");
            assert!(answer.member("error").ends_with("_software_statement"));
            continue;
        }
        answer.assert_error(400, code);
        assert!(answer.member("error_description").contains(words), "{changes}: {answer:?}");
    }
    assert_eq!(peer.server.list_clients(None, 9).await.expect("an answer").len(), 0);
}

// shows: RFC7591-3-01
#[tokio::test]
async fn what_is_no_json_is_refused() {
    let peer = open();
    let body = public().to_string();
    for (kind, body, accepted) in [
        (Some("application/json"), body.as_str(), true),
        (Some("Application/JSON; charset=utf-8"), &body, true),
        (Some("application/x-www-form-urlencoded"), &body, false),
        (None, &body, false),
        (Some("application/json"), "", false),
        (Some("application/json"), "[]", false),
        (
            Some("application/json"),
            "{\"redirect_uris\": [\"https://a.example\"], \"redirect_uris\": [\"https://b.example\"]}",
            false,
        ),
        (Some("application/json"), "{\"client_name\": \"\u{0}", false),
    ] {
        let mut request = Request::post("/register");
        if let Some(kind) = kind {
            request = request.header(header::CONTENT_TYPE, kind);
        }
        let answer = peer.send(request.body(Bytes::from(body.to_owned())).expect("a request")).await;
        match accepted {
            true => assert_eq!(answer.status, 201, "{answer:?}"),
            false => answer.assert_error(400, "invalid_client_metadata"),
        }
    }
    let nested = format!("{{\"jwks\": {}{}}}", "[".repeat(200), "]".repeat(200));
    let request = Request::post("/register").header(header::CONTENT_TYPE, "application/json").body(Bytes::from(nested));
    peer.send(request.expect("a request")).await.assert_error(400, "invalid_client_metadata");
    for method in [Method::GET, Method::PUT, Method::DELETE, Method::HEAD] {
        let answer = send(&peer, method, "/register", None, None).await;
        assert_eq!((answer.status.as_u16(), answer.header("allow")), (405, "POST, OPTIONS"));
    }
}

// shows: OIDC-REG-2-06, OIDC-REG-2-09, OIDC-REG-2-11, RFC8252-7.3-01
#[tokio::test]
async fn a_native_application_comes_back_to_its_own_machine() {
    let peer = open();
    let uris = json!(["http://127.0.0.1/cb", "http://[::1]/cb", "http://localhost:7777/cb", "com.example.app:/cb"]);
    let client = registered(&peer, &and(public(), json!({"application_type": "native", "redirect_uris": uris}))).await;
    assert_eq!((&client["redirect_uris"], &client["application_type"]), (&uris, &json!("native")));
    let any_port = and(client.clone(), json!({"redirect_uris": ["http://127.0.0.1:51004/cb"]}));
    tokens(&peer, &any_port, "read").await.assert_ok();
    // Without it nothing is taken for granted.
    registered(&peer, &and(public(), json!({"redirect_uris": ["http://localhost:3000/callback"]}))).await;
}

// shows: RFC7591-5-12, RFC9700-4.11.2-02, RFC9700-4.11.2-03
#[tokio::test]
async fn nobody_vetted_it_so_people_are_asked_and_errors_stay_here() {
    let peer = open();
    let client = registered(&peer, &public()).await;
    let request =
        [("response_type", "code"), ("client_id", text(&client, "client_id")), ("redirect_uri", CALLBACK), ("scope", "admin")];
    peer.authorize(&request).await.assert_page(400);

    let overlooks = Decides(|request| {
        assert_eq!((&*request.client_name(), request.redirect_host()), ("An app", "app.example.org"));
        request.approve(Approval::by(subject("alice")))
    });
    let careless = Peer { service: grantor::OAuthService::with(peer.server.clone(), overlooks), ..peer };
    let request =
        common::with(&request, &[("scope", "read"), ("code_challenge", common::CHALLENGE), ("code_challenge_method", "S256")]);
    let answer = careless.authorize(&request).await;
    assert_eq!(answer.query().get("error").map(String::as_str), Some("consent_required"), "{answer:?}");

    // One that the policy vouches for is like any other.
    let vouching = server(Says(|_| Ok(Admission::new().vetted())));
    let client = registered(&vouching, &public()).await;
    let request = common::with(&request, &[("client_id", text(&client, "client_id")), ("scope", "admin")]);
    assert_eq!(vouching.authorize(&request).await.query().get("error").map(String::as_str), Some("invalid_scope"));
}

// shows: OIDC-REG-3-02, OIDC-REG-4-03
#[tokio::test]
async fn programs_in_browsers_may_register() {
    let peer = open();
    let preflight = Request::options("/register")
        .header("origin", "https://inspector.example")
        .header("access-control-request-method", "POST");
    let answer = peer.send(preflight.body(Bytes::new()).expect("a request")).await;
    assert_eq!((answer.status.as_u16(), answer.header("access-control-allow-origin")), (204, "*"));
    assert_eq!(answer.header("access-control-allow-methods"), "POST, OPTIONS");
    let client = registered(&peer, &public()).await;
    let url = text(&client, "registration_client_uri").trim_start_matches("https://as.example.com");
    let preflight =
        Request::options(url).header("origin", "https://inspector.example").header("access-control-request-method", "PUT");
    let answer = peer.send(preflight.body(Bytes::new()).expect("a request")).await;
    assert_eq!(answer.header("access-control-allow-methods"), "GET, PUT, DELETE, OPTIONS");
}

// shows: RFC7591-3-02, RFC7591-5-01, OIDC-REG-9-01
#[tokio::test]
async fn it_is_not_served_in_the_clear_nor_while_the_server_is_off() {
    let peer = open();
    let plain = Request::post("http://as.example.com/register").header(header::CONTENT_TYPE, "application/json");
    let answer = peer.send(plain.body(Bytes::from(public().to_string())).expect("a request")).await;
    answer.assert_error(400, "invalid_request");
    peer.server.set_available(false);
    register(&peer, &public()).await.assert_error(503, "temporarily_unavailable");
}

/// Where the operating system gives no random bytes `ClientSecret::generate` panics. No test brings that about, so it is looked for: whatever
/// a request does calls the other way, which is an error.
#[test]
fn no_request_makes_a_secret_that_panics() {
    let (mut folders, mut seen) = (vec![std::path::PathBuf::from("src")], 0);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            // What tests are made of, and the guide.
            if path.is_dir() && !["src/testing", "src/storage/kit", "src/manual"].iter().any(|it| path.ends_with(it)) {
                folders.push(path);
                continue;
            }
            if path.extension().is_none_or(|extension| extension != "rs") {
                continue;
            }
            let text = std::fs::read_to_string(&path).expect("text");
            let served = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
            let calls = served.lines().filter(|line| !line.contains("//") && !line.contains("#[error"));
            let calls = calls.filter(|line| line.contains("ClientSecret::generate()") && !line.contains('`'));
            assert_eq!(calls.collect::<Vec<_>>(), Vec::<&str>::new(), "{}", path.display());
            seen += 1;
        }
    }
    assert!(seen > 100, "{seen}");
}

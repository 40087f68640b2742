//! Who may register: initial access tokens, and what a policy says.

use super::*;
use grantor::{Client as Record, ClientSecret, StoreError, WithInitialAccessToken};

const INITIAL: &str = "an-initial-access-token-that-nobody-guesses";

fn guarded() -> Client<WithInitialAccessToken> {
    let token = ClientSecret::parse(INITIAL).expect("a token");
    let registration = DynamicRegistration::new(WithInitialAccessToken::new()).initial_access_token(&token);
    server_on(MemoryStore::new(), registration.initial_access_scope(scope("write")))
}

async fn with_token(peer: &Client<impl RegistrationPolicy>, token: &str) -> Answer {
    send(peer, Method::POST, "/register", Some(token), Some(&public())).await
}

// shows: RFC7591-3-03, RFC7591-3-04, RFC7591-3.2.2-01, OIDC-REG-3-01, OIDC-REG-3-05
#[tokio::test]
async fn a_token_of_the_operator_opens_the_door() {
    let peer = guarded();
    let refused = register(&peer, &public()).await;
    refused.assert_error(401, "invalid_token");
    assert_eq!(refused.header("www-authenticate"), "Bearer realm=\"https://as.example.com\"");
    // Not even looked at.
    register(&peer, &json!({"redirect_uris": 7})).await.assert_error(401, "invalid_token");
    for token in ["", "x", &INITIAL[1..], &format!("{INITIAL} {INITIAL}")] {
        with_token(&peer, token).await.assert_error(401, "invalid_token");
    }
    let client = with_token(&peer, INITIAL).await;
    assert_eq!(client.status, 201);
    // What it registered it changes with its own token.
    let client = client.json();
    let changed = and(public(), json!({"client_id": client["client_id"], "client_name": "x"}));
    managed(&peer, Method::PUT, &client, Some(&changed)).await.assert_ok();
    send(&peer, Method::GET, text(&client, "registration_client_uri"), Some(INITIAL), None)
        .await
        .assert_error(401, "invalid_token");
    with_token(&peer, text(&client, "registration_access_token")).await.assert_error(401, "invalid_token");
}

#[tokio::test]
async fn so_does_an_access_token_of_this_server_with_the_scope() {
    let peer = guarded();
    let secret = ClientSecret::generate();
    let portal = Record::confidential("portal", &secret).grant_types(["client_credentials"]).scope("read write");
    peer.server.register_client(portal.build().expect("a client")).await.expect("registered");
    let issued = async |scope: &str| {
        let pairs = [("grant_type", "client_credentials"), ("scope", scope)];
        peer.post("/token", Some(&basic("portal", secret.expose())), &pairs).await.member("access_token")
    };
    let (write, read) = (issued("write").await, issued("read").await);
    assert_eq!(with_token(&peer, &write).await.status, 201);
    with_token(&peer, &read).await.assert_error(401, "invalid_token");
    peer.post("/revoke", Some(&basic("portal", secret.expose())), &[("token", &write)]).await;
    with_token(&peer, &write).await.assert_error(401, "invalid_token");
    let late = issued("write").await;
    peer.clock.advance(10_000);
    with_token(&peer, &late).await.assert_error(401, "invalid_token");
}

/// A token that is not good is not overlooked, also where none is needed.
#[tokio::test]
async fn an_open_door_takes_no_false_token() {
    let peer = open();
    with_token(&peer, INITIAL).await.assert_error(401, "invalid_token");
    let request = Request::post("/register")
        .header(header::AUTHORIZATION, basic("a", "b"))
        .header(header::CONTENT_TYPE, "application/json");
    peer.send(request.body(Bytes::from(public().to_string())).expect("a request")).await.assert_error(401, "invalid_token");
}

// shows: RFC7591-5-18
#[tokio::test]
async fn a_policy_sees_the_whole_request() {
    let token = ClientSecret::parse(INITIAL).expect("a token");
    let policy = Says(|request| {
        assert_eq!((request.client().name(), &request.metadata()["vendor"]), ("An app", &json!({"of": "the client"})));
        assert_eq!(request.call().headers()["user-agent"], "tests");
        assert_eq!(request.source().map(|source| source.address().to_string()).as_deref(), Some("192.0.2.1"));
        let access = request.initial_access().expect("a token");
        assert!(access.subject().is_none() && access.client_id().is_none() && access.scope().is_none());
        assert!(request.registered_before().is_none() && request.client().scope() == &scope("read"));
        Ok(Admission::new())
    });
    let peer = server_on(MemoryStore::new(), DynamicRegistration::new(policy).initial_access_token(&token));
    let body = and(public(), json!({"vendor": {"of": "the client"}, "scope": "read admin"}));
    let request = Request::post("/register")
        .header(header::AUTHORIZATION, format!("Bearer {INITIAL}"))
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::USER_AGENT, "tests")
        .extension(grantor::RequestSource::new([192, 0, 2, 1].into()));
    let answer = peer.send(request.body(Bytes::from(body.to_string())).expect("a request")).await;
    assert_eq!(answer.status, 201, "{answer:?}");
}

/// Whose access token it is, with what scope; of a text that the operator hands out there is none of it.
#[tokio::test]
async fn a_policy_sees_whose_access_token_it_is() {
    let policy = Says(|request| {
        let access = request.initial_access().expect("a token");
        let alice = (request.client().name() == "of Alice").then_some("alice");
        assert_eq!(access.subject().map(|subject| subject.as_str()), alice);
        assert_eq!((access.client_id().map(|id| id.as_str()), access.scope()), (Some("portal"), Some(&scope("write"))));
        Ok(Admission::new())
    });
    let peer = server_on(MemoryStore::new(), DynamicRegistration::new(policy).initial_access_scope(scope("write")));
    let secret = ClientSecret::generate();
    let portal = Record::confidential("portal", &secret).grant_types(["client_credentials", "authorization_code"]);
    let portal = portal.redirect_uri(CALLBACK).scope("read write").build().expect("a client");
    peer.server.register_client(portal).await.expect("registered");
    let portal = json!({"client_id": "portal", "client_secret": secret.expose(), "redirect_uris": [CALLBACK]});
    let own = token(&peer, &portal, &[("grant_type", "client_credentials"), ("scope", "write")]).await;
    let hers = tokens(&peer, &portal, "write").await;
    for (access, name) in [(own, "of a program"), (hers, "of Alice")] {
        let metadata = and(public(), json!({"client_name": name}));
        let answer = send(&peer, Method::POST, "/register", Some(&access.member("access_token")), Some(&metadata)).await;
        assert_eq!(answer.status, 201, "{answer:?}");
    }
}

// shows: RFC7591-3.2.2-06, RFC7591-3.2.1-11, RFC7592-2.2-18, OIDC-REG-4.4-03, RFC7591-2-33
#[tokio::test]
async fn a_policy_narrows_and_refuses() {
    let peer = server(Says(|request| match request.client().name() {
        "narrow" => Ok(Admission::new()
            .scope(scope("read admin"))
            .grant_types(["authorization_code"])
            .access_token_lifetime(grantor::lifetime!(AccessTokenLifetime, 60))),
        "nothing" => Ok(Admission::new().grant_types(["client_credentials"])),
        "uri" => Err(RegistrationRefusal::invalid_redirect_uri("not there")),
        "metadata" => Err(RegistrationRefusal::invalid_client_metadata("not so")),
        "statement" => Err(RegistrationRefusal::invalid_software_statement("not that")),
        "unapproved" => Err(RegistrationRefusal::unapproved_software_statement("not yours")),
        "unauthorized" => Err(RegistrationRefusal::unauthorized()),
        "forbidden" => Err(RegistrationRefusal::forbidden("not you")),
        "down" => Err(StoreError::Unavailable { retry_after: None }.into()),
        "broken" => Err(StoreError::failed("the words of a driver").into()),
        _ => Ok(Admission::new()),
    }));
    let named = |name: &str| {
        and(public(), json!({"client_name": name, "scope": "read write", "grant_types": ["authorization_code", "refresh_token"]}))
    };
    let client = registered(&peer, &named("narrow")).await;
    assert_eq!((&client["scope"], &client["grant_types"]), (&json!("read"), &json!(["authorization_code"])));
    assert_eq!(tokens(&peer, &client, "read").await.json()["expires_in"], 60);
    for (name, status, code) in [
        ("nothing", 400, "invalid_client_metadata"),
        ("uri", 400, "invalid_redirect_uri"),
        ("metadata", 400, "invalid_client_metadata"),
        ("statement", 400, "invalid_software_statement"),
        ("unapproved", 400, "unapproved_software_statement"),
        ("unauthorized", 401, "invalid_token"),
        ("forbidden", 403, "access_denied"),
        ("down", 503, "temporarily_unavailable"),
        ("broken", 500, "server_error"),
    ] {
        let answer = register(&peer, &named(name)).await;
        answer.assert_error(status, code);
        assert!(!answer.body.contains("driver"), "{answer:?}");
        // A change is asked about as well, and leaves what was.
        let before = registered(&peer, &named("before")).await;
        let change = and(named(name), json!({"client_id": before["client_id"]}));
        managed(&peer, Method::PUT, &before, Some(&change)).await.assert_error(status, code);
        assert_eq!(managed(&peer, Method::GET, &before, None).await.json()["client_name"], "before");
    }
}

/// How long its refresh tokens live, and how long it stays: as the policy says, and not as the server does.
#[tokio::test]
async fn a_policy_says_how_long_things_last() {
    const DAY: u64 = 86_400;
    let peer = server(Says(|request| match request.client().name() {
        "usual" => Ok(Admission::new()),
        _ => Ok(Admission::new()
            .refresh_token_lifetime(grantor::lifetime!(RefreshTokenLifetime, 120))
            .unused_for(grantor::lifetime!(UnusedClientLifetime, 172_800))),
    }));
    let metadata =
        |name: &str| and(public(), json!({"client_name": name, "grant_types": ["authorization_code", "refresh_token"]}));
    let (short, usual) = (registered(&peer, &metadata("short")).await, registered(&peer, &metadata("usual")).await);
    let mut refresh_tokens = Vec::new();
    for client in [&short, &usual] {
        refresh_tokens.push(tokens(&peer, client, "read").await.member("refresh_token"));
    }
    peer.clock.advance(120);
    for (client, refresh_token, status) in [(&short, &refresh_tokens[0], 400), (&usual, &refresh_tokens[1], 200)] {
        let answer = token(&peer, client, &[("grant_type", "refresh_token"), ("refresh_token", refresh_token)]).await;
        assert_eq!(answer.status, status, "{answer:?}");
    }
    assert_eq!(record(peer.server.storage(), &short).await.unused_until(), Some(START.saturating_add_secs(2 * DAY)));
    peer.clock.advance(2 * DAY - 121);
    managed(&peer, Method::GET, &short, None).await.assert_ok();
    peer.clock.advance(1);
    managed(&peer, Method::GET, &short, None).await.assert_error(401, "invalid_token");
    managed(&peer, Method::GET, &usual, None).await.assert_ok();
}

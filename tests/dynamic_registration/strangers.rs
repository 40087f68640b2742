//! What a stranger could do with what it may register.

use super::*;
use grantor::{ClientSecret, RegistrationsPerHour, WithInitialAccessToken};

/// With the others a stranger would have tokens of this server, and nobody would have been asked.
#[tokio::test]
async fn strangers_get_the_grants_in_which_a_person_decides() {
    let machine = json!({"grant_types": ["client_credentials"], "response_types": []});
    register(&open(), &machine).await.assert_error(400, "invalid_client_metadata");
    let both = json!({"redirect_uris": [CALLBACK], "grant_types": ["authorization_code", "client_credentials"]});
    assert_eq!(registered(&open(), &both).await["grant_types"], json!(["authorization_code"]));

    let peer = every_grant(AnyClient::new());
    let client = registered(&peer, &machine).await;
    token(&peer, &client, &[("grant_type", "client_credentials")]).await.assert_ok();
    register(&peer, &and(public(), machine)).await.assert_error(400, "invalid_client_metadata");
}

/// Whoever is refused anyway takes nobody's turn.
#[tokio::test]
async fn requests_without_a_good_token_do_not_count() {
    let token = ClientSecret::generate();
    let registration = DynamicRegistration::new(WithInitialAccessToken::new())
        .initial_access_token(&token)
        .per_hour(RegistrationsPerHour::new(2).expect("a limit"));
    let peer = server_on(MemoryStore::new(), registration);
    for _ in 0..3 {
        register(&peer, &public()).await.assert_error(401, "invalid_token");
    }
    let first = send(&peer, Method::POST, "/register", Some(token.expose()), Some(&public())).await;
    assert_eq!(first.status, 201, "{first:?}");
    let client = first.json();
    for _ in 0..3 {
        let url = text(&client, "registration_client_uri");
        send(&peer, Method::PUT, url, Some("of nobody"), Some(&public())).await.assert_error(401, "invalid_token");
    }
    let changed = and(public(), json!({"client_id": client["client_id"]}));
    managed(&peer, Method::PUT, &client, Some(&changed)).await.assert_ok();
    assert_eq!(send(&peer, Method::POST, "/register", Some(token.expose()), Some(&public())).await.status, 429);
}

/// Otherwise one that was let in lets in others, for good.
#[tokio::test]
async fn the_scope_that_lets_in_is_given_to_nobody_who_came_in() {
    let registration = DynamicRegistration::new(AnyClient::new()).initial_access_scope(scope("write"));
    let peer = server_on(MemoryStore::new(), registration);
    assert_eq!(registered(&peer, &public()).await["scope"], "read offline_access");
}

/// People agreed to another client.
#[tokio::test]
async fn what_was_agreed_to_is_not_renewed_for_another_client() {
    let peer = open();
    let metadata = and(public(), json!({"grant_types": ["authorization_code", "refresh_token"]}));
    let client = registered(&peer, &metadata).await;
    let id = text(&client, "client_id");
    let tokens = tokens(&peer, &client, "read").await;
    let refresh =
        async |token: &str| peer.token(&[("grant_type", "refresh_token"), ("client_id", id), ("refresh_token", token)]).await;
    let second = refresh(&tokens.member("refresh_token")).await;
    let again = and(metadata, json!({"client_id": id, "client_name": "Your bank"}));
    managed(&peer, Method::PUT, &client, Some(&again)).await.assert_ok();
    refresh(&second.member("refresh_token")).await.assert_error(400, "invalid_grant");
}

/// Nor is what they agreed to just now fetched by it; and what was not fetched is not lost.
#[tokio::test]
async fn a_code_is_not_redeemed_for_another_client() {
    let peer = open();
    let client = registered(&peer, &public()).await;
    let code = code(&peer, &client, "read").await;
    let named = async |client: &Value, name: &str| {
        let change = and(public(), json!({"client_id": client["client_id"], "client_name": name}));
        let answer = managed(&peer, Method::PUT, client, Some(&change)).await;
        answer.assert_ok();
        answer.json()
    };
    let changed = named(&client, "Your bank").await;
    redeem(&peer, &client, &code).await.assert_error(400, "invalid_grant");
    named(&changed, "An app").await;
    redeem(&peer, &client, &code).await.assert_ok();
}

/// What a device may have of a server, and of whoever types its code.
struct Television {
    id: String,
    device_code: String,
    user_code: String,
}

impl Television {
    async fn asking<Sv: ServesOAuth>(peer: &Peer<Sv, Decides>, client: &Value) -> Self {
        let id = text(client, "client_id").to_owned();
        let answer = peer.post("/device_authorization", None, &[("client_id", &id), ("scope", "read")]).await;
        answer.assert_ok();
        Self { id, device_code: answer.member("device_code"), user_code: answer.member("user_code") }
    }

    async fn polls<Sv: ServesOAuth>(&self, peer: &Peer<Sv, Decides>) -> Answer {
        // As often as it may.
        peer.clock.advance(10);
        peer.token(&[("grant_type", DEVICE), ("client_id", &self.id), ("device_code", &self.device_code)]).await
    }
}

/// The request of a device, as the browser of whoever typed its code gets it.
macro_rules! typed {
    ($peer:expr, $television:expr) => {{
        let page = Request::post("/device").header("sec-fetch-site", "same-origin").body(Bytes::new()).expect("a request");
        let mut browser = common::browser::Browser::default();
        let typed = $peer.server.devices().enter(&$television.user_code, &page).await.expect("a code");
        browser.store(typed.set_cookie());
        $peer.server.devices().resume(typed.handle(), &browser.headers()).await.expect("a request")
    }};
}

fn television() -> Value {
    and(public(), json!({"grant_types": ["authorization_code", DEVICE], "client_name": "Tele\u{202e}vision"}))
}

/// At a device, too: who types its code has not agreed to anything.
#[tokio::test]
async fn who_types_a_code_is_asked() {
    let peer = whole!(MemoryStore::new());
    let television = Television::asking(&peer, &registered(&peer, &television()).await).await;
    let asked = typed!(peer, television);
    assert_eq!((asked.request().client_is_vetted(), &*asked.request().client_name()), (false, "Television"));
    let refused = peer.server.devices().approve(asked, Approval::by(subject("alice"))).await.expect_err("a refusal");
    let grantor::DeviceError::Refused(error) = refused else { panic!("{refused:?}") };
    assert_eq!(error.code().as_str(), "consent_required");
    // Nothing was decided.
    television.polls(&peer).await.assert_error(400, "authorization_pending");
    let asked = typed!(peer, television);
    peer.server.devices().approve(asked, Approval::by(subject("alice")).consented()).await.expect("an approval");
    television.polls(&peer).await.assert_ok();
}

#[tokio::test]
async fn a_device_fetches_nothing_for_another_client() {
    let peer = whole!(MemoryStore::new());
    let client = registered(&peer, &television()).await;
    let set = Television::asking(&peer, &client).await;
    let asked = typed!(peer, set);
    peer.server.devices().approve(asked, Approval::by(subject("alice")).consented()).await.expect("an approval");
    let change = and(television(), json!({"client_id": set.id, "client_name": "Your bank"}));
    let changed = managed(&peer, Method::PUT, &client, Some(&change)).await;
    changed.assert_ok();
    set.polls(&peer).await.assert_error(400, "invalid_grant");
    let back = and(television(), json!({"client_id": set.id}));
    managed(&peer, Method::PUT, &changed.json(), Some(&back)).await.assert_ok();
    set.polls(&peer).await.assert_ok();
}

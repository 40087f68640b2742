//! Authorizations that begin with a token request, or with a token from the authorization endpoint.

use grantor::{AccessTokenLifetime, Client, ClientSecret};

use crate::common::{SECRET, basic, with};
use crate::{ALL, ANYTHING, CALENDAR, CONTACTS, Flow, aiming, asking, peer};

// shows: RFC8707-2-08, RFC8707-2.2-02, RFC6750-5.3-07, RFC9700-2.3-02, RFC9700-2.3-05
#[tokio::test]
async fn every_grant_takes_resources_one_of_your_own_too() {
    let peer = peer().await;
    let flow = Flow(&peer);
    let password = [("grant_type", "password"), ("username", "username"), ("password", "password")];
    let client = [("grant_type", "client_credentials")];
    let own = [("grant_type", "urn:example:own")];
    for grant in [&client[..], &password, &own] {
        let answer = peer.token_conf(&aiming(grant, &[CALENDAR, "https://contacts.example.com:443/api/"])).await;
        flow.aimed_at(&answer, &[CALENDAR, CONTACTS], ALL).await;
        let answer = peer.token_conf(&aiming(grant, &[CONTACTS])).await;
        flow.aimed_at(&answer, &[CONTACTS], "contacts:read").await;
        // Where nobody names any, it is as ever.
        let answer = peer.token_conf(grant).await;
        flow.aimed_at(&answer, &[], ALL).await;
    }
    // The authorization that begins so is for what its first request names.
    for grant in [&password[..], &own] {
        let tokens = peer.token_conf(&aiming(grant, &[CALENDAR, CONTACTS])).await;
        let refresh = |token: String, resource: &'static str| {
            let peer = &peer;
            async move {
                let pairs = [("grant_type", "refresh_token"), ("refresh_token", &*token), ("resource", resource)];
                peer.token_conf(&pairs).await
            }
        };
        refresh(tokens.member("refresh_token"), ANYTHING).await.assert_error(400, "invalid_target");
        let calendar = refresh(tokens.member("refresh_token"), CALENDAR).await;
        flow.aimed_at(&calendar, &[CALENDAR], "events:read events:write").await;
        let contacts = refresh(calendar.member("refresh_token"), CONTACTS).await;
        flow.aimed_at(&contacts, &[CONTACTS], "contacts:read").await;
    }
}

// shows: RFC8707-2-08
#[tokio::test]
async fn a_token_from_the_authorization_endpoint_is_for_what_was_asked_for() {
    let peer = peer().await;
    for response_type in ["token", "code token"] {
        let request = with(&asking("events:read other", &[CALENDAR, CONTACTS]), &[("response_type", response_type)]);
        let fragment = peer.authorize(&request).await.fragment();
        assert_eq!((&*fragment["scope"], &*fragment["expires_in"]), ("events:read", "120"), "{fragment:?}");
        let claims = peer.introspect(&fragment["access_token"]).await;
        assert_eq!(claims["aud"], serde_json::json!([CALENDAR, CONTACTS]), "{claims}");
        assert_eq!(claims["scope"], "events:read");
        if let Some(code) = fragment.get("code") {
            // The code is good for the whole.
            let answer = peer.token(&with(&crate::redemption(code), &[("resource", CONTACTS)])).await;
            answer.assert_error(400, "invalid_target");
            let flow = Flow(&peer);
            flow.aimed_at(&flow.redeem(code, &[]).await, &[CALENDAR, CONTACTS], "events:read").await;
        }
    }
}

#[tokio::test]
async fn a_token_lives_as_long_as_the_strictest_says() {
    let peer = peer().await;
    let secret = ClientSecret::parse(SECRET).expect("a secret");
    for (id, lifetime) in [("short", 60), ("long", 3600)] {
        let client = Client::confidential(id, &secret).scope(ALL).grant_types(["client_credentials"]);
        let client = client.access_token_lifetime(AccessTokenLifetime::from_secs(lifetime).expect("a lifetime"));
        peer.server.register_client(client.build().expect("a client")).await.expect("a registration");
    }
    let cases: [(&str, &[&str], u64); 10] = [
        ("conf", &[CALENDAR], 120),
        ("conf", &[CONTACTS], 600),
        ("conf", &[CALENDAR, CONTACTS], 120),
        ("conf", &[], 600),
        ("short", &[CALENDAR], 60),
        ("short", &[CONTACTS], 60),
        ("long", &[CALENDAR], 120),
        ("long", &[CONTACTS], 3600),
        ("long", &[CONTACTS, CALENDAR], 120),
        ("long", &[ANYTHING], 3600),
    ];
    for (id, resources, expected) in cases {
        let request = aiming(&[("grant_type", "client_credentials"), ("scope", ALL)], resources);
        let answer = peer.post("/token", Some(&basic(id, SECRET)), &request).await;
        assert_eq!(answer.json()["expires_in"], expected, "{id} {resources:?} {answer:?}");
        let token = answer.member("access_token");
        let claims = peer.introspect(&token).await;
        let lives = claims["exp"].as_u64().expect("a time") - claims["iat"].as_u64().expect("a time");
        assert_eq!(lives, expected, "{claims}");
    }
}

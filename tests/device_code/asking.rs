//! The device authorization request, and its response (RFC 8628 sections 3.1 and 3.2).

use grantor::{ClientCredentials, DeviceCode, Endpoints, MemoryStore, lifetime};
use serde_json::json;

use crate::common::{CALLBACK, lacking, with};
use crate::{ASKS, ask, asked, of, peer, server};

// shows: RFC8628-3.1-01, RFC8628-3.1-02, RFC8628-3.2-01, RFC8628-3.2-02, RFC8628-3.2-03, RFC8628-3.2-04, RFC8628-3.2-05, RFC8628-3.2-06
// shows: RFC8628-3.2-07, RFC8628-3.3-02, RFC8628-5.2-01
#[tokio::test]
async fn a_device_gets_two_codes_and_is_told_where_its_person_goes() {
    let peer = peer!();
    for request in [&ASKS[..], &ASKS[..1], &of("conf")] {
        let answer = ask(&peer, request).await;
        answer.assert_ok();
        assert_eq!((answer.header("cache-control"), answer.header("pragma")), ("no-store", "no-cache"));
        let (device_code, user_code) = (answer.member("device_code"), answer.member("user_code"));
        // 256 random bits behind the moment.
        assert_eq!((device_code.len(), user_code.len()), (47, 9));
        let groups: Vec<&str> = user_code.split('-').collect();
        let letters = |group: &&str| group.len() == 4 && group.bytes().all(|byte| b"BCDFGHJKLMNPQRSTVWXZ".contains(&byte));
        assert!(groups.len() == 2 && groups.iter().all(letters), "{user_code}");
        let complete = format!("https://as.example.com/device?user_code={user_code}");
        assert_eq!(
            answer.json(),
            json!({
                "device_code": device_code,
                "user_code": user_code,
                "verification_uri": "https://as.example.com/device",
                "verification_uri_complete": complete,
                "expires_in": 600,
                "interval": 5,
            })
        );
    }
}

// shows: RFC8628-4-01
#[tokio::test]
async fn the_endpoint_is_in_the_metadata_and_moves_with_its_page() {
    let metadata = |document: &str| serde_json::from_str::<serde_json::Value>(document).unwrap();
    let endpoints = Endpoints::new().device_authorization("/oauth/device").and_then(|endpoints| endpoints.device("/tv")).unwrap();
    let moved = peer!(
        DeviceCode::new().lifetime(lifetime!(DeviceCodeLifetime, 120)).interval(lifetime!(PollingInterval, 2)),
        endpoints(endpoints)
    );
    let document = metadata(&moved.get("/.well-known/oauth-authorization-server").await.body);
    assert_eq!(document["device_authorization_endpoint"], "https://as.example.com/oauth/device");
    assert!(document["grant_types_supported"].as_array().unwrap().contains(&crate::DEVICE.into()));
    let answer = moved.post("/oauth/device", None, &ASKS).await;
    answer.assert_ok();
    assert_eq!(answer.member("verification_uri"), "https://as.example.com/tv");
    assert_eq!((&answer.json()["expires_in"], &answer.json()["interval"]), (&json!(120), &json!(2)));
    assert_eq!(ask(&moved, &ASKS).await.status, 404);

    let peer = peer!();
    let paths = grantor::ServesOAuth::paths(&*peer.server);
    assert!(paths.contains(&"/device_authorization".to_owned()) && !paths.contains(&"/device".to_owned()), "{paths:?}");
    // Switched off, it is not there.
    let off = peer!(None::<DeviceCode>);
    assert_eq!(ask(&off, &ASKS).await.status, 404);
    assert!(
        metadata(&off.get("/.well-known/oauth-authorization-server").await.body).get("device_authorization_endpoint").is_none()
    );
}

// shows: RFC8628-3.1-03, RFC8628-3.4-04
#[tokio::test]
async fn clients_authenticate_as_at_the_token_endpoint() {
    let peer = peer!();
    peer.post("/device_authorization", None, &of("conf")).await.assert_error(401, "invalid_client");
    ask(&peer, &of("nobody")).await.assert_error(401, "invalid_client");
    for lacks in lacking(&ASKS, "client_id") {
        peer.post("/device_authorization", None, &lacks).await.assert_error(401, "invalid_client");
    }
    let wrong = crate::common::basic("conf", "wrong");
    peer.post("/device_authorization", Some(&wrong), &[]).await.assert_error(401, "invalid_client");
    // Who authenticates need not name itself.
    peer.post("/device_authorization", crate::secret_of("conf").as_deref(), &[]).await.assert_ok();
    let another = [("client_id", "other")];
    peer.post("/device_authorization", crate::secret_of("conf").as_deref(), &another).await.assert_error(400, "invalid_request");
    ask(&peer, &of("web")).await.assert_error(400, "unauthorized_client");
}

// shows: RFC8628-3.1-05, RFC8628-3.1-06, RFC8628-3.1-07
#[tokio::test]
async fn a_request_is_one_of_parameters() {
    let peer = peer!();
    ask(&peer, &with(&ASKS, &[("scope", "")])).await.assert_ok();
    ask(&peer, &with(&ASKS, &[("unknown", "x"), ("redirect_uri", CALLBACK), ("response_type", "code"), ("state", "\n")]))
        .await
        .assert_ok();
    for repeated in ["client_id", "scope", "client_secret", "max_age"] {
        let mut pairs = with(&ASKS, &[(repeated, if repeated == "client_id" { "tv" } else { "1" })]);
        pairs.push((repeated, "2"));
        ask(&peer, &pairs).await.assert_error(400, "invalid_request");
    }
    ask(&peer, &with(&ASKS, &[("scope", "admin")])).await.assert_error(400, "invalid_scope");
    ask(&peer, &with(&ASKS, &[("scope", "a  b\"")])).await.assert_error(400, "invalid_scope");
    ask(&peer, &with(&ASKS, &[("max_age", "soon")])).await.assert_error(400, "invalid_request");
    let large = "x".repeat(9_000);
    ask(&peer, &with(&ASKS, &[("unknown", &large)])).await.assert_error(400, "invalid_request");
    assert_eq!(peer.get("/device_authorization").await.status, 405);
    peer.server.set_available(false);
    ask(&peer, &ASKS).await.assert_error(503, "temporarily_unavailable");
}

#[tokio::test]
async fn so_many_wait_and_no_more() {
    let peer = peer!(DeviceCode::new(), pending_requests(grantor::PendingRequests::new(100).unwrap()));
    let mut codes = Vec::new();
    for _ in 0..50 {
        codes.push(asked(&peer, &ASKS).await.1);
    }
    // Anybody may ask in the name of a public client: that leaves room for others.
    ask(&peer, &ASKS).await.assert_error(503, "temporarily_unavailable");
    for _ in 50..100 {
        codes.push(asked(&peer, &of("conf")).await.1);
    }
    let answer = ask(&peer, &of("conf")).await;
    answer.assert_error(503, "temporarily_unavailable");
    assert!(answer.header("retry-after").parse::<u64>().unwrap() <= 900, "{answer:?}");
    // With many, codes are longer.
    assert!(codes[..24].iter().all(|code| code.len() == 9) && codes[24..].iter().all(|code| code.len() == 10), "{codes:?}");
    // What was decided, or is over, makes room.
    crate::Page::allowed(&*peer.server, &codes[0]).await;
    assert_eq!(asked(&peer, &of("conf")).await.1.len(), 9);
    peer.clock.advance(900);
    assert_eq!(asked(&peer, &of("conf")).await.1.len(), 9);
}

#[tokio::test]
async fn it_is_the_only_grant_of_a_server() {
    let clock = grantor::ManualClock::new(crate::common::START);
    let server = grantor::AuthorizationServer::builder()
        .profile(grantor::Development::<grantor::OAuth21>::new())
        .issuer(grantor::issuer!("https://as.example.com/tenant"))
        .storage(MemoryStore::new())
        .clock(clock.clone())
        .grant(DeviceCode::new())
        .grant(ClientCredentials::new())
        .build();
    let client = grantor::Client::public("tv").scope("scope read").grant_types([crate::DEVICE]).build().unwrap();
    server.register_client(client).await.unwrap();
    let request = http::Request::post("/tenant/device_authorization").header("content-type", "application/x-www-form-urlencoded");
    let request = request.body(bytes::Bytes::from("client_id=tv")).unwrap();
    let answer = crate::Answer::from(grantor::ServesOAuth::handle(&server, request).await);
    answer.assert_ok();
    assert_eq!(answer.member("verification_uri"), "https://as.example.com/tenant/device");
    let _ = server!(MemoryStore::new(), clock, DeviceCode::default());
}

//! What is refused, where, and that nothing is used up by it.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use grantor::{Decision, MemoryStore, OAuthService, ResourceIndicators};
use serde_json::json;

use crate::common::SentBack as _;
use crate::common::{Decides, Peer, SECRET, basic};
use crate::{ALL, ANYTHING, CALENDAR, CONTACTS, Elsewhere, Flow, asking, peer, peer_on};

const WRONG: [&[&str]; 9] = [
    &["https://unknown.example.com"],
    &["/api"],
    &["calendar"],
    &["https://calendar.example.com/#events"],
    &["https://calendar.example.com/other"],
    &["http://calendar.example.com"],
    &["https://contacts.example.com/api"],
    &[CALENDAR, "https://unknown.example.com"],
    &["https://someone@calendar.example.com"],
];

// shows: RFC8707-2-02, RFC8707-2-03, RFC8707-2-09
#[tokio::test]
async fn a_resource_that_is_none_is_refused_before_anybody_is_asked() {
    let Peer { server, clock, .. } = peer().await;
    let nobody = Decides(|_| -> Decision { panic!("somebody is asked") });
    let peer = Peer { service: OAuthService::with(server.clone(), nobody), server, clock };
    for resources in WRONG {
        peer.authorize(&asking(ALL, resources)).await.assert_query_error("invalid_target");
    }
    // In the form in which the answer was to come.
    let implicit = crate::common::with(&asking(ALL, &["/api"]), &[("response_type", "token")]);
    peer.authorize(&implicit).await.assert_fragment_error("invalid_target");
    // An invalid combination of resource and scope (section 2).
    peer.authorize(&asking("contacts:read", &[CALENDAR])).await.assert_query_error("invalid_target");
    let many: Vec<String> = (0..17).map(|number| format!("https://api{number}.example.com")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    peer.authorize(&asking(ALL, &many)).await.assert_query_error("invalid_target");
}

// shows: RFC8707-2-09
#[tokio::test]
async fn a_token_request_for_a_resource_that_is_none_uses_nothing_up() {
    let peer = peer().await;
    let flow = Flow(&peer);
    let code = flow.code(ALL, &[CALENDAR, CONTACTS]).await;
    for resources in WRONG {
        flow.redeem(&code, resources).await.assert_error(400, "invalid_target");
    }
    let tokens = flow.redeem(&code, &[]).await;
    let refresh_token = tokens.member("refresh_token");
    for resources in WRONG {
        flow.refresh(&refresh_token, resources).await.assert_error(400, "invalid_target");
        let pairs = crate::aiming(&[("grant_type", "client_credentials")], resources);
        peer.token_conf(&pairs).await.assert_error(400, "invalid_target");
    }
    assert!(peer.is_active(&tokens.member("access_token")).await);
    flow.refresh(&refresh_token, &[CALENDAR]).await.assert_ok();
}

// shows: RFC8707-2.2-01
#[tokio::test]
async fn a_token_request_may_narrow_and_never_widen() {
    let peer = peer().await;
    let flow = Flow(&peer);
    let code = flow.code("events:read", &[CALENDAR]).await;
    for wider in [&[CONTACTS][..], &[CALENDAR, CONTACTS], &[ANYTHING]] {
        flow.redeem(&code, wider).await.assert_error(400, "invalid_target");
    }
    let tokens = flow.redeem(&code, &[CALENDAR]).await;
    flow.aimed_at(&tokens, &[CALENDAR], "events:read").await;
    for wider in [&[CONTACTS][..], &[CALENDAR, CONTACTS], &[ANYTHING]] {
        flow.refresh(&tokens.member("refresh_token"), wider).await.assert_error(400, "invalid_target");
    }
    // A token for less does not make what may be asked for less, and not more either.
    let both = flow.begun(ALL, &[CALENDAR, CONTACTS]).await;
    let less = flow.refresh(&both.member("refresh_token"), &[CONTACTS]).await;
    flow.refresh(&less.member("refresh_token"), &[ANYTHING]).await.assert_error(400, "invalid_target");
    flow.refresh(&less.member("refresh_token"), &[CALENDAR]).await.assert_ok();
}

// shows: RFC8707-2.2-02
#[tokio::test]
async fn a_token_of_which_nothing_is_left_is_refused() {
    let peer = peer().await;
    let flow = Flow(&peer);
    let tokens = flow.begun("contacts:read other", &[CALENDAR, CONTACTS]).await;
    // `other` is nobody's.
    flow.aimed_at(&tokens, &[CALENDAR, CONTACTS], "contacts:read").await;
    let refresh_token = tokens.member("refresh_token");
    flow.refresh(&refresh_token, &[CALENDAR]).await.assert_error(400, "invalid_target");
    let contacts = flow.refresh(&refresh_token, &[CONTACTS]).await;
    flow.aimed_at(&contacts, &[CONTACTS], "contacts:read").await;
    // What knows every scope narrows none.
    let anything = flow.begun("contacts:read other", &[ANYTHING, CALENDAR]).await;
    flow.aimed_at(&anything, &[ANYTHING, CALENDAR], "contacts:read other").await;
}

#[tokio::test]
async fn while_the_source_cannot_answer_nothing_is_used_up() {
    let source = Arc::new(Elsewhere::new());
    let peer = peer_on(MemoryStore::new(), ResourceIndicators::new(source.clone())).await;
    let flow = Flow(&peer);
    let code = flow.code(ALL, &[CALENDAR]).await;
    let other = flow.begun(ALL, &[CALENDAR, CONTACTS]).await.member("refresh_token");
    for switch in [&source.down, &source.failed] {
        switch.store(true, Ordering::Relaxed);
        for resources in [&[CALENDAR][..], &[]] {
            for answer in [flow.redeem(&code, resources).await, flow.refresh(&other, resources).await] {
                answer.assert_error(503, "temporarily_unavailable");
                assert!(!answer.header("retry-after").is_empty() && !answer.body.contains("driver"), "{answer:?}");
            }
        }
        peer.authorize(&asking(ALL, &[CALENDAR])).await.assert_query_error("temporarily_unavailable");
        switch.store(false, Ordering::Relaxed);
    }
    flow.redeem(&code, &[CALENDAR]).await.assert_ok();
    flow.refresh(&other, &[CONTACTS]).await.assert_ok();
}

#[tokio::test]
async fn a_source_may_keep_a_resource_from_a_client() {
    let peer = peer_on(MemoryStore::new(), ResourceIndicators::new(Elsewhere::new())).await;
    let request = [("grant_type", "client_credentials"), ("scope", "events:read"), ("resource", CALENDAR)];
    peer.token_conf(&request).await.assert_ok();
    peer.post("/token", Some(&basic("other", SECRET)), &request).await.assert_error(400, "invalid_target");
    let document = peer.get("/.well-known/oauth-authorization-server").await.json();
    assert!(document.get("protected_resources").is_none(), "{document}");
}

// shows: RFC8414-2-30, RFC9728-4-01, RFC9728-4-02
#[tokio::test]
async fn the_metadata_name_what_may_be_asked_for_as_far_as_it_is_listed() {
    let peer = peer().await;
    let document = peer.get("/.well-known/oauth-authorization-server").await.json();
    assert_eq!(document["protected_resources"], json!([CALENDAR, CONTACTS]));
    for resource in [CALENDAR, CONTACTS, ANYTHING] {
        Flow(&peer).begun(ALL, &[resource]).await;
    }
}

/// Without `openid` there would be no ID token (OpenID Connect Core section 3.1.3.3).
#[tokio::test]
async fn what_openid_connect_asks_of_the_server_is_no_business_of_a_resource() {
    let peer = peer().await;
    let flow = Flow(&peer);
    let tokens = flow.begun("openid profile events:read contacts:read other", &[CALENDAR, CONTACTS]).await;
    flow.aimed_at(&tokens, &[CALENDAR, CONTACTS], "openid profile events:read contacts:read").await;
    let calendar = flow.refresh(&tokens.member("refresh_token"), &[CALENDAR]).await;
    flow.aimed_at(&calendar, &[CALENDAR], "openid profile events:read").await;
    flow.aimed_at(&flow.begun("openid", &[CALENDAR]).await, &[CALENDAR], "openid").await;
}

//! Beside other features: pushed requests, resources, tokens from the authorization endpoint, silent sign-in.

use std::sync::Arc;

use grantor::{
    AuthorizationCode, AuthorizationServer, Code, CodeToken, Development, Implicit, Introspection, ManualClock, MemoryStore,
    OAuth21, PushedAuthorizationRequests, RefreshToken, Resource, ResourceIndicators, Resources, ResumeError, Token, issuer,
};
use serde_json::{Value, json};

use crate::common::browser::Browser;
use crate::common::{Decides, Peer, SECRET, START, basic, with};
use crate::{ACCOUNTS, PAYMENTS, accounts, asking, assert_permits, begun, grants_all, payment, peer, refreshed, server};

// shows: RFC9396-3.1-02
#[tokio::test]
async fn details_are_pushed_and_shown_and_granted() {
    let peer = peer!(enable(PushedAuthorizationRequests::required()));
    let details = json!([payment(7)]);
    let text = details.to_string();
    let pairs = with(&asking(&text), &[("client_id", "conf")]);
    let answer = peer.post("/par", Some(&basic("conf", SECRET)), &pairs).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    let uri = answer.member("request_uri");
    // What the browser brings beside it does not count.
    let other = json!([payment(9)]).to_string();
    let brought = [("client_id", "conf"), ("request_uri", &*uri), ("authorization_details", &*other)];
    let code = peer.authorize(&brought).await.query().remove("code").expect("a code");
    let tokens = peer.token_conf(&with(&crate::redemption(&code), &[("client_id", "conf")])).await;
    assert_permits(&peer, &tokens, &details).await;
}

fn at(mut detail: Value, locations: &[&str]) -> Value {
    detail["locations"] = json!(locations);
    detail
}

fn resources() -> Resources {
    let payments = Resource::new(PAYMENTS).expect("a resource");
    let accounts = Resource::new(ACCOUNTS).expect("a resource");
    Resources::new([payments, accounts, Resource::new("urn:example:other").expect("a resource")]).expect("resources")
}

/// RFC 9396 section 3.2: `resource` changes nothing of what is asked for in detail; what is for which API the details say.
#[tokio::test]
async fn a_token_for_one_api_has_the_details_that_are_for_it() {
    let peer = peer!(enable(ResourceIndicators::new(resources())));
    let paying = at(payment(7), &["https://payments.example.com/sepa"]);
    let looking = at(accounts(&["list"]), &[ACCOUNTS]);
    let anywhere = accounts(&["read"]);
    let all = json!([paying, looking, anywhere]);
    let text = all.to_string();
    let mut pairs = asking(&text);
    for resource in [PAYMENTS, ACCOUNTS, "urn:example:other"] {
        pairs.push(("resource", resource));
    }
    let first = peer.redeem(&peer.code_for(&pairs).await).await;
    assert_permits(&peer, &first, &all).await;
    let mut token = first.member("refresh_token");
    for (resource, permitted) in
        [(PAYMENTS, json!([paying, anywhere])), (ACCOUNTS, json!([looking, anywhere])), ("urn:example:other", json!([anywhere]))]
    {
        let answer = peer.token(&[&crate::common::refreshing(&token)[..], &[("resource", resource)]].concat()).await;
        assert_permits(&peer, &answer, &permitted).await;
        token = answer.member("refresh_token");
    }
    assert_permits(&peer, &refreshed(&peer, &token, None).await, &all).await;
}

/// Nothing is left for the API, and there is no scope: the token would be good for nothing.
#[tokio::test]
async fn a_token_for_which_nothing_is_left_is_refused() {
    let peer = peer!(enable(ResourceIndicators::new(resources())));
    let bare = grantor::Client::public("bare").redirect_uri(crate::CALLBACK).authorization_details_types(["payment_initiation"]);
    peer.server.register_client(bare.build().expect("a client")).await.expect("a registration");
    let text = json!([at(payment(7), &[PAYMENTS])]).to_string();
    let request: Vec<_> = asking(&text).into_iter().filter(|(name, _)| *name != "scope").collect();
    let mut request = with(&request, &[("client_id", "bare")]);
    request.extend([("resource", PAYMENTS), ("resource", ACCOUNTS)]);
    let code = peer.code_for(&request).await;
    let redeem = |resource| with(&crate::redemption(&code), &[("client_id", "bare"), ("resource", resource)]);
    peer.token(&redeem(ACCOUNTS)).await.assert_error(400, "invalid_target");
    peer.token(&redeem(PAYMENTS)).await.assert_ok();
}

/// RFC 9396 section 4: an authorization response has no details. It travels through a browser.
#[tokio::test]
async fn a_token_of_the_authorization_endpoint_permits_them_and_the_url_does_not_say_it() {
    let clock = ManualClock::new(START);
    let server = server!(MemoryStore::new(), clock, grant(Implicit::new()), response_type(Token), response_type(CodeToken));
    let secret = grantor::ClientSecret::parse(SECRET).expect("a secret");
    let rs = grantor::Client::confidential("rs", &secret).grant_types::<String>([]).introspects_any_token();
    let client = grantor::Client::public("pub").redirect_uri(crate::CALLBACK).scope("scope read write");
    let client =
        client.grant_types(["authorization_code", "implicit", "refresh_token"]).response_types(["code", "token", "code token"]);
    let client = client.authorization_details_types(["payment_initiation", "account_information"]);
    for client in [client, rs] {
        server.register_client(client.build().expect("a client")).await.expect("a registration");
    }
    let peer = Peer::new(server, Decides(grants_all), clock);
    let details = json!([payment(7)]);
    let text = details.to_string();
    for response_type in ["token", "code token"] {
        let answer = peer.authorize(&with(&asking(&text), &[("response_type", response_type)])).await;
        assert!(!answer.location().contains("authorization_details") && !answer.location().contains("Merchant"), "{answer:?}");
        let token = answer.fragment().remove("access_token").expect("a token");
        assert_eq!(peer.introspect(&token).await["authorization_details"], details);
    }
}

// shows: RFC9396-10-01
#[tokio::test]
async fn the_metadata_names_the_types() {
    let peer = peer!();
    let metadata = peer.get("/.well-known/oauth-authorization-server").await.json();
    assert_eq!(metadata["authorization_details_types_supported"], json!(["payment_initiation", "account_information"]));
    let other = crate::common::modern_fixture().await;
    let metadata = other.get("/.well-known/oauth-authorization-server").await.json();
    assert_eq!(metadata.get("authorization_details_types_supported"), None);
}

/// Switched off at run time it is as if it were not there; what was asked for and granted before is not what it was.
#[tokio::test]
async fn it_can_be_switched_off() {
    let (store, clock) = (Arc::new(MemoryStore::new()), ManualClock::new(START));
    let instance = |on: bool| {
        let builder = AuthorizationServer::builder().profile(Development::<OAuth21>::new());
        let builder = builder.issuer(issuer!("https://as.example.com")).storage(store.clone()).clock(clock.clone());
        let builder = builder.grant(AuthorizationCode::new()).grant(RefreshToken::new()).response_type(Code);
        let server = builder.enable(on.then(crate::Rich::new)).enable(Introspection::new()).build();
        Peer::new(server, Decides(grants_all), clock.clone())
    };
    let (on, off) = (instance(true), instance(false));
    let [public, _, _, rs] = crate::clients();
    off.server.register_client(public.clone().build().expect("a client")).await.expect_err("no details here");
    for client in [public, rs] {
        on.server.register_client(client.build().expect("a client")).await.expect("a registration");
    }
    let details = json!([payment(7)]);
    assert_permits(&on, &begun(&on, &details).await, &details).await;
    assert_eq!(begun(&off, &details).await.json().get("authorization_details"), None);
    assert_eq!(
        off.get("/.well-known/oauth-authorization-server").await.json().get("authorization_details_types_supported"),
        None
    );
    // What waits with details is not answered without them.
    let mut browser = Browser::default();
    let handle = browser.begin_with(&*on.server, &asking(&details.to_string())).await;
    let gone = browser.resume(&*off.server, &handle).await;
    assert!(matches!(gone, Err(ResumeError::ClientChanged)), "{gone:?}");
    // What was granted is carried on as it was.
    let first = begun(&on, &details).await;
    let second = off.refresh(&first.member("refresh_token")).await;
    assert_eq!(off.introspect(&second.member("access_token")).await["authorization_details"], details);
}

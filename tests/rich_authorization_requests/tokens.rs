//! What tokens permit: what was granted, or less.

use std::sync::Arc;

use grantor::{
    AuthorizationDetails, LocalVerifier, ManualClock, MemoryStore, ResourceServer, Scope, Standing, StillAuthorized, StoreError,
    TokenClaims, issuer,
};
use serde_json::json;

use crate::common::{Decides, Peer, START};
use crate::{Accounts, Payment, accounts, assert_permits, begun, payment, peer, refreshed};
use crate::{register, server};

// shows: RFC9396-8-01, RFC9396-9-01, RFC9396-9-02, RFC9396-9.2-01, RFC9396-9.2-02
#[tokio::test]
async fn a_refresh_may_ask_for_less_and_the_grant_stays_what_it_was() {
    let peer = peer!();
    let granted = json!([payment(7), accounts(&["list", "read"])]);
    let first = begun(&peer, &granted).await;
    assert_permits(&peer, &first, &granted).await;
    let mut token = first.member("refresh_token");
    for named in [
        json!([payment(7)]),
        json!([accounts(&["list"])]),
        json!([accounts(&["read"]), payment(1)]),
        json!([{"type": "account_information", "actions": ["list"], "accounts": ["DE40"]}]),
    ] {
        let answer = refreshed(&peer, &token, Some(&named)).await;
        assert_permits(&peer, &answer, &named).await;
        token = answer.member("refresh_token");
    }
    for refused in [
        json!([payment(8)]),
        json!([payment(3), payment(3)]),
        json!([accounts(&["write"])]),
        json!([payment(7), accounts(&["list", "read"]), accounts(&["list"])]),
        json!([{"type": "everything"}]),
        json!([{"type": "account_information"}]),
        json!({}),
    ] {
        let answer = refreshed(&peer, &token, Some(&refused)).await;
        answer.assert_error(400, "invalid_authorization_details");
    }
    // Nothing was used up, and whoever names nothing gets all.
    assert_permits(&peer, &refreshed(&peer, &token, None).await, &granted).await;
}

#[tokio::test]
async fn a_code_may_be_redeemed_for_less_and_the_refresh_token_is_good_for_all() {
    let peer = peer!();
    let granted = json!([payment(7), accounts(&["list"])]);
    let code = peer.code_for(&crate::asking(&granted.to_string())).await;
    let redeem = async |named: &str| {
        let pairs = crate::with(&crate::redemption(&code), &[("authorization_details", named)]);
        peer.token(&pairs).await
    };
    redeem(&json!([payment(9)]).to_string()).await.assert_error(400, "invalid_authorization_details");
    let answer = redeem(&json!([payment(2)]).to_string()).await;
    assert_permits(&peer, &answer, &json!([payment(2)])).await;
    assert_permits(&peer, &refreshed(&peer, &answer.member("refresh_token"), None).await, &granted).await;
}

/// A parameter for which nobody granted anything is refused, and not ignored.
#[tokio::test]
async fn what_was_not_granted_in_detail_cannot_be_asked_for_later() {
    let peer = peer!();
    let tokens = peer.redeem(&peer.code_for(&crate::asking("")).await).await;
    let answer = refreshed(&peer, &tokens.member("refresh_token"), Some(&json!([payment(1)]))).await;
    answer.assert_error(400, "invalid_authorization_details");
    assert!(refreshed(&peer, &tokens.member("refresh_token"), None).await.json().get("authorization_details").is_none());
}

/// A type that the client has lost is not in its tokens any more; the rest is.
#[tokio::test]
async fn what_the_client_may_not_have_any_more_is_left_out() {
    let peer = peer!();
    let first = begun(&peer, &json!([payment(7), accounts(&["list"])])).await;
    let client = grantor::Client::public("pub").redirect_uri(crate::CALLBACK).scope("scope read write");
    let client = client.grant_types(["authorization_code", "refresh_token"]);
    let fewer = client.clone().authorization_details_types(["account_information"]).build().expect("a client");
    peer.server.register_client(fewer).await.expect("a registration");
    let second = refreshed(&peer, &first.member("refresh_token"), None).await;
    assert_permits(&peer, &second, &json!([accounts(&["list"])])).await;
    peer.server.register_client(client.build().expect("a client")).await.expect("a registration");
    let third = refreshed(&peer, &second.member("refresh_token"), None).await;
    third.assert_error(400, "invalid_authorization_details");
}

// shows: RFC9396-9-01
#[tokio::test]
async fn an_api_reads_them_as_its_own_types() {
    let (store, clock) = (Arc::new(MemoryStore::new()), ManualClock::new(START));
    let server = server!(store.clone(), clock);
    register!(server);
    let peer = Peer::new(server, Decides(crate::grants_all), clock.clone());
    let tokens = begun(&peer, &json!([payment(7), accounts(&["list"])])).await;
    let api = ResourceServer::new(LocalVerifier::new(store, issuer!("https://as.example.com")).clock(clock));
    let authorization = format!("Bearer {}", tokens.member("access_token"));
    let request = http::Request::get("/").header("authorization", authorization).body(()).expect("a request");
    let claims = api.authenticate(&request.into_parts().0, &Scope::empty()).await.expect("claims");
    let payments = claims.details::<Payment>().expect("details");
    assert_eq!((payments.len(), payments[0].amount.value), (1, 7));
    assert_eq!(claims.details::<Accounts>().expect("details")[0].actions, ["list"]);
}

/// Whatever another server wrote: what cannot be read permits nothing, and is no empty list.
#[test]
fn what_an_api_cannot_read_is_an_error() {
    let read = |details: serde_json::Value| {
        let claims: TokenClaims = serde_json::from_value(json!({"authorization_details": details})).expect("claims");
        claims.details::<Payment>().map(|found| found.len()).map_err(|error| error.to_string())
    };
    assert_eq!(read(json!([payment(7), {"type": "other", "x": 1}])), Ok(1));
    for details in [json!([{"type": "payment_initiation"}]), json!({}), json!([7]), json!([{}]), json!("x"), json!(null)] {
        assert!(read(details.clone()).unwrap_err().contains("payment_initiation"), "{details}");
    }
    let claims: TokenClaims = serde_json::from_value(json!({})).expect("claims");
    assert_eq!(claims.details::<Payment>(), Ok(Vec::new()));
}

/// The policy that is asked at each refresh sees them.
struct Sees;

impl grantor::AuthorizationPolicy for Sees {
    async fn standing(&self, ongoing: grantor::Ongoing<'_>) -> Result<Standing, StoreError> {
        let details = ongoing.authorization_details().map(AuthorizationDetails::of::<Payment>);
        let paid = details.is_some_and(|payments| payments.is_ok_and(|payments| payments.iter().any(|it| it.amount.value > 100)));
        Ok(if paid { Standing::Ended } else { Standing::Stands })
    }
}

#[tokio::test]
async fn whether_an_authorization_stands_may_depend_on_them() {
    let peer = peer!(enable(StillAuthorized::new(Sees)));
    for (value, stands) in [(100, true), (101, false)] {
        let first = begun(&peer, &json!([payment(value)])).await;
        let answer = refreshed(&peer, &first.member("refresh_token"), None).await;
        assert_eq!(answer.status == 200, stands, "{answer:?}");
    }
}

//! Details where no person is asked at the authorization endpoint: clients for themselves, exchanged tokens, grants of one's own.

use grantor::{
    Exchange, ExchangeDecision, ExchangePolicy, FamilyStore, Grant, Granted, ManualClock, MemoryStore, OAuthError, Password,
    StoreError, TokenContext, TokenExchange, Yes, extension_grant,
};
use serde_json::{Value, json};

use crate::common::{Answer, Decides, OneUser, Peer, SECRET, START, basic, subject, with};
use crate::{Accounts, Payment, accounts, assert_permits, begun, grants_all, payment, peer, refreshed, server};

async fn own<Sv: grantor::ServesOAuth, I: grantor::Interaction<Sv>>(peer: &Peer<Sv, I>, client: &str, details: &Value) -> Answer {
    let details = details.to_string();
    let pairs = [("grant_type", "client_credentials"), ("authorization_details", &details)];
    peer.post("/token", Some(&basic(client, SECRET)), &pairs).await
}

#[tokio::test]
async fn a_client_has_for_itself_what_its_type_says() {
    let peer = peer!();
    let listing = json!([accounts(&["list"])]);
    assert_permits(&peer, &own(&peer, "conf", &listing).await, &listing).await;
    for (client, details) in [
        // Not what its type does not say: nobody granted a payment.
        ("conf", json!([payment(1)])),
        ("conf", json!([accounts(&["list"]), payment(1)])),
        ("conf", json!([accounts(&["list", "read"])])),
        ("conf", json!([{"type": "everything"}])),
        // Nor to others.
        ("poor", listing),
    ] {
        own(&peer, client, &details).await.assert_error(400, "invalid_authorization_details");
    }
    let without = peer.token_conf(&[("grant_type", "client_credentials")]).await;
    assert_eq!(without.json().get("authorization_details"), None);
}

/// Permits accounts, to whoever asks for them.
struct Own;
extension_grant!(Own = "urn:example:own", refresh_tokens: Yes);

impl<S: FamilyStore> Grant<S> for Own {
    async fn decide(&self, cx: &TokenContext<'_, S>) -> Result<Granted, OAuthError> {
        let granted = Granted::to(subject("alice"), cx.scope()?);
        if cx.parameter("unknown").is_some() {
            return Ok(granted.detail(&Everything {}));
        }
        let asked: Vec<Accounts> = cx.details()?;
        Ok(asked
            .iter()
            .fold(granted, |granted, one| granted.detail(&Accounts { accounts: Some(vec!["DE40".into()]), ..one.clone() })))
    }
}

#[derive(serde::Serialize)]
struct Everything {}
grantor::wire_name!(Everything = "everything");

#[tokio::test]
async fn a_grant_of_ones_own_reads_and_permits_them() {
    let clock = ManualClock::new(START);
    let server = server!(MemoryStore::new(), clock, grant(Own), grant(Password::new(OneUser)));
    let secret = grantor::ClientSecret::parse(SECRET).expect("a secret");
    let client = grantor::Client::confidential("conf", &secret).scope("scope");
    let client = client.grant_types(["urn:example:own", "password", "refresh_token"]);
    let types = ["payment_initiation", "account_information"];
    let rs = grantor::Client::confidential("rs", &secret).grant_types::<String>([]).introspects_any_token();
    for client in [client.authorization_details_types(types), rs] {
        server.register_client(client.build().expect("a client")).await.expect("a registration");
    }
    let peer = Peer::new(server, Decides(grants_all), clock);
    let ask = async |changes: &[(&str, &str)]| peer.token_conf(&with(&[("grant_type", "urn:example:own")], changes)).await;
    // What it names has to be within what is permitted, which the grant has filled in.
    let named = json!([{"type": "account_information", "actions": ["list"], "accounts": ["DE40"]}]);
    let answer = ask(&[("authorization_details", &named.to_string())]).await;
    assert_permits(&peer, &answer, &named).await;
    let pairs = [("grant_type", "refresh_token"), ("refresh_token", &*answer.member("refresh_token"))];
    assert_permits(&peer, &peer.token_conf(&pairs).await, &named).await;
    for refused in [
        json!([accounts(&["list"])]),
        // Nothing of this kind is permitted.
        json!([payment(1)]),
        json!([{"type": "account_information"}]),
        json!([{"type": "account_information", "actions": ["list"], "accounts": ["DE40"], "more": 1}]),
        json!([7]),
    ] {
        let answer = ask(&[("authorization_details", &refused.to_string())]).await;
        answer.assert_error(400, "invalid_authorization_details");
    }
    // A fault of the application, and none that a client could mend.
    ask(&[("unknown", "1")]).await.assert_error(500, "server_error");
    // A grant that knows nothing of details.
    let details = json!([payment(1)]).to_string();
    let password = [("grant_type", "password"), ("username", "username"), ("password", "password")];
    let answer = peer.token_conf(&with(&password, &[("authorization_details", &details)])).await;
    answer.assert_error(400, "invalid_authorization_details");
    peer.token_conf(&password).await.assert_ok();
}

/// Passes on what the subject token permits, or nothing of it.
struct Passes;

impl ExchangePolicy for Passes {
    async fn decide(&self, exchange: Exchange<'_>) -> Result<ExchangeDecision, StoreError> {
        let details = exchange.subject_token().authorization_details();
        let payments = details.map(|details| details.of::<Payment>().map(|found| found.len()));
        let permitted = ExchangeDecision::impersonate();
        Ok(if payments == Some(Ok(2)) { permitted.without_details() } else { permitted })
    }
}

#[tokio::test]
async fn a_token_that_is_exchanged_passes_its_details_on_and_never_more() {
    let clock = ManualClock::new(START);
    let server = server!(MemoryStore::new(), clock, grant(TokenExchange::new(Passes).public_clients()));
    let secret = grantor::ClientSecret::parse(SECRET).expect("a secret");
    let exchange = "urn:ietf:params:oauth:grant-type:token-exchange";
    let client = grantor::Client::public("pub").redirect_uri(crate::CALLBACK).scope("scope read write");
    let client = client.grant_types(["authorization_code", "refresh_token", exchange]);
    let plain_client = client.clone();
    let rs = grantor::Client::confidential("rs", &secret).grant_types::<String>([]).introspects_any_token();
    let types = ["payment_initiation", "account_information"];
    for client in [client.authorization_details_types(types), rs] {
        server.register_client(client.build().expect("a client")).await.expect("a registration");
    }
    let peer = Peer::new(server, Decides(grants_all), clock);
    let all = json!([payment(7), accounts(&["list"])]);
    let first = begun(&peer, &all).await.member("access_token");
    let exchange = async |token: &str, named: Option<Value>| {
        let named = named.map(|named| named.to_string()).unwrap_or_default();
        let token_type = "urn:ietf:params:oauth:token-type:access_token";
        let pairs = [("subject_token", token), ("subject_token_type", token_type), ("authorization_details", &*named)];
        peer.token(&[&[("grant_type", exchange), ("client_id", "pub")][..], &pairs].concat()).await
    };
    let passed = exchange(&first, None).await;
    assert_permits(&peer, &passed, &all).await;
    assert_permits(&peer, &exchange(&first, Some(json!([payment(3)]))).await, &json!([payment(3)])).await;
    // Nor by an exchange of what was exchanged.
    let narrow = exchange(&first, Some(json!([payment(3)]))).await.member("access_token");
    for (token, named) in [(&first, json!([payment(8)])), (&narrow, json!([payment(4)])), (&narrow, json!([accounts(&["list"])]))]
    {
        exchange(token, Some(named)).await.assert_error(400, "invalid_authorization_details");
    }
    // What whoever exchanges may not have, it does not get.
    let fewer = plain_client.clone().authorization_details_types(["account_information"]);
    peer.server.register_client(fewer.build().expect("a client")).await.expect("a registration");
    assert_permits(&peer, &exchange(&first, None).await, &json!([accounts(&["list"])])).await;
    peer.server.register_client(plain_client.clone().build().expect("a client")).await.expect("a registration");
    assert_eq!(exchange(&first, None).await.json().get("authorization_details"), None);
    let all_types = plain_client.authorization_details_types(types);
    peer.server.register_client(all_types.build().expect("a client")).await.expect("a registration");
    let twice = begun(&peer, &json!([payment(1), payment(2)])).await.member("access_token");
    let without = exchange(&twice, None).await;
    without.assert_ok();
    assert_eq!(without.json().get("authorization_details"), None);
    let plain = peer.redeem(&peer.code_for(&crate::asking("")).await).await;
    exchange(&plain.member("access_token"), Some(json!([payment(1)]))).await.assert_error(400, "invalid_authorization_details");
    assert!(refreshed(&peer, &plain.member("refresh_token"), None).await.status == 200);
}

//! What a client may write, and what it is told of what it may not.

use serde_json::{Value, json};

use crate::common::SentBack as _;
use crate::common::{Answer, Decides, Peer, REQUEST, SECRET, basic, with};
use crate::{PKCE, Payment, accounts, asking, grants_all, payment, peer};

const INVALID: &str = "invalid_authorization_details";

// shows: RFC9396-2-01, RFC9396-5-01, RFC9396-5-02, RFC9396-12-02
#[tokio::test]
async fn what_is_not_of_its_type_is_refused_before_anybody_is_asked() {
    let peer = peer!(enable(grantor::PushedAuthorizationRequests::new()));
    let changed = |name: &str, value: Value| {
        let mut changed = payment(7);
        changed[name] = value;
        json!([changed])
    };
    let without = |name: &str| {
        let mut changed = payment(7);
        changed.as_object_mut().expect("an object").remove(name);
        json!([changed])
    };
    let deep = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
    let many: Vec<Value> = (0..33).map(|_| accounts(&[])).collect();
    let twice = r#"[{"type":"account_information","actions":["list"],"actions":[]}]"#.to_owned();
    let nested_twice =
        r#"[{"type":"payment_initiation","amount":{"value":1,"value":9,"currency":"EUR"},"creditor":"A"}]"#.to_owned();
    for (details, words) in [
        // An unknown type, or none.
        (changed("type", json!("payment")), "does not have its type"),
        (changed("type", json!("Payment_Initiation")), "does not have its type"),
        (changed("type", json!(7)), "no type"),
        (without("type"), "no type"),
        // A member that the type does not have, wherever it is.
        (changed("recurring", json!(true)), "no member recurring"),
        (changed("recurring", json!(null)), "no member recurring"),
        (changed("amount", json!({"value": 7, "currency": "EUR", "up_to": 9})), "no member up_to"),
        // One of another form.
        (changed("amount", json!("7 EUR")), "another form: expected"),
        (changed("amount", json!([7, "EUR"])), "another form than its type writes"),
        (changed("amount", json!({"value": -7, "currency": "EUR"})), "another form: expected u64"),
        (changed("creditor", json!(["Merchant A"])), "another form: expected a string"),
        (changed("locations", json!("https://payments.example.com")), "another form: expected"),
        // One with a value that the type does not have, and one that is missing.
        (changed("amount", json!({"value": 0, "currency": "EUR"})), "the amount is zero"),
        (changed("amount", json!({"value": 1_000_000, "currency": "EUR"})), "a public client may not"),
        (without("creditor"), "missing field `creditor`"),
        (changed("amount", json!({"value": 7})), "missing field `currency`"),
        // Only some of them are good.
        (json!([payment(7), {"type": "account_information"}]), "number 2: missing field `actions`"),
        // What is no array of objects, or of nothing.
        (payment(7), "no array"),
        (json!([]), "array of nothing"),
        (json!([[payment(7)]]), "no object"),
        (json!([payment(7), null]), "no object"),
        (json!("x"), "no array"),
        // What is too much.
        (Value::Array(many), "more than 32"),
        (changed("creditor", json!("A".repeat(9_000))), "8192 bytes"),
    ]
    .map(|(details, words)| (details.to_string(), words))
    .into_iter()
    .chain([
        ("[".to_owned(), "no JSON"),
        (twice, "names a member twice"),
        (nested_twice, "names a member twice"),
        (format!(r#"[{{"type":"account_information","actions":{}}}]"#, deep(40)), "nested too deeply"),
    ]) {
        let answer = peer.authorize(&asking(&details)).await;
        answer.assert_query_error(INVALID);
        let said = answer.query().remove("error_description").expect("words");
        assert!(said.starts_with("authorization_details: ") && said.contains(&words.replace('"', "'")), "{details}: {said}");
        // No value is repeated to whoever sees the URL.
        assert!(!said.contains("Merchant") && !said.contains("7 EUR"), "{said}");
        pushed(&peer, &details).await.assert_error(400, INVALID);
    }
    // The parameter twice.
    let good = json!([payment(7)]).to_string();
    let mut twice = asking(&good);
    twice.push(("authorization_details", &good));
    peer.authorize(&twice).await.assert_query_error("invalid_request");
}

async fn pushed<Sv: grantor::ServesOAuth, I: grantor::Interaction<Sv>>(peer: &Peer<Sv, I>, details: &str) -> Answer {
    // Only a public client is refused so large a payment.
    let details = details.replace("1000000", "0");
    let pairs = with(&asking(&details), &[("client_id", "conf")]);
    peer.post("/par", Some(&basic("conf", SECRET)), &pairs).await
}

// shows: RFC9396-5-01
#[tokio::test]
async fn a_client_asks_for_the_types_that_it_has_registered() {
    let peer = peer!();
    let (paying, looking) = (json!([payment(7)]).to_string(), json!([accounts(&["list"])]).to_string());
    let poor =
        |details: &str| asking(details).into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect::<Vec<_>>();
    let sent = |details: &str| {
        let pairs = poor(details);
        let query: Vec<(&str, &str)> = pairs.iter().map(|(name, value)| (&**name, &**value)).collect();
        crate::common::form(&with(&query, &[("client_id", "poor")]))
    };
    peer.get(&format!("/authorize?{}", sent(&paying))).await.assert_query_error(INVALID);
    assert!(peer.get(&format!("/authorize?{}", sent(&looking))).await.query().contains_key("code"));
}

// shows: RFC9396-2-02, RFC9396-3.1-02, RFC9396-3.1-03
#[tokio::test]
async fn the_application_reads_what_is_asked_for_as_its_own_types() {
    let peer = peer!();
    let details = json!([payment(7), accounts(&["list"]), payment(9)]);
    let peer = Peer {
        service: grantor::OAuthService::with(
            peer.server.clone(),
            Decides(|request| {
                let amounts: Vec<u64> = request.details::<Payment>().map(|payment| payment.amount.value).collect();
                assert_eq!(amounts, [7, 9]);
                let accounts: Vec<_> = request.details::<crate::Accounts>().collect();
                assert_eq!((accounts.len(), &*accounts[0].actions), (1, &["list".to_owned()][..]));
                // Beside the scope, and known to the library.
                assert_eq!((request.scope().as_str(), request.parameter("authorization_details")), ("scope", None));
                let asked = request.authorization_details().expect("details");
                assert_eq!(
                    asked.types().collect::<Vec<_>>(),
                    ["payment_initiation", "account_information", "payment_initiation"]
                );
                assert!(!format!("{request:?} {asked:?}").contains("Merchant"));
                grants_all(request)
            }),
        ),
        server: peer.server.clone(),
        clock: peer.clock.clone(),
    };
    let answer = crate::begun(&peer, &details).await;
    crate::assert_permits(&peer, &answer, &details).await;
    assert_eq!(answer.member("scope"), "scope");
}

/// Members that a type leaves out where it writes them are its own all the same: empty lists, and what it knows under two names.
#[tokio::test]
async fn what_a_type_does_not_write_again_is_no_unknown_member() {
    let peer = peer!();
    let mut detail = payment(7);
    detail["locations"] = json!([]);
    let mut looking = accounts(&["list"]);
    looking["accounts"] = json!(null);
    let answer = crate::begun(&peer, &json!([detail, looking])).await;
    crate::assert_permits(&peer, &answer, &json!([payment(7), accounts(&["list"])])).await;
}

/// RFC 6749 section 3.1: a parameter without a value is none.
#[tokio::test]
async fn a_request_without_details_is_as_on_any_server() {
    let peer = peer!();
    for pairs in [with(&REQUEST, &PKCE), asking("")] {
        let tokens = peer.redeem(&peer.code_for(&pairs).await).await;
        tokens.assert_ok();
        assert_eq!(tokens.json().get("authorization_details"), None);
        assert_eq!(peer.introspect(&tokens.member("access_token")).await.get("authorization_details"), None);
    }
}

/// Somebody else's server does not know the parameter, and ignores it.
#[tokio::test]
async fn without_the_feature_the_parameter_means_nothing() {
    let peer = crate::common::modern_fixture().await;
    let code = peer.code_for(&asking(&json!([payment(7)]).to_string())).await;
    let tokens = peer.redeem(&code).await;
    assert_eq!(tokens.json().get("authorization_details"), None, "{tokens:?}");
}

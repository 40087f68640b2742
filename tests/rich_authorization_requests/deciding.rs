//! What a person grants in detail, and what an application cannot overlook.

use grantor::{Approval, AuthorizationDetails, AuthorizationRequest, Decision, DecisionRefused, SuspendsRequests};
use serde_json::{Value, json};

use crate::common::SentBack as _;
use crate::common::browser::Browser;
use crate::common::{Answer, redemption, subject};
use crate::{Accounts, Amount, Payment, accounts, asking, assert_permits, payment, peer};

fn alice() -> Approval {
    Approval::by(subject("alice")).consented()
}

fn paying(value: u64) -> Payment {
    let amount = Amount { value, currency: "EUR".into() };
    Payment { amount, creditor: "Merchant A".into(), locations: Vec::new() }
}

fn looking(actions: &[&str], accounts: Option<&[&str]>) -> Accounts {
    let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
    Accounts { actions: texts(actions), accounts: accounts.map(texts), locations: Vec::new() }
}

/// A request for these details that waits for its person.
async fn waiting(server: &impl SuspendsRequests, details: &Value) -> (Browser, String) {
    let mut browser = Browser::default();
    let handle = browser.begin_with(server, &asking(&details.to_string())).await;
    (browser, handle)
}

// shows: RFC9396-3.1-03
#[tokio::test]
async fn an_approval_that_names_no_details_decides_nothing() {
    let peer = peer!();
    let (browser, handle) = waiting(&*peer.server, &json!([payment(7)])).await;
    for _ in 0..2 {
        let request = browser.resume(&*peer.server, &handle).await.expect("the request waits");
        let response = peer.server.authorization().complete(request.approve(alice())).await;
        assert_eq!(response.extensions().get::<DecisionRefused>(), Some(&DecisionRefused::DetailsNotNamed));
        Answer::from(response).assert_page(500);
    }
    // It goes on waiting.
    let request = browser.resume(&*peer.server, &handle).await.expect("the request waits");
    assert!(!request.is_decided());
    let decision = request.approve(alice().detail(&paying(7)));
    let answer = Answer::from(peer.server.authorization().complete(decision).await);
    let tokens = peer.redeem(&answer.query().remove("code").expect("a code")).await;
    assert_permits(&peer, &tokens, &json!([payment(7)])).await;
}

#[tokio::test]
async fn an_approval_that_names_more_than_was_asked_for_decides_nothing() {
    let peer = peer!();
    let asked = json!([payment(7), accounts(&["list"])]);
    let (browser, handle) = waiting(&*peer.server, &asked).await;
    let other = Payment { creditor: "Merchant B".into(), ..paying(7) };
    #[derive(serde::Serialize)]
    struct Unknown {
        all: bool,
    }
    grantor::wire_name!(Unknown = "everything");
    #[derive(serde::Serialize)]
    struct Torn {
        amount: u64,
    }
    grantor::wire_name!(Torn = "payment_initiation");
    let long = looking(&["list"], Some(&[&*"x".repeat(9_000)]));
    for (approval, refused) in [
        (alice().detail(&paying(8)), DecisionRefused::MoreThanAsked),
        (alice().detail(&other), DecisionRefused::MoreThanAsked),
        (alice().detail(&paying(3)).detail(&paying(4)), DecisionRefused::MoreThanAsked),
        (alice().detail(&looking(&["list", "read"], None)), DecisionRefused::MoreThanAsked),
        (alice().detail(&Unknown { all: true }), DecisionRefused::NotOfTheirType),
        (alice().detail(&Torn { amount: 7 }), DecisionRefused::NotOfTheirType),
        (alice().detail(&long), DecisionRefused::TooLarge),
    ] {
        let request = browser.resume(&*peer.server, &handle).await.expect("the request waits");
        let response = peer.server.authorization().complete(request.approve(approval)).await;
        assert_eq!(response.extensions().get(), Some(&refused));
        Answer::from(response).assert_page(500);
    }
    // Where nothing was asked for in detail, nothing is granted so.
    let request = Browser::default().request(&*peer.server, &asking("")).await;
    let response = peer.server.authorization().complete(request.approve(alice().detail(&paying(1)))).await;
    assert_eq!(response.extensions().get(), Some(&DecisionRefused::MoreThanAsked));
}

// shows: RFC9396-7-01, RFC9396-7.1-01, RFC9396-7-02
#[tokio::test]
async fn a_person_grants_less_or_fills_in_what_was_left_open() {
    let peer = peer!();
    let asked = json!([payment(7), accounts(&["list", "read"])]);
    let chosen = looking(&["list"], Some(&["DE40", "DE41"]));
    let told = json!({"type": "account_information", "actions": ["list"], "accounts": ["DE40", "DE41"]});
    for (approval, granted) in [
        (alice().detail(&paying(5)).detail(&chosen), json!([payment(5), told])),
        (alice().detail(&chosen), json!([told])),
        (alice().detail(&looking(&[], None)).detail(&paying(7)), json!([accounts(&[]), payment(7)])),
    ] {
        let (browser, handle) = waiting(&*peer.server, &asked).await;
        let request = browser.resume(&*peer.server, &handle).await.expect("the request waits");
        let answer = Answer::from(peer.server.authorization().complete(request.approve(approval)).await);
        let tokens = peer.token(&redemption(&answer.query().remove("code").expect("a code"))).await;
        assert_permits(&peer, &tokens, &granted).await;
    }
}

#[tokio::test]
async fn a_person_may_grant_the_scope_alone_and_not_nothing() {
    let peer = peer!();
    let details = json!([payment(7)]).to_string();
    let none = |request: AuthorizationRequest| request.approve(alice().details(&AuthorizationDetails::new()));
    let request = Browser::default().request(&*peer.server, &asking(&details)).await;
    let answer = Answer::from(peer.server.authorization().complete(none(request)).await);
    let tokens = peer.redeem(&answer.query().remove("code").expect("a code")).await;
    tokens.assert_ok();
    assert_eq!(tokens.json().get("authorization_details"), None);
    // A client without a scope asked for nothing else.
    let bare = grantor::Client::public("bare").redirect_uri(crate::CALLBACK).authorization_details_types(["payment_initiation"]);
    peer.server.register_client(bare.build().expect("a client")).await.expect("a registration");
    let asked: Vec<_> = asking(&details).into_iter().filter(|(name, _)| *name != "scope").collect();
    let asked = crate::with(&asked, &[("client_id", "bare")]);
    let request = Browser::default().request(&*peer.server, &asked).await;
    Answer::from(peer.server.authorization().complete(none(request)).await).assert_query_error("access_denied");
    // And may have what it asked for.
    let request = Browser::default().request(&*peer.server, &asked).await;
    let answer = Answer::from(peer.server.authorization().complete(request.approve(alice().detail(&paying(7)))).await);
    let tokens =
        peer.token(&crate::with(&redemption(&answer.query().remove("code").expect("a code")), &[("client_id", "bare")])).await;
    assert_permits(&peer, &tokens, &json!([payment(7)])).await;
}

/// What nobody saw nobody granted: an approval says that the person was asked, and what they agreed to before does not count.
#[tokio::test]
async fn nothing_is_granted_in_detail_that_nobody_was_asked_for() {
    let peer = peer!();
    let details = json!([payment(7)]).to_string();
    let request = Browser::default().request(&*peer.server, &asking(&details)).await;
    let approval = Approval::by(subject("alice")).detail(&paying(7));
    Answer::from(peer.server.authorization().complete(request.approve(approval)).await).assert_query_error("consent_required");

    let tokens = crate::begun(&peer, &json!([payment(7)])).await;
    tokens.assert_ok();
    let before = peer.server.authorizations(&subject("alice")).await.expect("authorizations").pop().expect("one");
    let granted = before.authorization_details().expect("details");
    assert_eq!(granted.of::<Payment>(), Ok(vec![&paying(7)]));
    let conf = |details| crate::with(&asking(details), &[("client_id", "conf")]);
    let tokens_of_conf = peer.code_for(&conf(&details)).await;
    assert!(!tokens_of_conf.is_empty());
    let all = peer.server.authorizations(&subject("alice")).await.expect("authorizations");
    let before = all.iter().find(|one| one.client_id().as_str() == "conf").expect("one of conf");
    let covered = |request: AuthorizationRequest| {
        let covered = request.is_covered_by(before);
        drop(request.deny());
        covered
    };
    assert!(!covered(Browser::default().request(&*peer.server, &conf(&details)).await));
    // The scope alone is.
    assert!(covered(Browser::default().request(&*peer.server, &conf("")).await));
}

#[tokio::test]
async fn who_decides_the_same_again_gets_the_same_answer_and_who_grants_otherwise_does_not() {
    let peer = peer!();
    let (browser, handle) = waiting(&*peer.server, &json!([payment(7)])).await;
    let mut answers = Vec::new();
    for value in [7, 7, 5] {
        let request = browser.resume(&*peer.server, &handle).await.expect("the request");
        let decision: Decision = request.approve(alice().detail(&paying(value)));
        answers.push(Answer::from(peer.server.authorization().complete(decision).await));
    }
    assert_eq!(answers[0].location(), answers[1].location());
    answers[2].assert_page(400);
}

/// A client that lost the type while its person signed in does not get it any more.
#[tokio::test]
async fn what_waits_is_checked_again() {
    let peer = peer!();
    let (browser, handle) = waiting(&*peer.server, &json!([payment(7)])).await;
    let client = grantor::Client::public("pub").redirect_uri(crate::CALLBACK).scope("scope read write");
    let client = client.grant_types(["authorization_code", "refresh_token"]);
    let other = client.clone().authorization_details_types(["account_information"]).build().expect("a client");
    peer.server.register_client(other).await.expect("a registration");
    let gone = browser.resume(&*peer.server, &handle).await;
    assert!(matches!(gone, Err(grantor::ResumeError::ClientChanged)), "{gone:?}");
    let again = client.authorization_details_types(["payment_initiation"]).build().expect("a client");
    peer.server.register_client(again).await.expect("a registration");
    drop(browser.resume(&*peer.server, &handle).await.expect("the request").deny());
}

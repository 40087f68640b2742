//! The example `authorization_server` with `--rar`: a person sees a payment and accounts, leaves out and chooses, and the API gets to know.

#[path = "common/example_process.rs"]
mod example_process;
#[path = "common/visitor.rs"]
mod visitor;

use example_process::Example;
use serde_json::{Value, json};
use visitor::{Page, Visitor};

const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

/// At the consent page, which asks for these details.
async fn asked(visitor: &mut Visitor, details: &Value) -> Page {
    let details = details.to_string();
    let query = form_urlencoded::Serializer::new(String::new()).append_pair("authorization_details", &details).finish();
    let plain = visitor.authorization_url.split("&authorization_details").next().unwrap_or_default().to_owned();
    visitor.authorization_url = format!("{plain}&{query}");
    let page = visitor.begin().await;
    if page.text.contains("Sign in</button>") { visitor.sign_in("alice", "wonderland").await } else { page }
}

async fn decided(visitor: &mut Visitor, fields: &[(&str, &str)]) -> Page {
    let mut all = vec![("account", "alice"), ("decision", "approve"), ("scope", "read")];
    all.extend(fields);
    visitor.post("/consent", &all).await
}

/// What the token response says, and what the API does.
async fn redeemed(visitor: &mut Visitor, page: &Page) -> (Value, Value) {
    let location = page.headers.get("location").expect("a redirect").to_str().expect("text");
    let code = location.split_once("code=").expect("a code").1.split('&').next().expect("a code").to_owned();
    let fields =
        [("grant_type", "authorization_code"), ("client_id", "sample-app"), ("code", &*code), ("code_verifier", VERIFIER)];
    let tokens: Value = serde_json::from_str(&visitor.post_form("/token", &fields).await.text).expect("JSON");
    let token = tokens["access_token"].as_str().expect("a token").to_owned();
    let echo = visitor.http.get(format!("{}/api/echo", visitor.server)).bearer_auth(token);
    let echo = echo.send().await.expect("an answer").bytes().await.expect("a body");
    (tokens, serde_json::from_slice(&echo).expect("JSON"))
}

#[tokio::test]
async fn a_person_leaves_out_and_chooses_and_the_api_is_told() {
    let example = Example::start_with(&["--rar"]);
    let mut visitor = Visitor::of(&example);
    let details = json!([
        {"type": "payment_initiation", "amount": 12_350, "currency": "EUR", "creditor": "<b>Merchant & Sons</b>"},
        {"type": "payment_initiation", "amount": 7, "currency": "EUR", "creditor": "Merchant B"},
        {"type": "account_information", "actions": ["balances"]},
    ]);
    let page = asked(&mut visitor, &details).await;
    page.assert(200, "Pay 123.50 EUR to &lt;b&gt;Merchant &amp; Sons&lt;/b&gt;");
    assert!(
        page.text.contains("Pay 0.07 EUR to Merchant B") && page.text.contains("See balances of <code>DE40"),
        "{}",
        page.text
    );
    let page = decided(&mut visitor, &[("payment", "1"), ("accounts-0", "DE40100100103307118608"), ("accounts-0", "DE99")]).await;
    let (tokens, said) = redeemed(&mut visitor, &page).await;
    let granted = json!([
        {"type": "payment_initiation", "amount": 7, "currency": "EUR", "creditor": "Merchant B"},
        {"type": "account_information", "actions": ["balances"], "accounts": ["DE40100100103307118608"]},
    ]);
    assert_eq!(tokens["authorization_details"], granted, "{tokens}");
    assert_eq!(said["payments"], json!(["Pay 0.07 EUR to Merchant B"]), "{said}");
    assert_eq!(said["accounts"], json!([{"actions": ["balances"], "accounts": ["DE40100100103307118608"]}]), "{said}");

    // The scope alone.
    asked(&mut visitor, &details).await.assert(200, "signed in as");
    let page = decided(&mut visitor, &[]).await;
    let (tokens, said) = redeemed(&mut visitor, &page).await;
    assert!(tokens.get("authorization_details").is_none() && said.get("payments").is_none(), "{tokens} {said}");
}

#[tokio::test]
async fn what_is_not_such_a_detail_goes_back_to_the_application() {
    let example = Example::start_with(&["--rar"]);
    let mut visitor = Visitor::of(&example);
    for details in [
        json!([{"type": "payment_initiation", "amount": 0, "currency": "EUR", "creditor": "A"}]),
        json!([{"type": "payment_initiation", "amount": 7, "currency": "EUR", "creditor": "A\u{202e}B"}]),
        json!([{"type": "account_information", "actions": ["balances"], "all": true}]),
    ] {
        let page = asked(&mut visitor, &details).await;
        let location = page.headers.get("location").expect("a redirect").to_str().expect("text");
        assert!(location.contains("error=invalid_authorization_details"), "{location}");
    }
}

/// The sample app asks for both, and the server that approves by itself grants both.
#[tokio::test]
async fn the_sample_app_asks_in_detail() {
    let example = Example::start_with(&["--rar"]);
    let mut visitor = Visitor::of(&example);
    let start = visitor.get(&format!("{}/", visitor.server.clone())).await;
    start.assert(200, "authorization_details=[{");
    assert!(example.printed.contains("Clients may ask for a payment"), "{}", example.printed);
    let document = visitor.get(&format!("{}/.well-known/oauth-authorization-server", visitor.server.clone())).await.text;
    assert!(
        document.contains(r#""authorization_details_types_supported":["payment_initiation","account_information"]"#),
        "{document}"
    );
    let automatic = Example::start_with(&["--rar", "--auto-approve"]);
    let mut visitor = Visitor::of(&automatic);
    let details = json!([{"type": "payment_initiation", "amount": 7, "currency": "EUR", "creditor": "A"}]);
    let page = asked(&mut visitor, &details).await;
    let (tokens, _) = redeemed(&mut visitor, &page).await;
    assert_eq!(tokens["authorization_details"], details, "{tokens}");
}

/// A television asks in detail, and its person sees what for, leaves out, and allows the rest.
#[tokio::test]
async fn a_device_asks_in_detail_as_well() {
    let example = Example::start_with(&["--rar", "--device"]);
    let mut visitor = Visitor::of(&example);
    let details = json!([
        {"type": "payment_initiation", "amount": 1_999, "currency": "EUR", "creditor": "Films & Co"},
        {"type": "account_information", "actions": ["balances"]},
    ]);
    let asks = [("client_id", "sample-tv"), ("scope", "read"), ("authorization_details", &*details.to_string())];
    let codes: Value = serde_json::from_str(&visitor.post_form("/device_authorization", &asks).await.text).expect("JSON");
    let [device_code, user_code] = ["device_code", "user_code"].map(|name| codes[name].as_str().expect("a code").to_owned());
    visitor.post_form("/device", &[("user_code", &user_code)]).await.assert(200, "Pay 19.99 EUR to Films &amp; Co");
    visitor.post("/device/continue", &[("decision", "continue")]).await.assert(200, "Sign in</button>");
    let page = visitor.post("/device/sign-in", &[("username", "alice"), ("password", "wonderland")]).await;
    page.assert(200, "Pay 19.99 EUR to Films &amp; Co");
    let ticked = [("account", "alice"), ("decision", "approve"), ("scope", "read"), ("payment", "0")];
    visitor.post("/device/decide", &ticked).await.assert(200, "The device is connected");
    let grant = "urn:ietf:params:oauth:grant-type:device_code";
    let polls = [("grant_type", grant), ("client_id", "sample-tv"), ("device_code", &*device_code)];
    let tokens: Value = serde_json::from_str(&visitor.post_form("/token", &polls).await.text).expect("JSON");
    assert_eq!(tokens["authorization_details"], json!([details[0]]), "{tokens}");
}

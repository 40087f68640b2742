//! What a person sees before they let a client in, by how the client is known.

mod common;

use common::Running;
use serde_json::{Value, json};

/// The page that asks, for a client that is sent back there.
async fn page(running: &Running, client_id: &str, redirect_uri: &str) -> String {
    let query = form_urlencoded::Serializer::new(String::new())
        .extend_pairs([
            ("response_type", "code"),
            ("client_id", client_id),
            ("redirect_uri", redirect_uri),
            ("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"),
            ("code_challenge_method", "S256"),
            ("resource", &running.resource),
        ])
        .finish();
    let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build().expect("a client");
    let answer = http.get(format!("{}/authorize?{query}", running.issuer)).send().await.expect("an answer");
    assert_eq!(answer.status(), 200);
    answer.text().await.expect("a page")
}

async fn registered(running: &Running, redirect_uri: &str) -> String {
    let http = reqwest::Client::builder().no_proxy().build().expect("a client");
    let metadata = json!({
        "client_name": "A <b>stranger</b>", "redirect_uris": [redirect_uri], "token_endpoint_auth_method": "none",
        "application_type": if redirect_uri.starts_with("https") { "web" } else { "native" },
    });
    let request = http.post(format!("{}/register", running.issuer)).header("content-type", "application/json");
    let answer = request.body(metadata.to_string()).send().await.expect("an answer").text().await.expect("text");
    let answer: Value = serde_json::from_str(&answer).expect("JSON");
    answer["client_id"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
}

#[tokio::test]
async fn people_are_told_whence_a_client_comes_where_it_goes_and_who_may_pose_as_it() {
    const WARNING: &str = "It runs on this machine: any program here could say that it is this one.";
    let running = common::serve(|_| {}).await;
    let (local, web) = ("http://127.0.0.1:43119/callback", "https://app.example/callback");
    let (native, elsewhere) = (registered(&running, local).await, registered(&running, web).await);
    for (client_id, redirect_uri, name, whence, host, is_warned) in [
        (common::DOCUMENT, local, "A client from elsewhere", "comes from <b>client.example</b>", "127.0.0.1:43119", true),
        (
            common::DOCUMENT,
            "http://localhost:1/callback",
            "A client from",
            "comes from <b>client.example</b>",
            "localhost:1",
            true,
        ),
        (&*native, local, "A &lt;b&gt;stranger&lt;/b&gt;", "which nobody here knows", "127.0.0.1:43119", true),
        (&*elsewhere, web, "A &lt;b&gt;stranger&lt;/b&gt;", "which nobody here knows", "app.example", false),
        ("desktop", local, "A program on this machine", "which we know", "127.0.0.1:43119", false),
    ] {
        let page = page(&running, client_id, redirect_uri).await;
        for shown in [name, whence, &format!("You will return to <b>{host}</b>.")] {
            assert!(page.contains(shown), "{client_id}: no {shown} in {page}");
        }
        assert_eq!(page.contains(WARNING), is_warned, "{client_id}: {page}");
    }
}

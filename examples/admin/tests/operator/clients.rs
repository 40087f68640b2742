//! Clients that the tool registers are clients of the server.

use grantor::testing::TestClient;
use serde_json::{Value, json};

use crate::place::{Store, in_each_store, register_app, server, tokens};
use crate::tool::Tool;

in_each_store! {
    a_client_that_is_registered_gets_a_token;
    clients_are_shown_listed_and_changed;
    an_identifier_may_look_like_an_option;
    a_secret_is_rotated;
    a_client_is_removed_with_all_that_it_has;
}

const JOB: [&str; 8] = ["client", "register", "--id", "job", "--grant-type", "client_credentials", "--scope", "read write"];

fn secret(told: &Value) -> String {
    told["client_secret"].as_str().expect("a secret").to_owned()
}

async fn a_client_that_is_registered_gets_a_token<S: Store>(store: S, tool: Tool) {
    let server = server(store);
    let said = tool.run(&JOB);
    let told = said.json();
    let secret = secret(&told);
    assert_eq!(said.out.matches(&secret).count(), 1, "{said:?}");
    assert!(said.err.is_empty() && secret.len() >= 43, "{said:?}");
    assert_eq!(told["client"]["client_id"], "job");
    assert_eq!(told["ignored"], json!([]));

    TestClient::confidential(&server, "job", &secret).client_credentials().await.assert_ok();
    TestClient::confidential(&server, "job", "another one").client_credentials().await.assert_error(401, "invalid_client");
    // Nobody else sees it, and nobody takes its place.
    let shown = tool.run(&["client", "show", "job"]);
    assert!(!shown.out.contains(&secret), "{shown:?}");
    let words = tool.fails(4, "refused", &JOB);
    assert!(words.contains("registered already"), "{words}");
    TestClient::confidential(&server, "job", &secret).client_credentials().await.assert_ok();
    // And not that of another issuer.
    let elsewhere = tool.clone().with("GRANTOR_ISSUER", "https://other.example.com");
    elsewhere.fails(3, "not_found", &["client", "show", "job"]);
    elsewhere.done(&JOB);
    tool.done(&["client", "show", "job"]);
}

async fn clients_are_shown_listed_and_changed<S: Store>(store: S, tool: Tool) {
    let server = server(store);
    let metadata =
        br#"{"client_id": "app", "token_endpoint_auth_method": "none", "client_name": "App", "client_name#de": "Anwendung",
        "redirect_uris": ["https://app.example.com/callback"], "grant_types": ["authorization_code", "refresh_token"],
        "scope": "read", "redirect_uri": "https://misspelt.example.com"}"#;
    let told = tool.reading(metadata, &["client", "register", "--metadata", "-"]).json();
    assert_eq!((&told["ignored"], told.get("client_secret")), (&json!(["redirect_uri"]), None));
    let random = tool.done(&["client", "register", "--redirect-uri", "https://b.example.com/"]);
    let random = random["client"]["client_id"].as_str().expect("an identifier");
    assert_eq!(random.len(), 22);

    // Page by page.
    let mut ids = Vec::new();
    let mut page = tool.done(&["client", "list", "--limit", "1"]);
    loop {
        let clients = page["clients"].as_array().expect("a list");
        assert_eq!(clients.len(), 1);
        ids.push(clients[0]["client_id"].as_str().expect("an identifier").to_owned());
        let Some(next) = page["next"].as_str() else { break };
        page = tool.done(&["client", "list", "--limit", "1", "--after", next]);
    }
    let mut expected = vec!["app".to_owned(), random.to_owned()];
    expected.sort();
    assert_eq!(ids, expected);

    let app = TestClient::public(&server, "app").scope("write");
    app.authorize(&[], |request| panic!("{request:?}")).await.assert_redirected_error("invalid_scope");
    let patch = br#"{"client_name#de": null, "policy_uri": "https://app.example.com/policy"}"#;
    let told = tool.reading(patch, &["client", "change", "app", "--metadata", "-", "--scope", "read write"]).json();
    let metadata = &told["client"]["metadata"];
    assert_eq!(
        (&metadata["scope"], &metadata["client_name"], metadata.get("client_name#de")),
        (&json!("read write"), &json!("App"), None)
    );
    assert_eq!(metadata["policy_uri"], "https://app.example.com/policy");
    assert_eq!(metadata["redirect_uris"], json!(["https://app.example.com/callback"]));
    assert_eq!(tool.done(&["client", "show", "app"])["client"], told["client"]);
    assert_eq!(tokens(&app, "alice").await.scope, "write");

    // What is wrong changes nothing.
    for (arguments, reason) in [
        (&["--redirect-uri", "http://app.example.com/"][..], "redirect_uris"),
        (&["--scope", "a\"b"], "scope"),
        (&["--auth-method", "client_secret_basic"], "client_secret"),
        (&["--auth-method", "password"], "not known"),
        (&["--grant-type", "client_credentials"], "go together"),
        (&[], "nothing is to be changed"),
    ] {
        let words = tool.fails(2, "input", &[&["client", "change", "app"], arguments].concat());
        assert!(words.contains(reason), "{words}");
    }
    let words =
        tool.reading(br#"{"client_secret": "s3cr3t"}"#, &["client", "change", "app", "--metadata", "-"]).failed(2, "input");
    assert!(words.contains("rotate-secret") && !words.contains("s3cr3t"), "{words}");
    assert_eq!(tool.done(&["client", "show", "app"])["client"], told["client"]);
    tool.fails(3, "not_found", &["client", "change", "nobody", "--scope", "read"]);
}

/// Identifiers in base64url may begin with a hyphen, as options do.
async fn an_identifier_may_look_like_an_option<S: Store>(store: S, tool: Tool) {
    let server = server(store);
    for id in ["-B0Jfr8aHb5OGIoiYcojEG", "--yes-it-is-one", "-h"] {
        register_app(&tool, id);
    }
    let page = tool.done(&["client", "list", "--limit", "2", "--after", "--yes-it-is-one"]);
    assert_eq!(page["clients"].as_array().map(Vec::len), Some(2));
    tool.done(&["client", "list", "--after", "-h"]);
    assert_eq!(tool.done(&["client", "show", "-B0Jfr8aHb5OGIoiYcojEG"])["client"]["client_id"], "-B0Jfr8aHb5OGIoiYcojEG");
    let app = TestClient::public(&server, "-B0Jfr8aHb5OGIoiYcojEG");
    tokens(&app, "-alice").await;
    for of in [["--client", "-B0Jfr8aHb5OGIoiYcojEG"], ["--subject", "-alice"]] {
        let listed = tool.done(&["authorization", "list", of[0], of[1]]);
        assert_eq!(listed["authorizations"].as_array().map(Vec::len), Some(1), "{listed}");
    }
    tool.fails(2, "input", &["authorization", "end", "-no-identifier"]);
    tool.fails(3, "not_found", &["authorization", "end", "-AAAAAAAAAAAAAAAAAAAAA"]);
    tool.fails(4, "refused", &["client", "remove", "-B0Jfr8aHb5OGIoiYcojEG"]);
    tool.done(&["client", "remove", "-B0Jfr8aHb5OGIoiYcojEG", "--yes"]);
    let said = tool.typed(&["client", "remove", "--schema", &tool.schema, "--", "--yes-it-is-one"]);
    assert_eq!(said.code, 0, "{said:?}");
    assert_eq!(tool.done(&["client", "list"])["clients"].as_array().map(Vec::len), Some(1));
    tool.fails(3, "not_found", &["key", "drop", "-B0Jfr8aHb5OGIoiYcojEG", "--yes"]);
}

async fn a_secret_is_rotated<S: Store>(store: S, tool: Tool) {
    let server = server(store);
    let first = secret(&tool.done(&JOB));
    let asks = async |secret: &str| {
        let answer = TestClient::confidential(&server, "job", secret).client_credentials().await;
        if answer.status != 200 {
            answer.assert_error(401, "invalid_client");
        }
        answer.status == 200
    };
    assert!(asks(&first).await);

    // The one before it ends at once,
    let said = tool.run(&["client", "rotate-secret", "job"]);
    let second = secret(&said.json());
    assert_eq!((said.out.matches(&second).count(), said.err.as_str()), (1, ""));
    assert_eq!((asks(&first).await, asks(&second).await), (false, true));
    // or is good for a while.
    let told = tool.done(&["client", "rotate-secret", "job", "--keep-previous-for", "3600"]);
    let third = secret(&told);
    assert!(told["previous_secret_until"].as_u64().is_some_and(|until| until > 1_700_000_000), "{told}");
    assert_eq!((asks(&second).await, asks(&third).await), (true, true));
    assert_eq!(tool.done(&["client", "show", "job"])["client"]["secrets"].as_array().map(Vec::len), Some(2));
    tool.done(&["client", "rotate-secret", "job"]);
    assert_eq!((asks(&second).await, asks(&third).await), (false, false));

    register_app(&tool, "app");
    let words = tool.fails(4, "refused", &["client", "rotate-secret", "app"]);
    assert!(words.contains("no secret"), "{words}");
    tool.fails(3, "not_found", &["client", "rotate-secret", "nobody"]);
}

async fn a_client_is_removed_with_all_that_it_has<S: Store>(store: S, tool: Tool) {
    let server = server(store);
    register_app(&tool, "app");
    tool.done(&JOB);
    let app = TestClient::public(&server, "app");
    let (one, other) = (tokens(&app, "alice").await, tokens(&app, "bob").await);

    let words = tool.fails(4, "refused", &["client", "remove", "app"]);
    assert!(words.contains("2 authorizations") && words.contains("--yes"), "{words}");
    let one = app.refresh(one.refresh_token()).await;
    one.assert_ok();

    let told = tool.done(&["client", "remove", "app", "--yes"]);
    assert_eq!(told, json!({"client_id": "app", "removed": true, "authorizations_ended": 2}));
    app.refresh(&one.member("refresh_token")).await.assert_error(401, "invalid_client");
    tool.fails(3, "not_found", &["client", "remove", "app", "--yes"]);
    // Who has the identifier next begins with nothing.
    register_app(&tool, "app");
    app.refresh(other.refresh_token()).await.assert_error(400, "invalid_grant");
    // Nothing would end with it.
    assert_eq!(tool.done(&["client", "remove", "job"])["authorizations_ended"], 0);
    tool.fails(3, "not_found", &["client", "show", "job"]);
}

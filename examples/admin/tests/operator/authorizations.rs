//! What people authorized ends where an operator says so.

use grantor::storage::SessionRecord;
use grantor::testing::TestClient;
use grantor::{ClientId, Clock as _, ServesOAuth as _, Subject, SystemClock, TokenHash};
use serde_json::{Value, json};

use crate::place::{Store, in_each_store, register_app, server, tokens};
use crate::tool::Tool;

in_each_store! {
    authorizations_are_listed_and_shown;
    an_authorization_that_is_ended_refuses_the_refresh_token;
    everything_of_a_person_or_a_client_ends;
}

/// All pages of so many entries.
fn listed(tool: &Tool, of: [&str; 2], limit: &str) -> Vec<Value> {
    let (mut all, mut after) = (Vec::new(), None::<String>);
    loop {
        let mut arguments = vec!["authorization", "list", of[0], of[1], "--limit", limit];
        arguments.extend(after.iter().flat_map(|after| ["--after", after]));
        let page = tool.done(&arguments);
        let entries = page["authorizations"].as_array().expect("a list");
        assert!(entries.len() <= limit.parse().expect("a number"), "{page}");
        all.extend(entries.iter().cloned());
        after = page["next"].as_str().map(ToOwned::to_owned);
        if after.is_none() {
            return all;
        }
    }
}

async fn authorizations_are_listed_and_shown<S: Store>(store: S, tool: Tool) {
    let server = server(store);
    ["app", "other"].iter().for_each(|id| register_app(&tool, id));
    let (app, other) = (TestClient::public(&server, "app").scope("read"), TestClient::public(&server, "other"));
    for _ in 0..3 {
        tokens(&app, "alice").await;
        tokens(&app, "bob").await;
    }
    tokens(&other, "alice").await;

    for limit in ["1", "2", "3", "100"] {
        assert_eq!(listed(&tool, ["--subject", "alice"], limit).len(), 4);
        assert_eq!(listed(&tool, ["--client", "app"], limit).len(), 6);
        assert_eq!(listed(&tool, ["--client", "other"], limit).len(), 1);
    }
    assert!(listed(&tool, ["--subject", "Alice"], "9").is_empty() && listed(&tool, ["--client", "App"], "9").is_empty());
    let of_bob = &listed(&tool, ["--subject", "bob"], "9")[0];
    assert_eq!((&of_bob["client_id"], &of_bob["subject"], &of_bob["scope"]), (&json!("app"), &json!("bob"), &json!("read")));

    let id = of_bob["id"].as_str().expect("an identifier");
    let shown = &tool.done(&["authorization", "show", id])["authorization"];
    assert_eq!((&shown["id"], &shown["ended"]), (&of_bob["id"], &json!(false)));
    let elsewhere = tool.clone().with("GRANTOR_ISSUER", "https://other.example.com");
    elsewhere.fails(3, "not_found", &["authorization", "show", id]);
    elsewhere.fails(3, "not_found", &["authorization", "end", id]);
    assert!(listed(&elsewhere, ["--client", "app"], "9").is_empty());
    assert_eq!(tool.done(&["authorization", "show", id])["authorization"]["ended"], false);
}

async fn an_authorization_that_is_ended_refuses_the_refresh_token<S: Store>(store: S, tool: Tool) {
    let server = server(store);
    register_app(&tool, "app");
    let app = TestClient::public(&server, "app");
    let ends = tokens(&app, "alice").await;
    let listed = listed(&tool, ["--subject", "alice"], "9");
    let stays = tokens(&app, "alice").await;
    let id = listed[0]["id"].as_str().expect("an identifier");

    let told = tool.done(&["authorization", "end", id]);
    assert_eq!((&told["authorizations_ended"], &told["authorization"]["id"]), (&json!(1), &json!(id)));
    app.refresh(ends.refresh_token()).await.assert_error(400, "invalid_grant");
    app.refresh(stays.refresh_token()).await.assert_ok();
    // It is remembered, and ends once.
    assert_eq!(tool.done(&["authorization", "show", id])["authorization"]["ended"], true);
    tool.fails(3, "not_found", &["authorization", "end", id]);
    tool.fails(2, "input", &["authorization", "end", "an identifier"]);
    tool.fails(2, "input", &["authorization", "end"]);
    tool.fails(2, "input", &["authorization", "end", id, "--client", "app"]);
}

async fn everything_of_a_person_or_a_client_ends<S: Store>(store: S, tool: Tool) {
    let kept_by = store.clone();
    let server = server(store);
    ["app", "other"].iter().for_each(|id| register_app(&tool, id));
    let (app, other) = (TestClient::public(&server, "app"), TestClient::public(&server, "other"));
    let of_alice = [tokens(&app, "alice").await, tokens(&app, "alice").await];
    let (elsewhere, of_bob) = (tokens(&other, "alice").await, tokens(&app, "bob").await);

    let words = tool.fails(4, "refused", &["authorization", "end", "--subject", "alice"]);
    assert!(words.contains("3 authorizations"), "{words}");
    let kept = app.refresh(of_alice[0].refresh_token()).await.member("refresh_token");
    let (issuer, now) = (server.issuer().clone(), SystemClock.now());
    let (alice, clients) = (Subject::new("alice").expect("a name"), vec![ClientId::parse("app").expect("an identifier")]);
    let id = "AAAAAAAAAAAAAAAAAAAAAA".parse().expect("an identifier");
    let session = SessionRecord::new(id, TokenHash::of("a sign-in"), alice.clone(), now, clients);
    kept_by.open_session(&issuer, session, now.saturating_add_secs(3_600), now).await.expect("a session");
    let told = tool.done(&["authorization", "end", "--subject", "alice", "--yes"]);
    assert_eq!(told, json!({"authorizations_ended": 3, "sessions_ended": 1}));
    // Servers tell the clients of it.
    assert_eq!(kept_by.sessions_of(&issuer, &alice, now).await.expect("sessions"), []);
    let (later, soon) = (now.saturating_add_secs(120), now.saturating_add_secs(60));
    assert_eq!(kept_by.claim_notices(&issuer, 9, later, soon).await.expect("notices").len(), 1);
    for token in [&kept, of_alice[1].refresh_token()] {
        app.refresh(token).await.assert_error(400, "invalid_grant");
    }
    other.refresh(elsewhere.refresh_token()).await.assert_error(400, "invalid_grant");
    let nothing = json!({"authorizations_ended": 0, "sessions_ended": 0});
    assert_eq!(tool.done(&["authorization", "end", "--subject", "alice"]), nothing);

    assert_eq!(tool.done(&["authorization", "end", "--client", "app", "--yes"]), json!({"authorizations_ended": 1}));
    app.refresh(of_bob.refresh_token()).await.assert_error(400, "invalid_grant");
    // The client stays.
    tokens(&app, "bob").await;
    // Sign-ins are no client's.
    assert_eq!(
        tool.done(&["authorization", "end", "--client", "urn:grantor:session", "--yes"]),
        json!({"authorizations_ended": 0})
    );
}

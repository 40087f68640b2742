//! The example `resource_server` with an authorization server that tests say what to answer.

#[path = "common/example_process.rs"]
mod example_process;

use std::net::SocketAddr;
use std::time::{SystemTime, UNIX_EPOCH};

use axum::Router;
use axum::routing::{get, post};
use example_process::Example;
use reqwest::{StatusCode, header};
use serde_json::{Value, json};

fn json_answer(value: &Value) -> ([(header::HeaderName, &'static str); 1], String) {
    ([(header::CONTENT_TYPE, "application/json")], value.to_string())
}

/// Says of each token who it is for, as the token itself has it: `sub`, `client_id` and the seconds since the person signed in, with tildes
/// between.
async fn issuer() -> SocketAddr {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a socket");
    let address = listener.local_addr().expect("an address");
    let url = format!("http://{address}");
    let metadata = json!({"issuer": url, "introspection_endpoint": format!("{url}/introspect")});
    let introspect = async |body: String| {
        let (_, token) = form_urlencoded::parse(body.as_bytes()).find(|(name, _)| name == "token").expect("a token");
        let mut answer = json!({"active": true, "token_type": "Bearer", "scope": "read write"});
        for (member, value) in ["sub", "client_id"].iter().zip(token.split('~')).filter(|(_, value)| !value.is_empty()) {
            answer[member] = value.into();
        }
        if let Some(seconds) = token.split('~').nth(2).and_then(|seconds| seconds.parse::<u64>().ok()) {
            answer["auth_time"] = (now() - seconds).into();
        }
        json_answer(&answer)
    };
    let router = Router::new()
        .route("/.well-known/oauth-authorization-server", get(async move || json_answer(&metadata)))
        .route("/introspect", post(introspect));
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).expect("a time").as_secs()
}

struct Notes {
    http: reqwest::Client,
    url: String,
}

impl Notes {
    async fn read(&self, token: &str) -> Value {
        let answer = self.http.get(&self.url).bearer_auth(token).send().await.expect("an answer");
        assert_eq!(answer.status(), StatusCode::OK);
        serde_json::from_str(&answer.text().await.expect("text")).expect("JSON")
    }

    async fn write(&self, token: &str, note: &'static str) -> StatusCode {
        self.http.post(&self.url).bearer_auth(token).body(note).send().await.expect("an answer").status()
    }
}

// shows: RFC9700-4.15.1-02
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_is_called_as_a_person_is_called_does_not_read_what_is_the_persons() {
    let issuer = format!("http://{}", issuer().await);
    let start = || Example::start_resource_server(&["--issuer", &issuer], "a-secret-of-more-than-32-characters-for-tests");
    let example = tokio::task::block_in_place(start);
    let http = reqwest::Client::builder().no_proxy().build().expect("a client");
    let notes = Notes { http, url: format!("{}/notes", example.server) };

    assert_eq!(notes.write("alice~app", "of the person").await, 200);
    // As servers of this library say it, and as RFC 9068 section 2.2 has it.
    for client in ["~alice", "alice~alice"] {
        assert_eq!(notes.read(client).await, json!({"owner": {"client": "alice"}, "notes": []}), "{client}");
    }
    assert_eq!(notes.write("~alice", "of the client").await, 200);
    assert_eq!(notes.read("alice~alice").await["notes"], json!(["of the client"]));
    for client in ["app", "another"] {
        let read = notes.read(&format!("alice~{client}")).await;
        assert_eq!(read, json!({"owner": {"person": "alice"}, "notes": ["of the person"]}));
    }
    // Whose this is nobody says.
    assert_eq!(notes.write("~", "of nobody").await, 403);
}

/// What cannot be undone is for whoever signed in a moment ago; others are told what to ask for (RFC 9470 section 3).
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn notes_are_thrown_away_by_whoever_signed_in_a_moment_ago() {
    let issuer = format!("http://{}", issuer().await);
    let start = || Example::start_resource_server(&["--issuer", &issuer], "a-secret-of-more-than-32-characters-for-tests");
    let example = tokio::task::block_in_place(start);
    let http = reqwest::Client::builder().no_proxy().build().expect("a client");
    let notes = Notes { http, url: format!("{}/notes", example.server) };
    assert_eq!(notes.write("alice~app~1", "a note").await, StatusCode::OK);
    for (token, status) in [("alice~app~900", 401), ("alice~app", 401), ("~app", 401), ("alice~app~10", 200)] {
        let answer = notes.http.delete(&notes.url).bearer_auth(token).send().await.expect("an answer");
        assert_eq!(answer.status().as_u16(), status, "{token}");
        if status == 401 {
            let challenge = answer.headers()["www-authenticate"].to_str().expect("text");
            assert!(
                challenge.contains("error=\"insufficient_user_authentication\"") && challenge.contains("max_age=\"300\""),
                "{challenge}"
            );
            assert_eq!(notes.read("alice~app~900").await["notes"], json!(["a note"]));
        }
    }
    assert_eq!(notes.read("alice~app~900").await["notes"], json!([]));
}

//! Tokens that are bound to a key of their client (`--dpop`), at both servers.

#[path = "common/example_process.rs"]
mod example_process;
#[path = "common/files.rs"]
mod files;
#[path = "../../../tests/common/peers.rs"]
mod peers;
#[path = "common/program.rs"]
mod program;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use example_process::Example;
use files::file;
use grantor::{Algorithm, Jwks, KeyPair};
use peers::Peer;
use program::{Program, SECRET};
use reqwest::header::CONTENT_TYPE;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// A client with a key, which proves that it has it.
struct App {
    program: Program,
    key: KeyPair,
}

impl App {
    fn proof(&self, method: &str, url: &str, token: Option<&str>) -> String {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let encode = |text: &str| URL_SAFE_NO_PAD.encode(text);
        let mut jwk = serde_json::to_value(self.key.public_key()).expect("JSON");
        jwk.as_object_mut().expect("an object").retain(|name, _| ["kty", "crv", "x", "y"].contains(&name.as_str()));
        let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("a time").as_secs();
        let jti = COUNT.fetch_add(1, Ordering::Relaxed).to_string();
        let mut claims = json!({"htm": method, "htu": url, "iat": now, "jti": jti});
        if let Some(token) = token {
            claims["ath"] = URL_SAFE_NO_PAD.encode(Sha256::digest(token)).into();
        }
        let header = json!({"typ": "dpop+jwt", "alg": "ES256", "jwk": jwk});
        let input = format!("{}.{}", encode(&header.to_string()), encode(&claims.to_string()));
        let signature = self.key.sign(input.as_bytes()).expect("a signature");
        format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature.as_bytes()))
    }

    async fn token(&self, proven: bool) -> (u16, Value) {
        let url = format!("{}/token", self.program.server);
        let request = self.program.http.post(&url).basic_auth("job", Some(SECRET));
        let request = if proven { request.header("dpop", self.proof("POST", &url, None)) } else { request };
        let request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        let answer = request.body("grant_type=client_credentials&scope=read").send().await.expect("an answer");
        let status = answer.status().as_u16();
        (status, serde_json::from_slice(&answer.bytes().await.expect("a body")).expect("JSON"))
    }

    async fn get(&self, url: &str, token: &str, proof: Option<String>) -> (u16, Value) {
        let scheme = if proof.is_some() { "DPoP" } else { "Bearer" };
        let request = self.program.http.get(url).header("authorization", format!("{scheme} {token}"));
        let request = proof.into_iter().fold(request, |request, proof| request.header("dpop", proof));
        let answer = request.send().await.expect("an answer");
        let status = answer.status().as_u16();
        (status, serde_json::from_slice(&answer.bytes().await.expect("a body")).unwrap_or(Value::Null))
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bound_token_opens_both_servers_with_a_proof_and_nothing_without() {
    let clients = json!([
        {"client_id": "job", "client_secret": SECRET, "grant_types": ["client_credentials"], "dpop_bound_access_tokens": true},
        {"client_id": "api", "client_secret": SECRET, "introspection": "any"},
    ]);
    let (_directory, path) = file("clients.json", &clients);
    let example = Example::start_with(&["--clients", &path, "--dpop"]);
    let app = App { program: Program::of(&example), key: KeyPair::generate(Algorithm::Es256).expect("a key") };
    let document = app.program.get_json("/.well-known/oauth-authorization-server").await;
    assert!(document["dpop_signing_alg_values_supported"].as_array().is_some_and(|all| all.contains(&json!("ES256"))));
    let (status, refused) = app.token(false).await;
    assert_eq!((status, &refused["error"]), (400, &json!("invalid_dpop_proof")));
    let (status, tokens) = app.token(true).await;
    assert_eq!((status, &tokens["token_type"]), (200, &json!("DPoP")), "{tokens}");
    let token = tokens["access_token"].as_str().expect("a token");

    let start = || Example::start_resource_server(&["--issuer", &example.server, "--client-id", "api", "--dpop"], SECRET);
    let api = tokio::task::block_in_place(start);
    for server in [&example.server, &api.server] {
        let url = format!("{server}/api/echo");
        let proof = app.proof("GET", &url, Some(token));
        let (status, echo) = app.get(&url, token, Some(proof.clone())).await;
        assert_eq!((status, &echo["client_id"]), (200, &json!("job")), "{server}: {echo}");
        let (status, again) = app.get(&url, token, Some(proof)).await;
        assert_eq!((status, &again["error"]), (401, &json!("invalid_dpop_proof")), "{server}");
        let (status, bearer) = app.get(&url, token, None).await;
        assert_eq!((status, &bearer["error"]), (401, &json!("invalid_token")), "{server}");
    }
}

/// Without the flag bearer tokens are taken as well.
#[tokio::test]
async fn without_the_flag_both_kinds_of_tokens_are_taken() {
    let clients = json!([{"client_id": "job", "client_secret": SECRET, "grant_types": ["client_credentials"]}]);
    let (_directory, path) = file("clients.json", &clients);
    let example = Example::start_with(&["--clients", &path]);
    let app = App { program: Program::of(&example), key: KeyPair::generate(Algorithm::Es256).expect("a key") };
    let url = format!("{}/api/echo", example.server);
    for proven in [true, false] {
        let (_, tokens) = app.token(proven).await;
        let token = tokens["access_token"].as_str().expect("a token");
        let proof = proven.then(|| app.proof("GET", &url, Some(token)));
        assert_eq!(app.get(&url, token, proof).await.0, 200, "{tokens}");
        assert_eq!(app.get(&url, token, None).await.0, if proven { 401 } else { 200 });
    }
}

/// As people and their programs walk through it: the program pushes its request, a person signs in and allows it, and what the program gets is
/// good with its proofs alone, also once it was refreshed.
#[test]
fn the_profile_fapi2_is_walked_through_to_the_api() {
    let key = KeyPair::generate(Algorithm::Es256).expect("a key");
    let callback = "https://client.example/callback";
    let clients = json!([{
        "client_id": "app", "token_endpoint_auth_method": "private_key_jwt", "jwks": Jwks::of([key.public_key()]),
        "redirect_uris": [callback], "grant_types": ["authorization_code", "refresh_token"], "scope": "read",
    }]);
    let (_directory, clients) = file("clients.json", &clients);
    let (_directory, users) = file("users.json", &json!([{"username": "alice", "password": "wonderland"}]));
    let example = Example::start_with(&["--profile", "fapi2", "--clients", &clients, "--users", &users]);
    let order = json!({
        "issuer": example.server, "client_id": "app", "redirect_uri": callback, "resource": format!("{}/api/echo", example.server),
        "pkcs8": URL_SAFE_NO_PAD.encode(&*key.to_pkcs8().expect("PKCS#8")),
        "forms": [
            {"path": "/login", "fields": {"username": "alice", "password": "wonderland"}},
            {"path": "/consent", "fields": {"decision": "approve", "scope": "read"}},
        ],
    });
    let Some(answer) = Peer::Python("fapi2_peer.py").ask(&order) else { return };
    assert_eq!((&answer["issuer"], &answer["type"]), (&json!(example.server), &json!("DPoP")), "{answer}");
    for called in answer["answers"].as_array().expect("answers") {
        assert_eq!(
            (&called[0]["username"], &called[0]["scope"], &called[1]),
            (&json!("alice"), &json!("read"), &json!(401)),
            "{answer}"
        );
    }
}

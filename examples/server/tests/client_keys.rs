//! Clients of a file that have keys instead of secrets.

#[path = "common/document_server.rs"]
mod document_server;
#[path = "common/example_process.rs"]
mod example_process;
#[path = "common/files.rs"]
mod files;
#[path = "common/program.rs"]
mod program;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use document_server::{Answer, Authority, DocumentServer};
use example_process::Example;
use files::file;
use grantor::jose::{ClientAssertionJwt, TokenSigner};
use grantor::{Algorithm, Jwks, KeyPair};
use program::Program;
use reqwest::header::CONTENT_TYPE;
use serde_json::{Value, json};

/// Another assertion each time.
fn assertion(example: &Example, id: &str, key: &TokenSigner<KeyPair>) -> String {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("a time").as_secs();
    let jti = COUNT.fetch_add(1, Ordering::Relaxed).to_string();
    let claims = json!({"iss": id, "sub": id, "aud": example.server, "iat": now, "exp": now + 60, "jti": jti});
    key.sign_now::<ClientAssertionJwt>(claims.to_string().as_bytes()).expect("an assertion").to_string()
}

async fn token(program: &Program, assertion: &str) -> (u16, Value) {
    let fields = [
        ("grant_type", "client_credentials"),
        ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
        ("client_assertion", assertion),
    ];
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let request = program.http.post(format!("{}/token", program.server)).body(body);
    let answer = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded").send().await.expect("an answer");
    let status = answer.status().as_u16();
    (status, serde_json::from_slice(&answer.bytes().await.expect("a body")).expect("JSON"))
}

fn with_keys(id: &str, members: Value) -> Value {
    let mut client =
        json!({"client_id": id, "token_endpoint_auth_method": "private_key_jwt", "grant_types": ["client_credentials"]});
    client.as_object_mut().expect("an object").extend(members.as_object().expect("an object").clone());
    client
}

#[tokio::test]
async fn a_client_of_the_file_authenticates_with_its_key() {
    let key = TokenSigner::new(KeyPair::generate(Algorithm::Es256).expect("a key"));
    let jwks = json!(Jwks::of([key.public_key()]));
    let clients = json!([
        with_keys("job", json!({"jwks": jwks, "token_endpoint_auth_signing_alg": "ES256"})),
        // There is no such host, and never will be (RFC 2606 section 2).
        with_keys("elsewhere", json!({"jwks_uri": "https://client.invalid/jwks"})),
        with_keys("mac", json!({"jwks": jwks, "token_endpoint_auth_signing_alg": "HS256"})),
        with_keys("within", json!({"jwks_uri": "https://10.1.2.3/jwks"})),
        with_keys("both", json!({"jwks": jwks, "jwks_uri": "https://client.invalid/jwks"})),
    ]);
    let (_directory, path) = file("clients.json", &clients);
    let example = Example::start_with(&["--clients", &path]);
    let program = Program::of(&example);

    let metadata = program.get_json("/.well-known/oauth-authorization-server").await;
    let methods = metadata["token_endpoint_auth_methods_supported"].as_array().expect("methods");
    assert!(methods.contains(&json!("private_key_jwt")), "{metadata}");

    let own = assertion(&example, "job", &key);
    let (status, tokens) = token(&program, &own).await;
    assert_eq!((status, &tokens["token_type"]), (200, &json!("Bearer")), "{tokens}");
    let echo = program.get("/api/echo", tokens["access_token"].as_str()).await;
    assert_eq!(echo.status(), 200);
    for (assertion, expected) in [
        (own, (401, "invalid_client")),
        (assertion(&example, "elsewhere", &key), (503, "temporarily_unavailable")),
        (assertion(&example, "mac", &key), (401, "invalid_client")),
        (assertion(&example, "within", &key), (401, "invalid_client")),
    ] {
        let (status, error) = token(&program, &assertion).await;
        assert_eq!((status, error["error"].as_str().unwrap_or_default()), expected);
    }

    let log = example.stop();
    for said in [
        "client_id \"mac\"",
        "does not accept `HS256` as `token_endpoint_auth_signing_alg`",
        "client_id \"within\"",
        "of special use",
        "client_id \"both\"",
        "`jwks` and `jwks_uri` must not both be there",
        "the keys of a client cannot be fetched",
    ] {
        assert!(log.contains(said), "{said}: {log}");
    }
}

/// The keys of this client are where it says, which is on this machine. When it replaces its key, the new one is good at once and the old one is
/// not; without the flag a second would be half a minute.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_of_the_file_keeps_its_keys_where_it_likes_and_replaces_them() {
    let [old, new] = [(); 2].map(|()| TokenSigner::new(KeyPair::generate(Algorithm::Es256).expect("a key")));
    let document = |key: &TokenSigner<KeyPair>| Answer::json(&json!(Jwks::of([key.public_key()])).to_string());
    let authority = Authority::new();
    let server = DocumentServer::start(&authority, "localhost", document(&old)).await;
    let port = server.port().to_string();
    let keys = json!({"jwks_uri": format!("https://localhost:{port}/jwks"), "token_endpoint_auth_signing_alg": "ES256"});
    let (directory, path) = file("clients.json", &json!([with_keys("job", keys)]));
    let trusted = directory.path().join("ca.pem");
    std::fs::write(&trusted, authority.pem()).expect("a file");
    let trusted = [("SSL_CERT_FILE", trusted.to_str().expect("a path"))];
    let example = Example::start_in(&["--clients", &path, "--local-documents", &port], &trusted);
    let program = Program::of(&example);
    for _ in 0..2 {
        assert_eq!(token(&program, &assertion(&example, "job", &old)).await.0, 200);
    }
    assert_eq!(server.requests(), 1);
    server.says(document(&new));
    let until = std::time::Instant::now() + std::time::Duration::from_secs(10);
    while token(&program, &assertion(&example, "job", &new)).await.0 != 200 {
        assert!(std::time::Instant::now() < until, "{}", example.stop());
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    assert_eq!(token(&program, &assertion(&example, "job", &old)).await.0, 401);
    assert!(example.stop().contains("documents on this machine"));

    // Without the flag it is not even registered.
    let example = Example::start_in(&["--clients", &path], &trusted);
    assert_eq!(token(&Program::of(&example), &assertion(&example, "job", &new)).await.0, 401);
    // Nor can a server have it that others reach.
    let flags = ["--issuer", "https://auth.example.com", "--database", "auth.db", "--local-documents", "8443"];
    let output = Example::output(&flags);
    assert!(String::from_utf8_lossy(&output.stderr).contains("--local-documents needs an http issuer"), "{output:?}");
}

/// With `--par`: one that may ask in no other way pushes its request.
#[tokio::test]
async fn a_client_of_the_file_pushes_its_requests() {
    let key = TokenSigner::new(KeyPair::generate(Algorithm::Es256).expect("a key"));
    let app = json!({
        "jwks": Jwks::of([key.public_key()]), "grant_types": ["authorization_code"], "scope": "read",
        "redirect_uris": ["https://client.example/cb"], "require_pushed_authorization_requests": true,
    });
    let (_directory, path) = file("clients.json", &json!([with_keys("app", app)]));
    let example = Example::start_with(&["--clients", &path, "--par"]);
    let program = Program::of(&example);
    let metadata = program.get_json("/.well-known/oauth-authorization-server").await;
    assert_eq!(metadata["pushed_authorization_request_endpoint"], format!("{}/par", example.server));
    let own = assertion(&example, "app", &key);
    let asks = [
        ("response_type", "code"),
        ("client_id", "app"),
        ("scope", "read"),
        ("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"),
        ("code_challenge_method", "S256"),
    ];
    let credentials =
        [("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"), ("client_assertion", &own)];
    let form = |pairs: &[(&str, &str)]| form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    let request = program.http.post(format!("{}/par", program.server)).body(form(&[&asks[..], &credentials].concat()));
    let answer = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded").send().await.expect("an answer");
    assert_eq!(answer.status(), 201);
    let pushed: Value = serde_json::from_slice(&answer.bytes().await.expect("a body")).expect("JSON");
    let uri = pushed["request_uri"].as_str().expect("a request_uri");
    // The page on which people sign in; and no other way there.
    let page = program.get(&format!("/authorize?{}", form(&[("client_id", "app"), ("request_uri", uri)])), None).await;
    assert_eq!(page.status(), 200);
    let plain = program.get(&format!("/authorize?{}", form(&asks)), None).await;
    assert!(plain.headers()["location"].to_str().expect("text").contains("error=invalid_request"), "{plain:?}");
}

#[tokio::test]
async fn without_the_certificate_of_any_authority_the_others_are_served() {
    let key = TokenSigner::new(KeyPair::generate(Algorithm::Es256).expect("a key"));
    let clients = json!([
        with_keys("job", json!({"jwks": Jwks::of([key.public_key()])})),
        with_keys("elsewhere", json!({"jwks_uri": "https://client.invalid/jwks"})),
    ]);
    let (_directory, path) = file("clients.json", &clients);
    let nothing = [("SSL_CERT_FILE", "/nowhere"), ("SSL_CERT_DIR", "/nowhere")];
    let example = Example::start_in(&["--clients", &path], &nothing);
    let program = Program::of(&example);
    assert_eq!(token(&program, &assertion(&example, "job", &key)).await.0, 200);
    assert_eq!(token(&program, &assertion(&example, "elsewhere", &key)).await.0, 503);
    let log = example.stop();
    assert!(!cfg!(target_os = "linux") || log.contains("no authority is trusted on this machine"), "{log}");
}

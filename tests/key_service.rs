//! Signing keys that another process has (`examples/key_service`): while it is slow, fails or is gone clients get 503, and nothing that
//! they present is used up.

#![cfg(unix)]

mod common;
#[path = "../examples/key_service/main.rs"]
#[allow(dead_code, reason = "it is a program as well")]
mod key_service;

use std::io::{BufRead as _, BufReader, Lines, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use bytes::Bytes;
use common::browser::Browser;
use common::{CALLBACK, PKCE, REQUEST, SECRET, VERIFIER, form, subject, with};
use grantor::jose::{AccessTokenJwt, CompactJws};
use grantor::{
    Algorithm, Approval, AuthorizationCode, AuthorizationServer, Client, ClientCredentials, ClientSecret, Code, Development,
    Es256, Implicit, Introspection, Jwks, JwtAccessTokens, JwtIntrospection, KeyPair, MemoryStore, OAuth21, RefreshToken,
    RetryWindow, Rfc6749, ServesOAuth, SigningKeys, Token, issuer,
};
use http::{Request, Response, header};
use key_service::signer::KeyService;
use serde_json::{Value, json};
use tokio::net::UnixListener;

const SOCKET: &str = "GRANTOR_KEY_SERVICE_SOCKET";
const READY: &str = "ready";
/// How long servers wait for a signature.
const PATIENCE: Duration = Duration::from_millis(400);

/// The process that has the key, if this is one. Told a mood, it has that.
#[test]
fn the_child() {
    let Ok(socket) = std::env::var(SOCKET) else { return };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    let [key, other] = [(); 2].map(|()| Arc::new(KeyPair::generate(Algorithm::Es256).expect("a key")));
    let mood = Arc::new(Mutex::new("well".to_owned()));
    let jwk = serde_json::to_vec(key.public_key()).expect("JSON");
    let told = mood.clone();
    runtime.spawn(async move {
        let listener = UnixListener::bind(&socket).expect("a socket");
        println!("\n{READY}");
        let sign = move |input: Vec<u8>| {
            let (mood, key, other) = (told.lock().expect("a mood").clone(), key.clone(), other.clone());
            async move {
                let signed = |key: &KeyPair| key.sign(&input).expect("a signature").as_bytes().to_vec();
                match mood.as_str() {
                    "well" => Some(signed(&key)),
                    "slow" => {
                        tokio::time::sleep(60 * PATIENCE).await;
                        Some(signed(&key))
                    }
                    "failing" => None,
                    "odd" => Some(b"no signature".to_vec()),
                    "another key" => Some(signed(&other)),
                    other => panic!("{other}"),
                }
            }
        };
        key_service::service::serve(listener, jwk, sign).await
    });
    for line in std::io::stdin().lines() {
        *mood.lock().expect("a mood") = line.expect("a line");
        println!("\n{READY}");
    }
}

/// That process.
struct Service {
    process: Child,
    orders: ChildStdin,
    said: Lines<BufReader<ChildStdout>>,
    directory: tempfile::TempDir,
}

impl Service {
    fn launch() -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let mut command = Command::new(std::env::current_exe().expect("a path"));
        command.args(["the_child", "--exact", "--nocapture", "--test-threads=1"]).env(SOCKET, directory.path().join("socket"));
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("a child");
        let orders = process.stdin.take().expect("a pipe");
        let said = BufReader::new(process.stdout.take().expect("a pipe")).lines();
        let mut service = Self { process, orders, said, directory };
        service.wait();
        service
    }

    fn socket(&self) -> PathBuf {
        self.directory.path().join("socket")
    }

    fn wait(&mut self) {
        self.said.by_ref().map(|line| line.expect("a line")).find(|line| line == READY).expect("the process ended");
    }

    fn is(&mut self, mood: &str) {
        writeln!(self.orders, "{mood}").expect("it listens");
        self.wait();
    }

    fn kill(&mut self) {
        self.process.kill().expect("it runs");
        self.process.wait().expect("a status");
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// What a client is told.
struct Told {
    status: u16,
    retry_after: Option<String>,
    body: Value,
}

impl Told {
    fn of(response: &Response<Bytes>) -> Self {
        let retry_after = response.headers().get(header::RETRY_AFTER).map(|value| value.to_str().expect("text").to_owned());
        let body = serde_json::from_slice(response.body()).unwrap_or_default();
        Self { status: response.status().as_u16(), retry_after, body }
    }

    #[track_caller]
    fn is_unavailable(&self, mood: &str) {
        assert_eq!((self.status, &self.body["error"]), (503, &json!("temporarily_unavailable")), "{mood}: {}", self.body);
        // Whole seconds, rounded up.
        let retry_after = if mood == "slow" { "1" } else { "5" };
        assert_eq!(self.retry_after.as_deref(), Some(retry_after), "{mood}");
        assert!(!self.body.to_string().contains("socket"), "{}", self.body);
    }

    #[track_caller]
    fn token(&self, member: &str) -> String {
        assert_eq!(self.status, 200, "{}", self.body);
        self.body[member].as_str().expect("a token").to_owned()
    }
}

async fn post(server: &impl ServesOAuth, path: &str, pairs: &[(&str, &str)]) -> Told {
    let body = form(&with(pairs, &[("client_id", "pub"), ("client_secret", SECRET)]));
    let request = Request::post(path).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    let request = request.header(header::ACCEPT, "application/token-introspection+jwt, application/json;q=0.5");
    Told::of(&server.handle(request.body(Bytes::from(body)).expect("a request")).await)
}

async fn signer(socket: &Path) -> KeyService {
    KeyService::connect(socket, PATIENCE).await.expect("the service")
}

fn client(grants: &[&str], responses: &[&str]) -> Client {
    let secret = ClientSecret::parse(SECRET).expect("a secret");
    let client = Client::confidential("pub", &secret).redirect_uri(CALLBACK).scope("scope");
    let client = client.grant_types(grants.iter().copied()).response_types(responses.iter().copied());
    client.build().expect("a client")
}

async fn modern(socket: &Path) -> impl ServesOAuth + use<> {
    let server = AuthorizationServer::builder()
        .profile(Development::<OAuth21>::new())
        .issuer(issuer!("https://auth.example.com"))
        .storage(MemoryStore::new())
        .grant(AuthorizationCode::new())
        // A refresh token that is presented once more is a theft.
        .grant(RefreshToken::new().retry_window(RetryWindow::from_secs(0).expect("a window")))
        .grant(ClientCredentials::new())
        .response_type(Code)
        .enable(SigningKeys::external(Es256, signer(socket).await).expect("a key"))
        .enable(JwtAccessTokens::new("https://api.example.com"))
        .enable(Introspection::new())
        .enable(JwtIntrospection::new())
        .build();
    let client = client(&["authorization_code", "refresh_token", "client_credentials"], &["code"]);
    server.register_client(client).await.expect("registered");
    server
}

/// Approves an authorization request; where the browser is sent, or what it is told.
async fn approve(server: &impl ServesOAuth, pairs: &[(&str, &str)]) -> Response<Bytes> {
    let request = Browser::default().request(server, pairs).await;
    server.complete(request.approve(Approval::by(subject("alice")))).await
}

fn location(response: &Response<Bytes>) -> String {
    response.headers()[header::LOCATION].to_str().expect("a URL").to_owned()
}

/// Does the key that the server publishes verify it?
async fn verifies(server: &impl ServesOAuth, token: &str) -> bool {
    let keys = server.handle(Request::get("/jwks").body(Bytes::new()).expect("a request")).await;
    let keys = Jwks::parse(keys.body()).expect("keys");
    let jws = CompactJws::decode(token).expect("a token");
    jws.unverified::<AccessTokenJwt>(&[Algorithm::Es256]).expect("an access token").verify(&keys).is_ok()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_service_that_is_slow_or_fails_burns_no_code_and_no_refresh_token() {
    let mut service = Service::launch();
    let server = modern(&service.socket()).await;
    let authorization = with(&REQUEST, &PKCE);
    let mut active: Option<String> = None;
    for mood in ["slow", "failing", "odd"] {
        let answer = location(&approve(&server, &authorization).await);
        let code = answer.split_once("code=").and_then(|(_, rest)| rest.split('&').next()).expect("a code");
        let redeem =
            [("grant_type", "authorization_code"), ("code", code), ("redirect_uri", CALLBACK), ("code_verifier", VERIFIER)];
        let alone = [("grant_type", "client_credentials"), ("scope", "scope")];

        service.is(mood);
        let begun = Instant::now();
        post(&server, "/token", &redeem).await.is_unavailable(mood);
        assert!(begun.elapsed() < 20 * PATIENCE, "{mood}: {:?}", begun.elapsed());
        post(&server, "/token", &alone).await.is_unavailable(mood);
        if let Some(token) = &active {
            // A response that cannot be signed is none.
            post(&server, "/introspect", &[("token", token)]).await.is_unavailable(mood);
        }

        service.is("well");
        let issued = post(&server, "/token", &redeem).await;
        let (token, refresh) = (issued.token("access_token"), issued.token("refresh_token"));
        assert!(verifies(&server, &token).await);
        let renew = [("grant_type", "refresh_token"), ("refresh_token", refresh.as_str())];

        service.is(mood);
        post(&server, "/token", &renew).await.is_unavailable(mood);
        service.is("well");
        let renewed = post(&server, "/token", &renew).await;
        assert!(verifies(&server, &renewed.token("access_token")).await);
        // It was good once: by now it is spent.
        assert_eq!(post(&server, "/token", &renew).await.body["error"], "invalid_grant");
        active = Some(post(&server, "/token", &alone).await.token("access_token"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_service_that_has_another_key_signs_nothing_that_leaves() {
    let mut service = Service::launch();
    let server = modern(&service.socket()).await;
    service.is("another key");
    let told = post(&server, "/token", &[("grant_type", "client_credentials")]).await;
    assert_eq!((told.status, &told.body["error"]), (500, &json!("server_error")), "{}", told.body);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_keys_are_published_and_the_code_is_good_although_the_service_is_gone() {
    let mut service = Service::launch();
    let server = modern(&service.socket()).await;
    let answer = location(&approve(&server, &with(&REQUEST, &PKCE)).await);
    assert!(answer.contains("code="), "{answer}");
    service.kill();
    post(&server, "/token", &[("grant_type", "client_credentials")]).await.is_unavailable("gone");
    let keys = server.handle(Request::get("/jwks").body(Bytes::new()).expect("a request")).await;
    assert_eq!(Jwks::parse(keys.body()).expect("keys").iter().count(), 1);
}

/// The authorization endpoint answers by a redirect.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_the_authorization_endpoint_issues_the_client_is_told_to_come_again() {
    let mut service = Service::launch();
    let server = AuthorizationServer::builder()
        .profile(Development::<Rfc6749>::new())
        .issuer(issuer!("https://auth.example.com"))
        .storage(MemoryStore::new())
        .grant(Implicit::new())
        .response_type(Token)
        .enable(SigningKeys::external(Es256, signer(&service.socket()).await).expect("a key"))
        .enable(JwtAccessTokens::new("https://api.example.com"))
        .build();
    server.register_client(client(&["implicit"], &["token"])).await.expect("registered");
    let request = with(&REQUEST, &[("response_type", "token")]);
    service.is("slow");
    let answer = location(&approve(&server, &request).await);
    assert!(answer.contains("error=temporarily_unavailable") && !answer.contains("access_token"), "{answer}");
    assert!(server.authorizations(&subject("alice")).await.expect("authorizations").is_empty());
    service.is("well");
    assert!(location(&approve(&server, &request).await).contains("access_token="));
}

/// The example itself, as its first lines say.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_example_prints_a_token() {
    let directory = tempfile::tempdir().expect("a directory");
    let socket = directory.path().join("keys.socket");
    let at = socket.clone();
    let service = tokio::spawn(async move { key_service::unix::serve(&at).await.map_err(|error| error.to_string()) });
    while !socket.exists() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let token = key_service::unix::token(&socket).await.expect("a token");
    assert_eq!(token.split('.').count(), 3);
    service.abort();
}

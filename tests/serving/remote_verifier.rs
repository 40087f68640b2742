//! What a remote verifier sends over real sockets, and to whom; and how much it remembers.

use std::error::Error;
use std::net::SocketAddr;
use std::process::Command;
use std::sync::{Arc, Mutex, PoisonError};

use allocation_counter::measure;
use axum::Router;
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use grantor::storage::contract::block_on;
use grantor::{ClientSecret, DirectClient, HttpClient, Presented, RemoteVerifier, TokenVerifier as _, VerifierError};
use http::{Request, StatusCode, header};
use serde_json::{Value, json};

const SECRET: &str = "a-secret-of-more-than-32-characters-for-tests";
const TOKEN: &str = "a-token";
/// Tells the child whom to ask, and with which client.
const ENDPOINT: &str = "GRANTOR_TEST_ENDPOINT";
const CLIENT: &str = "GRANTOR_TEST_CLIENT";
const SAID: &str = "the child says ";

/// A server that notes what it is sent, and answers everything alike.
struct Recorder {
    address: SocketAddr,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Recorder {
    async fn that(answer: impl Fn() -> Response + Clone + Send + Sync + 'static) -> Self {
        let requests = Arc::<Mutex<Vec<String>>>::default();
        let noted = requests.clone();
        let record = move |request: axum::extract::Request| {
            let (noted, answer) = (noted.clone(), answer.clone());
            async move {
                let (parts, body) = request.into_parts();
                let body = axum::body::to_bytes(body, 4096).await.expect("a body");
                let text = format!("{} {} {:?} {}", parts.method, parts.uri, parts.headers, String::from_utf8_lossy(&body));
                noted.lock().unwrap_or_else(PoisonError::into_inner).push(text);
                answer()
            }
        };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a socket");
        let address = listener.local_addr().expect("an address");
        tokio::spawn(async move { axum::serve(listener, Router::new().fallback(record)).await });
        Self { address, requests }
    }

    fn url(&self) -> String {
        format!("http://{}/introspect", self.address)
    }

    fn requests(&self) -> Vec<String> {
        std::mem::take(&mut *self.requests.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn active() -> Response {
    ([(header::CONTENT_TYPE, "application/json")], r#"{"active":true,"token_type":"Bearer"}"#).into_response()
}

fn parts() -> http::request::Parts {
    http::Request::new(()).into_parts().0
}

/// The process that asks. Its environment names a proxy.
#[tokio::test]
async fn the_child() {
    let (Ok(endpoint), Ok(client)) = (std::env::var(ENDPOINT), std::env::var(CLIENT)) else { return };
    let said = if client == "direct" {
        let secret = ClientSecret::parse(SECRET).expect("a secret");
        let client = DirectClient::new().expect("a client");
        let verifier = RemoteVerifier::new(&endpoint, "rs", &secret, client).expect("a verifier");
        match verifier.verify(&Presented::bearer(TOKEN, &parts())).await {
            Ok(claims) => format!("{}", claims.is_some()),
            Err(VerifierError::Failed(error)) => error.to_string(),
            Err(error) => error.to_string(),
        }
    } else {
        let sent = reqwest::Client::new().post(endpoint).body(TOKEN).send().await.expect("an answer");
        sent.status().to_string()
    };
    println!("\n{SAID}{said}");
}

async fn child(endpoint: &Recorder, proxy: &Recorder, client: &str) -> String {
    let mut command = Command::new(std::env::current_exe().expect("a path"));
    let (_, module) = module_path!().split_once("::").expect("not the root");
    command.args([&*format!("{module}::the_child"), "--exact", "--nocapture"]).env(ENDPOINT, endpoint.url()).env(CLIENT, client);
    for variable in ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"] {
        command.env(variable, format!("http://{}", proxy.address));
    }
    let command = command.env_remove("no_proxy").env_remove("NO_PROXY").env_remove("REQUEST_METHOD");
    let output = tokio::task::block_in_place(|| command.output()).expect("a child");
    let printed = String::from_utf8_lossy(&output.stdout);
    let said = printed.lines().find_map(|line| line.strip_prefix(SAID));
    said.unwrap_or_else(|| panic!("{output:?}")).to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_proxy_of_the_environment_gets_neither_token_nor_secret() {
    let (endpoint, proxy) = (Recorder::that(active).await, Recorder::that(active).await);
    // So it would be otherwise.
    assert_eq!(child(&endpoint, &proxy, "any").await, "200 OK");
    let leaked = proxy.requests();
    assert!(leaked.len() == 1 && leaked[0].contains(TOKEN) && endpoint.requests().is_empty(), "{leaked:?}");

    assert_eq!(child(&endpoint, &proxy, "direct").await, "true");
    let asked = endpoint.requests();
    assert!(asked.len() == 1 && asked[0].contains(TOKEN) && asked[0].contains("authorization"), "{asked:?}");
    assert_eq!(proxy.requests(), [""; 0]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_redirect_takes_neither_token_nor_secret_elsewhere() {
    let (elsewhere, proxy) = (Recorder::that(active).await, Recorder::that(active).await);
    for status in [301, 302, 303, 307, 308] {
        let (to, status) = (elsewhere.url(), StatusCode::from_u16(status).expect("a status"));
        let endpoint = Recorder::that(move || (status, [(header::LOCATION, to.clone())]).into_response()).await;
        let said = child(&endpoint, &proxy, "direct").await;
        assert_eq!(said, format!("the introspection endpoint answered {status}: check its URL"));
        assert_eq!((endpoint.requests().len(), elsewhere.requests().len(), proxy.requests().len()), (1, 0, 0));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_is_too_long_is_given_up() {
    let long = || ([(header::CONTENT_TYPE, "application/json")], " ".repeat(1 << 20)).into_response();
    let endpoint = Recorder::that(long).await;
    let secret = ClientSecret::parse(SECRET).expect("a secret");
    let client = DirectClient::new().expect("a client");
    let verifier = RemoteVerifier::new(&endpoint.url(), "rs", &secret, client).expect("a verifier");
    let answer = verifier.verify(&Presented::bearer(TOKEN, &parts())).await;
    assert!(matches!(answer, Err(VerifierError::Unavailable { .. })), "{answer:?}");
}

/// Says of each token the same, at length.
struct Verbose(String);

impl HttpClient for Verbose {
    async fn send(&self, _: Request<Bytes>) -> Result<http::Response<Bytes>, Box<dyn Error + Send + Sync>> {
        Ok(http::Response::builder().header(header::CONTENT_TYPE, "application/json").body(self.0.clone().into())?)
    }
}

#[test]
fn what_is_remembered_is_bounded_in_bytes_whatever_the_answers_look_like() {
    const CAPACITY: usize = 400;
    let repeated = |part: &str, count: usize| vec![part; count].join(",");
    let nested = (0..100).fold(json!(0), |inner, _| json!({ "": inner }));
    let texts = |count| format!("[{}]", repeated("\"\"", count));
    let members = (0..200).map(|i| format!("\"{i}\":0")).collect::<Vec<_>>().join(",");
    for (what, member, value) in [
        ("a text", "details", format!("\"{}\"", "x".repeat(20_000))),
        ("numbers", "details", format!("[{}]", repeated("0", 1_000))),
        ("empty lists", "details", format!("[{}]", repeated("[]", 500))),
        ("objects", "details", format!("[{}]", repeated("{\"\":0}", 100))),
        ("an object", "details", format!("{{{members}}}")),
        ("depth", "details", format!("[{}]", repeated(&nested.to_string(), 2))),
        ("an audience", "aud", texts(500)),
        ("a small audience", "aud", texts(9)),
        ("a name", "username", format!("\"{}\"", "x".repeat(20_000))),
        ("nothing", "details", "null".to_owned()),
    ] {
        let body = format!(r#"{{"active":true,"token_type":"Bearer","{member}":{value}}}"#);
        assert!(serde_json::from_str::<Value>(&body).is_ok());
        let secret = ClientSecret::parse(SECRET).expect("a secret");
        let verifier = RemoteVerifier::new("https://as.example.com/introspect", "rs", &secret, Verbose(body));
        let verifier = verifier.expect("a verifier").cache(CAPACITY, 60);
        let took = measure(|| {
            for token in 0..3 * CAPACITY {
                let claims = block_on(verifier.verify(&Presented::bearer(&token.to_string(), &parts()))).expect("an answer");
                assert!(claims.is_some());
            }
        });
        println!("{what}: {} KiB", took.bytes_current / 1024);
        assert!(took.bytes_current > 0 && took.bytes_current < 2 * CAPACITY as i64 * 1024, "{what}: {took:?}");
    }
}

//! What a client credentials request over HTTP costs the server in CPU time, beside a bare axum handler that answers a constant of
//! the same size. Each runs in a process of its own, so that the load is not counted. `cargo bench --bench http`. Linux only: the
//! CPU time is read from `/proc`.

mod common;

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use axum::Router;
use axum::routing::post;
use common::Bench;
use grantor::rules::NeedsNoInteraction;
use grantor::{MemoryStore, OAuthService, ServesOAuth};

/// In a round: few, so that what else runs on the machine meets both sides alike.
const REQUESTS: usize = 4_000;
const CONNECTIONS: usize = 8;
const ROUNDS: usize = 101;

fn main() {
    match std::env::var("GRANTOR_BENCH_SERVE").as_deref() {
        Ok("grantor") => serve(grantor()),
        Ok("bare") => serve(bare()),
        _ if !cfg!(target_os = "linux") => println!("left out: the CPU time of another process is read from /proc"),
        _ => compare(),
    }
}

fn grantor() -> Router {
    grantor::router(server())
}

fn server() -> Arc<impl ServesOAuth<Authorizes: NeedsNoInteraction>> {
    use grantor::{AuthorizationServer, ClientCredentials, Development, OAuth21, issuer};
    let server = AuthorizationServer::builder()
        .profile(Development::<OAuth21>::new())
        .issuer(issuer!("https://as.example.com"))
        .storage(MemoryStore::new())
        .grant(ClientCredentials::new())
        .build();
    let secret = grantor::ClientSecret::parse(common::SECRET).expect("a secret");
    let client = grantor::Client::confidential("client", &secret).grant_types(["client_credentials"]).scope("read write");
    common::block_on(server.register_client(client.build().expect("a client"))).expect("a registration");
    Arc::new(server)
}

/// Reads the body, as the other does, and answers what the other answers, all headers included, without looking.
fn bare() -> Router {
    let service = OAuthService::new(server());
    let request = Bench::new(MemoryStore::new()).client_credentials_request();
    let (parts, body) = common::block_on(service.answer(request)).into_parts();
    let answer = move |_: bytes::Bytes| {
        let (headers, body) = (parts.headers.clone(), body.clone());
        async move { (headers, body) }
    };
    Router::new().route("/token", post(answer))
}

fn serve(router: Router) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().expect("a runtime");
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a socket");
        println!("{}", listener.local_addr().expect("an address"));
        axum::serve(listener, router).await.expect("a server");
    });
}

struct Server {
    process: Child,
    address: SocketAddr,
}

impl Server {
    fn start(which: &str) -> Self {
        let program = std::env::current_exe().expect("this program");
        let mut process =
            Command::new(program).env("GRANTOR_BENCH_SERVE", which).stdout(Stdio::piped()).spawn().expect("a process");
        let mut line = String::new();
        let output = process.stdout.take().expect("its output");
        BufReader::new(output).read_line(&mut line).expect("a line");
        Self { process, address: line.trim().parse().expect("an address") }
    }

    /// User and system time of its one thread so far, in nanoseconds.
    fn cpu(&self) -> u64 {
        let stat = std::fs::read_to_string(format!("/proc/{}/schedstat", self.process.id())).expect("its statistics");
        stat.split_whitespace().next().and_then(|time| time.parse().ok()).expect("a number")
    }

    /// Sends requests over a few connections that stay open; gives the nanoseconds that each took.
    fn load(&self) -> u64 {
        let before = self.cpu();
        std::thread::scope(|scope| {
            for _ in 0..CONNECTIONS {
                scope.spawn(|| send(self.address, REQUESTS / CONNECTIONS));
            }
        });
        (self.cpu() - before) / REQUESTS as u64
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn send(address: SocketAddr, requests: usize) {
    let request = common::Bench::new(MemoryStore::new()).client_credentials_request();
    let authorization = request.headers()["authorization"].to_str().expect("text").to_owned();
    let body = std::str::from_utf8(request.body()).expect("text").to_owned();
    let text = format!(
        "POST /token HTTP/1.1\r\nhost: as.example.com\r\ncontent-type: application/x-www-form-urlencoded\r\n\
         authorization: {authorization}\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    let mut stream = TcpStream::connect(address).expect("a connection");
    stream.set_nodelay(true).expect("a socket option");
    let mut reader = BufReader::new(stream.try_clone().expect("a socket"));
    for _ in 0..requests {
        stream.write_all(text.as_bytes()).expect("a request");
        read_response(&mut reader);
    }
}

fn read_response(reader: &mut impl BufRead) {
    let (mut length, mut line) = (0, String::new());
    reader.read_line(&mut line).expect("a status line");
    assert!(line.starts_with("HTTP/1.1 200"), "{line}");
    while line.trim() != "" {
        line.clear();
        reader.read_line(&mut line).expect("a header");
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().expect("a length");
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).expect("a body");
}

fn compare() {
    let (grantor, bare) = (Server::start("grantor"), Server::start("bare"));
    // The first round warms both up.
    let rounds: Vec<(u64, u64)> = (0..=ROUNDS).map(|_| (grantor.load(), bare.load())).skip(1).collect();
    let ours = median(rounds.iter().map(|(ours, _)| *ours as f64));
    let floor = median(rounds.iter().map(|(_, floor)| *floor as f64));
    let ratio = median(rounds.iter().map(|(ours, floor)| *ours as f64 / *floor as f64));
    println!("server CPU per request: grantor {ours:.0} ns, bare handler {floor:.0} ns");
    println!("grantor / bare handler: {ratio:.2} (medians of {ROUNDS} interleaved rounds of {REQUESTS} requests)");
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

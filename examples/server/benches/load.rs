//! What a client credentials request costs the example `authorization_server` in CPU time, as people run it: with its layers and its
//! log, which goes to a file. `cargo bench -p example-server`. Linux only: the CPU time is read from `/proc`.
//!
//! Another program with the same flags, such as an earlier version, is measured beside it with `EXAMPLE_SERVER=path`.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

const SECRET: &str = "a-secret-of-more-than-thirty-two-characters";
/// `job:` and the secret.
const BASIC: &str = "am9iOmEtc2VjcmV0LW9mLW1vcmUtdGhhbi10aGlydHktdHdvLWNoYXJhY3RlcnM=";
/// In a round: few, so that what else runs on the machine meets all alike.
const REQUESTS: usize = 4_000;
const CONNECTIONS: usize = 8;
const ROUNDS: usize = 15;

fn main() {
    if !cfg!(target_os = "linux") {
        println!("left out: the CPU time of another process is read from /proc");
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let this = PathBuf::from(env!("CARGO_BIN_EXE_authorization_server"));
    let mut servers = vec![
        Server::start("default", &this, &[], folder.path()),
        Server::start("--log info", &this, &["--log", "info"], folder.path()),
    ];
    if let Some(other) = std::env::var_os("EXAMPLE_SERVER") {
        servers.push(Server::start("EXAMPLE_SERVER", Path::new(&other), &[], folder.path()));
    }
    // The first round warms all up.
    let mut rounds: Vec<Vec<u64>> = (0..=ROUNDS).map(|_| servers.iter().map(Server::load).collect()).collect();
    rounds.remove(0);
    println!("server CPU per request, medians of {ROUNDS} interleaved rounds of {REQUESTS} requests:");
    for (index, server) in servers.iter().enumerate() {
        let mut times: Vec<u64> = rounds.iter().map(|round| round[index]).collect();
        times.sort_unstable();
        let requests = (ROUNDS + 1) * REQUESTS;
        let bytes = fs::metadata(&server.log).map_or(0, |log| log.len()) / requests as u64;
        println!("{:16} {:>7} ns, {bytes} bytes of log", server.name, times[times.len() / 2]);
    }
}

struct Server {
    name: &'static str,
    process: Child,
    address: SocketAddr,
    log: PathBuf,
}

impl Server {
    fn start(name: &'static str, program: &Path, flags: &[&str], folder: &Path) -> Self {
        let clients = folder.join("clients.json");
        let job = format!(r#"[{{"client_id": "job", "client_secret": "{SECRET}", "grant_types": ["client_credentials"]}}]"#);
        fs::write(&clients, job).expect("a file");
        let log = folder.join(name);
        let mut command = Command::new(program);
        command.args(["--listen", "127.0.0.1:0", "--clients"]).arg(&clients).args(flags).env_remove("RUST_LOG");
        let mut process = command.stdout(Stdio::piped()).stderr(File::create(&log).expect("a file")).spawn().expect("a process");
        let mut line = String::new();
        BufReader::new(process.stdout.take().expect("its output")).read_line(&mut line).expect("a line");
        let address = line.trim().strip_prefix("Listening on http://").and_then(|address| address.parse().ok());
        Self { name, process, address: address.unwrap_or_else(|| panic!("no address: {line}")), log }
    }

    /// User and system time of its threads so far, in nanoseconds.
    fn cpu(&self) -> u64 {
        let tasks = fs::read_dir(format!("/proc/{}/task", self.process.id())).expect("its threads");
        let of_task = |task: PathBuf| {
            let stat = fs::read_to_string(task.join("schedstat")).unwrap_or_default();
            stat.split_whitespace().next().and_then(|time| time.parse::<u64>().ok()).unwrap_or_default()
        };
        tasks.map(|task| of_task(task.expect("a thread").path())).sum()
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
    let body = "grant_type=client_credentials&scope=read";
    let text = format!(
        "POST /token HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/x-www-form-urlencoded\r\n\
         authorization: Basic {BASIC}\r\ncontent-length: {}\r\n\r\n{body}",
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

fn read_response(reader: &mut BufReader<TcpStream>) {
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

//! Instances of the server as processes of their own. The program is the test binary, told by the environment to serve: it has a
//! test `the_child` that calls [`serve_if_told`].

use std::env;
use std::io::{BufRead as _, BufReader, Read as _};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::thread;

use grantor::{
    AccessTokenStore, AuthorizationCodeStore, ClientRegistry, PostgresStore, RefreshTokenStore, SqliteStore, router_with,
};

use super::{Approves, fixture_on};

/// Where the child finds what to serve.
const PLACE: &str = "GRANTOR_INSTANCE_PLACE";
const WINDOW: &str = "GRANTOR_INSTANCE_WINDOW";
const LISTENING: &str = "listening on ";

/// Where an instance keeps everything.
#[derive(Debug, Clone)]
pub enum Place {
    Sqlite(PathBuf),
    Postgres { url: String, schema: String },
}

impl Place {
    fn to_text(&self) -> String {
        match self {
            Self::Sqlite(file) => file.to_str().expect("text").to_owned(),
            Self::Postgres { url, schema } => format!("{url}#{schema}"),
        }
    }

    fn parse(text: &str) -> Self {
        match text.split_once('#') {
            Some((url, schema)) => Self::Postgres { url: url.to_owned(), schema: schema.to_owned() },
            None => Self::Sqlite(text.into()),
        }
    }
}

/// The part of the process that serves the acceptance cases' fixture over HTTP, if this is one; until it is killed, or nobody
/// holds its standard input open.
pub fn serve_if_told() {
    let Ok(place) = env::var(PLACE) else { return };
    let window = env::var(WINDOW).expect("a window").parse().expect("seconds");
    thread::spawn(|| {
        let _ = std::io::stdin().read_to_end(&mut Vec::new());
        std::process::exit(0);
    });
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    runtime.block_on(async {
        match Place::parse(&place) {
            Place::Sqlite(file) => serve(SqliteStore::open(file).expect("a store"), window).await,
            Place::Postgres { url, schema } => {
                let pool = PostgresStore::pool_options().max_connections(8).connect(&url).await.expect("a pool");
                serve(PostgresStore::open_in(pool, &schema).await.expect("a store"), window).await;
            }
        }
    });
}

async fn serve<S>(store: S, window: u64)
where
    S: ClientRegistry + AuthorizationCodeStore + AccessTokenStore + RefreshTokenStore,
{
    let server = fixture_on(store, window).await.server;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a socket");
    // The test harness may have begun a line.
    println!("\n{LISTENING}{}", listener.local_addr().expect("an address"));
    axum::serve(listener, router_with(server, Approves)).await.expect("a server");
}

/// Makes a command that serves of one that runs a program with arguments, which is this binary in the end.
pub fn serving(mut command: Command, place: &Place, window: u64) -> Command {
    command.args(["the_child", "--exact", "--nocapture", "--test-threads=1"]);
    command.env(PLACE, place.to_text()).env(WINDOW, window.to_string());
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    command
}

pub fn this_binary() -> PathBuf {
    env::current_exe().expect("a path")
}

/// A process that begins to serve.
#[must_use]
pub struct Starting(Child);

/// A process that serves. Killed when this is dropped.
pub struct Instance {
    process: Child,
    pub address: SocketAddr,
    /// The process ends when this one does.
    _lifeline: ChildStdin,
}

impl Instance {
    pub fn launch(place: &Place, window: u64) -> Starting {
        Starting::by(serving(Command::new(this_binary()), place, window))
    }

    pub fn start(place: &Place, window: u64) -> Self {
        Self::launch(place, window).ready().expect("the instance ended by itself")
    }

    pub fn pid(&self) -> u32 {
        self.process.id()
    }

    /// `kill -9`.
    pub fn kill(mut self) {
        self.process.kill().expect("it runs");
        assert!(!self.process.wait().expect("a status").success());
    }
}

impl Starting {
    /// Begins to serve with a command that [`serving`] made.
    pub fn by(mut command: Command) -> Self {
        Self(command.spawn().expect("a child"))
    }

    /// Waits until it serves; how it ended if it does not.
    pub fn ready(mut self) -> Result<Instance, ExitStatus> {
        let lifeline = self.0.stdin.take().expect("a pipe");
        let mut lines = BufReader::new(self.0.stdout.take().expect("a pipe")).lines().map(|line| line.expect("a line"));
        match lines.find_map(|line| Some(line.strip_prefix(LISTENING)?.to_owned())) {
            Some(address) => Ok(Instance { process: self.0, address: address.parse().expect("an address"), _lifeline: lifeline }),
            None => Err(self.0.wait().expect("a status")),
        }
    }

    /// `kill -9`.
    pub fn kill(mut self) {
        self.0.kill().expect("it runs");
        assert!(!self.0.wait().expect("a status").success());
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

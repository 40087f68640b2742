//! A private PostgreSQL cluster for a test binary, from the programs that Debian's package installs. Where there are none the
//! tests that need it say so and leave themselves out; with `GRANTOR_REQUIRE_POSTGRES` set they fail instead.

#![allow(dead_code, reason = "each test binary uses its part")]

use std::env;
use std::io::{BufRead as _, BufReader, Lines, Write as _};
use std::net::TcpListener;
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, OnceLock};

use grantor::PostgresStore;
use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;

pub struct Cluster {
    port: u16,
    process: Mutex<Supervisor>,
}

/// The shell that runs the cluster, and ends it when this is dropped or this process ends.
struct Supervisor {
    orders: Option<ChildStdin>,
    said: Lines<BufReader<ChildStdout>>,
    shell: Child,
}

impl Cluster {
    /// The cluster of this test binary, which all its tests share.
    pub fn shared() -> Option<&'static Self> {
        static SHARED: OnceLock<Option<Cluster>> = OnceLock::new();
        // What is committed need not survive the end of the power.
        SHARED.get_or_init(|| Self::start(&["-c", "fsync=off", "-c", "max_connections=300"])).as_ref()
    }

    /// One of the test's own.
    pub fn start(settings: &[&str]) -> Option<Self> {
        let Some(programs) = programs() else {
            assert!(env::var_os("GRANTOR_REQUIRE_POSTGRES").is_none(), "PostgreSQL is not installed (Debian: postgresql)");
            eprintln!("left out: PostgreSQL is not installed (Debian: postgresql)");
            return None;
        };
        let folder = tempfile::Builder::new().prefix("grantor-pg").tempdir().expect("a folder").keep();
        // The port is free now; that it is taken before the cluster gets it is unlikely.
        let port = TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr()).expect("a port").port();
        let mut command = Command::new("sh");
        command.arg("-c").arg(include_str!("postgres.sh")).arg("cluster").arg(programs).arg(&folder).arg(port.to_string());
        if let Some((user, group)) = unprivileged() {
            // PostgreSQL does not run as root.
            chown(&folder, Some(user), Some(group)).expect("a folder for PostgreSQL");
            command.uid(user).gid(group);
        }
        let mut shell =
            command.args(settings).current_dir("/").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("a shell");
        let said = BufReader::new(shell.stdout.take().expect("a pipe")).lines();
        let process = Mutex::new(Supervisor { orders: shell.stdin.take(), said, shell });
        let cluster = Self { port, process };
        cluster.hears("ready");
        Some(cluster)
    }

    pub fn url(&self) -> String {
        format!("postgres://grantor@127.0.0.1:{}/postgres", self.port)
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    pub fn options(&self) -> PgPoolOptions {
        PostgresStore::pool_options().max_connections(8)
    }

    pub async fn pool(&self) -> PgPool {
        self.options().connect(&self.url()).await.expect("a pool")
    }

    /// A store with tables of its own.
    pub async fn store(&self) -> PostgresStore {
        PostgresStore::open_in(self.pool().await, &fresh_schema()).await.expect("a store")
    }

    /// Ends all of it at once, as `kill -9` does.
    pub fn crash(&self) {
        self.order("crash");
        self.hears("ended");
    }

    /// Ends it in an orderly way, whoever is connected.
    pub fn stop(&self) {
        self.order("stop");
        self.hears("ended");
    }

    /// Starts it again.
    pub fn start_again(&self) {
        self.order("start");
        self.hears("ready");
    }

    fn order(&self, order: &str) {
        let mut process = self.process.lock().expect("no panic");
        writeln!(process.orders.as_mut().expect("it runs"), "{order}").expect("somebody listens");
    }

    fn hears(&self, expected: &str) {
        let line = self.process.lock().expect("no panic").said.next();
        assert_eq!(line.expect("PostgreSQL did not start: see above").expect("a line"), expected);
    }
}

impl Drop for Supervisor {
    fn drop(&mut self) {
        drop(self.orders.take());
        let _ = self.shell.wait();
    }
}

/// The name of a schema that nobody has.
pub fn fresh_schema() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    format!("t{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed))
}

/// Where `postgres` and `initdb` are: the newest that Debian's packages installed, or on the path.
pub fn programs() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let installed = versions.map(|version| version.path().join("bin")).filter(|bin| bin.join("initdb").exists()).max();
    let on_path = || env::split_paths(&env::var_os("PATH")?).find(|folder| folder.join("initdb").exists());
    installed.or_else(on_path)
}

/// The user and group as which PostgreSQL runs, if this process is root.
pub fn unprivileged() -> Option<(u32, u32)> {
    let id = |arguments: &[&str]| -> Option<u32> {
        let output = Command::new("id").args(arguments).output().ok()?;
        String::from_utf8(output.stdout).ok()?.trim().parse().ok()
    };
    if id(&["-u"]) != Some(0) {
        return None;
    }
    let accounts = ["postgres", "nobody"];
    accounts.iter().find_map(|account| Some((id(&["-u", account])?, id(&["-g", account])?)))
}

/// A program of PostgreSQL's.
pub fn program(name: &str) -> Option<PathBuf> {
    programs().map(|folder: PathBuf| Path::join(&folder, name))
}

//! Behind PgBouncer, as Debian packages it: what the guide says about it is so. Left out where it is not installed.

mod common;

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, Stdio};

use common::fixture_on;
use common::postgres::{Cluster, fresh_schema, unprivileged};
use grantor::PostgresStore;
use sqlx::postgres::PgConnectOptions;

/// Killed when this is dropped.
struct Bouncer {
    process: Child,
    port: u16,
    _folder: tempfile::TempDir,
}

impl Bouncer {
    /// With the defaults, but for what it cannot do without. `None` if it is not installed.
    fn before(cluster: &Cluster) -> Option<Self> {
        let folders = std::env::var_os("PATH").map(|path| std::env::split_paths(&path).collect::<Vec<_>>()).unwrap_or_default();
        let found = folders.into_iter().chain(["/usr/sbin".into()]).map(|folder| folder.join("pgbouncer")).find(|it| it.exists());
        let Some(bouncer) = found else {
            assert!(std::env::var_os("GRANTOR_REQUIRE_POSTGRES").is_none(), "PgBouncer is not installed (Debian: pgbouncer)");
            eprintln!("left out: PgBouncer is not installed (Debian: pgbouncer)");
            return None;
        };
        let folder = tempfile::tempdir().expect("a folder");
        let port = TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr()).expect("a port").port();
        let path = folder.path().join("pgbouncer.ini");
        let mut file = std::fs::File::create(&path).expect("a file");
        writeln!(
            file,
            "[databases]\n* = host=127.0.0.1 port={} user=grantor\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nauth_type = any\nunix_socket_dir =",
            cluster.port()
        )
        .expect("written");
        let mut command = Command::new(bouncer);
        if let Some((user, group)) = unprivileged() {
            // It does not run as root.
            for place in [folder.path(), &path] {
                chown(place, Some(user), Some(group)).expect("a file for PgBouncer");
            }
            command.uid(user).gid(group);
        }
        let mut process = command.arg(&path).current_dir("/").stderr(Stdio::piped()).spawn().expect("a process");
        let mut said = BufReader::new(process.stderr.take().expect("a pipe")).lines().map_while(Result::ok);
        let up = said.by_ref().find(|line| line.contains("process up"));
        assert!(up.is_some(), "PgBouncer did not start");
        std::thread::spawn(move || said.for_each(drop));
        Some(Self { process, port, _folder: folder })
    }

    fn options(&self) -> PgConnectOptions {
        format!("postgres://grantor@127.0.0.1:{}/postgres", self.port).parse().expect("a URL")
    }
}

impl Drop for Bouncer {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_its_defaults_one_parameter_is_too_much_and_without_it_everything_works() {
    let Some(cluster) = Cluster::shared() else { return };
    let Some(bouncer) = Bouncer::before(cluster) else { return };
    let refused = PostgresStore::pool_options().connect_with(bouncer.options()).await.expect_err("a refusal");
    assert!(refused.to_string().contains("unsupported startup parameter: extra_float_digits"), "{refused}");

    let options = bouncer.options().extra_float_digits(None);
    let pool = PostgresStore::pool_options().max_connections(4).connect_with(options).await.expect("a pool");
    let peer = fixture_on(PostgresStore::open_in(pool, &fresh_schema()).await.expect("a store"), 5).await;
    let (access_token, refresh_token) = peer.tokens().await;
    assert!(peer.is_active(&access_token).await);
    let refreshed = peer.refresh(&refresh_token).await;
    assert_eq!(peer.refresh(&refresh_token).await.member("refresh_token"), refreshed.member("refresh_token"));
    peer.refresh(&refreshed.member("refresh_token")).await.assert_ok();
    peer.refresh(&refresh_token).await.assert_error(400, "invalid_grant");
}

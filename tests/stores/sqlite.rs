//! The SQLite store under the real handlers: the races, and what outlives the process or is seen by another handle.

use std::path::PathBuf;
use std::sync::Arc;

use grantor::{
    AuthorizationServer, Client, ClientCredentials, ClientSecret, ClientStore as _, Clock, ErrorCode, HealthCheck, ManualClock,
    OAuthError, PurgeExpired, SecretHash, SqliteStore, StoreError, issuer,
};
use tempfile::TempDir;

use crate::common::thief::{Masked, Thief};
use crate::common::{self, Approves, Legacy, Peer, REQUEST, START, fixture_on, legacy_server_on, subject};

/// The server of the acceptance cases on a file of its own.
struct OnFile {
    peer: Arc<Peer<Legacy<SqliteStore>>>,
    directory: TempDir,
}

impl OnFile {
    async fn new(window: u64) -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let store = SqliteStore::open(directory.path().join("auth.db")).expect("a store");
        Self { peer: Arc::new(fixture_on(store, window).await), directory }
    }

    fn file(&self) -> PathBuf {
        self.directory.path().join("auth.db")
    }

    /// What may be masked: the rotations of all families.
    fn rotations(&self) -> Vec<Masked> {
        let file = rusqlite::Connection::open(self.file()).expect("the file");
        let mut families = file.prepare("SELECT issuer, family, generation FROM families").expect("a statement");
        let rows = families.query_map((), |row| Ok((row.get(0)?, row.get::<_, [u8; 16]>(1)?, row.get::<_, u32>(2)?)));
        let rows: Vec<_> = rows.expect("rows").map(|row| row.expect("a row")).collect();
        let of_family =
            |(issuer, family, generation)| (0..generation).map(move |generation| Masked { issuer, family, generation });
        rows.into_iter().flat_map(of_family).collect()
    }

    /// Another handle on the same file, as another process has it; knows the clients from there.
    fn another(&self, window: u64) -> Peer<Legacy<SqliteStore>> {
        let clock = ManualClock::new(START);
        let server = legacy_server_on(SqliteStore::open(self.file()).expect("a store"), &clock, window);
        Peer::new(server, Approves, clock)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_64_redemptions_of_one_code_one_wins_and_its_tokens_are_dead() {
    OnFile::new(0).await.peer.races_for_a_code().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_64_refreshes_without_window_one_wins_and_the_family_is_dead() {
    OnFile::new(0).await.peer.races_for_a_refresh_token().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_64_refreshes_within_the_window_all_get_the_same_successor() {
    OnFile::new(5).await.peer.races_within_the_window().await;
}

#[tokio::test]
async fn everything_is_there_after_a_restart() {
    let OnFile { peer, directory } = OnFile::new(5).await;
    let (access_token, refresh_token) = peer.tokens().await;
    let code = peer.code("pub").await;
    let redeemed = peer.code("pub").await;
    let dead = peer.redeem(&redeemed).await;
    let rotated = peer.refresh(&peer.tokens().await.1).await;
    peer.server.storage().close().await;
    let clock = peer.clock.clone();
    drop(peer);

    let server = legacy_server_on(SqliteStore::open(directory.path().join("auth.db")).expect("a store"), &clock, 5);
    let peer = Peer::new(server, Approves, clock);
    assert!(peer.is_active(&access_token).await && peer.is_active(&rotated.member("access_token")).await);
    peer.redeem(&code).await.assert_ok();
    // A replay is recognised across the restart.
    peer.redeem(&redeemed).await.assert_error(400, "invalid_grant");
    assert!(!peer.is_active(&dead.member("access_token")).await);
    let successor = peer.refresh(&refresh_token).await.member("refresh_token");
    assert_eq!(peer.refresh(&refresh_token).await.member("refresh_token"), successor);
}

/// The first release wrote them so. And what nobody wrote is no client, but a fault of the storage.
#[tokio::test]
async fn client_records_of_version_1_are_served_and_damaged_ones_are_not() {
    let OnFile { peer, directory } = OnFile::new(0).await;
    let file = rusqlite::Connection::open(directory.path().join("auth.db")).expect("the file");
    let rewrite = |record: &str| {
        let changed = file.execute("UPDATE clients SET record = ?1 WHERE client_id = 'conf'", [record]).expect("a statement");
        assert_eq!(changed, 1);
    };
    let version_1 = r#"{"v":1,"client_id":"conf","name":"Old","secret_hash":"HASH","authentication_method":"client_secret_post",
        "redirect_uris":["https://ownauth.com/callback"],"grant_types":["client_credentials"],"response_types":[],
        "scope":"read","introspects_any":true}"#;
    let hash = SecretHash::of(&ClientSecret::parse(common::SECRET).expect("a secret")).to_text();
    rewrite(&version_1.replace("HASH", &hash));
    let request = [("grant_type", "client_credentials"), ("client_id", "conf"), ("client_secret", common::SECRET)];
    let answer = peer.token(&request).await;
    assert_eq!(answer.json()["scope"], "read", "{answer:?}");
    peer.post("/token", Some(&common::basic("conf", common::SECRET)), &request[..1]).await.assert_error(401, "invalid_client");
    // Nobody becomes public because a secret was lost.
    let version_4 = peer.server.storage().client(peer.server.issuer(), "pub").await.expect("an answer").expect("a client");
    let version_4 = version_4.to_json().expect("a text").replacen("\"v\":2", "\"v\":4", 1).replace("\"pub\"", "\"conf\"");
    for damaged in [r#"{"v":2,"client_id":"conf","credentials":{},"registered":{}}"#, "", &version_4] {
        rewrite(damaged);
        peer.token(&request).await.assert_error(500, "server_error");
        peer.token(&request[..2]).await.assert_error(500, "server_error");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_handles_on_one_file_see_the_same_at_once() {
    let here = OnFile::new(5).await;
    let there = here.another(5);
    for _ in 0..20 {
        let (access_token, refresh_token) = here.peer.tokens().await;
        assert!(there.is_active(&access_token).await);
        let (first, second) = tokio::join!(here.peer.refresh(&refresh_token), there.refresh(&refresh_token));
        assert_eq!(first.member("refresh_token"), second.member("refresh_token"));
        let code = there.code("pub").await;
        let (first, second) = tokio::join!(here.peer.redeem(&code), there.redeem(&code));
        let mut statuses = [first.status.as_u16(), second.status.as_u16()];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 400]);
    }
}

// shows: RFC9700-4.14.2-06
#[tokio::test]
async fn a_person_sees_and_revokes_what_they_authorized() {
    let on_file = OnFile::new(5).await;
    let (peer, alice) = (&on_file.peer, subject("username"));
    let (access_token, refresh_token) = peer.tokens().await;
    peer.clock.advance(1);
    let implicit: Vec<_> =
        REQUEST.iter().map(|&(name, value)| (name, if name == "response_type" { "token" } else { value })).collect();
    let implicit = peer.authorize(&implicit).await.fragment()["access_token"].clone();

    let listed = peer.server.authorizations(&alice).await.expect("a list");
    let scopes: Vec<_> = listed.iter().map(|record| record.scope().as_str()).collect();
    assert_eq!(scopes, ["scope", "scope read write"]);
    assert_eq!((listed[1].client_id.as_str(), listed[1].username()), ("pub", Some("username")));

    // Through the form of a page, and nobody else's.
    let id = listed[1].id.to_string().parse().expect("an identifier");
    assert!(!peer.server.revoke_authorization(&subject("mallory"), &id).await.expect("an answer"));
    assert!(peer.is_active(&access_token).await);
    assert!(peer.server.revoke_authorization(&alice, &id).await.expect("an answer"));
    assert!(!peer.is_active(&access_token).await && peer.is_active(&implicit).await);
    peer.refresh(&refresh_token).await.assert_error(400, "invalid_grant");
    assert!(!peer.server.revoke_authorization(&alice, &id).await.expect("an answer"));
    assert_eq!(peer.server.authorizations(&alice).await.expect("a list").len(), 1);
}

#[tokio::test]
async fn it_is_durable_so_the_default_profile_takes_it() {
    let directory = tempfile::tempdir().expect("a directory");
    let server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(SqliteStore::open(directory.path().join("auth.db")).expect("a store"))
        .grant(ClientCredentials::new())
        .build();
    let client = Client::confidential("job", &common::SECRET.parse().expect("a secret")).grant_types(["client_credentials"]);
    server.register_client(client.build().expect("a client")).await.expect("a registration");
    assert_eq!(server.storage().purge_expired(START).await.expect("a purge"), 0);
    server.storage().close().await;
    let error = server.storage().purge_expired(START).await.expect_err("it is closed");
    assert!(matches!(error, StoreError::Failed(_)));
    assert_eq!(OAuthError::from(error).code(), ErrorCode::ServerError);
}

/// Whoever forgets to purge does not run out of disk.
#[tokio::test]
async fn what_has_expired_goes_in_passing_though_nobody_purges() {
    let OnFile { peer, directory: _directory } = OnFile::new(0).await;
    let issue = || peer.token_conf(&[("grant_type", "client_credentials")]);
    for _ in 0..100 {
        assert_eq!(issue().await.status, 200);
    }
    peer.clock.advance(86_401);
    for _ in 0..200 {
        assert_eq!(issue().await.status, 200);
    }
    let store = peer.server.storage();
    assert_eq!(store.purge_expired(Clock::now(&peer.clock)).await.expect("a purge"), 0, "nothing is left to purge");
}

/// Nor whose users sign in once and then refresh for months.
#[tokio::test]
async fn what_rotation_leaves_behind_goes_in_passing_too() {
    let OnFile { peer, directory: _directory } = OnFile::new(0).await;
    let (_, mut refresh_token) = peer.tokens().await;
    for _ in 0..200 {
        peer.clock.advance(3_601);
        refresh_token = peer.refresh(&refresh_token).await.member("refresh_token");
    }
    // Each rotation left an access token that has expired since. The last ones are not due yet.
    let left = peer.server.storage().purge_expired(Clock::now(&peer.clock)).await.expect("a purge");
    assert!(left <= 20, "{left} rows are left");
}

#[tokio::test]
async fn the_file_of_another_application_is_left_as_it_is() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("theirs.db");
    rusqlite::Connection::open(&path).and_then(|file| file.execute_batch("CREATE TABLE theirs (x)")).expect("a file");
    let before = std::fs::read(&path).expect("the file");
    let error = SqliteStore::open(&path).expect_err("it is not ours");
    assert!(format!("{error:?}").contains("another application"), "{error:?}");
    // The mode of its log is in the header too.
    assert!(std::fs::read(&path).expect("the file") == before);
    assert_eq!(std::fs::read_dir(&directory).expect("the directory").count(), 1);
}

/// The current refresh token, of an old one and of what is or was in the files.
#[tokio::test]
async fn files_and_an_old_refresh_token_do_not_yield_the_current_one() {
    let here = OnFile::new(5).await;
    let (peer, mut thief) = (&here.peer, Thief::default());
    let (_, old) = peer.tokens().await;
    let current = peer.refresh(&old).await.member("refresh_token");
    // A backup or a snapshot, made while the window is open, without the keys.
    thief.copy(here.directory.path());
    let mut thief = thief.without("-retry");
    let early = thief.derives(&old, &current, &here.rotations());
    // The window, and a minute for clocks that are behind.
    peer.clock.advance(65);
    peer.server.storage().purge_expired(Clock::now(&peer.clock)).await.expect("a purge");
    let mut latecomer = Thief::default();
    latecomer.copy(here.directory.path());
    thief.copy(here.directory.path());
    let late = [latecomer, thief].map(|thief| thief.derives(&old, &current, &here.rotations()));
    assert_eq!((early, late), (false, [false; 2]));
    let next = peer.refresh(&current).await.member("refresh_token");
    peer.clock.advance(65);
    // Nobody purges: so many requests do it in passing.
    for _ in 0..16 {
        peer.token_conf(&[("grant_type", "client_credentials")]).await.assert_ok();
    }
    peer.server.storage().check_health().await.expect("it has been done");
    let mut thief = Thief::default();
    thief.copy(here.directory.path());
    assert!(!thief.derives(&current, &next, &here.rotations()));
}

/// The thief of the test above is no bungler: as long as a retry is possible the files yield what a retry is answered with.
#[tokio::test]
async fn all_files_together_yield_it_while_the_window_is_open() {
    let here = OnFile::new(5).await;
    let (peer, mut thief) = (&here.peer, Thief::default());
    let (_, old) = peer.tokens().await;
    let current = peer.refresh(&old).await.member("refresh_token");
    thief.copy(here.directory.path());
    assert!(thief.derives(&old, &current, &here.rotations()));
    assert_eq!(peer.refresh(&old).await.member("refresh_token"), current);
}

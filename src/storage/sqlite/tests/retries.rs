//! Salts and the keys that mask them, from a rotation to the end of its window: what the files of a store hold, and when no longer.

use std::fs;
use std::sync::atomic::{AtomicU64, Ordering};

use super::*;
use crate::storage::tests::{FAMILY, tokens};
use crate::storage::{FoundToken, RefreshTokenStore as _, Rotation, RotationProposal};
use crate::values::bearer::RotationSalt;
use crate::values::clock::Timestamp;

const SALT: RotationSalt = RotationSalt::from_bytes(*b"a salt that nobody is to read ..");

/// A store that wakes up all the time, and goes by this clock, in milliseconds.
fn limits(now: fn() -> u64) -> Limits {
    Limits { pace: Pace { glance: Duration::from_millis(1), now, ..Pace::DEFAULT }, ..QUICK }
}

fn open(directory: &TempDir, now: fn() -> u64) -> SqliteStore {
    SqliteStore::open_with(&file_in(directory), limits(now)).unwrap()
}

fn begun(directory: &TempDir, now: fn() -> u64) -> SqliteStore {
    let store = open(directory, now);
    ok(store.begin_family(&issuer("a"), family(FAMILY), tokens(), None, t(0)));
    store
}

/// `r0` presented at this second, with a window of ten that began at 20.
fn proposal(now: u64) -> RotationProposal {
    let record = |name: &str| TokenRecord { generation: 1, hash: hash(name), ..tokens().access_token.unwrap() };
    let access_token = TokenRecord { expires_at: t(1000), ..record(&format!("a at {now}")) };
    let refresh_token = TokenRecord { expires_at: t(1000), ..record("r1") };
    let issue = Issue::new(None, Some(access_token), Some(refresh_token));
    let (presented, salt) = (hash("r0"), Some(SALT));
    RotationProposal { presented, family: FAMILY, generation: 0, salt, retry_until: t(30), issue, outliving: None }
}

fn present(store: &SqliteStore, now: u64) -> Rotation {
    ok(store.rotate_refresh_token(&issuer("a"), proposal(now), t(now)))
}

fn is_retried(rotation: &Rotation) -> bool {
    matches!(rotation, Rotation::Retried(_, salt) if *salt == SALT)
}

fn successor(store: &SqliteStore, now: Timestamp) -> FoundToken {
    ok(store.find_refresh_token(&issuer("a"), &hash("r1"), now)).unwrap()
}

fn key_file(directory: &TempDir) -> PathBuf {
    directory.path().join("store.db-retry")
}

/// Are there keys?
fn keys(directory: &TempDir, now: fn() -> u64) -> bool {
    let mut keys = RetryKeys::beside(&file_in(directory), limits(now).pace);
    keys.are_there().unwrap()
}

/// Until it is so, which it is within moments.
fn eventually(is_so: impl Fn() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < Duration::from_secs(20), "it is not so");
        std::thread::yield_now();
    }
}

#[test]
fn the_keys_of_a_store_that_nobody_asks_anything_go_by_themselves() {
    static NOW: AtomicU64 = AtomicU64::new(1_000_000);
    let now: fn() -> u64 = || NOW.load(Ordering::SeqCst);
    let directory = tempfile::tempdir().unwrap();
    let store = begun(&directory, now);
    assert!(matches!(present(&store, 20), Rotation::Rotated(_)));
    assert!(is_retried(&present(&store, 29)) && keys(&directory, now));
    // Ten seconds, five for other rotations, ten for clocks.
    NOW.fetch_add(25_000, Ordering::SeqCst);
    eventually(|| !keys(&directory, now));
    // Somebody's clock stands still: it is too late, but nobody is taken for a thief, and whoever got the answer is not logged out.
    assert!(matches!(present(&store, 29), Rotation::Dead));
    assert!(successor(&store, t(29)).is_active(t(29)));
    // After the window it is a replay as ever.
    assert!(matches!(present(&store, 30), Rotation::Replayed));
    assert!(!successor(&store, t(30)).is_active(t(30)));
}

#[test]
fn a_purge_erases_the_keys_once_no_window_is_open() {
    static NOW: AtomicU64 = AtomicU64::new(1_000_000);
    let now: fn() -> u64 = || NOW.load(Ordering::SeqCst);
    let directory = tempfile::tempdir().unwrap();
    let store = begun(&directory, now);
    let _ = present(&store, 20);
    ok(store.purge_expired(t(29)));
    assert!(is_retried(&present(&store, 29)));
    // Nor by a clock that is a minute behind.
    ok(store.purge_expired(t(89)));
    assert!(is_retried(&present(&store, 28)));
    ok(store.purge_expired(t(90)));
    assert!(!keys(&directory, now));
    assert!(matches!(present(&store, 30), Rotation::Replayed));
}

#[test]
fn so_do_operations_in_passing() {
    static NOW: AtomicU64 = AtomicU64::new(1_000_000);
    let now: fn() -> u64 = || NOW.load(Ordering::SeqCst);
    let directory = tempfile::tempdir().unwrap();
    let store = begun(&directory, now);
    let _ = present(&store, 20);
    let begin = |number: u8| {
        let id = FamilyId::from_bytes([number; 16]);
        ok(store.begin_family(&issuer("a"), family(id), Issue::new(None, None, None), None, t(90)));
    };
    (10..30).for_each(begin);
    assert!(!keys(&directory, now));
}

#[test]
fn keys_that_a_killed_process_left_behind_go_when_another_opens_the_file_or_has_it_open() {
    static NOW: AtomicU64 = AtomicU64::new(1_000_000);
    let now: fn() -> u64 = || NOW.load(Ordering::SeqCst);
    let (directory, copied) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let store = begun(&directory, now);
    let _ = present(&store, 20);
    // As a process leaves it that is killed.
    for file in fs::read_dir(directory.path()).unwrap().map(Result::unwrap) {
        fs::copy(file.path(), copied.path().join(file.file_name())).unwrap();
    }
    let left_behind = fs::read(key_file(&copied)).unwrap();
    let second = open(&copied, now);
    assert!(is_retried(&present(&second, 21)));
    drop(second);
    NOW.fetch_add(25_000, Ordering::SeqCst);
    let second = open(&copied, now);
    eventually(|| !keys(&copied, now));
    // While it is open a third process comes and goes.
    fs::write(key_file(&copied), left_behind).unwrap();
    eventually(|| {
        NOW.fetch_add(1, Ordering::SeqCst);
        !keys(&copied, now)
    });
    drop(second);
}

#[test]
fn closing_leaves_a_key_for_retries_after_a_restart_and_no_file_when_there_can_be_none() {
    static NOW: AtomicU64 = AtomicU64::new(1_000_000);
    let now: fn() -> u64 = || NOW.load(Ordering::SeqCst);
    let directory = tempfile::tempdir().unwrap();
    let store = begun(&directory, now);
    let _ = present(&store, 20);
    close(&store);
    drop(store);
    let store = open(&directory, now);
    assert!(is_retried(&present(&store, 21)));
    NOW.fetch_add(25_000, Ordering::SeqCst);
    drop(store);
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
    // And so if it is erased by others before.
    let store = open(&directory, now);
    ok(store.begin_family(&issuer("b"), family(FAMILY), tokens(), None, t(0)));
    drop(store);
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
}

#[test]
fn two_processes_answer_each_others_retries() {
    static NOW: AtomicU64 = AtomicU64::new(1_000_000);
    let now: fn() -> u64 = || NOW.load(Ordering::SeqCst);
    let directory = tempfile::tempdir().unwrap();
    let (here, there) = (begun(&directory, now), open(&directory, now));
    let _ = present(&here, 20);
    assert!(is_retried(&present(&there, 21)));
    // Neither takes away what the other still needs.
    NOW.fetch_add(24_999, Ordering::SeqCst);
    close(&here);
    ok(begin(&there, &issuer("b"), 1));
    assert!(is_retried(&present(&there, 22)));
}

/// Neither goes by what it read before.
#[test]
fn what_another_process_erased_serves_nobody_any_more() {
    static NOW: AtomicU64 = AtomicU64::new(1_000_000);
    let now: fn() -> u64 = || NOW.load(Ordering::SeqCst);
    let directory = tempfile::tempdir().unwrap();
    let (here, there) = (begun(&directory, now), open(&directory, now));
    let _ = present(&here, 20);
    ok(there.purge_expired(t(90)));
    let second = |name: &str| {
        let token =
            |name: &str| TokenRecord { generation: 2, hash: hash(name), expires_at: t(1000), ..tokens().refresh_token.unwrap() };
        let issue = Issue::new(None, Some(token(&format!("a for {name}"))), Some(token("r2")));
        RotationProposal { presented: hash("r1"), generation: 1, retry_until: t(40), issue, ..proposal(30) }
    };
    assert!(matches!(ok(here.rotate_refresh_token(&issuer("a"), second("here"), t(30))), Rotation::Rotated(_)));
    assert!(is_retried(&ok(there.rotate_refresh_token(&issuer("a"), second("there"), t(31)))));
}

#[test]
#[cfg(unix)]
fn the_keys_are_for_whoever_the_file_is_for() {
    use std::os::unix::fs::PermissionsExt;

    static NOW: AtomicU64 = AtomicU64::new(1_000_000);
    let directory = tempfile::tempdir().unwrap();
    let store = begun(&directory, || NOW.load(Ordering::SeqCst));
    let _ = present(&store, 20);
    let mode = || fs::metadata(key_file(&directory)).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(), 0o600);
    // As SQLite has it with its own files, for two users who share it.
    fs::set_permissions(file_in(&directory), PermissionsExt::from_mode(0o660)).unwrap();
    fs::remove_file(key_file(&directory)).unwrap();
    let second = RotationProposal { presented: hash("r1"), generation: 1, issue: Issue::new(None, None, None), ..proposal(20) };
    assert!(matches!(ok(store.rotate_refresh_token(&issuer("a"), second, t(20))), Rotation::Rotated(_)));
    assert_eq!(mode(), 0o660);
}

#[test]
fn without_the_keys_a_retry_is_refused_and_revokes_nothing() {
    static NOW: AtomicU64 = AtomicU64::new(1_000_000);
    let now: fn() -> u64 = || NOW.load(Ordering::SeqCst);
    let directory = tempfile::tempdir().unwrap();
    let store = begun(&directory, now);
    let _ = present(&store, 20);
    fs::remove_file(key_file(&directory)).unwrap();
    assert!(matches!(present(&store, 21), Rotation::Dead));
    assert!(successor(&store, t(21)).is_active(t(21)));
}

#[test]
fn no_salt_without_a_key_on_the_disk() {
    static NOW: AtomicU64 = AtomicU64::new(1_000_000);
    let now: fn() -> u64 = || NOW.load(Ordering::SeqCst);
    let directory = tempfile::tempdir().unwrap();
    let store = begun(&directory, now);
    // Where the file should be is something else.
    fs::create_dir(key_file(&directory)).unwrap();
    let (issuer, release) = (issuer("a"), busy(&store));
    let rotation = queued(store.rotate_refresh_token(&issuer, proposal(20), t(20)));
    let other = queued(begin(&store, &issuer, 1));
    drop(release);
    assert!(matches!(run(rotation), Err(StoreError::Failed(_))));
    // Nobody else pays for it.
    ok(other);
    fs::remove_dir(key_file(&directory)).unwrap();
    assert!(matches!(present(&store, 21), Rotation::Rotated(_)));
    assert!(is_retried(&present(&store, 22)));
}

/// What the release before left behind when it was killed: a salt that it had erased, in the log, and one in an open window.
#[test]
fn a_file_of_the_release_before_loses_its_salts_in_clear() {
    let (theirs, directory) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let old = Connection::open(file_in(&theirs)).unwrap();
    old.execute_batch("PRAGMA journal_mode = WAL; PRAGMA secure_delete = FAST;").unwrap();
    old.execute_batch(include_str!("../schema_1.sql")).unwrap();
    old.execute_batch("PRAGMA application_id = 0x67726e74; PRAGMA user_version = 1;").unwrap();
    let erased = *b"another salt, erased before that";
    let rows = "INSERT INTO issuers VALUES (1, 'https://a.example.com');
        INSERT INTO families (id, family, issuer, client_id, created_at, keep_until, generation, details)
        VALUES (1, randomblob(16), 1, 'app', 0, 1000, 0, '{\"v\":1}'), (2, x'07070707070707070707070707070707', 1, 'app', 0, 1000, 1, '{\"v\":1}');";
    old.execute_batch(rows).unwrap();
    let rotate = |family: i64, salt: [u8; 32]| {
        old.execute("UPDATE families SET salt = ?2, retry_until = 30 WHERE id = ?1", (family, salt)).unwrap();
    };
    rotate(1, erased);
    rotate(2, *SALT.as_bytes());
    old.execute_batch("UPDATE families SET salt = NULL, retry_until = NULL WHERE id = 1").unwrap();
    for (name, generation) in [("r0", 0), ("r1", 1)] {
        let token = "INSERT INTO refresh_tokens VALUES (?1, 1, 2, ?2, 0, 1000, NULL)";
        old.execute(token, (hash(name).as_bytes(), generation)).unwrap();
    }
    for file in fs::read_dir(theirs.path()).unwrap().map(Result::unwrap) {
        fs::copy(file.path(), directory.path().join(file.file_name())).unwrap();
    }
    let is_there = |salt: &[u8]| {
        let files = fs::read_dir(directory.path()).unwrap().map(|file| fs::read(file.unwrap().path()).unwrap());
        files.into_iter().any(|bytes| bytes.windows(32).any(|window| window == salt))
    };
    assert!(is_there(&erased) && is_there(SALT.as_bytes()));

    let store = SqliteStore::open(file_in(&directory)).unwrap();
    assert!(!is_there(&erased) && !is_there(SALT.as_bytes()));
    // A retry across the upgrade is refused; nobody is taken for a thief.
    assert!(matches!(present(&store, 29), Rotation::Dead));
    assert!(successor(&store, t(29)).is_active(t(29)));
    // A process of the release before that still runs can store none either.
    let error = Connection::open(file_in(&directory)).unwrap().execute("UPDATE families SET salt = zeroblob(32)", ());
    assert!(error.unwrap_err().to_string().contains("no such column"));
    assert!(matches!(present(&store, 30), Rotation::Replayed));
}

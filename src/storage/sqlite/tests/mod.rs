//! Faults: what is the SQLite store's alone. The rules of the contract are in
//! [`contract`](crate::storage::contract).

mod retries;

use std::pin::Pin;
use std::sync::mpsc;
use std::task::{Context, Poll, Waker};
use std::time::Instant;

use tempfile::TempDir;

use super::*;
use crate::client::{CheckedClient, Client};
use crate::storage::tests::{access, client, client_id, family, hash, issuer, ok, run, t};
use crate::storage::{
    AccessTokenStore as _, AuthorizationCodeStore as _, ClientRegistry as _, ClientStore as _, FamilyId, FamilyRecord,
    FamilyStore as _, Issue, PendingKind, PendingRecord, PendingStore as _, PurgeExpired as _, RefreshTokenStore as _,
    RotationProposal, TokenFacts, TokenRecord,
};
use crate::values::bearer::RotationSalt;
use crate::values::issuer::Issuer;
use crate::values::scope::Scope;

const QUICK: Limits =
    Limits { patience: Duration::from_millis(50), queue: Capacity { items: 8, bytes: 64 << 10 }, pace: Pace::DEFAULT };

/// How many rows there are that may expire.
fn rows(store: &SqliteStore) -> u32 {
    let query = "SELECT (SELECT count(*) FROM families) + (SELECT count(*) FROM codes) + (SELECT count(*) FROM access_tokens)
                 + (SELECT count(*) FROM refresh_tokens) + (SELECT count(*) FROM pending)";
    ok(store.0.readers.run(move |file| Ok(file.query_row(query, (), |row| row.get(0))?)))
}

fn file_in(directory: &TempDir) -> PathBuf {
    directory.path().join("store.db")
}

fn quick() -> (SqliteStore, TempDir) {
    let directory = tempfile::tempdir().unwrap();
    (SqliteStore::open_with(&file_in(&directory), QUICK).unwrap(), directory)
}

/// Begins a family of its own with the access token `a<number>`.
async fn begin(store: &SqliteStore, issuer: &Issuer, number: u8) -> Result<(), StoreError> {
    let id = FamilyId::from_bytes([number; 16]);
    let issue = access(&format!("a{number}"));
    let token = issue.access_token.map(|token| TokenRecord { family: id, ..token });
    store.begin_family(issuer, family(id), Issue::new(None, token, None), None, t(0)).await.map(drop)
}

fn is_there(store: &SqliteStore, issuer: &Issuer, number: u8) -> bool {
    ok(store.find_access_token(issuer, &hash(&format!("a{number}")), t(1))).is_some()
}

fn is_unavailable<T>(result: &Result<T, StoreError>) -> bool {
    matches!(result, Err(StoreError::Unavailable { retry_after: Some(_) }))
}

/// Queues the operation: it is done from here on, whatever becomes of the future.
fn queued<'a, T>(operation: impl Future<Output = T> + 'a) -> Pin<Box<dyn Future<Output = T> + 'a>> {
    let mut operation = Box::pin(operation);
    assert!(matches!(operation.as_mut().poll(&mut Context::from_waker(Waker::noop())), Poll::Pending));
    operation
}

/// Is the operation refused at once, for lack of room?
fn is_refused<T>(operation: impl Future<Output = Result<T, StoreError>>) -> bool {
    let mut operation = std::pin::pin!(operation);
    match operation.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(answer) => is_unavailable(&answer),
        Poll::Pending => false,
    }
}

/// Keeps the writer busy until the sender is dropped, so that what is queued meanwhile becomes one group.
fn busy(store: &SqliteStore) -> mpsc::Sender<()> {
    let (release, released) = mpsc::channel::<()>();
    let (begun, has_begun) = mpsc::channel();
    let wait = move |_: &mut Files| {
        begun.send(()).unwrap();
        let _ = released.recv();
        Ok(())
    };
    drop(queued(store.0.writer.run(wait)));
    has_begun.recv().unwrap();
    release
}

#[test]
fn an_operation_that_fails_takes_no_other_with_it() {
    let (store, _directory) = quick();
    let issuer = issuer("a");
    ok(begin(&store, &issuer, 1));
    let release = busy(&store);
    let (before, colliding, after) =
        (queued(begin(&store, &issuer, 2)), queued(begin(&store, &issuer, 1)), queued(begin(&store, &issuer, 3)));
    drop(release);
    assert!(matches!(run(colliding), Err(StoreError::Failed(_))));
    ok(before);
    ok(after);
    assert!(is_there(&store, &issuer, 2) && is_there(&store, &issuer, 3));
    assert_eq!(rows(&store), 6);
}

#[test]
fn no_answer_goes_out_before_the_commit_and_none_of_a_group_that_fails() {
    let (store, _directory) = quick();
    let issuer = issuer("a");
    let release = busy(&store);
    let first = queued(begin(&store, &issuer, 1));
    let orphan = queued(store.0.writer.run(|file| {
        file.execute_batch("PRAGMA defer_foreign_keys = ON")?;
        Ok(file.execute(
            "INSERT INTO families (family, issuer, client_id, created_at, keep_until, details) VALUES (x'00', 99, '', 0, 0, '')",
            (),
        )?)
    }));
    let last = queued(begin(&store, &issuer, 2));
    drop(release);
    assert!(matches!(run(first), Err(StoreError::Failed(_))));
    assert!(matches!((run(orphan), run(last)), (Err(StoreError::Failed(_)), Err(StoreError::Failed(_)))));
    assert_eq!(rows(&store), 0);
    ok(begin(&store, &issuer, 1));
    assert!(is_there(&store, &issuer, 1));
}

#[test]
fn while_another_process_has_the_lock_writing_is_unavailable_and_reading_is_not() {
    let (store, directory) = quick();
    let issuer = issuer("a");
    ok(begin(&store, &issuer, 1));
    let other = Connection::open(file_in(&directory)).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let start = Instant::now();
    let waiting: Vec<_> = (2..6).map(|number| queued(begin(&store, &issuer, number))).collect();
    assert!(is_there(&store, &issuer, 1));
    assert!(waiting.into_iter().all(|waiting| is_unavailable(&run(waiting))));
    assert!(start.elapsed() < Duration::from_secs(3));
    other.execute_batch("COMMIT").unwrap();
    ok(begin(&store, &issuer, 2));
    assert!(is_there(&store, &issuer, 2) && !is_there(&store, &issuer, 3));
}

#[test]
fn whoever_came_while_another_process_had_the_lock_does_not_wait_for_it_again() {
    let directory = tempfile::tempdir().unwrap();
    let queue = Capacity { items: 1024, ..Limits::DEFAULT.queue };
    let limits = Limits { patience: Duration::from_secs(1), queue, ..QUICK };
    let (store, issuer) = (SqliteStore::open_with(&file_in(&directory), limits).unwrap(), issuer("a"));
    let other = Connection::open(file_in(&directory)).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    // More than two groups, while the first waits for the lock.
    let mut waiting: Vec<_> = (0..600).map(|_| queued(begin(&store, &issuer, 1))).collect();
    let last = waiting.pop().unwrap();
    assert!(is_unavailable(&run(waiting.remove(0))));
    other.execute_batch("COMMIT").unwrap();
    assert!(is_unavailable(&run(last)));
    ok(begin(&store, &issuer, 1));
}

#[test]
fn a_full_disk_loses_nothing_that_was_answered_and_is_recovered_from() {
    let (store, _directory) = quick();
    let issuer = issuer("a");
    // What SQLite says when the file may not grow is what it says when the disk is full.
    let limit = |pages: u32| {
        ok(store.0.writer.run(move |file| {
            let limit = pages.max(file.query_row("PRAGMA page_count", (), |row| row.get(0))?);
            Ok(file.query_row(&format!("PRAGMA max_page_count = {limit}"), (), |row| row.get::<_, i64>(0))?)
        }));
    };
    limit(0);
    let written = (1..=255).take_while(|number| {
        let result = run(begin(&store, &issuer, *number));
        assert!(result.is_ok() || is_unavailable(&result), "{result:?}");
        result.is_ok()
    });
    let written = u8::try_from(written.count()).unwrap();
    assert!((1..255).contains(&written));
    // In a group too, nobody is told what is not so.
    let release = busy(&store);
    let numbers = written + 1..written + 6;
    let group: Vec<_> = numbers.clone().map(|number| queued(begin(&store, &issuer, number))).collect();
    drop(release);
    let answers: Vec<_> = group.into_iter().map(run).collect();
    assert!(answers.iter().any(is_unavailable));
    for (number, answer) in numbers.zip(&answers) {
        assert!(answer.is_ok() || is_unavailable(answer), "{answer:?}");
        assert_eq!(is_there(&store, &issuer, number), answer.is_ok(), "{answer:?}");
    }
    limit(1 << 20);
    ok(begin(&store, &issuer, 200));
    assert!((1..=written).chain([200]).all(|number| is_there(&store, &issuer, number)));
}

#[test]
fn a_full_queue_refuses_and_is_worked_off() {
    let (store, _directory) = quick();
    let issuer = issuer("a");
    let release = busy(&store);
    let waiting: Vec<_> = (0..8).map(|number| queued(begin(&store, &issuer, number))).collect();
    assert!(is_refused(begin(&store, &issuer, 9)));
    drop(release);
    waiting.into_iter().for_each(ok);
    ok(begin(&store, &issuer, 9));
}

/// Whatever it is that takes the room.
#[test]
fn a_queue_that_is_full_in_bytes_refuses_and_is_worked_off() {
    let (store, _directory) = quick();
    let (store, issuer) = (&store, &issuer("a"));
    let large = "x".repeat(30 << 10);
    let facts = TokenFacts::new(None, Scope::parse(&large).unwrap());
    let put = |name: &'static str, details: &str| {
        let record =
            PendingRecord::new(hash(name), PendingKind::Suspended, hash("owner"), client_id(), t(100), details.to_owned());
        async move { store.put_pending(issuer, record, 16, t(0)).await }
    };
    let begin = |number: u8| {
        let id = FamilyId::from_bytes([number; 16]);
        let issue = Issue::new(None, Some(TokenRecord { family: id, ..access(&number.to_string()).access_token.unwrap() }), None);
        let family = FamilyRecord { details: facts.clone().into_details(), ..family(id) };
        async move { store.begin_family(issuer, family, issue, None, t(0)).await }
    };
    let client = Client::public("large").redirect_uri(format!("https://app.example.com/{large}")).build().unwrap();
    let register = store.put_client(issuer, CheckedClient::new(client));

    let release = busy(store);
    let waiting = [queued(put("a", &large)), queued(put("b", &large))];
    assert!(is_refused(put("c", &large)) && is_refused(begin(1)) && is_refused(register));
    let small = queued(put("d", "small"));
    drop(release);
    waiting.into_iter().for_each(ok);
    ok(small);

    let release = busy(store);
    let waiting = [queued(begin(1)), queued(begin(2))];
    assert!(is_refused(put("c", &large)) && is_refused(begin(3)));
    let issue = || {
        let token = TokenRecord { details: facts.clone().into_details(), ..access("large").access_token.unwrap() };
        Issue::new(None, Some(token), None)
    };
    assert!(is_refused(store.redeem_code(issuer, &hash("code"), issue(), t(0))));
    let (salt, retry_until) = (Some(RotationSalt::from_bytes([0; 32])), t(0));
    let family = FamilyId::from_bytes([1; 16]);
    let rotation =
        RotationProposal { presented: hash("r"), family, generation: 0, salt, retry_until, issue: issue(), outliving: None };
    assert!(is_refused(store.rotate_refresh_token(issuer, rotation, t(0))));
    drop(release);
    waiting.into_iter().for_each(|begun| drop(ok(begun)));
    ok(put("c", &large));
    ok(begin(3));
}

#[test]
fn a_writer_that_died_is_noticed() {
    let (store, _directory) = quick();
    let issuer = issuer("a");
    ok(begin(&store, &issuer, 1));
    let release = busy(&store);
    let panics = queued(store.0.writer.run(|_| -> Result<(), Fault> { panic!("a test ends the writer") }));
    let behind = queued(begin(&store, &issuer, 2));
    drop(release);
    assert!(matches!((run(panics), run(behind)), (Err(StoreError::Failed(_)), Err(StoreError::Failed(_)))));
    assert!(matches!(run(begin(&store, &issuer, 3)), Err(StoreError::Failed(_))));
    assert!(is_there(&store, &issuer, 1) && !is_there(&store, &issuer, 2));
    close(&store);
}

#[test]
fn closing_and_dropping_finish_what_was_begun() {
    for closes in [true, false] {
        let (store, directory) = quick();
        let issuer = issuer("a");
        let release = busy(&store);
        drop(queued(begin(&store, &issuer, 1)));
        let releaser = std::thread::spawn(move || drop(release));
        if closes {
            close(&store);
            close(&store.clone());
            assert!(matches!(run(begin(&store, &issuer, 2)), Err(StoreError::Failed(_))));
            assert!(matches!(run(store.client(&issuer, "app")), Err(StoreError::Failed(_))));
        } else {
            drop(store);
        }
        releaser.join().unwrap();
        // The log is folded into the file, which a backup may copy now.
        assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 1);
        let store = SqliteStore::open(file_in(&directory)).unwrap();
        assert!(is_there(&store, &issuer, 1) && !is_there(&store, &issuer, 2));
    }
}

fn close(store: &SqliteStore) {
    ok(async {
        store.close().await;
        Ok(())
    });
}

#[test]
fn many_may_open_a_fresh_file_at_once() {
    let directory = tempfile::tempdir().unwrap();
    let file = file_in(&directory);
    let openers: Vec<_> = (0..8)
        .map(|number| {
            let file = file.clone();
            std::thread::spawn(move || {
                let store = SqliteStore::open(file).unwrap();
                ok(begin(&store, &issuer("a"), number));
                store
            })
        })
        .collect();
    let stores: Vec<_> = openers.into_iter().map(|opener| opener.join().unwrap()).collect();
    assert!(stores.iter().all(|store| (0..8).all(|number| is_there(store, &issuer("a"), number))));
}

#[test]
#[cfg(unix)]
fn a_new_file_is_for_its_owner_alone_and_an_old_one_keeps_its_mode() {
    use std::os::unix::fs::PermissionsExt;

    let (store, directory) = quick();
    ok(begin(&store, &issuer("a"), 1));
    let modes = || {
        std::fs::read_dir(directory.path()).unwrap().map(|file| file.unwrap().metadata().unwrap().permissions().mode() & 0o777)
    };
    assert!(modes().count() > 1 && modes().all(|mode| mode == 0o600));
    drop(store);
    std::fs::set_permissions(file_in(&directory), PermissionsExt::from_mode(0o640)).unwrap();
    let _store = SqliteStore::open(file_in(&directory)).unwrap();
    assert!(modes().all(|mode| mode == 0o640));
}

#[test]
fn what_is_no_file_of_this_store_is_refused_in_words() {
    let directory = tempfile::tempdir().unwrap();
    let words = |path: &Path| match SqliteStore::open_with(path, QUICK) {
        Err(StoreError::Failed(source)) => source.to_string(),
        other => panic!("{other:?}"),
    };
    assert!(words(&directory.path().join("absent/store.db")).contains("No such file"));
    assert!(words(directory.path()).contains("unable to open"));
    let text = directory.path().join("text");
    std::fs::write(&text, "this is not a database, but long enough to have a header ".repeat(20)).unwrap();
    assert!(words(&text).contains("not a database"));
    drop(SqliteStore::open(file_in(&directory)).unwrap());
    Connection::open(file_in(&directory)).unwrap().execute_batch("PRAGMA user_version = 99").unwrap();
    assert!(words(&file_in(&directory)).contains("schema version 99, this release knows"));
}

#[test]
fn a_name_with_a_meaning_to_sqlite_is_just_a_file() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join(":memory:");
    let issuer = issuer("a");
    ok(begin(&SqliteStore::open(&file).unwrap(), &issuer, 1));
    assert!(is_there(&SqliteStore::open(&file).unwrap(), &issuer, 1));
}

#[test]
fn nothing_is_left_of_a_salt_that_was_erased() {
    let (store, directory) = quick();
    let issuer = issuer("a");
    (0..20).for_each(|number| ok(begin(&store, &issuer, number)));
    let salt = |number: u8| [[number; 20], *b"salt under its mask."].concat();
    ok(store.0.writer.run(move |file| {
        let mut rotate = file.prepare("UPDATE families SET masked_salt = ?2, retry_until = 30 WHERE id = ?1")?;
        (0..20).try_for_each(|number| rotate.execute((number + 1, salt(number))).map(drop))?;
        Ok(())
    }));
    let in_file = || {
        let bytes = std::fs::read(file_in(&directory)).unwrap();
        (0..20).filter(|number| bytes.windows(40).any(|window| window == salt(*number))).count()
    };
    drop(store);
    assert_eq!(in_file(), 20);
    let store = SqliteStore::open(file_in(&directory)).unwrap();
    ok(store.revoke_family(&issuer, &FamilyId::from_bytes([0; 16]), t(1)));
    assert_eq!(ok(store.purge_expired(t(90))), 0);
    drop(store);
    assert_eq!(in_file(), 0);
}

#[test]
fn a_purge_takes_many_portions() {
    let (store, _directory) = quick();
    let issuer = issuer("a");
    // In one step, so that the test does not wait for the disk.
    let families: Vec<(FamilyRecord, Issue)> = (0..300_u128)
        .map(|number| {
            let id = FamilyId::from_bytes(number.to_be_bytes());
            let token = TokenRecord { family: id, hash: hash(&number.to_string()), ..access("").access_token.unwrap() };
            (family(id), Issue::new(None, Some(token), None))
        })
        .collect();
    let theirs = issuer.clone();
    ok(store.0.writer.run(move |file| {
        families.iter().try_for_each(|(family, issue)| super::families::begin(file, &theirs, family, issue, None, t(0)).map(drop))
    }));
    ok(store.put_client(&issuer, client()));
    assert_eq!((ok(store.purge_expired(t(99))), ok(store.purge_expired(t(100))), rows(&store)), (0, 600, 0));
    let checkpoint =
        ok(store.0.writer.run(|file| Ok(file.pragma_query_value(None, "wal_autocheckpoint", |row| row.get::<_, u32>(0))?)));
    assert_eq!(checkpoint, 1000);
}

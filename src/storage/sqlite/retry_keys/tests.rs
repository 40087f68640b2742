use std::sync::atomic::{AtomicU64, Ordering};

use tempfile::TempDir;

use super::*;
const WINDOW: Duration = Duration::from_secs(5);

fn pace(now: fn() -> u64) -> Pace {
    Pace { now, ..Pace::DEFAULT }
}

/// Keys beside a database, as one process has them.
fn keys(directory: &TempDir, pace: Pace) -> RetryKeys {
    let database = directory.path().join("store.db");
    fs::write(&database, "").unwrap();
    RetryKeys::beside(&database, pace)
}

fn file(directory: &TempDir) -> PathBuf {
    directory.path().join("store.db-retry")
}

fn of(generation: u32) -> Rotated {
    Rotated { issuer: 1, family: FamilyId::from_bytes([7; 16]), generation }
}

fn salt(generation: u32) -> RotationSalt {
    RotationSalt::from_bytes([generation.to_be_bytes()[3]; 32])
}

fn mask(keys: &mut RetryKeys, generation: u32) -> MaskedSalt {
    keys.mask(&of(generation), &salt(generation), WINDOW).unwrap()
}

fn unmask(keys: &mut RetryKeys, generation: u32, masked: &MaskedSalt) -> Option<RotationSalt> {
    keys.forget();
    keys.unmask(&of(generation), masked).unwrap()
}

fn count(keys: &mut RetryKeys) -> usize {
    keys.forget();
    keys.read().unwrap().iter().flatten().count()
}

#[test]
fn another_process_takes_the_mask_off_and_nobody_who_lacks_something() {
    let directory = tempfile::tempdir().unwrap();
    let [mut here, mut there] = [(); 2].map(|()| keys(&directory, Pace::DEFAULT));
    let masked = mask(&mut here, 1);
    assert!(unmask(&mut there, 1, &masked) == Some(salt(1)));
    assert!(!masked.0.windows(4).any(|window| salt(1).as_bytes().starts_with(window)));
    // Each rotation has a mask of its own.
    assert!(unmask(&mut there, 2, &masked) != Some(salt(1)));
    assert_ne!(
        mask(&mut here, 2).0[NAME..].iter().map(|byte| byte ^ 2).collect::<Vec<_>>(),
        masked.0[NAME..].iter().map(|byte| byte ^ 1).collect::<Vec<_>>()
    );
    here.erase_all().unwrap();
    assert!(unmask(&mut there, 1, &masked).is_none());
}

#[test]
fn one_write_serves_the_rotations_of_a_span() {
    static NOW: AtomicU64 = AtomicU64::new(1_000_000);
    let directory = tempfile::tempdir().unwrap();
    let mut keys = keys(&directory, pace(|| NOW.load(Ordering::SeqCst)));
    let mut files = Vec::new();
    let mut masked = Vec::new();
    // Twenty seconds, a rotation every 20 ms.
    for generation in 0..1000 {
        keys.forget();
        masked.push(mask(&mut keys, generation));
        files.push(fs::read(file(&directory)).unwrap());
        // Whoever retries within the window finds the key.
        let oldest = usize::try_from(generation).unwrap().saturating_sub(249);
        assert!(
            (oldest..masked.len()).step_by(50).all(|i| keys.unmask(&of(i as u32), &masked[i]).unwrap() == Some(salt(i as u32)))
        );
        NOW.fetch_add(20, Ordering::SeqCst);
    }
    files.dedup();
    assert_eq!(files.len(), 4);
    // In place: the file is as long as it was.
    assert!(files.iter().all(|file| file.len() == SLOTS * SLOT));
}

#[test]
fn a_key_goes_when_its_last_window_has_closed() {
    static NOW: AtomicU64 = AtomicU64::new(1_000_000);
    let directory = tempfile::tempdir().unwrap();
    let mut keys = keys(&directory, pace(|| NOW.load(Ordering::SeqCst)));
    let masked = mask(&mut keys, 1);
    let secret = *keys.read().unwrap()[0].as_ref().unwrap().secret;
    let is_there = || fs::read(file(&directory)).unwrap().windows(SECRET).any(|window| window == secret);
    // Five seconds of rotations, the window of the last one, and the grace.
    assert_eq!(keys.pause(), Duration::from_secs(20));
    NOW.fetch_add(19_999, Ordering::SeqCst);
    assert!(!keys.have_dead() && is_there());
    keys.erase_dead().unwrap();
    assert!(unmask(&mut keys, 1, &masked) == Some(salt(1)));
    NOW.fetch_add(1, Ordering::SeqCst);
    assert!(keys.have_dead() && is_there());
    keys.erase_dead().unwrap();
    assert!(!is_there() && !keys.have_dead() && count(&mut keys) == 0);
    assert_eq!(keys.pause(), Duration::from_secs(60));
}

#[test]
fn a_new_key_takes_the_place_of_one_that_has_to_go() {
    static NOW: AtomicU64 = AtomicU64::new(1_000_000);
    let directory = tempfile::tempdir().unwrap();
    let mut keys = keys(&directory, pace(|| NOW.load(Ordering::SeqCst)));
    let masked = mask(&mut keys, 1);
    NOW.fetch_add(20_000, Ordering::SeqCst);
    mask(&mut keys, 2);
    assert_eq!(count(&mut keys), 1);
    assert!(unmask(&mut keys, 1, &masked).is_none());
}

#[test]
fn keys_of_a_time_that_is_to_come_are_of_before_the_clock_was_set_back() {
    static NOW: AtomicU64 = AtomicU64::new(1_000_000);
    let directory = tempfile::tempdir().unwrap();
    let mut keys = keys(&directory, pace(|| NOW.load(Ordering::SeqCst)));
    let masked = mask(&mut keys, 1);
    // A little is no reason.
    NOW.fetch_sub(10_000, Ordering::SeqCst);
    keys.erase_dead().unwrap();
    assert!(unmask(&mut keys, 1, &masked) == Some(salt(1)));
    NOW.fetch_sub(1, Ordering::SeqCst);
    keys.erase_dead().unwrap();
    assert!(unmask(&mut keys, 1, &masked).is_none());
}

#[test]
fn where_there_is_no_room_the_newest_key_serves_on() {
    static NOW: AtomicU64 = AtomicU64::new(1_000_000);
    let directory = tempfile::tempdir().unwrap();
    let slow = Pace { span: Duration::ZERO, ..pace(|| NOW.load(Ordering::SeqCst)) };
    let mut keys = keys(&directory, slow);
    let masked: Vec<_> = (0..100)
        .map(|generation| {
            NOW.fetch_add(10, Ordering::SeqCst);
            mask(&mut keys, generation)
        })
        .collect();
    assert_eq!(count(&mut keys), SLOTS);
    assert!((0..).zip(&masked).all(|(generation, masked)| unmask(&mut keys, generation, masked) == Some(salt(generation))));
}

#[test]
fn the_longest_windows_have_room() {
    static NOW: AtomicU64 = AtomicU64::new(1_000_000);
    let directory = tempfile::tempdir().unwrap();
    let mut keys = keys(&directory, pace(|| NOW.load(Ordering::SeqCst)));
    for generation in 0..60 {
        keys.mask(&of(generation), &salt(generation), Duration::from_secs(60)).unwrap();
        // None serves longer than it should.
        let lives = keys.read().unwrap().iter().flatten().map(|key| key.until - key.made);
        assert!(lives.max().unwrap() <= 65_000);
        NOW.fetch_add(5_001, Ordering::SeqCst);
    }
}

#[test]
fn a_file_that_is_damaged_or_gone_has_no_keys_and_gets_new_ones() {
    let directory = tempfile::tempdir().unwrap();
    let mut keys = keys(&directory, Pace::DEFAULT);
    let whole = |keys: &mut RetryKeys| {
        keys.forget();
        mask(keys, 1);
        fs::read(file(&directory)).unwrap()
    };
    let bytes = whole(&mut keys);
    let flipped = [&[bytes[0] ^ 1], &bytes[1..]].concat();
    for damaged in [Vec::new(), bytes[..SLOT - 1].to_vec(), vec![0; 4096], flipped] {
        let masked = mask(&mut keys, 1);
        fs::write(file(&directory), &damaged).unwrap();
        assert!(unmask(&mut keys, 1, &masked).is_none());
        keys.forget();
        let masked = mask(&mut keys, 2);
        assert!(unmask(&mut keys, 2, &masked) == Some(salt(2)));
    }
    let masked = mask(&mut keys, 1);
    fs::remove_file(file(&directory)).unwrap();
    assert!(unmask(&mut keys, 1, &masked).is_none());
    assert!(whole(&mut keys).len() == SLOTS * SLOT);
    // What cannot be written is an error, and no key that is only in the memory.
    fs::remove_file(file(&directory)).unwrap();
    fs::create_dir(file(&directory)).unwrap();
    keys.forget();
    assert!(keys.mask(&of(1), &salt(1), WINDOW).is_err());
    assert!(keys.mask(&of(1), &salt(1), WINDOW).is_err());
}

#[test]
fn only_a_file_without_keys_is_removed() {
    static NOW: AtomicU64 = AtomicU64::new(1_000_000);
    let directory = tempfile::tempdir().unwrap();
    let mut keys = keys(&directory, pace(|| NOW.load(Ordering::SeqCst)));
    keys.remove_empty().unwrap();
    mask(&mut keys, 1);
    keys.remove_empty().unwrap();
    assert!(keys.have_file());
    NOW.fetch_add(20_000, Ordering::SeqCst);
    keys.erase_dead().unwrap();
    keys.remove_empty().unwrap();
    assert!(!keys.have_file());
}

#[test]
fn moments_at_the_end_of_time_do_not_wrap() {
    let directory = tempfile::tempdir().unwrap();
    let mut keys = keys(&directory, pace(|| u64::MAX - 1));
    let masked = keys.mask(&of(1), &salt(1), Duration::MAX).unwrap();
    assert!(unmask(&mut keys, 1, &masked) == Some(salt(1)));
}

//! Comparing a presented secret with a stored hash, so that the time it takes says nothing about the client.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use tokio::sync::oneshot;
use zeroize::Zeroizing;

use crate::client::secret::argon::ArgonHash;
use crate::client::secret::pool::Pool;
use crate::client::secret::{Kind, LONG, SecretHash, sha256};
use crate::values::bounded::BoundedMap;
use crate::values::equal::equal;
use crate::values::error::StoreError;
use crate::values::random::{NoRandomness, random};

/// Verdicts that are remembered, at least.
const MEMO: usize = 10_000;
/// What is compared where there is no SHA-256 to compare with; what comes out does not count.
const DUMMY_SHA256: [u8; 32] = [0; 32];

/// Compares secrets.
///
/// The work depends on the length of the *presented* secret and on nothing else: a long one costs a SHA-256, a short one an
/// argon2id, whether the client exists, has a secret, has one of the other kind, or not; save that an imported argon2id hash has
/// parameters of its own. An argon2id is computed once for a
/// stored hash and a presented secret while the process lives.
pub(crate) struct SecretVerifier {
    /// Started by the first short secret.
    pool: Mutex<Option<Pool>>,
    memo: Arc<Memo>,
}

type MemoKey = [u8; 32];

struct Memo {
    /// Of this process, and drawn for the first short secret. The keys of the memo are MACs under it, so they are worth nothing
    /// elsewhere. A fork copies both, which tells neither process anything.
    key: OnceLock<[u8; 32]>,
    dummy_argon: ArgonHash,
    verdicts: Mutex<Verdicts>,
    #[cfg(test)]
    counters: Counters,
}

struct Verdicts {
    known: BoundedMap<MemoKey, bool>,
    /// Who waits for a hash that is being computed.
    pending: HashMap<MemoKey, Vec<oneshot::Sender<bool>>>,
}

impl SecretVerifier {
    pub(crate) fn new() -> Self {
        let verdicts = Mutex::new(Verdicts { known: BoundedMap::new(MEMO), pending: HashMap::new() });
        let memo = Memo {
            key: OnceLock::new(),
            dummy_argon: ArgonHash::dummy(),
            verdicts,
            #[cfg(test)]
            counters: Counters::default(),
        };
        Self { pool: Mutex::new(None), memo: Arc::new(memo) }
    }

    /// Is this a secret of the client? `stored` is empty for one that does not exist or has no secret; of two hashes at most one
    /// is an argon2id.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`] if too many slow hashes wait already, or there is no thread or memory for one;
    /// [`StoreError::Failed`] without randomness.
    pub(crate) async fn verify(
        &self,
        client_id: &str,
        stored: [Option<&SecretHash>; 2],
        presented: &str,
    ) -> Result<bool, StoreError> {
        if presented.is_empty() {
            return Ok(false);
        }
        if presented.len() >= LONG {
            return Ok(self.memo.verify_long(stored, presented));
        }
        let slow = stored.into_iter().flatten().find_map(|hash| match &hash.0 {
            Kind::Argon2id(hash) => Some(hash),
            Kind::Sha256(_) => None,
        });
        let (matching, hash) = slow.map_or((false, &self.memo.dummy_argon), |hash| (true, hash));
        Ok(self.verify_short(client_id, hash, presented).await? && matching)
    }

    async fn verify_short(&self, client_id: &str, hash: &ArgonHash, presented: &str) -> Result<bool, StoreError> {
        let key = self.memo.key_of(client_id, hash, presented)?;
        let (sender, receiver) = oneshot::channel();
        {
            let mut verdicts = self.memo.lock();
            if let Some(verdict) = verdicts.known.get(&key) {
                return Ok(verdict);
            }
            if let Some(waiting) = verdicts.pending.get_mut(&key) {
                waiting.push(sender);
            } else {
                let (memo, hash, presented) = (self.memo.clone(), hash.clone(), Zeroizing::new(presented.to_owned()));
                if !self.run(move || memo.compute(key, &hash, &presented)) {
                    return Err(busy());
                }
                verdicts.pending.insert(key, vec![sender]);
            }
        }
        receiver.await.map_err(|_| busy())
    }

    /// `false` if the queue is full, or no thread can be started; the next call tries that again.
    fn run(&self, job: impl FnOnce() + Send + 'static) -> bool {
        let mut pool = self.pool.lock().unwrap_or_else(PoisonError::into_inner);
        if pool.is_none() {
            *pool = Pool::start();
        }
        pool.as_ref().is_some_and(|pool| pool.run(job))
    }
}

fn busy() -> StoreError {
    StoreError::Unavailable { retry_after: Some(Duration::from_secs(1)) }
}

impl Memo {
    fn lock(&self) -> std::sync::MutexGuard<'_, Verdicts> {
        self.verdicts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Compares with two hashes, whichever of them are there.
    fn verify_long(&self, stored: [Option<&SecretHash>; 2], presented: &str) -> bool {
        #[cfg(test)]
        self.counters.sha256.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let presented = sha256(presented);
        let [newest, previous] = stored.map(|stored| {
            let (matching, hash) = match stored {
                Some(SecretHash(Kind::Sha256(hash))) => (true, hash),
                _ => (false, &DUMMY_SHA256),
            };
            equal(&presented, hash) && matching
        });
        newest || previous
    }

    /// Runs on a thread of the pool, and finishes also when nobody waits any more.
    fn compute(&self, key: MemoKey, hash: &ArgonHash, presented: &str) {
        #[cfg(test)]
        self.counters.argon2.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let verdict = hash.matches(presented);
        let mut verdicts = self.lock();
        let pending = verdicts.pending.remove(&key).unwrap_or_default();
        // Without a verdict nothing is remembered: a right secret must not stay refused. Who waits sees the senders go.
        let Some(verdict) = verdict else { return };
        verdicts.known.insert(key, verdict);
        for waiting in pending {
            // Whoever does not wait any more does not want to know.
            let _ = waiting.send(verdict);
        }
    }

    /// Names the attempt without holding the secret. The client is part of it: all unknown clients share one dummy, and what was
    /// tried on one of them must not be quicker on the next.
    fn key_of(&self, client_id: &str, hash: &ArgonHash, presented: &str) -> Result<MemoKey, NoRandomness> {
        // An HMAC takes a key of any length; a random name would only mean that nothing is remembered.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(self.key()?) else { return random() };
        for part in [client_id, &hash.to_text(), presented] {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part.as_bytes());
        }
        Ok(mac.finalize().into_bytes().into())
    }

    fn key(&self) -> Result<&[u8; 32], NoRandomness> {
        match self.key.get() {
            Some(key) => Ok(key),
            None => {
                let drawn = random()?;
                Ok(self.key.get_or_init(|| drawn))
            }
        }
    }
}

#[cfg(test)]
#[derive(Default)]
struct Counters {
    sha256: std::sync::atomic::AtomicUsize,
    argon2: std::sync::atomic::AtomicUsize,
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::sync::atomic::Ordering;
    use std::task::{Context, Poll, Wake, Waker};
    use std::thread::{self, Thread};

    use super::*;

    struct Unpark(Thread);

    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }

    fn block_on<F: Future>(future: F) -> F::Output {
        let waker = Waker::from(Arc::new(Unpark(thread::current())));
        let mut future = pin!(future);
        loop {
            match future.as_mut().poll(&mut Context::from_waker(&waker)) {
                Poll::Ready(output) => return output,
                Poll::Pending => thread::park(),
            }
        }
    }

    fn hash(secret: &str) -> SecretHash {
        SecretHash::of(&secret.parse().unwrap())
    }

    const SHORT: &str = "hunter2";
    const LONG_SECRET: &str = "a secret with more than 32 characters in it";

    /// The verdict, and how many SHA-256 and argon2id it took.
    fn verify(verifier: &SecretVerifier, stored: Option<&SecretHash>, presented: &str) -> (bool, usize, usize) {
        let count = |counter: &std::sync::atomic::AtomicUsize| counter.load(Ordering::Relaxed);
        let counters = &verifier.memo.counters;
        let before = (count(&counters.sha256), count(&counters.argon2));
        let verdict = block_on(verifier.verify("client", [stored, None], presented)).unwrap();
        (verdict, count(&counters.sha256) - before.0, count(&counters.argon2) - before.1)
    }

    #[test]
    fn the_work_depends_on_the_presented_secret_alone() {
        let (short, long) = (hash(SHORT), hash(LONG_SECRET));
        let verifier = SecretVerifier::new();
        for stored in [None, Some(&short), Some(&long)] {
            assert_eq!(verify(&verifier, stored, "a wrong secret with more than 32 characters"), (false, 1, 0));
        }
        for stored in [None, Some(&short), Some(&long)] {
            let verifier = SecretVerifier::new();
            assert_eq!(verify(&verifier, stored, "wrong"), (false, 0, 1));
            assert_eq!(verify(&verifier, stored, "wrong"), (false, 0, 0), "not twice");
            assert_eq!(verify(&verifier, stored, "wronG"), (false, 0, 1));
        }
    }

    #[test]
    fn what_was_tried_on_one_unknown_client_is_not_quicker_on_the_next() {
        let verifier = SecretVerifier::new();
        for client in ["a", "b"] {
            let before = verifier.memo.counters.argon2.load(Ordering::Relaxed);
            assert!(!block_on(verifier.verify(client, [None; 2], "wrong")).unwrap());
            assert_eq!(verifier.memo.counters.argon2.load(Ordering::Relaxed), before + 1);
        }
    }

    #[test]
    fn the_right_secret_is_right_and_an_empty_one_never() {
        let verifier = SecretVerifier::new();
        let (short, long) = (hash(SHORT), hash(LONG_SECRET));
        assert_eq!(verify(&verifier, Some(&short), SHORT), (true, 0, 1));
        assert_eq!(verify(&verifier, Some(&short), SHORT), (true, 0, 0));
        assert_eq!(verify(&verifier, Some(&long), LONG_SECRET), (true, 1, 0));
        assert!(!verify(&verifier, Some(&long), &LONG_SECRET.replace('w', "W")).0);
        for stored in [None, Some(&short), Some(&long)] {
            assert!(!verify(&verifier, stored, "").0);
        }
    }

    /// The verdict on each of these, and the work that it took.
    fn work(stored: [Option<&SecretHash>; 2], presented: &str) -> (bool, usize, usize) {
        let verifier = SecretVerifier::new();
        let verdict = block_on(verifier.verify("client", stored, presented)).unwrap();
        let count = |counter: &std::sync::atomic::AtomicUsize| counter.load(Ordering::Relaxed);
        (verdict, count(&verifier.memo.counters.sha256), count(&verifier.memo.counters.argon2))
    }

    #[test]
    fn of_two_secrets_either_is_right_for_the_work_of_none() {
        let another = LONG_SECRET.replace('w', "W");
        let (short, long, other) = (hash(SHORT), hash(LONG_SECRET), hash(&another));
        for stored in [[Some(&long), Some(&other)], [Some(&other), Some(&long)], [Some(&long), None], [None, Some(&long)]] {
            assert_eq!(work(stored, LONG_SECRET), (true, 1, 0));
            assert_eq!(work(stored, &another), (stored.iter().flatten().count() == 2, 1, 0));
            assert_eq!(work(stored, &LONG_SECRET.replace('w', "v")), (false, 1, 0));
            assert_eq!(work(stored, "wrong"), (false, 0, 1));
        }
        for stored in [[Some(&short), Some(&long)], [Some(&long), Some(&short)], [None, Some(&short)]] {
            assert_eq!(work(stored, SHORT), (true, 0, 1));
            assert_eq!(work(stored, "wrong"), (false, 0, 1));
            assert_eq!(work(stored, LONG_SECRET), (stored.iter().flatten().count() == 2, 1, 0));
            assert_eq!(work(stored, &another), (false, 1, 0));
        }
    }

    #[test]
    fn what_is_remembered_of_a_secret_goes_with_its_hash() {
        let (verifier, old, new) = (SecretVerifier::new(), hash(SHORT), hash(LONG_SECRET));
        assert!(block_on(verifier.verify("client", [Some(&old), None], SHORT)).unwrap());
        // Rotated: remembered, and still good.
        assert!(block_on(verifier.verify("client", [Some(&new), Some(&old)], SHORT)).unwrap());
        assert_eq!(verifier.memo.counters.argon2.load(Ordering::Relaxed), 1);
        // Dropped, or replaced by a hash of another secret.
        assert!(!block_on(verifier.verify("client", [Some(&new), None], SHORT)).unwrap());
        assert!(!block_on(verifier.verify("client", [Some(&hash("hunter3")), None], SHORT)).unwrap());
    }

    #[test]
    fn the_same_secret_presented_at_once_is_hashed_once() {
        let (verifier, short) = (SecretVerifier::new(), hash(SHORT));
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| assert!(block_on(verifier.verify("client", [Some(&short), None], SHORT)).unwrap()));
            }
        });
        assert_eq!(verifier.memo.counters.argon2.load(Ordering::Relaxed), 1);
    }

    #[test]
    fn a_caller_that_goes_away_takes_nothing_with_it() {
        let (verifier, short) = (SecretVerifier::new(), hash(SHORT));
        {
            let mut dropped = pin!(verifier.verify("client", [Some(&short), None], SHORT));
            assert!(dropped.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        }
        assert!(verify(&verifier, Some(&short), SHORT).0);
        assert_eq!(verifier.memo.counters.argon2.load(Ordering::Relaxed), 1);
    }

    #[test]
    fn a_hash_without_memory_is_no_verdict_and_not_remembered() {
        let (verifier, hash) = (SecretVerifier::new(), SecretHash(Kind::Argon2id(ArgonHash::incomputable())));
        for _ in 0..2 {
            let answer = block_on(verifier.verify("client", [Some(&hash), None], SHORT));
            assert!(matches!(answer, Err(StoreError::Unavailable { .. })));
        }
        assert_eq!(verifier.memo.counters.argon2.load(Ordering::Relaxed), 2);
    }

    #[test]
    fn a_full_queue_is_unavailable_and_what_waits_ends_with_the_verifier() {
        let verifier = SecretVerifier::new();
        let mut context = Context::from_waker(Waker::noop());
        let mut refused = 0;
        for n in 0..300 {
            let presented = n.to_string();
            match pin!(verifier.verify("client", [None; 2], &presented)).poll(&mut context) {
                Poll::Pending => {}
                Poll::Ready(answer) => {
                    assert!(matches!(answer, Err(StoreError::Unavailable { retry_after: Some(_) })));
                    refused += 1;
                }
            }
        }
        assert!(refused > 0);
        let memo = Arc::downgrade(&verifier.memo);
        drop(verifier);
        let start = std::time::Instant::now();
        while memo.strong_count() > 0 {
            assert!(start.elapsed() < Duration::from_secs(30), "the threads go on");
            thread::yield_now();
        }
    }
}

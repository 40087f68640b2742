//! The people who can sign in. A real application has them in its database.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use argon2::Argon2;
use grantor::{EmptySubject, Subject, TokenHash};
use subtle::ConstantTimeEq as _;
use tokio::sync::Semaphore;

pub const SAMPLE_USER: &str = "alice";
pub const SAMPLE_PASSWORD: &str = "wonderland";

/// Wrong passwords that one user name may see within [`WINDOW`].
const ATTEMPTS: u32 = 5;
const WINDOW: Duration = Duration::from_secs(60);
/// Each computation of argon2 takes 19 MiB, so only so many run at once.
const COMPUTATIONS: usize = 4;

/// Somebody who can sign in: `subject` never changes and is never given to somebody else, `name` is what people call them.
#[derive(Clone)]
pub struct User {
    pub subject: Subject,
    pub name: Arc<str>,
}

/// What becomes of a user name and a password.
pub enum SignedIn {
    Yes(User),
    No,
    TooManyAttempts { retry_after: Duration },
}

pub struct Users {
    users: HashMap<&'static str, (User, Arc<PasswordHash>)>,
    /// The hash that an unknown user's password is compared with, so that the answer takes as long as for a known one.
    nobody: Arc<PasswordHash>,
    attempts: Mutex<HashMap<TokenHash, Attempts>>,
    computations: Semaphore,
}

struct Attempts {
    since: Instant,
    count: u32,
}

impl Users {
    /// The sample user.
    pub fn sample() -> Result<Self, Box<dyn std::error::Error>> {
        let user = |name: &str| Ok::<_, EmptySubject>(User { subject: Subject::new(name)?, name: name.into() });
        Ok(Self {
            users: HashMap::from([(SAMPLE_USER, (user(SAMPLE_USER)?, Arc::new(PasswordHash::of(SAMPLE_PASSWORD)?)))]),
            nobody: Arc::new(PasswordHash::of("")?),
            attempts: Mutex::default(),
            computations: Semaphore::new(COMPUTATIONS),
        })
    }

    /// Checks a password. The attempt counts before the check, so that many at once gain nothing.
    pub async fn sign_in(&self, name: &str, password: &str) -> SignedIn {
        let key = TokenHash::of(name);
        if let Err(retry_after) = self.count_attempt(key, Instant::now()) {
            return SignedIn::TooManyAttempts { retry_after };
        }
        let known = self.users.get(name);
        let hash = known.map_or(&self.nobody, |(_, hash)| hash).clone();
        let password = password.to_owned();
        // The semaphore is never closed. Tens of milliseconds of work do not belong on an async thread.
        let _permit = self.computations.acquire().await;
        let right = tokio::task::spawn_blocking(move || hash.is_of(&password)).await.unwrap_or(false);
        match known {
            Some((user, _)) if right => {
                self.lock().remove(&key);
                SignedIn::Yes(user.clone())
            }
            _ => SignedIn::No,
        }
    }

    /// `Err` says when to come back. Names that do not exist count as well, or the limit would tell which ones do.
    fn count_attempt(&self, key: TokenHash, now: Instant) -> Result<(), Duration> {
        let mut all = self.lock();
        all.retain(|_, attempts| now.duration_since(attempts.since) < WINDOW);
        let attempts = all.entry(key).or_insert(Attempts { since: now, count: 0 });
        if attempts.count >= ATTEMPTS {
            return Err(WINDOW.saturating_sub(now.duration_since(attempts.since)));
        }
        attempts.count += 1;
        Ok(())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<TokenHash, Attempts>> {
        self.attempts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Argon2id with the parameters that OWASP recommends, which are the crate's default.
struct PasswordHash {
    salt: [u8; 16],
    hash: [u8; 32],
}

impl PasswordHash {
    fn of(password: &str) -> Result<Self, argon2::Error> {
        let salt = rand::random();
        Ok(Self { salt, hash: compute(password, &salt)? })
    }

    fn is_of(&self, password: &str) -> bool {
        compute(password, &self.salt).is_ok_and(|hash| hash.ct_eq(&self.hash).into())
    }
}

fn compute(password: &str, salt: &[u8]) -> Result<[u8; 32], argon2::Error> {
    let mut hash = [0; 32];
    Argon2::default().hash_password_into(password.as_bytes(), salt, &mut hash)?;
    Ok(hash)
}

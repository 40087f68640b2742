//! The people who can sign in. A real application has them in its database.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use argon2::Argon2;
use grantor::{ResourceOwnerAuthenticator, StandardClaims, StoreError, Subject};
use serde::Deserialize;
use serde_json::{Map, Value};
use subtle::ConstantTimeEq as _;

use crate::csrf::random_bytes;
use crate::entries::{LeftOut, check_secret, name_of};
use crate::limits::{Limits, Refusal};
use crate::visitor::Visitor;

/// Somebody who can sign in: `subject` never changes and is never given to somebody else, `name` is what people call them.
#[derive(Clone)]
pub struct User {
    pub subject: Subject,
    pub name: Arc<str>,
    pub claims: Arc<Map<String, Value>>,
}

/// What becomes of a user name and a password.
pub enum SignedIn {
    Yes(User),
    No,
    Refused(Refusal),
}

/// As it stands in the file. Other members do not matter.
#[derive(Deserialize)]
struct Entry {
    username: String,
    password: String,
    #[serde(default)]
    claims: Option<Map<String, Value>>,
}

pub struct Users {
    in_order: Vec<User>,
    /// To the place in `in_order`.
    by_name: HashMap<Arc<str>, (usize, Arc<PasswordHash>)>,
    /// The hash that an unknown user's password is compared with, so that the answer takes as long as for a known one.
    nobody: Arc<PasswordHash>,
    limits: Limits,
    /// Those of the password grant, where nobody can tell who asks: guesses there do not count on the pages.
    limits_of_grant: Limits,
}

impl Users {
    /// Hashes the passwords, several at a time. Returns with it the entries that cannot be served.
    pub fn load(entries: Vec<Value>) -> Result<(Self, Vec<LeftOut>), argon2::Error> {
        let (mut left_out, mut people) = (Vec::new(), Vec::new());
        let (mut names, mut subjects) = (HashSet::new(), HashSet::new());
        for (index, entry) in entries.into_iter().enumerate() {
            let name = name_of(index, &entry, "username");
            match user(entry) {
                Ok((user, _)) if !names.insert(user.name.clone()) || !subjects.insert(user.subject.as_str().to_owned()) => {
                    left_out
                        .push(LeftOut { entry: name, reason: "an earlier entry has the same name or the same `sub`".to_owned() });
                }
                Ok(found) => people.push(found),
                Err(reason) => left_out.push(LeftOut { entry: name, reason }),
            }
        }
        let passwords: Vec<&str> = people.iter().map(|(_, password)| password.as_str()).collect();
        let hashes = hash_all(&passwords)?;
        let by_name = people.iter().zip(hashes).enumerate();
        let by_name = by_name.map(|(index, ((user, _), hash))| (user.name.clone(), (index, Arc::new(hash)))).collect();
        let users = Self {
            in_order: people.into_iter().map(|(user, _)| user).collect(),
            by_name,
            nobody: Arc::new(PasswordHash::of("")?),
            limits: Limits::new(),
            limits_of_grant: Limits::new(),
        };
        Ok((users, left_out))
    }

    pub fn first(&self) -> Option<&User> {
        self.in_order.first()
    }

    pub fn by_subject(&self, subject: &str) -> Option<&User> {
        self.in_order.iter().find(|user| user.subject.as_str() == subject)
    }

    /// Checks a password that somebody typed.
    pub async fn sign_in(&self, name: &str, password: &str, visitor: &Visitor) -> SignedIn {
        self.check(name, password, visitor, &self.limits).await
    }

    async fn check(&self, name: &str, password: &str, visitor: &Visitor, limits: &Limits) -> SignedIn {
        let admitted = match limits.admit(name, visitor).await {
            Ok(admitted) => admitted,
            Err(refusal) => {
                tracing::warn!(?refusal, "a sign-in attempt was refused");
                return SignedIn::Refused(refusal);
            }
        };
        let known = self.by_name.get(name);
        let hash = known.map_or(&self.nobody, |(_, hash)| hash).clone();
        let password = password.to_owned();
        // Tens of milliseconds of work do not belong on an async thread.
        let right = tokio::task::spawn_blocking(move || hash.is_of(&password)).await.unwrap_or(false);
        match known.and_then(|(index, _)| self.in_order.get(*index)) {
            Some(user) if right => {
                admitted.was_right();
                SignedIn::Yes(user.clone())
            }
            _ => SignedIn::No,
        }
    }
}

/// For the password grant, which the profile `rfc6749` has: the same check, with limits of its own.
impl ResourceOwnerAuthenticator for Users {
    async fn authenticate(&self, username: &str, password: &str) -> Result<Option<Subject>, StoreError> {
        let anybody = Visitor { source: None, device: None };
        match self.check(username, password, &anybody, &self.limits_of_grant).await {
            SignedIn::Yes(user) => Ok(Some(user.subject)),
            SignedIn::No | SignedIn::Refused(Refusal::TooManyAttempts { .. }) => Ok(None),
            SignedIn::Refused(Refusal::Busy { retry_after }) => Err(StoreError::Unavailable { retry_after: Some(retry_after) }),
        }
    }
}

/// The subject is the claim `sub`, or else the user name.
fn user(entry: Value) -> Result<(User, String), String> {
    check_secret(&entry, "password")?;
    let Entry { username, password, claims } = serde_json::from_value(entry).map_err(|error| error.to_string())?;
    let claims = claims.unwrap_or_default();
    serde_json::from_value::<StandardClaims>(Value::Object(claims.clone())).map_err(|error| error.to_string())?;
    let subject = match claims.get("sub") {
        None => Subject::new(&username).map_err(|_| "the username is empty".to_owned()),
        Some(sub) => match sub.as_str() {
            Some(sub) => Subject::new(sub).map_err(|_| "the claim `sub` is empty".to_owned()),
            None => Err("the claim `sub` is not a text".to_owned()),
        },
    }?;
    if username.is_empty() || password.is_empty() {
        return Err("the username or the password is empty".to_owned());
    }
    Ok((User { subject, name: username.into(), claims: Arc::new(claims) }, password))
}

/// Argon2id with the parameters that OWASP recommends, which are the crate's default.
struct PasswordHash {
    salt: [u8; 16],
    hash: [u8; 32],
}

impl PasswordHash {
    fn of(password: &str) -> Result<Self, argon2::Error> {
        let salt = random_bytes();
        Ok(Self { salt, hash: compute(password, &salt)? })
    }

    fn is_of(&self, password: &str) -> bool {
        compute(password, &self.salt).is_ok_and(|hash| hash.ct_eq(&self.hash).into())
    }
}

/// On as many threads as there are processors: a server that starts has nothing else to do.
fn hash_all(passwords: &[&str]) -> Result<Vec<PasswordHash>, argon2::Error> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let share = passwords.len().div_ceil(threads).max(1);
    std::thread::scope(|scope| {
        let hash_share = |share: &[&str]| share.iter().map(|password| PasswordHash::of(password)).collect::<Vec<_>>();
        let shares: Vec<_> = passwords.chunks(share).map(|share| scope.spawn(move || hash_share(share))).collect();
        shares.into_iter().flat_map(|share| share.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))).collect()
    })
}

fn compute(password: &str, salt: &[u8]) -> Result<[u8; 32], argon2::Error> {
    let mut hash = [0; 32];
    Argon2::default().hash_password_into(password.as_bytes(), salt, &mut hash)?;
    Ok(hash)
}

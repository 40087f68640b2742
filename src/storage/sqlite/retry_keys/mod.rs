//! The keys under which the salts of rotations are masked, in a small file beside the database.
//!
//! With a salt and the refresh token that was rotated one has the successor. Whatever SQLite is given goes to its log first, where
//! no erasure reaches it, and into every copy that is made meanwhile. So it is given salts that are masked, under a key that it
//! never sees. Once nobody may retry the key is overwritten in place, and all copies of what it masked are noise.
//!
//! A key serves the rotations of a few seconds, and is on the disk before the first of them is. The file is read and written under
//! the write lock of the database, which so keeps processes apart here too; only a glance whether anything is due goes without.
//!
//! The store is handed the time of each operation, but not when there is none. So that keys go from a server that is idle as well,
//! they go by the system's time, measured from the rotation: that changes no answer as long as both go at the same pace.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest as _, Sha256};
use zeroize::{Zeroize as _, Zeroizing};

use super::row::Bytes;
use crate::storage::FamilyId;
use crate::values::bearer::RotationSalt;
use crate::values::random::random;

/// What is at the end of the file's name, after the name of the database.
const SUFFIX: &str = "-retry";

/// Enough for a key every [`span`](Pace::span) with windows of a minute, which is the longest.
const SLOTS: usize = 16;
const SECRET: usize = 32;
/// A secret, two moments, and a check.
const SLOT: usize = SECRET + 8 + 8 + CHECK;
const CHECK: usize = 16;
/// Bytes by which a row names its key.
const NAME: usize = 8;

/// How long keys serve, and how long they stay.
#[derive(Clone, Copy)]
pub(super) struct Pace {
    /// For how long a key serves new rotations.
    pub(super) span: Duration,
    /// How much longer than the last window it stays: the clock that was handed in may be a little behind.
    pub(super) grace: Duration,
    /// How often to look after keys of processes that were killed.
    pub(super) glance: Duration,
    /// Milliseconds of the system's time.
    pub(super) now: fn() -> u64,
}

impl Pace {
    pub(super) const DEFAULT: Self =
        Self { span: Duration::from_secs(5), grace: Duration::from_secs(10), glance: Duration::from_secs(60), now: system_time };

    fn grace(&self) -> u64 {
        millis(self.grace)
    }

    /// Until when nobody looks if nothing is known to be due.
    fn next_glance(&self) -> u64 {
        (self.now)().saturating_add(millis(self.glance))
    }
}

fn system_time() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, millis)
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// Whose salt is masked: no two of one key are masked alike.
pub(super) struct Rotated {
    pub(super) issuer: i64,
    pub(super) family: FamilyId,
    /// That of the token which was rotated.
    pub(super) generation: u32,
}

/// A salt as the database keeps it: the name of the key, then the salt under the mask.
pub(super) type MaskedSalt = Bytes<{ NAME + 32 }>;

struct Key {
    secret: Zeroizing<[u8; SECRET]>,
    made: u64,
    /// The end of the last window that it serves.
    until: u64,
}

impl Key {
    fn read(slot: &[u8; SLOT]) -> Option<Self> {
        let (secret, rest) = slot.split_first_chunk::<SECRET>()?;
        let (made, rest) = rest.split_first_chunk()?;
        let (until, check) = rest.split_first_chunk()?;
        let key = Self { secret: Zeroizing::new(*secret), made: u64::from_be_bytes(*made), until: u64::from_be_bytes(*until) };
        // A slot without a key has random bytes; one that was half written when the power went, half a key.
        (key.check() == check).then_some(key)
    }

    fn check(&self) -> [u8; CHECK] {
        let sha = Sha256::new_with_prefix(b"grantor retry slot v1").chain_update(*self.secret);
        first(&sha.chain_update(self.made.to_be_bytes()).chain_update(self.until.to_be_bytes()).finalize().into())
    }

    fn name(&self) -> [u8; NAME] {
        first(&Sha256::new_with_prefix(b"grantor retry key v1").chain_update(*self.secret).finalize().into())
    }

    fn write(&self, slot: &mut [u8]) {
        let parts: [&[u8]; 4] = [&*self.secret, &self.made.to_be_bytes(), &self.until.to_be_bytes(), &self.check()];
        let bytes = parts.into_iter().flatten();
        slot.iter_mut().zip(bytes).for_each(|(place, byte)| *place = *byte);
    }

    /// May a window be open still? A key from the future is one of before the clock was set back: nobody knows how old it is.
    fn is_live(&self, now: u64, grace: u64) -> bool {
        self.made.saturating_sub(grace) <= now && now < self.until.saturating_add(grace)
    }

    /// The salt with the mask on it, or without it.
    fn mask(&self, of: &Rotated, salt: &[u8; 32]) -> [u8; 32] {
        // An HMAC takes a key of any length; the error type is there for other MACs.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&*self.secret) else { return [0; 32] };
        mac.update(b"grantor salt mask v1");
        mac.update(&of.issuer.to_be_bytes());
        mac.update(of.family.as_bytes());
        mac.update(&of.generation.to_be_bytes());
        let mut mask: [u8; 32] = mac.finalize().into_bytes().into();
        let masked = std::array::from_fn(|i| salt[i] ^ mask[i]);
        mask.zeroize();
        masked
    }
}

fn first<const N: usize>(hash: &[u8; 32]) -> [u8; N] {
    std::array::from_fn(|i| hash[i])
}

type Keys = [Option<Key>; SLOTS];

/// The file with the keys.
pub(super) struct RetryKeys {
    path: PathBuf,
    /// Whose mode it has.
    database: PathBuf,
    pace: Pace,
    /// As read since the lock was taken.
    keys: Option<Keys>,
    /// When something may be due, as far as is known.
    due: u64,
}

impl RetryKeys {
    /// Those of a database, whose file is there. Touches no file.
    pub(super) fn beside(database: &Path, pace: Pace) -> Self {
        let mut path = database.as_os_str().to_owned();
        path.push(SUFFIX);
        Self { path: path.into(), database: database.to_owned(), pace, keys: None, due: 0 }
    }

    /// The lock was taken: what is in the file has to be read anew.
    pub(super) fn forget(&mut self) {
        self.keys = None;
    }

    /// Puts a mask on a salt that is needed for this long from now. Under the lock.
    ///
    /// # Errors
    ///
    /// What befell the file. Then the salt must not be kept.
    pub(super) fn mask(&mut self, of: &Rotated, salt: &RotationSalt, window: Duration) -> io::Result<MaskedSalt> {
        let (now, grace) = ((self.pace.now)(), self.pace.grace());
        let until = now.saturating_add(millis(window));
        let serves = |key: &&Key| key.is_live(now, grace) && until <= key.until;
        if !self.read()?.iter().flatten().any(|key| serves(&key)) {
            self.provide(now, until)?;
        }
        let key = self.read()?.iter().flatten().find(serves).ok_or_else(|| io::Error::other("no key serves"))?;
        let (name, masked) = (key.name(), key.mask(of, salt.as_bytes()));
        Ok(Bytes(std::array::from_fn(|i| if i < NAME { name[i] } else { masked[i - NAME] })))
    }

    /// Takes the mask off, if the key is there still. Under the lock.
    pub(super) fn unmask(&mut self, of: &Rotated, salt: &MaskedSalt) -> io::Result<Option<RotationSalt>> {
        let Some((name, masked)) = salt.0.split_first_chunk::<NAME>() else { return Ok(None) };
        let Some(masked) = masked.first_chunk() else { return Ok(None) };
        let key = self.read()?.iter().flatten().find(|key| key.name() == *name);
        Ok(key.map(|key| RotationSalt::from_bytes(key.mask(of, masked))))
    }

    /// Makes a key that serves until then and a while longer; or has the newest one serve longer, where there is no room.
    fn provide(&mut self, now: u64, until: u64) -> io::Result<()> {
        let (until, grace) = (until.saturating_add(millis(self.pace.span)), self.pace.grace());
        let keys = self.read()?;
        drop_dead(keys, now, grace);
        if let Some(room) = keys.iter_mut().find(|slot| slot.is_none()) {
            *room = Some(Key { secret: Zeroizing::new(random().map_err(io::Error::other)?), made: now, until });
        } else if let Some(newest) = keys.iter_mut().flatten().max_by_key(|key| key.made) {
            newest.until = until.max(newest.until);
        }
        self.write()
    }

    /// Overwrites the keys whose windows have closed. Under the lock.
    pub(super) fn erase_dead(&mut self) -> io::Result<()> {
        let (now, grace) = ((self.pace.now)(), self.pace.grace());
        if drop_dead(self.read()?, now, grace) { self.write() } else { Ok(()) }
    }

    /// Overwrites all keys: no window is open. Under the lock.
    pub(super) fn erase_all(&mut self) -> io::Result<()> {
        *self.read()? = Keys::default();
        self.write()
    }

    /// Is there a key? Under the lock.
    pub(super) fn are_there(&mut self) -> io::Result<bool> {
        Ok(self.read()?.iter().any(Option::is_some))
    }

    /// Is there a file?
    pub(super) fn have_file(&self) -> bool {
        self.path.exists()
    }

    /// Removes a file that has no keys. Under the lock, without which another process might have made one.
    pub(super) fn remove_empty(&mut self) -> io::Result<()> {
        if self.are_there()? {
            return Ok(());
        }
        match fs::remove_file(&self.path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// Are there keys to be erased? Needs no lock: [`erase_dead`](Self::erase_dead) looks again.
    pub(super) fn have_dead(&mut self) -> bool {
        let (now, grace) = ((self.pace.now)(), self.pace.grace());
        if now < self.due {
            return false;
        }
        self.forget();
        let found = self.read().map(|keys| drop_dead(keys, now, grace)).unwrap_or_default();
        self.forget();
        if found || self.due <= now {
            // Whoever erases them knows better.
            self.due = self.pace.next_glance();
        }
        found
    }

    /// For how long nothing is due; no longer than until the next glance.
    pub(super) fn pause(&self) -> Duration {
        Duration::from_millis(self.due.saturating_sub((self.pace.now)())).min(self.pace.glance)
    }

    /// What is in the file, at this moment or since the lock was taken.
    fn read(&mut self) -> io::Result<&mut Keys> {
        let keys = match self.keys.take() {
            Some(keys) => keys,
            None => {
                let keys = read_file(&self.path)?;
                self.plan(&keys);
                keys
            }
        };
        Ok(self.keys.insert(keys))
    }

    fn plan(&mut self, keys: &Keys) {
        let ends = keys.iter().flatten().map(|key| key.until.saturating_add(self.pace.grace()));
        self.due = ends.fold(self.pace.next_glance(), u64::min);
    }

    /// Writes what was read and changed since, over what is there, and onto the disk.
    fn write(&mut self) -> io::Result<()> {
        // What could not be written is not there.
        let keys = self.keys.take().unwrap_or_default();
        // Random bytes stay where there is no key.
        let mut bytes = Zeroizing::new([0; SLOTS * SLOT]);
        for (slot, key) in bytes.chunks_exact_mut(SLOT).zip(&keys) {
            slot.copy_from_slice(&random::<SLOT>().map_err(io::Error::other)?);
            if let Some(key) = key {
                key.write(slot);
            }
        }
        let mut file = self.open()?;
        file.rewind()?;
        file.write_all(&*bytes)?;
        file.sync_data()?;
        self.plan(&keys);
        self.keys = Some(keys);
        Ok(())
    }

    /// Opens the file to write it. A new one gets the owner and the mode of the database, as SQLite's own files do.
    fn open(&self) -> io::Result<File> {
        let mut options = OpenOptions::new();
        options.read(true).write(true);
        match options.open(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            other => return other,
        }
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.create(true).truncate(false).open(&self.path)?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::{MetadataExt as _, fchown};

            let of = fs::metadata(&self.database)?;
            // Only root may, and only root has to.
            let _ = fchown(&file, Some(of.uid()), Some(of.gid()));
            file.set_permissions(of.permissions())?;
            // So that it is there under its name when the power comes back.
            if let Some(directory) = self.path.parent() {
                File::open(directory)?.sync_all()?;
            }
        }
        Ok(file)
    }
}

/// Takes out the keys whose windows have closed; says whether there were any.
fn drop_dead(keys: &mut Keys, now: u64, grace: u64) -> bool {
    let dead = |slot: &mut Option<Key>| slot.take_if(|key| !key.is_live(now, grace)).is_some();
    keys.iter_mut().map(dead).fold(false, |any, dead| any | dead)
}

/// None if there is no file; without those that cannot be read.
fn read_file(path: &Path) -> io::Result<Keys> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(SLOTS * SLOT));
    match File::open(path) {
        Ok(file) => drop(file.take((SLOTS * SLOT) as u64).read_to_end(&mut bytes)?),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    let (slots, _) = bytes.as_chunks::<SLOT>();
    Ok(std::array::from_fn(|i| slots.get(i).and_then(Key::read)))
}

#[cfg(test)]
mod tests;

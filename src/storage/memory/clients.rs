//! The clients of all issuers: read by every request, and seldom written.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use crate::client::Client;
use crate::values::clock::Timestamp;
use crate::values::error::StoreError;
use crate::values::issuer::Issuer;
use crate::values::slot;

/// So many threads read without meeting.
const COPIES: usize = 8;
/// Clients in a copy, each at a place of its own: of two that want the same, the one that was asked for first is there.
const PLACES: usize = 256;

/// To lock for reading and to share what was read are writes too, and processors that write in one place wait for each other. So
/// a thread reads from a copy of its own, into which a client comes when it is first asked for there, if there is a place.
#[derive(Default)]
pub(super) struct Clients {
    all: RwLock<ByIssuer>,
    copies: [Copied; COPIES],
}

type ByIssuer = BTreeMap<Issuer, HashMap<Box<str>, Arc<Client>>>;
/// All copies, locked.
type Copies<'a> = Vec<RwLockWriteGuard<'a, Vec<Option<Kept>>>>;

/// Empty, or with all places.
#[derive(Default)]
#[repr(align(128))]
struct Copied(RwLock<Vec<Option<Kept>>>);

type Kept = (Issuer, Arc<Client>);

impl Clients {
    pub(super) fn get(&self, issuer: &Issuer, id: &str) -> Option<Arc<Client>> {
        let (copy, place) = (&self.copies[own_copy()].0, slot::of(id, PLACES));
        let is_taken = match read(copy).get(place).and_then(Option::as_ref) {
            Some((own, client)) if client.id().as_str() == id && own == issuer => return Some(client.clone()),
            kept => kept.is_some(),
        };
        let original = self.original(issuer, id)?;
        if is_taken { Some(original) } else { self.copied(issuer, id, place, &mut write(copy)) }
    }

    fn original(&self, issuer: &Issuer, id: &str) -> Option<Arc<Client>> {
        read(&self.all).get(issuer)?.get(id).cloned()
    }

    /// Takes the original into a copy, which was locked before the original is read: whoever changes it has all copies.
    fn copied(&self, issuer: &Issuer, id: &str, place: usize, copy: &mut Vec<Option<Kept>>) -> Option<Arc<Client>> {
        let client = Arc::new(self.original(issuer, id)?.apart());
        copy.resize(PLACES, None);
        copy[place] = Some((issuer.clone(), client.clone()));
        Some(client)
    }

    pub(super) fn put(&self, issuer: &Issuer, client: Arc<Client>) {
        let id = client.id().as_str();
        let _copies = self.copies_without(id);
        write(&self.all).entry(issuer.clone()).or_default().insert(id.into(), client);
    }

    pub(super) fn remove(&self, issuer: &Issuer, id: &str) -> bool {
        let _copies = self.copies_without(id);
        let mut all = write(&self.all);
        let Some(clients) = all.get_mut(issuer) else { return false };
        let was_there = clients.remove(id).is_some();
        if clients.is_empty() {
            all.remove(issuer);
        }
        was_there
    }

    /// Counts them each time, for the same reason as below.
    pub(super) fn add(&self, issuer: &Issuer, client: Arc<Client>, room: u32, now: Timestamp) -> Result<bool, StoreError> {
        let _copies = self.copies_without(client.id().as_str());
        let mut all = write(&self.all);
        let clients = all.entry(issuer.clone()).or_default();
        let lives = |client: &&Arc<Client>| client.unused_until().is_some_and(|end| now < end);
        if room < u32::MAX && clients.values().filter(lives).count() >= usize::try_from(room).unwrap_or(usize::MAX) {
            return Ok(false);
        }
        if clients.contains_key(client.id().as_str()) {
            return Err(StoreError::failed("the identifier of a client is taken"));
        }
        clients.insert(client.id().as_str().into(), client);
        Ok(true)
    }

    pub(super) fn replace(&self, issuer: &Issuer, was: &Client, client: &Arc<Client>) -> Result<bool, StoreError> {
        let id = client.id().as_str();
        let _copies = self.copies_without(id);
        let mut all = write(&self.all);
        let Some(kept) = all.get_mut(issuer).and_then(|clients| clients.get_mut(id)) else { return Ok(false) };
        if kept.to_json()? != was.to_json()? {
            return Ok(false);
        }
        let end = client.unused_until().map(|end| kept.unused_until().map_or(end, |kept| kept.max(end)));
        *kept = Arc::new((**client).clone().with_unused_until(end));
        Ok(true)
    }

    pub(super) fn keep(&self, issuer: &Issuer, id: &str, until: Timestamp) {
        let _copies = self.copies_without(id);
        let mut all = write(&self.all);
        let kept = all.get_mut(issuer).and_then(|clients| clients.get_mut(id));
        if let Some(kept) = kept.filter(|kept| kept.unused_until().is_some_and(|end| end < until)) {
            *kept = Arc::new((**kept).clone().with_unused_until(Some(until)));
        }
    }

    /// Removes those whose end has come, and says how many.
    pub(super) fn purge(&self, now: Timestamp) -> u64 {
        let is_over = |client: &Arc<Client>| client.unused_until().is_some_and(|end| end <= now);
        let over: Vec<(Issuer, String)> = {
            let all = read(&self.all);
            let over = all.iter().flat_map(|(issuer, clients)| clients.values().map(move |client| (issuer, client)));
            over.filter(|(_, client)| is_over(client)).map(|(issuer, client)| (issuer.clone(), client.id().to_string())).collect()
        };
        let mut removed = 0;
        for (issuer, id) in over {
            let _copies = self.copies_without(&id);
            let mut all = write(&self.all);
            let Some(clients) = all.get_mut(&issuer) else { continue };
            // It may have been used meanwhile.
            if clients.get(&*id).is_some_and(is_over) {
                clients.remove(&*id);
                removed += 1;
            }
            if clients.is_empty() {
                all.remove(&issuer);
            }
        }
        removed
    }

    /// Sorts them all each time: this store is for development.
    pub(super) fn list(&self, issuer: &Issuer, after: Option<&str>, limit: u32) -> Vec<Arc<Client>> {
        let all = read(&self.all);
        let later = all.get(issuer).into_iter().flatten().filter(|(id, _)| after.is_none_or(|after| &***id > after));
        let mut later: Vec<_> = later.collect();
        later.sort_unstable_by_key(|(id, _)| *id);
        later.into_iter().take(usize::try_from(limit).unwrap_or(usize::MAX)).map(|(_, client)| client.clone()).collect()
    }

    /// Locks all copies, in none of which this client is any more.
    fn copies_without(&self, id: &str) -> Copies<'_> {
        let (place, mut copies) = (slot::of(id, PLACES), self.copies.iter().map(|copy| write(&copy.0)).collect::<Vec<_>>());
        copies.iter_mut().filter_map(|copy| copy.get_mut(place)).for_each(|kept| *kept = None);
        copies
    }

    /// Each issuer with its number of clients.
    pub(super) fn counts(&self) -> Vec<(Issuer, usize)> {
        read(&self.all).iter().map(|(issuer, clients)| (issuer.clone(), clients.len())).collect()
    }
}

/// Which copy is this thread's.
fn own_copy() -> usize {
    static THREADS: AtomicUsize = AtomicUsize::new(0);
    thread_local!(static COPY: usize = THREADS.fetch_add(1, Ordering::Relaxed) % COPIES);
    COPY.try_with(|copy| *copy).unwrap_or(0)
}

// A panic leaves no change half done, so a poisoned lock is sound.

fn read<T>(lock: &RwLock<T>) -> RwLockReadGuard<'_, T> {
    lock.read().unwrap_or_else(PoisonError::into_inner)
}

fn write<T>(lock: &RwLock<T>) -> RwLockWriteGuard<'_, T> {
    lock.write().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::sync::Barrier;
    use std::sync::atomic::AtomicBool;
    use std::thread;

    use super::*;
    use crate::issuer;

    fn client(id: &str, name: &str) -> Arc<Client> {
        let client = Client::public(id).redirect_uri("https://app.example.com/callback").name(name);
        Arc::new(client.build().unwrap())
    }

    #[test]
    fn every_thread_finds_each_client_of_each_issuer_under_its_own_identifier() {
        let (clients, issuers) = (Clients::default(), [issuer!("https://a.example.com"), issuer!("https://b.example.com")]);
        let ids: Vec<_> = (0..2 * PLACES).map(|n| format!("client-{n}")).collect();
        for issuer in &issuers {
            ids.iter().for_each(|id| clients.put(issuer, client(id, issuer.as_str())));
        }
        let find = |issuer: &Issuer, id: &str| {
            let found = clients.get(issuer, id).unwrap();
            assert_eq!((found.id().as_str(), found.name()), (id, issuer.as_str()));
        };
        let look = || {
            // Either may be what differs from the one that was asked for before.
            ids.iter().for_each(|id| issuers.iter().for_each(|issuer| find(issuer, id)));
            issuers.iter().for_each(|issuer| ids.iter().for_each(|id| find(issuer, id)));
            assert!(clients.get(&issuers[0], "client").is_none());
        };
        thread::scope(|scope| (0..COPIES + 2).for_each(|_| drop(scope.spawn(look))));
    }

    #[test]
    fn a_client_whose_place_is_taken_is_shared_and_not_copied_each_time() {
        let (clients, issuer) = (Clients::default(), issuer!("https://as.example.com"));
        let ids: Vec<_> = (0..=PLACES).map(|n| format!("client-{n}")).collect();
        let same_place =
            |(n, id): (usize, &String)| ids[..n].iter().find(|other| slot::of(other, PLACES) == slot::of(id, PLACES));
        let (first, second) = ids.iter().enumerate().find_map(|pair| Some((same_place(pair)?, pair.1))).unwrap();
        [first, second].iter().for_each(|id| clients.put(&issuer, client(id, "name")));
        for id in [first, second, first, second] {
            let (one, two) = (clients.get(&issuer, id).unwrap(), clients.get(&issuer, id).unwrap());
            assert!(one.id().as_str() == id && Arc::ptr_eq(&one, &two));
        }
    }

    #[test]
    fn once_a_client_is_replaced_no_thread_finds_the_old_one() {
        let (clients, issuer, done) = (Clients::default(), issuer!("https://as.example.com"), AtomicBool::new(false));
        let (stored, barrier) = (AtomicUsize::new(0), Barrier::new(COPIES + 3));
        clients.put(&issuer, client("client", "0"));
        let look = || {
            barrier.wait();
            while !done.load(Ordering::SeqCst) {
                let before = stored.load(Ordering::SeqCst);
                let found: usize = clients.get(&issuer, "client").unwrap().name().parse().unwrap();
                assert!(found >= before, "{found} after {before}");
            }
        };
        thread::scope(|scope| {
            (0..COPIES + 2).for_each(|_| drop(scope.spawn(look)));
            barrier.wait();
            for n in 1..15 {
                clients.put(&issuer, client("client", &n.to_string()));
                stored.store(n, Ordering::SeqCst);
                thread::yield_now();
            }
            done.store(true, Ordering::SeqCst);
        });
    }
}

//! Keys in the storage: made once, shared by all instances, sealed.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::Request;
use tokio::sync::Notify;
use zeroize::Zeroizing;

use super::super::{Host, START, chain};
use super::{Signs, kid, verified};
use crate::feature::{Cells as _, Rotation, SigningKeys, StoredKeys};
use crate::issue::{Keyring as _, KeysError};
use crate::jose::{Algorithm, EdDsa, Es256, KeyId, KeyPair, Rs256, SealContext, SealerError};
use crate::server::facade::ServesOAuth;
use crate::storage::{
    AccessTokenStore, AlgorithmName, AuthorizationCodeStore, ClientRegistry, KeyRecord, KeyStore, KeyTimes, Kid,
    RefreshTokenStore, SealedKey,
};
use crate::values::clock::{Clock as _, ManualClock, Timestamp};
use crate::{Administration, Issuer, KeySealer, MasterKeys, MemoryStore, issuer};

pub(super) type Stored<A = (Es256,)> = (SigningKeys<A, StoredKeys>, Signs);

pub(super) fn master(first: u8) -> MasterKeys {
    let secret: [u8; 32] = std::array::from_fn(|place| first ^ (7 * place as u8));
    MasterKeys::from_bytes(&secret).unwrap()
}

pub(super) fn here() -> Issuer {
    issuer!("https://as.example.com")
}

/// What the servers here need.
pub(super) trait Keeps: ClientRegistry + AuthorizationCodeStore + AccessTokenStore + RefreshTokenStore + KeyStore {}
impl<S: ClientRegistry + AuthorizationCodeStore + AccessTokenStore + RefreshTokenStore + KeyStore> Keeps for S {}

/// An instance over the store, at this clock.
pub(super) async fn instance<S>(store: &S, clock: &ManualClock, keys: MasterKeys, rotation: Rotation) -> Host<Stored, S>
where
    S: Keeps + Clone,
{
    let chain = chain(store.clone()).clock(clock.clone()).master_keys(keys);
    let keys = SigningKeys::stored().algorithm(Es256).rotation(rotation);
    Host(chain.enable(keys).enable(Signs(None)).build()).ready().await
}

impl<A, S> Host<(SigningKeys<A, StoredKeys>, Signs), S>
where
    (SigningKeys<A, StoredKeys>, Signs): crate::FeaturesOn<S>,
    S: Keeps,
{
    /// A token that is signed now.
    pub(super) async fn signed(&self) -> String {
        self.token(&[], "grant_type=client_credentials").await.member("signed")
    }
}

/// How many keys the store has.
pub(super) async fn count(store: &impl KeyStore, now: Timestamp) -> usize {
    store.keys(&here(), now).await.unwrap().len()
}

#[tokio::test]
async fn the_first_key_signs_at_once_and_every_instance_has_it() {
    let (store, clock) = (MemoryStore::new(), ManualClock::new(START));
    let first = instance(&store, &clock, master(1), Rotation::DEFAULT).await;
    first.0.ready().await.unwrap();
    let signed = first.signed().await;
    let second = instance(&store, &clock, master(1), Rotation::DEFAULT).await;
    second.0.ready().await.unwrap();
    let (keys, cached) = second.jwks().await;
    assert_eq!((verified(&signed, &keys), &*cached), (Some(Algorithm::Es256), "public, max-age=900"));
    assert_eq!(kid(&second.signed().await), kid(&signed));
    assert_eq!(count(&store, START).await, 1);
    first.0.health().await.unwrap();
}

#[tokio::test]
async fn of_instances_that_begin_at_the_same_instant_one_makes_the_key() {
    let (store, clock) = (MemoryStore::new(), ManualClock::new(START));
    let mut instances = Vec::new();
    for _ in 0..3 {
        instances.push(instance(&store, &clock, master(1), Rotation::DEFAULT).await);
    }
    let [a, b, c] = &instances[..] else { unreachable!() };
    // Each reads that there is none, and makes one on a thread while the others do the same.
    let (a, b, c) = tokio::join!(a.0.ready(), b.0.ready(), c.0.ready());
    assert!(a.is_ok() && b.is_ok() && c.is_ok());
    assert_eq!(count(&store, START).await, 1);
    let name = kid(&instances[0].signed().await);
    for instance in &instances {
        assert_eq!(kid(&instance.signed().await), name);
    }
    // And when the next one is due.
    clock.advance(76 * 86_400);
    let [a, b, c] = &instances[..] else { unreachable!() };
    let _ = tokio::join!(a.0.ready(), b.0.ready(), c.0.ready());
    assert_eq!(count(&store, clock.now()).await, 2);
}

#[tokio::test]
async fn until_it_is_ready_an_instance_signs_nothing_and_burns_nothing() {
    let clock = ManualClock::new(START);
    let host = instance(&MemoryStore::new(), &clock, master(1), Rotation::DEFAULT).await;
    assert!(host.0.health().await.is_err());
    let unready = ServesOAuth::handle(&host.0, Request::get("/jwks").body(Bytes::new()).unwrap()).await;
    assert_eq!(unready.status(), 503);
    assert_eq!(host.token(&[], "grant_type=client_credentials").await.error(), "503 temporarily_unavailable");
    host.0.ready().await.unwrap();
    assert_eq!(host.token(&[], "grant_type=client_credentials").await.status, 200);
}

#[tokio::test]
async fn with_the_wrong_master_key_it_is_not_ready_and_makes_no_key() {
    let (store, clock) = (MemoryStore::new(), ManualClock::new(START));
    instance(&store, &clock, master(1), Rotation::DEFAULT).await.0.ready().await.unwrap();
    let wrong = instance(&store, &clock, master(2), Rotation::DEFAULT).await;
    let error = wrong.0.ready().await.unwrap_err();
    assert!(matches!(error, KeysError::Sealed { error: SealerError::UnknownMasterKey, .. }), "{error:?}");
    let text = error.to_string();
    assert!(text.ends_with("sealed under a master key that is not among those given"), "{text}");
    assert!(wrong.0.health().await.is_err());
    // Also when a new one would be due.
    clock.advance(89 * 86_400);
    wrong.0.ready().await.unwrap_err();
    assert_eq!(count(&store, START).await, 1);
}

#[tokio::test]
async fn master_keys_are_replaced_while_the_server_runs() {
    let (store, clock) = (MemoryStore::new(), ManualClock::new(START));
    let before = instance(&store, &clock, master(1), Rotation::DEFAULT).await;
    before.0.ready().await.unwrap();
    // First every instance is given the new one behind the old one, then before it, so that each opens what the others seal.
    let between = instance(&store, &clock, master(1).and_before(master(2)).unwrap(), Rotation::DEFAULT).await;
    between.0.ready().await.unwrap();
    let after = instance(&store, &clock, master(2).and_before(master(1)).unwrap(), Rotation::DEFAULT).await;
    after.0.ready().await.unwrap();
    clock.advance(80 * 86_400);
    after.0.ready().await.unwrap();
    between.0.ready().await.unwrap();
    assert!(before.0.ready().await.is_err(), "the next key is sealed under the new one");
    // Once the first key is forgotten, nobody needs the old one.
    clock.advance(26 * 86_400);
    instance(&store, &clock, master(2), Rotation::DEFAULT).await.0.ready().await.unwrap();
}

#[tokio::test]
async fn a_stolen_key_is_dropped_at_once_and_another_takes_its_place() {
    let (store, clock) = (MemoryStore::new(), ManualClock::new(START));
    let first = instance(&store, &clock, master(1), Rotation::DEFAULT).await;
    let second = instance(&store, &clock, master(1), Rotation::DEFAULT).await;
    first.0.ready().await.unwrap();
    second.0.ready().await.unwrap();
    let stolen = first.signed().await;
    let name = KeyId::parse(&kid(&stolen)).unwrap();
    assert!(first.0.withdraw_key(&name).await.unwrap());
    assert!(!first.0.withdraw_key(&KeyId::parse("nobody").unwrap()).await.unwrap());
    let (keys, _) = first.jwks().await;
    assert_eq!((verified(&stolen, &keys), keys.iter().count()), (None, 1));
    let signed = first.signed().await;
    assert_eq!(verified(&signed, &keys), Some(Algorithm::Es256));
    // The other instance knows at its next refresh.
    second.0.ready().await.unwrap();
    assert_eq!(verified(&stolen, &second.jwks().await.0), None);
    assert_eq!(kid(&second.signed().await), kid(&signed));
    assert!(store.keys(&here(), START).await.unwrap()[0].sealed.as_bytes().is_empty());
}

/// A service that seals with the keys of a server's master, unless it is told not to seal.
struct Sealer {
    keys: MasterKeys,
    is_down: Arc<AtomicBool>,
}

impl KeySealer for Sealer {
    async fn seal(&self, context: &SealContext, key: &[u8]) -> Result<SealedKey, SealerError> {
        match self.is_down.load(Ordering::Relaxed) {
            true => Err(SealerError::failed("the service is down")),
            false => self.keys.seal(context, key).await,
        }
    }

    async fn open(&self, context: &SealContext, sealed: &SealedKey) -> Result<Zeroizing<Vec<u8>>, SealerError> {
        self.keys.open(context, sealed).await
    }
}

type KeysOf<Sealer> = SigningKeys<(Es256,), StoredKeys<Sealer>>;

/// Where none can be sealed in its place, nothing signs.
#[tokio::test]
async fn a_stolen_key_is_dropped_although_no_other_can_be_made() {
    let (store, clock, is_down) = (MemoryStore::new(), ManualClock::new(START), Arc::new(AtomicBool::new(false)));
    let instance = async || {
        let sealer = Sealer { keys: master(1), is_down: is_down.clone() };
        let keys = SigningKeys::stored_with(sealer).algorithm(Es256);
        let host: Host<(KeysOf<Sealer>, Signs)> =
            Host(chain(store.clone()).clock(clock.clone()).enable(keys).enable(Signs(None)).build()).ready().await;
        host.0.ready().await.unwrap();
        host
    };
    let hosts = [instance().await, instance().await];
    let signed = async |host: &Host<_>| host.token(&[], "grant_type=client_credentials").await;
    let stolen = signed(&hosts[0]).await.member("signed");
    is_down.store(true, Ordering::Relaxed);
    let error = hosts[0].0.withdraw_key(&KeyId::parse(&kid(&stolen)).unwrap()).await.unwrap_err();
    assert!(matches!(error, KeysError::Sealing(_)), "{error:?}");
    hosts[1].0.ready().await.unwrap_err();
    for host in &hosts {
        assert_eq!(signed(host).await.error(), "503 temporarily_unavailable");
        assert_eq!(host.jwks().await.0.iter().count(), 0);
    }
    is_down.store(false, Ordering::Relaxed);
    for host in &hosts {
        host.0.ready().await.unwrap();
        let signed = signed(host).await.member("signed");
        assert!(kid(&signed) != kid(&stolen) && verified(&signed, &host.jwks().await.0).is_some());
    }
}

#[tokio::test]
async fn an_instance_that_could_not_refresh_is_unhealthy_and_nobody_caches_what_it_has() {
    let (store, clock) = (MemoryStore::new(), ManualClock::new(START));
    let host = instance(&store, &clock, master(1), Rotation::DEFAULT).await;
    host.0.ready().await.unwrap();
    clock.advance(15 * 60 + 2 * 60);
    host.0.health().await.unwrap();
    clock.advance(1);
    let error = host.0.health().await.unwrap_err();
    assert!(format!("{error:?}").contains("stale"), "{error:?}");
    assert_eq!(host.jwks().await.1, "no-cache");
    assert_eq!(host.token(&[], "grant_type=client_credentials").await.status, 200);
    host.0.ready().await.unwrap();
    assert_eq!((host.0.health().await.is_ok(), &*host.jwks().await.1), (true, "public, max-age=900"));
    // Without a key that signs it is unhealthy too.
    clock.advance(200 * 86_400);
    assert_eq!(host.token(&[], "grant_type=client_credentials").await.error(), "503 temporarily_unavailable");
}

/// Whoever can write to the database, and no more, cannot have their own key trusted.
#[tokio::test]
async fn a_key_that_was_not_sealed_under_the_master_key_for_this_issuer_is_not_published() {
    let pair = KeyPair::generate(Algorithm::Es256).unwrap();
    let name = pair.public_key().key_id().clone();
    let record = |sealed: SealedKey| {
        let (kid, algorithm) = (Kid::parse(name.as_str()).unwrap(), AlgorithmName::parse("ES256").unwrap());
        let times = KeyTimes::new(START, START, START.saturating_add_secs(9999), START.saturating_add_secs(99_999));
        let public = serde_json::to_string(pair.public_key()).unwrap();
        KeyRecord::new(kid, algorithm, 7, times, public, sealed, r#"{"v":1}"#.to_owned())
    };
    let document = pair.to_pkcs8().unwrap();
    let elsewhere = SealContext::new(&issuer!("https://other.example.com"), &name, Algorithm::Es256);
    let for_another = master(1).seal(&elsewhere, &document).await.unwrap();
    let own = SealContext::new(&here(), &name, Algorithm::Es256);
    let under_another = master(2).seal(&own, &document).await.unwrap();
    let of_another_key = {
        let other = KeyPair::generate(Algorithm::Es256).unwrap();
        master(1).seal(&own, &other.to_pkcs8().unwrap()).await.unwrap()
    };
    for sealed in [SealedKey::from_bytes(document.to_vec()), for_another, under_another, of_another_key] {
        let (store, clock) = (MemoryStore::new(), ManualClock::new(START));
        let host = instance(&store, &clock, master(1), Rotation::DEFAULT).await;
        host.0.ready().await.unwrap();
        store.announce_key(&here(), record(sealed), START).await.unwrap();
        host.0.ready().await.unwrap_err();
        assert_eq!(host.jwks().await.0.iter().count(), 1, "it has what it had");
    }
    // One that is what it says.
    let (store, clock) = (MemoryStore::new(), ManualClock::new(START));
    let host = instance(&store, &clock, master(1), Rotation::DEFAULT).await;
    let right = master(1).seal(&own, &document).await.unwrap();
    store.announce_key(&here(), record(right.clone()), START).await.unwrap();
    host.0.ready().await.unwrap();
    assert_eq!(kid(&host.signed().await), name.as_str());
    // One of a later release.
    let later = KeyRecord { details: r#"{"v":2}"#.to_owned(), ..record(right) };
    let store = MemoryStore::new();
    store.announce_key(&here(), later, START).await.unwrap();
    let error = instance(&store, &clock, master(1), Rotation::DEFAULT).await.0.ready().await.unwrap_err();
    assert!(format!("{error:?}").contains("LaterVersion"), "{error:?}");
}

#[tokio::test]
async fn the_keys_of_an_algorithm_that_was_taken_out_stay_published() {
    let (store, clock) = (MemoryStore::new(), ManualClock::new(START));
    let chain = || chain(store.clone()).clock(clock.clone()).master_keys(master(1));
    let both = SigningKeys::stored().algorithm(Rs256).algorithm(Es256);
    let both: Host<Stored<(Rs256, Es256)>> = Host(chain().enable(both).enable(Signs(None)).build()).ready().await;
    both.0.ready().await.unwrap();
    let signed = both.signed().await;
    let one = instance(&store, &clock, master(1), Rotation::DEFAULT).await;
    one.0.ready().await.unwrap();
    assert_eq!(verified(&signed, &one.jwks().await.0), Some(Algorithm::Rs256));
    assert_eq!(verified(&one.signed().await, &both.jwks().await.0), Some(Algorithm::Es256));
}

/// Who adds an algorithm to a server that runs announces its key first, and the instances that run publish it.
#[tokio::test]
async fn the_first_key_of_an_algorithm_can_be_in_every_cache_before_it_signs() {
    let (store, clock) = (MemoryStore::new(), ManualClock::new(START));
    let before = instance(&store, &clock, master(1), Rotation::DEFAULT).await;
    before.0.ready().await.unwrap();
    let operator = Administration::new(here(), store.clone()).clock(clock.clone());
    let next = operator.rotate_key(Algorithm::EdDsa, &master(1), &Rotation::DEFAULT).await.unwrap();
    clock.advance(60);
    before.0.ready().await.unwrap();
    let (cached, _) = before.jwks().await;
    clock.advance(900);
    let chain = chain(store.clone()).clock(clock.clone()).master_keys(master(1));
    let both = SigningKeys::stored().algorithm(EdDsa).algorithm(Es256);
    let after: Host<Stored<(EdDsa, Es256)>> = Host(chain.enable(both).enable(Signs(None)).build()).ready().await;
    after.0.ready().await.unwrap();
    let signed = after.signed().await;
    assert_eq!((verified(&signed, &cached), kid(&signed)), (Some(Algorithm::EdDsa), next.key.kid.to_string()));
}

#[tokio::test]
async fn a_task_keeps_the_keys_and_is_woken_by_a_key_that_it_does_not_know() {
    let (store, clock) = (MemoryStore::new(), ManualClock::new(START));
    let host = Arc::new(instance(&store, &clock, master(1), Rotation::DEFAULT).await);
    host.0.ready().await.unwrap();
    let other = instance(&store, &clock, master(1), Rotation::DEFAULT).await;
    other.0.ready().await.unwrap();
    // How often it has paused, and the end of a pause.
    let (pauses, over) = (Arc::new(AtomicU64::new(0)), Arc::new(Notify::new()));
    let (keeper, counted, ends) = (host.clone(), pauses.clone(), over.clone());
    let pause = move |interval| {
        assert_eq!(interval, Duration::from_secs(60));
        counted.fetch_add(1, Ordering::Relaxed);
        let ends = ends.clone();
        async move { ends.notified().await }
    };
    let task = tokio::spawn(async move { keeper.0.keep_keys(pause).await });
    let paused = async |times: u64| {
        while pauses.load(Ordering::Relaxed) < times {
            tokio::task::yield_now().await;
        }
    };
    let replace = async || {
        let name = KeyId::parse(&kid(&other.signed().await)).unwrap();
        other.0.withdraw_key(&name).await.unwrap();
        other.signed().await
    };
    paused(1).await;
    // After the interval.
    let signed = replace().await;
    clock.advance(60);
    over.notify_one();
    paused(2).await;
    assert!(verified(&signed, &host.jwks().await.0).is_some());
    // At once, but not at every token that somebody makes up.
    let signed = replace().await;
    host.0.features.any_keys().unknown_key(START.saturating_add_secs(64));
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    assert_eq!((pauses.load(Ordering::Relaxed), verified(&signed, &host.jwks().await.0)), (2, None));
    host.0.features.any_keys().unknown_key(START.saturating_add_secs(65));
    paused(3).await;
    assert!(verified(&signed, &host.jwks().await.0).is_some());
    task.abort();
}

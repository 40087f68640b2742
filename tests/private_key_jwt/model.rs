//! Random assertions against a model of them: one is good in its time, and its `jti` once for each client and until its end, whichever
//! instance and endpoint it comes to; one that is refused for another reason uses nothing up. `GRANTOR_MODEL_SEED` takes one again that
//! failed.

use std::collections::HashMap;
use std::sync::Arc;

use grantor::{
    AccessTokenStore, Algorithm, ClientRegistry, FamilyStore, ManualClock, MemoryStore, PostgresStore, PrivateKeyJwt,
    PurgeExpired, RefreshTokenStore, ReplayStore, SqliteStore,
};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::json;

use crate::common::postgres::{Cluster, fresh_schema};
use crate::common::seeds::{assert_enough, seeds};
use crate::common::{Approves, Peer, START};
use crate::{ENDPOINTS, ISSUER, ask, client, header, jwks, jws, key, said, server};

const STEPS: usize = 80;
const CLIENTS: [&str; 2] = ["job", "other"];

/// What has come of it so far: taken, used before, too early or too late or too long, nobody's.
type Counts = [usize; 4];

/// What is wrong with an assertion, whenever it comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Good,
    Forged,
    ForAnotherServer,
}

#[derive(Debug)]
struct Made {
    text: String,
    client: &'static str,
    jti: u8,
    kind: Kind,
    issued_at: u64,
    until: u64,
}

impl Made {
    fn by(dice: &mut StdRng, now: u64, strange: &grantor::KeyPair) -> Self {
        let (client, jti) = (CLIENTS[dice.random_range(0..2)], dice.random_range(0..6));
        let issued_at = now + dice.random_range(0..14);
        let until = issued_at + dice.random_range(1..120) + if dice.random_bool(0.1) { 240 } else { 0 };
        let kind = match dice.random_range(0..10) {
            0 => Kind::Forged,
            1 => Kind::ForAnotherServer,
            _ => Kind::Good,
        };
        let audience = if kind == Kind::ForAnotherServer { "https://other.example.com" } else { ISSUER };
        let claims =
            json!({"iss": client, "sub": client, "aud": audience, "iat": issued_at, "exp": until, "jti": jti.to_string()});
        let key = if kind == Kind::Forged { strange } else { key() };
        let text = jws::signed(&header().to_string(), &claims.to_string(), key);
        Self { text, client, jti, kind, issued_at, until }
    }

    fn is_in_time(&self, now: u64) -> bool {
        now < self.until && self.issued_at <= now + 10 && self.until <= self.issued_at + 300
    }
}

/// Until when each `jti` of a client is used.
#[derive(Default)]
struct Model(HashMap<(&'static str, u8), u64>);

impl Model {
    fn takes(&mut self, made: &Made, now: u64, counts: &mut Counts) -> bool {
        let used = self.0.get(&(made.client, made.jti)).is_some_and(|until| now < *until);
        let outcome = match (made.kind, made.is_in_time(now), used) {
            (Kind::Good, true, false) => 0,
            (Kind::Good, true, true) => 1,
            (Kind::Good, false, _) => 2,
            (Kind::Forged | Kind::ForAnotherServer, ..) => 3,
        };
        counts[outcome] += 1;
        if outcome == 0 {
            self.0.insert((made.client, made.jti), made.until);
        }
        outcome == 0
    }
}

async fn play<S>(seed: u64, stores: [S; 2], counts: &mut Counts)
where
    S: ClientRegistry + FamilyStore + AccessTokenStore + RefreshTokenStore + ReplayStore + PurgeExpired + Clone,
{
    let (mut dice, clock, strange) = (StdRng::seed_from_u64(seed), ManualClock::new(START), jws::key(Algorithm::Es256));
    let store = stores[0].clone();
    let instances = stores.map(|store| Peer::new(server!(store, clock, PrivateKeyJwt::inline_keys()), Approves, clock.clone()));
    for id in CLIENTS {
        let client = client(id).jwks(jwks(&[("one", key())])).build().expect("a client");
        instances[0].server.register_client(client).await.expect("a registration");
    }
    let (mut model, mut made) = (Model::default(), Vec::new());
    for step in 0..STEPS {
        let now = grantor::Clock::now(&clock);
        match dice.random_range(0..10) {
            0..3 => made.push(Made::by(&mut dice, now.as_unix(), &strange)),
            3..8 if !made.is_empty() => {
                let one: &Made = &made[dice.random_range(0..made.len())];
                let (instance, endpoint) =
                    (&instances[dice.random_range(0..2)], ENDPOINTS[dice.random_range(0..ENDPOINTS.len())]);
                let expected = if model.takes(one, now.as_unix(), counts) { "200" } else { "401 invalid_client" };
                let answer = said(&ask(instance, endpoint, &one.text).await);
                assert_eq!(answer, expected, "seed {seed}, step {step}: {one:?} at {now:?}");
            }
            8 => clock.advance(dice.random_range(0..50)),
            _ => drop(store.purge_expired(now).await.expect("a purge")),
        }
    }
}

#[tokio::test]
async fn in_memory() {
    let (seeds, mut counts) = (seeds(40), Counts::default());
    for seed in seeds.clone() {
        let store = Arc::new(MemoryStore::new());
        play(seed, [store.clone(), store], &mut counts).await;
    }
    assert_enough(&seeds, &counts, 10);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_a_sqlite_file() {
    let (seeds, mut counts) = (seeds(8), Counts::default());
    for seed in seeds.clone() {
        let directory = tempfile::tempdir().expect("a directory");
        let open = || Arc::new(SqliteStore::open(directory.path().join("auth.db")).expect("a store"));
        play(seed, [open(), open()], &mut counts).await;
    }
    assert_enough(&seeds, &counts, 10);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_a_postgres_database() {
    let Some(cluster) = Cluster::shared() else { return };
    let (seeds, mut counts) = (seeds(8), Counts::default());
    for seed in seeds.clone() {
        let schema = fresh_schema();
        let open = async || Arc::new(PostgresStore::open_in(cluster.pool().await, &schema).await.expect("a store"));
        play(seed, [open().await, open().await], &mut counts).await;
    }
    assert_enough(&seeds, &counts, 10);
}

//! Three processes over one database rotate their signing keys through a week of injected time. One of them is killed now and then in the
//! middle of it. Whoever verifies their tokens caches their keys for as long as they say. Then what else befalls keys: a thief, a clock that is
//! wrong, and a database that is restored.

#[path = "common/postgres.rs"]
mod postgres;

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Lines, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

use bytes::Bytes;
use grantor::jose::{AccessTokenJwt, CompactJws, KeyId};
use grantor::{
    AccessTokenStore, Algorithm, AuthorizationServer, Client, ClientCredentials, ClientRegistry, ClientSecret, Development,
    Es256, FamilyStore, Jwks, JwtAccessTokens, KeyStore, ManualClock, MasterKeys, OAuth21, PostgresStore, Resource,
    ResourceIndicators, Resources, Rotation, Rs256, ServesOAuth, SigningKeys, SqliteStore, Timestamp, issuer,
};
use http::Request;
use postgres::{Cluster, fresh_schema};
use serde_json::{Value, json};

const PLACE: &str = "GRANTOR_KEYS_PLACE";
const SAID: &str = "said ";
const SECRET: &str = "a-secret-of-more-than-32-characters-for-tests";
const START: u64 = 1_700_000_000;
const HOUR: u64 = 60 * 60;
/// Instances refresh, and time goes on, in these steps.
const STEP: u64 = HOUR / 2;
const LIFETIME: u64 = 2 * HOUR;

/// One that knows ES256, and one that knows RS256 alone.
const APIS: [&str; 2] = ["https://api.example.com", "https://old.example.com"];

fn api(name: &str) -> Resource {
    Resource::new(name).expect("a resource").scope("read".parse().expect("a scope"))
}

/// A new key each 12 hours, announced as late as may be.
fn rotation() -> Rotation {
    let [signs_for, propagation, max_age, refresh] = [12 * HOUR, 2 * HOUR, STEP, STEP].map(Duration::from_secs);
    Rotation::new(signs_for, propagation, max_age, refresh).expect("times that fit")
}

/// What a process does with its keys at the time that it is told, before it says what they are and what it signs.
const REFRESH: &str = "refresh";
const NOTHING: &str = "nothing";
const WITHDRAW: &str = "withdraw";

/// The part of the process that serves, if this is one.
#[test]
fn the_child() {
    let Ok(place) = std::env::var(PLACE) else { return };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    runtime.block_on(async {
        match place.split_once('#') {
            None => serve(SqliteStore::open(place).expect("a store")).await,
            Some((url, schema)) => {
                let pool = PostgresStore::pool_options().max_connections(4).connect(url).await.expect("a pool");
                serve(PostgresStore::open_in(pool, schema).await.expect("a store")).await;
            }
        }
    });
}

async fn serve<S: ClientRegistry + FamilyStore + AccessTokenStore + KeyStore>(store: S) {
    let clock = ManualClock::new(Timestamp::from_unix(START));
    let secret: [u8; 32] = std::array::from_fn(|place| 7 * u8::try_from(place).expect("small"));
    let server = AuthorizationServer::builder()
        .profile(Development::<OAuth21>::new())
        .issuer(issuer!("https://auth.example.com"))
        .storage(store)
        .clock(clock.clone())
        .master_keys(MasterKeys::from_bytes(&secret).expect("a master key"))
        .grant(ClientCredentials::new())
        .enable(SigningKeys::stored().algorithm(Es256).algorithm(Rs256).rotation(rotation()))
        .enable(JwtAccessTokens::new(APIS[0]).algorithm_for(Rs256, [APIS[1]]))
        .enable(ResourceIndicators::new(Resources::new(APIS.map(api)).expect("resources")))
        .build();
    let client = Client::confidential("app", &ClientSecret::parse(SECRET).expect("a secret")).scope("read");
    server.register_client(client.grant_types(["client_credentials"]).build().expect("a client")).await.expect("registered");
    for line in std::io::stdin().lines() {
        let line = line.expect("a line");
        let (now, order) = line.split_once(' ').expect("a time and an order");
        clock.set(Timestamp::from_unix(now.parse().expect("a time")));
        match order.split_once(' ') {
            Some((WITHDRAW, kid)) => assert!(server.withdraw_key(&KeyId::parse(kid).expect("a kid")).await.expect("an answer")),
            None if order == NOTHING => {}
            _ => server.ready().await.expect("the keys"),
        }
        let mut tokens = Vec::new();
        for resource in APIS {
            let form = format!("grant_type=client_credentials&client_id=app&client_secret={SECRET}&resource={resource}");
            let request = Request::post("/token").header("content-type", "application/x-www-form-urlencoded");
            let token = server.handle(request.body(form.into()).expect("a request")).await;
            let token: Value = serde_json::from_slice(token.body()).expect("JSON");
            tokens.push(token["access_token"].clone());
        }
        let keys = server.handle(Request::get("/jwks").body(Bytes::new()).expect("a request")).await;
        let keys: Value = serde_json::from_slice(keys.body()).expect("JSON");
        println!("\n{SAID}{}", json!({ "tokens": tokens, "keys": keys }));
    }
}

/// A process, and one who verifies tokens with keys that they fetch from it.
struct Instance {
    process: Child,
    orders: ChildStdin,
    said: Lines<BufReader<ChildStdout>>,
}

impl Instance {
    fn launch(place: &str) -> Self {
        let mut command = Command::new(std::env::current_exe().expect("a path"));
        command.args(["the_child", "--exact", "--nocapture", "--test-threads=1"]).env(PLACE, place);
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("a child");
        let orders = process.stdin.take().expect("a pipe");
        let said = BufReader::new(process.stdout.take().expect("a pipe")).lines();
        Self { process, orders, said }
    }

    fn tell(&mut self, now: u64) {
        self.order(now, REFRESH);
    }

    fn order(&mut self, now: u64, order: &str) {
        writeln!(self.orders, "{now} {order}").expect("it listens");
    }

    /// What it says then, once it has done that.
    fn does(&mut self, now: u64, order: &str) -> ([String; 2], Jwks) {
        self.order(now, order);
        self.hear()
    }

    /// A token of each algorithm that is signed then, and the keys that are published then.
    fn hear(&mut self) -> ([String; 2], Jwks) {
        let said = self.said.by_ref().map(|line| line.expect("a line"));
        let said = said.filter_map(|line| line.strip_prefix(SAID).map(str::to_owned)).next().expect("the process ended");
        let said: Value = serde_json::from_str(&said).expect("JSON");
        let keys = Jwks::parse(said["keys"].to_string().as_bytes()).expect("keys");
        ([0, 1].map(|place| said["tokens"][place].as_str().expect("a token").to_owned()), keys)
    }

    /// `kill -9`.
    fn kill(&mut self) {
        self.process.kill().expect("it runs");
        self.process.wait().expect("a status");
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The algorithm, and the name of the key.
fn kid(token: &str) -> (Algorithm, String) {
    let jws = CompactJws::decode(token).expect("a token");
    let unverified = jws.unverified::<AccessTokenJwt>(&Algorithm::ALL).expect("an access token");
    (unverified.header().algorithm(), unverified.header().key_id().expect("a kid").to_owned())
}

fn verifies(keys: &Jwks, token: &str) -> bool {
    let jws = CompactJws::decode(token).expect("a token");
    jws.unverified::<AccessTokenJwt>(&Algorithm::ALL).expect("an access token").verify(keys).is_ok()
}

fn week(place: &str) {
    let mut instances = [(); 3].map(|()| Instance::launch(place));
    // What those who verify have; each of them fetched it a step ago, which is as old as it may be.
    let mut cached: [Jwks; 3] = Default::default();
    let (mut tokens, mut names) = (Vec::new(), BTreeSet::new());
    for step in 0..7 * 24 * HOUR / STEP {
        let now = START + step * STEP;
        // All at once; and in the middle of every seventh step one is killed, which is a step in which keys are announced in turn.
        instances.iter_mut().for_each(|instance| instance.tell(now));
        if step % 7 == 6 || step % 24 == 20 {
            let victim = &mut instances[usize::try_from(step / 7 % 3).expect("small")];
            // Where keys are announced: a few milliseconds for the one of ES256, then many for the one of RS256.
            std::thread::sleep(Duration::from_millis(if step % 24 == 20 { 5 * (step / 24 % 6) } else { 0 }));
            victim.kill();
            *victim = Instance::launch(place);
            victim.tell(now);
        }
        let said: Vec<([String; 2], Jwks)> = instances.iter_mut().map(Instance::hear).collect();
        let signing: BTreeSet<_> = said.iter().flat_map(|(tokens, _)| tokens).map(|token| kid(token)).collect();
        let algorithms: Vec<_> = signing.iter().map(|(algorithm, _)| *algorithm).collect();
        assert_eq!(algorithms, [Algorithm::Es256, Algorithm::Rs256], "one key of each signs in step {step}: {signing:?}");
        names.extend(signing);
        tokens.retain(|(issued_at, _)| now < issued_at + LIFETIME);
        tokens.extend(said.iter().flat_map(|(tokens, _)| tokens).map(|token| (now, token.clone())));
        for (place, (_, keys)) in said.into_iter().enumerate() {
            let old = std::mem::replace(&mut cached[place], keys);
            for (issued_at, token) in &tokens {
                assert!(step == 0 || verifies(&old, token), "issued at {issued_at}, verified at {now} with what is a step old");
                assert!(verifies(&cached[place], token), "issued at {issued_at}, verified at {now}");
            }
        }
    }
    assert_eq!(names.len(), 2 * 14, "twice a day another key of each");
}

#[test]
fn three_processes_over_postgres() {
    let Some(cluster) = Cluster::shared() else { return };
    week(&format!("{}#{}", cluster.url(), fresh_schema()));
}

/// Three processes over PostgreSQL that know the first keys, with the place and the name of the schema.
fn three() -> Option<([Instance; 3], String, String)> {
    let (cluster, schema) = (Cluster::shared()?, fresh_schema());
    let place = format!("{}#{schema}", cluster.url());
    let mut instances = [(); 3].map(|()| Instance::launch(&place));
    // Twice: whoever was first does not know what others announced since.
    for _ in 0..2 {
        instances.iter_mut().for_each(|instance| drop(instance.does(START, REFRESH)));
    }
    Some((instances, place, schema))
}

/// The name of the key of ES256.
fn signs(said: &([String; 2], Jwks)) -> String {
    kid(&said.0[0]).1
}

/// The two others neither sign with it nor publish it once they have refreshed, which [`AuthorizationServer::keep_keys`] does each half an
/// hour here; nobody does for whom it is out of their cache, which the headers bound by another half.
#[test]
fn a_stolen_key_is_dropped_by_all_within_a_refresh() {
    let Some((mut instances, ..)) = three() else { return };
    let now = START + STEP;
    let [_, before, _] = instances.each_mut().map(|instance| instance.does(now, REFRESH));
    let (stolen, forged) = (signs(&before), &before.0[0]);
    let at_once = instances[0].does(now, &format!("{WITHDRAW} {stolen}"));
    assert!(!verifies(&at_once.1, forged) && signs(&at_once) != stolen);
    // The others do not know yet.
    assert!(verifies(&instances[1].does(now + STEP - 1, NOTHING).1, forged));
    let after = instances.each_mut().map(|instance| instance.does(now + STEP, REFRESH));
    for said in &after {
        assert!(!verifies(&said.1, forged));
        assert_eq!(signs(said), signs(&at_once));
        assert!(after.iter().all(|other| said.0.iter().all(|token| verifies(&other.1, token))));
        assert!(said.0.iter().chain(&at_once.0).all(|token| verifies(&said.1, token)), "what the new ones signed is good");
        assert!(verifies(&said.1, &before.0[1]), "the key of RS256 was not stolen");
    }
}

/// One is a minute ahead, and one behind. What each signs is verified with what each published a step before, and nobody announces more keys.
#[test]
fn clocks_that_are_a_minute_off_break_nothing() {
    let Some((mut instances, ..)) = three() else { return };
    let mut cached: Option<[Jwks; 3]> = None;
    let (mut tokens, mut names) = (Vec::new(), BTreeSet::new());
    for step in 1..=2 * 24 * HOUR / STEP {
        let now = START + step * STEP;
        for (instance, now) in instances.iter_mut().zip([now - 60, now, now + 60]) {
            instance.tell(now);
        }
        let said = instances.each_mut().map(Instance::hear);
        names.extend(said.iter().flat_map(|(tokens, _)| tokens).map(|token| kid(token)));
        tokens.retain(|(issued_at, _)| now < issued_at + LIFETIME);
        tokens.extend(said.iter().flat_map(|(tokens, _)| tokens).map(|token| (now, token.clone())));
        let fresh = said.map(|(_, keys)| keys);
        for keys in fresh.iter().chain(cached.iter().flatten()) {
            for (issued_at, token) in &tokens {
                assert!(verifies(keys, token), "issued at {issued_at}, verified at {now}");
            }
        }
        cached = Some(fresh);
    }
    // In the last moment the one that is ahead signs with the next.
    assert!((2 * 4..=2 * 5).contains(&names.len()), "twice a day another key of each: {names:?}");
}

/// The key that signs was withdrawn since the backup, and another one announced; who withdrew it does not run any more.
#[test]
fn a_database_of_yesterday_brings_no_stolen_key_back_and_loses_none() {
    let Some((mut instances, place, schema)) = three() else { return };
    let sql = |statements: String| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let pool = Cluster::shared().expect("the cluster").pool().await;
            sqlx::raw_sql(sqlx::AssertSqlSafe(statements)).execute(&pool).await.expect("statements");
        });
    };
    let table = format!("\"{schema}\".signing_keys");
    sql(format!("CREATE TABLE \"{schema}\".backup AS SELECT * FROM {table}"));
    let now = START + 10 * HOUR;
    let before = instances.each_mut().map(|instance| instance.does(now, REFRESH));
    let (stolen, forged) = (signs(&before[0]), &before[0].0[0]);
    let withdrawn = instances[0].does(now, &format!("{WITHDRAW} {stolen}"));
    let known = instances[1].does(now, REFRESH);
    assert!(!verifies(&known.1, forged));
    instances[0].kill();
    sql(format!("BEGIN; DELETE FROM {table}; INSERT INTO {table} SELECT * FROM \"{schema}\".backup; COMMIT"));
    // One that knows puts back what is lost, and one that is new, and the one that did not know, take it from there.
    instances[1].does(now + STEP, REFRESH);
    instances[0] = Instance::launch(&place);
    let after = instances.each_mut().map(|instance| instance.does(now + STEP, REFRESH));
    for said in &after {
        assert!(!verifies(&said.1, forged));
        assert_eq!(signs(said), signs(&known));
        assert!(withdrawn.0.iter().chain(&known.0).all(|token| verifies(&said.1, token)));
    }
}

#[test]
fn three_processes_over_a_file() {
    let folder = tempfile::tempdir().expect("a folder");
    week(folder.path().join("keys.db").to_str().expect("text"));
}

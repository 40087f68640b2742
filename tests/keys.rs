//! Three processes over one database rotate their signing keys through a week of injected time. One of them is killed now and then in the
//! middle of it. Whoever verifies their tokens caches their keys for as long as they say.

#[path = "common/postgres.rs"]
mod postgres;

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Lines, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

use bytes::Bytes;
use grantor::jose::{AccessTokenJwt, CompactJws};
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

/// The part of the process that serves, if this is one: told a time, it refreshes its keys, and says what they are and what it signs.
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
        let now = line.expect("a line").parse().expect("a time");
        clock.set(Timestamp::from_unix(now));
        server.ready().await.expect("the keys");
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
        writeln!(self.orders, "{now}").expect("it listens");
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

#[test]
fn three_processes_over_a_file() {
    let folder = tempfile::tempdir().expect("a folder");
    week(folder.path().join("keys.db").to_str().expect("text"));
}

//! A backup that was made while the server ran, restored somewhere else, with a server over it: what goes on, what comes back that should
//! not, and what to do about that. As `manual::deploying` says.

#[path = "common/example_process.rs"]
mod example_process;
#[path = "../../../tests/common/postgres.rs"]
mod postgres;
#[path = "common/visitor.rs"]
mod visitor;

use std::path::Path;
use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use example_process::Example;
use postgres::Cluster;
use reqwest::header::{CONTENT_TYPE, LOCATION};
use serde_json::{Value, json};
use visitor::Visitor;

const ISSUER: &str = "http://localhost:8080";
const CALLBACK: &str = "http://127.0.0.1:9/callback";
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const MASTER_KEYS: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
const OTHER_KEYS: &str = "ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=";

fn flags(database: &str) -> Vec<&str> {
    let all = ["--openid", "--signing-keys", "store", "--registration", "open", "--samples", "--retry-window", "0"];
    [&["--issuer", ISSUER, "--database", database], &all[..]].concat()
}

fn start(database: &str, more: &[&str]) -> Example {
    Example::start_in(&[&flags(database)[..], more].concat(), &[("MASTER_KEYS", MASTER_KEYS)])
}

/// A client that registered itself, with which alice has signed in.
struct App {
    id: String,
    tokens: Value,
}

impl App {
    async fn register(visitor: &Visitor) -> String {
        let metadata = json!({
            "client_name": "App", "redirect_uris": [CALLBACK], "token_endpoint_auth_method": "none",
            "grant_types": ["authorization_code", "refresh_token"],
        });
        let request = visitor.http.post(format!("{}/register", visitor.server)).header(CONTENT_TYPE, "application/json");
        let response = request.body(metadata.to_string()).send().await.expect("an answer");
        assert_eq!(response.status(), 201);
        let client: Value = serde_json::from_slice(&response.bytes().await.expect("a body")).expect("JSON");
        client["client_id"].as_str().expect("an identifier").to_owned()
    }

    /// Alice signs in, if she has not yet, and allows it.
    async fn allowed(visitor: &mut Visitor) -> Self {
        let id = Self::register(visitor).await;
        visitor.authorization_url = format!(
            "{}/authorize?response_type=code&client_id={id}&scope=openid+read&code_challenge_method=S256\
             &code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
            visitor.server
        );
        if visitor.begin().await.text.contains("name=\"password\"") {
            visitor.sign_in("alice", "wonderland").await.assert(200, "Allow <em>");
        }
        let fields = [("account", "alice"), ("decision", "approve"), ("scope", "openid"), ("scope", "read")];
        let answer = visitor.post("/consent", &fields).await;
        let location = answer.headers.get(LOCATION).unwrap_or_else(|| panic!("{}", answer.text)).to_str().expect("text");
        let (_, query) = location.split_once('?').expect("a query");
        let code = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "code").expect("a code").1.into_owned();
        let fields = [("grant_type", "authorization_code"), ("code", &*code), ("client_id", &*id), ("code_verifier", VERIFIER)];
        let (status, tokens) = post(visitor, "/token", &fields).await;
        assert_eq!(status, 200, "{tokens}");
        Self { id, tokens }
    }

    fn token(&self, member: &str) -> &str {
        self.tokens[member].as_str().unwrap_or_else(|| panic!("no {member}: {}", self.tokens))
    }

    /// At this server: the status, and the tokens or the error.
    async fn refresh(&self, visitor: &Visitor) -> (u16, Value) {
        let fields = [("grant_type", "refresh_token"), ("refresh_token", self.token("refresh_token")), ("client_id", &self.id)];
        post(visitor, "/token", &fields).await
    }

    /// Does the API of the server take the access token?
    async fn is_let_in(&self, visitor: &Visitor) -> bool {
        let request = visitor.http.get(format!("{}/me", visitor.server)).bearer_auth(self.token("access_token"));
        request.send().await.expect("an answer").status() == 200
    }
}

async fn post(visitor: &Visitor, path: &str, fields: &[(&str, &str)]) -> (u16, Value) {
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let request = visitor.http.post(format!("{}{path}", visitor.server)).body(body);
    let response = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded").send().await.expect("an answer");
    (response.status().as_u16(), serde_json::from_slice(&response.bytes().await.expect("a body")).unwrap_or(Value::Null))
}

async fn key_ids(visitor: &Visitor) -> Vec<String> {
    let response = visitor.http.get(format!("{}/jwks", visitor.server)).send().await.expect("an answer");
    let keys: Value = serde_json::from_slice(&response.bytes().await.expect("a body")).expect("JSON");
    keys["keys"].as_array().expect("keys").iter().map(|key| key["kid"].as_str().expect("an identifier").to_owned()).collect()
}

/// The key that signed it.
fn signed_by(jwt: &str) -> String {
    let header = URL_SAFE_NO_PAD.decode(jwt.split('.').next().expect("a header")).expect("base64url");
    let header: Value = serde_json::from_slice(&header).expect("JSON");
    header["kid"].as_str().expect("an identifier").to_owned()
}

/// What there is when the backup is made.
struct Before {
    /// The browser with which alice is signed in.
    people: Visitor,
    stays: App,
    /// Refreshes after the backup.
    rotates: App,
    /// Is revoked after the backup.
    revoked: App,
    keys: Vec<String>,
}

/// What came after the backup.
struct After {
    rotated: App,
    later: App,
}

impl Before {
    async fn at(example: &Example) -> Self {
        let mut people = Visitor::of(example);
        let apps = [App::allowed(&mut people).await, App::allowed(&mut people).await, App::allowed(&mut people).await];
        let ([stays, rotates, revoked], keys) = (apps, key_ids(&people).await);
        assert!(keys.contains(&signed_by(stays.token("id_token"))), "{keys:?}");
        Self { people, stays, rotates, revoked, keys }
    }

    /// A rotation, a revocation, and somebody new.
    async fn goes_by(&mut self) -> After {
        let (status, tokens) = self.rotates.refresh(&self.people).await;
        assert_eq!(status, 200, "{tokens}");
        let rotated = App { id: self.rotates.id.clone(), tokens };
        let fields = [("token", self.revoked.token("refresh_token")), ("client_id", &*self.revoked.id)];
        assert_eq!(post(&self.people, "/revoke", &fields).await.0, 200);
        assert!(!self.revoked.is_let_in(&self.people).await);
        let later = App::allowed(&mut self.people).await;
        assert!(later.is_let_in(&self.people).await);
        After { rotated, later }
    }

    /// Signing keys, clients, access and refresh tokens, and who was signed in.
    async fn goes_on(&mut self, visitor: &Visitor) {
        assert_eq!(key_ids(visitor).await, self.keys);
        assert!(self.stays.is_let_in(visitor).await);
        let (status, tokens) = self.stays.refresh(visitor).await;
        assert_eq!(status, 200, "{tokens}");
        self.stays.tokens = tokens;
        assert!(self.keys.contains(&signed_by(self.stays.token("id_token"))));
        self.people.server.clone_from(&visitor.server);
        self.people.get(&format!("{}/account", visitor.server)).await.assert(200, "signed in as");
    }
}

/// `back_up` makes a backup and restores it somewhere else, where is what it returns; the server runs meanwhile.
async fn goes_on_from_a_backup(database: &str, back_up: impl AsyncFnOnce() -> String) {
    let example = start(database, &[]);
    let mut before = Before::at(&example).await;
    let restored = back_up().await;
    let After { rotated, later } = before.goes_by().await;
    example.stop();

    // The keys of the signing keys are in no backup of the database: without them there is no server.
    let refused =
        Example::output_in(&[&["--listen", "127.0.0.1:0"][..], &flags(&restored)].concat(), &[("MASTER_KEYS", OTHER_KEYS)]);
    assert_eq!(refused.status.code(), Some(1), "{refused:?}");

    let example = start(&restored, &[]);
    let visitor = Visitor::of(&example);
    before.goes_on(&visitor).await;
    let Before { stays, rotates, revoked, .. } = before;

    // What is lost: whoever came after the backup has to come again, and who refreshed has to sign in.
    assert!(!later.is_let_in(&visitor).await);
    assert_eq!(later.refresh(&visitor).await.1["error"], "invalid_client");
    assert_eq!(rotated.refresh(&visitor).await.1["error"], "invalid_grant");

    // What comes back, and should not: it was revoked. Nor is the refresh token spent that was used after the backup.
    assert!(revoked.is_let_in(&visitor).await);
    assert_eq!(rotates.refresh(&visitor).await.0, 200);
    example.stop();

    // So what was ended since the backup is ended again: what a person had allowed, or a client had, whatever it was.
    let example = start(&restored, &["--end-client", &revoked.id]);
    let visitor = Visitor::of(&example);
    assert!(!revoked.is_let_in(&visitor).await);
    assert_eq!(revoked.refresh(&visitor).await.1["error"], "invalid_grant");
    assert!(stays.is_let_in(&visitor).await);
    example.stop();
    let example = start(&restored, &["--end-person", "alice"]);
    let visitor = Visitor::of(&example);
    assert!(!stays.is_let_in(&visitor).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_postgresql_database_by_pg_dump() {
    let Some(cluster) = Cluster::shared() else { return };
    let run = |name: &str, arguments: &[&str]| {
        let output = Command::new(postgres::program(name).expect("PostgreSQL")).args(arguments).output().expect("it runs");
        assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
    };
    let database = |name: &str| format!("{}/{name}", cluster.url().rsplit_once('/').expect("a path").0);
    let (live, restored) = (database("live"), database("restored"));
    let maintenance = format!("--maintenance-db={}", cluster.url());
    run("createdb", &[&maintenance, "live"]);
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("grantor.dump");
    let file = file.to_str().expect("text");
    goes_on_from_a_backup(&live, async || {
        run("pg_dump", &["--format=custom", "--file", file, &live]);
        run("createdb", &[&maintenance, "restored"]);
        run("pg_restore", &["--exit-on-error", "--single-transaction", "--dbname", &restored, file]);
        restored.clone()
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_sqlite_file_by_vacuum_into() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name).to_str().expect("text").to_owned();
    let copy = |from: &str, to: &str| {
        let connection = rusqlite::Connection::open(from).expect("a connection");
        connection.execute("VACUUM INTO ?1", [to]).expect("a copy");
    };
    let live = at("auth.db");
    goes_on_from_a_backup(&live, async || {
        copy(&live, &at("restored.db"));
        // What the pages remember is in a file of its own. The keys of the retry window are not taken along.
        copy(&format!("{live}-sessions"), &at("restored.db-sessions"));
        assert!(!Path::new(&at("restored.db-retry")).exists());
        at("restored.db")
    })
    .await;
}

//! The files of `examples/deploy` with other ports and paths in them, and what they describe, running.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rcgen::{CertificateParams, KeyPair};
use reqwest::header::LOCATION;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::example_process::Example;
use crate::files::write;
use crate::nginx::{self, Nginx};
use crate::postgres::Cluster;
use crate::program::{self, Program, SECRET};
use crate::visitor::Visitor;

const NGINX: &str = include_str!("../../../deploy/nginx.conf");
const UNIT: &str = include_str!("../../../deploy/grantor@.service");
const HOST: &str = "auth.example.com";
const CALLBACK: &str = "https://client.example/cb";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const MASTER_KEYS: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

pub struct Deployment {
    pub issuer: String,
    /// Where it is reached without TLS.
    pub plain: String,
    pub instances: Vec<Example>,
    pub nginx: Nginx,
    certificate: String,
    dying: Arc<AtomicUsize>,
    _files: TempDir,
}

/// Replaces what is there so many times.
fn put(text: &str, what: &str, times: usize, with: &str) -> String {
    assert_eq!(text.matches(what).count(), times, "{what}");
    text.replace(what, with)
}

/// The flags of the unit, without the address at which it listens.
fn flags(issuer: &str, database: &str, folder: &str) -> Vec<String> {
    let (_, start) = UNIT.split_once("ExecStart=").expect("a command");
    let command = start.split("\n#").next().expect("a command").replace("\\\n", " ");
    let command = put(&command, "https://auth.example.com/auth", 1, issuer);
    let command = put(&command, "postgres://grantor@localhost/grantor?host=/run/postgresql", 1, database);
    let command = put(&command, "--listen 127.0.0.1:%i", 1, "");
    command.replace("/etc/grantor/", &format!("{folder}/")).split_whitespace().skip(1).map(str::to_owned).collect()
}

impl Deployment {
    pub fn start() -> Option<Self> {
        let cluster = nginx::is_installed().then(Cluster::shared).flatten()?;
        let (files, port) = (tempfile::tempdir().expect("a folder"), nginx::free_port());
        let issuer = format!("https://{HOST}:{port}/auth");
        write(files.path(), "clients.json", &program::clients().to_string());
        write(files.path(), "users.json", &json!([{"username": "bob", "password": "builder"}]).to_string());
        let flags = flags(&issuer, &cluster.url(), files.path().to_str().expect("text"));
        let flags: Vec<_> = flags.iter().map(String::as_str).collect();
        let start = || Example::start_in(&flags, &[("MASTER_KEYS", MASTER_KEYS)]);
        let instances = vec![start(), start()];
        let addresses: Vec<_> = instances.iter().map(|instance| instance.server.trim_start_matches("http://")).collect();
        Some(Self::in_front_of([addresses[0], addresses[1]], port, issuer, files).with(instances))
    }

    /// Two that end each connection as soon as a request has come, and answer none.
    pub fn in_front_of_the_dying() -> Option<Self> {
        if !nginx::is_installed() {
            return None;
        }
        let (files, port) = (tempfile::tempdir().expect("a folder"), nginx::free_port());
        let dying = Arc::new(AtomicUsize::new(0));
        let addresses = [(), ()].map(|()| dies(dying.clone()));
        let mut site =
            Self::in_front_of(addresses.each_ref().map(String::as_str), port, format!("https://{HOST}:{port}/auth"), files);
        site.dying = dying;
        Some(site)
    }

    fn in_front_of(instances: [&str; 2], port: u16, issuer: String, files: TempDir) -> Self {
        let key = KeyPair::generate().expect("a key");
        let params = CertificateParams::new(vec![HOST.to_owned()]).expect("a name");
        let certificate = params.self_signed(&key).expect("a certificate").pem();
        let plain = nginx::free_port();
        let site = put(NGINX, "listen 80;", 1, &format!("listen 127.0.0.1:{plain};"));
        let site = put(&site, "listen 443 ssl;", 1, &format!("listen 127.0.0.1:{port} ssl;"));
        let site = put(&site, "server 127.0.0.1:8081", 1, &format!("server {}", instances[0]));
        let site = put(&site, "server 127.0.0.1:8082", 1, &format!("server {}", instances[1]));
        let site = put(&site, "/var/log/nginx/grantor.log", 2, "FOLDER/access.log");
        let site = put(&site, " /etc/grantor/", 2, " FOLDER/");
        let files_of_nginx = [("fullchain.pem", &*certificate), ("privkey.pem", &key.serialize_pem())];
        let nginx = Nginx::start(&site, port, &files_of_nginx);
        let plain = format!("http://127.0.0.1:{plain}");
        Self { issuer, plain, instances: Vec::new(), nginx, certificate, dying: Arc::default(), _files: files }
    }

    fn with(mut self, instances: Vec<Example>) -> Self {
        self.instances = instances;
        self
    }

    /// How many requests those got that answer none.
    pub fn dying_were_asked(&self) -> usize {
        self.dying.load(Ordering::SeqCst)
    }

    /// Trusts the certificate and finds the host here.
    fn http(&self) -> reqwest::Client {
        let root = reqwest::Certificate::from_pem(self.certificate.as_bytes()).expect("a certificate");
        let here = "127.0.0.1:0".parse().expect("an address");
        let client = reqwest::Client::builder().no_proxy().tls_certs_only([root]).resolve(HOST, here);
        client.redirect(reqwest::redirect::Policy::none()).build().expect("a client")
    }

    pub fn program(&self) -> Program {
        Program { http: self.http(), server: self.issuer.clone() }
    }

    pub async fn get_json(&self, url: &str) -> (u16, Value) {
        let response = self.http().get(url).send().await.expect("an answer");
        (response.status().as_u16(), serde_json::from_slice(&response.bytes().await.expect("a body")).unwrap_or(Value::Null))
    }

    pub fn visitor(&self) -> Visitor {
        let query = [
            ("response_type", "code"),
            ("client_id", "app"),
            ("redirect_uri", CALLBACK),
            ("scope", "openid read"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ];
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(query).finish();
        let (server, cookies) = (self.issuer.clone(), BTreeMap::new());
        let authorization_url = format!("{server}/authorize?{query}");
        Visitor { http: self.http(), server, authorization_url, cookies, handle: String::new(), forwarded_for: None }
    }

    /// From the first request to the code.
    pub async fn sign_in(&self, visitor: &mut Visitor) -> String {
        visitor.begin().await.assert(200, "Sign in");
        visitor.sign_in("bob", "builder").await.assert(200, "Allow <em>");
        self.consent(visitor).await
    }

    pub async fn consent(&self, visitor: &mut Visitor) -> String {
        let fields = [("account", "bob"), ("decision", "approve"), ("scope", "openid"), ("scope", "read")];
        let answer = visitor.post("/consent", &fields).await;
        assert_eq!(answer.status, 303, "{}", answer.text);
        let location = answer.headers[LOCATION].to_str().expect("text");
        let query = location.strip_prefix(&format!("{CALLBACK}?")).expect("the callback");
        let code = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "code");
        code.expect("a code").1.into_owned()
    }

    async fn token(&self, fields: &[(&str, &str)]) -> Value {
        let (status, tokens) = self.program().post("/token", ("app", SECRET), fields).await;
        assert_eq!(status, 200, "{tokens}");
        tokens
    }

    pub async fn redeem(&self, code: &str) -> Value {
        let grant = ("grant_type", "authorization_code");
        self.token(&[grant, ("code", code), ("redirect_uri", CALLBACK), ("code_verifier", VERIFIER)]).await
    }

    pub async fn refresh(&self, token: &str) -> Value {
        self.token(&[("grant_type", "refresh_token"), ("refresh_token", token)]).await
    }

    pub async fn is_active(&self, token: &str) -> bool {
        let (status, answer) = self.program().post("/introspect", ("api", SECRET), &[("token", token)]).await;
        assert_eq!(status, 200, "{answer}");
        answer["active"] == true
    }
}

/// Listens until the process ends. Each connection ends after the first bytes of a request.
fn dies(count: Arc<AtomicUsize>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address").to_string();
    std::thread::spawn(move || {
        for mut connection in listener.incoming().map_while(Result::ok) {
            if connection.read(&mut [0; 4096]).is_ok_and(|read| read > 0) {
                count.fetch_add(1, Ordering::SeqCst);
            }
        }
    });
    address
}

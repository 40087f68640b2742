//! TLS without a proxy, and clients with certificates (`--tls-certificate`, `--client-ca`, `--mtls`): over real connections.

#[path = "common/example_process.rs"]
mod example_process;
#[path = "common/files.rs"]
mod files;

use std::net::TcpListener;
use std::path::Path;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use example_process::Example;
use files::file;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use reqwest::header::CONTENT_TYPE;
use serde_json::{Value, json};

type Authority = CertifiedIssuer<'static, KeyPair>;

fn authority() -> Authority {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().expect("a key")).expect("an authority")
}

fn params(name: &str) -> CertificateParams {
    let mut params = CertificateParams::new(vec!["localhost".to_owned()]).expect("names");
    params.distinguished_name.remove(DnType::CommonName);
    params.distinguished_name.push(DnType::CommonName, name);
    params
}

/// A certificate and its key as PEM, and the certificate in DER.
struct Certified {
    pem: String,
    key: KeyPair,
    der: Vec<u8>,
}

impl Certified {
    fn by(authority: &Authority, name: &str) -> Self {
        let key = KeyPair::generate().expect("a key");
        let certificate = params(name).signed_by(&key, authority).expect("a certificate");
        Self { pem: certificate.pem(), der: certificate.der().to_vec(), key }
    }

    fn by_itself(name: &str) -> Self {
        let key = KeyPair::generate().expect("a key");
        let certificate = params(name).self_signed(&key).expect("a certificate");
        Self { pem: certificate.pem(), der: certificate.der().to_vec(), key }
    }

    fn jwk(&self) -> Value {
        let point = self.key.public_key_raw();
        let (x, y) = (URL_SAFE_NO_PAD.encode(&point[1..33]), URL_SAFE_NO_PAD.encode(&point[33..65]));
        json!({"kty": "EC", "crv": "P-256", "x": x, "y": y, "x5c": [STANDARD.encode(&self.der)]})
    }
}

/// A server, with what its clients trust.
struct Host {
    example: Example,
    authority: Authority,
    issuer: String,
    _directory: tempfile::TempDir,
    _clients: tempfile::TempDir,
}

impl Host {
    fn start(clients: Value, flags: &[&str], authority: Authority) -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let at = |name: &str| directory.path().join(name).to_str().expect("a path").to_owned();
        let write = |name: &str, text: &str| {
            std::fs::write(Path::new(&at(name)), text).expect("a file");
            at(name)
        };
        let own = Certified::by(&authority, "server");
        let (certificate, key) = (write("server.pem", &own.pem), write("server.key", &own.key.serialize_pem()));
        let ca = write("ca.pem", &authority.pem());
        let (clients_directory, clients) = file("clients.json", &clients);
        let port = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address").port();
        let (issuer, listen, database) = (format!("https://localhost:{port}"), format!("127.0.0.1:{port}"), at("auth.db"));
        let mut all = vec!["--listen", &listen, "--issuer", &issuer, "--database", &database, "--clients", &clients];
        all.extend(["--tls-certificate", &certificate, "--tls-key", &key]);
        all.extend(flags.iter().map(|flag| if *flag == "CA" { &*ca } else { *flag }));
        let example = Example::start_with(&all);
        Self { example, authority, issuer, _directory: directory, _clients: clients_directory }
    }

    /// A client with this certificate.
    fn client(&self, certified: Option<&Certified>) -> reqwest::Client {
        let root = reqwest::Certificate::from_pem(self.authority.pem().as_bytes()).expect("a certificate");
        let client = reqwest::Client::builder().no_proxy().tls_certs_only([root]);
        let client = match certified {
            Some(certified) => {
                let pem = format!("{}{}", certified.pem, certified.key.serialize_pem());
                client.identity(reqwest::Identity::from_pem(pem.as_bytes()).expect("an identity"))
            }
            None => client,
        };
        client.build().expect("a client")
    }

    /// A token request: its status, and the answer; `None` if there is no connection.
    async fn token(&self, client: &str, certified: Option<&Certified>) -> Option<(u16, Value)> {
        let request = self.client(certified).post(format!("{}/token", self.issuer));
        let request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        let answer = request.body(format!("grant_type=client_credentials&client_id={client}")).send().await.ok()?;
        let status = answer.status().as_u16();
        Some((status, serde_json::from_slice(&answer.bytes().await.ok()?).expect("JSON")))
    }

    async fn said(&self, client: &str, certified: Option<&Certified>) -> String {
        match self.token(client, certified).await {
            None => "no connection".to_owned(),
            Some((200, _)) => "200".to_owned(),
            Some((status, answer)) => format!("{status} {}", answer["error"].as_str().unwrap_or_default()),
        }
    }

    async fn echo(&self, token: &str, certified: Option<&Certified>) -> u16 {
        let request = self.client(certified).get(format!("{}/api/echo", self.issuer)).bearer_auth(token);
        request.send().await.expect("an answer").status().as_u16()
    }
}

fn clients(itself: &Certified) -> Value {
    json!([
        {"client_id": "job", "token_endpoint_auth_method": "tls_client_auth", "tls_client_auth_subject_dn": "CN=job",
         "grant_types": ["client_credentials"], "scope": "read", "tls_client_certificate_bound_access_tokens": true},
        {"client_id": "self", "token_endpoint_auth_method": "self_signed_tls_client_auth", "jwks": {"keys": [itself.jwk()]},
         "grant_types": ["client_credentials"], "scope": "read", "tls_client_certificate_bound_access_tokens": true},
    ])
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clients_with_certificates_get_tokens_that_are_good_with_these() {
    let (authority, itself) = (authority(), Certified::by_itself("self"));
    let (job, other) = (Certified::by(&authority, "job"), Certified::by(&authority, "other"));
    let forged = Certified::by_itself("job");
    let host = Host::start(clients(&itself), &["--mtls", "--client-ca", "CA"], authority);
    assert!(host.example.server.starts_with("https://"));
    for (client, certified, expected) in [
        ("job", Some(&job), "200"),
        ("job", Some(&other), "401 invalid_client"),
        ("job", Some(&forged), "401 invalid_client"),
        ("job", None, "401 invalid_client"),
        ("self", Some(&itself), "200"),
        ("self", Some(&job), "401 invalid_client"),
        ("self", Some(&forged), "401 invalid_client"),
    ] {
        assert_eq!(host.said(client, certified).await, expected, "{client}");
    }
    for (client, own) in [("job", &job), ("self", &itself)] {
        let (_, tokens) = host.token(client, Some(own)).await.expect("an answer");
        let token = tokens["access_token"].as_str().expect("a token");
        assert_eq!(host.echo(token, Some(own)).await, 200, "{client}");
        for thief in [None, Some(&other), Some(&forged)] {
            assert_eq!(host.echo(token, thief).await, 401, "{client}");
        }
    }
    let document = host.client(None).get(format!("{}/.well-known/oauth-authorization-server", host.issuer)).send().await;
    let document = document.expect("an answer").bytes().await.expect("a body");
    let document: Value = serde_json::from_slice(&document).expect("JSON");
    assert_eq!(document["tls_client_certificate_bound_access_tokens"], true);
}

/// With authorities alone a certificate of anybody else is no connection, and none is one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_mtls_only_certificates_of_the_authorities_are_taken() {
    let (authority, itself) = (authority(), Certified::by_itself("self"));
    let job = Certified::by(&authority, "job");
    let host = Host::start(clients(&itself), &["--client-ca", "CA", "--profile", "fapi2"], authority);
    assert_eq!(host.said("job", Some(&job)).await, "200");
    assert_eq!(host.said("job", None).await, "401 invalid_client");
    assert_eq!(host.said("self", Some(&itself)).await, "no connection");
}

/// Those who connect and say nothing keep nobody waiting.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_silent_connection_is_in_nobody_s_way() {
    let (authority, itself) = (authority(), Certified::by_itself("self"));
    let host = Host::start(clients(&itself), &["--mtls"], authority);
    let address = host.example.server.strip_prefix("https://").expect("an address").to_owned();
    let mut silent = Vec::new();
    for _ in 0..100 {
        silent.push(tokio::net::TcpStream::connect(&address).await.expect("a connection"));
    }
    let said = tokio::time::timeout(Duration::from_secs(5), host.said("self", Some(&itself))).await;
    assert_eq!(said.expect("in time"), "200");
    drop(silent);
}

#[test]
fn what_contradicts_itself_is_said_at_once() {
    for (flags, words) in [
        (&["--mtls"][..], "need --tls-certificate"),
        (&["--tls-certificate", "x.pem"], "go together"),
        (&["--tls-certificate", "x.pem", "--tls-key", "x.key"], "needs --database"),
        (&["--tls-certificate", "x.pem", "--tls-key", "x.key", "--mtls", "--jwt", "--database", "x.db"], "without --jwt"),
    ] {
        let output = Example::output(flags);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && said.contains(words), "{flags:?} {said}");
    }
}

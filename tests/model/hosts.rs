//! The hosts of the clients, which are told who has signed out, and the keys with which that is signed.

use std::error::Error;
use std::future::pending;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, OnceLock};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use grantor::{Algorithm, DocumentBody, DocumentTransport, Es256, FixedKeys, KeyPair, Rs256, SigningKeys};
use http::{Request, Response};
use serde_json::Value;

type Failure = Box<dyn Error + Send + Sync>;

pub type Keys = SigningKeys<(Es256, Rs256), FixedKeys>;

/// The same for all servers: RSA takes its time.
pub fn keys() -> Keys {
    static KEYS: OnceLock<[Vec<u8>; 2]> = OnceLock::new();
    let make = |algorithm| KeyPair::generate(algorithm).expect("a key").to_pkcs8().expect("PKCS#8").to_vec();
    let [es256, rs256] = KEYS.get_or_init(|| [make(Algorithm::Es256), make(Algorithm::Rs256)]);
    let es256 = KeyPair::from_pkcs8(Algorithm::Es256, es256).expect("a key");
    let rs256 = KeyPair::from_pkcs8(Algorithm::Rs256, rs256).expect("a key");
    SigningKeys::fixed(Es256, es256).expect("a key").and(Rs256, rs256).expect("a key")
}

/// What a logout token says.
#[derive(Debug)]
pub struct Told {
    pub client: String,
    pub person: String,
    pub sid: String,
}

/// Takes what is posted, or says that it cannot.
#[derive(Default)]
pub struct Hosts {
    fails: AtomicBool,
    told: Mutex<Vec<Told>>,
}

impl Hosts {
    pub fn fail(&self, fails: bool) {
        self.fails.store(fails, Ordering::Relaxed);
    }

    /// What was posted since the last time.
    pub fn told(&self) -> Vec<Told> {
        std::mem::take(&mut *self.told.lock().expect("a lock"))
    }
}

fn read(uri: &str, body: &[u8]) -> Result<Told, Failure> {
    let pairs: Vec<_> = form_urlencoded::parse(body).collect();
    let [(name, token)] = &pairs[..] else { return Err("not one parameter".into()) };
    let claims = token.split('.').nth(1).filter(|_| name == "logout_token").ok_or("no logout token")?;
    let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims)?)?;
    let text = |name: &str| claims[name].as_str().map(str::to_owned).ok_or_else(|| format!("no {name}"));
    let told = Told { client: text("aud")?, person: text("sub")?, sid: text("sid")? };
    if uri != format!("https://{}.example.com/logout", told.client) {
        return Err(format!("{told:?} at {uri}").into());
    }
    Ok(told)
}

pub struct Nothing;

impl DocumentBody for Nothing {
    async fn chunk(&mut self) -> Result<Option<Bytes>, Failure> {
        Ok(None)
    }
}

impl DocumentTransport for Hosts {
    type Body = Nothing;

    async fn resolve(&self, _: &str) -> Result<Vec<IpAddr>, Failure> {
        Ok(vec!["93.184.215.14".parse()?])
    }

    async fn send(&self, request: Request<Bytes>, _: &[SocketAddr]) -> Result<Response<Nothing>, Failure> {
        let told = read(&request.uri().to_string(), request.body()).expect("a logout token for this host");
        self.told.lock().expect("a lock").push(told);
        let status = if self.fails.load(Ordering::Relaxed) { 503 } else { 200 };
        Ok(Response::builder().status(status).body(Nothing)?)
    }

    async fn sleep(&self, _: Duration) {
        pending().await
    }

    fn spawn(&self, _: Pin<Box<dyn Future<Output = ()> + Send>>) {
        panic!("nothing is fetched")
    }
}

//! Mutual TLS (RFC 8705), through HTTP as clients and APIs use it. What ends TLS is played: it puts the certificate into the extensions of a
//! request, as an application does. Over real connections the example server has it (`examples/server/tests`).

mod attacks;
mod authentication;
mod binding;
#[path = "../common/certificates.rs"]
mod certificates;
#[path = "../common/mod.rs"]
mod common;
mod grants;
#[path = "../common/jws.rs"]
mod jws;
mod metadata;
mod published;
mod registered;
mod registration;
mod resource;
#[path = "../fetcher/script.rs"]
mod script;
mod stores;
mod userinfo;

use std::sync::OnceLock;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use certificates::{Certified, usual};
use common::{Answer, CALLBACK, PKCE, Peer, SECRET, form};
use grantor::{Client, ClientBuilder, ClientCertificate, ClientSecret, Interaction, ServesOAuth};
use http::{Request, header};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// A server with every grant that there is, and these features.
macro_rules! server {
    ($store:expr, $clock:expr $(, $given:ident($argument:expr))*) => {
        grantor::AuthorizationServer::builder()
            .profile(grantor::Development::<grantor::Rfc6749>::new())
            .issuer(grantor::issuer!("https://as.example.com"))
            .storage($store)
            .clock($clock.clone())
            .grant(grantor::AuthorizationCode::new())
            .grant(grantor::RefreshToken::new())
            .grant(grantor::ClientCredentials::new())
            .grant(grantor::Password::new(crate::common::OneUser))
            .grant(crate::Own)
            .response_type(grantor::Code)
            .enable(grantor::Introspection::new())
            .enable(grantor::Revocation::new())
            $(.$given($argument))*
            .build()
    };
}
use server;

/// The server with its clients, and a clock to turn.
macro_rules! peer {
    () => {
        crate::peer!(enable(grantor::MutualTls::new()))
    };
    ($($given:ident($argument:expr)),*) => {{
        let clock = grantor::ManualClock::new(crate::common::START);
        let server = crate::server!(grantor::MemoryStore::new(), clock $(, $given($argument))*);
        for client in crate::clients() {
            // Not every one is for every server.
            if client.clone().build().is_ok_and(|client| server.check_client(client).is_err()) {
                continue;
            }
            server.register_client(client.build().expect("a client")).await.expect("a registration");
        }
        crate::common::Peer::new(server, crate::common::Approves, clock)
    }};
}
use peer;

macro_rules! register {
    ($peer:expr, $client:expr) => {
        $peer.server.register_client($client.build().expect("a client")).await.expect("a registration")
    };
}
use register;

/// A grant of an application's own.
pub struct Own;
grantor::extension_grant!(Own = "urn:example:own", refresh_tokens: grantor::Yes);

impl<S: grantor::FamilyStore> grantor::Grant<S> for Own {
    async fn decide(&self, cx: &grantor::TokenContext<'_, S>) -> Result<grantor::Granted, grantor::OAuthError> {
        Ok(grantor::Granted::to(common::subject("alice"), cx.scope()?))
    }
}

const GRANTS: [&str; 5] = ["authorization_code", "refresh_token", "client_credentials", "password", "urn:example:own"];
const DN: &str = "CN=payments,O=Example Ltd,C=GB";

/// Public clients and confidential ones, some of which have to bind their tokens, and an API.
fn clients() -> Vec<ClientBuilder> {
    let secret = ClientSecret::parse(SECRET).expect("a secret");
    let public = |id: &str| {
        let client = Client::public(id).redirect_uri(CALLBACK).scope("scope");
        client.grant_types(["authorization_code", "refresh_token", "password", "urn:example:own"])
    };
    let with_all = |client: ClientBuilder| client.redirect_uri(CALLBACK).scope("scope").grant_types(GRANTS);
    vec![
        public("pub"),
        public("bound").tls_client_certificate_bound_access_tokens(),
        with_all(Client::confidential("conf", &secret)),
        with_all(Client::with_certificate("tls")).tls_client_auth_subject_dn(DN),
        with_all(Client::with_certificate("tls-bound"))
            .tls_client_auth_subject_dn(DN)
            .tls_client_certificate_bound_access_tokens(),
        Client::confidential("rs", &secret).grant_types::<String>([]).introspects_any_token(),
    ]
}

/// The certificate of the client, and another one with the same subject by the same authority.
fn own() -> &'static Certified {
    static OWN: OnceLock<Certified> = OnceLock::new();
    OWN.get_or_init(|| certificates::issued(&usual("payments"), &certificates::authority("ca")))
}

fn other() -> &'static Certified {
    static OTHER: OnceLock<Certified> = OnceLock::new();
    OTHER.get_or_init(|| certificates::issued(&usual("payments"), &certificates::authority("ca")))
}

fn verified(certified: &Certified) -> Option<ClientCertificate> {
    Some(ClientCertificate::verified(&certified.der).expect("a certificate"))
}

fn unverified(certified: &Certified) -> Option<ClientCertificate> {
    Some(ClientCertificate::unverified(&certified.der).expect("a certificate"))
}

/// As RFC 8705 section 3.1 has it, computed here.
fn thumbprint(certified: &Certified) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(&certified.der))
}

/// The JWK of the certificate (RFC 7517 section 4.7), with these members of its key.
fn with_chain(mut jwk: Value, certified: &Certified) -> Value {
    jwk["x5c"] = json!([STANDARD.encode(&certified.der)]);
    jwk
}

/// The public key of the certificate as a JWK, read from its encoding: the last bytes are the point.
fn jwk(certified: &Certified) -> Value {
    let point = certified.key.public_key_raw();
    let (x, y) = (URL_SAFE_NO_PAD.encode(&point[1..33]), URL_SAFE_NO_PAD.encode(&point[33..65]));
    json!({"kty": "EC", "crv": "P-256", "x": x, "y": y})
}

/// A request of this client to an endpoint, over a connection with this certificate.
async fn ask_at<Sv: ServesOAuth, I: Interaction<Sv>>(
    peer: &Peer<Sv, I>,
    path: &str,
    client: &str,
    pairs: &[(&str, &str)],
    certificate: Option<ClientCertificate>,
) -> Answer {
    let mut request = Request::post(path).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    let mut pairs = pairs.to_vec();
    match client {
        "conf" => request = request.header(header::AUTHORIZATION, common::basic("conf", SECRET)),
        others => pairs.push(("client_id", others)),
    }
    if let Some(certificate) = certificate {
        request = request.extension(certificate);
    }
    peer.send(request.body(form(&pairs)).expect("a request")).await
}

/// A token request.
async fn ask<Sv: ServesOAuth, I: Interaction<Sv>>(
    peer: &Peer<Sv, I>,
    client: &str,
    pairs: &[(&str, &str)],
    certificate: Option<ClientCertificate>,
) -> Answer {
    ask_at(peer, "/token", client, pairs, certificate).await
}

/// The requests whose grants need nothing but the client.
const SIMPLE: [(&str, &str); 1] = [("grant_type", "urn:example:own")];
const MACHINE: [(&str, &str); 1] = [("grant_type", "client_credentials")];

/// `200 Bearer`, or an error with its status.
fn said(answer: &Answer) -> String {
    let json = answer.json();
    let word = if answer.status.is_success() { &json["token_type"] } else { &json["error"] };
    format!("{} {}", answer.status.as_u16(), word.as_str().unwrap_or_default()).trim_end().to_owned()
}

/// A code of the client.
async fn code<Sv: ServesOAuth, I: Interaction<Sv>>(peer: &Peer<Sv, I>, client: &str) -> String {
    let mut pairs = vec![("response_type", "code"), ("client_id", client), ("redirect_uri", CALLBACK), ("scope", "scope")];
    pairs.extend(PKCE);
    peer.code_for(&pairs).await
}

fn redeeming(code: &str) -> [(&str, &str); 4] {
    [("grant_type", "authorization_code"), ("code", code), ("redirect_uri", CALLBACK), ("code_verifier", common::VERIFIER)]
}

fn refreshing(token: &str) -> [(&str, &str); 2] {
    [("grant_type", "refresh_token"), ("refresh_token", token)]
}

/// What introspection says of a token.
async fn introspect<Sv: ServesOAuth, I: Interaction<Sv>>(peer: &Peer<Sv, I>, token: &str) -> Value {
    peer.post("/introspect", Some(&common::basic("rs", SECRET)), &[("token", token)]).await.json()
}

/// To what the token of the answer is bound.
async fn bound_to<Sv: ServesOAuth, I: Interaction<Sv>>(peer: &Peer<Sv, I>, answer: &Answer) -> Value {
    introspect(peer, &answer.member("access_token")).await["cnf"].clone()
}

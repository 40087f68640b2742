//! Certificates of clients (RFC 8705), and the names by which they are registered.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use bytes::Bytes;
use grantor::{
    AuthorizationServer, Client, ClientBuilder, ClientCertificate, ClientCredentials, Development, ManualClock, MemoryStore,
    MutualTls, OAuth21, ServesOAuth, issuer,
};
use http::Request;
use http::header::CONTENT_TYPE;
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::servers::{START, run};

/// The certificate of `CN=payments,O=Example Ltd,C=GB`.
const USUAL: &[u8] = include_bytes!("../seeds/client_certificate/usual");
/// Its name, the last part first.
const NAME: [(&str, &str); 3] = [("cn", "payments"), ("o", "Example Ltd"), ("c", "GB")];

/// A certificate in DER; or a text, which is registered as the name of one.
pub fn client_certificate(data: &[u8]) {
    match ClientCertificate::verified(data) {
        Ok(verified) => certificate(data, &verified),
        Err(_) => assert!(ClientCertificate::unverified(data).is_err(), "who verified it does not matter to how it is read"),
    }
    if let Ok(text) = str::from_utf8(data) {
        name(text);
    }
}

/// One sequence and nothing behind it, under the hash of its bytes; good for its own name and for itself, and for nobody if it has no name.
fn certificate(data: &[u8], verified: &ClientCertificate) {
    assert!(data.len() <= 16 * 1024 && is_one_sequence(data));
    let thumbprint = URL_SAFE_NO_PAD.encode(Sha256::digest(data));
    assert_eq!(verified.thumbprint(), thumbprint);
    let unverified = ClientCertificate::unverified(data).expect("the same bytes");
    assert!(verified.is_verified() && !unverified.is_verified());
    let name = verified.subject_dn();
    let by_name = || Client::with_certificate("job").tls_client_auth_subject_dn(&name);
    let is_short = (1..=2_048).contains(&name.len()) && !name.chars().any(char::is_control);
    if is_short {
        assert!(is_let_in(by_name(), verified), "{name}");
        assert!(!is_let_in(by_name(), &unverified), "{name}");
    }
    let itself = json!({"keys": [{"kty": "EC", "x5t#S256": thumbprint}, {"kty": "EC", "x5c": [STANDARD.encode(data)]}]});
    let other = json!({"keys": [{"kty": "EC", "x5t#S256": URL_SAFE_NO_PAD.encode(Sha256::digest(b"other"))}]});
    for certificate in [verified, &unverified] {
        assert!(is_let_in(Client::with_self_signed_certificate("job").jwks(itself.clone()), certificate));
        assert!(!is_let_in(Client::with_self_signed_certificate("job").jwks(other.clone()), certificate));
    }
}

/// The length of the outermost value is that of all that is there (X.690 section 8.1.3).
fn is_one_sequence(data: &[u8]) -> bool {
    let [0x30, first, rest @ ..] = data else { return false };
    let count = usize::from(first & 0x7f);
    match first & 0x80 {
        0 => rest.len() == count,
        _ if count > 4 || rest.len() < count => false,
        _ => rest[..count].iter().fold(0, |length, byte| length << 8 | usize::from(*byte)) == rest.len() - count,
    }
}

/// What lets the usual certificate in says what is in it, as far as it is written in the simplest way.
fn name(text: &str) {
    let usual = ClientCertificate::verified(USUAL).expect("a certificate");
    let client = Client::with_certificate("job").tls_client_auth_subject_dn(text);
    let is_let_in = is_let_in(client, &usual);
    if text.contains(['\\', '#', '"', '+']) || text.bytes().any(|byte| byte.is_ascii_digit()) {
        return;
    }
    let parts: Option<Vec<_>> = text.split(',').map(|part| part.split_once('=')).collect();
    let says = parts.is_some_and(|parts| {
        let read = parts.iter().map(|(kind, value)| (kind.trim_ascii().to_ascii_lowercase(), value.trim_ascii()));
        read.eq(NAME.map(|(kind, value)| (kind.to_owned(), value)))
    });
    assert_eq!(is_let_in, says && !text.chars().any(char::is_control), "{text:?}");
}

/// Does a server with this client give a token to a request with the certificate? One that cannot be registered gets none.
fn is_let_in(client: ClientBuilder, certificate: &ClientCertificate) -> bool {
    let Ok(client) = client.grant_types(["client_credentials"]).build() else { return false };
    run(async {
        let server = AuthorizationServer::builder()
            .profile(Development::<OAuth21>::new())
            .issuer(issuer!("https://as.example.com"))
            .storage(MemoryStore::new())
            .clock(ManualClock::new(START))
            .grant(ClientCredentials::new())
            .enable(MutualTls::new())
            .build();
        if server.register_client(client).await.is_err() {
            return false;
        }
        let request = Request::post("/token").header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        let request = request.extension(certificate.clone());
        let body = Bytes::from_static(b"grant_type=client_credentials&client_id=job");
        server.handle(request.body(body).expect("a request")).await.status() == 200
    })
}

//! Tokens issued and checked, as multiples of the signature alone: what `aws-lc-rs` takes to sign or verify as many bytes with the same
//! key. Both take turns in one run; the median of the ratios says more than any time. `cargo bench --bench jose`.

#[path = "common/host.rs"]
mod host;
#[path = "common/jwt.rs"]
mod jwt;
#[path = "common/keyed.rs"]
mod keyed;
#[path = "common/messages.rs"]
mod messages;
#[path = "common/proving.rs"]
mod proving;

use std::hint::black_box;
use std::time::Duration;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _, ParsedPublicKey,
    RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RsaKeyPair, UnparsedPublicKey,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use grantor::jose::{AccessTokenJwt, CompactJws, DpopProofJwt, TokenSigner};
use grantor::{Algorithm, JoseError, Jwks, KeyPair, Scope};
use jwt::JwtBench;
use keyed::KeyedBench;
use messages::MessagesBench;
use proving::ProvingBench;
use rustix::time::{ClockId, clock_gettime};
use serde_json::json;

const ROUNDS: usize = 301;
const PER_ROUND: usize = 16;
const CLAIMS: &str = r#"{"iss":"https://auth.example.com","aud":"https://api.example.com","sub":"5ba552d67","client_id":"s6BhdRkqt3","exp":1800000600,"iat":1800000000,"jti":"dbe39bf3a3ba4238a513f51d6e1691c4","scope":"openid profile reademail"}"#;
const PROOF: &str = r#"{"jti":"-BwC3ESc6acc2lTc","htm":"POST","htu":"https://auth.example.com/token","iat":1800000000,"ath":"fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo"}"#;

fn main() {
    let key = KeyPair::generate(Algorithm::Es256).expect("a key");
    let document = key.to_pkcs8().expect("a document");
    let bare = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &document).expect("a key");
    let issuer = TokenSigner::new(key);
    let token = issuer.sign_now::<AccessTokenJwt>(CLAIMS.as_bytes()).expect("a token");
    let (input, signature) = parts(&token);
    let random = SystemRandom::new();
    compare("issue ES256", || issuer.sign_now::<AccessTokenJwt>(CLAIMS.as_bytes()), || bare.sign(&random, input.as_bytes()));

    let point = bare.public_key().as_ref();
    let parsed = ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).expect("a key");
    let others = [Algorithm::Rs256, Algorithm::EdDsa].map(|algorithm| KeyPair::generate(algorithm).expect("a key"));
    let keys = Jwks::of(others.iter().map(KeyPair::public_key).chain([issuer.public_key()]));
    let bare_check = || parsed.verify_sig(input.as_bytes(), &signature);
    compare("check ES256", || check(&token, Algorithm::Es256, &keys), bare_check);

    // Its key is in the header, so it is parsed each time.
    let jwk = json!({"kty": "EC", "crv": "P-256", "x": encode(&point[1..33]), "y": encode(&point[33..])});
    let header = json!({"typ": "dpop+jwt", "alg": "ES256", "jwk": jwk}).to_string();
    let proof_input = format!("{}.{}", encode(header), encode(PROOF));
    let proof_signature = bare.sign(&random, proof_input.as_bytes()).expect("a signature");
    let proof = format!("{proof_input}.{}", encode(proof_signature.as_ref()));
    let unparsed = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point);
    let bare_proof = || unparsed.verify(proof_input.as_bytes(), proof_signature.as_ref());
    compare("check a DPoP proof", || check_proof(&proof, "https://auth.example.com/token"), bare_proof);
    compare("refuse a DPoP proof for another URL", || check_proof(&proof, "https://x.example"), bare_proof);

    server(&document);
    client(&document);
    proof_of_a_client(&document);
    messages(&document);
    rsa();
}

/// Whole requests: to the token endpoint, and to an API that has fetched the keys.
fn server(document: &[u8]) {
    let bench = JwtBench::new(document);
    let bare = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, document).expect("a key");
    let token = bench.token();
    let (input, signature) = parts(&token);
    let random = SystemRandom::new();
    println!("an access token of a client: {} bytes", token.len());
    // From the bytes of a request, which somebody else has read: they are not made here.
    let mut requests = Vec::new();
    let bare_sign = || bare.sign(&random, input.as_bytes());
    let prepare = |requests: &mut Vec<_>| requests.extend((0..PER_ROUND).map(|_| bench.request()));
    let issue = |requests: &mut Vec<_>| requests.pop().map(|request| bench.issue(request));
    compare_prepared("client credentials, ES256", &mut requests, prepare, issue, bare_sign);
    let parsed = ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, bare.public_key().as_ref()).expect("a key");
    let (request, required) = (JwtBench::presenting(&token), Scope::parse("read").expect("a scope"));
    let bare_check = || parsed.verify_sig(input.as_bytes(), &signature);
    compare("an API's check, ES256", || bench.check(&request, &required), bare_check);
}

/// A client authenticates with its key, which is in its record or was fetched, at an endpoint that does next to nothing else; and does not, which
/// costs no signature.
fn client(document: &[u8]) {
    let [registered, fetched] = [false, true].map(|is_fetched| KeyedBench::new(document, is_fetched));
    let bare = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, document).expect("a key");
    let parsed = ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, bare.public_key().as_ref()).expect("a key");
    for (name, bench, audience, status) in [
        ("private_key_jwt, ES256", &registered, "https://as.example.com", 200),
        ("private_key_jwt, ES256, with a jwks_uri", &fetched, "https://as.example.com", 200),
        ("refuse an assertion for another server", &registered, "https://other.example.com", 401),
    ] {
        let (input, signature) = bench.signed(audience);
        let bare_check = || parsed.verify_sig(input.as_bytes(), &signature);
        let prepare = |requests: &mut Vec<_>| requests.extend((0..PER_ROUND).map(|_| bench.request(audience)));
        let revoke = |requests: &mut Vec<_>| {
            let response = bench.revoke(requests.pop().expect("a request"));
            assert_eq!(response.status(), status);
        };
        compare_prepared(name, &mut Vec::new(), prepare, revoke, bare_check);
    }
}

/// An API checks a proof, from the header to the memory of those that have come; and one for another URL, which costs no signature.
fn proof_of_a_client(document: &[u8]) {
    let bench = ProvingBench::new(document);
    let bare = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, document).expect("a key");
    // Its key is in the header, so it is parsed each time.
    let unparsed = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, bare.public_key().as_ref());
    for (name, path, is_good) in
        [("an API's check of a DPoP proof", "/notes", true), ("an API's refusal of a proof for another URL", "/other", false)]
    {
        let (input, signature) = bench.signed(path);
        let bare_check = || unparsed.verify(input.as_bytes(), &signature);
        let prepare = |requests: &mut Vec<_>| requests.extend((0..PER_ROUND).map(|_| bench.request(path)));
        let check = |requests: &mut Vec<_>| {
            let checked = bench.check(&requests.pop().expect("a request"));
            assert_eq!(checked.is_ok(), is_good);
        };
        compare_prepared(name, &mut Vec::new(), prepare, check, bare_check);
    }
}

/// A request that its client signed, up to what the person is shown (RFC 9101); and a response that the server signs (JARM).
fn messages(document: &[u8]) {
    let bench = MessagesBench::new(document);
    let bare = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, document).expect("a key");
    let parsed = ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, bare.public_key().as_ref()).expect("a key");
    let (input, signature) = bench.signed();
    let object = format!("{input}.{}", encode(&signature));
    let bare_check = || parsed.verify_sig(input.as_bytes(), &signature);
    let prepare = |requests: &mut Vec<_>| requests.extend((0..PER_ROUND).map(|_| bench.request(&object)));
    let read = |requests: &mut Vec<_>| requests.pop().map(|request| bench.read(request));
    compare_prepared("read a signed request, ES256", &mut Vec::new(), prepare, read, bare_check);

    let location = bench.deny(bench.asking()).headers()[http::header::LOCATION].to_str().expect("text").to_owned();
    let (input, _) = parts(location.split_once("response=").expect("a response").1);
    let random = SystemRandom::new();
    let bare_sign = || bare.sign(&random, input.as_bytes());
    let prepare = |requests: &mut Vec<_>| requests.extend((0..PER_ROUND).map(|_| bench.asking()));
    let deny = |requests: &mut Vec<_>| requests.pop().map(|request| bench.deny(request));
    compare_prepared("sign a response, ES256", &mut Vec::new(), prepare, deny, bare_sign);
}

fn rsa() {
    let key = KeyPair::generate(Algorithm::Rs256).expect("a key");
    let bare = RsaKeyPair::from_pkcs8(&key.to_pkcs8().expect("a document")).expect("a key");
    let issuer = TokenSigner::new(key);
    let token = issuer.sign_now::<AccessTokenJwt>(CLAIMS.as_bytes()).expect("a token");
    let (input, signature) = parts(&token);
    let random = SystemRandom::new();
    let mut buffer = vec![0; bare.public_modulus_len()];
    compare(
        "issue RS256",
        || issuer.sign_now::<AccessTokenJwt>(CLAIMS.as_bytes()),
        || bare.sign(&RSA_PKCS1_SHA256, &random, input.as_bytes(), &mut buffer),
    );
    let parsed = ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, bare.public_key().as_ref()).expect("a key");
    let keys = Jwks::of([issuer.public_key()]);
    let bare_check = || parsed.verify_sig(input.as_bytes(), &signature);
    compare("check RS256", || check(&token, Algorithm::Rs256, &keys), bare_check);
}

/// What a resource server does with a token, but for its scope.
fn check(token: &str, algorithm: Algorithm, keys: &Jwks) -> Result<(), JoseError> {
    let jws = CompactJws::decode(token)?;
    let unverified = jws.unverified::<AccessTokenJwt>(&[algorithm])?;
    let claims = unverified.claims();
    let is_ours = claims.text("iss")? == "https://auth.example.com"
        && claims.texts("aud")?.any(|aud| aud == "https://api.example.com")
        && claims.time("exp")?.as_unix() > 1_800_000_000;
    if !is_ours {
        return Err(JoseError::Malformed("iss"));
    }
    unverified.verify(keys).map(|verified| drop(black_box(verified)))
}

/// What a server does with a proof, but for the memory of those it has seen.
fn check_proof(proof: &str, url: &str) -> Result<(), JoseError> {
    let jws = CompactJws::decode(proof)?;
    let unverified = jws.unverified::<DpopProofJwt>(&[Algorithm::Es256, Algorithm::EdDsa])?;
    let claims = unverified.claims();
    let is_ours = claims.text("htm")? == "POST" && claims.text("htu")? == url && claims.time("iat")?.as_unix() == 1_800_000_000;
    if !is_ours {
        return Err(JoseError::Malformed("htu"));
    }
    let key = unverified.embedded_key()?;
    black_box(key.thumbprint());
    unverified.verify(&key).map(|verified| drop(black_box(verified)))
}

fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// What is signed, and the signature.
fn parts(token: &str) -> (&str, Vec<u8>) {
    let (input, signature) = token.rsplit_once('.').expect("a signature");
    (input, URL_SAFE_NO_PAD.decode(signature).expect("base64url"))
}

/// The processor time of this thread.
fn now() -> Duration {
    clock_gettime(ClockId::ThreadCPUTime).try_into().expect("a duration")
}

/// Microseconds of one operation.
fn time<T>(mut operation: impl FnMut() -> T) -> f64 {
    let start = now();
    (0..PER_ROUND).for_each(|_| drop(black_box(operation())));
    (now() - start).as_secs_f64() * 1e6 / PER_ROUND as f64
}

fn compare<A, B>(name: &str, mut ours: impl FnMut() -> A, floor: impl FnMut() -> B) {
    compare_prepared(name, &mut (), |()| (), |()| ours(), floor);
}

fn compare_prepared<P, A, B>(
    name: &str,
    prepared: &mut P,
    prepare: impl Fn(&mut P),
    mut ours: impl FnMut(&mut P) -> A,
    mut floor: impl FnMut() -> B,
) {
    let mut round = || {
        prepare(prepared);
        (time(|| ours(prepared)), time(&mut floor))
    };
    let rounds: Vec<(f64, f64)> = (0..ROUNDS).map(|_| round()).collect();
    let median = |of: fn(&(f64, f64)) -> f64| {
        let mut values: Vec<f64> = rounds.iter().map(of).collect();
        values.sort_by(f64::total_cmp);
        values[values.len() / 2]
    };
    println!(
        "{name}: {:.1} us, the signature alone {:.1} us, {:.3} x (medians of {ROUNDS} interleaved rounds)",
        median(|round| round.0),
        median(|round| round.1),
        median(|round| round.0 / round.1)
    );
}

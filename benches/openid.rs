//! What OpenID Connect adds: a code becomes tokens with an ID token, as a multiple of the same without one and the bare signature;
//! userinfo beside introspection; discovery beside a copy of its document. The first of them also for a token endpoint that is written by
//! hand, which shows which part nobody can leave out. `cargo bench --bench openid`.

#[path = "common/by_hand.rs"]
mod by_hand;
mod common;
#[path = "common/openid.rs"]
mod openid;

use std::hint::black_box;
use std::time::Duration;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use by_hand::ByHand;
use bytes::Bytes;
use common::{CALLBACK, ISSUER, VERIFIER, hash, member};
use grantor::{Algorithm, KeyPair};
use openid::{answer, discovery, post, redemption, server, userinfo};
use rustix::time::{ClockId, clock_gettime};
use serde_json::json;

const ROUNDS: usize = 301;
const PER_ROUND: usize = 16;
/// Where the body of a token response by hand has it.
const ACCESS_TOKEN: std::ops::Range<usize> = 17..60;

fn time<T, O>(prepared: Vec<T>, mut operation: impl FnMut(T) -> O) -> f64 {
    let now = || Duration::try_from(clock_gettime(ClockId::ThreadCPUTime)).expect("a duration");
    let start = now();
    for input in prepared {
        black_box(operation(input));
    }
    (now() - start).as_secs_f64() * 1e9 / PER_ROUND as f64
}

fn prepare<T>(make: impl FnMut() -> T) -> Vec<T> {
    std::iter::repeat_with(make).take(PER_ROUND).collect()
}

/// The median of what is measured over what it is measured by, each in turns.
fn compare(name: &str, bound: f64, mut measured: impl FnMut() -> f64, mut by: impl FnMut() -> f64) {
    let mut rounds: Vec<(f64, f64)> = (0..ROUNDS).map(|_| (measured(), by())).collect();
    rounds.sort_by(|one, other| (one.0 / one.1).total_cmp(&(other.0 / other.1)));
    let (took, floor) = rounds[ROUNDS / 2];
    let bound = if bound.is_finite() { format!(" (at most {bound})") } else { String::new() };
    println!("{name}: {took:.0} ns, {:.2} times {floor:.0} ns{bound}", took / floor);
}

/// An ID token by hand, with what it cannot do without (OpenID Connect Core sections 2 and 3.1.3.6).
fn id_token(key: &EcdsaKeyPair, random: &SystemRandom, access_token: &str) -> String {
    let at_hash = URL_SAFE_NO_PAD.encode(&hash(access_token)[..16]);
    let claims =
        json!({"iss": ISSUER, "sub": "alice", "aud": "client", "exp": 1_700_000_300, "iat": 1_700_000_000, "at_hash": at_hash});
    let mut token = "eyJhbGciOiJFUzI1NiIsImtpZCI6IjEifQ.".to_owned();
    URL_SAFE_NO_PAD.encode_string(claims.to_string(), &mut token);
    let signature = key.sign(random, token.as_bytes()).expect("a signature");
    token.push('.');
    URL_SAFE_NO_PAD.encode_string(signature, &mut token);
    token
}

fn main() {
    let key = KeyPair::generate(Algorithm::Es256).expect("a key");
    let bare = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &key.to_pkcs8().expect("PKCS#8")).expect("a key");
    let (server, random) = (server(key), SystemRandom::new());

    let text = [b'x'; 400];
    let sign = || time(prepare(|| ()), |()| bare.sign(&random, &text).expect("a signature"));
    let redeem = |scope: &str| time(prepare(|| redemption(&server, scope)), |request| answer(&server, request));
    compare("code to tokens with an ES256 ID token, beside the bare signature", 1.2, || redeem("openid"), sign);
    compare(
        "the same, beside the signature and tokens without an ID token",
        1.1,
        || redeem("openid"),
        || redeem("read") + sign(),
    );

    let mut by_hand = ByHand::new();
    let redeem_by_hand = || {
        let body = |code| format!("grant_type=authorization_code&code={code}&redirect_uri={CALLBACK}&code_verifier={VERIFIER}");
        time(prepare(|| post("/token", body(by_hand.authorize()))), |request| {
            let tokens = by_hand.token(request);
            // It knows the token already: what reads it from the response is not part of it.
            let access_token = std::str::from_utf8(&tokens.body()[ACCESS_TOKEN]).expect("text");
            id_token(&bare, &random, access_token)
        })
    };
    compare("the same by hand, beside the bare signature", f64::INFINITY, redeem_by_hand, sign);

    let tokens = answer(&server, redemption(&server, "openid"));
    let token = member(&tokens, "access_token");
    let introspection = || post("/introspect", format!("token={token}"));
    compare(
        "userinfo, beside introspection",
        1.2,
        || time(prepare(|| userinfo(&token)), |request| answer(&server, request)),
        || time(prepare(introspection), |request| answer(&server, request)),
    );

    let document = answer(&server, discovery()).into_body();
    compare(
        "discovery, beside a copy of its document",
        20.0,
        || time(prepare(discovery), |request| answer(&server, request)),
        || time(prepare(|| ()), |()| Bytes::copy_from_slice(&document)),
    );
}

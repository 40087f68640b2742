//! What OpenID Connect adds: a code becomes tokens with an ID token, as a multiple of the same without one and the bare signature;
//! userinfo beside introspection; discovery beside a copy of its document. `cargo bench --bench openid`.

mod common;
#[path = "common/openid.rs"]
mod openid;

use std::hint::black_box;
use std::time::Duration;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use bytes::Bytes;
use common::member;
use grantor::{Algorithm, KeyPair};
use openid::{answer, discovery, post, redemption, server, userinfo};
use rustix::time::{ClockId, clock_gettime};

const ROUNDS: usize = 301;
const PER_ROUND: usize = 16;

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
    println!("{name}: {took:.0} ns, {:.2} times {floor:.0} ns (at most {bound})", took / floor);
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

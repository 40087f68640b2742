//! What OpenID Connect adds: a code becomes tokens with an ID token, as a multiple of the same without one and the bare signature;
//! userinfo beside introspection; discovery beside a copy of its document. `cargo bench --bench openid`.

mod common;

use std::hint::black_box;
use std::time::Duration;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use common::{CALLBACK, SECRET, block_on, member};
use grantor::{
    Algorithm, Approval, Authorization, AuthorizationCode, AuthorizationServer, Client, ClientSecret, Code, Development, Es256,
    FixedKeys, Introspection, KeyPair, MemoryStore, OAuth21, OpenId, Rs256, ServesOAuth as _, SigningKeys, Subject, issuer,
};
use http::{Request, Response};
use rustix::time::{ClockId, clock_gettime};

const ROUNDS: usize = 301;
const PER_ROUND: usize = 16;

type Server = AuthorizationServer<
    MemoryStore,
    (AuthorizationCode,),
    (Code,),
    (SigningKeys<(Es256, Rs256), FixedKeys>, OpenId<()>, Introspection),
    Development<OAuth21>,
>;

fn server(key: KeyPair) -> Server {
    let rsa = KeyPair::generate(Algorithm::Rs256).expect("a key");
    let keys = SigningKeys::fixed(Es256, key).expect("a key").and(Rs256, rsa).expect("a key");
    let server = AuthorizationServer::builder()
        .profile(Development::<OAuth21>::new())
        .issuer(issuer!("https://as.example.com"))
        .storage(MemoryStore::new())
        .grant(AuthorizationCode::new())
        .response_type(Code)
        .enable(keys)
        .enable(OpenId::new(()))
        .enable(Introspection::new())
        .build();
    let client = Client::confidential("client", &ClientSecret::parse(SECRET).expect("a secret")).redirect_uri(CALLBACK);
    let client = client.scope("openid read").id_token_signed_response_alg("ES256").build().expect("a client");
    block_on(server.register_client(client)).expect("a registration");
    server
}

fn post(path: &str, body: String) -> Request<Bytes> {
    let basic = format!("Basic {}", STANDARD.encode(format!("client:{SECRET}")));
    let builder = Request::post(path).header("content-type", "application/x-www-form-urlencoded");
    builder.header("authorization", basic).body(body.into()).expect("a request")
}

fn answer(server: &Server, request: Request<Bytes>) -> Response<Bytes> {
    let response = block_on(server.handle(request));
    assert_eq!(response.status(), 200, "{response:?}");
    response
}

/// The request that redeems a code for this scope.
fn redemption(server: &Server, scope: &str) -> Request<Bytes> {
    let query = format!(
        "/authorize?response_type=code&client_id=client&redirect_uri={CALLBACK}&scope={scope}&code_challenge={}&code_challenge_method=S256",
        common::CHALLENGE
    );
    let request = Request::get(query).body(Bytes::new()).expect("a request");
    let Authorization::Interact(request) = block_on(server.authorization().handle(request)) else { panic!("a valid request") };
    let decision = request.approve(Approval::by(Subject::new("alice").expect("a subject")));
    let response = block_on(server.authorization().complete(decision));
    let location = response.headers()["location"].to_str().expect("text").to_owned();
    let code = location.split("code=").nth(1).and_then(|rest| rest.split('&').next()).expect("a code");
    let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    post("/token", format!("grant_type=authorization_code&code={code}&redirect_uri={CALLBACK}&code_verifier={verifier}"))
}

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
    let userinfo = || {
        let request = Request::get("/userinfo").header("authorization", format!("Bearer {token}"));
        request.body(Bytes::new()).expect("a request")
    };
    let introspection = || post("/introspect", format!("token={token}"));
    compare(
        "userinfo, beside introspection",
        1.2,
        || time(prepare(userinfo), |request| answer(&server, request)),
        || time(prepare(introspection), |request| answer(&server, request)),
    );

    let discovery = || Request::get("/.well-known/openid-configuration").body(Bytes::new()).expect("a request");
    let document = answer(&server, discovery()).into_body();
    compare(
        "discovery, beside a copy of its document",
        20.0,
        || time(prepare(discovery), |request| answer(&server, request)),
        || time(prepare(|| ()), |()| Bytes::copy_from_slice(&document)),
    );
}

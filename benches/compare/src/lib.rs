//! Three libraries, the same operations: from the request that each takes to the response that it gives, in process, each with
//! its own in-memory store, every client secret checked by one SHA-256. README.md beside this says what differs.

pub mod jwts;
pub mod with_grantor;
pub mod with_oauth_as;
pub mod with_oxide_auth;

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

pub const ISSUER: &str = "https://as.example.com";
pub const CLIENT: &str = "client";
/// Long enough that grantor keeps a SHA-256 of it, as the others are told to.
pub const SECRET: &str = "a-secret-of-more-than-32-characters-for-benches";
pub const CALLBACK: &str = "https://client.example.com/callback";
pub const SCOPE: &str = "read write";
pub const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    ClientCredentials,
    /// From the authorization request to the redirect with a code; whoever is asked approves at once.
    Authorize,
    Redeem,
    Refresh,
    Introspect,
    /// What a protected resource does: the `Authorization` header, the token, its expiry, its scope.
    BearerCheck,
}

impl Operation {
    pub const ALL: [Self; 6] =
        [Self::ClientCredentials, Self::Authorize, Self::Redeem, Self::Refresh, Self::Introspect, Self::BearerCheck];

    pub const fn name(self) -> &'static str {
        match self {
            Self::ClientCredentials => "client credentials",
            Self::Authorize => "authorize",
            Self::Redeem => "code → tokens",
            Self::Refresh => "refresh",
            Self::Introspect => "introspection",
            Self::BearerCheck => "bearer check",
        }
    }
}

pub trait Library {
    const NAME: &'static str;
    /// As the library takes it.
    type Request;
    /// As the library gives it.
    type Response;

    /// The server with the one client.
    fn new() -> Self;

    /// Does the library have this at all?
    fn has(_: Operation) -> bool {
        true
    }

    /// Everything that comes before, and is not measured: also the codes and tokens that the request needs.
    fn prepare(&mut self, operation: Operation) -> Self::Request;

    /// What is measured.
    fn run(&mut self, operation: Operation, request: Self::Request) -> Self::Response;

    /// Panics unless the response is the one that was asked for.
    fn check(operation: Operation, response: &Self::Response);
}

/// `run`, as a function that callgrind finds by its name.
#[inline(never)]
pub fn measured<L: Library>(library: &mut L, operation: Operation, request: L::Request) -> L::Response {
    library.run(operation, request)
}

pub fn basic() -> String {
    format!("Basic {}", STANDARD.encode(format!("{CLIENT}:{SECRET}")))
}

/// The query of an authorization request.
pub fn authorization_query() -> String {
    format!(
        "response_type=code&client_id={CLIENT}&redirect_uri={CALLBACK}&scope=read+write&state=xyz\
         &code_challenge={CHALLENGE}&code_challenge_method=S256"
    )
}

/// The body of a request for tokens.
pub fn redemption(code: &str) -> String {
    format!("grant_type=authorization_code&code={code}&redirect_uri={CALLBACK}&code_verifier={VERIFIER}")
}

pub fn parameter<'a>(location: &'a str, name: &str) -> &'a str {
    let query = location.split_once('?').expect("a query").1;
    let value = query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
    value.unwrap_or_else(|| panic!("no `{name}` in {location}"))
}

pub fn member(json: &[u8], name: &str) -> String {
    let body: serde_json::Value = serde_json::from_slice(json).expect("JSON");
    body[name].as_str().unwrap_or_else(|| panic!("no `{name}` in {body}")).to_owned()
}

/// The output of a future that is ready at once, as all are on these stores: nothing of an executor is measured.
pub fn now<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("the future waits"),
    }
}

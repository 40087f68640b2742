//! Many callers at once, each through the real handlers from request bytes to response bytes.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, Instant};

use tokio::runtime::Runtime;

use crate::common::{AnyStore, Bench, member};
use crate::stores::token;

pub const CALLERS: usize = 64;

/// What callers and stores run on.
pub fn runtime() -> &'static Runtime {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime"))
}

#[derive(Debug, Clone, Copy)]
pub enum Operation {
    ClientCredentials,
    Introspection,
    Refresh,
}

impl Operation {
    pub const ALL: [Self; 3] = [Self::ClientCredentials, Self::Introspection, Self::Refresh];
}

/// How many tokens of each kind are used in turn.
const KNOWN: u64 = 4_096;

/// A server with its store, and tokens that it knows.
pub struct Target<S> {
    bench: Bench<S>,
    access_tokens: Vec<String>,
    /// Each is replaced by its successor.
    refresh_tokens: Vec<Mutex<String>>,
}

impl<S: AnyStore> Target<S> {
    pub fn new(store: S) -> Self {
        let _context = runtime().enter();
        Self { bench: Bench::new(store), access_tokens: Vec::new(), refresh_tokens: Vec::new() }
    }

    /// Tells of the tokens with which the store was filled past the server: the odd ones are refresh tokens.
    pub fn knows(&mut self, tokens: u64) {
        let spread = |first| (first..tokens).step_by((tokens / 2).div_ceil(KNOWN) as usize * 2).map(token);
        self.access_tokens = spread(0).collect();
        self.refresh_tokens = spread(1).map(Mutex::new).collect();
    }

    /// Issues so many tokens: of three one is a client's, and two are a person's access token and refresh token.
    pub fn issue(&mut self, tokens: u64) {
        let bench = &self.bench;
        for number in 0..tokens / 3 {
            let of_client = bench.client_credentials(bench.client_credentials_request());
            let of_person = bench.redeem(bench.redemption_request(&bench.authorize()));
            if number % (tokens / 3).div_ceil(KNOWN) == 0 {
                self.access_tokens.push(member(&of_client, "access_token"));
                self.refresh_tokens.push(Mutex::new(member(&of_person, "refresh_token")));
            }
        }
    }

    pub async fn perform(&self, operation: Operation, number: usize) {
        let bench = &self.bench;
        match operation {
            Operation::ClientCredentials => {
                let response = bench.server.token().handle(bench.client_credentials_request()).await;
                assert_eq!(response.status(), 200, "{:?}", response.body());
            }
            Operation::Introspection => {
                let body = format!("token={}", self.access_tokens[number % self.access_tokens.len()]);
                let response = bench.server.introspection().handle(bench.post("/introspect", body)).await;
                assert!(response.body().starts_with(b"{\"active\":true"), "{:?}", response.body());
            }
            Operation::Refresh => {
                let current = &self.refresh_tokens[number % self.refresh_tokens.len()];
                let body = format!("grant_type=refresh_token&refresh_token={}", current.lock().expect("no panic"));
                let response = bench.server.token().handle(bench.post("/token", body)).await;
                assert_eq!(response.status(), 200, "{:?}", response.body());
                *current.lock().expect("no panic") = member(&response, "refresh_token");
            }
        }
    }
}

/// Performs the operation so many times, this many at once; gives how long it took.
pub fn run<S: AnyStore>(target: &Arc<Target<S>>, operation: Operation, callers: usize, count: usize) -> Duration {
    runtime().block_on(async {
        let next = Arc::new(AtomicUsize::new(0));
        let start = Instant::now();
        let callers: Vec<_> = (0..callers)
            .map(|_| {
                let (target, next) = (target.clone(), next.clone());
                tokio::spawn(async move {
                    loop {
                        let number = next.fetch_add(1, Ordering::Relaxed);
                        if number >= count {
                            return;
                        }
                        target.perform(operation, number).await;
                    }
                })
            })
            .collect();
        for caller in callers {
            caller.await.expect("every answer is right");
        }
        start.elapsed()
    })
}

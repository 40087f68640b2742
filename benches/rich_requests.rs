//! A code that is redeemed with authorization details (RFC 9396), beside the same without, and what the details cost more as a multiple of
//! what nobody can do without: the parameter read as the application's types, and written four times, for the request, the code, the token
//! and the response. All take turns in one run. `cargo bench --bench rich_requests`.

use std::hint::black_box;
use std::time::Duration;

use bytes::Bytes;
use grantor::{
    Approval, Authorization, AuthorizationCode, AuthorizationDetail, AuthorizationServer, Client, Code, Development, MemoryStore,
    OAuth21, RichAuthorizationRequests, Subject, SuspendsRequests, issuer, wire_name,
};
use http::Request;
use rustix::time::{ClockId, clock_gettime};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::runtime::{self, Runtime};

const ROUNDS: usize = 101;
const PER_ROUND: usize = 16;
const DETAILS: &str = r#"[{"type":"payment_initiation","amount":12350,"currency":"EUR","creditor":"Merchant A"},{"type":"payment_initiation","amount":7,"currency":"EUR","creditor":"Merchant B"}]"#;

#[derive(Serialize, Deserialize)]
struct Payment {
    amount: u64,
    currency: String,
    creditor: String,
}
wire_name!(Payment = "payment_initiation");

impl AuthorizationDetail for Payment {
    fn covers(&self, narrower: &Self) -> bool {
        narrower.amount <= self.amount && narrower.currency == self.currency && narrower.creditor == self.creditor
    }
}

fn server(runtime: &Runtime) -> impl SuspendsRequests + use<> {
    let server = AuthorizationServer::builder()
        .profile(Development::<OAuth21>::new())
        .issuer(issuer!("https://as.example.com"))
        .storage(MemoryStore::new())
        .grant(AuthorizationCode::new())
        .response_type(Code)
        .enable(RichAuthorizationRequests::<(Payment,)>::new())
        .build();
    let client = Client::public("app").redirect_uri("https://client.example/cb").scope("read write");
    let client = client.authorization_details_types(["payment_initiation"]).build().expect("a client");
    runtime.block_on(server.register_client(client)).expect("a registration");
    server
}

/// From the authorization request to the token response.
fn authorize_and_redeem(runtime: &Runtime, server: &impl SuspendsRequests, query: &str) {
    let request = Request::get(format!("/authorize?{query}")).body(Bytes::new()).expect("a request");
    let Authorization::Interact(request) = runtime.block_on(server.authorize(request)) else { panic!("it is valid") };
    let approval = Approval::by(Subject::new("alice").expect("a name")).consented();
    let approval = request.details::<Payment>().fold(approval, Approval::detail);
    let response = runtime.block_on(server.complete(request.approve(approval)));
    let location = response.headers().get("location").expect("a redirect").to_str().expect("text");
    let code = location.split_once("code=").expect("a code").1.split('&').next().expect("a code");
    let body = format!(
        "grant_type=authorization_code&client_id=app&code={code}&code_verifier=dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    );
    let request = Request::post("/token").header("content-type", "application/x-www-form-urlencoded");
    let response = runtime.block_on(server.handle(request.body(body.into()).expect("a request")));
    assert_eq!(response.status(), 200);
    black_box(response);
}

fn floor() {
    let read: Vec<Value> = serde_json::from_str(DETAILS).expect("JSON");
    let payments: Vec<Payment> = read.iter().map(|it| Payment::deserialize(it).expect("a payment")).collect();
    for _ in 0..4 {
        black_box(serde_json::to_string(&payments).expect("JSON"));
    }
}

/// Microseconds of one operation, in processor time of this thread.
fn time(mut operation: impl FnMut()) -> f64 {
    let now = || Duration::try_from(clock_gettime(ClockId::ThreadCPUTime)).expect("a duration");
    let start = now();
    (0..PER_ROUND).for_each(|_| operation());
    (now() - start).as_secs_f64() * 1e6 / PER_ROUND as f64
}

fn main() {
    let runtime = runtime::Builder::new_current_thread().build().expect("a runtime");
    let server = server(&runtime);
    let plain = "response_type=code&client_id=app&scope=read+write&state=af0ifjsldkj&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256";
    let details = form_urlencoded::Serializer::new(String::new()).append_pair("authorization_details", DETAILS).finish();
    let rich = format!("{plain}&{details}");
    let mut rounds: Vec<[f64; 3]> = (0..ROUNDS)
        .map(|_| {
            let rich = time(|| authorize_and_redeem(&runtime, &server, &rich));
            [rich, time(|| authorize_and_redeem(&runtime, &server, plain)), time(floor)]
        })
        .collect();
    let mut median = |of: fn(&[f64; 3]) -> f64| {
        rounds.sort_by(|one, other| of(one).total_cmp(&of(other)));
        of(&rounds[ROUNDS / 2])
    };
    let (rich, plain, floor) = (median(|round| round[0]), median(|round| round[1]), median(|round| round[2]));
    let (ratio, more) = (median(|[rich, plain, _]| rich / plain), median(|[rich, plain, floor]| (rich - plain) / floor));
    println!(
        "request to tokens with two details: {rich:.1} us, without {plain:.1} us, {ratio:.2} x; the difference is {more:.2} x its floor \
         of {floor:.1} us (medians of {ROUNDS} interleaved rounds)"
    );
}

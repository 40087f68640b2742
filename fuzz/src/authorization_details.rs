//! The parameter `authorization_details`: what is accepted is of the types of the server, and is shown, granted and told as it was written,
//! and nothing beside it.

use bytes::Bytes;
use grantor::{
    Approval, Authorization, AuthorizationCode, AuthorizationDetail, AuthorizationServer, Client, Code, Development, ManualClock,
    MemoryStore, OAuth21, RichAuthorizationRequests, ServesOAuth, Subject, issuer,
};
use http::Request;
use http::header::LOCATION;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::servers::{START, run};

const CALLBACK: &str = "https://client.example/cb";
/// RFC 7636 appendix B.
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
/// So many bytes and so many details are read.
const MOST: (usize, usize) = (8_192, 32);

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Payment {
    amount: u32,
    to: Creditor,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
}
grantor::wire_name!(Payment = "payment");

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Creditor {
    name: String,
}

impl AuthorizationDetail for Payment {
    fn covers(&self, narrower: &Self) -> bool {
        self == narrower
    }
}

type Server = AuthorizationServer<
    MemoryStore,
    (AuthorizationCode,),
    (Code,),
    (RichAuthorizationRequests<(Payment,)>,),
    Development<OAuth21>,
>;

fn server() -> Server {
    let server = AuthorizationServer::builder()
        .profile(Development::<OAuth21>::new())
        .issuer(issuer!("https://as.example.com"))
        .storage(MemoryStore::new())
        .clock(ManualClock::new(START))
        .grant(AuthorizationCode::new())
        .response_type(Code)
        .enable(RichAuthorizationRequests::<(Payment,)>::new())
        .build();
    let client = Client::public("app").redirect_uri(CALLBACK).authorization_details_types(["payment"]);
    run(server.register_client(client.build().expect("a client"))).expect("registered");
    server
}

/// The detail as it is kept, if it is one: by hand, member for member.
fn kept(detail: &Value) -> Option<Value> {
    let members = detail.as_object()?;
    let known = ["type", "amount", "to", "note"];
    let creditor = members.get("to")?.as_object()?;
    let good = members.keys().all(|name| known.contains(&&**name))
        && members.get("type")? == "payment"
        && members.get("amount")?.as_u64()? <= u64::from(u32::MAX)
        && creditor.len() == 1
        && creditor.get("name")?.is_string()
        && members.get("note").is_none_or(|note| note.is_string() || note.is_null());
    let written = members.iter().filter(|(_, value)| !value.is_null());
    good.then(|| written.map(|(name, value)| (name.clone(), value.clone())).collect::<Map<_, _>>().into())
}

/// The parameter, as it is; and, if it is JSON, the same with each member once.
pub fn authorization_details(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    let accepted = ask(text);
    let Ok(value) = serde_json::from_str::<Value>(text) else {
        assert!(accepted.is_none() || text.is_empty(), "accepted, and no JSON");
        return;
    };
    let details = value.as_array().filter(|details| (1..=MOST.1).contains(&details.len()));
    let expected = details.and_then(|details| details.iter().map(kept).collect::<Option<Vec<_>>>()).map(Value::Array);
    if let Some(told) = accepted {
        assert_eq!(Some(told), expected, "accepted as something else: {text:?}");
        assert!(text.len() <= MOST.0);
    }
    let once = value.to_string();
    if once.len() <= MOST.0 {
        assert_eq!(ask(&once), expected, "{once}");
    }
}

/// Asks for it, approves all of it, and redeems the code: what the client is told that it got, if it was not refused.
fn ask(text: &str) -> Option<Value> {
    let server = server();
    let pairs = [
        ("response_type", "code"),
        ("client_id", "app"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
        ("authorization_details", text),
    ];
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    let request = post("/authorize", query);
    let asked = match run(server.authorization().handle(request)) {
        Authorization::Interact(request) => request,
        Authorization::Respond(response) => {
            let location = response.headers().get(LOCATION).map_or("", |value| value.to_str().expect("text"));
            // What is too long for the server is refused before.
            assert!(location.contains("error=invalid_authorization_details") || text.len() > MOST.0 / 2, "{response:?}");
            return None;
        }
    };
    let approval = Approval::by(Subject::new("alice").expect("a name")).consented();
    let Some(details) = asked.authorization_details().cloned() else {
        assert!(text.is_empty());
        return None;
    };
    let payments: Vec<&Payment> = asked.details::<Payment>().collect();
    assert_eq!(payments.len(), details.len());
    let approval = payments.iter().fold(approval, |approval, payment| approval.detail(*payment));
    let response = run(server.authorization().complete(asked.approve(approval)));
    let location = response.headers().get(LOCATION).expect("a redirect").to_str().expect("text").to_owned();
    let code = location.split_once("code=").expect("a code").1.split('&').next().expect("a code").to_owned();
    let body = format!("grant_type=authorization_code&client_id=app&code={code}&code_verifier={VERIFIER}");
    let answer: Value = serde_json::from_slice(run(server.handle(post("/token", body))).body()).expect("JSON");
    Some(answer["authorization_details"].clone())
}

fn post(path: &str, body: String) -> Request<Bytes> {
    let request = Request::post(path).header("content-type", "application/x-www-form-urlencoded");
    request.body(body.into()).expect("a request")
}

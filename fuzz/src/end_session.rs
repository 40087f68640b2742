//! The query of a logout request: only an ID token of the person signs them out without a question, and only what the client registered is
//! where they go.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicBool, Ordering};

use bytes::Bytes;
use grantor::{
    Approval, Authorization, AuthorizationCode, AuthorizationServer, Client, Code, Development, FixedKeys, KeyPair, ManualClock,
    MemoryStore, OAuth21, OpenId, RpInitiatedLogout, Rs256, ServesOAuth, SignOut, SignedIn, SigningKeys, StoreError, Subject,
    issuer,
};
use http::header::LOCATION;
use http::{HeaderMap, Request};

use super::servers::{START, run};

const CALLBACK: &str = "https://client.example/cb";
const AFTER: &str = "https://client.example/bye?a=b";
/// RFC 7636 appendix B.
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

/// Alice is signed in until she is signed out.
#[derive(Default)]
struct Browser(AtomicBool);

impl SignOut for Browser {
    async fn signed_in(&self, _: &Request<Bytes>) -> Result<Option<SignedIn>, StoreError> {
        Ok(Some(SignedIn::new(Subject::new("alice").expect("a subject"), "1")))
    }
    async fn sign_out(&self, _: &Request<Bytes>, _: &SignedIn) -> Result<HeaderMap, StoreError> {
        self.0.store(true, Ordering::Relaxed);
        Ok(HeaderMap::new())
    }
}

type Server = AuthorizationServer<
    MemoryStore,
    (AuthorizationCode,),
    (Code,),
    (SigningKeys<(Rs256,), FixedKeys>, OpenId<()>, RpInitiatedLogout<std::sync::Arc<Browser>>),
    Development<OAuth21>,
>;

static KEY: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let key = KeyPair::generate(grantor::Algorithm::Rs256).expect("a key");
    key.to_pkcs8().expect("a document").to_vec()
});

fn server(browser: &std::sync::Arc<Browser>) -> Server {
    let server = AuthorizationServer::builder()
        .profile(Development::<OAuth21>::new())
        .issuer(issuer!("https://as.example.com"))
        .storage(MemoryStore::new())
        .clock(ManualClock::new(START))
        .grant(AuthorizationCode::new())
        .response_type(Code)
        .enable(SigningKeys::fixed(Rs256, &KEY[..]).expect("a key"))
        .enable(OpenId::new(()))
        .enable(RpInitiatedLogout::new(browser.clone()))
        .build();
    let client = Client::public("app").redirect_uri(CALLBACK).post_logout_redirect_uri(AFTER).scope("openid");
    run(server.register_client(client.build().expect("a client"))).expect("registered");
    server
}

/// An ID token that says that Alice signed in, and not in which session: each run has a storage of its own.
static HINT: LazyLock<String> = LazyLock::new(|| {
    let server = server(&std::sync::Arc::default());
    let query =
        format!("/authorize?response_type=code&client_id=app&scope=openid&code_challenge={CHALLENGE}&code_challenge_method=S256");
    let request = Request::get(query).body(Bytes::new()).expect("a request");
    let Authorization::Interact(request) = run(server.authorization().handle(request)) else { panic!("a valid request") };
    let approval = Approval::by(Subject::new("alice").expect("a subject"));
    let response = run(server.authorization().complete(request.approve(approval)));
    let location = response.headers()[LOCATION].to_str().expect("ASCII").to_owned();
    let code = location.split("code=").nth(1).and_then(|rest| rest.split('&').next()).expect("a code");
    let body =
        format!("grant_type=authorization_code&client_id=app&code={code}&redirect_uri={CALLBACK}&code_verifier={VERIFIER}");
    let request = Request::post("/token").header("content-type", "application/x-www-form-urlencoded");
    let tokens = run(server.handle(request.body(Bytes::from(body)).expect("a request")));
    let tokens: serde_json::Value = serde_json::from_slice(tokens.body()).expect("JSON");
    tokens["id_token"].as_str().expect("an ID token").to_owned()
});

/// A query, in which `HINT` stands for an ID token.
pub fn end_session(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    let query = text.replace("HINT", &HINT);
    let Ok(request) = Request::get(format!("/end_session?{query}")).body(Bytes::new()) else { return };
    let query = request.uri().query().unwrap_or_default().to_owned();
    let browser = std::sync::Arc::<Browser>::default();
    let response = run(server(&browser).handle(request));

    let pairs: Vec<_> = form_urlencoded::parse(query.as_bytes()).into_owned().filter(|(_, value)| !value.is_empty()).collect();
    let one = |name: &str| pairs.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
    let is_hers = one("id_token_hint") == Some(&*HINT);
    let location = response.headers().get(LOCATION).map(|location| location.to_str().expect("ASCII"));
    match response.status().as_u16() {
        303 => {
            let location = location.expect("a location");
            assert!(is_hers && one("post_logout_redirect_uri") == Some(AFTER), "{query}");
            let (base, given) = location.split_at(AFTER.len());
            let given: Vec<_> = form_urlencoded::parse(given.trim_start_matches('&').as_bytes()).into_owned().collect();
            let state = one("state").map(|state| ("state".to_owned(), state.to_owned()));
            assert_eq!((base, given), (AFTER, state.into_iter().collect()), "{location}");
        }
        200 => assert!(location.is_none(), "{query}"),
        status => assert!(status == 400 && location.is_none(), "{status}: {query}"),
    }
    let is_out = browser.0.load(Ordering::Relaxed);
    assert!(!is_out || is_hers, "signed out without an ID token: {query}");
    assert_eq!(is_out, response.status() == 303 || (response.status() == 200 && is_hers), "{query}");
}

//! The parameter `claims` of an authentication request: what a client asks for by name it gets at userinfo, and nothing else.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use bytes::Bytes;
use grantor::{
    Approval, Authorization, AuthorizationCode, AuthorizationServer, Claims, ClaimsFor, ClaimsSource, Client, Code, Development,
    FixedKeys, KeyPair, LocalizedText, ManualClock, MemoryStore, OAuth21, OpenId, Rs256, ServesOAuth, SigningKeys,
    StandardClaims, StoreError, Subject, issuer,
};
use http::Request;
use http::header::LOCATION;
use serde_json::{Map, Value};

use super::servers::{START, run};

const CALLBACK: &str = "https://client.example/cb";
/// RFC 7636 appendix B.
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

struct People;

impl ClaimsSource for People {
    type Own = ();
    async fn claims(&self, about: ClaimsFor<'_>) -> Result<Claims, StoreError> {
        assert_eq!(about.subject().as_str(), "alice");
        Ok(StandardClaims {
            name: LocalizedText::from("Alice").in_language("de", "Alis"),
            email: Some("alice@example.com".to_owned()),
            email_verified: Some(true),
            gender: Some("female".to_owned()),
            ..StandardClaims::default()
        }
        .into())
    }
}

/// All that is known of her.
const KNOWN: [(&str, &str); 5] = [
    ("name", "\"Alice\""),
    ("name#de", "\"Alis\""),
    ("email", "\"alice@example.com\""),
    ("email_verified", "true"),
    ("gender", "\"female\""),
];

type Server = AuthorizationServer<
    MemoryStore,
    (AuthorizationCode,),
    (Code,),
    (SigningKeys<(Rs256,), FixedKeys>, OpenId<People>),
    Development<OAuth21>,
>;

static KEY: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let key = KeyPair::generate(grantor::Algorithm::Rs256).expect("a key");
    key.to_pkcs8().expect("a document").to_vec()
});

fn server() -> Server {
    let server = AuthorizationServer::builder()
        .profile(Development::<OAuth21>::new())
        .issuer(issuer!("https://as.example.com"))
        .storage(MemoryStore::new())
        .clock(ManualClock::new(START))
        .grant(AuthorizationCode::new())
        .response_type(Code)
        .enable(SigningKeys::fixed(Rs256, &KEY[..]).expect("a key"))
        .enable(OpenId::new(People))
        .build();
    let client = Client::public("app").redirect_uri(CALLBACK).scope("openid").build().expect("a client");
    run(server.register_client(client)).expect("registered");
    server
}

/// `claims`, as UTF-8.
pub fn openid_claims(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    if text.is_empty() {
        return;
    }
    let server = server();
    let encoded: String = form_urlencoded::byte_serialize(data).collect();
    let query = format!(
        "/authorize?response_type=code&client_id=app&scope=openid&code_challenge={CHALLENGE}&code_challenge_method=S256&claims={encoded}"
    );
    let Ok(request) = Request::get(query).body(Bytes::new()) else { return };
    let request = match run(server.authorization().handle(request)) {
        Authorization::Interact(request) => request,
        Authorization::Respond(response) => {
            // A text that is too long for a request altogether is a page.
            let location = response.headers().get(LOCATION).map_or("", |location| location.to_str().expect("ASCII"));
            assert!(location.contains("error=invalid_request") || (location.is_empty() && text.len() > 2_000), "{location}");
            return;
        }
    };
    // It was understood, so it is what the specification has.
    let read: Map<String, Value> = serde_json::from_str(text).expect("an object");
    let asked = |place: &str| read.get(place).and_then(Value::as_object).cloned().unwrap_or_default();
    let (userinfo, id_token) = (asked("userinfo"), asked("id_token"));
    for request in userinfo.values().chain(id_token.values()) {
        assert!(request.is_null() || request.is_object(), "{request}");
    }
    let names = |claims: &Map<String, Value>| claims.keys().cloned().collect::<BTreeSet<_>>();
    let shown = |claims: Option<&grantor::ClaimsRequest>, userinfo: bool| {
        let claims = claims.into_iter().flat_map(|claims| match userinfo {
            true => claims.userinfo().collect::<Vec<_>>(),
            false => claims.id_token().collect(),
        });
        claims.map(|claim| claim.name().to_owned()).collect::<BTreeSet<_>>()
    };
    assert_eq!(shown(request.claims(), true), names(&userinfo));
    assert_eq!(shown(request.claims(), false), names(&id_token));

    let approval = Approval::by(Subject::new("alice").expect("a subject")).authenticated_at(START);
    let response = run(server.authorization().complete(request.approve(approval)));
    let location = response.headers()[LOCATION].to_str().expect("ASCII").to_owned();
    let Some((_, code)) = location.split_once("?code=") else {
        // She is not whom the client wants, or did not sign in as it has to be.
        let essential = ["login_required", "unmet_authentication_requirements"];
        assert!(essential.iter().any(|error| location.contains(error)), "{location}");
        assert!(["sub", "acr"].iter().any(|name| userinfo.contains_key(*name) || id_token.contains_key(*name)));
        return;
    };
    let code = code.split('&').next().expect("a code");
    let body =
        format!("grant_type=authorization_code&client_id=app&code={code}&redirect_uri={CALLBACK}&code_verifier={VERIFIER}");
    let request = Request::post("/token").header("content-type", "application/x-www-form-urlencoded");
    let tokens = run(server.handle(request.body(Bytes::from(body)).expect("a request")));
    let tokens: Value = serde_json::from_slice(tokens.body()).expect("JSON");
    let token = tokens["access_token"].as_str().unwrap_or_else(|| panic!("{tokens}"));
    let request = Request::get("/userinfo").header("authorization", format!("Bearer {token}"));
    let answer = run(server.handle(request.body(Bytes::new()).expect("a request")));
    assert_eq!(answer.status(), 200);
    let said: Map<String, Value> = serde_json::from_slice(answer.body()).expect("JSON");
    for (name, value) in &said {
        if name == "sub" {
            assert_eq!(value, "alice");
            continue;
        }
        let known = KNOWN.iter().find(|(known, _)| known == name).unwrap_or_else(|| panic!("{name} is not known"));
        assert_eq!(&value.to_string(), known.1);
        let base = name.split('#').next().expect("a name");
        let wanted = userinfo.keys().any(|asked| asked.split('#').next() == Some(base));
        assert!(wanted, "{name} was not asked for");
        let Some(request) = userinfo.get(name).and_then(Value::as_object) else { continue };
        let fits = match (request.get("value"), request.get("values").and_then(Value::as_array)) {
            (Some(one), _) => one == value,
            (None, Some(several)) => several.is_empty() || several.contains(value),
            (None, None) => true,
        };
        assert!(fits, "{name} has another value than was asked for");
    }
    for (name, _) in KNOWN {
        let plainly = userinfo.get(name).is_some_and(Value::is_null);
        assert!(!plainly || said.contains_key(name), "{name} was asked for");
    }
}

//! Claims of JWT access tokens, rightly signed: by another server with the same key, say, or by a grant that somebody else wrote.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use grantor::jose::{AccessTokenJwt, TokenSigner};
use grantor::{
    Algorithm, AuthorizationServer, Client, ClientCredentials, ClientSecret, Development, EdDsa, FixedKeys, Introspection, Jwks,
    JwtAccessTokens, JwtVerifier, KeyPair, ManualClock, MemoryStore, OAuth21, Presented, ResourceOwner, ServesOAuth, SigningKeys,
    TokenClaims, TokenVerifier, issuer,
};
use http::Request;
use serde_json::Value;

use super::servers::{START, run};

const ISSUER: &str = "https://as.example.com";
const API: &str = "https://api.example.com";
const SECRET: &str = "a-secret-of-more-than-32-characters-for-the-client";
/// Seconds by which clocks may differ.
const LEEWAY: f64 = 10.0;
const NOW: f64 = START.as_unix() as f64;

type Server = AuthorizationServer<
    MemoryStore,
    (ClientCredentials,),
    (),
    (SigningKeys<(EdDsa,), FixedKeys>, JwtAccessTokens, Introspection),
    Development<OAuth21>,
>;

/// A server, who else has its key, an API, and the identifier of a token that the server issued to the client `app`.
struct World {
    server: Server,
    signer: TokenSigner<KeyPair>,
    api: JwtVerifier<Jwks>,
    own: String,
}

static WORLD: LazyLock<World> = LazyLock::new(|| {
    let key = KeyPair::generate(Algorithm::EdDsa).expect("a key");
    let document = key.to_pkcs8().expect("a document");
    let server = AuthorizationServer::builder()
        .profile(Development::<OAuth21>::new())
        .issuer(issuer!("https://as.example.com"))
        .storage(MemoryStore::new())
        .clock(ManualClock::new(START))
        .grant(ClientCredentials::new())
        .enable(SigningKeys::fixed(EdDsa, &document[..]).expect("a key"))
        .enable(JwtAccessTokens::new(API))
        .enable(Introspection::new())
        .build();
    let secret = ClientSecret::parse(SECRET).expect("a secret");
    let client = Client::confidential("app", &secret).grant_types(["client_credentials"]).introspects_any_token();
    run(server.register_client(client.build().expect("a client"))).expect("registered");
    let answer = post(&server, "/token", "grant_type=client_credentials");
    let token = answer["access_token"].as_str().expect("a token");
    let claims = URL_SAFE_NO_PAD.decode(token.split('.').nth(1).expect("claims")).expect("base64url");
    let claims: Value = serde_json::from_slice(&claims).expect("JSON");
    let own = claims["jti"].as_str().expect("jti").to_owned();
    let api = JwtVerifier::new(ISSUER, API, Jwks::of([key.public_key()])).clock(ManualClock::new(START));
    World { server, signer: TokenSigner::new(key), api, own }
});

fn post(server: &Server, path: &str, body: &str) -> Value {
    let body = format!("client_id=app&client_secret={SECRET}&{body}");
    let request = Request::post(path).header("content-type", "application/x-www-form-urlencoded");
    let response = run(server.handle(request.body(Bytes::from(body)).expect("a request")));
    assert_eq!(response.status(), 200, "{:?}", response.body());
    serde_json::from_slice(response.body()).expect("JSON")
}

/// These are good, whoever looks.
const GOOD: [&str; 3] = [
    include_str!("../seeds/access_token/right"),
    include_str!("../seeds/access_token/client"),
    include_str!("../seeds/access_token/everything"),
];

/// The claims of a token: what an API makes of them, and what its own server does. `"own"` stands for the identifier of a token of the
/// server.
pub fn access_token(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    let is_good = GOOD.contains(&text);
    let world = &*WORLD;
    let text = text.replace("\"own\"", &format!("\"{}\"", world.own));
    let token = world.signer.sign_now::<AccessTokenJwt>(text.as_bytes()).expect("a token");
    let (parts, ()) = Request::new(()).into_parts();
    let accepted = run(world.api.verify(&Presented::bearer(&token, &parts))).expect("an answer");
    let introspected = post(&world.server, "/introspect", &format!("token={}", &*token));
    assert!(!is_good || (accepted.is_some() && introspected["active"] == true), "{text}: {introspected}");
    if let Some(claims) = &accepted {
        api(claims, &serde_json::from_str(&text).expect("JSON"));
    }
    if introspected["active"] == true {
        server(&introspected, &serde_json::from_str(&text).expect("JSON"), &world.own);
    } else {
        assert_eq!(introspected, serde_json::json!({"active": false}));
    }
}

fn is_text(value: &Value) -> bool {
    value.is_string()
}

/// What every token has to have (RFC 9068 section 2.2), and what kind of value each claim is.
fn required(json: &Value) {
    assert_eq!(json["iss"], ISSUER);
    assert!(["sub", "client_id", "jti"].iter().all(|name| is_text(&json[*name])) && json["iat"].is_number(), "{json}");
    let optional = |name: &str, is: fn(&Value) -> bool| json.get(name).is_none_or(is);
    assert!(optional("scope", is_text) && optional("acr", is_text) && optional("auth_time", Value::is_number), "{json}");
    assert!(optional("cnf", Value::is_object), "{json}");
    assert!(optional("amr", |amr| is_text(amr) || amr.as_array().is_some_and(|all| all.iter().all(is_text))), "{json}");
}

fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::Array(all) => all.iter().filter_map(Value::as_str).collect(),
        value => value.as_str().into_iter().collect(),
    }
}

/// Whole seconds, from 1970 on.
fn seconds(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_f64().map(|seconds| seconds as u64))
}

fn api(claims: &TokenClaims, json: &Value) {
    required(json);
    assert!(texts(&json["aud"]).contains(&API), "{json}");
    // Of a fraction nothing is seen.
    assert!(json["exp"].as_f64().expect("exp") > NOW - LEEWAY, "{json}");
    assert!(json["iat"].as_f64().expect("iat") < NOW + LEEWAY + 1.0, "{json}");
    assert!(json.get("nbf").is_none_or(|nbf| nbf.as_f64().expect("nbf") < NOW + LEEWAY + 1.0), "{json}");
    assert_eq!((claims.subject(), claims.client_id()), (json["sub"].as_str(), json["client_id"].as_str()));
    assert_eq!(claims.scope().iter().collect::<Vec<_>>(), distinct(json["scope"].as_str().unwrap_or_default()));
    assert_eq!((claims.acr(), claims.auth_time().map(|at| at.as_unix())), (json["acr"].as_str(), seconds(&json["auth_time"])));
    assert_eq!(claims.amr().collect::<Vec<_>>(), texts(&json["amr"]));
    assert_eq!(claims.confirmation().is_some(), json.get("cnf").is_some());
    if let Some(ResourceOwner::Person(person)) = claims.resource_owner() {
        let client = json["client_id"].as_str().expect("a client");
        assert!(person != client && person.strip_prefix("client:") != Some(client), "a client is a person: {json}");
    }
}

fn distinct(scope: &str) -> Vec<&str> {
    let mut tokens: Vec<&str> = Vec::new();
    for token in scope.split(' ').filter(|token| !token.is_empty()) {
        if !tokens.contains(&token) {
            tokens.push(token);
        }
    }
    tokens
}

/// What its own server says of it: only of a token of a family that there is, to the client that has it.
fn server(introspected: &Value, json: &Value, own: &str) {
    required(json);
    assert!(json["exp"].as_f64().expect("exp") > NOW, "{json}");
    assert_eq!(json["client_id"], "app");
    // Family and generation; what is behind them only makes it unique.
    let names = |jti: &str| jti.splitn(3, '.').take(2).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(names(json["jti"].as_str().expect("jti"))[0], names(own)[0]);
    let subject = json["sub"].as_str().expect("sub");
    match introspected.get("sub") {
        None => assert_eq!(subject, "client:app"),
        Some(said) => assert!(said == subject && !subject.starts_with("client:"), "{json}"),
    }
    for name in ["acr", "jti", "client_id"] {
        assert_eq!(introspected.get(name), json.get(name), "{name}");
    }
    assert_eq!(texts(&introspected["amr"]), texts(&json["amr"]));
    assert_eq!(
        introspected["scope"].as_str().unwrap_or_default().split_whitespace().collect::<Vec<_>>(),
        distinct(json["scope"].as_str().unwrap_or_default())
    );
}

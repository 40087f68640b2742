//! What a running server issues, in the hands of APIs and clients that nobody here wrote: `oauth4webapi` and `openid-client` in Node,
//! `authlib` in Python, the crate `jsonwebtoken`.

use grantor::{
    AuthorizationServer, Client, ClientCredentials, ClientSecret, Development, DirectClient, EdDsa, Es256, Es384, FamilyStore,
    Grant, Granted, HttpClient as _, Introspection, JwtAccessTokens, JwtIntrospection, LoopbackIssuer, MemoryStore, No, OAuth21,
    OAuthError, Ps256, Rs256, SigningKeys, Subject, Timestamp, TokenContext, WireName, extension_grant, router,
};
use http::{Request, header};
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{DecodingKey, Validation, decode, decode_header};
use serde_json::{Value, json};

use crate::peers::Peer;

const API: &str = "https://api.example.com";
const SECRET: &str = "a-secret-of-more-than-32-characters-for-tests";
const AUTH_TIME: u64 = 1_700_000_000;

/// Alice, who proved who she is.
struct Person;
extension_grant!(Person = "urn:example:grant:person", refresh_tokens: No, parameters: []);

impl<S: FamilyStore> Grant<S> for Person {
    async fn decide(&self, cx: &TokenContext<'_, S>) -> Result<Granted, OAuthError> {
        let granted = Granted::to(Subject::new("alice").expect("a name"), cx.scope()?);
        Ok(granted.authenticated_at(Timestamp::from_unix(AUTH_TIME)).acr("phr").amr(["hwk", "pin"]))
    }
}

/// A server over a socket that signs under this algorithm: its issuer.
macro_rules! serve {
    ($algorithm:ty) => {{
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a socket");
        let issuer = format!("http://{}", listener.local_addr().expect("an address"));
        let server = AuthorizationServer::builder()
            .profile(Development::<OAuth21>::new())
            .issuer(LoopbackIssuer::parse(&issuer).expect("an issuer"))
            .storage(MemoryStore::new())
            .grant(ClientCredentials::new())
            .grant(Person)
            .enable(SigningKeys::ephemeral().algorithm(<$algorithm>::default()))
            .enable(JwtAccessTokens::new(API))
            .enable(JwtIntrospection::new())
            .enable(Introspection::new())
            .build();
        let secret = ClientSecret::parse(SECRET).expect("a secret");
        let client = Client::confidential("app", &secret).scope("read write");
        let client = client.grant_types(["client_credentials", "urn:example:grant:person"]);
        let client = client.introspection_signed_response_alg(<$algorithm>::NAME).build().expect("a client");
        server.register_client(client).await.expect("registered");
        tokio::spawn(async move { axum::serve(listener, router(std::sync::Arc::new(server))).await });
        (issuer, <$algorithm>::NAME)
    }};
}

/// A client at such a server.
struct App {
    http: DirectClient,
    issuer: String,
}

impl App {
    fn at(issuer: &str) -> Self {
        Self { http: DirectClient::new().expect("a client"), issuer: issuer.to_owned() }
    }

    async fn send(&self, request: http::request::Builder, path: &str, body: String) -> Value {
        let request = request.uri(format!("{}{path}", self.issuer)).body(body.into()).expect("a request");
        let response = self.http.send(request).await.expect("an answer");
        assert_eq!(response.status(), 200, "{:?}", response.body());
        serde_json::from_slice(response.body()).expect("JSON")
    }

    async fn token(&self, grant: &str) -> String {
        let request = Request::post("/").header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let form = format!("grant_type={grant}&client_id=app&client_secret={SECRET}&scope=read");
        self.send(request, "/token", form).await["access_token"].as_str().expect("a token").to_owned()
    }

    async fn keys(&self) -> Value {
        self.send(Request::get("/"), "/jwks", String::new()).await
    }
}

/// With another signature, of the same form.
fn forged(token: &str, other: &str) -> String {
    format!("{}.{}", token.rsplit_once('.').expect("parts").0, other.rsplit_once('.').expect("parts").1)
}

/// The programs run while the server answers them.
async fn ask(peer: Peer, order: Value) -> Option<Value> {
    tokio::task::spawn_blocking(move || peer.ask(&order)).await.expect("an answer")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn oauth4webapi_and_openid_client_verify_what_a_server_signs() {
    for (issuer, alg) in [serve!(Es256), serve!(EdDsa), serve!(Ps256), serve!(Rs256), serve!(Es384)] {
        let order = json!({"issuer": issuer, "audience": API, "client_id": "app", "client_secret": SECRET, "alg": alg});
        let Some(answer) = ask(Peer::Node("oauth_peer.mjs"), order).await else { return };
        let [oauth4webapi, openid_client] = ["oauth4webapi", "openid_client"].map(|peer| &answer[peer]);
        for good in [&oauth4webapi["good"], &openid_client["api"]] {
            let claims = &good["value"];
            assert_eq!((&claims["iss"], &claims["aud"]), (&json!(issuer), &json!(API)), "{alg}: {answer}");
            assert_eq!((&claims["sub"], &claims["scope"]), (&json!("client:app"), &json!("read")), "{alg}: {answer}");
        }
        for refused in ["elsewhere", "forged"] {
            assert!(oauth4webapi[refused]["refused"].is_string(), "{alg}: {refused}: {answer}");
        }
        let introspected = &oauth4webapi["introspected"]["value"];
        assert_eq!(introspected["type"], "application/token-introspection+jwt", "{alg}: {answer}");
        for claims in [&introspected["claims"], &openid_client["introspected"]["value"]] {
            assert_eq!((&claims["active"], &claims["client_id"]), (&json!(true), &json!("app")), "{alg}: {answer}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn authlib_opens_a_resource_with_a_token_of_a_server() {
    // It pins no algorithm, and leaves RSA with PSS out.
    for (issuer, alg) in [serve!(Es256), serve!(Rs256)] {
        let app = App::at(&issuer);
        let (own, person) = (app.token("client_credentials").await, app.token("urn:example:grant:person").await);
        let request = |token: &str, audience: &str, scope: &str| json!({"token": token, "audience": audience, "scope": scope});
        let requests = [
            request(&person, API, "read"),
            request(&own, API, "read"),
            request(&own, API, "write"),
            request(&own, "https://other.example.com", "read"),
            request(&forged(&own, &person), API, "read"),
        ];
        let order = json!({"issuer": issuer, "jwks": app.keys().await, "requests": requests});
        let Some(answer) = ask(Peer::Python("authlib_api.py"), order).await else { return };
        let claims = &answer[0]["value"];
        assert_eq!(
            (&claims["sub"], &claims["auth_time"], &claims["acr"], &claims["amr"]),
            (&json!("alice"), &json!(AUTH_TIME), &json!("phr"), &json!(["hwk", "pin"])),
            "{alg}: {answer}"
        );
        assert_eq!(answer[1]["value"]["sub"], "client:app", "{alg}: {answer}");
        let refused = [2, 3, 4].map(|place: usize| &answer[place]["refused"]);
        assert_eq!(refused, ["insufficient_scope", "invalid_token", "invalid_token"], "{alg}: {answer}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn jsonwebtoken_verifies_tokens_of_a_server() {
    for (issuer, alg) in [serve!(Es256), serve!(EdDsa), serve!(Ps256), serve!(Rs256), serve!(Es384)] {
        let app = App::at(&issuer);
        let (own, person) = (app.token("client_credentials").await, app.token("urn:example:grant:person").await);
        let keys: JwkSet = serde_json::from_value(app.keys().await).expect("keys");
        let read = |token: &str, audience: &str| {
            let header = decode_header(token).expect("a header");
            assert_eq!(header.typ.as_deref(), Some("at+jwt"), "{alg}");
            let jwk = keys.find(header.kid.as_deref().expect("a kid")).expect("the key");
            let mut validation = Validation::new(alg.parse().expect("an algorithm"));
            validation.set_audience(&[audience]);
            validation.set_issuer(&[&issuer]);
            validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
            decode::<Value>(token, &DecodingKey::from_jwk(jwk).expect("a key"), &validation).map(|read| read.claims)
        };
        let claims = read(&person, API).expect("a good token");
        assert_eq!(
            (&claims["sub"], &claims["acr"], &claims["client_id"]),
            (&json!("alice"), &json!("phr"), &json!("app")),
            "{alg}"
        );
        assert_eq!(read(&own, API).expect("a good token")["sub"], "client:app", "{alg}");
        assert!(read(&own, "https://other.example.com").is_err(), "{alg}");
        assert!(read(&forged(&own, &person), API).is_err(), "{alg}");
    }
}

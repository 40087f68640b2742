//! Relying parties that nobody here wrote, at a running OpenID Provider: `openid-client` and `@openid/appauth` in Node, `authlib` in
//! Python, the crate `openidconnect`. `oidc-client-ts` has its place in a browser: `examples/server/tests/single_page_app.rs`.

use std::collections::HashMap;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use grantor::{
    Approval, AuthorizationCode, AuthorizationRequest, AuthorizationServer, Claims, ClaimsFor, ClaimsSource, Client,
    ClientSecret, Clock, Code, CodeIdToken, CodeIdTokenToken, Decision, Development, Es256, IdToken, IdTokenToken, Implicit,
    Interaction, LoopbackIssuer, MemoryStore, OpenId, RefreshToken, Revocation, Rfc6749, RpInitiatedLogout, Rs256, SignOut,
    SigningKeys, StandardClaims, StoreError, SystemClock, Timestamp, router_with,
};
use http::Request;
use serde_json::{Value, json};

use crate::common;
use crate::peers::Peer;

const CALLBACK: &str = "https://client.example/callback";
const SECRET: &str = common::SECRET;
const NATIVE_PATH: &str = "/callback";

struct People;

impl ClaimsSource for People {
    type Own = ();
    async fn claims(&self, about: ClaimsFor<'_>) -> Result<Claims, StoreError> {
        let name = about.subject().as_str();
        let email = Some(format!("{name}@example.com"));
        Ok(StandardClaims { name: name.into(), email, email_verified: Some(true), ..StandardClaims::default() }.into())
    }
}

/// Alice, who signed in a minute ago, and approves everything.
struct SignedIn(Timestamp);

impl<Sv: Sync> Interaction<Sv> for SignedIn {
    async fn decide(&self, _: &Sv, _: &Request<Bytes>, request: AuthorizationRequest) -> Decision {
        let approval = Approval::by(common::subject("alice")).authenticated_at(self.0).acr("phr").amr(["hwk"]);
        request.approve(approval.session("1"))
    }
}

/// Whoever signs out is Alice.
struct Alice;

impl SignOut for Alice {
    async fn signed_in(&self, _: &Request<Bytes>) -> Result<Option<grantor::SignedIn>, StoreError> {
        Ok(Some(grantor::SignedIn::new(common::subject("alice"), "1")))
    }
    async fn sign_out(&self, _: &Request<Bytes>, _: &grantor::SignedIn) -> Result<http::HeaderMap, StoreError> {
        Ok(http::HeaderMap::new())
    }
}

/// A provider on a free port, with the clients `rs256` and `es256`: its issuer.
async fn serve() -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let issuer = format!("http://{}", listener.local_addr().expect("an address"));
    let server = AuthorizationServer::builder()
        .profile(Development::<Rfc6749>::new())
        .issuer(LoopbackIssuer::parse(&issuer).expect("an issuer"))
        .storage(MemoryStore::new())
        .grant(AuthorizationCode::new())
        .grant(RefreshToken::new())
        .grant(Implicit::new())
        .response_type(Code)
        .response_type(IdToken)
        .response_type(IdTokenToken)
        .response_type(CodeIdToken)
        .response_type(CodeIdTokenToken)
        .enable(SigningKeys::ephemeral().algorithm(Rs256).algorithm(Es256))
        .enable(OpenId::new(People))
        .enable(RpInitiatedLogout::new(Alice))
        .enable(Revocation::new())
        .build();
    let secret = ClientSecret::parse(SECRET).expect("a secret");
    for (id, alg) in [("rs256", "RS256"), ("es256", "ES256")] {
        let client = Client::confidential(id, &secret).redirect_uri(CALLBACK).scope("openid profile email");
        let client = client.grant_types(["authorization_code", "refresh_token", "implicit"]);
        let client = client.response_types(["code", "id_token", "id_token token", "code id_token", "code id_token token"]);
        let client = client.id_token_signed_response_alg(alg).post_logout_redirect_uri(&format!("{CALLBACK}/out"));
        let client = if id == "es256" { client.userinfo_signed_response_alg(alg) } else { client };
        server.register_client(client.build().expect("a client")).await.expect("a registration");
    }
    // The port is whichever is free when it comes back (RFC 8252 section 7.3).
    let native = Client::public("native").redirect_uri(format!("http://127.0.0.1{NATIVE_PATH}")).scope("openid email");
    let native = native.grant_types(["authorization_code", "refresh_token"]).build().expect("a client");
    server.register_client(native).await.expect("a registration");
    let signed_in = SystemClock.now().as_unix() - 60;
    let router = router_with(Arc::new(server), SignedIn(Timestamp::from_unix(signed_in)));
    tokio::spawn(async move { axum::serve(listener, router).await });
    issuer
}

/// What a token says, whoever signed it.
fn claims(token: &str) -> Value {
    let payload = URL_SAFE_NO_PAD.decode(token.split('.').nth(1).expect("a payload")).expect("base64url");
    serde_json::from_slice(&payload).expect("JSON")
}

/// The programs run while the server answers them.
async fn ask(peer: Peer, order: Value) -> Option<Value> {
    tokio::task::spawn_blocking(move || peer.ask(&order)).await.expect("an answer")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn openid_client_signs_people_in() {
    let issuer = serve().await;
    for (id, alg) in [("rs256", "RS256"), ("es256", "ES256")] {
        let mut metadata = json!({"id_token_signed_response_alg": alg, "require_auth_time": true});
        if id == "es256" {
            metadata["userinfo_signed_response_alg"] = json!(alg);
        }
        let order =
            json!({"issuer": issuer, "client_id": id, "client_secret": SECRET, "redirect_uri": CALLBACK, "metadata": metadata});
        let Some(answer) = ask(Peer::Node("openid_peer.mjs"), order).await else { return };
        assert_eq!(answer["metadata"]["userinfo_endpoint"], format!("{issuer}/userinfo"));
        for name in ["first", "refreshed", "aged", "hinted", "id_token", "code_id_token"] {
            let claims = &answer[name];
            let said = (&claims["iss"], &claims["aud"], &claims["sub"], &claims["acr"]);
            assert_eq!(said, (&json!(issuer), &json!(id), &json!("alice"), &json!("phr")), "{name}: {answer}");
            assert!(claims["auth_time"].is_u64(), "{name}: {answer}");
        }
        assert_eq!(answer["first"]["email"], Value::Null);
        assert_eq!(
            (&answer["id_token"]["email"], &answer["userinfo"]["email"]),
            (&json!("alice@example.com"), &json!("alice@example.com"))
        );
        assert_eq!(answer["stale"]["refused"], "login_required", "{answer}");
        assert!(answer["other"]["refused"].is_string(), "{answer}");
        assert_eq!((&answer["out"], answer["sid"].is_string()), (&json!(format!("{CALLBACK}/out?state=bye")), true), "{answer}");
        assert_eq!(answer["ended"]["refused"], "invalid_grant", "{answer}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn appauth_signs_people_in_to_a_native_application() {
    let issuer = serve().await;
    let order = json!({"issuer": issuer, "client_id": "native", "path": NATIVE_PATH});
    let Some(answer) = ask(Peer::Node("appauth_peer.mjs"), order).await else { return };
    assert_eq!(answer["configuration"]["end_session_endpoint"], format!("{issuer}/end_session"), "{answer}");
    for (name, nonce) in [("first", json!("n")), ("refreshed", Value::Null)] {
        let id_token = answer[name]["id_token"].as_str().unwrap_or_else(|| panic!("no ID token: {answer}"));
        let claims = claims(id_token);
        let said = (&claims["iss"], &claims["aud"], &claims["sub"], &claims["nonce"]);
        assert_eq!(said, (&json!(issuer), &json!("native"), &json!("alice"), &nonce), "{name}: {answer}");
    }
    assert_ne!(answer["first"]["refresh_token"], answer["refreshed"]["refresh_token"], "{answer}");
    assert_eq!((&answer["userinfo"]["sub"], &answer["userinfo"]["email"]), (&json!("alice"), &json!("alice@example.com")));
    assert_eq!(answer["refused"], json!({"error": "login_required", "state": true}), "{answer}");
    assert_eq!((&answer["revoked"], answer["dead"].is_string()), (&json!(true), true), "{answer}");
}

/// A browser that goes to the authorization endpoint and comes back, and the token endpoint.
struct App {
    http: reqwest::Client,
    issuer: String,
}

impl App {
    fn at(issuer: &str) -> Self {
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build();
        Self { http: http.expect("a client"), issuer: issuer.to_owned() }
    }

    /// The parameters with which the browser comes back.
    async fn visit(&self, url: &str) -> HashMap<String, String> {
        let response = self.http.get(url).send().await.expect("an answer");
        let location = response.headers()["location"].to_str().expect("text").to_owned();
        let (_, parameters) = location.split_once(['?', '#']).expect("parameters");
        form_urlencoded::parse(parameters.as_bytes()).into_owned().collect()
    }

    async fn authorize(&self, response_type: &str) -> HashMap<String, String> {
        let pairs = [
            ("response_type", response_type),
            ("client_id", "es256"),
            ("redirect_uri", CALLBACK),
            ("scope", "openid email"),
            ("nonce", "n"),
            ("code_challenge", common::CHALLENGE),
            ("code_challenge_method", "S256"),
        ];
        self.visit(&format!("{}/authorize?{}", self.issuer, common::form(&pairs))).await
    }

    async fn redeem(&self, code: &str) -> Value {
        let pairs = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", CALLBACK),
            ("client_id", "es256"),
            ("client_secret", SECRET),
            ("code_verifier", common::VERIFIER),
        ];
        let request = self.http.post(format!("{}/token", self.issuer)).body(common::form(&pairs));
        let response = request.header("content-type", "application/x-www-form-urlencoded").send().await.expect("an answer");
        serde_json::from_slice(&response.bytes().await.expect("a body")).expect("JSON")
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn authlib_validates_id_tokens_of_each_flow() {
    let app = App::at(&serve().await);
    let jwks = app.http.get(format!("{}/jwks", app.issuer)).send().await.expect("an answer").bytes().await.expect("a body");
    let jwks: Value = serde_json::from_slice(&jwks).expect("JSON");
    let token = |kind: &str, id_token: &str, access_token: Option<&String>, code: Option<&String>, nonce: &str| json!({"kind": kind, "id_token": id_token, "algorithm": "ES256", "nonce": nonce, "access_token": access_token, "code": code});
    let mut tokens = Vec::new();
    let code = app.authorize("code").await.remove("code").expect("a code");
    let redeemed = app.redeem(&code).await;
    let access_token = redeemed["access_token"].as_str().expect("a token").to_owned();
    tokens.push(token("code", redeemed["id_token"].as_str().expect("a token"), Some(&access_token), None, "n"));
    for (response_type, kind) in [("id_token token", "implicit"), ("code id_token", "hybrid"), ("code id_token token", "hybrid")]
    {
        let front = app.authorize(response_type).await;
        tokens.push(token(kind, &front["id_token"], front.get("access_token"), front.get("code"), "n"));
    }
    let good = tokens.len();
    // What it refuses: another nonce, and another access token.
    tokens.push(token("code", redeemed["id_token"].as_str().expect("a token"), Some(&access_token), None, "m"));
    tokens.push(token("code", redeemed["id_token"].as_str().expect("a token"), Some(&code), None, "n"));
    let order = json!({"issuer": app.issuer, "client_id": "es256", "jwks": jwks, "tokens": tokens});
    let Some(answer) = ask(Peer::Python("openid_peer.py"), order).await else { return };
    let answers = answer.as_array().expect("answers");
    for (place, answer) in answers.iter().enumerate() {
        assert_eq!(answer["value"]["sub"] == "alice", place < good, "{place}: {answers:?}");
    }
    assert_eq!(answers.len(), good + 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_web_application_with_authlib_signs_people_in() {
    let issuer = serve().await;
    let client = |id: &str| json!({"client_id": id, "client_secret": SECRET, "plain_userinfo": id == "rs256"});
    let order = json!({"issuer": issuer, "redirect_uri": CALLBACK, "clients": [client("rs256"), client("es256")]});
    let Some(answers) = ask(Peer::Python("relying_party.py"), order).await else { return };
    for (id, answer) in ["rs256", "es256"].iter().zip(answers.as_array().expect("answers")) {
        let claims = &answer["signed_in"];
        assert_eq!((&claims["iss"], &claims["aud"], &claims["sub"]), (&json!(issuer), &json!(id), &json!("alice")), "{answer}");
        assert_eq!(answer["renewed"], true, "{answer}");
        // The state is good for the browser in which it was made, once.
        assert_eq!(
            (&answer["foreign"]["refused"], &answer["again"]["refused"]),
            (&json!("mismatching_state"), &json!("mismatching_state"))
        );
    }
    let userinfo = &answers[0]["userinfo"];
    assert_eq!((&userinfo["sub"], &userinfo["email"]), (&json!("alice"), &json!("alice@example.com")), "{answers}");
}

/// How the crate sends its requests.
struct Http(reqwest::Client);

impl<'c> openidconnect::AsyncHttpClient<'c> for Http {
    type Error = reqwest::Error;
    type Future = std::pin::Pin<Box<dyn Future<Output = Result<openidconnect::HttpResponse, reqwest::Error>> + Send + 'c>>;

    fn call(&'c self, request: openidconnect::HttpRequest) -> Self::Future {
        Box::pin(async move {
            let response = self.0.execute(request.try_into()?).await?;
            let (status, headers) = (response.status(), response.headers().clone());
            let mut answer = openidconnect::HttpResponse::new(response.bytes().await?.to_vec());
            (*answer.status_mut(), *answer.headers_mut()) = (status, headers);
            Ok(answer)
        })
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_crate_openidconnect_signs_people_in() {
    use openidconnect::core::{CoreAuthenticationFlow, CoreClient, CoreProviderMetadata, CoreUserInfoClaims};
    use openidconnect::{
        AccessTokenHash, AuthorizationCode, ClientId, CsrfToken, IssuerUrl, Nonce, OAuth2TokenResponse as _, PkceCodeChallenge,
        RedirectUrl, Scope, TokenResponse as _,
    };

    let app = App::at(&serve().await);
    let http = Http(app.http.clone());
    let issuer = IssuerUrl::new(app.issuer.clone()).expect("a URL");
    let metadata = CoreProviderMetadata::discover_async(issuer, &http).await.expect("metadata");
    let secret = openidconnect::ClientSecret::new(SECRET.to_owned());
    let client = CoreClient::from_provider_metadata(metadata, ClientId::new("rs256".to_owned()), Some(secret))
        .set_redirect_uri(RedirectUrl::new(CALLBACK.to_owned()).expect("a URL"));
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let (url, _, nonce) = client
        .authorize_url(CoreAuthenticationFlow::AuthorizationCode, CsrfToken::new_random, Nonce::new_random)
        .add_scope(Scope::new("email".to_owned()))
        .set_pkce_challenge(challenge)
        .set_max_age(std::time::Duration::from_secs(3_600))
        .url();
    let code = app.visit(url.as_str()).await.remove("code").expect("a code");
    let request = client.exchange_code(AuthorizationCode::new(code)).expect("an endpoint").set_pkce_verifier(verifier);
    let tokens = request.request_async(&http).await.expect("tokens");
    let verifying = client.id_token_verifier();
    let id_token = tokens.id_token().expect("an ID token");
    let claims = id_token.claims(&verifying, &nonce).expect("a good ID token");
    assert_eq!((claims.subject().as_str(), claims.auth_time().is_some()), ("alice", true));
    assert!(id_token.claims(&verifying, &Nonce::new("other".to_owned())).is_err());
    let hash = AccessTokenHash::from_token(
        tokens.access_token(),
        id_token.signing_alg().expect("an algorithm"),
        id_token.signing_key(&verifying).expect("a key"),
    );
    assert_eq!(claims.access_token_hash(), Some(&hash.expect("a hash")));
    let userinfo = client.user_info(tokens.access_token().clone(), Some(claims.subject().clone())).expect("an endpoint");
    let userinfo: CoreUserInfoClaims = userinfo.request_async(&http).await.expect("claims");
    assert_eq!(userinfo.email().map(|email| email.as_str()), Some("alice@example.com"));
    let refreshed = client.exchange_refresh_token(tokens.refresh_token().expect("a token")).expect("an endpoint");
    let refreshed = refreshed.request_async(&http).await.expect("tokens");
    let again =
        refreshed.id_token().expect("an ID token").claims(&verifying, |_: Option<&Nonce>| Ok(())).expect("a good ID token");
    assert_eq!((again.subject(), again.auth_time()), (claims.subject(), claims.auth_time()));
}

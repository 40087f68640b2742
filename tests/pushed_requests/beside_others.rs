//! Pushed requests beside what else reads authorization requests, and what authenticates clients.

use grantor::{
    Algorithm, Approval, Client, ClientSecret, Es256, KeyPair, OpenId, PrivateKeyJwt, Prompt, PushedAuthorizationRequests,
    Resource, ResourceIndicators, Resources, Rs256, SigningKeys, StepUp, Timestamp,
};
use serde_json::{Value, json};

use crate::common::SentBack as _;
use crate::common::browser::Browser;
use crate::common::html_form::Form;
use crate::common::{CALLBACK, SECRET, START, redemption, subject, with};
use crate::{brought, decided, jws, peer, push, pushed, redeem, request};

const ISSUER: &str = "https://as.example.com";

fn openid_client() -> Client {
    let secret = ClientSecret::parse(SECRET).expect("a secret");
    Client::confidential("conf", &secret).redirect_uri(CALLBACK).scope("openid scope").build().expect("a client")
}

// shows: RFC9126-2.1-04
#[tokio::test]
async fn what_openid_connect_asks_for_is_pushed_with_it() {
    let peer = peer!(
        PushedAuthorizationRequests::new(),
        enable(OpenId::new(())),
        enable(SigningKeys::ephemeral().algorithm(Rs256).algorithm(Es256))
    );
    peer.server.register_client(openid_client()).await.expect("a registration");
    let asks = [
        ("scope", "openid scope"),
        ("nonce", "n-0S6"),
        ("prompt", "login"),
        ("login_hint", "alice@example.com"),
        ("claims", r#"{"id_token": {"acr": {"values": ["phr"], "essential": true}}}"#),
    ];
    let uri = pushed(&peer, &with(&request("conf"), &asks)).await;
    let request_of = async || Browser::default().request(&*peer.server, &brought("conf", &uri)).await;
    let request = request_of().await;
    assert_eq!((request.prompt(), request.login_hint()), (&[Prompt::Login][..], Some("alice@example.com")));
    assert_eq!(request.required_acr().collect::<Vec<_>>(), ["phr"]);
    // A sign-in of before is none for this request.
    assert!(request.must_authenticate(Some(Timestamp::from_unix(START.as_unix() - 1))));
    let approval = || Approval::by(subject("alice")).authenticated_at(START).acr("phr");
    let answer = decided(&*peer.server, request.approve(approval())).await;
    let tokens = redeem(&peer, "conf", &answer).await;
    let payload = tokens.member("id_token");
    let claims: Value = serde_json::from_slice(&jws::decode(payload.split('.').nth(1).expect("a payload"))).expect("JSON");
    assert_eq!((&claims["nonce"], &claims["acr"], &claims["aud"]), (&json!("n-0S6"), &json!("phr"), &json!("conf")));
    // What is wrong with it, the client is told when it pushes.
    for (changes, code) in [
        (("claims", "{"), "invalid_request"),
        (("prompt", "none login"), "invalid_request"),
        (("id_token_hint", "e30.e30."), "invalid_request"),
        (("request", "e30.e30."), "request_not_supported"),
        (("registration", "{}"), "registration_not_supported"),
    ] {
        push(&peer, &with(&with(&crate::request("conf"), &asks), &[changes])).await.assert_error(400, code);
    }
}

/// What a person would have to do is not said of a request that no person has seen (RFC 9126 section 2.3).
// shows: RFC9126-2.3-01
#[tokio::test]
async fn no_error_is_about_what_a_person_would_have_to_do() {
    let peer = peer!(
        PushedAuthorizationRequests::new(),
        enable(OpenId::new(())),
        enable(SigningKeys::ephemeral().algorithm(Rs256)),
        enable(
            grantor::DynamicRegistration::new(grantor::AnyClient::new()).scope(grantor::Scope::parse("openid").expect("a scope"))
        )
    );
    let body = json!({"redirect_uris": [CALLBACK], "token_endpoint_auth_method": "none"}).to_string();
    let post = http::Request::post("/register").header("content-type", "application/json").body(body).expect("a request");
    let stranger = peer.send(post).await.member("client_id");
    let silent = with(&request(&stranger), &[("scope", "openid"), ("prompt", "none")]);
    peer.authorize(&silent).await.assert_page(400);
    let answer = peer.post("/par", None, &silent).await;
    answer.assert_error(400, "invalid_request");
    assert_eq!(peer.post("/par", None, &with(&silent, &[("prompt", "")])).await.status, 201);
}

#[tokio::test]
async fn resources_are_pushed_with_it() {
    let resources = || {
        Resources::new([
            Resource::new("https://calendar.example.com").expect("a resource"),
            Resource::new("https://contacts.example.com").expect("a resource"),
        ])
    };
    let peer = peer!(PushedAuthorizationRequests::new(), enable(ResourceIndicators::new(resources().expect("resources"))));
    push(&peer, &with(&request("conf"), &[("resource", "https://other.example.com")])).await.assert_error(400, "invalid_target");
    let mut pairs = request("conf");
    pairs.extend([("resource", "https://calendar.example.com"), ("resource", "https://contacts.example.com")]);
    let uri = pushed(&peer, &pairs).await;
    let request = Browser::default()
        .request(&*peer.server, &with(&brought("conf", &uri), &[("resource", "https://other.example.com")]))
        .await;
    assert_eq!(request.resources().collect::<Vec<_>>(), ["https://calendar.example.com", "https://contacts.example.com"]);
    let answer = decided(&*peer.server, request.approve(Approval::by(subject("alice")))).await;
    redeem(&peer, "conf", &answer).await.assert_ok();
}

#[tokio::test]
async fn a_stronger_sign_in_is_pushed_with_it() {
    let peer = peer!(PushedAuthorizationRequests::new(), enable(StepUp::new(["phr"])));
    let low = with(&request("conf"), &[("acr_values", "sms")]);
    push(&peer, &low).await.assert_error(400, "unmet_authentication_requirements");
    let uri = pushed(&peer, &with(&request("conf"), &[("acr_values", "phr sms"), ("max_age", "60")])).await;
    let request = Browser::default().request(&*peer.server, &brought("conf", &uri)).await;
    assert!(request.must_step_up(Some("sms")) && request.max_age() == Some(60));
    let weak = Approval::by(subject("alice")).authenticated_at(START).acr("sms");
    decided(&*peer.server, request.approve(weak)).await.assert_query_error("unmet_authentication_requirements");
    // The client was told, so it begins anew.
    crate::assert_invalid(&crate::bring(&peer, "conf", &uri).await);
    let uri = pushed(&peer, &with(&crate::request("conf"), &[("acr_values", "phr sms"), ("max_age", "60")])).await;
    let request = Browser::default().request(&*peer.server, &brought("conf", &uri)).await;
    let strong = Approval::by(subject("alice")).authenticated_at(START).acr("phr");
    let answer = decided(&*peer.server, request.approve(strong)).await;
    redeem(&peer, "conf", &answer).await.assert_ok();
}

#[tokio::test]
async fn a_response_mode_is_pushed_with_it() {
    let peer = peer!();
    let uri = pushed(&peer, &with(&request("conf"), &[("response_mode", "form_post")])).await;
    let answer = crate::bring(&peer, "conf", &uri).await;
    let form = Form::read(&answer.body);
    assert_eq!((&*form.action, form.input("state")), (CALLBACK, "xyz"));
    let pairs = with(&redemption(form.input("code")), &[("client_id", "conf")]);
    peer.token_conf(&pairs).await.assert_ok();
}

/// An assertion for the push, and another one for the code.
// shows: RFC9126-2-05, RFC9126-2-04, RFC9126-2.1-02, RFC7523BIS-5-01, RFC7523BIS-5-02, RFC7523BIS-5-05
#[tokio::test]
async fn with_a_key_instead_of_a_secret() {
    const TOKEN: &str = "https://as.example.com/token";
    const PAR: &str = "https://as.example.com/par";
    let key = jws::key(Algorithm::Es256);
    let strict = peer!(PushedAuthorizationRequests::new(), enable(PrivateKeyJwt::inline_keys()));
    let older = peer!(PushedAuthorizationRequests::new(), enable(PrivateKeyJwt::inline_keys().older_audiences()));
    let client = || {
        let client = Client::with_keys("keyed").redirect_uri(CALLBACK).scope("scope");
        client.jwks(json!({"keys": [jws::jwk(&key)]})).build().expect("a client")
    };
    strict.server.register_client(client()).await.expect("a registration");
    older.server.register_client(client()).await.expect("a registration");
    for (audience, by_strict, by_older) in [
        (json!(ISSUER), 201, 201),
        (json!([ISSUER]), 401, 201),
        (json!(TOKEN), 401, 201),
        (json!(PAR), 401, 201),
        (json!([PAR, ISSUER]), 401, 201),
        (json!("https://as.example.com/authorize"), 401, 401),
        (json!([ISSUER, "https://evil.example.com"]), 401, 401),
    ] {
        let push = || {
            let assertion = assertion(&key, &audience);
            let pairs = with(&request("keyed"), &[("client_assertion_type", JWT_BEARER), ("client_assertion", &*assertion)]);
            let post = http::Request::post("/par").header("content-type", "application/x-www-form-urlencoded");
            post.body(crate::common::form(&pairs)).expect("a request")
        };
        let answers = (strict.send(push()).await.status, older.send(push()).await.status);
        assert_eq!((answers.0.as_u16(), answers.1.as_u16()), (by_strict, by_older), "{audience}");
    }
    // The endpoint for pushed requests is no audience elsewhere.
    let assertion_for_par = assertion(&key, &json!(PAR));
    let pairs = [
        ("grant_type", "authorization_code"),
        ("code", "none"),
        ("client_assertion", &*assertion_for_par),
        ("client_assertion_type", JWT_BEARER),
    ];
    older.token(&pairs).await.assert_error(401, "invalid_client");
    // An assertion is good once, here and at the token endpoint together; and none of it is kept.
    let once = assertion(&key, &json!(ISSUER));
    let credentials = [("client_assertion_type", JWT_BEARER), ("client_assertion", &*once)];
    let answer = strict.post("/par", None, &with(&request("keyed"), &credentials)).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    strict.post("/par", None, &with(&request("keyed"), &credentials)).await.assert_error(401, "invalid_client");
    let uri = answer.member("request_uri");
    let request = Browser::default().request(&*strict.server, &brought("keyed", &uri)).await;
    assert_eq!((request.parameter("client_assertion"), request.parameter("client_assertion_type")), (None, None));
    let answer = decided(&*strict.server, request.approve(Approval::by(subject("alice")))).await;
    let code = answer.query().remove("code").expect("a code");
    let redeeming = with(&redemption(&code), &[("client_id", "keyed")]);
    strict.token(&with(&redeeming, &credentials)).await.assert_error(401, "invalid_client");
    let another = assertion(&key, &json!(ISSUER));
    strict.token(&with(&redeeming, &[("client_assertion_type", JWT_BEARER), ("client_assertion", &another)])).await.assert_ok();
}

const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

fn assertion(key: &KeyPair, audience: &Value) -> String {
    static COUNT: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);
    let (now, jti) = (START.as_unix(), COUNT.fetch_add(1, std::sync::atomic::Ordering::Relaxed));
    let claims =
        json!({"iss": "keyed", "sub": "keyed", "aud": audience, "iat": now, "exp": now + 60, "jti": format!("jti-{jti}")});
    jws::signed(&json!({"alg": "ES256"}).to_string(), &claims.to_string(), key)
}

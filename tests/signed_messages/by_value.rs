//! `request`: what is in it counts, and what is beside it does not.

use grantor::{
    Approval, Authorization, AuthorizationRequest, Dpop, OpenId, RequestObjects, Resource, ResourceIndicators, Resources, Rs256,
    SigningKeys, StandardClaims, StoreError,
};
use http::{Method, Request};
use serde_json::{Value, json};

use crate::common::{CALLBACK, PKCE, Peer, REQUEST, START, form, subject, with};
use crate::jws;
use crate::{app, assert_allowed, changed, claims, header, key, object, peer};

const INVALID: &str = "invalid_request_object";

// shows: RFC9101-5-05, RFC9101-5-08, RFC9101-5-07, RFC9101-6.2-01, RFC9101-6.3-01, RFC9101-6.3-02, RFC9101-10.2-01, OIDC-CORE-6.3.3-01
#[tokio::test]
async fn what_is_beside_a_request_object_is_ignored() {
    let peer = peer!(app(); enable(RequestObjects::inline_keys()));
    let request = object(json!({}));
    let alone = peer.authorize(&[("client_id", "app"), ("request", &request)]).await;
    assert_allowed(&alone);
    assert_eq!(alone.query()["state"], "inside");
    let beside = [
        ("state", "outside"),
        ("scope", "write"),
        ("redirect_uri", "https://attacker.example.com/"),
        ("response_type", "token"),
        ("code_challenge", ""),
        ("response_mode", "fragment"),
    ];
    let answer = peer.authorize(&with(&beside, &[("client_id", "app"), ("request", &request)])).await;
    assert_allowed(&answer);
    assert_eq!(answer.query()["state"], "inside");
    // What is missing inside is missing, whatever is beside it.
    for name in ["code_challenge", "response_type"] {
        let lacking = object(json!({name: null}));
        let pairs = with(&with(&REQUEST, &PKCE), &[("client_id", "app"), ("request", &lacking)]);
        let answer = peer.authorize(&pairs).await;
        assert_eq!((&*answer.query()["error"], &*answer.query()["state"]), ("invalid_request", "inside"), "{name}");
    }
    let stateless = object(json!({"state": null}));
    assert!(
        !peer
            .authorize(&[("client_id", "app"), ("request", &stateless), ("state", "outside")])
            .await
            .query()
            .contains_key("state")
    );
}

/// A client that is told a nonce for its proof sends the same request once more (RFC 9449 section 8): it is good once, and that was no use.
#[tokio::test]
async fn what_is_good_once_comes_again_with_a_nonce() {
    const PAR: &str = "https://as.example.com/par";
    let keys = grantor::MasterKeys::from_bytes(&std::array::from_fn::<u8, 32, _>(|at| 5 + 7 * at as u8)).expect("keys");
    let peer = peer!(app();
        master_keys(keys),
        enable(Dpop::new().nonces()),
        enable(grantor::PushedAuthorizationRequests::required()),
        enable(RequestObjects::inline_keys().required().once()));
    let request = object(json!({"jti": "once", "nbf": START.as_unix(), "exp": START.as_unix() + 60}));
    let proof_key = jws::key(grantor::Algorithm::Es256);
    let push = async |jti: &str, nonce: &str| {
        let proof = jws::signed(
            &json!({"typ": "dpop+jwt", "alg": "ES256", "jwk": jws::jwk(&proof_key)}).to_string(),
            &json!({"jti": jti, "htm": "POST", "htu": PAR, "iat": START.as_unix(), "nonce": nonce}).to_string(),
            &proof_key,
        );
        let post = Request::post("/par").header("content-type", "application/x-www-form-urlencoded").header("dpop", proof);
        let post = post.header("authorization", crate::common::basic("app", crate::common::SECRET));
        peer.send(post.body(form(&[("client_id", "app"), ("request", &request)])).expect("a request")).await
    };
    let told = push("1", "none").await;
    told.assert_error(400, "use_dpop_nonce");
    let nonce = told.header("dpop-nonce").to_owned();
    assert_eq!(push("2", &nonce).await.status, 201);
    push("3", &nonce).await.assert_error(400, INVALID);
}

/// By POST as well, and without `kid`.
#[tokio::test]
async fn a_request_object_is_posted_too() {
    let peer = peer!(app(); enable(RequestObjects::inline_keys()));
    let nameless = jws::signed(&changed(header(), json!({"kid": null})).to_string(), &claims().to_string(), key());
    let request = Request::builder().method(Method::POST).uri("/authorize").header("origin", "https://as.example.com");
    let request = request.header("content-type", "application/x-www-form-urlencoded").header("sec-fetch-site", "same-origin");
    let answer = peer.send(request.body(form(&[("client_id", "app"), ("request", &nameless)])).expect("a request")).await;
    assert_eq!(answer.status, 303, "{answer:?}");
    assert!(answer.query().contains_key("code"));
}

/// Why a request object is refused, each with a neighbour that is not.
// shows: RFC9101-4-06, RFC9101-4-09, RFC9101-5-05, RFC9101-6.2-02, RFC9101-6.2-03, RFC9101-6.2-04, RFC9101-6.2-05, RFC9101-6.3-03, RFC9101-10.5-02, RFC9101-10.7-01
#[tokio::test]
async fn each_thing_that_is_wrong_with_one_is_refused() {
    let peer = peer!(app(); enable(RequestObjects::inline_keys()));
    let now = START.as_unix();
    for (changes, good) in [
        (json!({"client_id": "other"}), json!({})),
        (json!({"client_id": null}), json!({})),
        (json!({"client_id": ["app"]}), json!({})),
        (json!({"iss": "other"}), json!({})),
        (json!({"iss": null}), json!({})),
        (json!({"aud": null}), json!({"aud": ["https://other.example.com", "https://as.example.com"]})),
        (json!({"aud": "https://as.example.com/"}), json!({})),
        (json!({"aud": "app"}), json!({})),
        (json!({"aud": [1]}), json!({})),
        (json!({"exp": now}), json!({"exp": now + 1})),
        (json!({"exp": "soon"}), json!({"exp": null})),
        (json!({"nbf": now + 11}), json!({"nbf": now + 10})),
        (json!({"iat": now + 11}), json!({"nbf": null, "iat": null})),
        (json!({"sub": "app"}), json!({"sub": "alice"})),
        (json!({"request": "x"}), json!({})),
        (json!({"request_uri": "https://app.example.com/r"}), json!({"exp": now + 31_536_000})),
    ] {
        let answer = peer.authorize(&[("client_id", "app"), ("request", &object(changes.clone()))]).await;
        assert_eq!(answer.query().get("error").map(String::as_str), Some(INVALID), "{changes}: {answer:?}");
        assert_allowed(&peer.authorize(&[("client_id", "app"), ("request", &object(good))]).await);
    }
}

// shows: RFC9101-6.1-02, OIDC-CORE-6.3.2-02, OIDC-CORE-6.3.2-03, OIDC-CORE-16.7-02
#[tokio::test]
async fn what_is_no_signed_jwt_of_the_client_is_refused() {
    let peer = peer!(app(); enable(RequestObjects::inline_keys()));
    let good = object(json!({}));
    let parts: Vec<&str> = good.split('.').collect();
    let with_header = |changes: Value| jws::signed(&changed(header(), changes).to_string(), &claims().to_string(), key());
    let twice = jws::signed(&header().to_string(), &jws::with(&claims().to_string(), r#""scope":"write""#), key());
    let null = jws::signed(&header().to_string(), &jws::with(&claims().to_string(), r#""nonce":null"#), key());
    for (at, wrong) in [
        "x",
        "a.b.c",
        &format!("{}.{}.", parts[0], parts[1]),
        // Five parts, as an encrypted one has.
        &format!("{good}.x.y"),
        &format!("{}.{}.{}", jws::encode(r#"{"alg":"none"}"#), parts[1], parts[2]),
        &format!("{}.{}.", jws::encode(r#"{"alg":"none"}"#), parts[1]),
        &format!("{}.{}.{}", jws::encode(r#"{"alg":"HS256"}"#), parts[1], parts[2]),
        &with_header(json!({"typ": "at+jwt"})),
        &with_header(json!({"typ": "client-authentication+jwt"})),
        &with_header(json!({"typ": "dpop+jwt"})),
        &with_header(json!({"kid": "two"})),
        &with_header(json!({"crit": ["b64"], "b64": false})),
        &jws::signed(&header().to_string(), &claims().to_string(), &jws::key(grantor::Algorithm::Es256)),
        &twice,
        &null,
    ]
    .into_iter()
    .enumerate()
    {
        let answer = peer.authorize(&[("client_id", "app"), ("request", wrong)]).await;
        assert_eq!(answer.query().get("error").map(String::as_str), Some(INVALID), "{at}: {answer:?}");
    }
    for good in [
        with_header(json!({"typ": "JWT"})),
        with_header(json!({"typ": null})),
        with_header(json!({"typ": "Application/OAuth-Authz-Req+JWT"})),
    ] {
        assert_allowed(&peer.authorize(&[("client_id", "app"), ("request", &good)]).await);
    }
}

/// What is good and too large to be kept is refused as it is without a signature.
#[tokio::test]
async fn a_large_one_is_refused() {
    let peer = peer!(app(); enable(RequestObjects::inline_keys()));
    let answer = peer.authorize(&[("client_id", "app"), ("request", &object(json!({"state": "x".repeat(40_000)})))]).await;
    assert_eq!(answer.query().get("error").map(String::as_str), Some("invalid_request"), "{}", answer.status);
}

/// An error goes to a redirect URI that the client has registered, with the state that is beside the object: what is in it nobody signed.
// shows: RFC9101-6.3-04
#[tokio::test]
async fn errors_go_where_the_request_says_if_that_is_the_clients() {
    let one = peer!(app(); enable(RequestObjects::inline_keys()));
    let two = peer!(app().redirect_uri("https://ownauth.com/other"); enable(RequestObjects::inline_keys()));
    let wrong = object(json!({"aud": "https://other.example.com"}));
    let pairs: [(&str, &str); 2] = [("client_id", "app"), ("request", &wrong)];
    let answer = one.authorize(&with(&pairs, &[("state", "s"), ("redirect_uri", CALLBACK)])).await;
    assert_eq!(
        (&*answer.query()["error"], &*answer.query()["state"], &*answer.query()["iss"]),
        (INVALID, "s", "https://as.example.com")
    );
    for answer in [
        // The only one it could be.
        one.authorize(&pairs).await,
        two.authorize(&with(&pairs, &[("redirect_uri", CALLBACK)])).await,
    ] {
        assert_eq!((answer.location().starts_with(CALLBACK), &*answer.query()["error"]), (true, INVALID));
    }
    for answer in
        [two.authorize(&pairs).await, one.authorize(&with(&pairs, &[("redirect_uri", "https://attacker.example.com/")])).await]
    {
        answer.assert_page(400);
        assert!(answer.body.contains(INVALID), "{answer:?}");
    }
    // The object is good, and its redirect URI is not the client's.
    let elsewhere = object(json!({"redirect_uri": "https://attacker.example.com/"}));
    let answer = one.authorize(&[("client_id", "app"), ("request", &elsewhere), ("redirect_uri", CALLBACK)]).await;
    answer.assert_page(400);
    let fragment = one.authorize(&with(&pairs, &[("redirect_uri", CALLBACK), ("response_mode", "fragment")])).await;
    assert_eq!(fragment.fragment()["error"], INVALID);
}

// shows: RFC9101-5-02
#[tokio::test]
async fn a_request_is_one_of_them_and_once() {
    let peer = peer!(app(); enable(RequestObjects::inline_keys()));
    let (request, uri) = (object(json!({})), "https://app.example.com/request.jwt");
    for pairs in [
        vec![("client_id", "app"), ("request", &*request), ("request_uri", uri)],
        vec![("client_id", "app"), ("request", &*request), ("request", &*request)],
        vec![("request", &*request)],
    ] {
        let answer = peer.authorize(&pairs).await;
        answer.assert_page(400);
        assert!(answer.body.contains("invalid_request"), "{answer:?}");
    }
    // Empty is not there (RFC 6749 section 3.1).
    assert_allowed(&peer.authorize(&[("client_id", "app"), ("request", &request), ("request_uri", "")]).await);
    let unsigned = with(&with(&REQUEST, &PKCE), &[("client_id", "app"), ("scope", "read"), ("request", "")]);
    assert_allowed(&peer.authorize(&unsigned).await);
}

// shows: OIDC-CORE-16.7-01, RFC9101-10.5-01, RFC9101-10.5-03, RFC9101-10.5-04, RFC9101-10.5-05
#[tokio::test]
async fn who_has_to_sign_is_refused_without() {
    let by_server = peer!(app(); enable(RequestObjects::inline_keys().required()));
    let by_client = peer!(app().require_signed_request_object(); enable(RequestObjects::inline_keys()));
    let unsigned = with(&with(&REQUEST, &PKCE), &[("client_id", "app"), ("scope", "read")]);
    for peer in [&by_server.authorize(&unsigned).await, &by_client.authorize(&unsigned).await] {
        assert_eq!(peer.query()["error"], "invalid_request", "{peer:?}");
    }
    let signed = object(json!({}));
    assert_allowed(&by_server.authorize(&[("client_id", "app"), ("request", &signed)]).await);
    assert_allowed(&by_client.authorize(&[("client_id", "app"), ("request", &signed)]).await);
    let none = format!("{}.{}.", jws::encode(r#"{"alg":"none"}"#), signed.split('.').nth(1).expect("claims"));
    assert_eq!(by_client.authorize(&[("client_id", "app"), ("request", &none)]).await.query()["error"], INVALID);
    assert_eq!(by_server.authorize(&[("client_id", "app"), ("request", &none)]).await.query()["error"], INVALID);
    let document = by_server.get("/.well-known/oauth-authorization-server").await.json();
    assert_eq!(document["require_signed_request_object"], true);
    let document = by_client.get("/.well-known/oauth-authorization-server").await.json();
    assert!(document.get("require_signed_request_object").is_none());
}

/// What waits for its person was signed, and a server that insists on that over the same storage takes it; what was not it does not take.
#[tokio::test]
async fn who_insists_insists_on_what_waits() {
    let (store, clock) = (grantor::MemoryStore::new(), grantor::ManualClock::new(START));
    let lax = crate::server!(store.clone(), clock, enable(RequestObjects::inline_keys()));
    let strict = crate::server!(store, clock, enable(RequestObjects::inline_keys().required()));
    lax.register_client(app().build().expect("a client")).await.expect("a registration");
    let (signed, unsigned) = (object(json!({})), with(&with(&REQUEST, &PKCE), &[("client_id", "app"), ("scope", "read")]));
    for (pairs, is_signed) in [(vec![("client_id", "app"), ("request", &*signed)], true), (unsigned, false)] {
        let mut browser = crate::common::browser::Browser::default();
        let handle = browser.begin_with(&lax, &pairs).await;
        assert_eq!(browser.resume(&strict, &handle).await.is_ok(), is_signed);
        assert!(browser.resume(&lax, &handle).await.is_ok());
    }
}

/// A form on the client's site posts the request: the browser comes without the cookie, is sent once more by a page of this server, and only then
/// is the object used up.
#[tokio::test]
async fn what_is_good_once_may_be_posted_from_another_site() {
    let peer = peer!(app(); enable(RequestObjects::inline_keys().once()));
    let request = object(json!({"jti": "j1"}));
    let body = form(&[("client_id", "app"), ("request", &request)]);
    let post = async |site: &str| {
        let request = Request::post("/authorize").header("content-type", "application/x-www-form-urlencoded");
        peer.send(request.header("sec-fetch-site", site).body(body.clone()).expect("a request")).await
    };
    let again = post("cross-site").await;
    assert_eq!(again.status, 200, "{again:?}");
    assert!(again.body.contains("<form"), "{again:?}");
    let answer = post("same-origin").await;
    assert_eq!((answer.status.as_u16(), answer.query().contains_key("code")), (303, true), "{answer:?}");
    assert_eq!(post("same-origin").await.query()["error"], "invalid_request_object");
}

struct People;

impl grantor::ClaimsSource for People {
    type Own = ();

    async fn claims(&self, _: grantor::ClaimsFor<'_>) -> Result<grantor::Claims<()>, StoreError> {
        Ok(grantor::Claims::new(StandardClaims::default(), ()))
    }
}

/// Numbers, objects and arrays are what the parameters of the same names would be.
// shows: RFC9101-4-04, RFC9101-4-05, OIDC-CORE-6.1-05
#[tokio::test]
async fn claims_are_parameters_whatever_their_form() {
    let clock = grantor::ManualClock::new(START);
    let server = crate::server!(
        grantor::MemoryStore::new(),
        clock,
        enable(RequestObjects::inline_keys()),
        enable(SigningKeys::ephemeral().algorithm(Rs256)),
        enable(OpenId::new(People)),
        enable(ResourceIndicators::new(
            Resources::new(
                ["https://api.example.com", "https://files.example.com"].map(|url| Resource::new(url).expect("a resource"))
            )
            .expect("resources")
        )),
        enable(Dpop::new())
    );
    server.register_client(app().build().expect("a client")).await.expect("a registration");
    let request = object(json!({
        "scope": "openid read",
        "max_age": 600,
        "nonce": "n",
        "prompt": "login",
        "claims": {"id_token": {"email": {"essential": true}}},
        "resource": ["https://api.example.com", "https://files.example.com"],
        "unknown": {"a": [1, true]},
        "flag": true,
    }));
    let path = format!("/authorize?{}", form(&[("client_id", "app"), ("request", &request)]));
    let request = Request::get(path).body(bytes::Bytes::new()).expect("a request");
    let Authorization::Interact(request) = server.authorization().handle(request).await else { panic!("a request") };
    let asked: &AuthorizationRequest = &request;
    assert_eq!((asked.max_age(), asked.resources().count()), (Some(600), 2));
    assert_eq!((asked.parameter("unknown"), asked.parameter("flag")), (Some(r#"{"a":[1,true]}"#), Some("true")));
    let response = server.authorization().complete(request.approve(Approval::by(subject("alice")).authenticated_at(START))).await;
    assert_eq!(response.status(), 302, "{response:?}");
    // Beside a request with `openid` the response type is there, too, and the same (OpenID Connect Core section 6.1).
    let peer = Peer::new(server, crate::common::Approves, clock);
    let request = object(json!({"scope": "openid"}));
    for (beside, expected) in [("code", None), ("token", Some("invalid_request_object"))] {
        let answer = peer.authorize(&[("client_id", "app"), ("response_type", beside), ("request", &request)]).await;
        let said = if answer.location().contains('#') { answer.fragment() } else { answer.query() };
        assert_eq!(said.get("error").map(String::as_str), expected, "{answer:?}");
    }
}

/// Without the feature `request` is what it was: refused where OpenID Connect or pushed requests name it, and ignored elsewhere.
#[tokio::test]
async fn without_the_feature_nothing_is_unpacked() {
    let peer = peer!(bare_app(); enable(grantor::PushedAuthorizationRequests::new()));
    let pairs = with(&with(&REQUEST, &PKCE), &[("client_id", "app"), ("scope", "read"), ("request", "x.y.z")]);
    assert_eq!(peer.authorize(&pairs).await.query()["error"], "request_not_supported");
    let document = peer.get("/.well-known/oauth-authorization-server").await.json();
    for member in
        ["request_parameter_supported", "request_object_signing_alg_values_supported", "require_request_uri_registration"]
    {
        assert!(document.get(member).is_none(), "{member}");
    }
}

fn bare_app() -> grantor::ClientBuilder {
    crate::bare("app")
}

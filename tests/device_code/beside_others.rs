//! The grant beside other features: what holds elsewhere, holds for devices.

#[path = "../common/provider.rs"]
mod provider;

use bytes::Bytes;
use grantor::{
    Algorithm, Approval, AuthorizationDetail, AuthorizationPolicy, Client, DecisionRefused, DeviceCode, DeviceError, Dpop, Es256,
    Interaction, JwtAccessTokens, KeyPair, Ongoing, OpenId, PushedAuthorizationRequests, Resource, ResourceIndicators, Resources,
    RichAuthorizationRequests, Rs256, Scope, ServesOAuth, SignOut, SignedIn, SigningKeys, Standing, StillAuthorized, StoreError,
    wire_name,
};
use http::{HeaderMap, Request};
use provider::People;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::common::browser::Browser;
use crate::common::{Answer, Pairs, Peer, START, form, subject, with};
use crate::{ASKS, DEVICE, Page as _, ask, asked, assert_pending, jws, of, peer, poll, polling};

fn payload(token: &str) -> Value {
    serde_json::from_slice(&jws::decode(token.split('.').nth(1).expect("claims"))).expect("JSON")
}

#[tokio::test]
async fn tokens_are_for_the_resources_that_the_device_named() {
    let resource = |name| Resource::new(name).expect("a resource");
    let resources = Resources::new([resource("https://a.example"), resource("https://b.example")]).expect("resources");
    let peer = peer!(DeviceCode::new(), enable(ResourceIndicators::new(resources)));
    let mut pairs = with(&of("conf"), &[("resource", "https://a.example")]);
    pairs.push(("resource", "https://b.example"));
    let (device_code, user_code) = asked(&peer, &pairs).await;
    let request = peer.server.typed(&user_code).await;
    assert_eq!(request.request().resources().collect::<Vec<_>>(), ["https://a.example", "https://b.example"]);
    peer.server.approved(request, Approval::by(subject("alice")).audience(["https://b.example"])).await.expect("an approval");
    let refused = with(&polling("conf", &device_code), &[("resource", "https://a.example")]);
    peer.token_conf(&refused).await.assert_error(400, "invalid_target");
    // That burned nothing.
    let answer = poll(&peer, "conf", &device_code).await;
    answer.assert_ok();
    assert_eq!(peer.introspect(&answer.member("access_token")).await["aud"], json!("https://b.example"));

    let unknown = with(&ASKS, &[("resource", "https://elsewhere.example")]);
    ask(&peer, &unknown).await.assert_error(400, "invalid_target");
}

/// Access to a meter, at most as often a day.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Readings {
    meter: String,
    daily: u32,
}
wire_name!(Readings = "readings");

impl AuthorizationDetail for Readings {
    fn covers(&self, narrower: &Self) -> bool {
        self.meter == narrower.meter && narrower.daily <= self.daily
    }
}

/// RFC 9396 section 2: `authorization_details` is of every request that asks for authorization, RFC 8628's too.
#[tokio::test]
async fn a_person_grants_what_the_device_asked_for_in_detail() {
    let peer = peer!(DeviceCode::new(), enable(RichAuthorizationRequests::<(Readings,)>::new()));
    fn meter(types: &[&str]) -> Client {
        let client = Client::public("meter").scope("scope read").grant_types([DEVICE, "refresh_token"]);
        client.authorization_details_types(types.iter().copied()).build().expect("a client")
    }
    peer.server.register_client(meter(&["readings"])).await.expect("a registration");
    let details = |daily: i64| json!([{"type": "readings", "meter": "m1", "daily": daily}]).to_string();
    fn pairs(details: &str) -> Pairs<'_> {
        with(&of("meter"), &[("authorization_details", details)])
    }
    for wrong in [&*details(-1), "[", r#"[{"type": "writings"}]"#] {
        ask(&peer, &pairs(wrong)).await.assert_error(400, "invalid_authorization_details");
    }
    let unregistered = details(4);
    ask(&peer, &with(&of("tv"), &[("authorization_details", &*unregistered)]))
        .await
        .assert_error(400, "invalid_authorization_details");

    let (device_code, user_code) = asked(&peer, &pairs(&details(4))).await;
    let mut browser = Browser::default();
    let handle = peer.server.shown(&mut browser, &user_code).await;
    let approve = async |approval: Approval| {
        let request = peer.server.resumed(&browser, &handle).await.expect("the request");
        let shown = request.request().details::<Readings>().cloned().collect::<Vec<_>>();
        assert_eq!(shown, [Readings { meter: "m1".into(), daily: 4 }]);
        peer.server.approved(request, approval).await
    };
    let alice = || Approval::by(subject("alice"));
    // A client that may not ask for them any more is not shown with them.
    let register = async |client: Client| peer.server.register_client(client).await.expect("a registration");
    register(meter(&[])).await;
    let changed = peer.server.resumed(&browser, &handle).await;
    assert!(matches!(changed, Err(DeviceError::ClientChanged)), "{changed:?}");
    register(meter(&["readings"])).await;
    // What grants none of them, or more, decides nothing.
    let refused = approve(alice()).await;
    assert!(matches!(refused, Err(DeviceError::Details(DecisionRefused::DetailsNotNamed))), "{refused:?}");
    let refused = approve(alice().detail(&Readings { meter: "m1".into(), daily: 5 })).await;
    assert!(matches!(refused, Err(DeviceError::Details(DecisionRefused::MoreThanAsked))), "{refused:?}");
    assert_pending(&poll(&peer, "meter", &device_code).await);

    approve(alice().consented().detail(&Readings { meter: "m1".into(), daily: 2 })).await.expect("an approval");
    peer.clock.advance(10);
    let answer = poll(&peer, "meter", &device_code).await;
    answer.assert_ok();
    let granted = json!([{"type": "readings", "meter": "m1", "daily": 2}]);
    assert_eq!(answer.json()["authorization_details"], granted);
    assert_eq!(peer.introspect(&answer.member("access_token")).await["authorization_details"], granted);
}

async fn with_proof<Sv: ServesOAuth, I: Interaction<Sv>>(
    peer: &Peer<Sv, I>,
    path: &str,
    pairs: &[(&str, &str)],
    key: &KeyPair,
) -> Answer {
    static COUNT: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);
    let jti = COUNT.fetch_add(1, std::sync::atomic::Ordering::Relaxed).to_string();
    let header = json!({"typ": "dpop+jwt", "alg": "ES256", "jwk": jws::jwk(key)});
    let claims = json!({"jti": jti, "htm": "POST", "htu": format!("https://as.example.com{path}"), "iat": START.as_unix()});
    let proof = jws::signed(&header.to_string(), &claims.to_string(), key);
    let request = Request::post(path).header("content-type", "application/x-www-form-urlencoded").header("DPoP", proof);
    peer.send(request.body(form(pairs)).expect("a request")).await
}

#[tokio::test]
async fn tokens_are_bound_to_a_key_of_the_device() {
    let peer = peer!(DeviceCode::new(), enable(Dpop::new()));
    let (key, other) = (jws::key(Algorithm::Es256), jws::key(Algorithm::Es256));
    // Bound from the first request on.
    let answer = with_proof(&peer, "/device_authorization", &ASKS, &key).await;
    answer.assert_ok();
    let device_code = answer.member("device_code");
    peer.server.allowed(&answer.member("user_code")).await;
    poll(&peer, "tv", &device_code).await.assert_error(400, "invalid_grant");
    with_proof(&peer, "/token", &polling("tv", &device_code), &other).await.assert_error(400, "invalid_grant");
    let answer = with_proof(&peer, "/token", &polling("tv", &device_code), &key).await;
    answer.assert_ok();
    assert_eq!(answer.member("token_type"), "DPoP");
    // Or when it fetches the tokens.
    let (device_code, user_code) = asked(&peer, &ASKS).await;
    assert_pending(&with_proof(&peer, "/token", &polling("tv", &device_code), &key).await);
    peer.server.allowed(&user_code).await;
    let answer = with_proof(&peer, "/token", &polling("tv", &device_code), &other).await;
    let thumbprint = other.public_key().thumbprint().to_string();
    assert_eq!(peer.introspect(&answer.member("access_token")).await["cnf"]["jkt"], *thumbprint);
}

macro_rules! provider {
    ($($given:ident($argument:expr)),*) => {{
        let peer = peer!(
            DeviceCode::new(),
            enable(SigningKeys::ephemeral().algorithm(Es256).algorithm(Rs256)),
            enable(OpenId::new(People::default()))
            $(, $given($argument))*
        );
        let client = grantor::Client::public("tv").scope("openid email offline_access scope");
        let client = client.grant_types([crate::DEVICE, "refresh_token"]).id_token_signed_response_alg("ES256");
        peer.server.register_client(client.build().expect("a client")).await.expect("a registration");
        peer
    }};
}

#[tokio::test]
async fn people_sign_in_to_a_device() {
    let peer = provider!();
    let asks = [("client_id", "tv"), ("scope", "openid email offline_access"), ("nonce", "n-1"), ("login_hint", "al")];
    let (device_code, user_code) = asked(&peer, &asks).await;
    let request = peer.server.typed(&user_code).await;
    assert_eq!(request.request().login_hint(), Some("al"));
    peer.server.approved(request, Approval::by(subject("alice")).authenticated_at(START)).await.expect("an approval");
    let answer = poll(&peer, "tv", &device_code).await;
    answer.assert_ok();
    // They are asked each time, so a device may have access while they are away.
    assert_eq!(answer.member("scope"), "openid email offline_access");
    let claims = payload(&answer.member("id_token"));
    assert_eq!((&claims["aud"], &claims["nonce"], &claims["auth_time"]), (&json!("tv"), &json!("n-1"), &json!(START.as_unix())));
    assert!(claims["at_hash"].is_string() && claims["sub"] == "alice" && claims.get("c_hash").is_none(), "{claims}");

    // Nobody is asked nothing.
    for prompt in ["none", "none login", "dance"] {
        ask(&peer, &with(&asks, &[("prompt", prompt)])).await.assert_error(400, "invalid_request");
    }
    for (name, code) in [("request", "request_not_supported"), ("request_uri", "request_uri_not_supported")] {
        ask(&peer, &with(&asks, &[(name, "x")])).await.assert_error(400, code);
    }
    // A sign-in that has to be new.
    peer.clock.advance(60);
    let (_, user_code) = asked(&peer, &with(&asks, &[("prompt", "login")])).await;
    let request = peer.server.typed(&user_code).await;
    assert!(request.request().must_authenticate(Some(START)));
    assert!(peer.server.approved(request, Approval::by(subject("alice")).authenticated_at(START)).await.is_err());
}

/// Whom the client asked for (OpenID Connect Core sections 3.1.2.1 and 5.5.1) is who has to approve, as at the authorization endpoint.
#[tokio::test]
async fn nobody_else_approves_than_whom_the_client_asked_for() {
    let peer = provider!(enable(grantor::RpInitiatedLogout::new(Leaves)));
    let asks = [("client_id", "tv"), ("scope", "openid scope")];
    let (device_code, user_code) = asked(&peer, &asks).await;
    peer.server.approved(peer.server.typed(&user_code).await, Approval::by(subject("alice"))).await.expect("an approval");
    let hint = poll(&peer, "tv", &device_code).await.member("id_token");
    let by = |name: &str| Approval::by(subject(name)).session("s-1");
    for (name, value) in [
        ("id_token_hint", &*hint),
        ("claims", r#"{"id_token":{"sub":{"value":"alice"}}}"#),
        ("claims", r#"{"userinfo":{"sub":{"values":["carol","alice"]}}}"#),
    ] {
        // With the scope `openid`, and without.
        for asks in [&asks[..], &[("client_id", "tv"), ("scope", "scope")]] {
            let (device_code, user_code) = asked(&peer, &with(asks, &[(name, value)])).await;
            let request = peer.server.typed(&user_code).await;
            assert!(request.request().wanted_subjects().expect("somebody").any(|subject| subject == "alice"));
            let refused = peer.server.approved(request, by("bob")).await.expect_err("somebody else");
            assert!(matches!(&refused, DeviceError::Refused(error) if error.code().as_str() == "login_required"), "{refused:?}");
            // Nothing was decided, and the client is none of his sign-in's.
            assert_pending(&poll(&peer, "tv", &device_code).await);
            assert_eq!(peer.server.sessions(&subject("bob")).await.expect("a store"), []);
            peer.server.approved(peer.server.typed(&user_code).await, by("alice")).await.expect("an approval");
            peer.clock.advance(10);
            let answer = poll(&peer, "tv", &device_code).await;
            assert_eq!(peer.introspect(&answer.member("access_token")).await["sub"], "alice");
        }
    }
    assert_eq!(peer.server.authorizations(&subject("bob")).await.expect("a list"), []);
}

/// Neither is something approved that ends in an ID token which no client could keep.
#[tokio::test]
async fn who_cannot_be_named_to_a_client_is_refused_before_anything_is_decided() {
    let peer = provider!();
    let (device_code, user_code) = asked(&peer, &[("client_id", "tv"), ("scope", "openid scope")]).await;
    let refused = peer.server.approved(peer.server.typed(&user_code).await, Approval::by(subject(&"a".repeat(256)))).await;
    assert!(matches!(&refused, Err(DeviceError::Refused(error)) if error.code().as_str() == "server_error"), "{refused:?}");
    assert_pending(&poll(&peer, "tv", &device_code).await);
}

/// The person is gone, or may no longer have what they granted.
struct Narrows;

impl AuthorizationPolicy for Narrows {
    async fn standing(&self, _: Ongoing<'_>) -> Result<Standing, StoreError> {
        Ok(Standing::NarrowedTo(Scope::parse("openid").expect("a scope")))
    }
}

#[tokio::test]
async fn jwts_logout_and_policies_work_as_with_browsers() {
    let peer = provider!(
        enable(JwtAccessTokens::new("https://api.example.com")),
        enable(StillAuthorized::new(Narrows)),
        enable(grantor::RpInitiatedLogout::new(Leaves)),
        enable(PushedAuthorizationRequests::new())
    );
    let (device_code, user_code) = asked(&peer, &[("client_id", "tv"), ("scope", "openid scope")]).await;
    let request = peer.server.typed(&user_code).await;
    let approval = Approval::by(subject("alice")).authenticated_at(START).session("s-1");
    peer.server.approved(request, approval).await.expect("an approval");
    let answer = poll(&peer, "tv", &device_code).await;
    answer.assert_ok();
    let claims = payload(&answer.member("access_token"));
    assert_eq!(
        (&claims["client_id"], &claims["sub"], &claims["aud"]),
        (&json!("tv"), &json!("alice"), &json!("https://api.example.com"))
    );
    // With the sign-in ends what was authorized in it.
    let alice = subject("alice");
    assert!(peer.server.end_session_named(&alice, "s-1").await.expect("an end").is_some());
    let pairs = [("grant_type", "refresh_token"), ("client_id", "tv"), ("refresh_token", &answer.member("refresh_token"))];
    peer.token(&pairs).await.assert_error(400, "invalid_grant");

    // One that ends before the person agrees has nothing begin in it.
    let (device_code, user_code) = asked(&peer, &[("client_id", "tv"), ("scope", "openid scope")]).await;
    assert!(peer.server.enter_from(&Browser::default(), &user_code, None).await.is_ok());
    assert_pending(&poll(&peer, "tv", &device_code).await);
}

struct Leaves;

impl SignOut for Leaves {
    async fn signed_in(&self, _: &Request<Bytes>) -> Result<Option<SignedIn>, StoreError> {
        Ok(None)
    }

    async fn sign_out(&self, _: &Request<Bytes>, _: &SignedIn) -> Result<HeaderMap, StoreError> {
        Ok(HeaderMap::new())
    }
}

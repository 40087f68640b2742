//! One server with all of it: OpenID Connect, resources, JWT access tokens, clients with keys. A client refreshes for one API after the
//! other, and everything ends in the middle.

use std::sync::atomic::{AtomicUsize, Ordering};

use grantor::{
    Algorithm, Approval, AuthorizationCode, AuthorizationRequest, AuthorizationServer, Client, ClientId, ClientSecret, Code,
    Decision, Development, Es256, Interaction, Introspection, JwtAccessTokens, KeyPair, ManualClock, MemoryStore, OAuth21,
    OpenId, PrivateKeyJwt, RefreshToken, Resource, ResourceIndicators, Resources, Revocation, Rs256, ServesOAuth, SigningKeys,
    issuer,
};
use http::Request;
use serde_json::{Value, json};

use crate::common::{self, CALLBACK, Peer, SECRET, START, subject, with};
use crate::jws;
use crate::provider::{self, People};

const CALENDAR: &str = "https://calendar.example.com";
const CONTACTS: &str = "https://contacts.example.com";
const USERINFO: &str = "https://as.example.com/userinfo";
const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

struct Approves;

impl<Sv: Sync> Interaction<Sv> for Approves {
    async fn decide(&self, _: &Sv, _: &Request<bytes::Bytes>, request: AuthorizationRequest) -> Decision {
        request.approve(Approval::by(subject("alice")).authenticated_at(START).acr("urn:example:pwd"))
    }
}

/// An assertion that was never used.
fn assertion(key: &KeyPair, id: &str) -> String {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let (now, jti) = (START.as_unix(), COUNT.fetch_add(1, Ordering::Relaxed));
    let claims = json!({"iss": id, "sub": id, "aud": provider::ISSUER, "iat": now, "exp": now + 60, "jti": jti.to_string()});
    jws::signed(r#"{"alg":"ES256","kid":"one"}"#, &claims.to_string(), key)
}

fn payload(token: &Value) -> Value {
    let text = token.as_str().expect("a token").split('.').nth(1).expect("claims");
    serde_json::from_slice(&jws::decode(text)).expect("JSON")
}

async fn userinfo<Sv: ServesOAuth, I: Interaction<Sv>>(peer: &Peer<Sv, I>, tokens: &Value) -> u16 {
    let token = tokens["access_token"].as_str().expect("a token");
    let request = Request::get("/userinfo").header("authorization", format!("Bearer {token}"));
    peer.send(request.body(bytes::Bytes::new()).expect("a request")).await.status.as_u16()
}

#[tokio::test]
async fn a_client_with_keys_refreshes_for_one_api_after_the_other_and_everything_ends() {
    let clock = ManualClock::new(START);
    let known = |name, scope: &str| Resource::new(name).expect("a resource").scope(scope.parse().expect("a scope"));
    let resources = [known(CALENDAR, "events"), known(CONTACTS, "contacts"), known(USERINFO, "openid")];
    let server = AuthorizationServer::builder()
        .profile(Development::<OAuth21>::new())
        .issuer(issuer!("https://as.example.com"))
        .storage(MemoryStore::new())
        .clock(clock.clone())
        .grant(AuthorizationCode::new())
        .grant(RefreshToken::new())
        .response_type(Code)
        .enable(SigningKeys::ephemeral().algorithm(Es256).algorithm(Rs256))
        .enable(OpenId::new(People::default()))
        .enable(ResourceIndicators::new(Resources::new(resources).expect("resources")))
        .enable(JwtAccessTokens::new("https://default.example.com"))
        .enable(PrivateKeyJwt::inline_keys())
        .enable(Introspection::new())
        .enable(Revocation::new())
        .build();
    let key = jws::key(Algorithm::Es256);
    let mut jwk = jws::jwk(&key);
    jwk["kid"] = json!("one");
    for id in ["app", "other"] {
        let client = Client::with_keys(id).jwks(json!({"keys": [jwk]})).redirect_uri(CALLBACK).scope("openid events contacts");
        let client = client.grant_types(["authorization_code", "refresh_token"]).id_token_signed_response_alg("ES256");
        server.register_client(client.build().expect("a client")).await.expect("a registration");
    }
    let secret = ClientSecret::parse(SECRET).expect("a secret");
    let rs = Client::confidential("rs", &secret).grant_types::<String>([]).introspects_any_token();
    server.register_client(rs.build().expect("a client")).await.expect("a registration");
    let peer = Peer::new(server, Approves, clock);

    let proven = |pairs: &[(&str, &str)], id: &str| {
        let mut pairs: Vec<(String, String)> = pairs.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        pairs.push(("client_assertion_type".into(), JWT_BEARER.into()));
        pairs.push(("client_assertion".into(), assertion(&key, id)));
        pairs
    };
    let token = async |pairs: &[(&str, &str)], id: &str| {
        let pairs = proven(pairs, id);
        peer.token(&pairs.iter().map(|(name, value)| (&**name, &**value)).collect::<Vec<_>>()).await
    };
    let begin = async || {
        let mut pairs =
            with(&with(&common::REQUEST, &common::PKCE), &[("client_id", "app"), ("scope", "openid events contacts")]);
        pairs.extend([("nonce", "n"), ("max_age", "0"), ("resource", CALENDAR), ("resource", CONTACTS), ("resource", USERINFO)]);
        peer.code_for(&pairs).await
    };
    let redeem = async |code: &str, resource: &str, id: &str| {
        let grant = [("grant_type", "authorization_code"), ("code", code), ("redirect_uri", CALLBACK)];
        token(&[&grant[..], &[("code_verifier", common::VERIFIER), ("resource", resource)]].concat(), id).await
    };
    let refresh = async |before: &Value, resource: &str, id: &str| {
        let refresh_token = before["refresh_token"].as_str().expect("a token");
        token(&[("grant_type", "refresh_token"), ("refresh_token", refresh_token), ("resource", resource)], id).await
    };

    // Somebody else's code, with keys of its own that are good; a resource that was not approved; then the client itself.
    let code = begin().await;
    redeem(&code, CALENDAR, "other").await.assert_error(400, "invalid_grant");
    redeem(&code, "https://default.example.com", "app").await.assert_error(400, "invalid_target");
    let calendar = redeem(&code, CALENDAR, "app").await.json();
    let said = payload(&calendar["access_token"]);
    assert_eq!(
        (&said["aud"], &said["scope"], &said["acr"]),
        (&json!(CALENDAR), &json!("openid events"), &json!("urn:example:pwd"))
    );
    let id_token = payload(&calendar["id_token"]);
    let expected = (&json!("app"), &json!("n"), &json!(START.as_unix()));
    assert_eq!((&id_token["aud"], &id_token["nonce"], &id_token["auth_time"]), expected);
    assert_eq!(userinfo(&peer, &calendar).await, 401);

    // One API after the other: tokens for the others live on, and none is good elsewhere.
    refresh(&calendar, CONTACTS, "other").await.assert_error(400, "invalid_grant");
    let contacts = refresh(&calendar, CONTACTS, "app").await.json();
    assert_eq!(payload(&contacts["access_token"])["scope"], "openid contacts");
    let refreshed = payload(&contacts["id_token"]);
    assert_eq!((&refreshed["sub"], refreshed.get("nonce"), &refreshed["auth_time"]), (&id_token["sub"], None, expected.2));
    let of_userinfo = refresh(&contacts, USERINFO, "app").await.json();
    assert_eq!((userinfo(&peer, &of_userinfo).await, userinfo(&peer, &contacts).await), (200, 401));
    for tokens in [&calendar, &contacts, &of_userinfo] {
        assert!(peer.is_active(tokens["access_token"].as_str().expect("a token")).await);
    }
    // An ID token is no access token.
    assert!(!peer.is_active(of_userinfo["id_token"].as_str().expect("a token")).await);
    assert_eq!(userinfo(&peer, &json!({"access_token": of_userinfo["id_token"]})).await, 401);

    // Everything ends: what was issued, and the code that was not redeemed yet.
    let waiting = begin().await;
    let id = ClientId::parse("app").expect("an identifier");
    assert_eq!(peer.server.revoke_client(&id).await.expect("an answer"), 2);
    for tokens in [&calendar, &contacts, &of_userinfo] {
        assert!(!peer.is_active(tokens["access_token"].as_str().expect("a token")).await);
        assert_eq!(userinfo(&peer, tokens).await, 401);
    }
    refresh(&of_userinfo, CALENDAR, "app").await.assert_error(400, "invalid_grant");
    redeem(&waiting, CALENDAR, "app").await.assert_error(400, "invalid_grant");
}

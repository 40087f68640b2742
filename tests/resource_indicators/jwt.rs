//! JWT access tokens for one API or another.

use std::sync::Arc;

use grantor::{
    AccessTokenClaims, Es256, Introspection, JwtAccessTokens, JwtVerifier, ManualClock, MemoryStore, NewAccessToken, Presented,
    Resource, ResourceIndicators, Resources, Revocation, SigningKeys, StoreError, TokenVerifier,
};
use http::Request;
use serde_json::{Value, json};

use crate::common::{Approves, Peer, START};
use crate::{ALL, CALENDAR, CONTACTS, Flow, chain, register, scope};

/// Says for whom the token is, and something that a resource says too.
struct Own;

impl AccessTokenClaims for Own {
    type Claims = Value;
    async fn claims(&self, token: NewAccessToken<'_>) -> Result<Value, StoreError> {
        Ok(json!({"told": token.audience().collect::<Vec<_>>(), "ours": "application"}))
    }
}

/// What a token says.
fn claims(token: &str) -> Value {
    use base64::Engine as _;
    let payload = token.split('.').nth(1).expect("a payload");
    let payload = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(payload).expect("base64url");
    serde_json::from_slice(&payload).expect("JSON")
}

macro_rules! jwt_peer {
    ($default:expr, $indicators:expr) => {{
        let clock = ManualClock::new(START);
        let server = chain!(Arc::new(MemoryStore::new()), clock)
            .enable(SigningKeys::ephemeral().algorithm(Es256))
            .enable(JwtAccessTokens::new($default).claims(Own))
            .enable($indicators)
            .enable(Introspection::new())
            .enable(Revocation::new())
            .build();
        register!(server);
        Peer::new(server, Approves, clock)
    }};
}

fn resources() -> Resources {
    let calendar = Resource::new(CALENDAR).expect("a resource").scope(scope("events:read events:write"));
    let calendar = calendar.access_token_lifetime(grantor::lifetime!(AccessTokenLifetime, 120));
    let calendar = calendar.claim("region", "eu").expect("a claim").claim("tier", 1).expect("a claim");
    let contacts = Resource::new(CONTACTS).expect("a resource").scope(scope("contacts:read"));
    let contacts = contacts.claim("region", "eu").expect("a claim").claim("ours", "resource").expect("a claim");
    let abroad = Resource::new("urn:example:abroad").expect("a resource").claim("region", "us").expect("a claim");
    Resources::new([calendar, contacts, abroad]).expect("resources")
}

// shows: RFC8707-2-08, RFC9068-3-01, RFC9068-3-03, RFC9068-2.2.3-02
#[tokio::test]
async fn a_jwt_says_for_which_api_it_is_and_what_that_one_says_of_it() {
    let peer = jwt_peer!("https://default.example.com", ResourceIndicators::new(resources()));
    let flow = Flow(&peer);
    let both = flow.begun(ALL, &[CALENDAR, CONTACTS]).await;
    flow.aimed_at(&both, &[CALENDAR, CONTACTS], ALL).await;
    let said = claims(&both.member("access_token"));
    assert_eq!(said["aud"], json!([CALENDAR, CONTACTS]));
    // What the application says counts more than what the resource says.
    assert_eq!((&said["region"], &said["tier"], &said["ours"]), (&json!("eu"), &json!(1), &json!("application")), "{said}");
    assert_eq!(said["told"], json!([CALENDAR, CONTACTS]));

    let contacts = flow.refresh(&both.member("refresh_token"), &[CONTACTS]).await;
    flow.aimed_at(&contacts, &[CONTACTS], "contacts:read").await;
    let token = contacts.member("access_token");
    let said = claims(&token);
    assert_eq!(
        (&said["aud"], &said["scope"], &said["tier"]),
        (&json!(CONTACTS), &json!("contacts:read"), &Value::Null),
        "{said}"
    );
    assert_eq!(said["exp"].as_u64().expect("a time") - said["iat"].as_u64().expect("a time"), 600);
    for (api, accepts) in [(CONTACTS, true), (CALENDAR, false), ("https://default.example.com", false)] {
        let verifier = JwtVerifier::new("https://as.example.com", api, peer.server.clone()).clock(peer.clock.clone());
        let (parts, ()) = Request::new(()).into_parts();
        let verified = verifier.verify(&Presented::bearer(&token, &parts)).await.expect("an answer");
        assert_eq!(verified.is_some(), accepts, "{api}");
    }
}

/// Whoever asks the storage sees which tokens a rotation ended: introspection, and a verifier with the families.
#[tokio::test]
async fn a_jwt_for_another_api_outlives_the_rotation() {
    let peer = jwt_peer!("https://default.example.com", ResourceIndicators::new(resources()));
    let flow = Flow(&peer);
    let first = flow.begun(ALL, &[CALENDAR, CONTACTS]).await;
    let calendar = flow.refresh(&first.member("refresh_token"), &[CALENDAR]).await;
    let contacts = flow.refresh(&calendar.member("refresh_token"), &[CONTACTS]).await;
    let next = flow.refresh(&contacts.member("refresh_token"), &[CALENDAR]).await;
    let families = peer.server.storage().clone();
    let verifier = |api| {
        let verifier = JwtVerifier::new("https://as.example.com", api, peer.server.clone()).clock(peer.clock.clone());
        verifier.families(families.clone(), peer.server.issuer().clone())
    };
    for (answer, api, good) in
        [(&first, CALENDAR, false), (&calendar, CALENDAR, false), (&contacts, CONTACTS, true), (&next, CALENDAR, true)]
    {
        let token = answer.member("access_token");
        let (parts, ()) = Request::new(()).into_parts();
        let verified = verifier(api).verify(&Presented::bearer(&token, &parts)).await.expect("an answer");
        assert_eq!((verified.is_some(), peer.is_active(&token).await), (good, good), "{api}");
    }
}

#[tokio::test]
async fn resources_that_contradict_each_other_share_no_token() {
    let peer = jwt_peer!("https://default.example.com", ResourceIndicators::new(resources()));
    let flow = Flow(&peer);
    let code = flow.code(ALL, &[CALENDAR, "urn:example:abroad"]).await;
    flow.redeem(&code, &[]).await.assert_error(400, "invalid_target");
    let abroad = flow.redeem(&code, &["urn:example:abroad"]).await;
    assert_eq!(claims(&abroad.member("access_token"))["region"], "us");
    let calendar = flow.refresh(&abroad.member("refresh_token"), &[CALENDAR]).await;
    assert_eq!(claims(&calendar.member("access_token"))["region"], "eu");
}

#[tokio::test]
async fn the_default_of_the_format_is_a_resource_if_it_is_registered_as_one() {
    // Spelled otherwise than it is registered.
    let peer = jwt_peer!("https://calendar.example.com/", ResourceIndicators::new(resources()));
    let flow = Flow(&peer);
    let tokens = flow.begun(ALL, &[]).await;
    flow.aimed_at(&tokens, &[CALENDAR], "events:read events:write").await;
    assert_eq!((tokens.json()["expires_in"].as_u64(), &claims(&tokens.member("access_token"))["tier"]), (Some(120), &json!(1)));
    flow.refresh(&tokens.member("refresh_token"), &[CONTACTS]).await.assert_error(400, "invalid_target");
    flow.refresh(&tokens.member("refresh_token"), &[CALENDAR]).await.assert_ok();

    let peer = jwt_peer!("https://default.example.com", ResourceIndicators::new(resources()));
    let flow = Flow(&peer);
    let tokens = flow.begun(ALL, &[]).await;
    flow.aimed_at(&tokens, &["https://default.example.com"], ALL).await;
    flow.refresh(&tokens.member("refresh_token"), &[CALENDAR]).await.assert_error(400, "invalid_target");
    // The server wants to be told, whatever the format would say.
    let peer = jwt_peer!("https://default.example.com", ResourceIndicators::new(resources()).required());
    peer.token_conf(&[("grant_type", "client_credentials")]).await.assert_error(400, "invalid_target");
}

#[test]
fn what_only_the_server_says_no_resource_says() {
    let resource = || Resource::new(CALENDAR).expect("a resource");
    for name in ["sub", "aud", "scope", "client_id", "cnf"] {
        assert!(resource().claim(name, "x").is_err(), "{name}");
    }
    use grantor::{ResourceError, ResourceIdentifierError};
    assert_eq!(Resources::new([]).err(), Some(ResourceError::Empty));
    let twice = [resource(), Resource::new("https://Calendar.example.com/").expect("a resource")];
    assert_eq!(Resources::new(twice).err(), Some(ResourceError::Twice("https://Calendar.example.com/".to_owned())));
    let error = Resource::new("calendar").err();
    assert_eq!(error, Some(ResourceError::Identifier(ResourceIdentifierError::NotAbsolute)));
}

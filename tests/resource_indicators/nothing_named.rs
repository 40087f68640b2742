//! Requests that name no resource, and authorizations from before there were any.

use std::sync::Arc;

use grantor::{Approval, Introspection, ManualClock, MemoryStore, OAuthService, ResourceIndicators, Revocation};

use crate::common::SentBack as _;
use crate::common::{Approves, Decides, Peer, START, subject, with};
use crate::{ALL, ANYTHING, CALENDAR, CONTACTS, Flow, asking, chain, id, peer, peer_on, register, resources, server};

// shows: RFC8707-2.1-01
#[tokio::test]
async fn without_a_default_a_token_is_for_nothing_in_particular() {
    let peer = peer().await;
    let flow = Flow(&peer);
    let code = flow.code("events:read other", &[]).await;
    // What nobody approved, nobody can ask for.
    flow.redeem(&code, &[CALENDAR]).await.assert_error(400, "invalid_target");
    let tokens = flow.redeem(&code, &[""]).await;
    flow.aimed_at(&tokens, &[], "events:read other").await;
    flow.refresh(&tokens.member("refresh_token"), &[CALENDAR]).await.assert_error(400, "invalid_target");
    flow.aimed_at(&flow.refresh(&tokens.member("refresh_token"), &[]).await, &[], "events:read other").await;
}

// shows: RFC8707-2.1-01
#[tokio::test]
async fn a_default_resource_is_what_is_meant_where_none_is_named() {
    // Spelled otherwise, and required: the default is what satisfies that.
    let indicators = ResourceIndicators::new(resources()).default_resource(id("https://CALENDAR.example.com/")).required();
    let Peer { server, clock, .. } = peer_on(MemoryStore::new(), indicators).await;
    let seeing = Decides(|request| {
        assert_eq!(request.resources().collect::<Vec<_>>(), [CALENDAR]);
        request.approve(Approval::by(subject("alice")))
    });
    let peer = Peer { service: OAuthService::with(server.clone(), seeing), server, clock };
    let flow = Flow(&peer);
    let tokens = flow.begun(ALL, &[]).await;
    flow.aimed_at(&tokens, &[CALENDAR], "events:read events:write").await;
    flow.refresh(&tokens.member("refresh_token"), &[CONTACTS]).await.assert_error(400, "invalid_target");
    flow.refresh(&tokens.member("refresh_token"), &[CALENDAR]).await.assert_ok();
    let request = [("grant_type", "client_credentials"), ("scope", ALL)];
    flow.aimed_at(&peer.token_conf(&request).await, &[CALENDAR], "events:read events:write").await;
    flow.aimed_at(&peer.token_conf(&crate::aiming(&request, &[CONTACTS])).await, &[CONTACTS], "contacts:read").await;
}

// shows: RFC8707-2.1-02, RFC8707-2.1-03
#[tokio::test]
async fn where_a_resource_is_required_a_request_without_is_refused() {
    let peer = peer_on(MemoryStore::new(), ResourceIndicators::new(resources()).required()).await;
    let flow = Flow(&peer);
    peer.authorize(&asking(ALL, &[])).await.assert_query_error("invalid_target");
    peer.authorize(&asking(ALL, &[""])).await.assert_query_error("invalid_target");
    peer.token_conf(&[("grant_type", "client_credentials")]).await.assert_error(400, "invalid_target");
    let tokens = flow.begun(ALL, &[CALENDAR]).await;
    flow.refresh(&tokens.member("refresh_token"), &[]).await.assert_ok();
}

/// Where no access token comes of it nobody has to say for what one would be.
#[tokio::test]
async fn where_nothing_is_issued_no_resource_is_missing() {
    for indicators in [
        ResourceIndicators::new(resources()).required(),
        ResourceIndicators::new(resources()).default_resource(id("https://gone.example.com")),
    ] {
        let server = grantor::AuthorizationServer::builder()
            .profile(grantor::Development::<grantor::Rfc6749>::new())
            .issuer(grantor::issuer!("https://as.example.com"))
            .storage(MemoryStore::new())
            .grant(grantor::AuthorizationCode::new())
            .grant(grantor::Implicit::new())
            .response_type(grantor::Code)
            .response_type(grantor::Nothing)
            .response_type(grantor::IdToken)
            .response_type(grantor::CodeIdToken)
            .enable(indicators)
            .enable(grantor::SigningKeys::ephemeral().algorithm(grantor::Rs256))
            .enable(grantor::OpenId::new(Nobody))
            .build();
        let types = ["code", "none", "id_token", "code id_token"];
        let client =
            grantor::Client::public("pub").redirect_uri(crate::CALLBACK).response_types(types).scope("openid contacts:read");
        let client = client.grant_types(["authorization_code", "implicit"]).build().expect("a client");
        server.register_client(client).await.expect("a registration");
        let peer = Peer::new(server, Approves, ManualClock::new(START));
        for (response_type, issues) in [("code", true), ("none", false), ("id_token", false), ("code id_token", true)] {
            let asked = |resources: &[&'static str]| {
                with(&asking("openid", resources), &[("response_type", response_type), ("nonce", "n")])
            };
            let answer = peer.authorize(&asked(&[])).await;
            assert_eq!(answer.location().contains("error="), issues, "{response_type}: {answer:?}");
            // Whoever names one names one that there is.
            assert!(!peer.authorize(&asked(&[CONTACTS])).await.location().contains("error="), "{response_type}");
            let unknown = peer.authorize(&asked(&["https://gone.example.com"])).await;
            assert!(unknown.location().contains("error=invalid_target"), "{response_type}: {unknown:?}");
        }
    }
}

/// Nobody has any claims.
struct Nobody;

impl grantor::ClaimsSource for Nobody {
    type Own = ();
    async fn claims(&self, _: grantor::ClaimsFor<'_>) -> Result<grantor::Claims, grantor::StoreError> {
        Ok(grantor::StandardClaims::default().into())
    }
}

/// The operator's slip, which is no fault of the client.
#[tokio::test]
async fn a_default_resource_that_is_none_is_the_servers_fault() {
    let indicators = ResourceIndicators::new(resources()).default_resource(id("https://gone.example.com"));
    let peer = peer_on(MemoryStore::new(), indicators).await;
    peer.authorize(&asking(ALL, &[])).await.assert_query_error("server_error");
    peer.token_conf(&[("grant_type", "client_credentials")]).await.assert_error(500, "server_error");
    Flow(&peer).begun(ALL, &[CALENDAR]).await;
}

/// A server without the feature, and later one with it, over the same storage.
async fn before_and_after(
    audience: &'static [&'static str],
    indicators: ResourceIndicators<grantor::Resources>,
) -> (Peer<crate::Server<Arc<MemoryStore>, grantor::Resources>, Approves>, String, String) {
    let (store, clock) = (Arc::new(MemoryStore::new()), ManualClock::new(START));
    let before = chain!(store.clone(), clock).enable(Introspection::new()).enable(Revocation::new()).build();
    register!(before);
    let before = Peer::new(before, Approves, clock.clone());
    let code = |audience: &'static [&'static str]| {
        let before = &before;
        async move {
            let request = crate::common::browser::Browser::default().request(&*before.server, &asking(ALL, &[CONTACTS])).await;
            assert_eq!(request.parameters("resource").collect::<Vec<_>>(), [CONTACTS]);
            let decision = request.approve(Approval::by(subject("alice")).audience(audience.iter().copied()));
            let answer = crate::common::Answer::from(before.server.authorization().complete(decision).await);
            answer.query().remove("code").expect("a code")
        }
    };
    let refresh_token = before.redeem(&code(audience).await).await.member("refresh_token");
    let code = code(audience).await;
    let after = server(store, &clock, indicators);
    (Peer::new(after, Approves, clock), code, refresh_token)
}

#[tokio::test]
async fn what_was_granted_before_goes_on() {
    let indicators = || ResourceIndicators::new(resources());
    // For nothing in particular: the default counts as what was granted, if there is one.
    let (peer, code, refresh_token) = before_and_after(&[], indicators()).await;
    let flow = Flow(&peer);
    flow.redeem(&code, &[CONTACTS]).await.assert_error(400, "invalid_target");
    flow.aimed_at(&flow.redeem(&code, &[]).await, &[], ALL).await;
    flow.aimed_at(&flow.refresh(&refresh_token, &[]).await, &[], ALL).await;
    for indicators in [indicators().default_resource(id(CALENDAR)), indicators().default_resource(id(CALENDAR)).required()] {
        let (peer, code, refresh_token) = before_and_after(&[], indicators).await;
        let flow = Flow(&peer);
        flow.redeem(&code, &[CONTACTS]).await.assert_error(400, "invalid_target");
        flow.aimed_at(&flow.redeem(&code, &[]).await, &[CALENDAR], "events:read events:write").await;
        flow.aimed_at(&flow.refresh(&refresh_token, &[CALENDAR]).await, &[CALENDAR], "events:read events:write").await;
    }
    // One that was begun without, where it is required now, goes on as it is.
    let (peer, code, _) = before_and_after(&[], indicators().required()).await;
    Flow(&peer).aimed_at(&Flow(&peer).redeem(&code, &[]).await, &[], ALL).await;
}

#[tokio::test]
async fn audiences_of_before_are_resources_where_they_are_registered() {
    let indicators = || ResourceIndicators::new(resources());
    // As the application wrote it; in tokens it stands as it is registered.
    let (peer, code, refresh_token) = before_and_after(&["https://calendar.example.com/"], indicators()).await;
    let flow = Flow(&peer);
    flow.redeem(&code, &[CONTACTS]).await.assert_error(400, "invalid_target");
    flow.aimed_at(&flow.redeem(&code, &[CALENDAR]).await, &[CALENDAR], "events:read events:write").await;
    flow.aimed_at(&flow.refresh(&refresh_token, &[]).await, &[CALENDAR], "events:read events:write").await;
    // One that is gone is left out; a name that is no URI is the application's own.
    let (peer, code, refresh_token) = before_and_after(&["https://gone.example.com", CONTACTS], indicators()).await;
    let flow = Flow(&peer);
    flow.aimed_at(&flow.redeem(&code, &[]).await, &[CONTACTS], "contacts:read").await;
    flow.refresh(&refresh_token, &[ANYTHING]).await.assert_error(400, "invalid_target");
    let (peer, code, refresh_token) = before_and_after(&["https://gone.example.com"], indicators()).await;
    let flow = Flow(&peer);
    flow.redeem(&code, &[]).await.assert_error(400, "invalid_target");
    flow.refresh(&refresh_token, &[]).await.assert_error(400, "invalid_target");
    let (peer, code, refresh_token) = before_and_after(&["orders", CALENDAR], indicators()).await;
    let flow = Flow(&peer);
    flow.aimed_at(&flow.redeem(&code, &[]).await, &["orders", CALENDAR], ALL).await;
    flow.aimed_at(&flow.refresh(&refresh_token, &[CALENDAR]).await, &[CALENDAR], "events:read events:write").await;
}

/// Switched off it is as if it were not there.
#[tokio::test]
async fn it_can_be_switched_off() {
    for on in [true, false] {
        let clock = ManualClock::new(START);
        let indicators = on.then(|| ResourceIndicators::new(resources()));
        let server = chain!(MemoryStore::new(), clock).enable(indicators).enable(Introspection::new()).build();
        register!(server);
        let peer = Peer::new(server, Approves, clock);
        let flow = Flow(&peer);
        let tokens = flow.begun(ALL, &[CONTACTS, CALENDAR]).await;
        let (audience, scope): (&[&str], _) = if on { (&[CALENDAR], "events:read events:write") } else { (&[], ALL) };
        flow.aimed_at(&flow.refresh(&tokens.member("refresh_token"), &[CALENDAR]).await, audience, scope).await;
        let unknown = peer.authorize(&asking(ALL, &["/api"])).await.query();
        assert_eq!(unknown.contains_key("code"), !on, "{unknown:?}");
        let document = peer.get("/.well-known/oauth-authorization-server").await.json();
        assert_eq!(document.get("protected_resources").is_some(), on, "{document}");
    }
}

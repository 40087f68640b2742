//! Clients that nobody registered: what they ask for, what they are offered, and what lets them in.

use std::sync::Arc;

use super::*;
use crate::common::{Decides, Peer};
use grantor::{
    Admission, ClientHosts, ClientMetadataDocuments, DynamicRegistration, Fetcher, Mcp, RegistrationPolicy, RegistrationRefusal,
    RegistrationRequest,
};
use serde_json::{Value, json};

/// Gives at most what the request says in a member of its own.
struct AtMost;

impl RegistrationPolicy for AtMost {
    async fn decide(&self, request: &RegistrationRequest<'_>) -> Result<Admission, RegistrationRefusal> {
        let bound = request.metadata().get("at_most").and_then(Value::as_str);
        Ok(bound.map_or_else(Admission::new, |bound| Admission::new().scope(scope(bound))))
    }
}

const CONSENTS: Decides = Decides(|request| request.approve(Approval::by(subject("alice")).consented()));

macro_rules! open {
    ($profile:ty, $registration:expr $(, $aims:expr)?) => {{
        let clock = ManualClock::new(START);
        let server = AuthorizationServer::builder()
            .profile(Development::<$profile>::new())
            .issuer(issuer!("https://as.example.com"))
            .storage(MemoryStore::new())
            .clock(clock.clone())
            .scope_hierarchy(hierarchy())
            .grant(AuthorizationCode::new())
            .grant(RefreshToken::new())
            .grant(ClientCredentials::new())
            .response_type(Code)
            .enable($registration)
            $(.enable($aims))?
            .build();
        Peer::new(server, CONSENTS, clock)
    }};
}

async fn register(peer: &Peer<impl ServesOAuth, Decides>, token: Option<&str>, members: Value) -> crate::common::Answer {
    let mut body = json!({"redirect_uris": [CALLBACK], "token_endpoint_auth_method": "none"});
    body.as_object_mut().expect("an object").extend(members.as_object().expect("an object").clone());
    let mut request = Request::post("/register").header(header::CONTENT_TYPE, "application/json");
    if let Some(token) = token {
        request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
    }
    peer.send(request.body(Bytes::from(body.to_string())).expect("a request")).await
}

/// The scope that the client gets which asks for this, or for none.
async fn granted(peer: &Peer<impl ServesOAuth, Decides>, id: &str, asked: Option<&str>) -> String {
    let mut pairs = request(&[("client_id", id)]);
    pairs.extend(asked.map(|asked| ("scope", asked)));
    let code = peer.authorize(&pairs).await.query().remove("code").expect("a code");
    peer.token(&with(&redemption(&code, &[]), &[("client_id", id)])).await.member("scope")
}

#[tokio::test]
async fn a_stranger_gets_of_what_it_asks_for_what_it_is_offered_by_what_is_implied_too() {
    for (offered, asked, policy, expected) in [
        ("write", "read", None, "read"),
        ("write", "admin", None, "write"),
        ("read audit", "admin", None, "read audit"),
        ("write", "audit", None, ""),
        ("admin", "write", Some("read"), "read"),
        ("admin", "read", Some("write"), "read"),
        ("admin", "write", Some("audit"), ""),
    ] {
        let peer = open!(OAuth21, DynamicRegistration::new(AtMost).scope(scope(offered)));
        let answer = register(&peer, None, json!({"scope": asked, "at_most": policy})).await;
        assert_eq!(answer.json()["scope"], expected, "{offered}, {asked}, {policy:?}");
    }
}

/// Where what it registers is its default, that stays part of what it may ask for.
#[tokio::test]
async fn a_default_that_is_implied_is_one() {
    for (offered, asked, policy, default) in
        [("write", "read", None, "read"), ("admin", "write", None, "write"), ("admin", "write", Some("read"), "read")]
    {
        let all = Resource::new("https://all.example.com").expect("a resource");
        let aims = ResourceIndicators::new(Resources::new([all.clone()]).expect("resources"));
        let aims = aims.default_resource(all.identifier().clone());
        let peer = open!(Mcp, DynamicRegistration::new(AtMost).scope(scope(offered)), aims);
        let answer = register(&peer, None, json!({"scope": asked, "at_most": policy})).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        assert_eq!(granted(&peer, &answer.member("client_id"), None).await, default, "{offered}, {asked}, {policy:?}");
    }
}

/// Whoever has more than the scope that lets in has that. And none who came in gets it, by whatever name.
#[tokio::test]
async fn what_implies_the_scope_that_lets_in_lets_in_and_is_given_to_no_stranger() {
    let registration = DynamicRegistration::new(AtMost).initial_access_scope(scope("write"));
    let peer = open!(OAuth21, registration.scope(scope("admin write read audit")).grant_types(["authorization_code"]));
    peer.server.register_client(client("admin read")).await.expect("registered");
    for (of_token, status) in [("admin", 201), ("write", 201), ("read", 401)] {
        let token =
            post(&*peer.server, &[("grant_type", "client_credentials"), ("scope", of_token)]).await.member("access_token");
        assert_eq!(register(&peer, Some(&token), json!({})).await.status.as_u16(), status, "{of_token}");
    }
    assert_eq!(register(&peer, None, json!({})).await.json()["scope"], "read audit");
}

#[tokio::test]
async fn a_document_says_what_is_narrowed_to_what_is_offered() {
    const ID: &str = "https://app.example.com/client.json";
    let offered = |clock: &ManualClock, fetcher: Fetcher, hierarchy: ScopeHierarchy| {
        AuthorizationServer::builder()
            .profile(Development::<OAuth21>::new())
            .issuer(issuer!("https://as.example.com"))
            .storage(MemoryStore::new())
            .clock(clock.clone())
            .fetcher(fetcher)
            .scope_hierarchy(hierarchy)
            .grant(AuthorizationCode::new())
            .response_type(Code)
            .enable(ClientMetadataDocuments::new(ClientHosts::any()).scope(scope("write")).default_scope(scope("read")))
            .build()
    };
    let document = json!({
        "client_id": ID, "client_name": "App", "redirect_uris": [CALLBACK], "scope": "admin", "token_endpoint_auth_method": "none",
    });
    let script = Arc::new(script::Script::of([script::Answer::json(document.to_string())]));
    let (clock, fetcher) = (ManualClock::new(START), Fetcher::with(script));
    // What was made of the document for one server is not taken for another that means something else by the scopes.
    for (hierarchy, expected) in [(hierarchy(), Some("read")), (ScopeHierarchy::flat(), None), (hierarchy(), Some("read"))] {
        let peer = Peer::new(offered(&clock, fetcher.clone(), hierarchy), CONSENTS, clock.clone());
        let answer = peer.authorize(&request(&[("client_id", ID), ("scope", "read")])).await;
        let query = answer.query();
        assert_eq!(query.contains_key("code"), expected.is_some(), "{answer:?}");
        if let Some(expected) = expected {
            assert_eq!(granted(&peer, ID, None).await, expected);
            assert_eq!(granted(&peer, ID, Some("write")).await, "write");
        }
    }
}

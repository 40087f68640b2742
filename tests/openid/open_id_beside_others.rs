//! What features do to each other: OpenID Connect beside resources, policies and plain OAuth.

use grantor::{
    Approval, AuthorizationCode, AuthorizationPolicy, AuthorizationRequest, AuthorizationServer, Client, Code, Decision,
    Development, Es256, Interaction, JwtAccessTokens, ManualClock, MemoryStore, OAuth21, Ongoing, OpenId, RefreshToken, Resource,
    ResourceIndicators, Resources, Rs256, Scope, ServesOAuth, SigningKeys, Standing, StillAuthorized, StoreError, Subject,
    issuer,
};
use http::Request;
use serde_json::Value;

use crate::common::{self, CALLBACK, CHALLENGE, Peer, START, subject, with};
use crate::provider::People;

struct Approves(Subject);

impl<Sv: Sync> Interaction<Sv> for Approves {
    async fn decide(&self, _: &Sv, _: &Request<bytes::Bytes>, request: AuthorizationRequest) -> Decision {
        request.approve(Approval::by(self.0.clone()).authenticated_at(START))
    }
}

macro_rules! peer {
    ($subject:expr $(, $feature:expr)*) => {{
        let clock = ManualClock::new(START);
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
            $(.enable($feature))*
            .build();
        let client = Client::public("pub").redirect_uri(CALLBACK).scope("openid email scope");
        let client = client.grant_types(["authorization_code", "refresh_token"]).id_token_signed_response_alg("ES256");
        server.register_client(client.scope_claims_in_id_token().build().expect("a client")).await.expect("a registration");
        Peer::new(server, Approves($subject), clock)
    }};
}

fn asking(scope: &str) -> Vec<(&str, &str)> {
    with(&common::REQUEST, &[("scope", scope), ("code_challenge", CHALLENGE), ("code_challenge_method", "S256")])
}

/// The person took something back, at the application.
struct Narrows(&'static str);

impl AuthorizationPolicy for Narrows {
    async fn standing(&self, _: Ongoing<'_>) -> Result<Standing, StoreError> {
        Ok(Standing::NarrowedTo(Scope::parse(self.0).expect("a scope")))
    }
}

fn payload(token: &Value) -> Value {
    use base64::Engine as _;
    let text = token.as_str().expect("a token").split('.').nth(1).expect("claims").to_owned();
    serde_json::from_slice(&base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(text).expect("base64")).expect("JSON")
}

#[tokio::test]
async fn what_does_not_stand_any_more_goes_into_no_id_token() {
    let peer = peer!(subject("alice"), StillAuthorized::new(Narrows("openid scope")));
    let first = peer.redeem(&peer.code_for(&asking("openid email scope")).await).await.json();
    assert_eq!(payload(&first["id_token"])["email"], "alice@example.com");
    let refreshed = peer.refresh(first["refresh_token"].as_str().expect("a token")).await.json();
    assert_eq!(refreshed["scope"], "openid scope");
    assert_eq!(payload(&refreshed["id_token"]).get("email"), None);

    let peer = peer!(subject("alice"), StillAuthorized::new(Narrows("scope")));
    let first = peer.redeem(&peer.code_for(&asking("openid email scope")).await).await.json();
    let refreshed = peer.refresh(first["refresh_token"].as_str().expect("a token")).await.json();
    assert_eq!((&refreshed["scope"], refreshed.get("id_token")), (&"scope".into(), None));
}

#[tokio::test]
async fn without_openid_any_subject_will_do() {
    let peer = peer!(Subject::new("\u{e9}lise").expect("a subject"));
    let answer = peer.redeem(&peer.code_for(&asking("scope")).await).await;
    answer.assert_ok();
}

const API: &str = "https://api.example.com";
const USERINFO: &str = "https://as.example.com/userinfo";

fn resources() -> Resources {
    let resource = |name| Resource::new(name).expect("a resource");
    Resources::new([resource(API), resource("https://other.example.com"), resource(USERINFO)]).expect("resources")
}

async fn userinfo<Sv: ServesOAuth, I: Interaction<Sv>>(peer: &Peer<Sv, I>, tokens: &Value) -> u16 {
    let token = tokens["access_token"].as_str().expect("a token");
    let request = Request::get("/userinfo").header("authorization", format!("Bearer {token}"));
    peer.send(request.body(bytes::Bytes::new()).expect("a request")).await.status.as_u16()
}

async fn where_the_server_has_a_default<Sv: ServesOAuth, I: Interaction<Sv>>(peer: Peer<Sv, I>) {
    for (named, status) in [
        (&[][..], 200),
        (&["https://API.example.com/"], 200),
        (&["https://other.example.com"], 401),
        (&[API, "https://other.example.com"], 401),
        (&["https://other.example.com", USERINFO], 200),
    ] {
        let mut pairs = asking("openid email");
        pairs.extend(named.iter().map(|name| ("resource", *name)));
        let tokens = peer.redeem(&peer.code_for(&pairs).await).await.json();
        assert_eq!(userinfo(&peer, &tokens).await, status, "{named:?}");
    }
}

#[tokio::test]
async fn userinfo_takes_a_token_for_which_no_resource_was_named() {
    let indicators = || ResourceIndicators::new(resources()).default_resource(API.parse().expect("a resource"));
    where_the_server_has_a_default(peer!(subject("alice"), indicators())).await;
    let jwt = JwtAccessTokens::new("https://of-the-format.example.com");
    where_the_server_has_a_default(peer!(subject("alice"), jwt, indicators())).await;
    // The format's own, which is registered as a resource in another spelling.
    let jwt = JwtAccessTokens::new("https://API.example.com/");
    let peer = peer!(subject("alice"), jwt, ResourceIndicators::new(resources()));
    assert_eq!(userinfo(&peer, &peer.redeem(&peer.code_for(&asking("openid")).await).await.json()).await, 200);
    // One that can be switched off has it too.
    let peer = peer!(subject("alice"), Some(indicators()));
    assert_eq!(userinfo(&peer, &peer.redeem(&peer.code_for(&asking("openid")).await).await.json()).await, 200);
}

/// A client that names what it needs can refresh for one after the other.
#[tokio::test]
async fn a_client_that_names_its_apis_names_the_userinfo_endpoint_too() {
    let peer = peer!(subject("alice"), ResourceIndicators::new(resources()).required());
    let mut pairs = asking("openid email");
    pairs.extend([("resource", API), ("resource", USERINFO)]);
    let tokens = peer.redeem(&peer.code_for(&pairs).await).await.json();
    let mut refresh = common::refreshing(tokens["refresh_token"].as_str().expect("a token")).to_vec();
    refresh.push(("resource", API));
    let of_api = peer.token(&refresh).await.json();
    assert_eq!(userinfo(&peer, &of_api).await, 401);
    let mut refresh = common::refreshing(of_api["refresh_token"].as_str().expect("a token")).to_vec();
    refresh.push(("resource", USERINFO));
    assert_eq!(userinfo(&peer, &peer.token(&refresh).await.json()).await, 200);
}

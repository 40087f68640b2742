//! ID tokens and userinfo beside what else a server can have: JWT access tokens, resources, suspended requests, records of older releases.

use grantor::{
    Approval, AuthorizationCode, AuthorizationRequest, AuthorizationServer, Client, Code, Decision, Development, Es256,
    Interaction, Introspection, JwtAccessTokens, ManualClock, MemoryStore, OAuth21, OpenId, RefreshToken, Resource,
    ResourceIndicators, Resources, Rs256, ServesOAuth, SigningKeys, issuer,
};
use http::Request;
use serde_json::{Value, json};

use crate::common::browser::Browser;
use crate::common::{self, Answer, CALLBACK, CHALLENGE, Peer, START, subject, with};
use crate::provider::{self, People, provider};

const API: &str = "https://api.example.com";

/// Approves for the resource that the request names.
struct ForItsResource;

impl<Sv: Sync> Interaction<Sv> for ForItsResource {
    async fn decide(&self, _: &Sv, _: &Request<bytes::Bytes>, request: AuthorizationRequest) -> Decision {
        let resources: Vec<String> = request.parameters("resource").map(str::to_owned).collect();
        request.approve(Approval::by(subject("alice")).authenticated_at(START).audience(resources))
    }
}

macro_rules! peer {
    ($($feature:expr),*) => {{
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
            .enable(Introspection::new())
            $(.enable($feature))*
            .build();
        let client = Client::public("pub").redirect_uri(CALLBACK).scope("openid email scope");
        let client = client.grant_types(["authorization_code", "refresh_token"]).id_token_signed_response_alg("ES256");
        server.register_client(client.build().expect("a client")).await.expect("a registration");
        Peer::new(server, ForItsResource, clock)
    }};
}

async fn tokens<Sv: ServesOAuth, I: Interaction<Sv>>(peer: &Peer<Sv, I>, resource: &[&str]) -> Value {
    let mut pairs =
        with(&common::REQUEST, &[("scope", "openid email"), ("code_challenge", CHALLENGE), ("code_challenge_method", "S256")]);
    pairs.extend(resource.iter().map(|resource| ("resource", *resource)));
    let code = peer.code_for(&pairs).await;
    let answer = peer.redeem(&code).await;
    answer.assert_ok();
    answer.json()
}

async fn userinfo<Sv: ServesOAuth, I: Interaction<Sv>>(peer: &Peer<Sv, I>, tokens: &Value) -> Answer {
    let token = tokens["access_token"].as_str().expect("a token");
    let request = Request::get("/userinfo").header("authorization", format!("Bearer {token}"));
    peer.send(request.body(bytes::Bytes::new()).expect("a request")).await
}

macro_rules! for_each_format {
    ($check:ident) => {
        $check(peer!()).await;
        $check(peer!(JwtAccessTokens::new(API))).await;
    };
}

async fn for_this_server_and_no_other<Sv: ServesOAuth, I: Interaction<Sv>>(peer: Peer<Sv, I>) {
    for good in [
        &[][..],
        &["https://as.example.com/userinfo"],
        &["https://as.example.com"],
        &["https://other.example.com", "https://as.example.com"],
    ] {
        let answer = userinfo(&peer, &tokens(&peer, good).await).await;
        answer.assert_ok();
        assert_eq!(answer.json()["email"], "alice@example.com");
    }
    for foreign in [&["https://other.example.com"][..], &["https://as.example.com/"], &["https://a.example", "https://b.example"]]
    {
        let answer = userinfo(&peer, &tokens(&peer, foreign).await).await;
        assert_eq!(answer.status, 401, "{foreign:?}: {answer:?}");
        assert!(answer.header("www-authenticate").contains("error=\"invalid_token\""), "{answer:?}");
    }
}

// shows: OIDC-CORE-16.8-01
#[tokio::test]
async fn userinfo_takes_no_token_for_another_resource() {
    for_each_format!(for_this_server_and_no_other);
}

/// The scope `openid` is asked of the server, whatever an API knows.
#[tokio::test]
async fn an_api_that_knows_nothing_of_the_scope_openid_takes_no_id_token_away() {
    let api = Resource::new(API).expect("a resource").scope("email".parse().expect("a scope"));
    let peer = peer!(ResourceIndicators::new(Resources::new([api]).expect("resources")));
    let tokens = tokens(&peer, &[API]).await;
    assert_eq!(tokens["scope"], "openid email");
    assert!(tokens["id_token"].is_string(), "{tokens}");
    assert_eq!(userinfo(&peer, &tokens).await.status, 401);
    let refreshed = peer.refresh(tokens["refresh_token"].as_str().expect("a token")).await.json();
    assert!(refreshed["id_token"].is_string(), "{refreshed}");
}

/// The resource that tokens are for which name none.
#[tokio::test]
async fn userinfo_takes_jwts_for_the_default_resource() {
    let peer = peer!(JwtAccessTokens::new(API));
    let tokens = tokens(&peer, &[API]).await;
    assert!(tokens["access_token"].as_str().expect("a token").contains('.'));
    assert_eq!(userinfo(&peer, &tokens).await.status, 200);
    // What a JWT says of claims that were asked for is kept with the authorization.
    let claims = [("claims", r#"{"userinfo":{"nickname":null}}"#), ("scope", "openid")];
    let request = with(&with(&common::REQUEST, &[("code_challenge", CHALLENGE), ("code_challenge_method", "S256")]), &claims);
    let code = peer.code_for(&request).await;
    let answer = userinfo(&peer, &peer.redeem(&code).await.json()).await;
    assert_eq!(answer.json(), json!({"sub": "alice", "nickname": "nick", "groups": ["staff"]}));
}

/// A person sends the form twice: both answers are about the same authorization.
#[tokio::test]
async fn a_request_with_an_id_token_is_answered_again() {
    let provider = provider().await;
    for response_type in ["id_token", "code id_token"] {
        let mut browser = Browser::default();
        let request = with(&provider::REQUEST, &[("response_type", response_type)]);
        let handle = browser.begin_with(&*provider.peer.server, &request).await;
        let mut answers = Vec::new();
        for _ in 0..2 {
            let request = browser.resume(&*provider.peer.server, &handle).await.expect("a request");
            let approval = Approval::by(subject("alice")).authenticated_at(START);
            let answer = Answer::from(provider.peer.server.authorization().complete(request.approve(approval)).await);
            answers.push(answer.fragment());
        }
        let claims = [
            provider.id_token_for("conf", &answers[0]["id_token"]).await,
            provider.id_token_for("conf", &answers[1]["id_token"]).await,
        ];
        assert_eq!((&claims[0], answers[0].get("code")), (&claims[1], answers[1].get("code")), "{response_type}");
    }
}

/// What the release before this one kept of a request, of a code and of a token.
#[tokio::test]
async fn records_of_before_are_read() {
    use grantor::storage::{CodeDetails, TokenDetails};
    let asked = r#"{"asked":1,"response_type":"code","redirect_uri":"https://ownauth.com/callback","redirect_uri_was_sent":true,"mode":"query","state":"xyz","scope":"openid","other":[["nonce","n"],["prompt","login"],["max_age","1"]]}"#;
    let code = format!(r#"{{"v":1,"authorization":{{"v":1,"subject":"alice","scope":"openid"}},{}"#, &asked[1..]);
    assert!(CodeDetails::from_json(&code).is_ok());
    assert!(TokenDetails::from_json(r#"{"v":1,"subject":"alice","scope":"openid","auth_time":1}"#).is_ok());
}

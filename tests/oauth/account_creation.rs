//! A client asks for the page on which people create accounts (Initiating User Registration via OpenID Connect 1.0).

use grantor::{
    Algorithm, Approval, AuthorizationCode, AuthorizationRequest, AuthorizationServer, Client, Code, Decision, Development,
    FixedKeys, KeyPair, ManualClock, MemoryStore, OAuth21, OpenId, Prompt, Rs256, SigningKeys, issuer,
};
use serde_json::json;

use crate::common::SentBack as _;
use crate::common::{Answer, CALLBACK, CHALLENGE, Decides, Peer, START, subject, with};

type Server = AuthorizationServer<
    MemoryStore,
    (AuthorizationCode,),
    (Code,),
    (SigningKeys<(Rs256,), FixedKeys>, OpenId<()>),
    Development<OAuth21>,
>;

/// Only who comes to create an account gets anything.
fn decide(request: AuthorizationRequest) -> Decision {
    let now = grantor::Timestamp::from_unix(START.as_unix());
    match request.prompt().contains(&Prompt::Create) {
        true => request.approve(Approval::by(subject("new")).authenticated_at(now)),
        false => request.deny(),
    }
}

async fn peer(creates: bool) -> Peer<Server, Decides> {
    let (clock, key) = (ManualClock::new(START), KeyPair::generate(Algorithm::Rs256).expect("a key"));
    let open_id = OpenId::new(());
    let server = AuthorizationServer::builder()
        .profile(Development::<OAuth21>::new())
        .issuer(issuer!("https://as.example.com"))
        .storage(MemoryStore::new())
        .clock(clock.clone())
        .grant(AuthorizationCode::new())
        .response_type(Code)
        .enable(SigningKeys::fixed(Rs256, key).expect("a key"))
        .enable(if creates { open_id.creates_accounts() } else { open_id })
        .build();
    let client = Client::public("pub").redirect_uri(CALLBACK).scope("openid").build().expect("a client");
    server.register_client(client).await.expect("a registration");
    Peer::new(server, Decides(decide), clock)
}

async fn ask(peer: &Peer<Server, Decides>, prompt: &str) -> Answer {
    let request = [
        ("response_type", "code"),
        ("client_id", "pub"),
        ("redirect_uri", CALLBACK),
        ("scope", "openid"),
        ("state", "xyz"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    peer.authorize(&with(&request, &[("prompt", prompt)])).await
}

// shows: OIDC-PROMPT-CREATE-4-01, OIDC-PROMPT-CREATE-4.1-02, OIDC-PROMPT-CREATE-4.2-03, OIDC-PROMPT-CREATE-4.2-04
#[tokio::test]
async fn the_application_sees_that_an_account_is_to_be_created() {
    let peer = peer(true).await;
    assert!(ask(&peer, "create").await.query().contains_key("code"));
    assert!(ask(&peer, "create consent").await.query().contains_key("code"));
    ask(&peer, "consent").await.assert_query_error("access_denied");
    let metadata = peer.get("/.well-known/openid-configuration").await.json();
    assert_eq!(metadata["prompt_values_supported"], json!(["none", "login", "consent", "select_account", "create"]));
}

// shows: OIDC-PROMPT-CREATE-4.1-06, OIDC-PROMPT-CREATE-4.1-07, OIDC-PROMPT-CREATE-4.2-01
#[tokio::test]
async fn without_such_a_page_the_value_is_refused() {
    let peer = peer(false).await;
    ask(&peer, "create").await.assert_query_error("invalid_request");
    ask(&peer, "other").await.assert_query_error("invalid_request");
    ask(&peer, "Create").await.assert_query_error("invalid_request");
    let metadata = peer.get("/.well-known/openid-configuration").await.json();
    assert_eq!(metadata["prompt_values_supported"], json!(["none", "login", "consent", "select_account"]));
}

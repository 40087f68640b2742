//! What only some ask for: another account, subjects that outlive a change of keys, claims of others, and all of it after a sign-in.

use std::sync::Arc;

use grantor::{
    Approval, AuthorizationCode, AuthorizationRequest, AuthorizationServer, Claims, ClaimsFor, ClaimsSource, Client, Code,
    Development, Es256, MasterKeys, MemoryStore, Needs, OAuth21, OpenId, Prompt, Rs256, ServesOAuth, SigningKeys, StandardClaims,
    StoreError, SubjectType, SuspendsRequests, issuer,
};
use serde_json::{Value, json};

use crate::common::SentBack as _;
use crate::common::{Answer, CALLBACK, Decides, PKCE, Peer, START, VERIFIER, browser::Browser, subject, with};
use crate::jws;

/// Claims of other providers, which the application hands on.
#[derive(serde::Serialize)]
struct OfOthers {
    #[serde(rename = "_claim_names")]
    names: Value,
    #[serde(rename = "_claim_sources")]
    sources: Value,
}

struct People;

impl ClaimsSource for People {
    type Own = OfOthers;
    const CLAIMS: &'static [&'static str] = &["_claim_names", "_claim_sources"];

    async fn claims(&self, _: ClaimsFor<'_>) -> Result<Claims<OfOthers>, StoreError> {
        Ok(Claims::new(StandardClaims::default(), OfOthers { names: names(), sources: sources() }))
    }
}

fn names() -> Value {
    json!({"credit_score": "agency", "payment_info": "bank"})
}

fn sources() -> Value {
    json!({
        "agency": {"JWT": "eyJhbGciOiJub25lIn0.e30."},
        "bank": {"endpoint": "https://bank.example.com/claims", "access_token": "ksj3n283dke"},
    })
}

const REQUEST: [(&str, &str); 5] =
    [("response_type", "code"), ("client_id", "app"), ("redirect_uri", CALLBACK), ("scope", "openid"), ("state", "xyz")];

async fn peer(keys: MasterKeys, decide: fn(AuthorizationRequest) -> grantor::Decision) -> Peer<impl SuspendsRequests, Decides> {
    let clock = grantor::ManualClock::new(START);
    let server = AuthorizationServer::builder()
        .profile(Development::<OAuth21>::new())
        .issuer(issuer!("https://as.example.com"))
        .storage(Arc::new(MemoryStore::new()))
        .clock(clock.clone())
        .master_keys(keys)
        .grant(AuthorizationCode::new())
        .response_type(Code)
        .enable(SigningKeys::ephemeral().algorithm(Es256).algorithm(Rs256))
        .enable(OpenId::new(People).pairwise_subjects())
        .build();
    let client = Client::public("app").redirect_uri(CALLBACK).scope("openid").subject_type(SubjectType::Pairwise);
    let client = client.id_token_signed_response_alg("ES256").build().expect("a client");
    server.register_client(client).await.expect("a registration");
    Peer::new(server, Decides(decide), clock)
}

fn keys(first: u8) -> MasterKeys {
    MasterKeys::from_bytes(&std::array::from_fn::<u8, 32, _>(|at| first + 7 * at as u8)).expect("keys")
}

fn approved(request: AuthorizationRequest) -> grantor::Decision {
    request.approve(Approval::by(subject("alice")).authenticated_at(START))
}

async fn tokens<Sv: ServesOAuth>(peer: &Peer<Sv, Decides>) -> Value {
    let code = peer.code_for(&with(&REQUEST, &PKCE)).await;
    let pairs = [
        ("grant_type", "authorization_code"),
        ("code", &*code),
        ("redirect_uri", CALLBACK),
        ("client_id", "app"),
        ("code_verifier", VERIFIER),
    ];
    let answer = peer.token(&pairs).await;
    answer.assert_ok();
    answer.json()
}

fn payload(token: &Value) -> Value {
    let text = token.as_str().expect("a token").split('.').nth(1).expect("claims");
    serde_json::from_slice(&jws::decode(text)).expect("JSON")
}

/// The person has to say which account it is to be, and there is no page (OpenID Connect Core section 3.1.2.6).
#[tokio::test]
async fn who_has_to_choose_an_account_is_told_so() {
    let peer = peer(keys(5), |request| {
        assert!(request.prompt().contains(&Prompt::None));
        request.needs(Needs::AccountSelection)
    })
    .await;
    let answer = peer.authorize(&with(&with(&REQUEST, &PKCE), &[("prompt", "none")])).await;
    answer.assert_query_error("account_selection_required");
}

/// New master keys come before the old ones, of which the last one says who people are for their clients.
// shows: OIDC-CORE-8.1-07
#[tokio::test]
async fn a_pairwise_subject_outlives_a_change_of_the_master_keys() {
    let mut subjects = Vec::new();
    for keys in [keys(5), keys(9).and_before(keys(5)).expect("keys"), keys(9)] {
        let tokens = tokens(&peer(keys, approved).await).await;
        subjects.push(payload(&tokens["id_token"])["sub"].as_str().expect("a subject").to_owned());
    }
    assert!(subjects[0] == subjects[1] && subjects[0] != subjects[2], "{subjects:?}");
}

/// Aggregated and distributed claims (section 5.6.2) pass through, byte for byte.
#[tokio::test]
async fn claims_of_others_are_handed_on() {
    let peer = peer(keys(5), approved).await;
    let asked = r#"{"userinfo":{"_claim_names":null,"_claim_sources":null}}"#;
    let code = peer.code_for(&with(&with(&REQUEST, &PKCE), &[("claims", asked)])).await;
    let pairs = [
        ("grant_type", "authorization_code"),
        ("code", &*code),
        ("redirect_uri", CALLBACK),
        ("client_id", "app"),
        ("code_verifier", VERIFIER),
    ];
    let tokens = peer.token(&pairs).await.json();
    let request = http::Request::get("/userinfo");
    let request = request.header("authorization", format!("Bearer {}", tokens["access_token"].as_str().expect("a token")));
    let said = peer.send(request.body(String::new()).expect("a request")).await.json();
    assert_eq!((&said["_claim_names"], &said["_claim_sources"]), (&names(), &sources()), "{said}");
}

/// Whom the client wants, how they have to sign in, and what they are to be shown, is there when they come back.
#[tokio::test]
async fn whom_the_client_wants_is_known_after_the_sign_in() {
    let peer = peer(keys(5), approved).await;
    let hint = tokens(&peer).await["id_token"].as_str().expect("an ID token").to_owned();
    let claims = r#"{"id_token":{"acr":{"essential":true,"values":["phr","mfa"]}}}"#;
    let asked = [("id_token_hint", &*hint), ("prompt", "login consent"), ("claims", claims), ("claims_locales", "de en")];
    let mut browser = Browser::default();
    let handle = browser.begin_with(&*peer.server, &with(&with(&REQUEST, &PKCE), &asked)).await;
    let request = browser.resume(&*peer.server, &handle).await.expect("a request");
    assert_eq!(request.prompt(), [Prompt::Login, Prompt::Consent]);
    assert!(request.required_acr().eq(["phr", "mfa"]));
    let wanted = payload(&json!(hint))["sub"].as_str().expect("a subject").to_owned();
    assert!(request.wanted_subjects().expect("a subject").eq([wanted.as_str()]));
    // And held to: somebody else is not who they want.
    let approval = Approval::by(subject("bob")).authenticated_at(START).acr("phr").consented();
    let refused = Answer::from(peer.server.complete(request.approve(approval)).await);
    assert!(refused.location().contains("error=login_required"), "{refused:?}");
}

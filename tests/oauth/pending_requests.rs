//! What is kept of an authorization request while its person signs in, and what becomes of it: over servers that differ, and where
//! strangers send requests too.

use bytes::Bytes;
use grantor::{
    Approval, Authorization, AuthorizationCode, AuthorizationRequest, AuthorizationServer, Client, Code, Decision, Development,
    FamilyStore, Implicit, ManualClock, MemoryStore, No, OAuth21, RequestBytes, Respond, ResumeError, Rfc6749, SuspendsRequests,
    Token, Yes, extension_response_type, issuer,
};
use http::Request;

use crate::common::browser::Browser;
use crate::common::{Answer, CALLBACK, Decides, PKCE, Pairs, Peer, REQUEST, START, VERIFIER, form, redemption, subject, with};

/// Three servers of one issuer over one storage, which insist on more and more.
struct Servers<A, B, C> {
    anything: A,
    no_plain: B,
    strict: C,
    clock: ManualClock,
}

async fn servers() -> Servers<impl SuspendsRequests, impl SuspendsRequests, impl SuspendsRequests> {
    let (store, clock) = (MemoryStore::new(), ManualClock::new(START));
    let legacy = || {
        let chain = AuthorizationServer::builder().profile(Development::<Rfc6749>::new());
        chain.issuer(issuer!("https://as.example.com")).storage(store.clone()).clock(clock.clone())
    };
    let anything = legacy().grant(AuthorizationCode::new().pkce_optional().pkce_plain()).response_type(Code).build();
    let no_plain = legacy().grant(AuthorizationCode::new().pkce_optional()).response_type(Code).build();
    let strict = AuthorizationServer::builder()
        .profile(Development::<OAuth21>::new())
        .issuer(issuer!("https://as.example.com"))
        .storage(store.clone())
        .clock(clock.clone())
        .grant(AuthorizationCode::new())
        .response_type(Code)
        .build();
    let client = Client::public("pub").redirect_uri(CALLBACK).scope("scope").build().expect("a client");
    strict.register_client(client).await.expect("a registration");
    Servers { anything, no_plain, strict, clock }
}

/// No challenge, a `plain` one, an `S256` one: and whether each of the three servers accepts it.
fn challenges() -> [(Pairs<'static>, [bool; 3]); 3] {
    let plain = [("code_challenge", VERIFIER), ("code_challenge_method", "plain")];
    [
        (REQUEST.to_vec(), [true, true, false]),
        (with(&REQUEST, &plain), [true, false, false]),
        (with(&REQUEST, &PKCE), [true, true, true]),
    ]
}

// shows: RFC9700-2.1.1-02
#[tokio::test]
async fn a_request_is_resumed_only_with_the_pkce_that_this_server_insists_on() {
    for (request, accepted) in challenges() {
        let (Servers { anything, no_plain, strict, .. }, mut browser) = (servers().await, Browser::default());
        let resumed = [
            {
                let handle = browser.begin_with(&anything, &request).await;
                browser.resume(&anything, &handle).await
            },
            {
                let handle = browser.begin_with(&anything, &request).await;
                browser.resume(&no_plain, &handle).await
            },
            {
                let handle = browser.begin_with(&anything, &request).await;
                browser.resume(&strict, &handle).await
            },
        ];
        for (resumed, accepted) in resumed.into_iter().zip(accepted) {
            match resumed {
                Ok(_) => assert!(accepted, "{request:?}"),
                Err(error) => assert!(!accepted && matches!(error, ResumeError::NotAccepted), "{request:?}: {error}"),
            }
        }
    }
}

// shows: RFC9700-2.1.1-02
#[tokio::test]
async fn a_code_is_redeemed_only_with_the_pkce_that_this_server_insists_on() {
    fn approve(request: AuthorizationRequest) -> Decision {
        request.approve(Approval::by(subject("alice")))
    }
    for (request, accepted) in challenges() {
        let Servers { anything, no_plain, strict, clock } = servers().await;
        let anything = Peer::new(anything, Decides(approve), clock.clone());
        let no_plain = Peer::new(no_plain, Decides(approve), clock.clone());
        let strict = Peer::new(strict, Decides(approve), clock);
        let code = anything.code_for(&request).await;
        let verifier = if request.len() == REQUEST.len() { "" } else { VERIFIER };
        let redemption = with(&redemption(&code), &[("code_verifier", verifier)]);
        // The strictest first: whoever refuses the code leaves it good for the others.
        let answers = [strict.token(&redemption).await, no_plain.token(&redemption).await, anything.token(&redemption).await];
        let first = accepted.iter().rev().position(|accepted| *accepted).expect("the last one accepts everything");
        for refused in &answers[..first] {
            refused.assert_error(400, "invalid_grant");
        }
        answers[first].assert_ok();
    }
}

/// A response type of the application, before and after it began to return an access token.
struct Receipt;
extension_response_type!(Receipt = "receipt", code: No, access_token: No);
struct ReceiptWithToken;
extension_response_type!(ReceiptWithToken = "receipt", code: No, access_token: Yes);

impl<S: Send + Sync> Respond<S> for Receipt {}
impl<S: FamilyStore> Respond<S> for ReceiptWithToken {}

#[tokio::test]
async fn a_request_to_be_answered_in_the_query_is_not_resumed_where_the_answer_has_an_access_token() {
    let (store, mut browser) = (MemoryStore::new(), Browser::default());
    let chain = || {
        let chain = AuthorizationServer::builder().profile(Development::<Rfc6749>::new());
        chain.issuer(issuer!("https://as.example.com")).storage(store.clone()).grant(Implicit::new()).response_type(Token)
    };
    let (before, after) = (chain().response_type(Receipt).build(), chain().response_type(ReceiptWithToken).build());
    let client = Client::public("pub").redirect_uri(CALLBACK).scope("scope");
    let client = client.grant_types(["implicit"]).response_types(["receipt", "token"]).build().expect("a client");
    before.register_client(client).await.expect("a registration");
    for (mode, good) in [("query", false), ("fragment", true)] {
        let request = with(&REQUEST, &[("response_type", "receipt"), ("response_mode", mode)]);
        let handle = browser.begin_with(&before, &request).await;
        assert_eq!(browser.resume(&after, &handle).await.is_ok(), good, "{mode}");
    }
}

/// A server that keeps so much of a request, and a valid request with these parameters besides.
async fn outcome(limit: Option<u32>, more: &[(&str, &str)]) -> Result<(), Answer> {
    let chain = AuthorizationServer::builder().profile(Development::<OAuth21>::new());
    let chain = chain.issuer(issuer!("https://as.example.com")).storage(MemoryStore::new());
    let chain = match limit {
        Some(limit) => chain.request_bytes(RequestBytes::new(limit).expect("a limit")),
        None => chain,
    };
    let server = chain.grant(AuthorizationCode::new()).response_type(Code).build();
    let client = Client::public("pub").redirect_uri(CALLBACK).scope("scope").build().expect("a client");
    server.register_client(client).await.expect("a registration");
    let request = Request::get(format!("/authorize?{}", form(&with(&with(&REQUEST, &PKCE), more))));
    match server.authorization().handle(request.body(Bytes::new()).expect("a request")).await {
        Authorization::Interact(_) => Ok(()),
        Authorization::Respond(response) => Err(Answer::from(response)),
    }
}

#[tokio::test]
async fn a_request_that_is_too_large_where_it_is_kept_is_refused_by_redirect() {
    let text = |character: &str, count| character.repeat(count);
    // A NUL is six bytes as JSON, a quote two, a letter one.
    for (limit, value, good) in [
        (None, text("a", 500), true),
        (None, text("a", 7_700), true),
        (None, text("a", 8_192), false),
        (None, text("\0", 1_280), true),
        (None, text("\0", 1_366), false),
        (None, text("\"", 3_800), true),
        (None, text("\"", 4_096), false),
        (None, text("\u{e9}", 3_800), true),
        (None, text("\u{e9}", 4_096), false),
        (Some(1_024), text("a", 600), true),
        (Some(1_024), text("a", 1_024), false),
        (Some(65_536), text("a", 60_000), true),
        (Some(65_536), text("\0", 10_900), false),
    ] {
        for name in ["login_hint", "state", &*value] {
            let more = if name == value { (name, "x") } else { (name, &*value) };
            // Nor is a state with a control character one that is kept.
            if name == "state" && value.contains('\0') {
                continue;
            }
            match outcome(limit, &[more]).await {
                Ok(()) => assert!(good, "{limit:?} {} {}", name.len(), value.len()),
                Err(answer) => {
                    assert!(!good, "{limit:?} {} {}: {answer:?}", name.len(), value.len());
                    let sent = answer.query();
                    assert_eq!((answer.status.as_u16(), &*sent["error"]), (302, "invalid_request"), "{answer:?}");
                    assert!(sent["error_description"].starts_with("the request is too large"), "{answer:?}");
                }
            }
        }
    }
    // What is repeated counts each time, and so does a name without much of a value.
    let many: Vec<(&str, &str)> =
        (0..100).map(|_| ("resource", "https://api.example.com/some/thing/that/has/a/rather/long/name/of/its/own")).collect();
    assert!(outcome(None, &many[..80]).await.is_ok());
    assert!(outcome(None, &many).await.is_err());
}

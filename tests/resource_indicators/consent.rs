//! What a person sees and decides.

use grantor::{Approval, AuthorizationRequest, Decision, MemoryStore, OAuthService, ResourceIndicators};

use crate::common::SentBack as _;
use crate::common::browser::Browser;
use crate::common::{Answer, Approves, Decides, Peer, SECRET, basic, redemption, subject};
use crate::{ALL, CALENDAR, CONTACTS, Flow, Server, asking, peer, peer_on, resources};

type Deciding = Peer<Server<MemoryStore, grantor::Resources>, Decides>;

async fn deciding(decide: fn(AuthorizationRequest) -> Decision) -> Deciding {
    let Peer { server, clock, .. } = peer().await;
    Peer { service: OAuthService::with(server.clone(), Decides(decide)), server, clock }
}

fn approval() -> Approval {
    Approval::by(subject("alice"))
}

#[tokio::test]
async fn the_application_sees_the_resources_as_they_are_registered() {
    let peer = deciding(|request| {
        let seen: Vec<&str> = request.resources().collect();
        assert_eq!(seen, [CONTACTS, CALENDAR]);
        assert_eq!(request.parameters("resource").count(), 0, "the library knows the parameter");
        request.approve(approval())
    })
    .await;
    Flow(&peer).begun(ALL, &["https://CONTACTS.example.com/api/", "https://calendar.example.com:443"]).await;
}

// shows: RFC8707-2.2-01
#[tokio::test]
async fn a_person_may_approve_fewer_and_not_others() {
    let peer = deciding(|request| request.approve(approval().audience([CALENDAR, "https://other.example.com"]))).await;
    let flow = Flow(&peer);
    let tokens = flow.begun(ALL, &[CALENDAR, CONTACTS]).await;
    flow.aimed_at(&tokens, &[CALENDAR], "events:read events:write").await;
    flow.refresh(&tokens.member("refresh_token"), &[CONTACTS]).await.assert_error(400, "invalid_target");
    // None of those that were asked for.
    peer.authorize(&asking(ALL, &[CONTACTS])).await.assert_query_error("access_denied");
}

/// The request waits in the storage, and so do its resources.
#[tokio::test]
async fn what_waits_for_its_person_keeps_its_resources() {
    let peer = peer_on(MemoryStore::new(), ResourceIndicators::new(resources())).await;
    let mut browser = Browser::default();
    let handle = browser.begin_with(&*peer.server, &asking(ALL, &["https://Calendar.example.com/"])).await;
    let request = browser.resume(&*peer.server, &handle).await.expect("a request");
    assert_eq!(request.resources().collect::<Vec<_>>(), [CALENDAR]);
    let answer = Answer::from(peer.server.authorization().complete(request.approve(approval())).await);
    let code = answer.query().remove("code").expect("a code");
    let tokens = peer.token(&redemption(&code)).await;
    Flow(&peer).aimed_at(&tokens, &[CALENDAR], "events:read events:write").await;
}

/// Who decides otherwise the second time does not get what was approved the first time.
#[tokio::test]
async fn an_answer_is_given_again_for_the_same_resources_only() {
    let peer: Peer<_, Approves> = peer().await;
    let mut browser = Browser::default();
    let handle = browser.begin_with(&*peer.server, &asking(ALL, &[CALENDAR, CONTACTS])).await;
    let mut answers = Vec::new();
    for audience in [vec![], vec![CONTACTS, CALENDAR], vec![CALENDAR]] {
        let request = browser.resume(&*peer.server, &handle).await.expect("a request");
        let decision = request.approve(approval().audience(audience));
        answers.push(Answer::from(peer.server.authorization().complete(decision).await));
    }
    assert_eq!(answers[0].location(), answers[1].location());
    answers[2].assert_page(400);
}

/// RFC 7662 section 4: an API is told nothing of tokens for others.
#[tokio::test]
async fn an_api_sees_the_tokens_that_are_for_it() {
    let peer = peer().await;
    let flow = Flow(&peer);
    let both = flow.begun(ALL, &[CALENDAR, CONTACTS]).await;
    let contacts = flow.begun(ALL, &[CONTACTS]).await;
    for (answer, sees) in [(both, true), (contacts, false)] {
        let token = answer.member("access_token");
        let seen = peer.post("/introspect", Some(&basic("calendar", SECRET)), &[("token", &token)]).await.json();
        assert_eq!(seen["active"], sees, "{seen}");
    }
}

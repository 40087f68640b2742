//! What an application asks itself: for an endpoint of its own, and in a grant.

use std::time::Duration;

use grantor::{
    AuthorizationServer, Client, ClientSecret, Development, FamilyStore, Grant, Granted, ManualClock, MemoryStore, No, OAuth21,
    OAuthError, ProcessRateLimits, RateQuota, Subject, TokenContext, extension_grant, issuer,
};

use super::{HERE, Peer, SECRET, START, THERE, assert_too_many, form, post};
use crate::common::{Approves, basic};

const GRANT: &str = "urn:example:text_message";

/// Sends a text message, which costs money.
struct TextMessage;
extension_grant!(TextMessage = "urn:example:text_message", refresh_tokens: No, parameters: []);

impl<S: FamilyStore> Grant<S> for TextMessage {
    async fn decide(&self, cx: &TokenContext<'_, S>) -> Result<Granted, OAuthError> {
        cx.admit("text_message").await?;
        Ok(Granted::to(Subject::new("alice").expect("a subject"), cx.scope()?))
    }
}

#[tokio::test]
async fn a_grant_and_an_endpoint_of_the_applications_own_have_quotas_of_their_names() {
    let two = RateQuota::new(2, 1).expect("a quota");
    let clock = ManualClock::new(START);
    let server = AuthorizationServer::builder()
        .profile(Development::<OAuth21>::new())
        .issuer(issuer!("https://as.example.com"))
        .storage(MemoryStore::new())
        .clock(clock.clone())
        .rate_limits(ProcessRateLimits::new().per_client("text_message", two).per_source("password_reset", two))
        .grant(TextMessage)
        .build();
    let secret = ClientSecret::parse(SECRET).expect("a secret");
    let client = Client::confidential("conf", &secret).scope("read").grant_types([GRANT]).build().expect("a client");
    server.register_client(client).await.expect("a registration");
    let peer = Peer::new(server, Approves, clock);

    let ask = |source: &str| post(source, "/token", &basic("conf", SECRET), form(&[("grant_type", GRANT)]));
    for source in [HERE, THERE] {
        peer.send(ask(source)).await.assert_ok();
    }
    assert_too_many(&peer.send(ask(HERE)).await, "temporarily_unavailable", "60");

    let reset = post(HERE, "/password_reset", "", "");
    for _ in 0..2 {
        assert!(peer.server.admit("password_reset", reset.extensions()).await.is_ok());
    }
    let refused = peer.server.admit("password_reset", reset.extensions()).await.expect_err("two are enough");
    assert_eq!((refused.status().as_u16(), refused.retry_after()), (429, Some(Duration::from_secs(60))));
    let response = peer.server.token().error_response(refused);
    assert!(response.status() == 429 && response.headers()["retry-after"] == "60");
    let elsewhere = post(THERE, "/password_reset", "", "");
    assert!(peer.server.admit("password_reset", elsewhere.extensions()).await.is_ok());
}

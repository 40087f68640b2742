//! The events that the manual documents are emitted, each with its level and its fields and nothing else.

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use common::browser::Browser;
use common::{PKCE, REQUEST, fixture_with_window, subject, with};
use grantor::storage::purge_forever;
use grantor::{
    AuthorizationCode, AuthorizationServer, Code, Development, OAuth21, PendingRequests, PurgeExpired, StoreError, Timestamp,
    issuer,
};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};

/// By name: the level, and the fields.
type Events = BTreeMap<String, (String, BTreeSet<String>)>;

#[derive(Clone, Default)]
struct Seen(Arc<Mutex<Events>>);

struct Fields(BTreeSet<String>);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, _: &dyn std::fmt::Debug) {
        if field.name() != "message" {
            self.0.insert(field.name().to_owned());
        }
    }
}

impl tracing::Subscriber for Seen {
    fn enabled(&self, metadata: &tracing::Metadata<'_>) -> bool {
        metadata.target() == "grantor"
    }
    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }
    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn event(&self, event: &tracing::Event<'_>) {
        let mut fields = Fields(BTreeSet::new());
        event.record(&mut fields);
        let seen = (event.metadata().level().to_string().to_lowercase(), fields.0);
        self.0.lock().expect("no panic").insert(event.metadata().name().to_owned(), seen);
    }
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

/// The table in the manual: level, name, when, fields.
fn documented() -> Events {
    let row = |line: &str| {
        let cells: Vec<&str> = line.strip_prefix("//! | ")?.trim_end_matches(" |").split(" | ").collect();
        let [level, name, _, fields] = cells.as_slice() else { return None };
        let name = name.strip_prefix('`')?.strip_suffix('`').filter(|name| name.starts_with("grantor."))?;
        // What is quoted is a field, or a value it may have, in brackets.
        let outside = fields.split(['(', ')']).step_by(2).collect::<String>();
        let fields = outside.split('`').skip(1).step_by(2).map(str::to_owned).collect();
        Some((name.to_owned(), (level.to_string(), fields)))
    };
    include_str!("../src/manual/operating.rs").lines().filter_map(row).collect()
}

struct NeverPurges;

impl PurgeExpired for NeverPurges {
    async fn purge_expired(&self, _: Timestamp) -> Result<u64, StoreError> {
        Err(StoreError::failed("no"))
    }
}

#[tokio::test]
async fn each_documented_event_is_emitted_and_no_other() {
    let seen = Seen::default();
    tracing::subscriber::set_global_default(seen.clone()).expect("the only subscriber");

    let peer = fixture_with_window(5).await;
    // What is granted counts, whatever is returned.
    peer.authorize(&common::with(&common::REQUEST, &[("response_type", "none")])).await;
    assert!(seen.0.lock().expect("no panic").iter().any(|event| format!("{event:?}").contains("grantor.authorize")));
    peer.token_conf(&[("grant_type", "client_credentials")]).await.assert_ok();
    let code = peer.code("pub").await;
    let tokens = peer.redeem(&code).await;
    peer.refresh(&tokens.member("refresh_token")).await.assert_ok();
    peer.post("/revoke", None, &[("client_id", "pub"), ("token", &tokens.member("access_token"))]).await;
    peer.redeem(&code).await.assert_error(400, "invalid_grant");
    peer.tokens().await;
    let alice = subject("username");
    let authorization = peer.server.authorizations(&alice).await.expect("a list")[0].id;
    assert!(peer.server.revoke_authorization(&alice, &authorization).await.expect("an answer"));
    let mut last = None;
    let full = PendingRequests::new(100).expect("a limit");
    let small = AuthorizationServer::builder()
        .profile(Development::<OAuth21>::new())
        .issuer(issuer!("https://as.example.com"))
        .storage(peer.server.storage().clone())
        .pending_requests(full)
        .grant(AuthorizationCode::new())
        .response_type(Code)
        .build();
    for _ in 0..=full.get() {
        let request = Browser::default().request(&small, &with(&REQUEST, &PKCE)).await;
        last = Some(small.authorization().suspend(request).await);
    }
    assert!(matches!(last, Some(Err(StoreError::Unavailable { .. }))));
    let once = Duration::ZERO;
    let store = peer.server.storage().clone();
    let purging = purge_forever(store, peer.clock.clone(), std::future::pending::<()>);
    let failing = purge_forever(NeverPurges, peer.clock.clone(), std::future::pending::<()>);
    // The first pause never ends.
    let _ = tokio::time::timeout(once, purging).await;
    let _ = tokio::time::timeout(once, failing).await;

    let documented = documented();
    assert!(documented.len() > 7, "{documented:?}");
    assert_eq!(*seen.0.lock().expect("no panic"), documented);
}

//! What events say: of whom they are, and why a client was refused.

mod common;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use common::SentBack as _;
use common::{fixture_with_window, subject, with};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};

type Event = BTreeMap<&'static str, String>;

#[derive(Clone, Default)]
struct Heard(Arc<Mutex<Vec<Event>>>);

struct Fields<'a>(&'a mut Event);

impl Visit for Fields<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        self.0.insert(field.name(), format!("{value:?}").trim_matches('"').to_owned());
    }
}

impl tracing::Subscriber for Heard {
    fn enabled(&self, metadata: &tracing::Metadata<'_>) -> bool {
        metadata.target() == "grantor"
    }
    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }
    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn event(&self, event: &tracing::Event<'_>) {
        let mut fields = BTreeMap::from([("name", event.metadata().name().to_owned())]);
        event.record(&mut Fields(&mut fields));
        self.0.lock().expect("no panic").push(fields);
    }
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

impl Heard {
    /// The last event of this name.
    #[track_caller]
    fn last(&self, name: &str) -> Event {
        let all = self.0.lock().expect("no panic");
        all.iter().rev().find(|event| event["name"] == name).unwrap_or_else(|| panic!("no {name}")).clone()
    }
}

#[tokio::test]
async fn what_happens_to_an_authorization_is_told_with_its_person_its_scope_and_its_identifier() {
    let heard = Heard::default();
    tracing::subscriber::set_global_default(heard.clone()).expect("the only subscriber");
    let peer = fixture_with_window(0).await;
    let (_, refresh_token) = peer.tokens().await;
    let id = peer.server.authorizations(&subject("username")).await.expect("a list")[0].id().to_string();
    let assert_about = |event: &Event, scope: &str| {
        let of = |name| event.get(name).map(String::as_str);
        let said = [of("client_id"), of("subject"), of("scope"), of("authorization")];
        assert_eq!(said, [Some("pub"), Some("username"), Some(scope), Some(&*id)], "{event:?}");
    };
    assert_about(&heard.last("grantor.authorize"), "scope read write");
    assert_about(&heard.last("grantor.redeem"), "scope read write");
    peer.refresh(&refresh_token).await.assert_ok();
    assert_about(&heard.last("grantor.rotate"), "scope read write");
    // Everything of it ends, and what was refused is told.
    peer.refresh(&refresh_token).await.assert_error(400, "invalid_grant");
    assert_about(&heard.last("grantor.replay"), "scope read write");
    let refused = heard.last("grantor.refuse");
    assert_eq!([&*refused["client_id"], &*refused["endpoint"], &*refused["code"]], ["pub", "token", "invalid_grant"]);

    // Who does not prove to be the client that is named; what is no client's name may be a secret.
    for (name, told) in [("conf", Some("conf")), ("mark-of-a-stranger", None)] {
        let request = [("grant_type", "client_credentials")];
        peer.post("/token", Some(&common::basic(name, "wrong")), &request).await.assert_error(401, "invalid_client");
        let event = heard.last("grantor.not_authenticated");
        assert_eq!((event.get("client_id").map(String::as_str), &*event["method"]), (told, "client_secret_basic"));
        assert!(event["issuer"].starts_with("https://"), "{event:?}");
    }

    // Nothing began that could be revoked.
    peer.authorize(&with(&common::REQUEST, &[("response_type", "none")])).await;
    let authorized = heard.last("grantor.authorize");
    assert!(authorized["response_type"] == "none" && !authorized.contains_key("authorization"), "{authorized:?}");

    // Who may not ask or revoke is told, and so are operators, also at the endpoints for tokens.
    let (access_token, _) = peer.tokens().await;
    let token = [("token", &*access_token)];
    let conf = common::basic("conf", common::SECRET);
    for (path, authorization, pairs, answer, told) in [
        ("/revoke", Some(&conf), &token[..], (400, "invalid_grant"), ["conf", "revocation"]),
        ("/revoke", Some(&conf), &[], (400, "invalid_request"), ["conf", "revocation"]),
        ("/introspect", Some(&conf), &[], (400, "invalid_request"), ["conf", "introspection"]),
        ("/introspect", None, &[("client_id", "pub"), token[0]], (401, "invalid_client"), ["pub", "introspection"]),
    ] {
        peer.post(path, authorization.map(|value| &**value), pairs).await.assert_error(answer.0, answer.1);
        let refused = heard.last("grantor.refuse");
        assert_eq!([&*refused["client_id"], &*refused["endpoint"], &*refused["code"]], [told[0], told[1], answer.1]);
    }

    // A client for itself is no person.
    peer.token_conf(&[("grant_type", "client_credentials"), ("scope", "read")]).await.assert_ok();
    let issued = heard.last("grantor.issue");
    assert!(!issued.contains_key("subject") && issued["scope"] == "read" && issued["authorization"].len() == 22, "{issued:?}");
    peer.token_conf(&[("grant_type", "client_credentials"), ("scope", "much")]).await.assert_error(400, "invalid_scope");
    assert_eq!(heard.last("grantor.refuse")["code"], "invalid_scope");
    peer.authorize(&with(&common::REQUEST, &[("scope", "much")])).await.assert_query_error("invalid_scope");
    let refused = heard.last("grantor.refuse");
    assert_eq!([&*refused["client_id"], &*refused["endpoint"], &*refused["code"]], ["pub", "authorization", "invalid_scope"]);
}

//! When a person or a client goes: everything of theirs ends, in every store, and nothing comes back with the identifier.

use std::collections::BTreeSet;
use std::sync::Arc;

use grantor::storage::Holder;
use grantor::{
    AccessTokenStore, Administration, AuthorizationCodeStore, AuthorizationRecords, Client, ClientId, ClientRegistry,
    ErasedServer, ManualClock, MemoryStore, PendingStore, PostgresStore, RefreshTokenStore, RegistrationStore, ResumeError,
    SqliteStore, StoreError, issuer,
};

use crate::common::browser::Browser;
use crate::common::moody_store::{Mood, Moody, MoodyStore};
use crate::common::postgres::Cluster;
use crate::common::{
    self, Approves, CALLBACK, Legacy, PKCE, Peer, REQUEST, START, fixture_on, legacy_server_on, redemption, refreshing,
    register_fixture_clients, subject, with,
};

/// What the tests ask of a store.
trait Store:
    ClientRegistry + AuthorizationRecords + AuthorizationCodeStore + AccessTokenStore + RefreshTokenStore + PendingStore + Clone
{
}

impl Store for MemoryStore {}
impl Store for SqliteStore {}
impl Store for PostgresStore {}

/// The same test, over each of the library's stores.
macro_rules! in_each_store {
    ($($test:ident;)*) => {
        $(
            mod $test {
                use super::*;

                #[tokio::test]
                async fn in_memory() {
                    super::$test(MemoryStore::new()).await;
                }

                #[tokio::test]
                async fn in_a_sqlite_file() {
                    let directory = tempfile::tempdir().expect("a directory");
                    super::$test(SqliteStore::open(directory.path().join("auth.db")).expect("a store")).await;
                }

                #[tokio::test]
                async fn in_a_postgres_database() {
                    let Some(cluster) = Cluster::shared() else { return };
                    let store: PostgresStore = cluster.store().await;
                    super::$test(store).await;
                }
            }
        )*
    };
}

in_each_store! {
    a_client_that_is_removed_ends_with_all_that_it_has;
    a_person_who_goes_ends_with_all_they_authorized;
    a_client_that_begins_anew_loses_what_it_had;
    a_client_that_is_lost_is_unknown_and_people_can_take_it_back;
    many_authorizations_end_in_portions;
    an_administration_does_what_a_server_sees;
}

fn id(text: &str) -> ClientId {
    ClientId::parse(text).expect("an identifier")
}

fn public() -> Client {
    let client = Client::public("pub").redirect_uri(CALLBACK).scope("scope read write").response_types(["code"]);
    client.grant_types(["authorization_code", "refresh_token"]).build().expect("a client")
}

/// What a client got: tokens, a code, and a request that waits for its person.
struct Had {
    access_token: String,
    refresh_token: String,
    code: String,
    browser: Browser,
    handle: String,
}

impl Had {
    async fn by<S: Store>(peer: &Peer<Legacy<S>>) -> Self {
        let (access_token, refresh_token) = peer.tokens().await;
        let mut browser = Browser::default();
        let handle = browser.begin_with(&*peer.server, &with(&REQUEST, &PKCE)).await;
        Self { access_token, refresh_token, code: peer.code("pub").await, browser, handle }
    }

    async fn assert_dead<S: Store>(&self, peer: &Peer<Legacy<S>>, error: (u16, &str)) {
        assert!(!peer.is_active(&self.access_token).await && !peer.is_active(&self.refresh_token).await);
        peer.token(&redemption(&self.code)).await.assert_error(error.0, error.1);
        peer.token(&refreshing(&self.refresh_token)).await.assert_error(error.0, error.1);
    }
}

async fn token_for_itself<S: Store>(peer: &Peer<Legacy<S>>) -> String {
    peer.token_conf(&[("grant_type", "client_credentials")]).await.member("access_token")
}

async fn a_client_that_is_removed_ends_with_all_that_it_has<S: Store>(store: S) {
    let peer = fixture_on(store, 5).await;
    let metadata = peer.get("/.well-known/oauth-authorization-server").await;
    let (had, of_conf) = (Had::by(&peer).await, token_for_itself(&peer).await);
    assert!(peer.server.remove_client(&id("pub")).await.expect("an answer"));
    assert!(!peer.server.remove_client(&id("pub")).await.expect("an answer"));

    had.assert_dead(&peer, (401, "invalid_client")).await;
    peer.authorize(&with(&REQUEST, &PKCE)).await.assert_page(400);
    let resumed = had.browser.resume(&*peer.server, &had.handle).await;
    assert!(matches!(resumed, Err(ResumeError::NotFound)), "{resumed:?}");
    let revoked = peer.post("/revoke", None, &[("client_id", "pub"), ("token", &had.access_token)]).await;
    revoked.assert_error(401, "invalid_client");
    assert!(peer.server.authorizations(&subject("username")).await.expect("a list").is_empty());
    assert!(peer.is_active(&of_conf).await, "what others have is theirs");
    assert_eq!(peer.get("/.well-known/oauth-authorization-server").await.body, metadata.body);

    // The same identifier again.
    peer.server.register_client(public()).await.expect("a registration");
    had.assert_dead(&peer, (400, "invalid_grant")).await;
    let resumed = had.browser.resume(&*peer.server, &had.handle).await;
    assert!(matches!(resumed, Err(ResumeError::NotFound)), "{resumed:?}");
    let (access_token, refresh_token) = peer.tokens().await;
    assert!(peer.is_active(&access_token).await && peer.is_active(&refresh_token).await);
    assert_eq!(peer.server.authorizations(&subject("username")).await.expect("a list").len(), 1);
}

async fn a_person_who_goes_ends_with_all_they_authorized<S: Store>(store: S) {
    let peer = fixture_on(store, 5).await;
    let (had, of_conf) = (Had::by(&peer).await, token_for_itself(&peer).await);
    let by_password = peer.token_conf(&[("grant_type", "password"), ("username", "username"), ("password", "password")]).await;
    assert_eq!(peer.server.revoke_subject(&subject("Username")).await.expect("an answer"), 0);
    assert!(peer.is_active(&had.access_token).await);

    // The tokens and the code of `pub`, and those of `conf`.
    assert_eq!(peer.server.revoke_subject(&subject("username")).await.expect("an answer"), 3);
    had.assert_dead(&peer, (400, "invalid_grant")).await;
    assert!(!peer.is_active(&by_password.member("access_token")).await);
    assert!(peer.is_active(&of_conf).await, "nobody authorized it");
    assert!(peer.server.authorizations(&subject("username")).await.expect("a list").is_empty());
    assert_eq!(peer.server.revoke_subject(&subject("username")).await.expect("an answer"), 0);
    // Nobody knows yet whose a request will be that waits.
    assert!(had.browser.resume(&*peer.server, &had.handle).await.is_ok());
}

async fn a_client_that_begins_anew_loses_what_it_had<S: Store>(store: S) {
    let peer = fixture_on(store, 5).await;
    let (had, of_conf) = (Had::by(&peer).await, token_for_itself(&peer).await);
    assert_eq!(peer.server.revoke_client(&id("pub")).await.expect("an answer"), 2);
    had.assert_dead(&peer, (400, "invalid_grant")).await;
    assert!(peer.is_active(&of_conf).await);
    assert_eq!(peer.server.revoke_client(&id("conf")).await.expect("an answer"), 1);
    assert!(!peer.is_active(&of_conf).await);
    assert!(peer.is_active(&token_for_itself(&peer).await).await && peer.is_active(&peer.tokens().await.0).await);
}

/// As from a table of the application's own, in which somebody deletes a row.
async fn a_client_that_is_lost_is_unknown_and_people_can_take_it_back<S: Store>(store: S) {
    let peer = fixture_on(store.clone(), 5).await;
    let had = Had::by(&peer).await;
    assert!(store.remove_client(peer.server.issuer(), &id("pub")).await.expect("an answer"));

    peer.token(&refreshing(&had.refresh_token)).await.assert_error(401, "invalid_client");
    peer.authorize(&with(&REQUEST, &PKCE)).await.assert_page(400);
    let resumed = had.browser.resume(&*peer.server, &had.handle).await;
    assert!(matches!(resumed, Err(ResumeError::ClientChanged)), "{resumed:?}");
    // What it has is listed, and ends by itself, or when somebody takes it back.
    let listed = peer.server.authorizations(&subject("username")).await.expect("a list");
    assert_eq!(listed.iter().map(|record| record.client_id().as_str()).collect::<Vec<_>>(), ["pub", "pub"]);
    assert!(peer.is_active(&had.access_token).await);
    for record in listed {
        assert!(peer.server.revoke_authorization(&subject("username"), record.id()).await.expect("an answer"));
    }
    assert!(!peer.is_active(&had.access_token).await);
}

/// More than a portion of any store, beside as many of another client.
async fn many_authorizations_end_in_portions<S: Store>(store: S) {
    const MANY: usize = 1_100;
    let peer = fixture_on(store, 0).await;
    let mut tokens = [String::new(), String::new()];
    let other = common::basic("other", common::SECRET);
    for number in 0..MANY {
        let of_conf = token_for_itself(&peer).await;
        let of_other = peer.post("/token", Some(&other), &[("grant_type", "client_credentials")]).await.member("access_token");
        if number % 500 == 0 {
            tokens = [of_conf, of_other];
        }
    }
    let administration =
        Administration::new(issuer!("https://as.example.com"), peer.server.storage().clone()).clock(peer.clock.clone());
    for (client, expected) in [("conf", MANY), ("other", MANY), ("pub", 0)] {
        assert_eq!(pages(&administration, Holder::Client(&id(client)), 64).await, expected, "{client}");
    }
    assert_eq!(peer.server.revoke_client(&id("conf")).await.expect("an answer"), MANY as u64);
    assert_eq!(pages(&administration, Holder::Client(&id("conf")), 64).await, 0);
    assert_eq!(pages(&administration, Holder::Client(&id("other")), 1_000).await, MANY);
    assert!(!peer.is_active(&tokens[0]).await && peer.is_active(&tokens[1]).await);
    // What is over needs no end.
    peer.clock.advance(100_000);
    assert_eq!(peer.server.revoke_client(&id("other")).await.expect("an answer"), 0);
}

/// How many authorizations all pages have, each once.
async fn pages<S: Store>(administration: &Administration<S>, of: Holder<'_>, limit: u32) -> usize {
    let (mut found, mut after) = (BTreeSet::new(), None);
    loop {
        let page = administration.authorizations(of, after.as_ref(), limit).await.expect("a page");
        assert!(page.authorizations.len() <= limit as usize && page.next.is_none_or(|next| Some(next) > after));
        for record in page.authorizations {
            assert!(of.holds(record.client_id(), record.subject()) && found.insert(*record.id()));
        }
        after = page.next;
        if after.is_none() {
            return found.len();
        }
    }
}

/// From outside of the server, whose answers are what was done.
async fn an_administration_does_what_a_server_sees<S: Store + RegistrationStore>(store: S) {
    let peer = fixture_on(store.clone(), 5).await;
    let administration = Administration::new(issuer!("https://as.example.com"), store.clone()).clock(peer.clock.clone());
    let elsewhere = Administration::new(issuer!("https://other.example.com"), store);
    let (had, of_conf) = (Had::by(&peer).await, token_for_itself(&peer).await);
    let listed = administration.authorizations(Holder::Subject(&subject("username")), None, 9).await.expect("a page");
    assert_eq!((listed.authorizations.len(), listed.next), (2, None));
    for record in &listed.authorizations {
        assert!(elsewhere.end_authorization(record.id()).await.expect("an answer").is_none());
        let found = administration.authorization(record.id()).await.expect("an answer").expect("it");
        assert_eq!(found.record, *record);
        assert_eq!(administration.end_authorization(record.id()).await.expect("an answer").as_ref(), Some(record));
        assert!(administration.end_authorization(record.id()).await.expect("an answer").is_none());
    }
    had.assert_dead(&peer, (400, "invalid_grant")).await;
    assert!(peer.is_active(&of_conf).await);

    let client = administration.client(&id("pub")).await.expect("an answer").expect("a client");
    assert!(!administration.add_client(public()).await.expect("an answer"));
    let named = |name: &str| Client::public("pub").name(name).redirect_uri(CALLBACK).build().expect("a client");
    assert!(administration.change_client(&client, named("a")).await.expect("an answer"));
    assert!(!administration.change_client(&client, named("b")).await.expect("an answer"), "somebody was first");
    let now = administration.client(&id("pub")).await.expect("an answer").expect("a client");
    assert_eq!(now.name(), "a");
    let removed = administration.remove_client(&id("conf")).await.expect("an answer");
    assert_eq!((removed.was_there, removed.authorizations), (true, 1));
    assert!(!peer.is_active(&of_conf).await);
    let removed = administration.remove_client(&id("conf")).await.expect("an answer");
    assert_eq!((removed.was_there, removed.authorizations), (false, 0));
    let clients = administration.clients(None, 9).await.expect("a page");
    assert_eq!(clients.iter().map(|client| client.id().as_str()).collect::<Vec<_>>(), ["other", "pub", "rs"]);
}

#[tokio::test]
async fn of_many_who_register_one_client_one_does() {
    let directory = tempfile::tempdir().expect("a directory");
    let store = SqliteStore::open(directory.path().join("auth.db")).expect("a store");
    let administration = Arc::new(Administration::new(issuer!("https://as.example.com"), store));
    let add = || {
        let administration = administration.clone();
        tokio::spawn(async move { administration.add_client(public()).await.expect("an answer") })
    };
    let mut added = 0;
    for caller in (0..16).map(|_| add()).collect::<Vec<_>>() {
        added += usize::from(caller.await.expect("no panic"));
    }
    assert_eq!(added, 1);
}

#[tokio::test]
async fn clients_are_listed_by_pages_also_of_a_server_without_its_type() {
    let clock = ManualClock::new(START);
    let server = legacy_server_on(MemoryStore::new(), &clock, 0);
    register_fixture_clients(&server).await;
    let server = ErasedServer::administered(server);
    let page = async |after: Option<&str>| {
        let after = after.map(id);
        let clients = server.list_clients(after.as_ref(), 3).await.expect("a list");
        clients.iter().map(|client| client.id().to_string()).collect::<Vec<_>>()
    };
    assert_eq!(page(None).await, ["conf", "other", "pub"]);
    assert_eq!(page(Some("pub")).await, ["rs"]);
    assert!(page(Some("rs")).await.is_empty());
    assert!(server.remove_client(&id("other")).await.expect("an answer"));
    assert_eq!(page(Some("a client that is not there any more")).await, ["conf", "pub", "rs"]);
    assert_eq!(server.revoke_client(&id("conf")).await.expect("an answer"), 0);
    assert_eq!(server.revoke_subject(&subject("username")).await.expect("an answer"), 0);
    assert!(server.health().await.is_ok());
}

#[tokio::test]
async fn a_removal_that_was_broken_off_is_finished_by_the_next() {
    let clock = ManualClock::new(START);
    let server = legacy_server_on(MoodyStore::new(Moody::default()), &clock, 5);
    register_fixture_clients(&server).await;
    let peer = Peer::new(server, Approves, clock);
    let (access_token, _) = peer.tokens().await;
    peer.server.storage().hook.set(Mood::TokensUnavailable);
    let broken_off = peer.server.remove_client(&id("pub")).await;
    assert!(matches!(broken_off, Err(StoreError::Unavailable { .. })), "{broken_off:?}");
    peer.server.storage().hook.set(Mood::Sound);
    assert!(peer.is_active(&access_token).await);
    assert!(!peer.server.remove_client(&id("pub")).await.expect("an answer"), "it is not there any more");
    assert!(!peer.is_active(&access_token).await);
}

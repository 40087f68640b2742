//! A secret that stands where something else belongs, such as a client's identifier, is not in the log, at whatever level, and
//! not in the answer.

mod common;

use std::sync::OnceLock;

use bytes::Bytes;
use common::captured_log::CapturedLog;
use common::moody_store::Mood;
use common::postgres::{Cluster, fresh_schema};
use common::{Answer, CALLBACK, PKCE, Peer, REQUEST, SECRET, basic, fixture, fixture_on, form, moody_fixture, with};
use grantor::{Interaction, PostgresStore, ServesOAuth};
use http::{Request, header};
use sqlx::AssertSqlSafe;

fn log() -> &'static CapturedLog {
    static LOG: OnceLock<CapturedLog> = OnceLock::new();
    LOG.get_or_init(CapturedLog::begin)
}

#[track_caller]
fn assert_unheard(secrets: &[&str], answers: &[Answer]) {
    let log = log().text();
    for secret in secrets {
        assert!(!log.contains(secret), "{secret} is in the log:\n{log}");
        for answer in answers {
            assert!(!answer.body.contains(secret) && !answer.location().contains(secret), "{secret}: {answer:?}");
        }
    }
}

/// Every request in which `secret` can stand in the place of an identifier.
async fn misplaced<Sv: ServesOAuth, I: Interaction<Sv>>(peer: &Peer<Sv, I>, secret: &str) -> Vec<Answer> {
    let mut answers = Vec::new();
    let swapped = basic(secret, "conf");
    for path in ["/token", "/introspect", "/revoke"] {
        let request = [("grant_type", "client_credentials"), ("token", "unknown")];
        answers.push(peer.post(path, Some(&swapped), &request).await);
        for more in [&[][..], &[("client_secret", "conf")], &[("client_secret", secret)]] {
            let named = [&request[..], &[("client_id", secret)], more].concat();
            answers.push(peer.post(path, None, &named).await);
        }
        // Beside a client that there is, in the place of what else has a name.
        let conf = basic("conf", SECRET);
        answers.push(peer.post(path, Some(&conf), &[("grant_type", "client_credentials"), ("client_id", secret)]).await);
        for name in ["grant_type", "scope", "token_type_hint", secret] {
            answers.push(peer.post(path, Some(&conf), &with(&request, &[(name, secret)])).await);
            answers.push(peer.post(path, Some(&conf), &[(name, secret), (name, secret)]).await);
        }
        let bare = Request::post(path).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        answers.push(peer.send(bare.body(secret.to_owned()).expect("a request")).await);
        let schemeless = Request::post(path).header(header::CONTENT_TYPE, secret).header(header::AUTHORIZATION, secret);
        answers.push(peer.send(schemeless.body(Bytes::new()).expect("a request")).await);
    }
    let request = [&REQUEST[..], &PKCE].concat();
    for name in
        ["client_id", "redirect_uri", "response_type", "response_mode", "scope", "code_challenge", "code_challenge_method"]
    {
        let request = with(&request, &[(name, secret)]);
        answers.push(peer.authorize(&request).await);
        answers.push(peer.post("/authorize", None, &request).await);
    }
    answers.push(peer.get(&format!("/authorize?{secret}")).await);
    answers.push(peer.get(&format!("/authorize%3F{}", form(&[("client_id", secret)]))).await);
    answers
}

#[tokio::test]
async fn what_is_not_a_registered_client_is_not_logged() {
    let log = log();
    let peer = fixture().await;
    let (access_token, refresh_token) = peer.tokens().await;
    let code = peer.code("pub").await;
    let secrets = [SECRET, &access_token, &refresh_token, &code, "hunter2"];
    for secret in secrets {
        let answers = misplaced(&peer, secret).await;
        assert!(answers.iter().filter(|answer| answer.status == 401).count() >= 12, "{answers:?}");
        assert_unheard(&[secret], &answers);
    }
    // A client that there is, is named when it fails.
    let before = log.text().len();
    peer.post("/token", Some(&basic("other", "hunter2")), &[("grant_type", "client_credentials")]).await;
    let since = log.text().split_off(before);
    assert!(since.contains("client_id=other") && since.contains("client authentication failed"), "{since}");
    // Neither are Debug texts, which applications log.
    let misplaced = format!("{SECRET}&{}=&scope=read", access_token);
    let parameters = grantor::Parameters::parse(misplaced.as_bytes()).expect("parameters");
    assert_eq!(format!("{parameters:?}"), r#"Parameters["scope"]"#);
    assert_unheard(&secrets, &[]);
}

#[tokio::test]
async fn nor_when_the_storage_fails() {
    log();
    let peer = moody_fixture().await;
    for mood in [Mood::ClientsFail, Mood::TokensFail] {
        peer.server.storage().hook.set(mood);
        let answers = misplaced(&peer, "correct-horse-battery").await;
        assert!(mood != Mood::ClientsFail || answers.iter().any(|answer| answer.status == 500));
        assert_unheard(&["correct-horse-battery"], &answers);
    }
}

/// PostgreSQL adds the whole row to some of its errors.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nor_what_a_database_says_of_its_rows() {
    let log = log();
    let Some(cluster) = Cluster::shared() else { return };
    let (pool, schema) = (cluster.pool().await, fresh_schema());
    let peer = fixture_on(PostgresStore::open_in(pool.clone(), &schema).await.expect("a store"), 0).await;
    let refuse = format!("ALTER TABLE {schema}.codes ADD CONSTRAINT nothing_goes CHECK (details = '')");
    sqlx::raw_sql(AssertSqlSafe(refuse)).execute(&pool).await.expect("a statement");
    let secret_place = format!("{CALLBACK}?key=in-a-registered-uri");
    let client = grantor::Client::public("spa").redirect_uri(secret_place.clone()).scope("scope");
    peer.register(client.grant_types(["authorization_code"])).await;
    let request = [&with(&REQUEST, &[("client_id", "spa"), ("redirect_uri", &secret_place)])[..], &PKCE].concat();
    assert_eq!(peer.authorize(&request).await.query()["error"], "server_error");
    let text = log.text();
    assert!(text.contains("nothing_goes") && text.contains("23514"), "{text}");
    assert!(!text.contains("in-a-registered-uri") && !text.contains("Failing row"), "{text}");
}

//! Client authentication (RFC 6749 section 2.3) at the endpoints that ask for it.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE};
use grantor::testing::Hooked;
use grantor::{
    AuthorizationServer, Client, ClientAuthenticationMethod, ClientCredentials, ClientError, ClientMetadata, ClientSecret,
    ClientStore, Clock as _, Development, ManualClock, MemoryStore, OAuth21, Split, StoreError, issuer,
};
use http::{HeaderValue, Request, header};

use crate::common::counting::{Counting, CountingStore};
use crate::common::{
    Answer, Approves, CALLBACK, Legacy, Pairs, Peer, SECRET, START, basic, fixture, form, lacking, legacy_server_on, redemption,
    refreshing, register_fixture_clients, with,
};

const CLIENT_CREDENTIALS: [(&str, &str); 1] = [("grant_type", "client_credentials")];
/// Fewer than 32 characters: argon2id.
const SHORT_SECRET: &str = "chosen by a person";

fn secret(text: &str) -> ClientSecret {
    ClientSecret::parse(text).expect("a secret")
}

async fn counting_fixture() -> Peer<Legacy<CountingStore>> {
    let clock = ManualClock::new(START);
    let server = legacy_server_on(Hooked::new(Counting::default()), &clock, 0);
    register_fixture_clients(&server).await;
    server.storage().hook.take();
    Peer::new(server, Approves, clock)
}

/// Sends `body` with this `Authorization` header, which need not be text.
async fn with_header(peer: &Peer<Legacy<CountingStore>>, path: &str, value: &[u8], body: &[(&str, &str)]) -> Answer {
    let request = Request::post(path).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    let request = request.header(header::AUTHORIZATION, HeaderValue::from_bytes(value).expect("a header"));
    peer.send(request.body(form(body)).expect("a request")).await
}

// shows: RFC6749-2.2-01, RFC6749-2.3-01, RFC6749-2.3.1-02, RFC6749-2.3.1-04
#[tokio::test]
async fn a_client_authenticates_the_way_it_registered() {
    use ClientAuthenticationMethod::{ClientSecretBasic, ClientSecretPost};
    let peer = fixture().await;
    let job = |id: &str| Client::confidential(id, &secret(SECRET)).grant_types(["client_credentials"]);
    peer.register(job("either")).await;
    peer.register(job("basic").authentication_method(ClientSecretBasic)).await;
    peer.register(job("post").authentication_method(ClientSecretPost)).await;
    for (id, by_header, by_body) in [("either", true, true), ("basic", true, false), ("post", false, true)] {
        let in_body = with(&CLIENT_CREDENTIALS, &[("client_id", id), ("client_secret", SECRET)]);
        let answers = [
            (peer.post("/token", Some(&basic(id, SECRET)), &CLIENT_CREDENTIALS).await, by_header),
            (peer.token(&in_body).await, by_body),
            // Its identifier alone is no authentication.
            (peer.token(&with(&CLIENT_CREDENTIALS, &[("client_id", id)])).await, false),
            (peer.token(&with(&CLIENT_CREDENTIALS, &[("client_id", id), ("client_secret", "")])).await, false),
        ];
        for (answer, accepted) in answers {
            if accepted { answer.assert_ok() } else { answer.assert_error(401, "invalid_client") }
        }
    }
}

/// The request without a client.
fn nameless<'a>(request: &[(&'a str, &'a str)]) -> Pairs<'a> {
    let [nameless, _] = lacking(request, "client_id");
    nameless
}

/// The identifier alone, or with a wrong secret, gets nothing from any grant, and takes nothing away.
// shows: RFC6749-2.2-01, RFC6749-3.2.1-01, RFC6749-3.2.1-03, RFC6749-4.1.3-05, RFC6749-4.1.3-06, RFC6749-4.1.3-07
// shows: RFC6749-4.3.2-05, RFC6749-4.3.2-06, RFC6749-4.4.2-03, RFC6749-4.4.2-04, RFC6749-6-05, RFC6749-6-06, RFC6749-10.2-01
// shows: RFC6749-10.5-06, RFC9700-2.5-01
#[tokio::test]
async fn each_grant_asks_a_confidential_client_for_its_secret_and_a_public_one_for_its_name() {
    let peer = fixture().await;
    let password = [("grant_type", "password"), ("username", "username"), ("password", "password")];
    let code = peer.code("conf").await;
    let refresh_token = peer.token_conf(&password).await.member("refresh_token");
    let (code, refresh) = (nameless(&redemption(&code)), nameless(&refreshing(&refresh_token)));
    for request in [code, refresh, password.to_vec(), CLIENT_CREDENTIALS.to_vec()] {
        for wrong in [&[][..], &[("client_id", "conf")], &[("client_id", "conf"), ("client_secret", "wrong")]] {
            peer.token(&with(&request, wrong)).await.assert_error(401, "invalid_client");
        }
        peer.post("/token", Some(&basic("conf", "wrong")), &request).await.assert_error(401, "invalid_client");
        peer.token_conf(&request).await.assert_ok();
    }
    let (code, refresh_token) = (peer.code("pub").await, peer.tokens().await.1);
    for request in [nameless(&redemption(&code)), nameless(&refreshing(&refresh_token)), password.to_vec()] {
        peer.token(&request).await.assert_error(401, "invalid_client");
        peer.token(&with(&request, &[("client_id", "pub")])).await.assert_ok();
    }
}

// shows: RFC6749-2.3-03, RFC6749-3.2.1-02, RFC6749-4.1.3-08, RFC6749-4.3.2-04, RFC6749-4.3.2-07, RFC6749-10.2-01, RFC8252-8.5-01
#[tokio::test]
async fn a_public_client_says_who_it_is_and_has_no_secret_to_send() {
    let peer = fixture().await;
    let password = [("grant_type", "password"), ("username", "username"), ("password", "password")];
    let (as_pub, any_secret) = (("client_id", "pub"), ("client_secret", SECRET));
    peer.token(&with(&password, &[as_pub])).await.assert_ok();
    // Empty is left out (RFC 6749 section 3.2).
    peer.token(&with(&password, &[as_pub, ("client_secret", "")])).await.assert_ok();
    peer.token(&with(&password, &[as_pub, any_secret])).await.assert_error(401, "invalid_client");
    peer.token(&password).await.assert_error(401, "invalid_client");
    for presented in [SECRET, ""] {
        peer.post("/token", Some(&basic("pub", presented)), &password).await.assert_error(401, "invalid_client");
    }
}

/// What a client is told does not depend on whether another one exists, nor does what the storage is asked.
#[tokio::test]
async fn an_unknown_client_and_a_wrong_secret_look_the_same_and_cost_the_same() {
    let peer = counting_fixture().await;
    let short = Client::confidential("short", &secret(SHORT_SECRET)).grant_types(["client_credentials"]);
    peer.register(short).await;
    let other_method = Client::confidential("post-only", &secret(SECRET)).grant_types(["client_credentials"]);
    peer.register(other_method.authentication_method(ClientAuthenticationMethod::ClientSecretPost)).await;
    let rotating = Client::confidential("rotating", &secret(SHORT_SECRET)).grant_types(["client_credentials"]);
    let rotating = rotating.build().expect("a client").with_new_secret(&ClientSecret::generate()).expect("two secrets");
    peer.server.register_client(rotating).await.expect("a registration");
    let counting = peer.server.storage().hook.clone();
    counting.take();
    for path in ["/token", "/introspect", "/revoke"] {
        let body = with(&CLIENT_CREDENTIALS, &[("token", "x")]);
        // The first of each row is unknown.
        let mut rows: Vec<Vec<(Option<String>, Pairs)>> = Vec::new();
        let wrong = ["w".repeat(43), "wrong".to_owned()];
        for presented in &wrong {
            let ids = ["unknown", "conf", "short", "pub", "post-only", "rotating"];
            rows.push(ids.iter().map(|id| (Some(basic(id, presented)), body.clone())).collect());
            let in_body = |id: &&'static str| (None, with(&body, &[("client_id", *id), ("client_secret", presented.as_str())]));
            rows.push(ids.iter().map(in_body).collect());
        }
        // The right secret by a method that the client did not register.
        rows.push(["unknown", "post-only"].map(|id| (Some(basic(id, SECRET)), body.clone())).to_vec());
        // No secret at all.
        rows.push(["unknown", "conf", "short", "rotating"].map(|id| (None, with(&body, &[("client_id", id)]))).to_vec());
        for row in rows {
            let mut expected = None;
            for (authorization, body) in row {
                let answer = peer.post(path, authorization.as_deref(), &body).await;
                answer.assert_error(401, "invalid_client");
                let seen = (answer.body, answer.headers, counting.take());
                assert_eq!(seen.2, ["client"], "{path} {body:?}");
                assert_eq!(expected.get_or_insert(seen.clone()), &seen, "{path} {authorization:?} {body:?}");
            }
        }
    }
}

#[tokio::test]
async fn a_short_secret_authenticates_too() {
    let peer = fixture().await;
    peer.register(Client::confidential("short", &secret(SHORT_SECRET)).grant_types(["client_credentials"])).await;
    for _ in 0..2 {
        peer.post("/token", Some(&basic("short", SHORT_SECRET)), &CLIENT_CREDENTIALS).await.assert_ok();
        let wrong = basic("short", "chosen by another person");
        peer.post("/token", Some(&wrong), &CLIENT_CREDENTIALS).await.assert_error(401, "invalid_client");
    }
}

/// Both are good until the old one is dropped, or its time has come.
#[tokio::test]
async fn a_secret_is_rotated_without_a_moment_in_which_none_is_good() {
    let peer = fixture().await;
    let secrets = [SHORT_SECRET, "the second one, with more than 32 characters", "the third one, with more than 32 characters"];
    let [first, second, third] = secrets.map(secret);
    let good = async |expected: [bool; 3]| {
        for (text, good) in secrets.into_iter().zip(expected) {
            let in_body = with(&CLIENT_CREDENTIALS, &[("client_id", "job"), ("client_secret", text)]);
            for answer in [peer.post("/token", Some(&basic("job", text)), &CLIENT_CREDENTIALS).await, peer.token(&in_body).await]
            {
                if good { answer.assert_ok() } else { answer.assert_error(401, "invalid_client") }
            }
        }
    };
    let put = async |client: &Client| peer.server.register_client(client.clone()).await.expect("a registration");
    let job = Client::confidential("job", &first).grant_types(["client_credentials"]).build().expect("a client");
    put(&job).await;
    good([true, false, false]).await;
    // What is remembered of the short one stays right.
    let job = job.with_new_secret(&second).expect("two secrets");
    put(&job).await;
    good([true, true, false]).await;
    put(&job.clone().without_previous_secret()).await;
    good([false, true, false]).await;
    // Back, and then with an end: it is good before it, and not from then on.
    put(&job).await;
    good([true, true, false]).await;
    let job = job.with_previous_secret_until(peer.clock.now().saturating_add_secs(10));
    put(&job).await;
    peer.clock.advance(9);
    good([true, true, false]).await;
    peer.clock.advance(1);
    good([false, true, false]).await;
    // A third takes the place of the first.
    put(&job.with_new_secret(&third).expect("two secrets")).await;
    good([false, true, true]).await;
}

/// RFC 7591 section 3.2.1, `client_secret_expires_at`.
#[tokio::test]
async fn a_secret_is_refused_from_its_end_on() {
    let peer = fixture().await;
    let job = |id: &str| Client::confidential(id, &secret(SECRET)).grant_types(["client_credentials"]);
    peer.register(job("built").secret_expires_at(peer.clock.now().saturating_add_secs(10))).await;
    let end = peer.clock.now().as_unix() + 10;
    for (id, expires_at) in [("file", end), ("never", 0)] {
        let metadata: ClientMetadata = serde_json::from_value(serde_json::json!({
            "client_id": id, "client_secret": SECRET, "client_secret_expires_at": expires_at, "grant_types": ["client_credentials"],
        }))
        .expect("metadata");
        let client = Client::try_from(metadata).expect("a client");
        peer.server.register_client(client).await.expect("a registration");
    }
    for (seconds, expiring) in [(0, true), (9, true), (1, false), (1, false)] {
        peer.clock.advance(seconds);
        for (id, good) in [("built", expiring), ("file", expiring), ("never", true)] {
            let answer = peer.post("/token", Some(&basic(id, SECRET)), &CLIENT_CREDENTIALS).await;
            if good { answer.assert_ok() } else { answer.assert_error(401, "invalid_client") }
        }
    }
}

#[test]
fn what_has_no_secret_has_none_to_rotate_and_of_two_one_is_long() {
    let public = Client::public("app").redirect_uri(CALLBACK).build().expect("a client");
    assert_eq!(public.with_new_secret(&secret(SECRET)).expect_err("public"), ClientError::NoSecretToRotate);
    let short = Client::confidential("job", &secret(SHORT_SECRET)).grant_types(["client_credentials"]).build().expect("a client");
    assert_eq!(short.with_new_secret(&secret("another")).expect_err("both short"), ClientError::TwoShortSecrets);
}

/// RFC 6749 section 2.3.1: both halves are form-encoded before they are joined.
// shows: RFC6749-2.3.1-01, RFC6749-2.3.1-03
#[tokio::test]
async fn the_halves_of_basic_are_decoded_as_a_form() {
    let peer = fixture().await;
    let secrets = ["a%2Bb", "a+b c:d%", ":::", "&=;\"\\", " ", "%"].map(|text| format!("{text}{}", "-".repeat(32)));
    for (i, text) in secrets.iter().enumerate() {
        let id = format!("c{i}:+% ");
        peer.register(Client::confidential(&id, &secret(text)).grant_types(["client_credentials"])).await;
        peer.post("/token", Some(&basic(&id, text)), &CLIENT_CREDENTIALS).await.assert_ok();
        let in_body = with(&CLIENT_CREDENTIALS, &[("client_id", &id), ("client_secret", text)]);
        peer.token(&in_body).await.assert_ok();
        // Whoever forgets to encode is another client with another secret, if anybody.
        let unencoded = format!("Basic {}", STANDARD.encode(format!("{id}:{text}")));
        peer.post("/token", Some(&unencoded), &CLIENT_CREDENTIALS).await.assert_error(401, "invalid_client");
    }
    // More encoding than necessary, and lower case digits, are the same.
    let all = SECRET.bytes().map(|byte| format!("%{byte:02x}")).collect::<String>();
    let header = format!("Basic {}", STANDARD.encode(format!("%63onf:{all}")));
    peer.post("/token", Some(&header), &CLIENT_CREDENTIALS).await.assert_ok();
}

#[tokio::test]
async fn a_secret_is_compared_exactly() {
    let peer = fixture().await;
    let upper = SECRET.to_uppercase();
    let padded = [format!("{SECRET} "), format!(" {SECRET}"), format!("{SECRET}\0"), format!("{SECRET}\u{e9}")];
    for wrong in padded.iter().map(String::as_str).chain([upper.as_str(), &SECRET[1..], "\u{e9}", "\0"]) {
        peer.post("/token", Some(&basic("conf", wrong)), &CLIENT_CREDENTIALS).await.assert_error(401, "invalid_client");
        let in_body = with(&CLIENT_CREDENTIALS, &[("client_id", "conf"), ("client_secret", wrong)]);
        peer.token(&in_body).await.assert_error(401, "invalid_client");
    }
}

// shows: RFC6749-5.2-10
#[tokio::test]
async fn a_malformed_authorization_header_is_401_and_nobody_is_looked_up() {
    let peer = counting_fixture().await;
    let pair = format!("conf:{SECRET}");
    let encoded = STANDARD.encode(&pair);
    // Characters that differ between the alphabets, and an unpadded length.
    let odd = format!("conf:{}", "?".repeat(38));
    let values: [Vec<u8>; 16] = [
        b"".to_vec(),
        b"Basic".to_vec(),
        b"Basic ".to_vec(),
        b"Basic =".to_vec(),
        encoded.clone().into(),
        format!("Bearer {encoded}").into(),
        format!("Basic{encoded}").into(),
        format!("Basic\t{encoded}").into(),
        format!("Basic {encoded}, Basic {encoded}").into(),
        format!("Basic {encoded} x").into(),
        format!("Basic {}", STANDARD_NO_PAD.encode(&odd)).into(),
        format!("Basic {}", URL_SAFE.encode(&odd)).into(),
        format!("Basic {}", STANDARD.encode("conf")).into(),
        format!("Basic {}", STANDARD.encode(b"conf:\xff\xfe")).into(),
        format!("Basic {}", STANDARD.encode("conf:%")).into(),
        [b"Basic ", encoded.as_bytes(), b"\xff"].concat(),
    ];
    for path in ["/token", "/introspect", "/revoke"] {
        for value in &values {
            // The body names a public client: it does not count.
            let body = [("grant_type", "password"), ("client_id", "pub"), ("token", "x")];
            let answer = with_header(&peer, path, value, &body).await;
            answer.assert_error(401, "invalid_client");
            assert!(answer.header("www-authenticate").starts_with("Basic realm="));
            assert_eq!(peer.server.storage().hook.take(), [""; 0], "{path} {value:?}");
        }
    }
    for scheme in ["basic", "BASIC", "Basic  "] {
        let value = format!("{scheme} {encoded}");
        with_header(&peer, "/token", value.as_bytes(), &CLIENT_CREDENTIALS).await.assert_ok();
    }
}

// shows: RFC6749-2.3-04
#[tokio::test]
async fn one_request_has_one_authentication() {
    let peer = counting_fixture().await;
    let both = [("client_id", "conf"), ("client_secret", SECRET)];
    for path in ["/token", "/introspect", "/revoke"] {
        let body = with(&CLIENT_CREDENTIALS, &[("token", "x")]);
        // Header and secret in the body, right or wrong; another client's identifier.
        for extra in [&both[..], &both[1..], &[("client_secret", "wrong")], &[("client_id", "other")], &[("client_id", "CONF")]] {
            let answer = peer.post(path, Some(&basic("conf", SECRET)), &with(&body, extra)).await;
            answer.assert_error(400, "invalid_request");
        }
        // Nor is a header that says nothing an authentication beside another one.
        for header in ["Bearer x", "Basic", "Basic %%%", "Negotiate e30="] {
            peer.post(path, Some(header), &with(&body, &both)).await.assert_error(400, "invalid_request");
        }
        let mut twice = Request::post(path).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        for _ in 0..2 {
            twice = twice.header(header::AUTHORIZATION, basic("conf", SECRET));
        }
        peer.send(twice.body(form(&body)).expect("a request")).await.assert_error(400, "invalid_request");
        assert_eq!(peer.server.storage().hook.take(), [""; 0], "{path}");
        // Its own identifier in the body is no second method (RFC 6749 section 3.2.1).
        let answer = peer.post(path, Some(&basic("conf", SECRET)), &with(&body, &both[..1])).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        peer.server.storage().hook.take();
    }
}

/// A database may refuse such keys, and would be asked for 60 KiB of them.
#[tokio::test]
async fn what_cannot_be_a_client_identifier_is_not_looked_up() {
    let peer = counting_fixture().await;
    let longest = "x".repeat(2048);
    let too_long = "x".repeat(2049);
    for (id, looked_up) in [
        (longest.as_str(), true),
        (" ", true),
        (&too_long, false),
        ("a\0b", false),
        ("a\nb", false),
        ("\u{7f}", false),
        ("caf\u{e9}", false),
    ] {
        let calls = if looked_up { vec!["client"] } else { vec![] };
        for wrong in [SECRET, "wrong"] {
            let in_body = with(&CLIENT_CREDENTIALS, &[("client_id", id), ("client_secret", wrong)]);
            let answers = [
                peer.post("/token", Some(&basic(id, wrong)), &CLIENT_CREDENTIALS).await,
                peer.token(&in_body).await,
                peer.token(&with(&CLIENT_CREDENTIALS, &[("client_id", id)])).await,
            ];
            for answer in answers {
                answer.assert_error(401, "invalid_client");
            }
            assert_eq!(peer.server.storage().hook.take(), calls.repeat(3), "{id:?}");
        }
        peer.authorize(&[("client_id", id), ("response_type", "code"), ("redirect_uri", CALLBACK)]).await.assert_page(400);
        assert_eq!(peer.server.storage().hook.take(), calls, "{id:?}");
    }
}

#[tokio::test]
async fn a_client_that_the_database_finds_under_another_spelling_is_unknown() {
    /// Compares without regard to case, as many databases do unless told otherwise.
    struct Collating(Arc<Client>);
    impl ClientStore for Collating {
        async fn client(&self, _: &grantor::Issuer, id: &str) -> Result<Option<Arc<Client>>, StoreError> {
            Ok(self.0.id().as_str().eq_ignore_ascii_case(id.trim_end()).then(|| self.0.clone()))
        }
    }
    let client = Client::confidential("conf", &secret(SECRET)).grant_types(["client_credentials"]);
    let store = Split::new(Collating(Arc::new(client.build().expect("a client"))), MemoryStore::new());
    let server = AuthorizationServer::builder()
        .profile(Development::<OAuth21>::new())
        .issuer(issuer!("https://as.example.com"))
        .storage(store)
        .grant(ClientCredentials::new())
        .build();
    let peer = Peer::new(server, Approves, ManualClock::new(START));
    for (id, known) in [("conf", true), ("CONF", false), ("Conf", false), ("conf ", false)] {
        let answer = peer.post("/token", Some(&basic(id, SECRET)), &CLIENT_CREDENTIALS).await;
        if known { answer.assert_ok() } else { answer.assert_error(401, "invalid_client") }
    }
}

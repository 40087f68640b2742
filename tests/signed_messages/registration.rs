//! What a server cannot serve is refused when a client is registered.

use grantor::{
    Algorithm, ClientError, ClientMetadata, Es256, Fetcher, Jarm, ManualClock, MemoryStore, RequestObjects, SigningKeys,
};
use serde_json::json;

use crate::common::START;
use crate::script::{Answer, Script};
use crate::{app, bare, jws, server};

macro_rules! rejected {
    ($server:expr, $client:expr) => {
        $server.check_client($client.build().expect("a client")).map(|_| ()).map_err(|rejected| rejected.to_string())
    };
}

#[tokio::test]
async fn who_signs_has_a_key_that_verifies_it() {
    let clock = ManualClock::new(START);
    let optional = server!(MemoryStore::new(), clock, enable(RequestObjects::inline_keys().algorithms([Algorithm::Es256])));
    let required = server!(MemoryStore::new(), clock, enable(RequestObjects::inline_keys().required()));
    let none = server!(MemoryStore::new(), clock);
    let says = |result: Result<(), String>, words: &str| {
        let text = result.expect_err("a rejection");
        assert!(text.contains(words), "{text}");
    };
    says(rejected!(optional, bare("app").require_signed_request_object()), "neither `jwks` nor `jwks_uri`");
    says(rejected!(required, bare("app")), "neither `jwks` nor `jwks_uri`");
    says(rejected!(optional, app().request_object_signing_alg("PS256")), "`PS256` as `request_object_signing_alg`");
    says(rejected!(optional, app().request_object_signing_alg("none")), "`none` as `request_object_signing_alg`");
    let rsa = json!({"keys": [jws::jwk(&jws::key(Algorithm::Rs256))]});
    says(rejected!(optional, bare("app").jwks(rsa).require_signed_request_object()), "none is for an algorithm that is accepted");
    says(rejected!(required, bare("app").jwks_uri("https://app.example.com/jwks")), "does not fetch the keys of clients");
    says(rejected!(none, app().require_signed_request_object()), "`.enable(RequestObjects::new())`");
    for good in [
        rejected!(optional, bare("app")),
        rejected!(optional, app().request_object_signing_alg("ES256")),
        rejected!(required, app()),
    ] {
        assert_eq!(good, Ok(()));
    }
    // One that another server registered is refused at each request.
    let store = MemoryStore::new();
    let lax = server!(store.clone(), clock, enable(RequestObjects::inline_keys()));
    lax.register_client(app().require_signed_request_object().build().expect("a client")).await.expect("a registration");
    let peer = crate::common::Peer::new(server!(store, clock), crate::common::Approves, clock);
    let pairs = crate::common::with(
        &crate::common::with(&crate::common::REQUEST, &crate::common::PKCE),
        &[("client_id", "app"), ("scope", "read")],
    );
    assert_eq!(peer.authorize(&pairs).await.query()["error"], "invalid_request");
}

#[tokio::test]
async fn request_uris_are_places_to_fetch_from() {
    let clock = ManualClock::new(START);
    let fetching = server!(
        MemoryStore::new(),
        clock,
        enable(RequestObjects::new().required()),
        fetcher(Fetcher::with(Script::of([Answer::status(404)])))
    );
    for (uri, words) in [("https://10.0.0.7/r", "special use"), ("https://app.example.com:8443/r", "port")] {
        let text = rejected!(fetching, app().request_uris([uri])).expect_err("a rejection");
        assert!(text.contains("request_uris") && text.contains(words), "{text}");
    }
    assert_eq!(
        rejected!(fetching, app().request_uris(["https://app.example.com/r#GkurKxf5T0Y-mnPFCHqWOMiZi4VS138cQO_V7PZHAdM"])),
        Ok(())
    );
    for uri in ["http://app.example.com/r", "urn:x", "", "//app.example.com/r"] {
        assert_eq!(app().request_uris([uri]).build().err(), Some(ClientError::RequestUri), "{uri}");
    }
}

#[tokio::test]
async fn what_is_signed_for_a_client_is_signed_by_a_key_of_the_server() {
    let clock = ManualClock::new(START);
    let signing = server!(MemoryStore::new(), clock, enable(SigningKeys::ephemeral().algorithm(Es256)), enable(Jarm::new()));
    let plain = server!(MemoryStore::new(), clock);
    for name in ["PS256", "RS256", "none", "HS256"] {
        let text = rejected!(signing, bare("app").authorization_signed_response_alg(name)).expect_err("a rejection");
        assert!(text.contains("authorization_signed_response_alg") && text.contains(name), "{text}");
    }
    assert_eq!(
        rejected!(signing, bare("app").authorization_signed_response_alg("ES256").response_modes(["jwt", "query"])),
        Ok(())
    );
    let text = rejected!(plain, bare("app").response_modes(["jwt"])).expect_err("a rejection");
    assert!(text.contains("`jwt`") && text.contains("Jarm::new()"), "{text}");
    assert_eq!(rejected!(plain, bare("app").response_modes(["form_post", "fragment"])), Ok(()));
}

/// Nothing is encrypted here.
#[test]
fn encryption_is_refused() {
    for member in ["authorization_encrypted_response_alg", "request_object_encryption_alg"] {
        let text = json!({"client_id": "app", "client_secret": crate::common::SECRET, "redirect_uris": [crate::common::CALLBACK], member: "RSA-OAEP"}).to_string();
        let metadata: ClientMetadata = serde_json::from_str(&text).expect("metadata");
        assert_eq!(grantor::Client::try_from(metadata).err(), Some(ClientError::Encryption), "{member}");
    }
}

/// They are kept, and read again.
#[test]
fn members_survive() {
    let client = app()
        .require_signed_request_object()
        .request_object_signing_alg("ES256")
        .request_uris(["https://app.example.com/r#x"])
        .authorization_signed_response_alg("ES256")
        .response_modes(["jwt"]);
    let client = client.build().expect("a client");
    let text = serde_json::to_string(client.registered()).expect("JSON");
    for member in [
        r#""require_signed_request_object":true"#,
        r#""request_object_signing_alg":"ES256""#,
        r#""request_uris":["https://app.example.com/r#x"]"#,
        r#""authorization_signed_response_alg":"ES256""#,
        r#""response_modes":["jwt"]"#,
    ] {
        assert!(text.contains(member), "{text}");
    }
}

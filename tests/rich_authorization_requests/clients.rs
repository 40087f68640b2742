//! Which types a client may ask for is in its record (RFC 9396 section 10).

use grantor::{AnyClient, Client, ClientMetadata, ClientRejection, DynamicRegistration, Scope};
use http::{Method, Request};
use serde_json::{Value, json};

use crate::common::CALLBACK;
use crate::peer;

fn client(types: &[&str]) -> Client {
    Client::public("app").redirect_uri(CALLBACK).authorization_details_types(types).build().expect("a client")
}

// shows: RFC9396-10-01
#[tokio::test]
async fn a_type_that_the_server_does_not_have_is_refused_when_the_client_is_registered() {
    let rich = peer!();
    let error = rich.server.register_client(client(&["payment_initiation", "everything"])).await.expect_err("no such type");
    assert!(error.to_string().contains("`everything`"), "{error}");
    let grantor::RegisterError::Rejected(rejected) = error else { panic!("{error:?}") };
    assert_eq!(rejected.reasons(), [ClientRejection::UnknownAuthorizationDetailsType("everything".into())]);
    let plain = crate::common::modern_fixture().await;
    plain.server.register_client(client(&["payment_initiation"])).await.expect_err("no details here");
    plain.server.register_client(client(&[])).await.expect("a registration");
}

#[tokio::test]
async fn the_types_are_a_member_of_its_metadata() {
    let json = json!({
        "client_id": "app", "token_endpoint_auth_method": "none", "redirect_uris": [CALLBACK],
        "authorization_details_types": ["payment_initiation"],
    });
    let metadata: ClientMetadata = serde_json::from_value(json).expect("metadata");
    let read = Client::try_from(metadata).expect("a client");
    assert_eq!(read.authorization_details_types().collect::<Vec<_>>(), ["payment_initiation"]);
    let kept = Client::from_json(&read.to_json().expect("JSON")).map(|client| client.authorization_details_types().count());
    assert_eq!(kept.ok(), Some(1));
    let written = serde_json::to_value(read.registered()).expect("JSON");
    assert_eq!(written["authorization_details_types"], json!(["payment_initiation"]));
}

/// A stranger gets the types that there are; each request is one that a person looks at.
#[tokio::test]
async fn strangers_register_the_types_that_there_are() {
    let scope = Scope::parse("read").expect("a scope");
    let peer = peer!(enable(DynamicRegistration::new(AnyClient::new()).scope(scope)));
    let body: Value = json!({
        "redirect_uris": ["https://app.example.org/cb"], "token_endpoint_auth_method": "none",
        "authorization_details_types": ["payment_initiation", "everything"],
    });
    let request = Request::builder().method(Method::POST).uri("/register").header("content-type", "application/json");
    let answer = peer.send(request.body(body.to_string()).expect("a request")).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    assert_eq!(answer.json()["authorization_details_types"], json!(["payment_initiation"]));
}

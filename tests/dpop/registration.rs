//! What a client registers (RFC 9449 section 5.2).

use grantor::{Client, ClientMetadata, Dpop};
use serde_json::json;

use crate::common::CALLBACK;
use crate::peer;

fn read(member: serde_json::Value) -> Result<Client, String> {
    let mut client = json!({
        "client_id": "app", "token_endpoint_auth_method": "none", "redirect_uris": [CALLBACK],
        "grant_types": ["authorization_code"],
    });
    client["dpop_bound_access_tokens"] = member;
    let metadata: ClientMetadata = serde_json::from_value(client).map_err(|error| error.to_string())?;
    Client::try_from(metadata).map_err(|error| error.to_string())
}

// shows: RFC9449-5.2-02
#[tokio::test]
async fn the_member_is_a_boolean_and_false_if_it_is_not_there() {
    for (member, expected) in
        [(json!(true), Some(true)), (json!(false), Some(false)), (json!(null), Some(false)), (json!("true"), None)]
    {
        assert_eq!(read(member.clone()).ok().map(|client| client.dpop_bound_access_tokens()), expected, "{member}");
    }
    let client = read(json!(true)).expect("a client");
    assert_eq!(serde_json::to_value(client.registered()).expect("JSON")["dpop_bound_access_tokens"], json!(true));
}

#[tokio::test]
async fn a_server_without_the_feature_does_not_register_it() {
    let client = || read(json!(true)).expect("a client");
    let refused = peer!(enable(grantor::Revocation::new())).server.check_client(client()).expect_err("no DPoP").to_string();
    assert!(refused.contains("dpop_bound_access_tokens") && refused.contains("Dpop::new()"), "{refused}");
    assert!(peer!().server.check_client(client()).is_ok());
    assert!(peer!(enable(Dpop::required())).server.check_client(client()).is_ok());
}

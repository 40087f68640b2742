//! What a client registers (RFC 8705 sections 2.1.2 and 3.4).

use grantor::{Client, ClientError, ClientMetadata, ClientRejection, MutualTls};
use serde_json::{Value, json};

use crate::common::CALLBACK;
use crate::{DN, peer};

fn read(changes: Value) -> Result<Client, String> {
    let mut client = json!({"client_id": "app", "redirect_uris": [CALLBACK], "grant_types": ["authorization_code"]});
    client.as_object_mut().expect("an object").extend(changes.as_object().expect("an object").clone());
    let metadata: ClientMetadata = serde_json::from_value(client).map_err(|error| error.to_string())?;
    Client::try_from(metadata).map_err(|error| error.to_string())
}

// shows: RFC8705-2.1.2-01
#[test]
fn exactly_one_subject_is_registered() {
    let tls = |members: Value| {
        let mut client = json!({"token_endpoint_auth_method": "tls_client_auth"});
        client.as_object_mut().expect("an object").extend(members.as_object().expect("an object").clone());
        read(client)
    };
    let members = [
        ("tls_client_auth_subject_dn", DN),
        ("tls_client_auth_san_dns", "api.example.com"),
        ("tls_client_auth_san_uri", "urn:example:api"),
        ("tls_client_auth_san_ip", "2001:db8::1"),
        ("tls_client_auth_san_email", "api@example.com"),
    ];
    for (name, value) in members {
        let client = tls(json!({ name: value })).expect("a client");
        assert!(client.certificate_subject().is_some() && !client.is_public());
        // As it is kept, and read again.
        let again = Client::from_json(&client.to_json().expect("JSON")).expect("a client");
        assert_eq!(again.certificate_subject(), client.certificate_subject());
        assert_eq!(serde_json::to_value(again.registered()).expect("JSON")[name], value);
        for (other, other_value) in members.into_iter().filter(|(other, _)| *other != name) {
            assert_eq!(
                tls(json!({ name: value, other: other_value })).expect_err("two"),
                ClientError::CertificateSubject.to_string()
            );
        }
        for bad in [json!(""), json!("a\nb"), json!("x".repeat(2049))] {
            let error = tls(json!({ name: bad })).expect_err("malformed");
            assert_eq!(error, ClientError::MalformedCertificateSubject(name).to_string());
        }
        assert!(tls(json!({ name: 1 })).is_err() && tls(json!({ name: null })).is_err());
    }
    assert!(tls(json!({})).is_err());
    assert!(tls(json!({"tls_client_auth_san_ip": "api.example.com"})).is_err());
    assert!(tls(json!({"tls_client_auth_subject_dn": DN, "client_secret": "a-secret-of-more-than-32-characters-"})).is_err());
    let itself = json!({"token_endpoint_auth_method": "self_signed_tls_client_auth"});
    assert!(read(itself).expect_err("no certificate").contains("jwks"));
}

// shows: RFC8705-3.4-01
#[tokio::test]
async fn the_member_is_a_boolean_and_false_if_it_is_not_there() {
    let public =
        |member: Value| read(json!({"token_endpoint_auth_method": "none", "tls_client_certificate_bound_access_tokens": member}));
    for (member, expected) in
        [(json!(true), Some(true)), (json!(false), Some(false)), (json!(null), Some(false)), (json!("true"), None)]
    {
        let read = public(member.clone()).ok().map(|client| client.tls_client_certificate_bound_access_tokens());
        assert_eq!(read, expected, "{member}");
    }
    let client = || public(json!(true)).expect("a client");
    let refused = peer!(enable(grantor::Dpop::new())).server.check_client(client()).expect_err("no mutual TLS");
    assert_eq!(refused.reasons(), [ClientRejection::NoCertificateBoundTokens]);
    assert!(refused.to_string().contains("MutualTls::new()"), "{refused}");
    assert!(peer!().server.check_client(client()).is_ok());
    assert!(peer!(enable(MutualTls::new().binding_only())).server.check_client(client()).is_ok());
}

/// A name that cannot be read would authenticate nobody.
#[tokio::test]
async fn a_name_that_is_none_is_refused_where_it_is_registered() {
    let peer = peer!();
    for name in
        ["payments", "CN=a,", ",CN=a", "CN=a;b", "nonsense=a", "CN=\\zz", "CN=a\\", "CN=#zz", "CN=#0c05", "CN=\"a\"", "CN=a++O=b"]
    {
        let client = Client::with_certificate("tls").grant_types(["client_credentials"]).tls_client_auth_subject_dn(name);
        let refused = peer.server.check_client(client.build().expect("a client")).expect_err("no name");
        assert!(matches!(refused.reasons(), [ClientRejection::SubjectDn(_)]), "{name} {refused}");
    }
}

/// RFC 8705 section 6.4: those of the authorization endpoint are bound to nothing.
#[tokio::test]
async fn a_client_with_bound_tokens_has_none_of_the_authorization_endpoint() {
    let clock = grantor::ManualClock::new(crate::common::START);
    let server = crate::server!(
        grantor::MemoryStore::new(),
        clock,
        grant(grantor::Implicit::new()),
        response_type(grantor::Token),
        enable(MutualTls::new())
    );
    let client = Client::public("app").redirect_uri(CALLBACK).grant_types(["implicit"]).response_types(["token"]);
    assert!(server.check_client(client.clone().build().expect("a client")).is_ok());
    let bound = client.tls_client_certificate_bound_access_tokens().build().expect("a client");
    let refused = server.check_client(bound).expect_err("unbound");
    assert_eq!(refused.reasons(), [ClientRejection::UncertifiedResponseType("token".to_owned())]);
}

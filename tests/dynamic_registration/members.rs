//! Each member that a client can have: what the manual says becomes of it does become of it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use super::*;
use crate::provider::People;
use crate::script::{Answer, Script};
use grantor::jose::{SoftwareStatementJwt, TokenSigner};
use grantor::{
    Algorithm, BackChannelLogout, Dpop, Es256, Fetcher, Jarm, Jwks, JwtIntrospection, KeyPair, MutualTls, OpenId, PrivateKeyJwt,
    PushedAuthorizationRequests, RequestObjects, RpInitiatedLogout, Rs256, SignOut, SignedIn, SigningKeys, SoftwareStatements,
    StoreError,
};
use http::HeaderMap;

const MANUAL: &str = "src/manual/letting_strangers_register.rs";

/// What the manual's table says of each member.
fn told() -> BTreeMap<String, String> {
    let text = fs::read_to_string(MANUAL).expect("the page");
    let rows = text.lines().filter_map(|line| line.strip_prefix("//! | `"));
    let cells = rows.filter_map(|row| {
        let (name, rest) = row.split_once("` | ")?;
        Some((name.to_owned(), rest.split(" |").next()?.to_owned()))
    });
    cells.filter(|(_, what)| ["returned", "narrowed", "refused", "chosen", "ignored"].contains(&&**what)).collect()
}

/// The members that a record has: those of the groups in `src/client/registered`, and those in several languages.
fn registered_members() -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for file in fs::read_dir("src/client/registered").expect("a folder") {
        let text = fs::read_to_string(file.expect("a file").path()).expect("text");
        for group in text.split("\nmembers! {").skip(1) {
            let group = group.split("\n}\n").next().unwrap_or_default();
            let fields = group.lines().filter_map(|line| line.strip_prefix("        ")?.split_once(": "));
            names.extend(fields.map(|(name, _)| name.to_owned()).filter(|name| !name.contains([' ', '/'])));
        }
    }
    assert!(names.len() > 15, "{names:?}");
    names.extend(["client_name", "client_uri", "logo_uri", "tos_uri", "policy_uri", "contacts"].map(str::to_owned));
    names
}

#[test]
fn the_manual_has_a_row_for_each_member() {
    let told = told();
    let missing: Vec<_> = registered_members().into_iter().filter(|name| !told.contains_key(name)).collect();
    assert!(missing.is_empty(), "no row in {MANUAL} for {missing:?}");
}

/// Nobody is signed in.
pub struct SignsNobodyOut;

impl SignOut for SignsNobodyOut {
    async fn signed_in(&self, _: &Request<Bytes>) -> Result<Option<SignedIn>, StoreError> {
        Ok(None)
    }

    async fn sign_out(&self, _: &Request<Bytes>, _: &SignedIn) -> Result<HeaderMap, StoreError> {
        Ok(HeaderMap::new())
    }
}

/// What a member is sent with, beside what a client has anyway.
fn sample(name: &str, statement: &str) -> (Value, Value) {
    let key =
        || serde_json::to_value(Jwks::of([KeyPair::generate(Algorithm::Es256).expect("a key").public_key()])).expect("JSON");
    let none = json!({});
    let keyed = || json!({"token_endpoint_auth_method": "private_key_jwt", "jwks": key()});
    let certified = || json!({"token_endpoint_auth_method": "tls_client_auth"});
    match name {
        "redirect_uris" => (json!(["https://app.example.org/a", "http://127.0.0.1/b"]), none),
        "application_type" => (json!("native"), none),
        "grant_types" => (json!(["authorization_code", "urn:example:other"]), none),
        "response_types" => (json!(["code", "none"]), none),
        "token_endpoint_auth_method" => (json!("client_secret_post"), none),
        "scope" => (json!("read admin"), none),
        "client_name" => (json!("A name"), none),
        "client_uri" | "logo_uri" | "tos_uri" | "policy_uri" => (json!("https://elsewhere.example/page"), none),
        "contacts" => (json!(["ops@example.org"]), none),
        "software_id" | "software_version" => (json!("4NRB1"), none),
        "jwks" => (key(), none),
        "jwks_uri" => (json!("https://app.example.org/jwks"), none),
        "token_endpoint_auth_signing_alg" => (json!("ES256"), keyed()),
        "id_token_signed_response_alg" | "userinfo_signed_response_alg" | "introspection_signed_response_alg" => {
            (json!("ES256"), none)
        }
        "subject_type" => (json!("public"), none),
        "sector_identifier_uri" => (json!("https://app.example.org/sector"), none),
        "default_max_age" => (json!(600), none),
        "require_auth_time" => (json!(true), none),
        "default_acr_values" => (json!(["phr"]), none),
        "initiate_login_uri" => (json!("https://app.example.org/login"), none),
        "id_token_encrypted_response_alg" | "userinfo_encrypted_response_alg" => (json!("RSA-OAEP"), none),
        "post_logout_redirect_uris" => (json!(["https://app.example.org/bye"]), none),
        "backchannel_logout_uri" => (json!("https://app.example.org/logout"), none),
        "require_pushed_authorization_requests" => (json!(true), none),
        "authorization_signed_response_alg" => (json!("ES256"), none),
        "response_modes" => (json!(["query", "form_post"]), none),
        "request_object_signing_alg" => (json!("ES256"), json!({"jwks": key()})),
        "require_signed_request_object" => (json!(true), json!({"jwks": key()})),
        "request_uris" => (json!(["https://app.example.org/request.jwt"]), none),
        "authorization_encrypted_response_alg" | "request_object_encryption_alg" => (json!("RSA-OAEP"), none),
        "authorization_details_types" => (json!(["payment", "everything"]), none),
        "backchannel_logout_session_required" | "dpop_bound_access_tokens" | "tls_client_certificate_bound_access_tokens" => {
            (json!(true), none)
        }
        "tls_client_auth_subject_dn" => (json!("CN=payments,O=Example Ltd"), certified()),
        "tls_client_auth_san_dns" => (json!("api.example.org"), certified()),
        "tls_client_auth_san_uri" => (json!("urn:example:api"), certified()),
        "tls_client_auth_san_ip" => (json!("192.0.2.7"), certified()),
        "tls_client_auth_san_email" => (json!("api@example.org"), certified()),
        "software_statement" => (json!(statement), none),
        "client_id" | "registration_access_token" | "client_secret" => {
            (json!("chosen-by-the-client"), json!({"token_endpoint_auth_method": null}))
        }
        "client_id_issued_at" | "client_secret_expires_at" => (json!(7), json!({"token_endpoint_auth_method": null})),
        "registration_client_uri" => (json!("https://evil.example"), none),
        "default_scope" => (json!("read"), none),
        "introspection" => (json!("any"), none),
        "audience" => (json!(["https://api.example.com"]), none),
        "access_token_lifetime" | "refresh_token_lifetime" => (json!(60), none),
        "scope_claims_in_id_token" => (json!(true), none),
        other => panic!("no sample of `{other}`: add one"),
    }
}

// shows: RFC7591-2-01, RFC7591-2-04, RFC7591-2-06, RFC7591-2-08, RFC7591-2-26, RFC7591-2-28, RFC7591-3.2.1-09, RFC7591-3.2.1-10, RFC7591-3.2.2-07, RFC7591-5-14
// shows: OIDC-REG-2-13, OIDC-REG-2-25, OIDC-REG-2-29, OIDC-REG-2-30, OIDC-REG-2-44, OIDC-REG-2-51, OIDC-REG-2-55, OIDC-REG-8-01, OIDC-REG-9.1-01
#[tokio::test]
async fn each_member_becomes_what_the_manual_says() {
    let directory = TokenSigner::new(KeyPair::generate(Algorithm::Es256).expect("a key"));
    let said = json!({"iss": "https://directory.example.org", "software_id": "x"}).to_string();
    let statement = directory.sign_now::<SoftwareStatementJwt>(said.as_bytes()).expect("a statement").to_string();
    let trusted = SoftwareStatements::new().issuer("https://directory.example.org", Jwks::of([directory.public_key()]));
    let server = AuthorizationServer::builder()
        .profile(Development::<OAuth21>::new())
        .issuer(issuer!("https://as.example.com"))
        .storage(MemoryStore::new())
        .clock(ManualClock::new(START))
        .fetcher(Fetcher::with(Arc::new(Script::of([Answer::json(json!([CALLBACK]).to_string())]))))
        .grant(AuthorizationCode::new())
        .response_type(Code)
        .enable(SigningKeys::ephemeral().algorithm(Es256).algorithm(Rs256))
        .enable(OpenId::new(People::default()))
        .enable(RpInitiatedLogout::new(SignsNobodyOut))
        .enable(BackChannelLogout::new())
        .enable(PushedAuthorizationRequests::new())
        .enable(PrivateKeyJwt::inline_keys())
        .enable(Dpop::new())
        .enable(MutualTls::new())
        .enable(Introspection::new())
        .enable(JwtIntrospection::new())
        .enable(RequestObjects::inline_keys())
        .enable(Jarm::new())
        .enable(DynamicRegistration::new(AnyClient::new()).scope(scope(ALL)).software_statements(trusted))
        .build();
    let peer = Peer::new(server, Decides(|request| request.deny()), ManualClock::new(START));
    for (name, what) in told() {
        let (sent, beside) = sample(&name, &statement);
        let answer = register(&peer, &and(and(public(), beside), json!({&*name: sent}))).await;
        if what == "refused" {
            answer.assert_error(400, "invalid_client_metadata");
            continue;
        }
        assert_eq!(answer.status, 201, "{name}: {answer:?}");
        let got = answer.json().get(&name).cloned();
        let is = match &got {
            Some(got) if *got == sent => "returned",
            None if what == "narrowed" || what == "ignored" => &what,
            Some(_) if what == "narrowed" || what == "chosen" => &what,
            _ => "something else",
        };
        assert_eq!(is, what, "{name}: {got:?}");
        if what == "narrowed" && name.ends_with("_uri") {
            let own = json!({&*name: "https://app.example.org/page"});
            assert_eq!(registered(&peer, &and(public(), own.clone())).await[&*name], own[&*name], "{name}");
        }
    }
}

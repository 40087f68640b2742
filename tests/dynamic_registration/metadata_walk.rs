//! Each member of the metadata of a server with everything on: what it advertises is served, and what it does not name is refused. A member
//! that nobody walks fails.

use std::collections::BTreeSet;
use std::fs;
use std::sync::Arc;

use super::*;
use crate::members::SignsNobodyOut;
use crate::provider::People;
use crate::script::{Answer as Fetched, Script};
use grantor::{
    Algorithm, Assertion, AssertionDecision, AssertionPolicy, AuthorizationDetail, BackChannelLogout, ClientHosts,
    ClientMetadataDocuments, DeviceCode, Dpop, Es256, Exchange, ExchangeDecision, ExchangePolicy, Fetcher, Jarm, Jwks,
    JwtAccessTokens, JwtBearer, JwtIntrospection, KeyPair, MutualTls, OpenId, PrivateKeyJwt, PushedAuthorizationRequests,
    RequestObjects, Resource, ResourceIndicators, Resources, RichAuthorizationRequests, RpInitiatedLogout, Rs256, SigningKeys,
    StoreError, TokenExchange, TrustedIssuer, TrustedIssuers,
};
use serde::{Deserialize, Serialize};

const CLIENT: [(&str, &str); 4] = [
    ("client_id", "app"),
    ("redirect_uri", CALLBACK),
    ("code_challenge", crate::common::CHALLENGE),
    ("code_challenge_method", "S256"),
];

struct Nobody;

impl ExchangePolicy for Nobody {
    async fn decide(&self, _: Exchange<'_>) -> Result<ExchangeDecision, StoreError> {
        Ok(ExchangeDecision::deny())
    }
}

impl AssertionPolicy for Nobody {
    async fn decide(&self, _: Assertion<'_>) -> Result<AssertionDecision, StoreError> {
        Ok(AssertionDecision::deny())
    }
}

#[derive(Serialize, Deserialize, Clone, PartialEq, Debug)]
struct Payment {
    amount: u32,
}

impl AuthorizationDetail for Payment {
    fn covers(&self, narrower: &Self) -> bool {
        self.amount >= narrower.amount
    }
}
grantor::wire_name!(Payment = "payment");

/// Of the members that have to do with more than one request, the tests that show what they say.
const ELSEWHERE: &[(&str, &str)] = &[
    ("acr_values_supported", "openid/step_up.rs"),
    ("authorization_details_types_supported", "rich_authorization_requests/beside_others.rs"),
    ("authorization_grant_profiles_supported", "jwt_bearer/id_jag.rs"),
    ("authorization_response_iss_parameter_supported", "oauth/metadata.rs"),
    ("backchannel_logout_session_supported", "logout/back_channel.rs"),
    ("backchannel_logout_supported", "logout/back_channel.rs"),
    ("claims_parameter_supported", "conformance/config.rs"),
    ("claims_supported", "conformance/config.rs"),
    ("client_id_metadata_document_supported", "client_documents/clients.rs"),
    ("identity_chaining_requested_token_types_supported", "token_exchange/id_jag.rs"),
    ("mtls_endpoint_aliases", "mutual_tls/metadata.rs"),
    ("protected_resources", "resource_indicators/refused.rs"),
    ("request_parameter_supported", "signed_messages/by_value.rs"),
    ("request_uri_parameter_supported", "signed_messages/by_reference.rs"),
    ("require_pushed_authorization_requests", "pushed_requests/required.rs"),
    ("require_request_uri_registration", "signed_messages/by_reference.rs"),
    ("require_signed_request_object", "signed_messages/by_value.rs"),
    ("subject_types_supported", "conformance/dynamic.rs"),
    ("tls_client_certificate_bound_access_tokens", "mutual_tls/metadata.rs"),
];

/// The members that a document can have, as the library lists them.
fn all_members() -> BTreeSet<String> {
    let text = fs::read_to_string("src/extension/metadata.rs").expect("the table");
    let table = text.split("endpoint_table! { metadata!").nth(1).and_then(|rest| rest.split("\n}\n").next()).expect("a table");
    let fields = table.lines().filter_map(|line| line.strip_prefix("        ")?.split_once(": "));
    fields.map(|(name, _)| name.to_owned()).filter(|name| !name.contains([' ', '/'])).collect()
}

fn names(value: &Value) -> Vec<&str> {
    value.as_array().expect("an array").iter().map(|name| name.as_str().expect("a text")).collect()
}

/// What is registered with an algorithm, and what a client needs beside it.
fn of_algorithm(member: &str, algorithm: Algorithm) -> Option<Value> {
    let keys = || serde_json::to_value(Jwks::of([KeyPair::generate(algorithm).expect("a key").public_key()])).expect("JSON");
    let name = algorithm.as_str();
    Some(match member {
        "token_endpoint_auth_signing_alg_values_supported" => {
            json!({"token_endpoint_auth_method": "private_key_jwt", "token_endpoint_auth_signing_alg": name, "jwks": keys()})
        }
        "id_token_signing_alg_values_supported" => json!({"id_token_signed_response_alg": name}),
        "userinfo_signing_alg_values_supported" => json!({"userinfo_signed_response_alg": name}),
        "introspection_signing_alg_values_supported" => json!({"introspection_signed_response_alg": name}),
        "authorization_signing_alg_values_supported" => json!({"authorization_signed_response_alg": name}),
        "request_object_signing_alg_values_supported" => json!({"request_object_signing_alg": name, "jwks": keys()}),
        _ => return None,
    })
}

#[tokio::test]
async fn each_member_says_what_is_so() {
    let clock = ManualClock::new(START);
    let others = TrustedIssuer::new(
        "https://idp.example.com",
        Jwks::of([KeyPair::generate(Algorithm::Es256).expect("a key").public_key()]),
    );
    let resource = Resource::new("https://api.example.com").expect("a resource").scope(scope("read write"));
    let server = AuthorizationServer::builder()
        .profile(Development::<OAuth21>::new())
        .issuer(issuer!("https://as.example.com"))
        .storage(MemoryStore::new())
        .clock(clock.clone())
        .scopes(scope("openid read write offline_access"))
        .fetcher(Fetcher::with(Arc::new(Script::of([Fetched::json(json!([CALLBACK]).to_string())]))))
        .grant(AuthorizationCode::new())
        .grant(RefreshToken::new())
        .grant(ClientCredentials::new())
        .grant(DeviceCode::new())
        .grant(TokenExchange::new(Nobody))
        .grant(JwtBearer::new(TrustedIssuers::new([others]).expect("an issuer"), Nobody))
        .response_type(Code)
        .enable(SigningKeys::ephemeral().algorithm(Es256).algorithm(Rs256))
        .enable(OpenId::new(People::default()).acr_values(["phr"]).ui_locales(["de"]).claims_locales(["de"]).creates_accounts())
        .enable(RpInitiatedLogout::new(SignsNobodyOut))
        .enable(BackChannelLogout::new())
        .enable(PushedAuthorizationRequests::new())
        .enable(PrivateKeyJwt::inline_keys().algorithms([Algorithm::Es256, Algorithm::Ps256]))
        .enable(Dpop::new().algorithms([Algorithm::Es256, Algorithm::EdDsa]))
        .enable(MutualTls::new().endpoint_aliases("https://mtls.example.com").expect("an origin"))
        .enable(Introspection::new())
        .enable(JwtIntrospection::new())
        .enable(Revocation::new())
        .enable(RequestObjects::inline_keys().algorithms([Algorithm::Es256]))
        .enable(Jarm::new())
        .enable(JwtAccessTokens::new("https://api.example.com"))
        .enable(ResourceIndicators::new(Resources::new([resource]).expect("resources")))
        .enable(RichAuthorizationRequests::<(Payment,)>::new())
        .enable(ClientMetadataDocuments::new(ClientHosts::any()))
        .enable(DynamicRegistration::new(AnyClient::new()).scope(scope("openid read")))
        .build();
    let grants: Vec<String> = server.metadata().document().grant_types_supported.iter().map(|name| (*name).to_owned()).collect();
    let secret = grantor::ClientSecret::parse(crate::common::SECRET).expect("a secret");
    let app = grantor::Client::confidential("app", &secret).redirect_uri(CALLBACK).scope("openid read write offline_access");
    server.register_client(app.grant_types(grants).build().expect("a client")).await.expect("a registration");
    let peer = Peer::new(
        server,
        Decides(|request| request.approve(Approval::by(subject("alice")).consented().authenticated_at(START))),
        clock,
    );

    let answer = peer.get("/.well-known/oauth-authorization-server").await;
    let Value::Object(document) = answer.json() else { panic!("an object") };
    let ask = async |more: &[(&str, &str)]| {
        let mut pairs = vec![("response_type", "code"), ("scope", "openid read"), ("state", "s")];
        pairs.extend(CLIENT);
        peer.authorize(&crate::common::with(&pairs, more)).await
    };
    let error = |answer: &Answer| match answer.location().is_empty() {
        true => format!("{} {}", answer.status.as_u16(), answer.body.contains("error")),
        false if answer.location().contains('#') => answer.fragment().remove("error").unwrap_or_default(),
        false => answer.query().remove("error").unwrap_or_default(),
    };
    let mut walked = BTreeSet::new();
    for (member, value) in &document {
        walked.insert(member.clone());
        match &**member {
            "issuer" => assert_eq!(value, "https://as.example.com"),
            "jwks_uri" => assert_eq!(peer.get(path(value)).await.status, 200),
            "grant_types_supported" => {
                let answered = async |name: &str| {
                    peer.post("/token", Some(&basic("app", crate::common::SECRET)), &[("grant_type", name)]).await
                };
                for name in names(value) {
                    assert_ne!(answered(name).await.json()["error"], "unsupported_grant_type", "{name}");
                }
                answered("password").await.assert_error(400, "unsupported_grant_type");
            }
            "response_types_supported" => {
                for name in names(value) {
                    assert_eq!(error(&ask(&[("response_type", name)]).await), "", "{name}");
                }
                assert_eq!(error(&ask(&[("response_type", "token")]).await), "unsupported_response_type");
            }
            "response_modes_supported" => {
                for name in names(value) {
                    let answer = ask(&[("response_mode", name)]).await;
                    assert!(
                        answer.location().contains("code=")
                            || answer.location().contains("response=")
                            || answer.body.contains(CALLBACK),
                        "{name}: {answer:?}"
                    );
                }
                assert_eq!(error(&ask(&[("response_mode", "web_message")]).await), "invalid_request");
            }
            "prompt_values_supported" => {
                for name in names(value) {
                    assert_ne!(error(&ask(&[("prompt", name)]).await), "invalid_request", "{name}");
                }
            }
            "scopes_supported" => {
                for name in names(value) {
                    assert_eq!(error(&ask(&[("scope", &format!("openid {name}"))]).await), "", "{name}");
                }
                assert_eq!(error(&ask(&[("scope", "unheard")]).await), "invalid_scope");
            }
            "code_challenge_methods_supported" => {
                assert_eq!(names(value), ["S256"]);
                assert_eq!(error(&ask(&[("code_challenge_method", "plain")]).await), "invalid_request");
            }
            "token_endpoint_auth_methods_supported" => {
                let keys = json!({"jwks": of_algorithm("request_object_signing_alg_values_supported", Algorithm::Es256).expect("keys")["jwks"]});
                for name in names(value).into_iter().chain(["client_secret_jwt"]) {
                    let needs = match name {
                        "private_key_jwt" | "self_signed_tls_client_auth" => keys.clone(),
                        "tls_client_auth" => json!({"tls_client_auth_subject_dn": "CN=app"}),
                        _ => json!({}),
                    };
                    let status =
                        register(&peer, &and(and(public(), needs), json!({"token_endpoint_auth_method": name}))).await.status;
                    let expected = if name == "client_secret_jwt" { 400 } else { 201 };
                    assert_eq!(status, expected, "{name}");
                }
            }
            "revocation_endpoint_auth_methods_supported" => assert_eq!(*value, document["token_endpoint_auth_methods_supported"]),
            "introspection_endpoint_auth_methods_supported" => {
                let proving =
                    names(&document["token_endpoint_auth_methods_supported"]).into_iter().filter(|name| *name != "none");
                assert!(proving.eq(names(value)));
            }
            "revocation_endpoint_auth_signing_alg_values_supported"
            | "introspection_endpoint_auth_signing_alg_values_supported" => {
                assert_eq!(*value, document["token_endpoint_auth_signing_alg_values_supported"]);
            }
            "claims_locales_supported" | "ui_locales_supported" => assert_eq!(names(value), ["de"]),
            "dpop_signing_alg_values_supported" => assert_eq!(names(value), ["ES256", "EdDSA"]),
            name if name.ends_with("_endpoint") => {
                let [get, post] = [Method::GET, Method::POST].map(|method| send(&peer, method, path(value), None, None));
                assert!(get.await.status != 404 || post.await.status != 404, "{name}");
            }
            name if of_algorithm(name, Algorithm::Es256).is_some() => {
                assert!(!names(value).is_empty());
                for algorithm in Algorithm::ALL {
                    let sent = of_algorithm(name, algorithm).expect("a member");
                    let status = register(&peer, &and(public(), sent)).await.status;
                    let expected = if names(value).contains(&algorithm.as_str()) { 201 } else { 400 };
                    assert_eq!(status, expected, "{name} {algorithm:?}");
                }
            }
            name => is_shown_elsewhere(name),
        }
    }
    // What this server does not have, another one has; and there is nothing else.
    let without = [
        "authorization_grant_profiles_supported",
        "identity_chaining_requested_token_types_supported",
        "require_pushed_authorization_requests",
        "require_request_uri_registration",
        "require_signed_request_object",
    ];
    let missing: Vec<_> =
        all_members().into_iter().filter(|name| !walked.contains(name) && !without.contains(&&**name)).collect();
    assert!(missing.is_empty(), "{missing:?} of {document:?}");
    for name in without {
        is_shown_elsewhere(name);
    }
}

fn is_shown_elsewhere(name: &str) {
    let (_, file) = ELSEWHERE.iter().find(|(own, _)| *own == name).unwrap_or_else(|| panic!("nobody walks `{name}`"));
    let text = fs::read_to_string(format!("tests/{file}")).expect("a test");
    assert!(text.contains(name), "tests/{file} does not speak of `{name}`");
}

fn path(url: &Value) -> &str {
    url.as_str().and_then(|url| url.strip_prefix("https://as.example.com")).expect("an endpoint of this host")
}

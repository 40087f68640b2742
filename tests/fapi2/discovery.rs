//! What the metadata says.

use grantor::ServesOAuth;
use serde_json::{Value, json};

use crate::bank::Bank;

crate::plan!(plain openid machines plain_tls openid_tls machines_tls signed signed_openid: discovery_end_point_verification);

// shows: FAPI2-SP-5.2.2.1-01, FAPI2-SP-5.3.2.1-01, FAPI2-SP-5.3.3.1-11, FAPI2-SP-5.4.1-02, FAPI2-SP-5.4.2-04
async fn discovery_end_point_verification<Sv: ServesOAuth>(bank: Bank<Sv>) {
    let at = |path| bank.peer.get(path);
    let document = at("/.well-known/oauth-authorization-server").await.json();
    assert_eq!(document["issuer"], crate::bank::ISSUER);
    if bank.variant.by_certificate {
        let methods = ["private_key_jwt", "tls_client_auth", "self_signed_tls_client_auth"];
        assert_eq!(document["token_endpoint_auth_methods_supported"], json!(methods));
        assert_eq!(document["tls_client_certificate_bound_access_tokens"], true);
        let aliases = document["mtls_endpoint_aliases"].as_object().expect("an object");
        for (name, alias) in aliases {
            let own = document[name].as_str().expect("a URL").replace(crate::bank::ISSUER, crate::bank::ALIASES);
            assert_eq!(*alias, own);
        }
        assert!(aliases.contains_key("token_endpoint"));
        assert_eq!(aliases.contains_key("pushed_authorization_request_endpoint"), !bank.for_machines);
    } else {
        assert_eq!(document["token_endpoint_auth_methods_supported"], json!(["private_key_jwt"]));
        assert!(document.get("tls_client_certificate_bound_access_tokens").is_none());
    }
    let lists = document.as_object().expect("an object").iter().filter(|(name, _)| name.contains("alg_values_supported"));
    let lists: Vec<(&String, &Value)> = lists.collect();
    assert!(lists.len() > 2, "{document}");
    for (name, list) in lists {
        let permitted = |name: &Value| ["PS256", "ES256", "EdDSA"].iter().any(|permitted| name == permitted);
        assert!(list.as_array().is_some_and(|list| !list.is_empty() && list.iter().all(permitted)), "{name}: {list}");
    }
    if bank.for_machines {
        assert_eq!(document["grant_types_supported"], json!(["client_credentials"]));
        assert!(document.get("authorization_endpoint").is_none() && document.get("code_challenge_methods_supported").is_none());
        return;
    }
    assert_eq!(document["pushed_authorization_request_endpoint"], crate::bank::PAR);
    assert_eq!(document["require_pushed_authorization_requests"], true);
    assert_eq!(document["authorization_response_iss_parameter_supported"], true);
    assert_eq!(document["code_challenge_methods_supported"], json!(["S256"]));
    assert_eq!(document["response_types_supported"], json!(["code"]));
    let is_provider = bank.scope.contains("openid");
    let discovery = at("/.well-known/openid-configuration").await;
    assert_eq!(discovery.status, if is_provider { 200 } else { 404 });
    if is_provider {
        assert_eq!(discovery.json(), document);
        assert_eq!(document["id_token_signing_alg_values_supported"], json!(["ES256"]));
    }
}

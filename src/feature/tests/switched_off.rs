//! Features that are switched off: nothing of them is there, nor what they refuse.

use super::{QUERY, host};
use crate::feature::{PushedAuthorizationRequests, ResourceIndicators, Resources, RichAuthorizationRequests};
use crate::{AuthorizationDetail, wire_name};

#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
struct Payment {
    cents: u32,
}
wire_name!(Payment = "payment");

impl AuthorizationDetail for Payment {
    fn covers(&self, narrower: &Self) -> bool {
        narrower.cents <= self.cents
    }
}

type Details = RichAuthorizationRequests<(Payment,)>;

/// Parameters that nobody knows are ignored, however often they come (RFC 6749 section 3.1).
#[tokio::test]
async fn what_is_switched_off_refuses_nothing() {
    let host = host!(None::<PushedAuthorizationRequests>, None::<ResourceIndicators<Resources>>, None::<Details>);
    for unknown in
        ["request=x", "request=x&request=y", "request_uri=https://x.example/", "authorization_details=1&authorization_details=2"]
    {
        let request = host.asks(&format!("{QUERY}&{unknown}")).await.unwrap_or_else(|error| panic!("{unknown}: {error}"));
        let (name, value) = unknown.split('&').next().and_then(|pair| pair.split_once('=')).unwrap();
        assert_eq!(request.parameter(name), Some(value));
    }
    let twice = "grant_type=client_credentials&authorization_details=1&authorization_details=2";
    assert_eq!(host.token(&[], twice).await.status, 200);
}

/// The same parameters, where the features are there.
#[tokio::test]
async fn what_is_switched_on_refuses_what_it_knows() {
    let host = host!(Some(PushedAuthorizationRequests::new()), Some(Details::new()));
    for (known, error) in [
        ("request=x", "request_not_supported"),
        ("request=x&request=y", "invalid_request"),
        ("authorization_details=1&authorization_details=2", "invalid_request"),
    ] {
        let refused = host.asks(&format!("{QUERY}&{known}")).await.map(drop).unwrap_err();
        assert!(refused.contains(&format!("error={error}")), "{known}: {refused}");
    }
    let twice = "grant_type=client_credentials&authorization_details=1&authorization_details=2";
    assert_eq!(host.token(&[], twice).await.error(), "400 invalid_request");
}

//! Unpacks a request: a name that stands for parameters.

use super::{QUERY, host};
use crate::authorization::Unpacked;
use crate::client::Client;
use crate::core::Core;
use crate::feature::{Feature, FeatureOn, chooses_nothing, sealed};
use crate::http::call::Call;
use crate::values::error::OAuthError;

/// `packed=<name>` stands for what is known under the name.
struct Unpacks(Vec<(&'static str, String)>);
crate::wire_name!(Unpacks = "unpacks");
impl sealed::Sealed for Unpacks {}

impl Feature for Unpacks {
    chooses_nothing!();
}

impl<S: Send + Sync> FeatureOn<S> for Unpacks {
    async fn unpack(&self, _: &Core<S>, call: &Call<'_>, _: &Client) -> Result<Option<Unpacked>, OAuthError> {
        let Some(name) = call.parameters().get("packed") else { return Ok(None) };
        let known = self.0.iter().find(|(known, _)| *known == name);
        let (_, query) = known.ok_or_else(|| OAuthError::invalid_request("nothing is known under the name"))?;
        let pairs: Vec<(&str, &str)> = query.split('&').filter_map(|pair| pair.split_once('=')).collect();
        Ok(Some(Unpacked::new(&pairs)))
    }
}

#[tokio::test]
async fn what_the_request_stands_for_counts_and_nothing_else() {
    let packed = vec![
        ("good", QUERY.to_owned()),
        ("other", QUERY.replace("client_id=app", "client_id=other")),
        ("elsewhere", QUERY.replace("app.example.com", "evil.example.com")),
        ("twice", format!("{QUERY}&redirect_uri=https%3A%2F%2Fevil.example.com")),
        ("spaces", format!("{QUERY}&hint=a b&c")),
    ];
    let host = host!(crate::Introspection::new(), Unpacks(packed));
    let request =
        host.asks("client_id=app&packed=good&scope=write&state=outer&redirect_uri=https://evil.example.com").await.unwrap();
    assert_eq!((request.scope().as_str(), request.redirect_uri()), ("read", "https://app.example.com/cb"));
    let request = host.asks("client_id=app&packed=spaces").await.unwrap();
    assert_eq!(request.parameter("hint"), Some("a b"));
    for name in ["other", "elsewhere", "twice", "unknown"] {
        let refused = host.asks(&format!("client_id=app&packed={name}")).await.unwrap_err();
        assert!(refused.starts_with("400 "), "{name}: {refused}");
    }
    assert!(host.asks(QUERY).await.is_ok());
}

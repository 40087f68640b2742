//! Binds what is granted to the request: to the key that a header names.

use super::host;
use crate::feature::{Feature, FeatureOn, chooses_nothing, sealed};
use crate::issue::{Binding, IssueContext};
use crate::values::error::OAuthError;

pub(super) struct Binds;
crate::wire_name!(Binds = "binds");
impl sealed::Sealed for Binds {}

impl Feature for Binds {
    chooses_nothing!();
}

impl<S: Send + Sync> FeatureOn<S> for Binds {
    async fn bind(&self, cx: &IssueContext<'_, S>, binding: &mut Binding) -> Result<(), OAuthError> {
        let key = cx.call.as_ref().and_then(|call| call.headers().get("x-key"));
        if let Some(key) = key.and_then(|key| key.to_str().ok()) {
            binding.confirm("jkt", key);
        }
        Ok(())
    }
}

#[tokio::test]
async fn every_grant_is_bound_whatever_the_order_of_the_chain() {
    let introspection = crate::Introspection::new;
    let (first, last) = (host!(Binds, introspection()), host!(introspection(), Binds));
    let mut answers = first.every_grant(&[("x-key", "k")]).await;
    answers.extend(last.every_grant(&[("x-key", "k")]).await);
    assert!(answers.iter().all(|answer| answer.member("token_type") == "DPoP"));
    // What one server of the two issued last of each kind.
    let token = answers[9].member("access_token");
    let claims = last.introspect(&[], &token).await.json();
    assert_eq!((claims["cnf"]["jkt"].as_str(), claims["token_type"].as_str()), (Some("k"), Some("DPoP")));
}

#[tokio::test]
async fn a_refresh_without_the_header_is_not_bound_and_so_is_nothing_else() {
    let host = host!(Binds);
    let tokens = host.redeem(&[("x-key", "k")], &host.code().await).await;
    let refreshed = host.refresh(&[], &tokens.member("refresh_token")).await;
    assert_eq!(refreshed.member("token_type"), "Bearer");
}

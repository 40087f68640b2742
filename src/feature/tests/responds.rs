//! Adds a member to the response: what of it depends on the code and on the access token.

use super::host;
use crate::feature::{Feature, FeatureOn, chooses_nothing, sealed};
use crate::issue::{IssueContext, Keyring, Withheld};
use crate::values::error::OAuthError;

pub(super) struct Responds;
crate::wire_name!(Responds = "responds");
impl sealed::Sealed for Responds {}

impl Feature for Responds {
    chooses_nothing!();
}

impl<S: Send + Sync> FeatureOn<S> for Responds {
    async fn respond<K: Keyring>(&self, _: &IssueContext<'_, S>, _: &K, response: &mut Withheld) -> Result<(), OAuthError> {
        let hashed = [response.access_token(), response.code()].map(|text| text.map_or(0, str::len));
        let who = response.details().facts().subject.as_ref().map_or("", |subject| subject.as_str()).to_owned();
        let family = response.family();
        response.add("hashed", format!("{hashed:?} {who} {family} {}", response.declares_id_token()));
        Ok(())
    }
}

#[tokio::test]
async fn every_response_has_the_member_and_the_member_knows_what_is_issued() {
    let host = host!(Responds, crate::Introspection::new());
    for answer in host.every_grant(&[]).await {
        let (member, length) = (answer.member("hashed"), answer.member("access_token").len());
        assert!(member.starts_with(&format!("[{length}, 0] ")) && member.ends_with(" false"), "{member}");
    }
    // The authorization response as well: its code is 47 characters long.
    let code = host.code().await;
    let redirect = host.redirected().await;
    assert!(code.len() == 47 && redirect.contains("hashed=%5B0%2C+47%5D+alice+"), "{redirect}");
}

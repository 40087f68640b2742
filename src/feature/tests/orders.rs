//! Features of several phases together: the phases have an order, and that of the chain makes no difference.

use super::binds::Binds;
use super::encodes::Encodes;
use super::formats::{Formats, NoAccessTokens};
use super::responds::Responds;
use super::{Host, host};
use crate::feature::FeaturesOn;
use crate::{Introspection, MemoryStore};

/// What comes of every grant, of an authorization request, and of introspection in both forms; without what is drawn at random.
async fn said<F: FeaturesOn<NoAccessTokens>>(host: Host<F, NoAccessTokens>) -> Vec<String> {
    let mut said = Vec::new();
    for answer in host.every_grant(&[("x-key", "k")]).await {
        let [token, kind, added] = ["access_token", "token_type", "hashed"].map(|name| answer.member(name));
        let added: Vec<_> = added.split(' ').filter(|word| word.len() != FAMILY).collect();
        let claims = host.introspect(&[], &token).await.json();
        let text = host.introspect(&[("accept", "text/plain")], &token).await.text;
        said.push(format!("{} {kind} {} {} {text}", &token[..2], added.join(" "), claims["cnf"]));
    }
    let location = host.redirected().await;
    let names = location.split(['?', '&']).skip(1).filter_map(|pair| pair.split_once('='));
    said.push(names.map(|(name, _)| name).collect::<Vec<_>>().join(" "));
    said
}

/// The length of a family's identifier.
const FAMILY: usize = 22;

macro_rules! in_order {
    ($($feature:expr),*) => { said(host!(on NoAccessTokens(MemoryStore::new()); $($feature),*)).await };
}

#[tokio::test]
async fn the_order_of_the_chain_makes_no_difference() {
    let introspection = Introspection::new;
    let first = in_order!(Formats, Binds, Responds, Encodes, introspection());
    assert_eq!(first.len(), 6, "{first:?}");
    for said in &first[..5] {
        let all = ["T. DPoP [", ", 0]", r#"{"jkt":"k"}"#, "for app at https://as.example.com/introspect"];
        assert!(all.iter().all(|part| said.contains(part)), "{said}");
    }
    assert!(first[5].contains("hashed") && first[5].contains("code"), "{}", first[5]);
    for other in [
        in_order!(Binds, Responds, Encodes, introspection(), Formats),
        in_order!(Responds, Encodes, introspection(), Formats, Binds),
        in_order!(Encodes, introspection(), Formats, Binds, Responds),
        in_order!(introspection(), Encodes, Responds, Binds, Formats),
    ] {
        assert_eq!(other, first);
    }
}

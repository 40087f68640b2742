//! Describes itself in the metadata.

use super::host;
use crate::extension::metadata::{Metadata, MetadataContext};
use crate::feature::{Feature, FeatureOn, chooses_nothing, sealed};

struct Describes;
crate::wire_name!(Describes = "describes");
impl sealed::Sealed for Describes {}

impl Feature for Describes {
    chooses_nothing!();
    fn describe(&self, cx: &MetadataContext<'_>, metadata: &mut Metadata) {
        metadata.scopes_supported.push(cx.url("/described"));
    }
}

impl<S: Send + Sync> FeatureOn<S> for Describes {}

#[tokio::test]
async fn the_metadata_has_what_the_feature_says() {
    let host = host!(crate::Introspection::new(), Describes);
    let document = host.0.metadata().document();
    assert_eq!(document.scopes_supported, ["https://as.example.com/described"]);
    assert!(document.introspection_endpoint.is_some());
}

//! As many features as a list takes, and one more.

use super::host;
use crate::extension::metadata::{Metadata, MetadataContext};
use crate::feature::{Feature, FeatureOn, chooses_nothing, sealed};
use crate::typelevel::holds::holds;
use crate::typelevel::list::AppendLong;
use crate::{Introspection, Revocation};

macro_rules! features {
    ($($name:ident)*) => {$(
        struct $name;
        crate::wire_name!($name = concat!("feature_", stringify!($name)));
        impl sealed::Sealed for $name {}
        impl Feature for $name {
            chooses_nothing!();
            fn describe(&self, _: &MetadataContext<'_>, metadata: &mut Metadata) {
                metadata.scopes_supported.push(stringify!($name).to_owned());
            }
        }
        impl<S: Send + Sync> FeatureOn<S> for $name {}
    )*};
}
features!(F1 F2 F3 F4 F5 F6 F7 F8 F9 F10 F11 F12 F13 F14 F15 F16 F17 F18 F19 F20 F21 F22 F23 F24 F25 F26 F27 F28 F29 F30 F31);

#[rustfmt::skip]
type ThirtyOne = (
    Introspection, F1, F2, F3, F4, F5, F6, F7, F8, F9, F10, F11, F12, F13, F14, F15, F16, F17, F18, F19, F20, F21, F22, F23, F24, F25, F26,
    F27, F28, F29, F30,
);
type ThirtyTwo = <ThirtyOne as AppendLong<Revocation>>::Output;

#[tokio::test]
async fn a_list_of_thirty_two_features_is_served() {
    #[rustfmt::skip]
    let host: super::Host<ThirtyTwo> = host!(
        Introspection::new(), F1, F2, F3, F4, F5, F6, F7, F8, F9, F10, F11, F12, F13, F14, F15, F16, F17, F18, F19, F20, F21, F22, F23, F24,
        F25, F26, F27, F28, F29, F30, Revocation::new()
    );
    // Each of them is asked, in the order of the chain.
    let described = host.0.metadata().document().scopes_supported;
    assert_eq!(described, (1..=30).map(|number| format!("F{number}")).collect::<Vec<_>>());
    // The first and the last have their routes.
    let token = host.token(&[], "grant_type=client_credentials").await.member("access_token");
    assert_eq!(host.introspect(&[], &token).await.json()["active"], true);
    let revoking = format!("client_id=app&client_secret={}&token={token}", super::SECRET);
    assert_eq!(host.post("/revoke", &[], &revoking).await.status, 200);
    assert_eq!(host.introspect(&[], &token).await.json()["active"], false);
}

/// `ui-tests/fail/grants/seventeen_grants.rs` shows what the compiler says of an element too many.
#[test]
fn the_thirty_third_is_refused() {
    const { assert!(holds!(ThirtyOne: AppendLong<F31>) && !holds!(ThirtyTwo: AppendLong<F31>)) };
}

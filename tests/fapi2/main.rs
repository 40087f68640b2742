//! The profile `Fapi2`: the modules of the plans `fapi2-security-profile-final-test-plan` and `fapi2-message-signing-final-test-plan`, by their names (`CONFORMANCE.md`), what the profile
//! says beyond them, and attacks on purpose.

mod attacks;
mod bank;
#[path = "../common/certificates.rs"]
mod certificates;
#[path = "../common/mod.rs"]
mod common;
mod discovery;
mod dpop;
mod grants;
#[path = "../common/jws.rs"]
mod jws;
mod message_signing;
mod openid;
mod profile;
mod pushed;
mod requests;
mod rich;

/// A test of each name, at each of the servers that its plan is for.
macro_rules! plan {
    ($($server:ident)+: $($module:ident)*) => {
        crate::plan!(@ [$($server)+] $($module)*);
    };
    (@ [$server:ident] $($module:ident)*) => {
        mod $server {
            $(
                #[tokio::test]
                async fn $module() {
                    super::$module(crate::bank::$server().await).await;
                }
            )*
        }
    };
    (@ [$server:ident $($servers:ident)+] $($module:ident)*) => {
        crate::plan!(@ [$server] $($module)*);
        crate::plan!(@ [$($servers)+] $($module)*);
    };
}
use plan;

/// The same for the variants in which there is a person: all of them.
macro_rules! plan_of_people {
    ($($module:ident)*) => {
        mod people {
            use super::{$($module),*};
            crate::plan!(plain openid plain_tls openid_tls plain_tls_dpop plain_jwt_tls signed signed_openid: $($module)*);
        }
    };
}
use plan_of_people;

/// Modules about assertions, and about proofs: for the variants that have them.
macro_rules! plan_of {
    ($name:ident, $($server:ident)+: $($module:ident)*) => {
        mod $name {
            use super::{$($module),*};
            crate::plan!($($server)+: $($module)*);
        }
    };
}
use plan_of;

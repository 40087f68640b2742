//! The profile `Fapi2`: the modules of the plans `fapi2-security-profile-final-test-plan` and `fapi2-message-signing-final-test-plan`, by their names (`CONFORMANCE.md`), what the profile
//! says beyond them, and attacks on purpose.

mod attacks;
mod bank;
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

/// The same for the variants in which there is a person.
macro_rules! plan_of_people {
    ($($module:ident)*) => {
        mod people {
            crate::plan_of_people!(@ plain $($module)*);
            crate::plan_of_people!(@ openid $($module)*);
            crate::plan_of_people!(@ signed $($module)*);
            crate::plan_of_people!(@ signed_openid $($module)*);
        }
    };
    (@ $server:ident $($module:ident)*) => {
        mod $server {
            $(
                #[tokio::test]
                async fn $module() {
                    super::super::$module(crate::bank::$server().await).await;
                }
            )*
        }
    };
}
use plan_of_people;

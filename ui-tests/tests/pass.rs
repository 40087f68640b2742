//! The legal neighbour of every rule: what is refused in `fail/` with one thing changed. Compiled and run, all as one program: apart, each
//! would be linked with all that the library needs. It is built and not only checked, so that an error that only code generation finds does
//! not slip in.

#![allow(dead_code, clippy::type_complexity, reason = "much is there to be compiled")]

#[path = "../pass/chain.rs"]
mod chain;
#[path = "../pass/client_documents.rs"]
mod client_documents;
#[path = "../pass/client_keys.rs"]
mod client_keys;
#[path = "../pass/details.rs"]
mod details;
#[path = "../pass/device_code.rs"]
mod device_code;
#[path = "../pass/dpop.rs"]
mod dpop;
#[path = "../pass/exchange.rs"]
mod exchange;
#[path = "../pass/generic.rs"]
mod generic;
#[path = "../pass/grants.rs"]
mod grants;
#[path = "../pass/keys.rs"]
mod keys;
#[path = "../pass/mutual_tls.rs"]
mod mutual_tls;
#[path = "../pass/openid.rs"]
mod openid;
#[path = "../pass/profiles.rs"]
mod profiles;
#[path = "../pass/pushed_requests.rs"]
mod pushed_requests;
#[path = "../pass/registration.rs"]
mod registration;
#[path = "../pass/resource_server.rs"]
mod resource_server;
#[path = "../pass/responses.rs"]
mod responses;
#[path = "../pass/server.rs"]
mod server;
#[path = "../pass/signed_messages.rs"]
mod signed_messages;
#[path = "../pass/storage.rs"]
mod storage;
#[path = "../pass/types.rs"]
mod types;
#[path = "../pass/values.rs"]
mod values;

/// Each case is a program, and runs.
macro_rules! run {
    ($($case:ident)*) => {
        mod run {
            $(
                #[test]
                fn $case() {
                    super::$case::main();
                }
            )*
        }
    };
}
run!(chain client_documents client_keys details device_code dpop exchange generic grants keys mutual_tls openid profiles pushed_requests registration resource_server responses server signed_messages storage types values);

#[test]
fn none_is_left_out() {
    let here = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("pass");
    let files = std::fs::read_dir(here).expect("the folder").count();
    assert_eq!(files, include_str!("pass.rs").matches("#[path = \"../pass/").count());
}

// legal: pass/resource_server.rs, fn authorized
use axum::extract::FromRequestParts;
use grantor::{AnyScope, Authorized, ResourceServer};
use ui_tests::NoTokens;

struct Strong;

fn extractor<E: FromRequestParts<ResourceServer<NoTokens>>>() {}

fn main() {
    extractor::<Authorized<NoTokens, AnyScope, Strong>>();
}

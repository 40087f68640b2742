// legal: pass/resource_server.rs, fn authorized
use axum::extract::FromRequestParts;
use grantor::{Authorized, ResourceServer};
use ui_tests::NoTokens;

struct Read;

fn extractor<E: FromRequestParts<ResourceServer<NoTokens>>>() {}

fn main() {
    extractor::<Authorized<NoTokens, Read>>();
}

// legal: pass/types.rs, fn one_element
use grantor::{AuthorizationServer, ClientCredentials, RunsOn};
use ui_tests::PgStore;

fn serve<G: RunsOn<PgStore>>(_: &AuthorizationServer<PgStore, G>) {}

pub fn endpoint(server: &AuthorizationServer<PgStore, ClientCredentials>) {
    serve(server);
}

fn main() {}

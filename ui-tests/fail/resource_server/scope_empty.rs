// legal: pass/resource_server.rs, fn scopes
use grantor::required_scope;

required_scope!(pub Anything = "");

fn main() {}

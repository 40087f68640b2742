// legal: pass/resource_server.rs, fn scopes
use grantor::required_scope;

required_scope!(pub ReadAndWrite = "read  write");

fn main() {}

// shows: RFC6750-3-14

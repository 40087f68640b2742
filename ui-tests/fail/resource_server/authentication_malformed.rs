// legal: pass/resource_server.rs, fn authentication
use grantor::required_authentication;

required_authentication!(pub Strong = acr "phr  phrh");

fn main() {}

// legal: pass/responses.rs, fn own
use grantor::{No, extension_response_type};

pub struct Receipt;
extension_response_type!(Receipt = "paper-receipt", code: No, access_token: No);

fn main() {}

// shows: RFC6749-8.4-01

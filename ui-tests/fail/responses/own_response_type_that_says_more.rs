// legal: pass/responses.rs, fn own
use grantor::{No, extension_response_type};

pub struct Mine;
extension_response_type!(Mine = "id_token receipt", code: No, access_token: No);

fn main() {}

// legal: pass/grants.rs, fn own
use grantor::{No, extension_grant};

pub struct Otp;
extension_grant!(Otp = "otp", refresh_tokens: No);

fn main() {}

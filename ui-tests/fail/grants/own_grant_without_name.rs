// legal: pass/grants.rs, fn own_in_place_of_another
use grantor::{Begin, GrantType, No, Yes};

pub struct Otp;
impl GrantType for Otp {
    type Step = Begin;
    type IssuesRefreshTokens = No;
    type RequiresPkce = Yes;
    type AcceptsPlainPkce = No;
}

fn main() {}

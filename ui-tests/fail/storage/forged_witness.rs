// legal: pass/storage.rs, fn own
use grantor::storage::{Redeemed, Redemption};

pub fn redeem_twice() -> [Redemption; 2] {
    [Redemption::Redeemed(Redeemed(())), Redemption::Redeemed(Redeemed(()))]
}

fn main() {}

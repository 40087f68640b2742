// legal: pass/storage.rs, fn purge
use grantor::{PurgeExpired, StoreError, Timestamp};
use ui_tests::NoPurge;

async fn nightly(store: &impl PurgeExpired, now: Timestamp) -> Result<u64, StoreError> {
    store.purge_expired(now).await
}

fn main() {
    drop(nightly(&NoPurge, Timestamp::from_unix(0)));
}

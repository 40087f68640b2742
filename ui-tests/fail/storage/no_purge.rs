// legal: pass/storage.rs, fn purge
use grantor::PurgeExpired;
use ui_tests::NoPurge;

fn spawn_nightly_purge(_: impl PurgeExpired) {}

fn main() {
    spawn_nightly_purge(NoPurge);
}

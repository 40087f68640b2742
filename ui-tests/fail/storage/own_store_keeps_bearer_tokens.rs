// legal: pass/storage.rs, fn own
use grantor::storage::{FoundToken, Issue, TokenRecord};

pub fn insert(issue: &Issue) -> Option<&str> {
    let record: &TokenRecord = issue.access_token.as_ref()?;
    Some(record.hash.as_str())
}

pub fn found(token: &FoundToken) -> bool {
    token.revoked
}

fn main() {}

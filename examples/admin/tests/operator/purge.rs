//! What has expired goes, and is counted.

use grantor::storage::{PendingKind, PendingRecord};
use grantor::{ClientId, PendingStore, Timestamp, TokenHash, issuer};
use serde_json::json;

use crate::place::{Store, in_each_store};
use crate::tool::Tool;

in_each_store! {
    expired_rows_are_counted;
}

const EXPIRED: u64 = 300;

async fn expired_rows_are_counted<S: Store + PendingStore>(store: S, tool: Tool) {
    let long_ago = Timestamp::from_unix(1_700_000_000);
    for number in 0..EXPIRED + 1 {
        let hash = TokenHash::of(&format!("{number}"));
        let until = if number < EXPIRED { long_ago } else { Timestamp::from_unix(5_000_000_000) };
        let client = ClientId::parse("app").expect("an identifier");
        let request = PendingRecord::new(hash, PendingKind::Suspended, hash, client, until, "{}".to_owned());
        store
            .put_pending(&issuer!("https://as.example.com"), request, 9, Timestamp::from_unix(1_600_000_000))
            .await
            .expect("a request");
    }
    let said = tool.run(&["purge"]);
    assert_eq!(said.json(), json!({"rows": EXPIRED}));
    let progress = said.lines();
    assert!(progress.iter().any(|line| line["progress"]["rows"].is_u64()), "{said:?}");
    // Of no issuer in particular.
    let quiet = tool.clone().with("GRANTOR_ISSUER", "").run(&["purge", "--quiet"]);
    assert_eq!((quiet.json(), quiet.err.as_str()), (json!({"rows": 0}), ""));
    let typed = tool.typed(&["purge", "--schema", &tool.schema]);
    assert_eq!((typed.out.as_str(), typed.err.lines().next()), ("rows  0\n", Some("0 rows so far")));
}

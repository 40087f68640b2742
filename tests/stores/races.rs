//! The races over the memory store, and a rotation that had to wait.

use std::sync::{Arc, OnceLock};

use grantor::testing::{Hook, Hooked};
use grantor::{Clock as _, ManualClock, RefreshTokenLifetime, StoreError};

use crate::common::{START, fixture, fixture_on, fixture_with_window};

// shows: RFC6749-4.1.2-05, RFC9700-4.2.4-02
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn n06_of_64_redemptions_of_one_code_one_wins_and_its_tokens_are_dead() {
    Arc::new(fixture().await).races_for_a_code().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn n08_of_64_refreshes_without_window_one_wins_and_the_family_is_dead() {
    Arc::new(fixture().await).races_for_a_refresh_token().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_64_refreshes_within_the_window_all_get_the_same_successor() {
    Arc::new(fixture_with_window(5).await).races_within_the_window().await;
}

/// Looking a refresh token up takes four seconds.
#[derive(Default)]
struct SlowLookUps(OnceLock<ManualClock>);

impl Hook for SlowLookUps {
    async fn around<T: Send>(
        &self,
        name: &'static str,
        step: impl Future<Output = Result<T, StoreError>> + Send,
    ) -> Result<T, StoreError> {
        if let ("find_refresh_token", Some(clock)) = (name, self.0.get()) {
            clock.advance(4);
        }
        step.await
    }
}

#[tokio::test]
async fn the_window_begins_when_the_token_is_rotated_and_not_when_the_request_came() {
    for window in [5, 0] {
        let store = Arc::new(Hooked::new(SlowLookUps::default()));
        let peer = fixture_on(store.clone(), window).await;
        let (_, first) = peer.tokens().await;
        assert!(store.hook.0.set(peer.clock.clone()).is_ok());
        // Comes at 0, rotates at 4.
        let successor = peer.refresh(&first).await.member("refresh_token");
        if window == 0 {
            peer.refresh(&first).await.assert_error(400, "invalid_grant");
            continue;
        }
        for came_at in [4, 8] {
            assert_eq!(peer.clock.now(), START.saturating_add_secs(came_at));
            let answer = peer.refresh(&first).await;
            assert_eq!(answer.member("refresh_token"), successor);
            let said = answer.json()["refresh_token_expires_in"].as_u64().expect("a number");
            let ends = 4 + RefreshTokenLifetime::DEFAULT.as_secs();
            assert!(came_at + 4 + said <= ends, "{said}");
        }
        peer.clock.advance(1);
        peer.refresh(&first).await.assert_error(400, "invalid_grant");
    }
}

//! The races over the memory store.

mod common;

use std::sync::Arc;

use common::{fixture, fixture_with_window};

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

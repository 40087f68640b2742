//! Races over the real handlers (DESIGN.md section 3): one redemption, one rotation, one successor.

mod common;

use std::collections::HashSet;
use std::sync::Arc;

use common::{Peer, fixture, fixture_with_window};

const CALLERS: usize = 64;

/// Sends the same request from many tasks on several threads at once.
async fn at_once<F, Fut>(peer: &Arc<Peer>, request: F) -> Vec<common::Answer>
where
    F: Fn(Arc<Peer>) -> Fut,
    Fut: Future<Output = common::Answer> + Send + 'static,
{
    let barrier = Arc::new(tokio::sync::Barrier::new(CALLERS));
    let tasks: Vec<_> = (0..CALLERS)
        .map(|_| {
            let (barrier, answer) = (barrier.clone(), request(peer.clone()));
            tokio::spawn(async move {
                barrier.wait().await;
                answer.await
            })
        })
        .collect();
    let mut answers = Vec::new();
    for task in tasks {
        answers.push(task.await.expect("no panic"));
    }
    answers
}

/// One 200, and `invalid_grant` for all others: gives the winner's answer.
fn one_winner(answers: Vec<common::Answer>) -> common::Answer {
    let (winners, losers): (Vec<_>, Vec<_>) = answers.into_iter().partition(|answer| answer.status == 200);
    assert_eq!((winners.len(), losers.len()), (1, CALLERS - 1));
    losers.iter().for_each(|loser| loser.assert_error(400, "invalid_grant"));
    winners.into_iter().next().expect("one")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn n06_of_64_redemptions_of_one_code_one_wins_and_its_tokens_are_dead() {
    let peer = Arc::new(fixture().await);
    let code = peer.code("pub").await;
    let answers = at_once(&peer, |peer| {
        let code = code.clone();
        async move { peer.redeem(&code).await }
    })
    .await;
    let winner = one_winner(answers);
    assert!(!peer.is_active(&winner.member("access_token")).await);
    assert!(!peer.is_active(&winner.member("refresh_token")).await);
    peer.refresh(&winner.member("refresh_token")).await.assert_error(400, "invalid_grant");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn n08_of_64_refreshes_without_window_one_wins_and_the_family_is_dead() {
    let peer = Arc::new(fixture().await);
    let (_, refresh_token) = peer.tokens().await;
    let answers = at_once(&peer, |peer| {
        let refresh_token = refresh_token.clone();
        async move { peer.refresh(&refresh_token).await }
    })
    .await;
    let winner = one_winner(answers);
    assert!(!peer.is_active(&winner.member("access_token")).await);
    peer.refresh(&winner.member("refresh_token")).await.assert_error(400, "invalid_grant");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_64_refreshes_within_the_window_all_get_the_same_successor() {
    let peer = Arc::new(fixture_with_window(5).await);
    let (_, refresh_token) = peer.tokens().await;
    let answers = at_once(&peer, |peer| {
        let refresh_token = refresh_token.clone();
        async move { peer.refresh(&refresh_token).await }
    })
    .await;
    assert!(answers.iter().all(|answer| answer.status == 200));
    let successors: HashSet<_> = answers.iter().map(|answer| answer.member("refresh_token")).collect();
    assert_eq!(successors.len(), 1);
    for answer in &answers {
        assert!(peer.is_active(&answer.member("access_token")).await);
    }
    // One successor exists: it works once, and with that the window is closed.
    let successor = successors.into_iter().next().expect("one");
    assert_eq!(peer.refresh(&successor).await.status, 200);
    peer.refresh(&refresh_token).await.assert_error(400, "invalid_grant");
}

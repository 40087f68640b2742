//! The races of DESIGN.md section 3, over the real handlers and whatever storage: one redemption, one rotation, one successor.

use std::collections::HashSet;
use std::sync::Arc;

use grantor::{Interaction, ServesOAuth};

use super::{Answer, Peer};

pub const CALLERS: usize = 64;

/// Runs all of them from tasks of their own that begin together; what they give, in their order.
pub async fn at_once<Fut>(requests: impl IntoIterator<Item = Fut>) -> Vec<Fut::Output>
where
    Fut: Future<Output: Send> + Send + 'static,
{
    let requests: Vec<_> = requests.into_iter().collect();
    let barrier = Arc::new(tokio::sync::Barrier::new(requests.len()));
    let start = |request: Fut| {
        let barrier = barrier.clone();
        tokio::spawn(async move {
            barrier.wait().await;
            request.await
        })
    };
    let mut answers = Vec::new();
    for task in requests.into_iter().map(start).collect::<Vec<_>>() {
        answers.push(task.await.expect("no panic"));
    }
    answers
}

/// One 200, and `invalid_grant` for all others: gives the winner's answer.
pub fn one_winner(answers: Vec<Answer>) -> Answer {
    let (winners, losers): (Vec<_>, Vec<_>) = answers.into_iter().partition(|answer| answer.status == 200);
    assert_eq!((winners.len(), losers.len()), (1, CALLERS - 1));
    losers.iter().for_each(|loser| loser.assert_error(400, "invalid_grant"));
    winners.into_iter().next().expect("one")
}

impl<Sv: ServesOAuth, I: Interaction<Sv> + Send + Sync + 'static> Peer<Sv, I> {
    async fn redeem_at_once(self: &Arc<Self>, code: &str) -> Vec<Answer> {
        at_once((0..CALLERS).map(|_| {
            let (peer, code) = (self.clone(), code.to_owned());
            async move { peer.redeem(&code).await }
        }))
        .await
    }

    async fn refresh_at_once(self: &Arc<Self>, refresh_token: &str) -> Vec<Answer> {
        at_once((0..CALLERS).map(|_| {
            let (peer, refresh_token) = (self.clone(), refresh_token.to_owned());
            async move { peer.refresh(&refresh_token).await }
        }))
        .await
    }

    /// Of many redemptions of one code one wins, and its tokens are dead.
    pub async fn races_for_a_code(self: &Arc<Self>) {
        let code = self.code("pub").await;
        let winner = one_winner(self.redeem_at_once(&code).await);
        assert!(!self.is_active(&winner.member("access_token")).await);
        assert!(!self.is_active(&winner.member("refresh_token")).await);
        self.refresh(&winner.member("refresh_token")).await.assert_error(400, "invalid_grant");
    }

    /// Of many refreshes without retry window one wins, and the family is dead.
    pub async fn races_for_a_refresh_token(self: &Arc<Self>) {
        let (_, refresh_token) = self.tokens().await;
        let winner = one_winner(self.refresh_at_once(&refresh_token).await);
        assert!(!self.is_active(&winner.member("access_token")).await);
        self.refresh(&winner.member("refresh_token")).await.assert_error(400, "invalid_grant");
    }

    /// Of many refreshes within the retry window all get the same successor.
    pub async fn races_within_the_window(self: &Arc<Self>) {
        let (_, refresh_token) = self.tokens().await;
        let answers = self.refresh_at_once(&refresh_token).await;
        assert!(answers.iter().all(|answer| answer.status == 200));
        let successors: HashSet<_> = answers.iter().map(|answer| answer.member("refresh_token")).collect();
        assert_eq!(successors.len(), 1);
        for answer in &answers {
            assert!(self.is_active(&answer.member("access_token")).await);
        }
        // One successor exists: it works once, and with that the window is closed.
        let successor = successors.into_iter().next().expect("one");
        assert_eq!(self.refresh(&successor).await.status, 200);
        self.refresh(&refresh_token).await.assert_error(400, "invalid_grant");
    }
}

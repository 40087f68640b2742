//! Three instances of the server, processes of their own, over one PostgreSQL: what one of them does is done for all of them, and
//! a race through different instances comes out as on one. `GRANTOR_FULL=1` makes it 500 rounds.

mod common;

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Instant;

use common::Answer;
use common::caller::{Caller, Reply};
use common::instance::{Instance, Place, serve_if_told};
use common::postgres::{Cluster, fresh_schema};
use common::race::{CALLERS, at_once, one_winner};
use common::size::sized;
use sqlx::{AssertSqlSafe, PgPool, Row as _};
use tokio::sync::Barrier;
use tokio::task::{JoinSet, block_in_place};

#[test]
fn the_child() {
    serve_if_told();
}

const INSTANCES: usize = 3;

/// Three instances, and 64 callers that are spread over them.
struct Instances {
    _processes: Vec<Instance>,
    callers: Vec<Arc<Caller>>,
    pool: PgPool,
    schema: String,
    /// Requests that others were on their way with.
    sent: AtomicUsize,
}

impl Instances {
    /// All at once, on a schema that is not there yet.
    async fn start(window: u64) -> Option<Self> {
        let (cluster, schema) = (Cluster::shared()?, fresh_schema());
        let place = Place::Postgres { url: cluster.url(), schema: schema.clone() };
        let instances = block_in_place(|| {
            let starting: Vec<_> = (0..INSTANCES).map(|_| Instance::launch(&place, window)).collect();
            starting.into_iter().map(|instance| instance.ready().expect("it serves")).collect::<Vec<_>>()
        });
        let callers = (0..CALLERS).map(|number| Arc::new(Caller::of(instances[number % INSTANCES].address))).collect();
        assert_eq!(instances.iter().map(|instance| instance.address).collect::<HashSet<_>>().len(), INSTANCES);
        Some(Self { _processes: instances, callers, pool: cluster.pool().await, schema, sent: AtomicUsize::new(0) })
    }

    /// One of another instance for each number.
    fn caller(&self, number: usize) -> &Arc<Caller> {
        &self.callers[number % INSTANCES]
    }

    async fn redeem_at_once(&self, code: &str) -> Vec<Answer> {
        self.sent.fetch_add(CALLERS, Ordering::Relaxed);
        at_once(self.callers.iter().map(|caller| {
            let (caller, code) = (caller.clone(), code.to_owned());
            async move { caller.redeem(&code).await.expect("an answer") }
        }))
        .await
    }

    async fn refresh_at_once(&self, refresh_token: &str) -> Vec<Answer> {
        self.sent.fetch_add(CALLERS, Ordering::Relaxed);
        at_once(self.callers.iter().map(|caller| {
            let (caller, refresh_token) = (caller.clone(), refresh_token.to_owned());
            async move { caller.refresh(&refresh_token).await.expect("an answer") }
        }))
        .await
    }

    /// What the instances say about a token, which has to be the same.
    async fn agree(&self, token: &str) -> bool {
        let [first, second, third] = [0, 1, 2].map(|number| self.caller(number).is_active(token));
        let (first, second, third) = tokio::join!(first, second, third);
        assert!(first == second && second == third);
        first
    }

    /// Asks about each token another instance than the one that issued it.
    async fn are_active(&self, issued: impl Iterator<Item = String>) -> bool {
        let questions = issued.enumerate().map(|(number, token)| {
            let caller = self.callers[(number + 1) % CALLERS].clone();
            async move { caller.is_active(&token).await }
        });
        at_once(questions).await.into_iter().all(|active| active)
    }

    async fn refresh_tokens(&self) -> i64 {
        let count = format!("SELECT count(*) FROM {}.refresh_tokens", self.schema);
        sqlx::query(AssertSqlSafe(count)).fetch_one(&self.pool).await.expect("a row").get(0)
    }

    /// One 200, and its tokens are dead everywhere.
    async fn assert_dead(&self, answers: Vec<Answer>) {
        let winner = one_winner(answers);
        for token in ["access_token", "refresh_token"] {
            assert!(!self.agree(&winner.member(token)).await);
        }
        let answer = self.caller(0).refresh(&winner.member("refresh_token")).await.expect("an answer");
        answer.assert_error(400, "invalid_grant");
    }

    async fn races_for_a_code(&self, round: usize) {
        let code = self.caller(round).code().await.expect("an answer").query().remove("code").expect("a code");
        self.assert_dead(self.redeem_at_once(&code).await).await;
    }

    async fn races_for_a_refresh_token(&self, round: usize) {
        let (_, refresh_token) = self.caller(round).tokens().await;
        self.assert_dead(self.refresh_at_once(&refresh_token).await).await;
    }

    async fn races_within_the_window(&self, round: usize) {
        let (_, refresh_token) = self.caller(round).tokens().await;
        let before = self.refresh_tokens().await;
        let answers = self.refresh_at_once(&refresh_token).await;
        answers.iter().for_each(Answer::assert_ok);
        let successors: HashSet<_> = answers.iter().map(|answer| answer.member("refresh_token")).collect();
        assert_eq!((successors.len(), self.refresh_tokens().await - before), (1, 1));
        assert!(self.are_active(answers.iter().map(|answer| answer.member("access_token"))).await);
        // The successor works once, and with that the window is closed.
        let successor = successors.into_iter().next().expect("one");
        self.caller(round + 1).refresh(&successor).await.expect("an answer").assert_ok();
        let late = self.caller(round + 2).refresh(&refresh_token).await.expect("an answer");
        late.assert_error(400, "invalid_grant");
    }

    /// While one instance ends a token by a request, the others are asked about it all the time: nobody says that it is active who
    /// was asked after the answer was there.
    async fn watched(&self, token: &str, ending: impl Future<Output = Reply>) -> Answer {
        assert!(self.agree(token).await);
        let over = Arc::new(AtomicBool::new(false));
        let (asked, mut questions) = (Arc::new(Barrier::new(2 * INSTANCES + 1)), JoinSet::new());
        for caller in self.callers.iter().rev().take(2 * INSTANCES) {
            let (caller, token, over, asked) = (caller.clone(), token.to_owned(), over.clone(), asked.clone());
            questions.spawn(async move {
                caller.is_active(&token).await;
                asked.wait().await;
                for count in 1.. {
                    let was_over = over.load(Ordering::SeqCst);
                    let active = caller.is_active(&token).await;
                    if was_over {
                        assert!(!active, "active after its end was acknowledged");
                        return count;
                    }
                }
                unreachable!("it ends")
            });
        }
        asked.wait().await;
        let answer = ending.await.expect("an answer");
        over.store(true, Ordering::SeqCst);
        self.sent.fetch_add(questions.join_all().await.into_iter().sum::<usize>() + 1, Ordering::Relaxed);
        answer
    }

    async fn revokes_and_rotates_while_others_ask(&self, round: usize) {
        let (access_token, refresh_token) = self.caller(round).tokens().await;
        let answer = self.watched(&access_token, self.caller(round + 1).refresh(&refresh_token)).await;
        answer.assert_ok();
        let (access_token, refresh_token) = (answer.member("access_token"), answer.member("refresh_token"));
        let answer = self.watched(&access_token, self.caller(round + 2).revoke("pub", &refresh_token)).await;
        assert_eq!(answer.status, 200);
        assert!(!self.agree(&refresh_token).await);
        // And a token alone.
        let token = self.caller(round).client_credentials().await.expect("an answer").member("access_token");
        let answer = self.watched(&token, self.caller(round).revoke("conf", &token)).await;
        assert_eq!(answer.status, 200);
    }
}

async fn rounds(what: &str, window: u64, round: impl AsyncFn(&Instances, usize)) {
    let Some(instances) = Instances::start(window).await else { return };
    let (began, rounds) = (Instant::now(), sized(5, 500));
    for number in 0..rounds {
        round(&instances, number).await;
    }
    let deadlocks = sqlx::query("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()");
    assert_eq!(deadlocks.fetch_one(&instances.pool).await.expect("a row").get::<i64, _>(0), 0);
    let (sent, took) = (instances.sent.load(Ordering::Relaxed), began.elapsed());
    println!("| {what} | window {window} s | {rounds} rounds | {sent} requests at once | {took:.1?} |");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_window_one_of_64_wins_through_whichever_instance() {
    rounds("code and refresh token 64 ways", 0, async |instances, round| {
        instances.races_for_a_code(round).await;
        instances.races_for_a_refresh_token(round).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn within_the_window_all_of_64_get_one_successor_through_whichever_instance() {
    rounds("code and refresh token 64 ways", 5, async |instances, round| {
        instances.races_for_a_code(round).await;
        instances.races_within_the_window(round).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_one_instance_ends_is_over_at_once_on_the_others() {
    for window in [0, 5] {
        rounds("rotated and revoked while introspected", window, async |instances, round| {
            instances.revokes_and_rotates_while_others_ask(round).await;
        })
        .await;
    }
}

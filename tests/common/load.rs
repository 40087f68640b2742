//! Load on a server that is about to fail, and a ledger of what it acknowledged.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio::sync::watch;
use tokio::task::JoinSet;

use super::Answer;
use super::caller::{Caller, Reply};

const CALLERS: u32 = 16;

/// What is known about a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Acknowledged.
    Valid,
    /// Its end was asked for; whether that was done nobody has said.
    Ending,
    /// Its end was acknowledged.
    Ended,
}

/// What was sent, and what became of it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Counts {
    pub sent: usize,
    pub acknowledged: usize,
    /// `temporarily_unavailable`.
    pub unavailable: usize,
    /// The connection was lost first.
    pub unanswered: usize,
}

/// Everything that was acknowledged.
#[derive(Default)]
pub struct Ledger {
    tokens: Mutex<HashMap<String, State>>,
    /// Never presented.
    codes: Mutex<Vec<String>>,
    counts: watch::Sender<Counts>,
}

/// What a server that works says about a ledger.
#[derive(Debug, Clone, Copy, Default)]
pub struct Checked {
    pub valid: usize,
    pub ended: usize,
    pub codes: usize,
    /// Acknowledged and not valid.
    pub lost: usize,
    /// Acknowledged as ended and valid.
    pub revived: usize,
}

impl Checked {
    fn plus(self, other: Self) -> Self {
        Self {
            valid: self.valid + other.valid,
            ended: self.ended + other.ended,
            codes: self.codes + other.codes,
            lost: self.lost + other.lost,
            revived: self.revived + other.revived,
        }
    }

    #[track_caller]
    pub fn assert_nothing_lost(&self) {
        assert_eq!((self.lost, self.revived), (0, 0), "{self:?}");
    }
}

impl Ledger {
    pub fn counts(&self) -> Counts {
        *self.counts.borrow()
    }

    fn note(&self, state: State, tokens: &[&str]) {
        self.tokens.lock().expect("no panic").extend(tokens.iter().map(|token| ((*token).to_owned(), state)));
    }

    /// Some tokens that are valid for certain.
    pub fn valid(&self, count: usize) -> Vec<String> {
        let tokens = self.tokens.lock().expect("no panic");
        tokens.iter().filter(|(_, state)| **state == State::Valid).map(|(token, _)| token.clone()).take(count).collect()
    }

    /// Takes over what another one has of tokens, and its counts.
    pub fn absorb(&self, other: &Self) {
        let theirs = std::mem::take(&mut *other.tokens.lock().expect("no panic"));
        self.tokens.lock().expect("no panic").extend(theirs);
        let Counts { sent, acknowledged, unavailable, unanswered } = other.counts();
        self.counts.send_modify(|counts| {
            counts.sent += sent;
            counts.acknowledged += acknowledged;
            counts.unavailable += unavailable;
            counts.unanswered += unanswered;
        });
    }

    /// Asks a server about everything. Codes are redeemed, and forgotten.
    pub async fn check(&self, server: SocketAddr) -> Checked {
        let tokens: Vec<_> = self.tokens.lock().expect("no panic").iter().map(|(token, state)| (token.clone(), *state)).collect();
        let codes = std::mem::take(&mut *self.codes.lock().expect("no panic"));
        let mut questions = JoinSet::new();
        for share in tokens.chunks(tokens.len().div_ceil(8).max(1)) {
            questions.spawn(check_tokens(share.to_vec(), Caller::of(server)));
        }
        let mut checked = questions.join_all().await.into_iter().fold(Checked::default(), Checked::plus);
        checked.codes = codes.len();
        let caller = Caller::of(server);
        for code in codes {
            checked.lost += usize::from(caller.redeem(&code).await.expect("an answer").status != 200);
        }
        checked
    }
}

async fn check_tokens(tokens: Vec<(String, State)>, caller: Caller) -> Checked {
    let mut checked = Checked::default();
    for (token, state) in tokens {
        let active = caller.is_active(&token).await;
        match state {
            State::Valid => {
                checked.valid += 1;
                checked.lost += usize::from(!active);
            }
            State::Ended => {
                checked.ended += 1;
                checked.revived += usize::from(active);
            }
            State::Ending => {}
        }
    }
    checked
}

/// Callers at work.
pub struct Load {
    pub ledger: Arc<Ledger>,
    over: Arc<AtomicBool>,
    callers: JoinSet<()>,
}

impl Load {
    pub fn on(server: SocketAddr) -> Self {
        let (ledger, over, mut callers) = (Arc::new(Ledger::default()), Arc::new(AtomicBool::new(false)), JoinSet::new());
        for number in 0..CALLERS {
            let user = User { caller: Caller::of(server), ledger: ledger.clone() };
            let over = over.clone();
            callers.spawn(async move {
                let mut turns = number..;
                while !over.load(Ordering::SeqCst) && user.turn(turns.next().unwrap_or(0)).await != Err(Missing::Answer) {}
            });
        }
        Self { ledger, over, callers }
    }

    /// Waits until the counts are as wanted.
    pub async fn until(&mut self, wanted: impl FnMut(&Counts) -> bool) {
        let mut counts = self.ledger.counts.subscribe();
        tokio::select! {
            counts = counts.wait_for(wanted) => drop(counts),
            Some(ended) = self.callers.join_next() => panic!("a caller ended: {ended:?}"),
        }
    }

    /// Waits for so many more requests that succeed.
    pub async fn until_acknowledged(&mut self, more: usize) {
        let wanted = self.ledger.counts().acknowledged + more;
        self.until(|counts| counts.acknowledged >= wanted).await;
    }

    /// Waits for so many more requests that are told to come later.
    pub async fn until_unavailable(&mut self, more: usize) {
        let wanted = self.ledger.counts().unavailable + more;
        self.until(|counts| counts.unavailable >= wanted).await;
    }

    /// Ends it, and gives what was acknowledged.
    pub async fn finish(mut self) -> Arc<Ledger> {
        self.over.store(true, Ordering::SeqCst);
        while let Some(ended) = self.callers.join_next().await {
            ended.expect("a caller");
        }
        self.ledger
    }
}

/// Why a turn was broken off.
#[derive(Debug, PartialEq, Eq)]
enum Missing {
    Answer,
    Service,
}

/// One that uses the server, in turns.
struct User {
    caller: Caller,
    ledger: Arc<Ledger>,
}

impl User {
    async fn turn(&self, turn: u32) -> Result<(), Missing> {
        let revokes = turn % 4 < 2;
        if turn.is_multiple_of(2) { self.uses_client_credentials(revokes).await } else { self.signs_in(revokes).await }
    }

    async fn uses_client_credentials(&self, revokes: bool) -> Result<(), Missing> {
        let token = self.asks(self.caller.client_credentials()).await?.member("access_token");
        self.ledger.note(State::Valid, &[&token]);
        if revokes {
            self.ends(self.caller.revoke("conf", &token), &[&token]).await?;
        }
        Ok(())
    }

    async fn signs_in(&self, revokes: bool) -> Result<(), Missing> {
        let unused = self.asks(self.caller.code()).await?;
        self.ledger.codes.lock().expect("no panic").push(unused.query().remove("code").expect("a code"));
        let code = self.asks(self.caller.code()).await?.query().remove("code").expect("a code");
        let answer = self.asks(self.caller.redeem(&code)).await?;
        let (access_token, refresh_token) = (answer.member("access_token"), answer.member("refresh_token"));
        self.ledger.note(State::Valid, &[&access_token, &refresh_token]);
        let answer = self.ends(self.caller.refresh(&refresh_token), &[&access_token, &refresh_token]).await?;
        let next = (answer.member("access_token"), answer.member("refresh_token"));
        self.ledger.note(State::Valid, &[&next.0, &next.1]);
        if revokes {
            self.ends(self.caller.revoke("pub", &next.1), &[&next.0, &next.1]).await?;
        }
        let answer = self.asks(self.caller.introspect(&next.0)).await?;
        assert_eq!(answer.json()["active"], !revokes);
        Ok(())
    }

    /// A request that ends these tokens if it succeeds.
    async fn ends(&self, request: impl Future<Output = Reply>, dying: &[&str]) -> Result<Answer, Missing> {
        self.ledger.note(State::Ending, dying);
        let answer = self.asks(request).await?;
        self.ledger.note(State::Ended, dying);
        Ok(answer)
    }

    /// An answer that is a success. It must be that, or `temporarily_unavailable`.
    async fn asks(&self, request: impl Future<Output = Reply>) -> Result<Answer, Missing> {
        let counts = &self.ledger.counts;
        counts.send_modify(|counts| counts.sent += 1);
        let Some(answer) = request.await else {
            counts.send_modify(|counts| counts.unanswered += 1);
            return Err(Missing::Answer);
        };
        if is_unavailable(&answer) {
            counts.send_modify(|counts| counts.unavailable += 1);
            return Err(Missing::Service);
        }
        assert!(answer.status == 200 || answer.query().contains_key("code"), "{answer:?}");
        counts.send_modify(|counts| counts.acknowledged += 1);
        Ok(answer)
    }
}

/// Is it told to come later? By 503 with `Retry-After`, or by redirect where that is the answer's way.
pub fn is_unavailable(answer: &Answer) -> bool {
    match answer.status.as_u16() {
        503 => answer.header("retry-after").parse::<u64>().is_ok_and(|seconds| seconds > 0),
        302 => answer.query().get("error").is_some_and(|error| error == "temporarily_unavailable"),
        _ => false,
    }
}

/// Asks the server for a token until it gives one, and says how long that took from `since` on.
pub async fn serves_again(server: SocketAddr, since: Instant) -> Duration {
    let caller = Caller::of(server);
    loop {
        let answer = caller.client_credentials().await.expect("an answer");
        if answer.status == 200 {
            return since.elapsed();
        }
        assert!(is_unavailable(&answer), "{answer:?}");
    }
}

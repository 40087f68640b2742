//! A fault, round after round, and what it came to: a row of the table that the manual has.

use std::fmt;
use std::net::SocketAddr;
use std::time::Duration;

use super::load::{Checked, Counts, Ledger, Load};

pub struct Scenario {
    name: &'static str,
    /// Of all rounds.
    ledger: Ledger,
    codes: usize,
    serves_again: Vec<Duration>,
}

impl Scenario {
    pub fn new(name: &'static str) -> Self {
        Self { name, ledger: Ledger::default(), codes: 0, serves_again: Vec::new() }
    }

    /// Ends a round: this server says that nothing is lost.
    pub async fn survived(&mut self, load: Load, server: SocketAddr, serves_again: Duration) {
        let ledger = load.finish().await;
        let checked = ledger.check(server).await;
        checked.assert_nothing_lost();
        self.codes += checked.codes;
        self.ledger.absorb(&ledger);
        self.serves_again.push(serves_again);
    }

    /// And no later round has taken from the earlier ones. Prints the row.
    pub async fn finish(self, server: SocketAddr) -> Counts {
        let checked = Checked { codes: self.codes, ..self.ledger.check(server).await };
        let row = Row { scenario: self.name, counts: self.ledger.counts(), checked, serves_again: self.serves_again };
        println!("{row}");
        checked.assert_nothing_lost();
        assert!(checked.valid > 50 && checked.ended > 50 && checked.codes > 10, "{checked:?}");
        row.counts
    }
}

struct Row {
    scenario: &'static str,
    counts: Counts,
    checked: Checked,
    serves_again: Vec<Duration>,
}

impl fmt::Display for Row {
    /// `| scenario | rounds | sent | acknowledged | unavailable | unanswered | checked: valid, ended, codes | lost | revived |
    /// serves again after: median, longest |`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Counts { sent, acknowledged, unavailable, unanswered } = self.counts;
        let Checked { valid, ended, codes, lost, revived } = self.checked;
        let mut times = self.serves_again.clone();
        times.sort_unstable();
        let (rounds, median) = (times.len(), times.get(times.len() / 2).copied().unwrap_or_default().as_millis());
        let longest = times.last().copied().unwrap_or_default().as_millis();
        write!(f, "| {} | {rounds} | {sent} | {acknowledged} | {unavailable} | {unanswered} ", self.scenario)?;
        write!(f, "| {valid}, {ended}, {codes} | {lost} | {revived} | {median} ms, {longest} ms |")
    }
}

//! What a scenario came to, as a row of the table that the manual has.

use std::fmt;
use std::time::Duration;

use super::load::{Checked, Counts};

pub struct Report<'a> {
    pub scenario: &'a str,
    pub counts: Counts,
    pub checked: Checked,
    /// Of each round.
    pub serves_again: Vec<Duration>,
}

impl fmt::Display for Report<'_> {
    /// `| scenario | rounds | sent | acknowledged | unavailable | unanswered | checked: valid, ended, codes | lost | revived |
    /// serves again after: median, longest |`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { scenario, counts, checked, .. } = self;
        let Counts { sent, acknowledged, unavailable, unanswered } = counts;
        let Checked { valid, ended, codes, lost, revived } = checked;
        let mut times = self.serves_again.clone();
        times.sort_unstable();
        let (rounds, median) = (times.len(), times.get(times.len() / 2).copied().unwrap_or_default().as_millis());
        let longest = times.last().copied().unwrap_or_default().as_millis();
        write!(f, "| {scenario} | {rounds} | {sent} | {acknowledged} | {unavailable} | {unanswered} ")?;
        write!(f, "| {valid}, {ended}, {codes} | {lost} | {revived} | {median} ms, {longest} ms |")
    }
}

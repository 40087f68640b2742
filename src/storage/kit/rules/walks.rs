//! Steps that nobody thought of: walks through the operations, always the same ones, with everything looked up at every step.

use super::Capability::Families;
use super::*;
use crate::storage::Issue;

/// How many walks, and how many steps in each.
const WALKS: u64 = 16;
const STEPS: usize = 24;

pub(in super::super) const RULES: &[Rule] = &[Rule {
    name: "whatever came before",
    sentence: "The first case that applies decides",
    needs: &[Families],
    kind: Kind::InTurn,
    scenarios: |w| (1..=WALKS).map(|seed| walk(w, seed)).collect(),
}];

/// The same numbers for the same seed, good enough to choose by (xorshift).
struct Choices(u64);

impl Choices {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 20) % end
    }
}

fn walk(w: &World, seed: u64) -> Scenario {
    let mut choices = Choices(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let (mut now, mut newest) = (0, 0);
    // Every second one in a family that descends from another, which is told to be kept for a moment only.
    let descends = seed.is_multiple_of(2);
    let family = if descends { w.descendant("f", "g") } else { w.family("f") };
    let mut steps = if descends { w.begin(0, w.family("g"), w.kept(10, Issue::new(None, None, None))) } else { Vec::new() };
    steps.extend(if choices.below(2) == 0 {
        w.begin(0, family, w.kept(200, Issue::new(Some(w.code("c", 30)), None, None)))
    } else {
        w.begin(0, family, Issue::new(Some(w.code("c", 30)), Some(w.token("a0", 0, 100)), Some(w.token("r0", 0, 400))))
    });
    for number in 0..STEPS {
        now += [0, 0, 1, 1, 9, 10, 30][index(choices.below(7))];
        // Mostly the newest refresh token: one that is older ends the family, and then little is left to see.
        let generation = match choices.below(12) {
            0 => choices.below(newest + 1),
            1 | 2 => newest.saturating_sub(1),
            _ => newest,
        };
        let generation = u32::try_from(generation).unwrap_or_default();
        let (access, refresh) = (format!("a{number}n"), w.token(&format!("r{}", generation + 1), generation + 1, 400));
        let issue = Issue::new(None, Some(w.token(&access, generation + 1, now + 20)), Some(refresh));
        steps.extend(match if number == 0 { 9 } else { choices.below(20) } {
            0..9 => {
                newest = newest.max(u64::from(generation) + 1);
                if choices.below(9) == 0 { w.rotate_once(now, generation, issue) } else { w.rotate(now, generation, issue) }
            }
            9 => w.redeem(now, Issue::new(None, Some(w.token(&access, 0, now + 20)), Some(w.token("r0", 0, 400)))),
            10 | 11 => w.revoke_access(now, &format!("a{}n", choices.below(1 + number as u64))),
            12 | 13 => w.put(now, w.request(&format!("p{number}"), now + 15)),
            14 => w.take(now, &format!("p{}", choices.below(1 + number as u64))),
            15 => w.decide(now, &format!("p{}", choices.below(1 + number as u64)), &format!("{number}")),
            16 if choices.below(4) == 0 => w.revoke(now, if choices.below(2) == 0 { "f" } else { "g" }),
            _ => w.purge(now),
        });
        let refresh_tokens = (0..=newest).map(|generation| format!(" r{generation}")).collect::<String>();
        let access_tokens = (number.saturating_sub(5)..=number).map(|number| format!(" a{number}n")).collect::<String>();
        steps.extend(w.look(now, &format!("c f g s{refresh_tokens}{access_tokens}")));
    }
    Scenario { before: steps, ..Scenario::default() }
}

fn index(choice: u64) -> usize {
    usize::try_from(choice).unwrap_or_default()
}

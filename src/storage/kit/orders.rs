//! Several callers, by turns: every order of their whole steps.

use super::rule::Scenario;
use super::step::Step;

/// Every way in which callers with so many steps each can take turns, as the caller of each step.
pub(super) fn orders(steps: &[usize]) -> Vec<Vec<usize>> {
    if steps.iter().all(|left| *left == 0) {
        return vec![Vec::new()];
    }
    let mut orders = Vec::new();
    for caller in (0..steps.len()).filter(|caller| steps[*caller] > 0) {
        let mut left = steps.to_vec();
        left[caller] -= 1;
        for mut rest in self::orders(&left) {
            rest.insert(0, caller);
            orders.push(rest);
        }
    }
    orders
}

/// How many steps each caller has.
pub(super) fn lengths(scenario: &Scenario) -> Vec<usize> {
    scenario.callers.iter().map(Vec::len).collect()
}

/// The steps of the scenario in this order.
pub(super) fn ordered(scenario: Scenario, order: &[usize]) -> Vec<(Option<usize>, Step)> {
    let Scenario { before, callers, after } = scenario;
    let mut callers: Vec<_> = callers.into_iter().map(Vec::into_iter).collect();
    let turns = order.iter().filter_map(|caller| Some((Some(*caller), callers.get_mut(*caller)?.next()?)));
    let turns: Vec<_> = turns.collect();
    let alone = |steps: Vec<Step>| steps.into_iter().map(|step| (None, step));
    alone(before).chain(turns).chain(alone(after)).collect()
}

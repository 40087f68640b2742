//! Is what is named in detail what was granted or asked for, or less (RFC 9396 section 6.1)? Only the type can tell.

use super::detail::AuthorizationDetail;
use super::types::{DetailTypes, Visit};
use crate::values::details::AuthorizationDetails;

/// Has each of the narrower ones one of the wider ones for itself that covers it? One payment does not cover two.
pub(super) fn covers<D: DetailTypes>(wider: &AuthorizationDetails, narrower: &AuthorizationDetails) -> bool {
    let candidates: Vec<Vec<usize>> = (0..narrower.len())
        .map(|other| (0..wider.len()).filter(|place| covers_one::<D>((wider, *place), (narrower, other))).collect())
        .collect();
    // Which of the narrower ones each of the wider ones is for.
    let mut takers: Vec<Option<usize>> = vec![None; wider.len()];
    (0..candidates.len()).all(|other| find_place(other, &candidates, &mut takers, &mut vec![false; wider.len()]))
}

/// Finds a place for one, and another one for whoever has it.
fn find_place(one: usize, candidates: &[Vec<usize>], takers: &mut [Option<usize>], tried: &mut [bool]) -> bool {
    for place in candidates.get(one).into_iter().flatten() {
        let (Some(tried_it), Some(taker)) = (tried.get_mut(*place), takers.get(*place).copied()) else { continue };
        if std::mem::replace(tried_it, true) {
            continue;
        }
        if taker.is_none_or(|taker| find_place(taker, candidates, takers, tried)) {
            if let Some(its) = takers.get_mut(*place) {
                *its = Some(one);
            }
            return true;
        }
    }
    false
}

type At<'a> = (&'a AuthorizationDetails, usize);

fn covers_one<D: DetailTypes>(wider: At<'_>, narrower: At<'_>) -> bool {
    let name = wider.0.type_at(wider.1);
    name == narrower.0.type_at(narrower.1) && D::visit(name, Covers { wider, narrower }).unwrap_or_default()
}

struct Covers<'a> {
    wider: At<'a>,
    narrower: At<'a>,
}

impl Visit for Covers<'_> {
    type Output = bool;

    fn visit<T: AuthorizationDetail>(self) -> bool {
        let Self { wider: (wider, place), narrower: (narrower, other) } = self;
        match (wider.at::<T>(place), narrower.at::<T>(other)) {
            (Some(wider), Some(narrower)) => wider.covers(narrower),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::{Deserialize, Serialize};
    use serde_json::json;

    #[derive(Serialize, Deserialize)]
    struct Up(u32);
    #[derive(Serialize, Deserialize)]
    struct Payment {
        up: Up,
    }
    crate::wire_name!(Payment = "payment");
    impl AuthorizationDetail for Payment {
        fn covers(&self, narrower: &Self) -> bool {
            narrower.up.0 <= self.up.0
        }
    }

    fn of(amounts: &[u32]) -> AuthorizationDetails {
        AuthorizationDetails::of_values(amounts.iter().map(|up| json!({"type": "payment", "up": up})).collect())
    }

    #[test]
    fn each_has_one_for_itself_in_whatever_order_they_are() {
        for (wider, narrower, expected) in [
            (&[5][..], &[5][..], true),
            (&[5], &[6], false),
            (&[5], &[], true),
            (&[], &[0], false),
            (&[5], &[1, 1], false),
            (&[5, 5], &[1, 1], true),
            (&[9, 1], &[1, 9], true),
            (&[9, 1, 5], &[1, 5, 8], true),
            (&[9, 1, 5], &[6, 6], false),
        ] {
            assert_eq!(covers::<(Payment,)>(&of(wider), &of(narrower)), expected, "{wider:?} {narrower:?}");
        }
    }

    #[test]
    fn what_is_of_no_type_or_cannot_be_read_covers_nothing_and_is_not_covered() {
        let odd = |value| AuthorizationDetails::of_values(vec![value]);
        for value in [json!({"type": "other"}), json!({"type": "payment", "up": -1}), json!(null), json!({})] {
            let odd = odd(value);
            assert!(!covers::<(Payment,)>(&odd, &odd) && !covers::<(Payment,)>(&of(&[9]), &odd));
        }
    }
}

//! The code that a person types (RFC 8628 section 6.1): letters that make no words and are not taken for each other, in groups.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::guesses::{LONGEST, SHORTEST};
use crate::keys::master_keys::MasterKeys;
use crate::values::bearer::TokenHash;
use crate::values::random::{NoRandomness, random};

/// "To avoid accidentally forming words, or offending ones, no vowels" (section 6.1): those 20 letters.
const ALPHABET: &[u8; 20] = b"BCDFGHJKLMNPQRSTVWXZ";
/// Letters in a group.
const GROUP: usize = 5;
/// What a person types is not longer, with what stands between the letters.
const TYPED: usize = 64;
/// What the master keys are used for here.
const PURPOSE: &str = "user codes of devices";

/// Such a code, without what stands between its groups. It is no secret for long, but not for logs either.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct UserCode(Zeroizing<String>);

impl UserCode {
    /// A random one of so many letters: each is as likely as any other.
    pub(super) fn random(letters: usize) -> Result<Self, NoRandomness> {
        let mut code = Zeroizing::new(String::with_capacity(letters));
        while code.len() < letters {
            let bytes = Zeroizing::new(random::<32>()?);
            // Of 256 values the first 240 are twelve of each letter.
            let fair = bytes.iter().filter(|byte| **byte < 240);
            let drawn = fair.filter_map(|byte| ALPHABET.get(usize::from(*byte) % ALPHABET.len()));
            let missing = letters - code.len();
            code.extend(drawn.take(missing).map(|letter| char::from(*letter)));
        }
        Ok(Self(code))
    }

    /// What a person typed, in upper or lower case, with whatever they put between the letters (section 6.1). `None` if it cannot be a
    /// code.
    pub(crate) fn parse(typed: &str) -> Option<Self> {
        if typed.len() > TYPED {
            return None;
        }
        let mut code = Zeroizing::new(String::with_capacity(LONGEST));
        for character in typed.chars() {
            match character.to_ascii_uppercase() {
                letter if u8::try_from(letter).is_ok_and(|byte| ALPHABET.contains(&byte)) => code.push(letter),
                other if other.is_alphanumeric() => return None,
                _ => {}
            }
        }
        (SHORTEST..=LONGEST).contains(&code.len()).then_some(Self(code))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// As people read it: in groups of at most five letters, of which none is much shorter.
    pub(crate) fn shown(&self) -> Zeroizing<String> {
        let groups = self.0.len().div_ceil(GROUP).max(1);
        let (least, longer) = (self.0.len() / groups, self.0.len() % groups);
        let mut shown = Zeroizing::new(String::with_capacity(self.0.len() + groups));
        let mut rest = self.0.as_str();
        for group in 0..groups {
            let (letters, after) = rest.split_at_checked(least + usize::from(group < longer)).unwrap_or((rest, ""));
            if group > 0 {
                shown.push('-');
            }
            shown.push_str(letters);
            rest = after;
        }
        shown
    }

    /// The keys under which the storage may have it, that for new ones first. A hash of so few letters hides nothing from whoever reads the
    /// database, unless it is one with a secret that is not in there: so it is, where the server has master keys. Else such a reader can
    /// find the codes of the requests that wait. That lets them decide about a request as whoever stands before the device could, with an
    /// account of their own, within its ten minutes; and no more, since tokens go to whoever has the device's code, which has 256 bits.
    pub(crate) fn keys(&self, master_keys: Option<&MasterKeys>) -> Vec<TokenHash> {
        let Some(master_keys) = master_keys else { return vec![TokenHash::of_pair("user code", &self.0)] };
        let keyed = master_keys.library_subkeys::<32>(PURPOSE).filter_map(|key| {
            // An HMAC takes a key of any length; the error type is there for other MACs.
            let mut mac = Hmac::<Sha256>::new_from_slice(&*key).ok()?;
            mac.update(self.0.as_bytes());
            Some(TokenHash::from_bytes(mac.finalize().into_bytes().into()))
        });
        keyed.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;

    // shows: RFC8628-6.1-01, RFC8628-6.1-02
    #[test]
    fn it_is_read_however_it_is_typed_and_what_cannot_be_one_is_none() {
        for typed in ["WDJB-MJHT", "wdjbmjht", " wdjb  mjht ", "WdJb.MjHt", "(WDJB)_MJHT!", "W-D-J-B-M-J-H-T", "wdjb\u{2011}mjht"]
        {
            assert_eq!(UserCode::parse(typed).unwrap().as_str(), "WDJBMJHT", "{typed}");
        }
        let long = "B".repeat(65);
        for typed in
            ["", "-", "WDJB-MJH", "WDJB-MJHA", "WDJB-MJH0", "WDJB-MJHT\u{e9}", "BCDFGHJKLMNPQR", &long, "WDJB MJH\u{42f}"]
        {
            assert!(UserCode::parse(typed).is_none(), "{typed}");
        }
    }

    #[test]
    fn it_is_shown_in_groups_and_read_again() {
        for (letters, shown) in [(8, 9), (9, 10), (10, 11), (11, 13), (12, 14), (13, 15)] {
            let code = UserCode::random(letters).unwrap();
            assert_eq!(code.shown().len(), shown);
            assert!(code.shown().split('-').all(|group| (3..=5).contains(&group.len())), "{}", *code.shown());
            assert!(UserCode::parse(&code.shown()).unwrap() == code);
        }
    }

    #[test]
    fn each_letter_is_as_likely_as_any_other() {
        let mut seen: HashMap<char, u32> = HashMap::new();
        for _ in 0..5_000 {
            for letter in UserCode::random(8).unwrap().as_str().chars() {
                *seen.entry(letter).or_default() += 1;
            }
        }
        // 2,000 of each are expected, with a deviation of 44.
        assert!(seen.len() == 20 && seen.values().all(|count| (1_700..2_300).contains(count)), "{seen:?}");
    }

    #[test]
    fn under_master_keys_the_storage_has_it_under_their_keys() {
        let master = |first: u8| MasterKeys::from_bytes(&std::array::from_fn::<u8, 32, _>(|place| first + place as u8)).unwrap();
        let code = UserCode::parse("WDJB-MJHT").unwrap();
        let (plain, old) = (code.keys(None), code.keys(Some(&master(1))));
        let both = code.keys(Some(&master(100).and_before(master(1)).unwrap()));
        assert!(plain.len() == 1 && old.len() == 1 && both.len() == 2);
        assert!(plain[0] != old[0] && both[1] == old[0] && both[0] != old[0]);
    }
}

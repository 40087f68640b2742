//! Nonces that a server gives its clients (RFC 9449 sections 8 and 9). Nothing of them is stored: each says when it was made, under a
//! MAC with a key that all instances derive from their master keys. So all give the same one for a minute, and each knows those of the
//! others.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use http::HeaderValue;
use sha2::Sha256;
use subtle::ConstantTimeEq as _;
use url::Url;
use zeroize::Zeroizing;

use crate::keys::master_keys::MasterKeys;
use crate::values::clock::Timestamp;

/// What the master keys are used for here.
const PURPOSE: &str = "DPoP nonces";
/// A new one is given each so many seconds.
const STEP: u64 = 60;
/// And is good for so many of these, beside the one in which it was made.
const STEPS: u64 = 4;
/// Bytes of the number of a step, and of the MAC.
const NUMBER: usize = 8;
const MAC: usize = 16;
/// Characters of a nonce.
const TEXT: usize = (NUMBER + MAC) / 3 * 4;

/// What a nonce is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NonceState {
    /// The one that is given now, or by an instance whose clock is ahead.
    Newest,
    /// Good, and there is a newer one.
    Older,
    /// None of this server, or too old.
    Unknown,
}

/// The nonces of one server.
#[derive(Clone)]
pub(crate) struct Nonces {
    /// One of each master key; the first makes new ones.
    keys: Box<[Zeroizing<[u8; 32]>]>,
    /// Whose they are. Clients keep one for each origin, so what is at one origin shares them, and those of another are none, though both
    /// have the same master keys.
    origin: Box<str>,
}

impl Nonces {
    /// Those of the server at this URL.
    pub(crate) fn new(keys: &MasterKeys, url: &str) -> Self {
        let origin = Url::parse(url).map_or_else(|_| url.to_owned(), |url| url.origin().ascii_serialization());
        Self { keys: keys.library_subkeys(PURPOSE).collect(), origin: origin.into() }
    }

    /// The one that is given now. `None` where there are no keys, which nobody can make.
    pub(crate) fn newest(&self, now: Timestamp) -> Option<HeaderValue> {
        let key = self.keys.first()?;
        let text = self.text(key, now.as_unix() / STEP);
        HeaderValue::from_str(&text).ok()
    }

    pub(crate) fn state(&self, nonce: &str, now: Timestamp) -> NonceState {
        let current = now.as_unix() / STEP;
        let Some(step) = number(nonce) else { return NonceState::Unknown };
        if step > current.saturating_add(1) || step.saturating_add(STEPS) < current {
            return NonceState::Unknown;
        }
        let is_of = |key: &Zeroizing<[u8; 32]>| bool::from(self.text(key, step).as_bytes().ct_eq(nonce.as_bytes()));
        match self.keys.iter().position(is_of) {
            // By a key that is about to go it is not the newest.
            Some(0) if step >= current => NonceState::Newest,
            Some(_) => NonceState::Older,
            None => NonceState::Unknown,
        }
    }

    fn text(&self, key: &Zeroizing<[u8; 32]>, step: u64) -> String {
        // A key of 32 bytes, filled up to a block as RFC 2104 says.
        let mut block = Zeroizing::new([0; 64]);
        block[..32].copy_from_slice(&**key);
        let mut mac = Hmac::<Sha256>::new((&*block).into());
        mac.update(&step.to_be_bytes());
        mac.update(self.origin.as_bytes());
        let mut bytes = [0; NUMBER + MAC];
        bytes[..NUMBER].copy_from_slice(&step.to_be_bytes());
        bytes[NUMBER..].copy_from_slice(&mac.finalize().into_bytes()[..MAC]);
        URL_SAFE_NO_PAD.encode(bytes)
    }
}

/// In which step it says that it was made.
fn number(nonce: &str) -> Option<u64> {
    if nonce.len() != TEXT {
        return None;
    }
    let bytes = URL_SAFE_NO_PAD.decode(nonce).ok()?;
    bytes.first_chunk().copied().map(u64::from_be_bytes)
}

impl fmt::Debug for Nonces {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Nonces").field("origin", &self.origin).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(first: u8) -> MasterKeys {
        MasterKeys::from_bytes(&std::array::from_fn::<u8, 32, _>(|at| first.wrapping_add(7 * at as u8))).unwrap()
    }

    fn at(seconds: u64) -> Timestamp {
        Timestamp::from_unix(1_700_000_040 + seconds)
    }

    fn text(nonces: &Nonces, now: Timestamp) -> String {
        nonces.newest(now).unwrap().to_str().unwrap().to_owned()
    }

    // shows: RFC9449-8-03, RFC9449-8-06, RFC9449-8.1-01, RFC9449-9-02, RFC9449-11.1-03
    #[test]
    fn a_nonce_is_good_for_minutes_at_every_instance_and_at_no_other_server() {
        // Another instance, and an API at the same origin: a client keeps one nonce for both.
        let [one, another] = ["https://as.example.com", "https://as.example.com:443/api"].map(|url| Nonces::new(&keys(1), url));
        let nonce = text(&one, at(0));
        assert_eq!(nonce, text(&another, at(0)));
        assert!(nonce.bytes().all(|byte| matches!(byte, 0x21 | 0x23..=0x5b | 0x5d..=0x7e)));
        for (seconds, state) in
            [(0, NonceState::Newest), (60, NonceState::Older), (240, NonceState::Older), (300, NonceState::Unknown)]
        {
            assert_eq!(another.state(&nonce, at(seconds)), state, "{seconds}");
        }
        // Of an instance whose clock is ahead, by less than a minute.
        assert_eq!(another.state(&text(&one, at(60)), at(0)), NonceState::Newest);
        assert_eq!(another.state(&text(&one, at(180)), at(0)), NonceState::Unknown);
        for others in [Nonces::new(&keys(2), "https://as.example.com"), Nonces::new(&keys(1), "https://api.example.com")] {
            assert_eq!(others.state(&nonce, at(0)), NonceState::Unknown);
            assert_ne!(text(&others, at(0)), nonce);
        }
    }

    #[test]
    fn each_master_key_counts_and_the_first_makes_new_ones() {
        let (old, new) = (Nonces::new(&keys(1), "x"), Nonces::new(&keys(2), "x"));
        let both = Nonces::new(&keys(2).and_before(keys(1)).unwrap(), "x");
        assert_eq!(text(&both, at(0)), text(&new, at(0)));
        assert_eq!(both.state(&text(&old, at(0)), at(0)), NonceState::Older);
        assert_eq!(both.state(&text(&new, at(0)), at(0)), NonceState::Newest);
    }

    #[test]
    fn what_is_made_up_is_none() {
        let nonces = Nonces::new(&keys(1), "x");
        let nonce = text(&nonces, at(0));
        for at_byte in 0..nonce.len() {
            let mut changed = nonce.clone().into_bytes();
            changed[at_byte] = if changed[at_byte] == b'A' { b'B' } else { b'A' };
            assert_eq!(nonces.state(std::str::from_utf8(&changed).unwrap(), at(0)), NonceState::Unknown, "{at_byte}");
        }
        for made_up in ["", "x", &nonce[1..], &format!("{nonce}A"), &"\u{e9}".repeat(16), &"~".repeat(32)] {
            assert_eq!(nonces.state(made_up, at(0)), NonceState::Unknown, "{made_up}");
        }
        assert!(!format!("{nonces:?}").contains(&nonce));
    }
}

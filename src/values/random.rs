//! Random bytes. Each request draws its own from the operating system, in one call, and nothing is kept for the next.
//!
//! A generator in the process, or bytes in reserve, would be ten times quicker, and unsound: a fork, and a virtual machine that
//! is restored from a snapshot, copy the memory, and both copies go on with the same tokens. A fork shows in the process
//! identifier (which takes a system call to ask); that a snapshot was restored nothing in a process can see in time. The
//! kernel can: the hypervisor tells it (VM Generation ID), and it seeds its generator anew. So whatever is sound is the
//! kernel's answer or a call of it.
//!
//! What the call takes, on the machine where this was decided: 0.36 µs for up to 32 bytes, 0.52 for up to 64 (the thread's
//! generator: 0.02 and 0.04), and in the vDSO, where Linux from 6.11 on has it and the C library uses it (glibc from 2.41 on),
//! 0.11 and 0.20. Sixteen bytes cost as much as 32, so mixing a few of them into a generator of our own would save nothing;
//! drawing twice what fits into 64 bytes costs 0.2 µs more than drawing once.

use std::fmt;

use rand::TryRng as _;
use rand::rngs::{SysError, SysRng};
use zeroize::Zeroizing;

use crate::values::clock::Timestamp;
use crate::values::error::{OAuthError, StoreError};

/// Bytes of a [`moment`].
pub(crate) const MOMENT: usize = 3;
/// What one call draws: two tokens, or a token with its family.
const DRAWN: usize = 64;
/// The same where little is needed: what makes a JWT unique, with its family.
const FEW: usize = 32;

/// The second, modulo 2^24 (194 days): of what is made now, the keys begin alike.
fn moment(now: Timestamp) -> [u8; MOMENT] {
    let [.., a, b, c] = now.as_unix().to_be_bytes();
    [a, b, c]
}

/// Fills an array from the operating system.
pub(crate) fn random<const N: usize>() -> Result<[u8; N], NoRandomness> {
    let mut bytes = [0; N];
    SysRng.try_fill_bytes(&mut bytes)?;
    Ok(bytes)
}

/// The randomness of what is made at one moment. Lives no longer than the making: not until the next request, and not while
/// something is awaited. Erased when dropped.
#[doc(hidden)]
pub struct Draw {
    now: Timestamp,
    bytes: Zeroizing<[u8; DRAWN]>,
    /// How many of the bytes, from the front, nobody has had yet.
    left: usize,
    /// How many a call draws.
    at_once: usize,
}

impl Draw {
    /// Draws nothing yet.
    pub(crate) fn at(now: Timestamp) -> Self {
        Self { now, bytes: Zeroizing::new([0; DRAWN]), left: 0, at_once: DRAWN }
    }

    /// The same, where no more than 32 bytes are expected to be needed: the call takes less time for those.
    pub(crate) fn few_at(now: Timestamp) -> Self {
        Self { at_once: FEW, ..Self::at(now) }
    }

    pub(crate) const fn now(&self) -> Timestamp {
        self.now
    }

    pub(crate) fn moment(&self) -> [u8; MOMENT] {
        moment(self.now)
    }

    /// Bytes that nobody else gets: not more than one call draws.
    pub(crate) fn fill(&mut self, into: &mut [u8]) -> Result<(), NoRandomness> {
        if self.left < into.len() {
            let drawn = if into.len() > self.at_once { DRAWN } else { self.at_once };
            SysRng.try_fill_bytes(&mut self.bytes[..drawn])?;
            self.left = drawn;
        }
        self.left -= into.len();
        into.copy_from_slice(&self.bytes[self.left..][..into.len()]);
        Ok(())
    }

    /// Random bytes behind the moment, for keys.
    pub(crate) fn key<const N: usize>(&mut self) -> Result<[u8; N], NoRandomness> {
        const { assert!(MOMENT <= N && N <= DRAWN) };
        let mut bytes = [0; N];
        self.fill(&mut bytes)?;
        bytes[..MOMENT].copy_from_slice(&self.moment());
        Ok(bytes)
    }
}

impl fmt::Debug for Draw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Draw").field("now", &self.now).finish_non_exhaustive()
    }
}

/// The operating system gave no random bytes: on Linux, where a sandbox forbids both the call and `/dev/urandom`.
#[derive(Debug, thiserror::Error)]
#[error("the operating system gave no random bytes")]
#[doc(hidden)]
pub struct NoRandomness(#[from] SysError);

// rustc shows this line where a store uses `?` on an error of its database.
#[rustfmt::skip]
impl From<NoRandomness> for StoreError { // Other errors: `.map_err(StoreError::failed)?`, or `StoreError::Unavailable`.
    fn from(error: NoRandomness) -> Self {
        Self::failed(error)
    }
}

impl From<NoRandomness> for OAuthError {
    fn from(error: NoRandomness) -> Self {
        tracing::error!(detail = %error.0, "the operating system gave no random bytes");
        Self::unexpected()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::values::error::ErrorCode;

    const NOW: Timestamp = Timestamp::from_unix(1_800_000_000);

    #[test]
    fn no_byte_is_given_out_twice() {
        let mut seen = HashSet::new();
        for _ in 0..50 {
            for mut draw in [Draw::at(NOW), Draw::few_at(NOW)] {
                for _ in 0..5 {
                    let (mut long, mut short, mut longest) = ([0; 32], [0; 16], [0; 64]);
                    draw.fill(&mut long).unwrap();
                    draw.fill(&mut short).unwrap();
                    draw.fill(&mut longest).unwrap();
                    for eight in long.chunks(8).chain(short.chunks(8)).chain(longest.chunks(8)) {
                        assert!(seen.insert(eight.to_vec()));
                    }
                }
            }
        }
    }

    #[test]
    fn without_randomness_it_is_a_server_error_that_says_nothing() {
        let error = OAuthError::from(NoRandomness(SysError::UNEXPECTED));
        assert_eq!(error.code(), ErrorCode::ServerError);
        assert!(!error.description().contains("random"));
        assert!(matches!(StoreError::from(NoRandomness(SysError::UNEXPECTED)), StoreError::Failed(_)));
    }

    #[test]
    fn keys_begin_with_the_moment() {
        let (mut draw, mut later) = (Draw::at(NOW), Draw::at(NOW.saturating_add_secs(1)));
        let (one, other, third): ([u8; 16], [u8; 16], [u8; 16]) =
            (draw.key().unwrap(), draw.key().unwrap(), later.key().unwrap());
        assert!(one[..3] == other[..3] && one[3..] != other[3..]);
        assert_ne!(one[..3], third[..3]);
    }
}

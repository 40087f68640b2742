//! argon2id with the parameters that OWASP recommends (19 MiB, 2 passes, 1 lane), in the usual PHC string.

use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;

use crate::values::equal::equal;
use crate::values::random::random;

const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;
/// No secret has this hash that anybody could find.
const NOBODYS: [u8; 32] = [0; 32];
/// What a stored hash may ask for at most, so that a corrupt row cannot take all memory: 128 MiB for each thread of the pool.
const MAX_MEMORY_KIB: u32 = 1 << 17;
const MAX_PASSES: u32 = 16;
const MAX_LANES: u32 = 16;

#[derive(Clone)]
pub(super) struct ArgonHash {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
    salt: [u8; 16],
    hash: [u8; 32],
}

impl ArgonHash {
    pub(super) fn of(secret: &str) -> Self {
        // Without randomness, or (with fixed, valid parameters) without memory, it is the hash of no secret.
        let Ok(salt) = random() else { return Self::dummy() };
        let hash = Self { salt, ..Self::dummy() };
        Self { hash: hash.compute(secret).unwrap_or(NOBODYS), ..hash }
    }

    /// Costs as much as any other hash, and matches nothing.
    pub(super) fn dummy() -> Self {
        Self { memory_kib: MEMORY_KIB, passes: PASSES, lanes: LANES, salt: [0x5a; 16], hash: NOBODYS }
    }

    /// Is it the hash of this secret? Takes the time and memory that the parameters say, whatever the answer; `None` if there is
    /// not that much memory, which says nothing about the secret.
    pub(super) fn matches(&self, secret: &str) -> Option<bool> {
        self.compute(secret).map(|computed| equal(&computed, &self.hash))
    }

    /// Fails as a hash does for which there is no memory.
    #[cfg(test)]
    pub(super) fn incomputable() -> Self {
        Self { memory_kib: 0, ..Self::dummy() }
    }

    fn compute(&self, secret: &str) -> Option<[u8; 32]> {
        let params = Params::new(self.memory_kib, self.passes, self.lanes, Some(32)).ok()?;
        let mut output = [0; 32];
        let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        argon.hash_password_into(secret.as_bytes(), &self.salt, &mut output).ok()?;
        Some(output)
    }

    pub(super) fn to_text(&self) -> String {
        let Self { memory_kib, passes, lanes, salt, hash } = self;
        let (salt, hash) = (STANDARD_NO_PAD.encode(salt), STANDARD_NO_PAD.encode(hash));
        format!("$argon2id$v=19$m={memory_kib},t={passes},p={lanes}${salt}${hash}")
    }

    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut parts = text.strip_prefix("$argon2id$v=19$")?.split('$');
        let (parameters, salt, hash) = (parts.next()?, parts.next()?, parts.next()?);
        let mut parameters = parameters.split(',');
        let mut number = |prefix: &str, max: u32| {
            let number: u32 = parameters.next()?.strip_prefix(prefix)?.parse().ok()?;
            (number <= max).then_some(number)
        };
        let (memory_kib, passes, lanes) = (number("m=", MAX_MEMORY_KIB)?, number("t=", MAX_PASSES)?, number("p=", MAX_LANES)?);
        let salt = STANDARD_NO_PAD.decode(salt).ok()?.try_into().ok()?;
        let hash = STANDARD_NO_PAD.decode(hash).ok()?.try_into().ok()?;
        let complete = parts.next().is_none() && parameters.next().is_none();
        // The library has lower bounds of its own.
        Params::new(memory_kib, passes, lanes, Some(32)).ok().filter(|_| complete)?;
        Some(Self { memory_kib, passes, lanes, salt, hash })
    }
}

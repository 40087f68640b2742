//! Which `sid` a client gets to see of a sign-in (OpenID Connect Back-Channel Logout section 2.1).
//!
//! A client with public subjects sees the session's identifier: it knows the person by a name that others know, too. Of one with pairwise
//! subjects the identifier is sealed for its sector, as two such clients would else tell by it that they have the same person (OpenID
//! Connect Core section 8.1). Sealed, and not hashed: an ID token that comes back has to lead to its session.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use zeroize::Zeroizing;

use crate::client::{Client, SubjectType};
use crate::core::Core;
use crate::keys::hkdf;
use crate::storage::FamilyId;
use crate::values::equal::equal;
use crate::values::error::OAuthError;

/// What the server's master keys are used for here.
const PURPOSE: &str = "pairwise sid";

/// Bytes of the identifier of a session, and of the proof that stands before it.
const LEN: usize = 16;

/// The `sid` of the session for the client: the same in its ID tokens and in its logout tokens.
///
/// # Errors
///
/// `server_error` if the client is pairwise and it cannot be sealed: rules and registration keep that from happening.
pub(in crate::feature) fn of<S>(core: &Core<S>, client: &Client, session: &FamilyId) -> Result<String, OAuthError> {
    match client.subject_type() {
        SubjectType::Public => Ok(session.to_string()),
        SubjectType::Pairwise => {
            let Some(key) = key(core, client) else {
                tracing::error!(client_id = %client.id(), "no pairwise sid can be made: there is no sector, or no master key");
                return Err(OAuthError::unexpected());
            };
            Ok(URL_SAFE_NO_PAD.encode(key.seal(session.as_bytes())))
        }
    }
}

/// The session of which the client was told this.
pub(in crate::feature) fn session<S>(core: &Core<S>, client: &Client, sid: &str) -> Option<FamilyId> {
    match client.subject_type() {
        SubjectType::Public => sid.parse().ok(),
        SubjectType::Pairwise => {
            let sealed = URL_SAFE_NO_PAD.decode(sid).ok()?;
            key(core, client)?.open(sealed.as_slice().try_into().ok()?).map(FamilyId::from_bytes)
        }
    }
}

/// That of the client's sector, by the last master key, as its subjects are.
fn key<S>(core: &Core<S>, client: &Client) -> Option<SectorKey> {
    let key = core.master_keys.as_ref()?.library_subkeys::<32>(PURPOSE).last()?;
    // Neither an issuer nor a host has a NUL.
    let about = [core.issuer.as_str(), client.sector()?].join("\0");
    Some(SectorKey(hkdf::expand::<32>(&key, about.as_bytes())))
}

/// Seals what is 128 bits long, always in the same way: the proof is a keyed hash of it, and what hides it one of the proof, as in RFC 5297
/// (which has AES for both). Nothing else has the same proof, so no two are hidden by the same bits.
struct SectorKey(Zeroizing<[u8; 32]>);

impl SectorKey {
    fn seal(&self, plain: &[u8; LEN]) -> [u8; 2 * LEN] {
        let proof = self.keyed(b"proof", plain);
        let hidden = xor(plain, &self.keyed(b"cover", &proof));
        let mut sealed = [0; 2 * LEN];
        let (first, second) = sealed.split_at_mut(LEN);
        first.copy_from_slice(&*proof);
        second.copy_from_slice(&hidden);
        sealed
    }

    fn open(&self, sealed: &[u8; 2 * LEN]) -> Option<[u8; LEN]> {
        let (proof, hidden) = sealed.split_first_chunk::<LEN>()?;
        let plain = xor(hidden.first_chunk()?, &self.keyed(b"cover", proof));
        equal(&*self.keyed(b"proof", &plain), proof).then_some(plain)
    }

    fn keyed(&self, purpose: &[u8; 5], about: &[u8; LEN]) -> Zeroizing<[u8; LEN]> {
        hkdf::expand(&self.0, &[&purpose[..], about].concat())
    }
}

fn xor(one: &[u8; LEN], other: &[u8; LEN]) -> [u8; LEN] {
    std::array::from_fn(|place| one[place] ^ other[place])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_sealed_is_opened_with_the_same_key_and_nothing_else_is() {
        let (one, other) = (SectorKey(Zeroizing::new([1; 32])), SectorKey(Zeroizing::new([2; 32])));
        let sealed = one.seal(&[7; LEN]);
        assert_eq!((one.seal(&[7; LEN]), one.open(&sealed)), (sealed, Some([7; LEN])));
        assert_eq!(other.open(&sealed), None);
        assert!(other.seal(&[7; LEN]) != sealed && one.seal(&[8; LEN]) != sealed);
        for place in 0..sealed.len() {
            let mut changed = sealed;
            changed[place] ^= 1;
            assert_eq!(one.open(&changed), None, "{place}");
        }
    }
}

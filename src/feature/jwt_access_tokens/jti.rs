//! The `jti` of an access token (RFC 7519 section 4.1.7): the authorization from which it descends, its generation, and what makes it
//! unique. It is no secret.
//!
//! It is there and not in a private claim because all three identify the token, for this server and for nobody else: whoever else reads
//! it compares it byte by byte and finds no name that seems to mean something, and an application has all names to itself that are not
//! registered.

use crate::storage::FamilyId;
use crate::values::bearer::Bearer;
use crate::values::json::{Name, Object};

/// Characters of the random text: 4 that are the moment, and 18 with 108 bits.
const RANDOM: usize = 22;
/// Bytes that those characters are, whole or in part.
pub(super) const RANDOM_BYTES: usize = 14;

/// The identifier of a new token: `<family>.<generation>.<random>`.
pub(super) fn write(members: &mut Object, name: Name, family: FamilyId, generation: u32, fresh: &Bearer) {
    let (random, _) = fresh.as_bytes().split_at(RANDOM);
    let mut digits = itoa::Buffer::new();
    members.plain_of(name, [&family.text(), b".", digits.format(generation).as_bytes(), b".", random]);
}

/// The authorization and its generation, if it is an identifier of this form.
pub(crate) fn read(jti: &str) -> Option<(FamilyId, u32)> {
    let mut parts = jti.splitn(3, '.');
    let (family, generation, _random) = (parts.next()?, parts.next()?, parts.next()?);
    Some((family.parse().ok()?, generation.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::values::clock::Timestamp;
    use crate::values::json::{self, name};
    use crate::values::random::Draw;

    #[test]
    fn it_names_the_authorization_and_differs_each_time() {
        let draw = &mut Draw::at(Timestamp::from_unix(1_800_000_000));
        let family = FamilyId::from_bytes([7; 16]);
        let fresh = [Bearer::generate(draw).unwrap(), Bearer::generate(draw).unwrap()];
        let written = |fresh: &Bearer| {
            let text = json::text(0, |members| write(members, name!("jti"), family, 4_000_000_000, fresh));
            let object: serde_json::Value = serde_json::from_slice(&text).unwrap();
            object["jti"].as_str().unwrap().to_owned()
        };
        let [one, other] = fresh.each_ref().map(written);
        assert_ne!(one, other);
        for (jti, fresh) in [&one, &other].into_iter().zip(&fresh) {
            assert_eq!(read(jti), Some((family, 4_000_000_000)));
            assert!(!jti.contains(fresh.as_str()) && jti.len() == 22 + 1 + 10 + 1 + RANDOM, "{jti}");
        }
    }

    #[test]
    fn others_are_none_of_ours() {
        let family = FamilyId::from_bytes([7; 16]).to_string();
        for jti in ["", "a", "a.1.x", "..", &format!("{family}.1"), &format!("{family}.-1.x"), &format!("{family}..x"), &family] {
            assert_eq!(read(jti), None, "{jti}");
        }
        assert_eq!(read(&format!("{family}.4294967296.x")), None);
    }
}

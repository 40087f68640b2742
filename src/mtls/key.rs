//! Certificates and keys that clients register as JWKs (RFC 8705 section 2.2.2): those of a record or of a document, read as far as
//! needed to say whether a certificate is among them.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::Value;
use x509_cert::der::asn1::{ObjectIdentifier, UintRef};
use x509_cert::der::{Decode as _, Reader as _, SliceReader};
use x509_cert::spki::SubjectPublicKeyInfoOwned;

use super::ClientCertificate;

const RSA: &str = "1.2.840.113549.1.1.1";
/// RFC 4055 section 1.2: the same key, for one kind of signature.
const RSA_PSS: &str = "1.2.840.113549.1.1.10";
const EC: &str = "1.2.840.10045.2.1";
/// The names of RFC 7518 section 6.2.1.1.
const CURVES: &[(&str, &str)] = &[("P-256", "1.2.840.10045.3.1.7"), ("P-384", "1.3.132.0.34"), ("P-521", "1.3.132.0.35")];
/// Those of RFC 8037 section 2 that sign.
const EDWARDS: &[(&str, &str)] = &[("Ed25519", "1.3.101.112"), ("Ed448", "1.3.101.113")];
/// FAPI 2.0 Security Profile section 5.4.1; RFC 7518 section 3.3 has the first one, too.
const MIN_RSA_BITS: usize = 2048;
const MIN_CURVE_BITS: usize = 224;
/// How many keys of a set are looked at.
const MAX_KEYS: usize = 64;

/// Is the certificate one of those of the JWK Set?
pub(crate) fn set_has(set: &Value, certificate: &ClientCertificate) -> bool {
    keys(set).any(|jwk| Registered::of(jwk).is_some_and(|registered| registered.is(certificate)))
}

fn keys(set: &Value) -> impl Iterator<Item = &Value> {
    set.get("keys").and_then(Value::as_array).into_iter().flatten().take(MAX_KEYS)
}

/// What a JWK says of the certificate of a client.
pub(crate) enum Registered<'a> {
    /// The certificate itself (`x5c`, RFC 7517 section 4.7): the first of the chain, in DER.
    Certificate { der: Vec<u8>, jwk: &'a Value },
    /// Its thumbprint (`x5t#S256`, section 4.9).
    Thumbprint(&'a str),
    /// The public key alone: any certificate for it.
    Key(&'a Value),
}

impl<'a> Registered<'a> {
    /// `None` if it has a certificate that cannot be read, or a key that is for nothing but encryption.
    pub(crate) fn of(jwk: &'a Value) -> Option<Self> {
        if let Some(chain) = jwk.get("x5c") {
            let text = chain.get(0)?.as_str().filter(|text| text.len() <= ClientCertificate::MAX_LEN * 2)?;
            return Some(Self::Certificate { der: STANDARD.decode(text).ok()?, jwk });
        }
        if let Some(thumbprint) = jwk.get("x5t#S256") {
            return thumbprint.as_str().map(Self::Thumbprint);
        }
        jwk.get("use").is_none_or(|usage| usage == "sig").then_some(Self::Key(jwk))
    }

    fn is(&self, certificate: &ClientCertificate) -> bool {
        match self {
            Self::Certificate { der, .. } => certificate.is_der(der),
            Self::Thumbprint(thumbprint) => certificate.has_thumbprint(thumbprint),
            Self::Key(jwk) => is_key(jwk, certificate.key()),
        }
    }

    /// Could a certificate ever be this one? One that is registered has to be for the key of its JWK (RFC 7517 section 4.7).
    pub(crate) fn is_usable(&self) -> bool {
        match self {
            Self::Certificate { der, jwk } => {
                ClientCertificate::unverified(der).is_ok_and(|certificate| is_key(jwk, certificate.key()))
            }
            Self::Thumbprint(thumbprint) => bytes(thumbprint).is_some_and(|hash| hash.len() == 32),
            Self::Key(jwk) => match jwk.get("kty").and_then(Value::as_str) {
                Some("RSA") => jwk.get("n").and_then(Value::as_str).and_then(bytes).is_some_and(|n| bits(&n) >= MIN_RSA_BITS),
                kind => matches!(kind, Some("EC" | "OKP")),
            },
        }
    }

    /// Is one of the set usable?
    pub(crate) fn any_usable(set: &Value) -> bool {
        keys(set).any(|jwk| Registered::of(jwk).is_some_and(|registered| registered.is_usable()))
    }
}

/// Is it the public key of the JWK?
fn is_key(jwk: &Value, key: &SubjectPublicKeyInfoOwned) -> bool {
    let text = |name: &str| jwk.get(name).and_then(Value::as_str);
    let same = match text("kty") {
        Some("RSA") => text("n").zip(text("e")).map(|(n, e)| is_rsa(n, e, key)),
        Some("EC") => text("crv").zip(text("x").zip(text("y"))).map(|(curve, (x, y))| is_point(curve, x, y, key)),
        Some("OKP") => text("crv").zip(text("x")).map(|(curve, x)| is_edwards(curve, x, key)),
        _ => None,
    };
    same.flatten().unwrap_or(false)
}

fn bytes(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

fn number(names: &[(&str, &str)], name: &str) -> Option<ObjectIdentifier> {
    let (_, number) = names.iter().find(|(known, _)| *known == name)?;
    ObjectIdentifier::new(number).ok()
}

fn is_algorithm(key: &SubjectPublicKeyInfoOwned, number: &str) -> bool {
    ObjectIdentifier::new(number).is_ok_and(|number| key.algorithm.oid == number)
}

/// Is the key of a certificate one that nobody finds? Of algorithms that are neither RSA nor on a named curve: the TLS layer knows.
pub(super) fn is_strong(key: &SubjectPublicKeyInfoOwned) -> bool {
    let Some(der) = key.subject_public_key.as_bytes() else { return false };
    if is_algorithm(key, RSA) || is_algorithm(key, RSA_PSS) {
        return rsa(der).is_some_and(|(modulus, _)| bits(modulus.as_bytes()) >= MIN_RSA_BITS);
    }
    // RFC 5480 section 2.2: uncompressed or compressed, and nothing else.
    let coordinate = match der {
        [4, both @ ..] => both.len() / 2,
        [2 | 3, one @ ..] => one.len(),
        _ => 0,
    };
    !is_algorithm(key, EC) || coordinate * 8 >= MIN_CURVE_BITS
}

/// Of a number, the most significant byte first.
fn bits(number: &[u8]) -> usize {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    let first = number.get(zeros).map_or(0, |byte| byte.leading_zeros() as usize);
    (number.len() - zeros) * 8 - first
}

fn is_rsa(n: &str, e: &str, key: &SubjectPublicKeyInfoOwned) -> Option<bool> {
    let (n, e) = (bytes(n)?, bytes(e)?);
    let (modulus, exponent) = rsa(key.subject_public_key.as_bytes()?)?;
    Some(is_algorithm(key, RSA) && modulus.as_bytes() == n && exponent.as_bytes() == e)
}

/// RFC 8017 appendix A.1.1: `SEQUENCE { modulus INTEGER, publicExponent INTEGER }`.
fn rsa(der: &[u8]) -> Option<(UintRef<'_>, UintRef<'_>)> {
    let mut reader = SliceReader::new(der).ok()?;
    let numbers = reader.sequence(|reader| Ok::<_, x509_cert::der::Error>((UintRef::decode(reader)?, UintRef::decode(reader)?)));
    numbers.ok().filter(|_| reader.is_finished())
}

/// RFC 5480 section 2.2: the uncompressed point.
fn is_point(curve: &str, x: &str, y: &str, key: &SubjectPublicKeyInfoOwned) -> Option<bool> {
    let (curve, x, y) = (number(CURVES, curve)?, bytes(x)?, bytes(y)?);
    let named: ObjectIdentifier = key.algorithm.parameters.as_ref()?.decode_as().ok()?;
    let point = key.subject_public_key.as_bytes()?;
    let same = x.len() == y.len() && point == [&[4], &*x, &*y].concat();
    Some(is_algorithm(key, EC) && named == curve && same)
}

/// RFC 8410 section 4.
fn is_edwards(curve: &str, x: &str, key: &SubjectPublicKeyInfoOwned) -> Option<bool> {
    Some(key.algorithm.oid == number(EDWARDS, curve)? && key.subject_public_key.as_bytes()? == bytes(x)?)
}

#[cfg(test)]
mod tests {
    use x509_cert::der::asn1::BitString;
    use x509_cert::spki::AlgorithmIdentifierOwned;

    use super::*;

    #[test]
    fn a_point_in_a_form_that_certificates_do_not_have_is_no_key() {
        for (form, coordinates, bytes, strong) in
            [(4, 2, 32, true), (4, 2, 24, false), (2, 1, 32, true), (3, 1, 24, false), (6, 2, 24, false), (7, 2, 32, false)]
        {
            let point = [&[form][..], &vec![1; coordinates * bytes]].concat();
            let algorithm = AlgorithmIdentifierOwned { oid: ObjectIdentifier::new(EC).unwrap(), parameters: None };
            let subject_public_key = BitString::from_bytes(&point).unwrap();
            let key = SubjectPublicKeyInfoOwned { algorithm, subject_public_key };
            assert_eq!(is_strong(&key), strong, "{form} {bytes}");
        }
    }
}

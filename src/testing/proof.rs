//! How a client proves who it is.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::client::encode;
use crate::values::issuer::Issuer;

/// What a client proves itself with.
pub(super) enum Proof {
    Nothing,
    Secret(String),
    #[cfg(feature = "jose")]
    Key(Box<assertion::Key>),
}

type Fields = Vec<(&'static str, String)>;

impl Proof {
    #[cfg(feature = "jose")]
    pub(super) fn key(key: crate::jose::KeyPair, clock: impl crate::values::clock::Clock) -> Self {
        Self::Key(Box::new(assertion::Key::new(key, clock)))
    }

    /// The `Authorization` header, and the parameters.
    #[cfg_attr(not(feature = "jose"), allow(unused_variables, reason = "assertions name it"))]
    pub(super) fn of(&self, id: &str, issuer: &Issuer) -> (Option<String>, Fields) {
        match self {
            Self::Nothing => (None, vec![("client_id", id.to_owned())]),
            Self::Secret(secret) => {
                (Some(format!("Basic {}", STANDARD.encode(format!("{}:{}", encode(id), encode(secret))))), Vec::new())
            }
            #[cfg(feature = "jose")]
            Self::Key(key) => (None, key.fields(id, issuer)),
        }
    }
}

#[cfg(feature = "jose")]
mod assertion {
    use std::sync::atomic::{AtomicU64, Ordering};

    use serde_json::json;

    use super::Fields;
    use crate::jose::{ClientAssertionJwt, KeyPair, TokenSigner};
    use crate::values::clock::Clock;
    use crate::values::issuer::Issuer;

    /// No assertion is that of another client, or sent before.
    static NUMBER: AtomicU64 = AtomicU64::new(0);

    const METHOD: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    const LIFETIME: u64 = 60;

    pub(in crate::testing) struct Key {
        signer: TokenSigner<KeyPair>,
        clock: Box<dyn Clock>,
    }

    impl Key {
        pub(super) fn new(key: KeyPair, clock: impl Clock) -> Self {
            Self { signer: TokenSigner::new(key), clock: Box::new(clock) }
        }

        pub(super) fn fields(&self, id: &str, issuer: &Issuer) -> Fields {
            let (now, jti) = (self.clock.now().as_unix(), NUMBER.fetch_add(1, Ordering::Relaxed).to_string());
            let claims = json!({"iss": id, "sub": id, "aud": issuer.as_str(), "iat": now, "exp": now + LIFETIME, "jti": jti});
            let assertion = self.signer.sign_now::<ClientAssertionJwt>(claims.to_string().as_bytes()).expect("a signature");
            vec![("client_assertion_type", METHOD.to_owned()), ("client_assertion", assertion.to_string())]
        }
    }
}

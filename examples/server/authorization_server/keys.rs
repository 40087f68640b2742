//! What access tokens are signed with, where they are JWTs, and ID tokens.

use std::path::Path;

use grantor::{Algorithm, Es256, FixedKeys, KeyPair, MasterKeys, SigningKeys};

use crate::csrf::random_bytes;
use crate::options::{Options, SigningKeysFrom};

const VARIABLE: &str = "MASTER_KEYS";

/// The keys that a server has.
#[derive(Debug, Default)]
pub enum Keys {
    /// Access tokens are opaque.
    #[default]
    None,
    /// One key, for as long as the process runs.
    One(Box<SigningKeys<(Es256,), FixedKeys>>),
    /// Keys in the storage, sealed under these, which replace each other.
    Stored(MasterKeys),
}

impl Keys {
    pub fn open(options: &Options) -> Result<Self, String> {
        match &options.signing_keys {
            _ if !options.jwt && !options.openid => Ok(Self::None),
            None if options.openid => vanishing().map(Self::Stored),
            None => {
                let key = KeyPair::generate(Algorithm::Es256).map_err(|error| error.to_string())?;
                let keys = SigningKeys::fixed(Es256, key).map_err(|error| error.to_string())?;
                Ok(Self::One(keys.into()))
            }
            Some(SigningKeysFrom::File(path)) => {
                in_file(path).map_err(|problem| format!("--signing-keys {}: {problem}", path.display()))
            }
            Some(SigningKeysFrom::Store) => master_keys().map(Self::Stored),
        }
    }
}

fn in_file(path: &Path) -> Result<Keys, String> {
    let pem = std::fs::read_to_string(path).map_err(|error| error.to_string())?;
    let keys = SigningKeys::fixed(Es256, pem.as_str());
    let keys = keys.map_err(|error| format!("{error}, as in: openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256"))?;
    Ok(Keys::One(keys.into()))
}

/// For keys in a storage that forgets everything as well.
fn vanishing() -> Result<MasterKeys, String> {
    MasterKeys::from_bytes(&random_bytes::<32>()).map_err(|error| error.to_string())
}

/// Of several the first seals, and all open what was sealed.
fn master_keys() -> Result<MasterKeys, String> {
    let text = std::env::var(VARIABLE);
    let text = text.map_err(|_| format!("--signing-keys store: set the variable {VARIABLE}, for instance to what `openssl rand -base64 32` prints, and keep that"))?;
    MasterKeys::parse(&text).map_err(|error| format!("the variable {VARIABLE}: {error}"))
}

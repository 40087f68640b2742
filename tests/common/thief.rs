//! What somebody can do who has an old refresh token and copies of the files of a SQLite store, at whatever moments they were made:
//! tries everything in them as the salt of the token's rotation, as it is and unmasked with everything that may be a key. Written
//! from what the library does, without its code.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

/// What identifies the salts that may be masked: issuer, family, generation.
#[derive(Debug, Clone, Copy)]
pub struct Masked {
    pub issuer: i64,
    pub family: [u8; 16],
    pub generation: u32,
}

#[derive(Default)]
pub struct Thief {
    /// By name and what is in it.
    files: BTreeMap<(String, Vec<u8>), ()>,
}

impl Thief {
    /// Copies every file that is in the directory now.
    pub fn copy(&mut self, directory: &Path) {
        for entry in fs::read_dir(directory).expect("the directory") {
            let path = entry.expect("a file").path();
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            self.files.insert((name, fs::read(&path).expect("a file")), ());
        }
    }

    /// The same without the files whose names end so.
    #[must_use]
    pub fn without(&self, end: &str) -> Self {
        let files = self.files.keys().filter(|(name, _)| !name.ends_with(end)).cloned();
        Self { files: files.map(|file| (file, ())).collect() }
    }

    /// Can it tell which token came after the old one? What it looks for is only used to know the moment (which anybody may guess)
    /// and when it is there.
    pub fn derives(&self, old: &str, successor: &str, masked: &[Masked]) -> bool {
        let moment: [u8; 3] = *URL_SAFE_NO_PAD.decode(successor).expect("base64url").first_chunk().expect("a moment");
        let mut masks = vec![[0; 32]];
        for key in self.files.keys().filter(|(_, bytes)| bytes.len() <= 4096).flat_map(|(_, bytes)| bytes.windows(32)) {
            masks.extend(masked.iter().map(|of| mask(key, of)));
        }
        // Masked or not, the salt begins with the moment: few candidates are left.
        let mut by_start: BTreeMap<[u8; 3], Vec<[u8; 32]>> = BTreeMap::new();
        for mask in masks {
            by_start.entry([0, 1, 2].map(|i| mask[i] ^ moment[i])).or_default().push(mask);
        }
        let windows = self.files.keys().flat_map(|(_, bytes)| bytes.windows(32));
        let candidates = windows.flat_map(|window| {
            let start = *window.first_chunk().expect("32 bytes");
            let masks = by_start.get(&start).into_iter().flatten();
            masks.map(move |mask| -> [u8; 32] { std::array::from_fn(|i| window[i] ^ mask[i]) })
        });
        candidates.into_iter().any(|salt| successor_of(old, &salt) == successor)
    }
}

fn successor_of(old: &str, salt: &[u8; 32]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(old.as_bytes()).expect("a key");
    mac.update(b"grantor refresh token successor v1");
    mac.update(salt);
    URL_SAFE_NO_PAD.encode([&salt[..3], &mac.finalize().into_bytes()[..]].concat())
}

fn mask(key: &[u8], of: &Masked) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("a key");
    mac.update(b"grantor salt mask v1");
    mac.update(&of.issuer.to_be_bytes());
    mac.update(&of.family);
    mac.update(&of.generation.to_be_bytes());
    mac.finalize().into_bytes().into()
}

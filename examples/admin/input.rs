//! What is read from files and from standard input.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use zeroize::Zeroizing;

use crate::failure::Failure;

/// The most bytes of a document.
const MAX_BYTES: u64 = 64 * 1024;

/// The text of a file, or of standard input (`-`), which may have a secret in it.
pub fn read(path: &Path) -> Result<Zeroizing<String>, Failure> {
    let bounded: Box<dyn Read> = if path == Path::new("-") {
        Box::new(io::stdin().lock())
    } else {
        Box::new(File::open(path).map_err(|error| unreadable(path, &error))?)
    };
    let mut text = Zeroizing::new(String::new());
    bounded.take(MAX_BYTES + 1).read_to_string(&mut text).map_err(|error| unreadable(path, &error))?;
    if text.len() as u64 > MAX_BYTES {
        return Err(Failure::input(format!("{}: more than {MAX_BYTES} bytes", path.display())));
    }
    Ok(text)
}

fn unreadable(path: &Path, error: &io::Error) -> Failure {
    Failure::input(format!("{} cannot be read: {error}", path.display()))
}

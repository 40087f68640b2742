//! The files of clients and users: JSON arrays, read entry by entry, so that one bad entry takes no other with it.

use std::error::Error;
use std::fs;
use std::path::Path;

use serde_json::Value;

/// An entry that cannot be served. What it says names the entry, and never a secret.
#[derive(Debug)]
pub struct LeftOut {
    pub entry: String,
    pub reason: String,
}

pub fn read(path: &Path) -> Result<Vec<Value>, Box<dyn Error>> {
    let name = path.display();
    let text = fs::read_to_string(path).map_err(|error| format!("{name}: {error}"))?;
    // Some editors put a byte order mark in front; RFC 8259 section 8.1 permits to ignore it.
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    Ok(serde_json::from_str(text).map_err(|error| format!("{name}: not a JSON array: {error}"))?)
}

/// Names the entries that were left out, and is an error if that is not permitted.
pub fn report(path: Option<&Path>, left_out: &[LeftOut], strict: bool) -> Result<(), Box<dyn Error>> {
    let file = path.unwrap_or(Path::new("the samples")).display();
    for LeftOut { entry, reason } in left_out {
        tracing::warn!(%file, %entry, %reason, "left out");
    }
    match (strict, left_out) {
        (true, [first, ..]) => Err(format!("--strict: {file}: {}: {}", first.entry, first.reason).into()),
        _ => Ok(()),
    }
}

/// How an entry is called: by its number, and by its name if it has one.
pub fn name_of(index: usize, entry: &Value, member: &str) -> String {
    match entry.get(member).and_then(Value::as_str) {
        Some(name) => format!("entry {} ({member} {name:?})", index + 1),
        None => format!("entry {}", index + 1),
    }
}

/// The error of a wrong type would show the value, and that of an empty one speak of a function.
pub fn check_secret(entry: &Value, member: &str) -> Result<(), String> {
    match entry.get(member) {
        Some(Value::String(secret)) if secret.is_empty() => Err(format!("{member} is empty")),
        None | Some(Value::Null | Value::String(_)) => Ok(()),
        Some(_) => Err(format!("{member} is not a text")),
    }
}

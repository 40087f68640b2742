//! Files for flags.

#![allow(dead_code, reason = "each test binary uses its part")]

use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

/// A file in a directory that goes with the value.
pub fn file(name: &str, content: &Value) -> (TempDir, String) {
    let directory = tempfile::tempdir().expect("a directory");
    let path = write(directory.path(), name, &content.to_string());
    (directory, path)
}

/// A file in this directory.
pub fn write(directory: &Path, name: &str, content: &str) -> String {
    let path = directory.join(name);
    std::fs::write(&path, content).expect("a file");
    path.to_str().expect("text").to_owned()
}

//! Standard output for the result, standard error for progress and errors.

use std::io::{self, Write as _};
use std::time::{Duration, Instant};

use serde_json::{Map, Value};
use zeroize::Zeroizing;

use crate::failure::Failure;

/// Between two lines of progress.
const PAUSE: Duration = Duration::from_millis(200);

/// In which form it is said.
#[derive(Debug, Clone, Copy)]
pub struct Form {
    pub json: bool,
    pub quiet: bool,
}

impl Form {
    /// # Errors
    ///
    /// The result is lost with what it says, such as a secret: so that is one.
    pub fn result(self, result: &Value) -> Result<(), Failure> {
        let text = Zeroizing::new(if self.json { format!("{result}\n") } else { plain(result) });
        let mut out = io::stdout().lock();
        out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(|error| Failure::output(&error))
    }

    pub fn error(self, failure: &Failure) {
        let line = if self.json { failure.json().to_string() } else { format!("error: {}", failure.words()) };
        // Nobody is left who could be told.
        let _ = writeln!(io::stderr(), "{line}");
    }

    /// What is told how far something is.
    pub const fn progress(self) -> Progress {
        Progress { form: self, last: None }
    }
}

pub struct Progress {
    form: Form,
    last: Option<Instant>,
}

impl Progress {
    /// Says it, if it is not too soon after what was said before.
    pub fn now_and_then(&mut self, words: impl FnOnce() -> String, progress: impl FnOnce() -> Value) {
        if self.last.is_none_or(|last| last.elapsed() >= PAUSE) {
            self.last = Some(Instant::now());
            self.say(&words(), progress);
        }
    }

    pub fn say(&self, words: &str, progress: impl FnOnce() -> Value) {
        if !self.form.quiet {
            let line = if self.form.json { serde_json::json!({"progress": progress()}).to_string() } else { words.to_owned() };
            let _ = writeln!(io::stderr(), "{line}");
        }
    }
}

/// A result for people: a line for each member, and a paragraph for each entry of a list.
fn plain(result: &Value) -> String {
    let mut text = String::new();
    match result {
        Value::Object(members) => lines(members, "", &mut text),
        other => text.push_str(&short(other)),
    }
    text
}

fn lines(members: &Map<String, Value>, indent: &str, text: &mut String) {
    let width = members.keys().map(String::len).max().unwrap_or_default();
    for (name, value) in members {
        match value {
            Value::Null => {}
            Value::Object(members) => {
                text.push_str(&format!("{indent}{name}\n"));
                lines(members, &format!("{indent}  "), text);
            }
            Value::Array(entries) if entries.iter().any(Value::is_object) => {
                for entry in entries.iter().filter_map(Value::as_object) {
                    lines(entry, indent, text);
                    text.push('\n');
                }
            }
            value => text.push_str(&format!("{indent}{name:width$}  {}\n", short(value))),
        }
    }
}

/// A value on one line. What strangers registered must not move a terminal's cursor.
fn short(value: &Value) -> String {
    let shown = match value {
        Value::String(text) => text.clone(),
        Value::Array(entries) if entries.iter().all(Value::is_string) => {
            entries.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", ")
        }
        other => other.to_string(),
    };
    shown.chars().map(|character| if character.is_control() { '\u{fffd}' } else { character }).collect()
}

//! Standard output for the result, standard error for progress and errors.

use std::io::{self, Write as _};
use std::time::{Duration, Instant, UNIX_EPOCH};

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

/// A result for people: a paragraph for each entry of a list, and a line for each member.
fn plain(result: &Value) -> String {
    let Value::Object(members) = result else { return short("", result) };
    let (lists, rest): (Vec<_>, Vec<_>) = members.iter().partition(|(_, value)| entries(value).is_some());
    let mut text = String::new();
    for entry in lists.iter().filter_map(|(_, value)| entries(value)).flatten().filter_map(Value::as_object) {
        lines(entry, "", &mut text);
        text.push('\n');
    }
    lines(&rest.into_iter().map(|(name, value)| (name.clone(), value.clone())).collect(), "", &mut text);
    if text.is_empty() { "none\n".to_owned() } else { text }
}

/// Of a list of objects.
fn entries(value: &Value) -> Option<&Vec<Value>> {
    value.as_array().filter(|entries| entries.iter().all(Value::is_object))
}

/// What is not there is left out.
fn lines(members: &Map<String, Value>, indent: &str, text: &mut String) {
    let is_there = |value: &Value| !value.is_null() && value != "" && !value.as_array().is_some_and(Vec::is_empty);
    let width = members.iter().filter(|(_, value)| is_there(value)).map(|(name, _)| name.len()).max().unwrap_or_default();
    for (name, value) in members.iter().filter(|(_, value)| is_there(value)) {
        match value {
            Value::Object(members) => {
                text.push_str(&format!("{indent}{name}\n"));
                lines(members, &format!("{indent}  "), text);
            }
            value => text.push_str(&format!("{indent}{name:width$}  {}\n", short(name, value))),
        }
    }
}

/// A value on one line. What strangers registered must not move a terminal's cursor.
fn short(name: &str, value: &Value) -> String {
    let shown = match value {
        Value::String(text) => text.clone(),
        Value::Array(entries) if entries.iter().all(Value::is_string) => {
            entries.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", ")
        }
        other => moment(name, other).unwrap_or_else(|| other.to_string()),
    };
    shown.chars().map(|character| if character.is_control() { '\u{fffd}' } else { character }).collect()
}

/// A time as people read it, if the member is one. What comes after the year 9999 stays a number.
fn moment(name: &str, value: &Value) -> Option<String> {
    const LAST: u64 = 253_402_300_799;
    let is_time = ["_at", "_from", "_time", "_until"].iter().any(|end| name.ends_with(end));
    let seconds = value.as_u64().filter(|seconds| is_time && *seconds <= LAST)?;
    Some(httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_secs(seconds)))
}

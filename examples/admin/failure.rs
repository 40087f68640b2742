//! What goes wrong, for people and for programs.

use std::error::Error;
use std::io;

use grantor::{KeysError, StoreError};
use serde_json::{Value, json};

/// Why a command did not do what it was to do, or not all of it: it can be given again.
#[derive(Debug)]
pub struct Failure {
    kind: Kind,
    words: String,
}

/// Each has a name in JSON and an exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The store failed, and nobody knows a remedy.
    Store,
    /// The result could not be written.
    Output,
    /// What was given cannot be read, or contradicts itself.
    Input,
    /// There is no such thing.
    NotFound,
    /// It is there already, somebody changed it meanwhile, or it needs `--yes`.
    Refused,
    /// The store has no schema that this release serves, or is none.
    Schema,
    /// The store is locked, or cannot be reached.
    Unavailable,
}

impl Kind {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Store => "store",
            Self::Output => "output",
            Self::Input => "input",
            Self::NotFound => "not_found",
            Self::Refused => "refused",
            Self::Schema => "schema",
            Self::Unavailable => "unavailable",
        }
    }

    pub const fn exit_code(self) -> u8 {
        match self {
            Self::Store | Self::Output => 1,
            Self::Input => 2,
            Self::NotFound => 3,
            Self::Refused => 4,
            Self::Schema => 5,
            Self::Unavailable => 6,
        }
    }
}

impl Failure {
    pub fn new(kind: Kind, words: impl Into<String>) -> Self {
        Self { kind, words: words.into() }
    }

    pub fn input(words: impl Into<String>) -> Self {
        Self::new(Kind::Input, words)
    }

    pub fn not_found(words: impl Into<String>) -> Self {
        Self::new(Kind::NotFound, words)
    }

    pub fn refused(words: impl Into<String>) -> Self {
        Self::new(Kind::Refused, words)
    }

    pub fn schema(words: impl Into<String>) -> Self {
        Self::new(Kind::Schema, words)
    }

    pub fn output(error: &io::Error) -> Self {
        Self::new(Kind::Output, format!("the command was carried out, but its result could not be written: {error}"))
    }

    pub fn words(&self) -> &str {
        &self.words
    }

    pub const fn exit_code(&self) -> u8 {
        self.kind.exit_code()
    }

    pub fn json(&self) -> Value {
        json!({"error": {"kind": self.kind.name(), "message": self.words, "exit_code": self.exit_code()}})
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable { .. } => Self::new(
                Kind::Unavailable,
                "the store is locked by another process, out of space, or cannot be reached: try again (--verbose says more)",
            ),
            error => Self::new(Kind::Store, with_sources(&error)),
        }
    }
}

impl From<KeysError> for Failure {
    fn from(error: KeysError) -> Self {
        match error {
            KeysError::Store(error) => error.into(),
            error @ (KeysError::Sealed { .. } | KeysError::Sealing(_)) => Self::refused(with_sources(&error)),
            error => Self::new(Kind::Store, with_sources(&error)),
        }
    }
}

/// What went wrong, with what lies beneath, as far as that says something new.
pub fn with_sources(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        let more = error.to_string();
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
        source = error.source();
    }
    text
}

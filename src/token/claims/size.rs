//! How much memory claims take, at most.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::Members;

/// The counts beside an `Arc`'s value.
const COUNTS: usize = 2 * size_of::<usize>();

impl Members {
    pub(super) fn heap_size(&self) -> usize {
        let Self { scope, client_id, username, token_type, sub, aud, iss, jti, acr, amr, unknown, .. } = self;
        let texts = [client_id, username, token_type, sub, iss, jti, acr].into_iter().flatten();
        let texts: usize = texts.map(|text| COUNTS + text.len()).sum();
        // A vector may have room for twice as many.
        let lists: usize = aud.iter().chain(amr).map(|name| 2 * size_of::<Arc<str>>() + COUNTS + name.len()).sum();
        COUNTS + COUNTS + scope.as_str().len() + texts + lists + heap_of_object(unknown)
    }
}

/// A map begins with room for eleven entries. A large one is half empty at the worst, and has links between its parts.
fn heap_of_object(object: &Map<String, Value>) -> usize {
    const ENTRY: usize = 3 * (size_of::<String>() + size_of::<Value>());
    let first = if object.is_empty() { 0 } else { 4 * ENTRY };
    first + object.iter().map(|(name, value)| ENTRY + name.capacity() + heap_of(value)).sum::<usize>()
}

/// What a value takes beside its own place.
fn heap_of(value: &Value) -> usize {
    match value {
        Value::Null | Value::Bool(_) => 0,
        // A number is a text where serde_json is built so.
        Value::Number(_) => 32,
        Value::String(text) => text.capacity(),
        Value::Array(values) => values.capacity() * size_of::<Value>() + values.iter().map(heap_of).sum::<usize>(),
        Value::Object(object) => heap_of_object(object),
    }
}

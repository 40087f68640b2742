//! All that the library logs.

use std::fmt::{self, Write as _};
use std::sync::{Arc, Mutex};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};

/// Keeps all that is logged, at every level, in spans and in events.
#[derive(Clone, Default)]
pub struct CapturedLog(Arc<Mutex<String>>);

impl CapturedLog {
    /// For all threads of the process: hashing happens on others. To be called once.
    pub fn begin() -> Self {
        let log = Self::default();
        tracing::subscriber::set_global_default(log.clone()).expect("the only subscriber");
        log
    }

    pub fn text(&self) -> String {
        self.0.lock().expect("no panic").clone()
    }
}

impl Visit for CapturedLog {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let _ = writeln!(self.0.lock().expect("no panic"), "{field}={value:?}");
    }
    /// In both forms, with what lies beneath.
    fn record_error(&mut self, field: &Field, value: &(dyn std::error::Error + 'static)) {
        self.record_debug(field, &value);
        for error in std::iter::successors(Some(value), |error| error.source()) {
            self.record_debug(field, &format_args!("{error}"));
        }
    }
}

impl tracing::Subscriber for CapturedLog {
    fn enabled(&self, _: &tracing::Metadata<'_>) -> bool {
        true
    }
    fn new_span(&self, span: &Attributes<'_>) -> Id {
        span.record(&mut self.clone());
        Id::from_u64(1)
    }
    fn record(&self, _: &Id, values: &Record<'_>) {
        values.record(&mut self.clone());
    }
    fn event(&self, event: &tracing::Event<'_>) {
        event.record(&mut self.clone());
    }
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

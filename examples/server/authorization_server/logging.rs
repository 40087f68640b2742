//! What is logged, and by whom: a thread of its own writes to the standard error stream, so that no request waits for a terminal,
//! a pipe or a disk. Where that is too slow, lines are left out and counted.

use std::io::{self, BufWriter, Write};
use std::str::FromStr as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

use tracing_subscriber::filter::{ParseError, Targets};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

/// Nothing that there is one of for each request or each token: under load that costs as much as the answers.
pub const DEFAULT: &str = "info,grantor=warn,access=off";
/// The target of the lines that say what was answered.
pub const ACCESS: &str = "access";
/// Lines that wait to be written.
const QUEUE: usize = 16 * 1024;
/// Where the level is set if no flag does.
const VARIABLE: &str = "RUST_LOG";

/// A level, or levels by target.
pub fn parse(filter: &str) -> Result<Targets, String> {
    Targets::from_str(filter).map_err(|error: ParseError| format!("`{filter}`: {error}; write a level, or target=level, .."))
}

/// Begins to log. What is still to be written when the value is dropped is written then.
pub fn start(flag: Option<Targets>) -> io::Result<Log> {
    let variable = std::env::var(VARIABLE).ok().filter(|filter| !filter.is_empty());
    let (of_variable, problem) = match variable.as_deref().map(parse) {
        Some(Err(problem)) => (None, Some(problem)),
        Some(Ok(filter)) => (Some(filter), None),
        None => (None, None),
    };
    let filter = match flag.or(of_variable) {
        Some(filter) => filter,
        None => parse(DEFAULT).map_err(io::Error::other)?,
    };
    let (lines, queue) = sync_channel(QUEUE);
    let lost = Arc::new(AtomicU64::new(0));
    let counted = lost.clone();
    let writing = std::thread::Builder::new().name("log".to_owned()).spawn(move || write(&queue, &counted))?;
    let layer = tracing_subscriber::fmt::layer().with_writer(Lines { lines: lines.clone(), lost }).with_target(false);
    tracing_subscriber::registry().with(layer).with(filter).init();
    if let Some(problem) = problem {
        tracing::warn!("{VARIABLE} is not used: {problem}");
    }
    Ok(Log { lines, writing: Some(writing) })
}

/// Ends the log when it is dropped.
pub struct Log {
    lines: SyncSender<Line>,
    writing: Option<JoinHandle<()>>,
}

impl Drop for Log {
    fn drop(&mut self) {
        // An error: the thread is gone already.
        let _ = self.lines.send(Line::Last);
        let _ = self.writing.take().map(JoinHandle::join);
    }
}

enum Line {
    Of(Vec<u8>),
    Last,
}

/// Hands on each line as it is written.
#[derive(Clone)]
struct Lines {
    lines: SyncSender<Line>,
    lost: Arc<AtomicU64>,
}

impl Write for Lines {
    /// An event comes whole.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        if self.lines.try_send(Line::Of(line.to_owned())).is_err() {
            self.lost.fetch_add(1, Ordering::Relaxed);
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// Writes what is there at once, until the last line has come. Nobody may be reading, and that is no reason to stop.
fn write(queue: &Receiver<Line>, lost: &AtomicU64) {
    let mut output = BufWriter::new(io::stderr());
    while let Ok(Line::Of(line)) = queue.recv() {
        let _ = output.write_all(&line);
        let mut is_last = false;
        while let Ok(next) = queue.try_recv() {
            match next {
                Line::Of(line) => drop(output.write_all(&line)),
                Line::Last => is_last = true,
            }
        }
        let lost = lost.swap(0, Ordering::Relaxed);
        if lost > 0 {
            let _ = writeln!(output, "{lost} lines were left out of the log: they came faster than they could be written");
        }
        let _ = output.flush();
        if is_last {
            return;
        }
    }
}

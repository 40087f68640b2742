//! What is logged, and by whom: a thread of its own writes to the standard error stream, so that no request waits for a terminal,
//! a pipe or a disk. Where that is too slow, lines are left out and counted.

use std::io::{self, BufWriter, Write};
use std::str::FromStr as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{JoinHandle, sleep};
use std::time::{Duration, Instant};

use tracing_subscriber::filter::{LevelFilter, ParseError, Targets};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

/// Nothing that there is one of for each request or each token: under load that costs as much as the answers.
pub const DEFAULT: &str = "info,grantor=warn,access=off";
/// The target of the lines that say what was answered.
pub const ACCESS: &str = "access";
/// Lines that wait to be written.
const QUEUE: usize = 16 * 1024;
/// How long the end waits for lines to be written: nobody may be reading.
const PATIENCE: Duration = Duration::from_secs(2);
/// Who says in the words of the library what this program says in those of its flags, where no source can be told from another.
const OF_SOURCES: &str = "grantor::rate_limits";
/// Where the level is set if no flag does.
const VARIABLE: &str = "RUST_LOG";

/// A level, or levels by target.
pub fn parse(filter: &str) -> Result<Targets, String> {
    Targets::from_str(filter).map_err(|error: ParseError| format!("`{filter}`: {error}; write a level, or target=level, .."))
}

/// Begins to log. What is still to be written when it [ends](Log::end) is written then.
pub fn start(flag: Option<Targets>, are_sources_known: bool) -> io::Result<Log> {
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
    let filter = if are_sources_known { filter } else { filter.with_target(OF_SOURCES, LevelFilter::ERROR) };
    let (lines, queue) = sync_channel(QUEUE);
    let lost = Arc::new(AtomicU64::new(0));
    let counted = lost.clone();
    let writing = std::thread::Builder::new().name("log".to_owned()).spawn(move || write(&queue, &counted))?;
    let layer = tracing_subscriber::fmt::layer().with_writer(Lines { lines: lines.clone(), lost }).with_target(false);
    tracing_subscriber::registry().with(layer).with(filter).init();
    if let Some(problem) = problem {
        tracing::warn!("{VARIABLE} is not used: {problem}");
    }
    Ok(Log { lines, writing })
}

/// A log that is written.
pub struct Log {
    lines: SyncSender<Line>,
    writing: JoinHandle<()>,
}

impl Log {
    /// Has what waits written, and waits for it a little: `false` if it was not. Then nobody reads, and who wrote more would wait for ever.
    pub fn end(self) -> bool {
        let until = Instant::now() + PATIENCE;
        let mut is_told = false;
        while Instant::now() < until && !self.writing.is_finished() {
            // An error: there is no room yet, or the thread is gone.
            is_told = is_told || self.lines.try_send(Line::Last).is_ok();
            sleep(Duration::from_millis(2));
        }
        self.writing.is_finished()
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

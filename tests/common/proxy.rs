//! A proxy between a store and PostgreSQL that counts what passes, and can lose it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// What becomes of what is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    Pass,
    /// Connections are open and nothing ever arrives.
    Swallow,
    /// What is asked arrives, and no answer does.
    SwallowAnswers,
    /// Connections are cut, and new ones too.
    Cut,
}

pub struct Proxy {
    address: SocketAddr,
    mode: watch::Sender<Mode>,
    connections: watch::Sender<usize>,
    counted: Counted,
}

/// Round trips so far.
#[derive(Clone, Default)]
struct Counted {
    statements: Arc<AtomicU64>,
    /// Those without a statement: tests of a connection.
    pings: Arc<AtomicU64>,
}

impl Proxy {
    pub async fn to(port: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a socket");
        let address = listener.local_addr().expect("an address");
        let (mode, watched) = watch::channel(Mode::Pass);
        let counted = Counted::default();
        let counter = counted.clone();
        let connections = watch::Sender::new(0);
        let open = connections.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                open.send_modify(|count| *count += 1);
                let (open, connection) = (open.clone(), connection(client, port, watched.clone(), counter.clone()));
                tokio::spawn(async move {
                    connection.await;
                    open.send_modify(|count| *count -= 1);
                });
            }
        });
        Self { address, mode, connections, counted }
    }

    pub fn url(&self) -> String {
        format!("postgres://grantor@{}/postgres", self.address)
    }

    pub fn set(&self, mode: Mode) {
        self.mode.send_replace(mode);
    }

    /// Waits until nobody is connected.
    pub async fn is_empty(&self) {
        self.has(0).await;
    }

    /// Waits until so many are connected.
    pub async fn has(&self, connections: usize) {
        let _ = self.connections.subscribe().wait_for(|count| *count == connections).await;
    }

    /// How many round trips had a statement in them, so far.
    pub fn statements(&self) -> u64 {
        self.counted.statements.load(Ordering::SeqCst)
    }

    /// How many had none: a connection was asked whether it is there.
    pub fn pings(&self) -> u64 {
        self.counted.pings.load(Ordering::SeqCst)
    }
}

async fn connection(client: TcpStream, port: u16, mode: watch::Receiver<Mode>, counted: Counted) {
    let Ok(server) = TcpStream::connect(("127.0.0.1", port)).await else { return };
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    let mut cut = mode.clone();
    tokio::select! {
        () = pass(from_client, to_server, mode.clone(), Some(Messages::new(counted))) => {}
        () = pass(from_server, to_client, mode, None) => {}
        _ = cut.wait_for(|mode| *mode == Mode::Cut) => {}
    }
}

async fn pass(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    mode: watch::Receiver<Mode>,
    mut messages: Option<Messages>,
) {
    let mut buffer = [0; 8192];
    while let Ok(length @ 1..) = from.read(&mut buffer).await {
        match *mode.borrow() {
            Mode::Swallow => continue,
            Mode::SwallowAnswers if messages.is_none() => continue,
            _ => {}
        }
        if let Some(messages) = &mut messages {
            messages.see(&buffer[..length]);
        }
        if to.write_all(&buffer[..length]).await.is_err() {
            return;
        }
    }
}

/// The messages of a client (PostgreSQL, chapter "Frontend/Backend Protocol").
struct Messages {
    unread: Vec<u8>,
    started: bool,
    executing: bool,
    counted: Counted,
}

impl Messages {
    fn new(counted: Counted) -> Self {
        Self { unread: Vec::new(), started: false, executing: false, counted }
    }

    fn see(&mut self, bytes: &[u8]) {
        self.unread.extend_from_slice(bytes);
        loop {
            // The first messages have no type, until the one that starts the session.
            let head = usize::from(self.started);
            let Some(length) = self.unread.get(head..head + 4) else { return };
            let length = head + u32::from_be_bytes(length.try_into().expect("four bytes")) as usize;
            if self.unread.len() < length {
                return;
            }
            let message: Vec<u8> = self.unread.drain(..length).collect();
            match (self.started, message[0]) {
                // Version 3 begins the session; a request for encryption does not.
                (false, _) => self.started = message[4..6] == [0, 3],
                (true, b'E') => self.executing = true,
                (true, b'S') => {
                    let counter =
                        if std::mem::take(&mut self.executing) { &self.counted.statements } else { &self.counted.pings };
                    counter.fetch_add(1, Ordering::SeqCst);
                }
                (true, b'Q') => {
                    self.counted.statements.fetch_add(1, Ordering::SeqCst);
                }
                _ => {}
            }
        }
    }
}

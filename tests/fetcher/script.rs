//! A transport that says what a test has written down, and notes what it was asked.

#![allow(dead_code, reason = "each test binary uses its part")]

use std::collections::VecDeque;
use std::error::Error;
use std::future::{Future, pending};
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use grantor::{Document, DocumentBody, DocumentTransport};
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode};
use serde_json::Value;
use tokio::sync::Semaphore;

pub const URL: &str = "https://client.example/jwks";
pub const PUBLIC: &str = "93.184.216.34";

type BoxError = Box<dyn Error + Send + Sync>;

/// Any JSON.
#[derive(Debug)]
pub struct Json(pub Value);

impl Document for Json {
    fn read(json: &str) -> Result<Self, &'static str> {
        serde_json::from_str(json).map(Self).map_err(|_| "it nests too deep")
    }

    fn weight(&self) -> usize {
        self.0.to_string().len()
    }
}

/// What comes of a body.
#[derive(Clone)]
pub enum Piece {
    Bytes(Bytes),
    /// After so long.
    Late(Duration, Bytes),
    Broken,
    Nothing,
    /// The same again and again.
    Endless(Bytes),
}

/// An answer to a request.
#[derive(Clone)]
pub struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: VecDeque<Piece>,
    /// The head comes once there is a permit.
    gate: Option<Arc<Semaphore>>,
}

impl Answer {
    pub fn status(status: u16) -> Self {
        let status = StatusCode::from_u16(status).expect("a status");
        Self { status, headers: HeaderMap::new(), body: VecDeque::new(), gate: None }
    }

    /// 200 with JSON.
    pub fn json(body: impl Into<Bytes>) -> Self {
        Self::status(200).header("content-type", "application/json").piece(Piece::Bytes(body.into()))
    }

    pub fn header(mut self, name: &'static str, value: &str) -> Self {
        let value = HeaderValue::from_bytes(value.as_bytes()).expect("a value");
        self.headers.append(HeaderName::from_static(name), value);
        self
    }

    pub fn without(mut self, name: &'static str) -> Self {
        self.headers.remove(name);
        self
    }

    pub fn piece(mut self, piece: Piece) -> Self {
        self.body.push_back(piece);
        self
    }

    pub fn behind(mut self, gate: &Arc<Semaphore>) -> Self {
        self.gate = Some(gate.clone());
        self
    }
}

/// What never comes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    /// The addresses of a name.
    Name,
    /// The head of an answer.
    Head,
    /// Whoever does the work.
    Runtime,
}

/// What was asked for.
pub struct Seen {
    pub request: Request<Bytes>,
    pub addresses: Vec<SocketAddr>,
}

impl Seen {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.request.headers().get(name).map(|value| value.to_str().expect("text"))
    }
}

type Names = dyn Fn(&str, usize) -> Option<Vec<IpAddr>> + Send + Sync;

/// Answers in order; the last answer is given again and again.
pub struct Script {
    names: Box<Names>,
    lookups: AtomicUsize,
    answers: Mutex<VecDeque<Answer>>,
    seen: Mutex<Vec<Seen>>,
    pieces: Arc<AtomicUsize>,
    missing: Option<Missing>,
}

impl Script {
    pub fn of(answers: impl IntoIterator<Item = Answer>) -> Self {
        Self {
            names: Box::new(|_, _| Some(addresses(&[PUBLIC]))),
            lookups: AtomicUsize::new(0),
            answers: Mutex::new(answers.into_iter().collect()),
            seen: Mutex::default(),
            pieces: Arc::default(),
            missing: None,
        }
    }

    pub fn lacking(mut self, missing: Missing) -> Self {
        self.missing = Some(missing);
        self
    }

    /// What a name stands for when it is asked for so many times before. `None` is an error.
    pub fn names(mut self, names: impl Fn(&str, usize) -> Option<Vec<IpAddr>> + Send + Sync + 'static) -> Self {
        self.names = Box::new(names);
        self
    }

    pub fn lookups(&self) -> usize {
        self.lookups.load(Ordering::SeqCst)
    }

    /// How many pieces of bodies were read.
    pub fn pieces(&self) -> usize {
        self.pieces.load(Ordering::SeqCst)
    }

    /// Since the last time.
    pub fn seen(&self) -> Vec<Seen> {
        std::mem::take(&mut *self.seen.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// How many requests there were since the last time.
    pub fn requests(&self) -> usize {
        self.seen().len()
    }

    /// What is answered next.
    pub fn answer(&self) -> Option<Answer> {
        self.answers.lock().unwrap_or_else(PoisonError::into_inner).front().cloned()
    }

    /// What is answered from now on.
    pub fn then(&self, answer: Answer) {
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        answers.clear();
        answers.push_back(answer);
    }
}

pub fn addresses(addresses: &[&str]) -> Vec<IpAddr> {
    addresses.iter().map(|address| address.parse().expect("an address")).collect()
}

impl DocumentTransport for Script {
    type Body = Body;

    async fn resolve(&self, host: &str) -> Result<Vec<IpAddr>, BoxError> {
        if self.missing == Some(Missing::Name) {
            pending::<()>().await;
        }
        let before = self.lookups.fetch_add(1, Ordering::SeqCst);
        (self.names)(host, before).ok_or_else(|| "no such name".into())
    }

    async fn send(&self, request: Request<Bytes>, addresses: &[SocketAddr]) -> Result<Response<Body>, BoxError> {
        let seen = Seen { request, addresses: addresses.to_vec() };
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).push(seen);
        if self.missing == Some(Missing::Head) {
            pending::<()>().await;
        }
        let answer = {
            let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
            if answers.len() > 1 { answers.pop_front() } else { answers.front().cloned() }
        };
        let answer = answer.ok_or("connection refused")?;
        if let Some(gate) = &answer.gate {
            gate.acquire().await?.forget();
        }
        let mut response = Response::new(Body { pieces: answer.body, read: self.pieces.clone() });
        *response.status_mut() = answer.status;
        *response.headers_mut() = answer.headers;
        Ok(response)
    }

    async fn sleep(&self, time: Duration) {
        tokio::time::sleep(time).await;
    }

    fn spawn(&self, work: Pin<Box<dyn Future<Output = ()> + Send>>) {
        if self.missing != Some(Missing::Runtime) {
            tokio::spawn(work);
        }
    }
}

pub struct Body {
    pieces: VecDeque<Piece>,
    read: Arc<AtomicUsize>,
}

impl DocumentBody for Body {
    async fn chunk(&mut self) -> Result<Option<Bytes>, BoxError> {
        let Some(piece) = self.pieces.pop_front() else { return Ok(None) };
        self.read.fetch_add(1, Ordering::SeqCst);
        match piece {
            Piece::Bytes(bytes) => Ok(Some(bytes)),
            Piece::Late(after, bytes) => {
                tokio::time::sleep(after).await;
                Ok(Some(bytes))
            }
            Piece::Broken => Err("connection reset".into()),
            Piece::Nothing => pending().await,
            Piece::Endless(bytes) => {
                self.pieces.push_front(Piece::Endless(bytes.clone()));
                Ok(Some(bytes))
            }
        }
    }
}

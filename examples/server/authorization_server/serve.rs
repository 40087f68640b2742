//! Serving, and stopping: what was begun is finished.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::connect_info::Connected;
use axum::extract::{ConnectInfo, MatchedPath, Request};
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use axum::serve::{IncomingStream, Listener};

use crate::logging::ACCESS;
use crate::tls::Peer;

/// A browser may hold a connection open on which it has asked nothing yet: once no request is under way, such ones get this long.
const IDLE: Duration = Duration::from_millis(500);
/// No request takes longer than this.
const PATIENCE: Duration = Duration::from_secs(30);

/// Counts a request from when it has arrived until its answer is ready, also if nobody waits for that any more.
struct UnderWay(Arc<AtomicUsize>);

impl UnderWay {
    fn begin(count: &Arc<AtomicUsize>) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(count.clone())
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Serves until the process is asked to stop, then lets the requests that are under way finish.
pub async fn serve<L>(listener: L, router: Router, stop: impl Future<Output = ()> + Send + 'static) -> io::Result<()>
where
    L: Listener<Addr: std::fmt::Debug>,
    Peer: for<'a> Connected<IncomingStream<'a, L>>,
{
    let under_way = Arc::new(AtomicUsize::new(0));
    let count = under_way.clone();
    let router = router.layer(from_fn(move |request: Request, next: Next| {
        let begun = UnderWay::begin(&count);
        async move {
            let response = next.run(request).await;
            drop(begun);
            response
        }
    }));
    let (stopping, mut stopped) = tokio::sync::watch::channel(());
    // Handlers see from where a request comes.
    let service = router.layer(from_fn(tell_who)).into_make_service_with_connect_info::<Peer>();
    let graceful = axum::serve(listener, service).with_graceful_shutdown(async move {
        stop.await;
        tracing::info!("stopping");
        drop(stopping);
    });
    let idle = async move {
        // An error: the sender is gone.
        let _ = stopped.changed().await;
        let deadline = Instant::now() + PATIENCE;
        let mut idle_since = Instant::now();
        while idle_since.elapsed() < IDLE && Instant::now() < deadline {
            tokio::time::sleep(Duration::from_millis(20)).await;
            if under_way.load(Ordering::Relaxed) > 0 {
                idle_since = Instant::now();
            }
        }
    };
    tokio::select! {
        served = graceful => served,
        () = idle => Ok(()),
    }
}

/// Who is at the other end, for handlers; and the certificate that they have proved to have, for the library.
async fn tell_who(mut request: Request, next: Next) -> Response {
    if let Some(ConnectInfo(Peer { address, certificate })) = request.extensions_mut().remove::<ConnectInfo<Peer>>() {
        request.extensions_mut().insert(ConnectInfo(address));
        if let Some(certificate) = certificate {
            request.extensions_mut().insert(certificate);
        }
    }
    next.run(request).await
}

/// A line in the log for each answer, if it is wanted.
pub fn logged(router: Router) -> Router {
    if tracing::enabled!(target: ACCESS, tracing::Level::INFO) { router.layer(from_fn(log)) } else { router }
}

/// Only the path, and only one that there is: queries and bodies have codes, passwords and tokens in them, and so has a path in which
/// somebody encoded the `?`.
async fn log(request: Request, next: Next) -> Response {
    let (method, begun) = (request.method().clone(), Instant::now());
    let matched = request.extensions().get::<MatchedPath>().cloned();
    let response = next.run(request).await;
    let (path, status) = (matched.as_ref().map_or("none", MatchedPath::as_str), response.status().as_u16());
    tracing::info!(target: ACCESS, %method, %path, status, took = ?begun.elapsed(), "answered");
    response
}

/// Ctrl-C or SIGTERM. They are caught from the call on, not only once the future runs.
#[cfg(unix)]
pub fn asked_to_stop() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut interrupted, mut terminated) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    Ok(async move {
        tokio::select! {
            _ = interrupted.recv() => {}
            _ = terminated.recv() => {}
        }
    })
}

/// Ctrl-C.
#[cfg(not(unix))]
pub fn asked_to_stop() -> io::Result<impl Future<Output = ()>> {
    Ok(async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending().await
        }
    })
}

//! Counters and latencies for Prometheus, at an address of their own: who can reach the server learns nothing from them.

use std::error::Error;
use std::time::Duration;

use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::routing::get;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tokio::net::TcpListener;

/// Seconds. A request that issues something takes a few microseconds, one that asks a database some milliseconds, one that hashes a short
/// secret some tens of them.
const BUCKETS: &[f64] = &[0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0];
/// The media type of the text format.
const TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";
/// What was measured is put into the buckets this often, also if nobody looks.
const UPKEEP: Duration = Duration::from_secs(5);

/// Counts from now on, and shows it at `/metrics` of this listener until the process ends.
pub fn serve(listener: TcpListener) -> Result<(), Box<dyn Error>> {
    let recorder = PrometheusBuilder::new().with_recommended_naming(true).set_buckets(BUCKETS)?.build_recorder();
    let handle = recorder.handle();
    ::metrics::set_global_recorder(recorder).map_err(|_| "metrics are recorded already")?;
    grantor::emit_metrics();
    tokio::spawn(keep(handle.clone()));
    let page = get(async move || ([(CONTENT_TYPE, TEXT)], handle.render()));
    let router = Router::new().route("/metrics", page);
    tokio::spawn(async move {
        if let Err(error) = axum::serve(listener, router).await {
            tracing::error!(%error, "the page for Prometheus ended");
        }
    });
    Ok(())
}

async fn keep(handle: PrometheusHandle) {
    loop {
        tokio::time::sleep(UPKEEP).await;
        handle.run_upkeep();
    }
}

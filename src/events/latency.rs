//! How long requests took, by endpoint and class of status (feature `metrics`). Without the feature nothing is measured.

use http::StatusCode;

/// Runs from when a request has been read until its answer is ready.
pub(crate) struct Stopwatch {
    #[cfg(feature = "metrics")]
    running: Option<(&'static str, std::time::Instant)>,
}

#[cfg(feature = "metrics")]
const DURATION: &str = "grantor.request_duration";

#[cfg(feature = "metrics")]
pub(super) fn describe() {
    ::metrics::describe_histogram!(DURATION, ::metrics::Unit::Seconds, "from a request that has been read to its answer");
}

impl Stopwatch {
    /// Starts, at the endpoint of this name.
    #[cfg_attr(not(feature = "metrics"), allow(unused_variables, reason = "nothing is measured"))]
    pub(crate) fn start(endpoint: impl FnOnce() -> &'static str) -> Self {
        Self {
            #[cfg(feature = "metrics")]
            running: super::count::is_on().then(|| (endpoint(), std::time::Instant::now())),
        }
    }

    /// The answer is ready, and has this status.
    #[cfg_attr(not(feature = "metrics"), allow(unused_variables, clippy::unused_self, reason = "nothing is measured"))]
    pub(crate) fn stop(self, status: StatusCode) {
        #[cfg(feature = "metrics")]
        if let Some((endpoint, begun)) = self.running {
            let class = match status.as_u16() {
                ..200 => "1xx",
                200..300 => "2xx",
                300..400 => "3xx",
                400..500 => "4xx",
                500.. => "5xx",
            };
            ::metrics::histogram!(DURATION, "endpoint" => endpoint, "status" => class).record(begun.elapsed());
        }
    }
}

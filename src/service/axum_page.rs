//! Pages of an axum application as decisions.

use axum::body::to_bytes;
use axum::response::IntoResponse;
use bytes::Bytes;
use http::{Response, StatusCode};

use crate::authorization::Decision;

impl Decision {
    /// The same as [`page`](Self::page), with what a handler of axum would return (feature `axum`): a `Html`, a `Redirect`, a tuple with
    /// headers. Its body is read to the end.
    ///
    /// ```
    /// use axum::response::{AppendHeaders, Redirect};
    /// use grantor::Decision;
    /// use http::header::SET_COOKIE;
    ///
    /// # async fn decide(suspended: grantor::Suspended) -> Decision {
    /// let cookie = AppendHeaders([(SET_COOKIE, suspended.set_cookie().clone())]);
    /// let login = format!("/login?next=/consent/{}", suspended.handle());
    /// Decision::page_from((cookie, Redirect::to(&login))).await
    /// # }
    /// ```
    pub async fn page_from(page: impl IntoResponse) -> Self {
        let (mut parts, body) = page.into_response().into_parts();
        // Of the application's own making, so of any length.
        let body = to_bytes(body, usize::MAX).await.unwrap_or_else(|error| {
            tracing::error!(detail = &error as &dyn std::error::Error, "the body of a page broke off");
            parts.status = StatusCode::INTERNAL_SERVER_ERROR;
            Bytes::new()
        });
        Self::page(Response::from_parts(parts, body))
    }
}

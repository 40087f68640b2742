//! The server's routes as a [`tower_service::Service`] and, with the feature `axum`, as a router.

#[cfg(feature = "axum")]
mod axum_page;
#[cfg(feature = "axum")]
mod axum_router;
mod tower_service_impl;

#[cfg(feature = "axum")]
pub(crate) use axum_router::nested;
#[cfg(feature = "axum")]
pub use axum_router::{router, router_with};
pub use tower_service_impl::{NoInteraction, OAuthService};

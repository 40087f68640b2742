//! Owns a route, and authenticates clients there as every endpoint does.

use bytes::Bytes;
use http::{Request, Response};

use super::host;
use crate::extension::route::RouteView;
use crate::feature::{Feature, FeatureOn, chooses_nothing, sealed};
use crate::http::endpoints::Endpoints;
use crate::server::facade::{Route, ServesOAuth as _};

struct Routes;
crate::wire_name!(Routes = "routes");
impl sealed::Sealed for Routes {}

impl Feature for Routes {
    chooses_nothing!();
    fn path<'a>(&self, _: &'a Endpoints) -> Option<&'a str> {
        Some("/ping")
    }
}

impl<S: Send + Sync> FeatureOn<S> for Routes {
    async fn serve<V: RouteView<S>>(&self, view: &V, request: Request<Bytes>) -> Response<Bytes> {
        Response::new(format!("{} {}", view.core().issuer, request.uri().path()).into())
    }
}

#[tokio::test]
async fn the_route_is_there_wherever_the_feature_stands() {
    for text in [
        host!(Routes, crate::Revocation::new()).post("/ping", &[], "").await.text,
        host!(crate::Revocation::new(), Routes).post("/ping", &[], "").await.text,
    ] {
        assert_eq!(text, "https://as.example.com /ping");
    }
    let host = host!(crate::Revocation::new(), Routes);
    assert_eq!(host.0.route_of("/ping"), Some(Route::Direct));
    assert!(host.0.paths().contains(&"/ping".to_owned()) && host.0.route_of("/pong").is_none());
    assert_eq!(host.post("/revoke", &[], "").await.status, 401);
}

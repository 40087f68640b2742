//! Owns a route, and authenticates clients there as every endpoint does.

use bytes::Bytes;
use http::{Request, Response};

use super::{SECRET, host};
use crate::extension::route::RouteView;
use crate::feature::{Feature, FeatureOn, chooses_nothing, sealed};
use crate::http::answer;
use crate::http::call::Call;
use crate::http::endpoints::Endpoints;
use crate::http::form::body_parameters;
use crate::server::facade::{Route, ServesOAuth as _};
use crate::storage::ClientStore;
use crate::values::error::OAuthError;

const PATH: &str = "/ping";

struct Routes;
crate::wire_name!(Routes = "routes");
impl sealed::Sealed for Routes {}

impl Feature for Routes {
    chooses_nothing!();
    fn path<'a>(&self, _: &'a Endpoints) -> Option<&'a str> {
        Some(PATH)
    }
}

impl<S: ClientStore> FeatureOn<S> for Routes {
    async fn serve<V: RouteView<S>>(&self, view: &V, request: Request<Bytes>) -> Response<Bytes> {
        let answered = Box::pin(pong(view, &request)).await;
        answered.unwrap_or_else(|error| answer::error(&view.core().issuer, None, &error))
    }
}

async fn pong<S: ClientStore, V: RouteView<S>>(view: &V, request: &Request<Bytes>) -> Result<Response<Bytes>, OAuthError> {
    let core = view.core();
    let parameters = body_parameters(request)?;
    let call = Call::of(request, &parameters).at(&core.issuer, PATH);
    let client = core.authenticate("ping", view.features(), &call).await?;
    Ok(Response::new(format!("{} {} {}", core.issuer, request.uri().path(), client.id()).into()))
}

#[tokio::test]
async fn the_route_is_there_wherever_the_feature_stands() {
    let of_app = format!("client_id=app&client_secret={SECRET}");
    for text in [
        host!(Routes, crate::Revocation::new()).post(PATH, &[], &of_app).await.text,
        host!(crate::Revocation::new(), Routes).post(PATH, &[], &of_app).await.text,
    ] {
        assert_eq!(text, "https://as.example.com /ping app");
    }
    let host = host!(crate::Revocation::new(), Routes);
    assert_eq!(host.0.route_of(PATH), Some(Route::Direct));
    assert!(host.0.paths().contains(&PATH.to_owned()) && host.0.route_of("/pong").is_none());
    assert_eq!(host.post("/revoke", &[], "").await.status, 401);
}

/// As at every endpoint, with the same answers.
#[tokio::test]
async fn the_route_knows_clients_as_every_endpoint_does() {
    let host = host!(Routes, crate::Revocation::new());
    for body in ["", "client_id=app", "client_id=app&client_secret=wrong", "client_id=other"] {
        let [here, there] = [host.post(PATH, &[], body).await, host.post("/revoke", &[], &format!("token=x&{body}")).await];
        assert_eq!((here.error(), here.text), ("401 invalid_client".to_owned(), there.text), "{body}");
    }
    let basic = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, format!("app:{SECRET}"));
    let answer = host.post(PATH, &[("authorization", &format!("Basic {basic}"))], "").await;
    assert_eq!(answer.text, "https://as.example.com /ping app");
    let twice = host.post(PATH, &[("authorization", &format!("Basic {basic}"))], "client_id=app&client_secret=x").await;
    assert_eq!(twice.error(), "400 invalid_request");
}

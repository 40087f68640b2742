//! The fields of a posted form.

use axum::body::Body;
use axum::extract::{Form, FromRef, FromRequest};
use axum::response::Response;
use http::Request;

use crate::pages::Pages;

/// A field may occur several times; where only one is asked for, the first counts.
pub struct Fields(Vec<(String, String)>);

impl Fields {
    pub fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0.iter().filter(move |(field, _)| field == name).map(|(_, value)| value.as_str())
    }

    pub fn get(&self, name: &str) -> &str {
        self.all(name).next().unwrap_or_default()
    }
}

impl<S: Send + Sync> FromRequest<S> for Fields
where
    Pages: FromRef<S>,
{
    type Rejection = Response;

    async fn from_request(request: Request<Body>, state: &S) -> Result<Self, Response> {
        match Form::from_request(request, state).await {
            Ok(Form(fields)) => Ok(Self(fields)),
            Err(rejection) => Err(Pages::from_ref(state).unreadable_form(rejection.status()).map(Body::from)),
        }
    }
}

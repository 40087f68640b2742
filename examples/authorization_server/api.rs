//! What tokens are for: pages that only open with one. In real life they are another program, such as the example
//! `resource_server`.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use grantor::{AccessTokenStore, AuthorizationServer, FeatureList, LocalVerifier, ResourceServer, Scope};
use http::HeaderValue;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http::request::Parts;
use serde_json::json;

use crate::users::Users;

struct Api<S> {
    resource_server: ResourceServer<LocalVerifier<S>>,
    users: Arc<Users>,
    required: Scope,
}

impl<S> Clone for Api<S> {
    fn clone(&self) -> Self {
        Self { resource_server: self.resource_server.clone(), users: self.users.clone(), required: self.required.clone() }
    }
}

pub fn router<S, G, R, F, P>(server: &AuthorizationServer<S, G, R, F, P>, users: Arc<Users>, scopes: &Scope) -> Router
where
    S: AccessTokenStore + Clone,
    F: FeatureList,
{
    let verifier = LocalVerifier::new(server.storage().clone(), server.issuer().clone());
    let api = Api { resource_server: ResourceServer::new(verifier), users, required: required(scopes) };
    Router::new().route("/me", get(me::<S>)).route("/api/echo", get(echo::<S>)).with_state(api)
}

/// `read` where there is such a scope, else the first one that there is.
fn required(scopes: &Scope) -> Scope {
    let token = scopes.iter().find(|token| *token == "read").or_else(|| scopes.iter().next());
    Scope::from_tokens(token).unwrap_or_default()
}

/// Greets, and shows what is known about the person.
async fn me<S: AccessTokenStore>(State(api): State<Api<S>>, request: Parts) -> Response {
    let claims = match api.resource_server.authenticate(&request, &api.required).await {
        Ok(claims) => claims,
        Err(challenge) => return challenge.to_response().map(Body::from),
    };
    let mut text = format!("Hello, {}!\n", claims.username().or(claims.client_id()).unwrap_or("whoever you are"));
    if let Some(user) = claims.subject().and_then(|subject| api.users.by_subject(subject)).filter(|user| !user.claims.is_empty())
    {
        text.push_str(&format!("{}\n", serde_json::Value::Object((*user.claims).clone())));
    }
    text.into_response()
}

/// Says what was asked, and what the token says.
async fn echo<S: AccessTokenStore>(
    State(api): State<Api<S>>,
    query: Result<Query<BTreeMap<String, String>>, QueryRejection>,
    request: Parts,
) -> Response {
    let claims = match api.resource_server.authenticate(&request, &api.required).await {
        Ok(claims) => claims,
        Err(challenge) => return challenge.to_response().map(Body::from),
    };
    let answer = json!({
        "query": query.map(|Query(query)| query).unwrap_or_default(),
        "scope": claims.scope().as_str(),
        "client_id": claims.client_id(),
        "sub": claims.subject(),
        "username": claims.username(),
    });
    let mut response = Response::new(Body::from(answer.to_string()));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

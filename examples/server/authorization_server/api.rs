//! What tokens are for: pages that only open with one. In real life they are another program, such as `resource_server` beside this
//! one.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use grantor::{ResourceServer, Scope, TokenVerifier};
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http::request::Parts;
use http::{HeaderValue, StatusCode};
use serde_json::json;

use crate::details::{Accounts, Payment};
use crate::users::Users;

struct Api<V> {
    resource_server: ResourceServer<V>,
    users: Arc<Users>,
    required: Scope,
}

impl<V> Clone for Api<V> {
    fn clone(&self) -> Self {
        Self { resource_server: self.resource_server.clone(), users: self.users.clone(), required: self.required.clone() }
    }
}

pub fn router<V: TokenVerifier>(resource_server: ResourceServer<V>, users: Arc<Users>, scopes: &Scope) -> Router {
    let api = Api { resource_server, users, required: required(scopes) };
    Router::new().route("/me", get(me::<V>)).route("/api/echo", get(echo::<V>)).with_state(api)
}

/// `read` where there is such a scope, else the first one that there is.
fn required(scopes: &Scope) -> Scope {
    let token = scopes.iter().find(|token| *token == "read").or_else(|| scopes.iter().next());
    Scope::from_tokens(token).unwrap_or_default()
}

/// Greets, and shows what is known about the person.
async fn me<V: TokenVerifier>(State(api): State<Api<V>>, request: Parts) -> Response {
    let claims = match api.resource_server.authenticate(&request, &api.required).await {
        Ok(claims) => claims,
        Err(challenge) => return challenge.to_response().map(Body::from),
    };
    // A JWT has the person's identifier, and not the name.
    let user = claims.person().and_then(|subject| api.users.by_subject(subject));
    let name = user.map(|user| &*user.name).or(claims.username()).or(claims.client_id());
    let mut text = format!("Hello, {}!\n", name.unwrap_or("whoever you are"));
    if let Some(user) = user.filter(|user| !user.claims.is_empty()) {
        text.push_str(&format!("{}\n", serde_json::Value::Object((*user.claims).clone())));
    }
    text.into_response()
}

/// Says what was asked, and what the token says.
async fn echo<V: TokenVerifier>(
    State(api): State<Api<V>>,
    query: Result<Query<BTreeMap<String, String>>, QueryRejection>,
    request: Parts,
) -> Response {
    let claims = match api.resource_server.authenticate(&request, &api.required).await {
        Ok(claims) => claims,
        Err(challenge) => return challenge.to_response().map(Body::from),
    };
    // What cannot be read is no permission.
    let (Ok(payments), Ok(accounts)) = (claims.details::<Payment>(), claims.details::<Accounts>()) else {
        return StatusCode::FORBIDDEN.into_response();
    };
    let mut answer = json!({
        "query": query.map(|Query(query)| query).unwrap_or_default(),
        "scope": claims.scope().as_str(),
        "client_id": claims.client_id(),
        "sub": claims.subject(),
        "username": claims.username(),
    });
    if !payments.is_empty() {
        answer["payments"] = payments.iter().map(ToString::to_string).collect();
    }
    if !accounts.is_empty() {
        answer["accounts"] = accounts.iter().map(|it| json!({"actions": it.actions, "accounts": it.accounts})).collect();
    }
    let mut response = Response::new(Body::from(answer.to_string()));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

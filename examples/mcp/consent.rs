//! The page that asks. Everybody is Alice: `examples/server` signs people in.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::routing::post;
use axum::{Form, Router};
use bytes::Bytes;
use grantor::{Approval, AuthorizationRequest, Decision, Interaction, ResumeError, Scope, Subject, SuspendsRequests, Yes};
use http::{HeaderMap, HeaderValue, Request, Response, header};

/// Shows the page, or is content without.
pub struct Asks {
    pub approve: bool,
}

impl<Sv: SuspendsRequests> Interaction<Sv> for Asks {
    async fn decide(&self, server: &Sv, _: &Request<Bytes>, request: AuthorizationRequest) -> Decision {
        match alice().filter(|_| self.approve) {
            Some(alice) => request.approve(Approval::by(alice).consented()),
            None => Decision::page(page(server, request).await),
        }
    }
}

fn alice() -> Option<Subject> {
    Subject::new("alice").ok()
}

/// Says who asks, for what, and where the person goes next: the host of the redirect URI is all that a program cannot make up (MCP
/// authorization, "Localhost Redirect URI Risks").
async fn page<Sv: SuspendsRequests>(server: &Sv, request: AuthorizationRequest) -> Response<Bytes> {
    let suspended = match server.suspend(request).await {
        Ok(suspended) => suspended,
        Err(error) => return ResumeError::from(error).into_response(),
    };
    let request = suspended.request();
    let (client, host) = (escape(&request.client_name()), escape(request.redirect_host()));
    let from = match request.document_host() {
        Some(document) => format!("which comes from <b>{}</b>,", escape(document)),
        None if request.client_is_vetted() => "which we know,".to_owned(),
        None => "which nobody here knows,".to_owned(),
    };
    let warning = match request.may_be_another_program() {
        true => "<p><b>It runs on this machine: any program here could say that it is this one.</b></p>",
        false => "",
    };
    let boxes: String = request
        .scope()
        .iter()
        .map(|token| {
            let token = escape(token);
            format!("<p><label><input type=checkbox name=\"allow_{token}\" checked> {token}</label></p>")
        })
        .collect();
    let mut page = Response::new(Bytes::from(format!(
        "<!doctype html><title>Notes</title><h1>Notes</h1><p>Alice, <b>{client}</b>, {from} asks for:</p>
         <form method=post action=\"/consent\">{boxes}{warning}<p>You will return to <b>{host}</b>.</p>
         <input type=hidden name=handle value=\"{}\">
         <button>Allow</button> <button name=refuse value=yes>Refuse</button></form>",
        suspended.handle(),
    )));
    let headers = page.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers.append(header::SET_COOKIE, suspended.set_cookie().clone());
    page
}

async fn decided<Sv: SuspendsRequests>(
    State(server): State<Arc<Sv>>,
    headers: HeaderMap,
    Form(fields): Form<Vec<(String, String)>>,
) -> Response<Body> {
    let field = |name: &str| fields.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value);
    let response = match server.resume(field("handle"), &headers).await {
        Err(error) => error.into_response(),
        Ok(request) => match alice().filter(|_| field("refuse") != "yes") {
            None => server.complete(request.deny()).await,
            Some(alice) => {
                let allowed = fields.iter().filter_map(|(key, _)| key.strip_prefix("allow_"));
                let allowed = Scope::from_tokens(allowed).unwrap_or_default();
                server.complete(request.approve(Approval::by(alice).scope(allowed).consented())).await
            }
        },
    };
    response.map(Body::from)
}

pub fn router<Sv: SuspendsRequests<Authorizes = Yes> + 'static>(server: Arc<Sv>) -> Router {
    Router::new().route("/consent", post(decided::<Sv>)).with_state(server)
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

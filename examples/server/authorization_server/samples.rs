//! The user and the clients to try things out with. Everybody knows the password, so they are there only where that does no harm, or
//! where somebody asked for them.

use grantor::ClientSecret;
use serde_json::{Value, json};

use crate::details;
use crate::options::{Options, ProfileName};
use crate::site::Site;

pub const APP: &str = "sample-app";
pub const JOB: &str = "sample-job";
pub const API: &str = "sample-api";
pub const TELEVISION: &str = "sample-tv";
pub const USER: &str = "alice";
pub const PASSWORD: &str = "wonderland";

/// The secrets are made anew at each start.
pub struct Secrets {
    pub job: ClientSecret,
    pub api: ClientSecret,
}

impl Secrets {
    pub fn generate() -> Self {
        Self { job: ClientSecret::generate(), api: ClientSecret::generate() }
    }
}

/// The client that `walk.rs` plays: public, so it needs PKCE. In real life it is not on the host of the authorization server.
pub fn app(site: &Site, options: &Options) -> Value {
    json!({
        "client_id": APP,
        "client_name": "Sample app",
        "token_endpoint_auth_method": "none",
        "redirect_uris": [site.url("/callback")],
        "grant_types": ["authorization_code", "refresh_token"],
        "scope": options.scopes.as_str(),
        "authorization_details_types": types(options),
    })
}

fn types(options: &Options) -> &'static [&'static str] {
    if options.rar { &details::TYPES } else { &[] }
}

/// One of each kind: for people, for a program on its own behalf, for an API that asks about tokens.
pub fn clients(site: &Site, options: &Options, secrets: &Secrets) -> Vec<Value> {
    let scopes = &options.scopes;
    let mut clients = vec![
        app(site, options),
        json!({
            "client_id": JOB,
            "client_name": "Sample job",
            "client_secret": secrets.job.expose(),
            "grant_types": ["client_credentials"],
            "scope": scopes.as_str(),
        }),
        json!({
            "client_id": API,
            "client_name": "Sample API",
            "client_secret": secrets.api.expose(),
            "grant_types": [],
            "introspection": "any",
        }),
    ];
    if options.device {
        clients.push(json!({
            "client_id": TELEVISION,
            "client_name": "Sample television",
            "token_endpoint_auth_method": "none",
            "grant_types": ["urn:ietf:params:oauth:grant-type:device_code", "refresh_token"],
            "scope": scopes.as_str(),
            "authorization_details_types": types(options),
        }));
    }
    if options.profile == ProfileName::Rfc6749 {
        clients.push(json!({
            "client_id": "sample-legacy",
            "client_name": "Sample legacy app",
            "token_endpoint_auth_method": "none",
            "redirect_uris": [site.url("/callback")],
            "grant_types": ["authorization_code", "implicit", "password", "refresh_token"],
            "response_types": ["code", "token", "code token", "none"],
            "scope": scopes.as_str(),
        }));
    }
    clients
}

pub fn users() -> Vec<Value> {
    vec![json!({
        "username": USER,
        "password": PASSWORD,
        "claims": {"name": "Alice Liddell", "email": "alice@example.com"},
    })]
}

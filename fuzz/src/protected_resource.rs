//! The metadata of a protected resource, and requests for it.

use grantor::ProtectedResourceMetadata;
use http::{Request, Uri};
use serde_json::Value;

const WELL_KNOWN: &str = "/.well-known/oauth-protected-resource";

/// The identifier of a resource, and in the next line what is asked for on its host.
pub fn protected_resource(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    let (resource, target) = text.split_once('\n').unwrap_or((text, WELL_KNOWN));
    let Ok(metadata) = ProtectedResourceMetadata::new(resource) else { return };
    assert_eq!(metadata.resource(), resource, "kept byte for byte");
    assert!(!resource.contains('#') && resource.bytes().all(|byte| byte.is_ascii_graphic()), "{resource}");
    // RFC 9728 section 3.1, by hand: what is before the path, and what is behind it.
    let host = resource.find("://").map(|at| at + 3).expect("a URL");
    let after = resource[host..].find(['/', '?']).map_or(resource.len(), |at| host + at);
    let (origin, rest) = resource.split_at(after);
    let rest = match rest.strip_prefix('/') {
        Some(behind) if behind.is_empty() || behind.starts_with('?') => behind,
        _ => rest,
    };
    assert_eq!(metadata.url(), format!("{origin}{WELL_KNOWN}{rest}"));
    let own = format!("{WELL_KNOWN}{rest}");
    answers(&metadata, &own, true);
    answers(&metadata.clone().alone_on_its_host(), WELL_KNOWN, true);
    let Ok(uri) = Uri::try_from(target) else { return };
    let asked = if rest.contains('?') { uri.path_and_query().map_or("", |it| it.as_str()) } else { uri.path() };
    answers(&metadata, target, asked == own);
}

fn answers(metadata: &ProtectedResourceMetadata, target: &str, is_there: bool) {
    let request = Request::get(target).body(()).expect("a target");
    let response = metadata.respond(&request);
    assert_eq!(response.is_some(), is_there, "{target}");
    let Some(response) = response else { return };
    assert_eq!(response.status(), 200);
    let document: Value = serde_json::from_slice(response.body()).expect("JSON");
    assert_eq!(document["resource"], metadata.resource());
}

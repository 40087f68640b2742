use super::*;
use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN, ALLOW, CACHE_CONTROL,
    CONTENT_LENGTH, CONTENT_TYPE,
};
use http::{Method, Request, Response};
use serde_json::json;

fn resource(text: &str) -> ProtectedResourceMetadata {
    ProtectedResourceMetadata::new(text).unwrap()
}

fn get(metadata: &ProtectedResourceMetadata, uri: &str) -> Option<Response<Bytes>> {
    metadata.respond(&Request::get(uri).body(()).unwrap())
}

// shows: RFC9728-3-01, RFC9728-3-02, RFC9728-3.1-02, RFC9728-1.2-01
#[test]
fn the_well_known_string_goes_between_host_and_path() {
    for (identifier, url) in [
        ("https://r.example", "https://r.example/.well-known/oauth-protected-resource"),
        ("https://r.example/", "https://r.example/.well-known/oauth-protected-resource"),
        ("https://r.example/mcp", "https://r.example/.well-known/oauth-protected-resource/mcp"),
        ("https://r.example:8443/a/b/", "https://r.example:8443/.well-known/oauth-protected-resource/a/b/"),
        ("https://r.example?t=1", "https://r.example/.well-known/oauth-protected-resource?t=1"),
        ("https://r.example/?t=1", "https://r.example/.well-known/oauth-protected-resource?t=1"),
        ("https://r.example/a?t=/1", "https://r.example/.well-known/oauth-protected-resource/a?t=/1"),
        ("http://localhost:3000/mcp", "http://localhost:3000/.well-known/oauth-protected-resource/mcp"),
        ("https://[2001:db8::1]/a", "https://[2001:db8::1]/.well-known/oauth-protected-resource/a"),
    ] {
        let metadata = resource(identifier);
        assert_eq!((metadata.url(), metadata.resource()), (url, identifier));
        let place = url.split_once("//").unwrap().1;
        let document = get(&metadata, &place[place.find('/').unwrap()..]).expect("served where it is said to be");
        let document: Value = serde_json::from_slice(document.body()).unwrap();
        assert_eq!(document["resource"], identifier);
    }
}

// shows: RFC9728-3-05
#[test]
fn it_is_nowhere_else_and_at_the_root_only_where_it_is_alone() {
    let root = "/.well-known/oauth-protected-resource";
    let metadata = resource("https://r.example/mcp?t=1");
    let alone = metadata.clone().alone_on_its_host();
    assert!(get(&metadata, "/.well-known/oauth-protected-resource/mcp?t=1").is_some());
    for other in [
        root,
        "/",
        "/mcp",
        "/.well-known/oauth-protected-resource/",
        "/.well-known/oauth-protected-resource/mcp",
        "/.well-known/oauth-protected-resource/mcp/",
        "/.well-known/oauth-protected-resource/mcp?t=2",
        "/.well-known/oauth-protected-resource/MCP?t=1",
        "/.well-known/oauth-protected-resource/other?t=1",
    ] {
        assert!(get(&metadata, other).is_none(), "{other}");
        assert_eq!(get(&alone, other).is_some(), other == root, "{other}");
    }
    assert_eq!(alone.0.place.paths().count(), 2);
    assert_eq!(resource("https://r.example").alone_on_its_host().0.place.paths().count(), 1);
}

// shows: RFC9728-3.2-01
#[test]
fn programs_in_browsers_can_read_it() {
    let metadata = resource("https://r.example/mcp");
    let uri = "/.well-known/oauth-protected-resource/mcp";
    for method in [Method::GET, Method::HEAD, Method::OPTIONS, Method::POST, Method::DELETE] {
        let request = Request::builder().method(&method).uri(uri).header("mcp-protocol-version", "2026-07-28");
        let response = metadata.respond(&request.body(()).unwrap()).unwrap();
        let reads = matches!(method, Method::GET | Method::HEAD);
        let status = if reads {
            200
        } else if method == Method::OPTIONS {
            204
        } else {
            405
        };
        assert_eq!(response.status(), status, "{method}");
        assert_eq!(response.headers()[ACCESS_CONTROL_ALLOW_ORIGIN], "*");
        assert_eq!(response.headers().contains_key(ALLOW), !reads);
        if reads {
            assert_eq!(response.headers()[CONTENT_TYPE], "application/json");
            assert_eq!(response.headers()[CACHE_CONTROL], "public, max-age=300");
            assert_eq!(response.headers()[CONTENT_LENGTH], metadata.0.body.len().to_string());
        }
        assert_eq!(response.body().is_empty(), method != Method::GET);
    }
    let preflight = Request::options(uri).header("origin", "https://app.example");
    let preflight = preflight.header("access-control-request-method", "GET");
    let preflight = preflight.header("access-control-request-headers", "mcp-protocol-version");
    let response = metadata.respond(&preflight.body(()).unwrap()).unwrap();
    assert_eq!(response.headers()[ACCESS_CONTROL_ALLOW_HEADERS], "mcp-protocol-version");
    assert_eq!(response.headers()[ACCESS_CONTROL_ALLOW_METHODS], "GET, HEAD, OPTIONS");
}

// shows: RFC9728-2-01, RFC9728-2-02, RFC9728-2-04, RFC9728-2-07, RFC9728-2-09, RFC9728-2-10, RFC9728-2-12, RFC9728-2-13, RFC9728-2-14
// shows: RFC9728-2-15, RFC9728-2-16, RFC9728-2-19, RFC9728-2-21, RFC9728-2.1-01, RFC9728-3.2-02, RFC9728-3.2-04
#[test]
fn the_document_says_what_was_said_and_nothing_without_a_value() {
    let bare = resource("https://r.example");
    let expected = json!({"resource": "https://r.example", "bearer_methods_supported": ["header"]});
    assert_eq!(Value::Object(bare.document().clone()), expected);

    let issuers = ["https://a.example", "https://b.example/t", "https://a.example"];
    let full = bare.authorization_servers(issuers).unwrap();
    let full = full.scopes_supported(Scope::parse("read write").unwrap()).unwrap().resource_name(" Notes ");
    let full = full.resource_documentation("https://r.example/docs").unwrap().jwks_uri("https://r.example/jwks").unwrap();
    let full = full.localized(ResourceMember::Name, Some("de"), "Notizen").unwrap();
    let full = full.localized(ResourceMember::PolicyUri, None, "https://r.example/policy").unwrap();
    let full = full.localized(ResourceMember::TosUri, Some("de-CH"), "https://r.example/agb").unwrap();
    let full = full.resource_signing_algorithms(["ES256"]).unwrap();
    let full = full.member("dpop_signing_alg_values_supported", json!(["ES256"])).unwrap().member("none", json!([])).unwrap();
    let expected = json!({
        "resource": "https://r.example",
        "authorization_servers": ["https://a.example", "https://b.example/t"],
        "bearer_methods_supported": ["header"],
        "scopes_supported": ["read", "write"],
        "resource_name": "Notes",
        "resource_name#de": "Notizen",
        "resource_documentation": "https://r.example/docs",
        "resource_policy_uri": "https://r.example/policy",
        "resource_tos_uri#de-CH": "https://r.example/agb",
        "jwks_uri": "https://r.example/jwks",
        "resource_signing_alg_values_supported": ["ES256"],
        "dpop_signing_alg_values_supported": ["ES256"],
    });
    let served = get(&full, "/.well-known/oauth-protected-resource").unwrap();
    assert_eq!(serde_json::from_slice::<Value>(served.body()).unwrap(), expected);

    let emptied = full.resource_name(" ").scopes_supported(Scope::empty()).unwrap();
    let emptied = emptied.authorization_servers::<&str>([]).unwrap().resource_signing_algorithms::<&str>([]).unwrap();
    for name in ["resource_name", "scopes_supported", "authorization_servers", "resource_signing_alg_values_supported"] {
        assert!(!emptied.document().contains_key(name), "{name}");
    }
}

// shows: RFC9728-2-05, RFC9728-2-11, MCP-2026-07-28-idx-10-01
#[test]
fn what_is_wrong_is_refused() {
    use ProtectedResourceError as Error;
    for (identifier, error) in [
        ("", ResourceIdentifierError::NotAbsolute.into()),
        ("r.example", ResourceIdentifierError::NotAbsolute.into()),
        ("https://r.example/#f", ResourceIdentifierError::Fragment.into()),
        ("http://r.example", Error::NotSecure),
        ("urn:example:r", Error::NotSecure),
    ] {
        assert_eq!(ProtectedResourceMetadata::new(identifier).unwrap_err(), error, "{identifier}");
    }
    assert!(ProtectedResourceMetadata::new("https://u@r.example").is_err());
    let good = || resource("https://r.example");
    for issuer in ["http://a.example", "https://a.example?q", "https://a.example#f", "a.example", ""] {
        let refused = good().authorization_servers([issuer]).unwrap_err();
        assert_eq!(refused, Error::NotAnIssuer(issuer.to_owned()));
    }
    assert!(good().authorization_servers(["http://127.0.0.1:4000"]).is_ok());
    let offline = Scope::parse("read offline_access").unwrap();
    assert_eq!(good().scopes_supported(offline).unwrap_err(), Error::OfflineAccess);
    assert_eq!(good().jwks_uri("http://r.example/jwks").unwrap_err(), Error::JwksUri);
    assert_eq!(good().resource_signing_algorithms(["ES256", "none"]).unwrap_err(), Error::Unsigned);
    assert_eq!(good().resource_documentation("docs").unwrap_err(), Error::WebPage("resource_documentation"));
    assert_eq!(good().localized(ResourceMember::Name, Some("d e"), "x").unwrap_err(), Error::LanguageTag);
    for name in ["resource", "scopes_supported", "bearer_methods_supported", "resource_name", "resource_tos_uri#de"] {
        assert_eq!(good().member(name, json!("x")).unwrap_err(), Error::Member(name.to_owned()));
    }
}

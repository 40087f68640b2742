//! Where this server is in the world: its issuer, and what follows from it for links and cookies.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use grantor::{Issuer, LoopbackIssuer};
use http::header::{COOKIE, HeaderMap, InvalidHeaderValue};
use http::{HeaderValue, Request, Uri};
use sha2::{Digest as _, Sha256};
use tower::util::MapRequest;

/// The two kinds of issuers; each leads to servers of its own types.
#[derive(Debug, Clone)]
pub enum SiteIssuer {
    /// `http` on this machine, for development.
    Loopback(LoopbackIssuer),
    /// Behind a proxy that terminates TLS.
    Https(Issuer),
}

impl SiteIssuer {
    pub fn parse(url: &str) -> Result<Self, String> {
        let parsed = match url.starts_with("http://") {
            true => LoopbackIssuer::parse(url).map(Self::Loopback),
            false => Issuer::parse(url).map(Self::Https),
        };
        parsed.map_err(|error| format!("`{url}`: {error}"))
    }

    pub fn as_str(&self) -> &str {
        match self {
            Self::Loopback(issuer) => issuer.as_str(),
            Self::Https(issuer) => issuer.as_str(),
        }
    }

    pub const fn is_loopback(&self) -> bool {
        matches!(self, Self::Loopback(_))
    }
}

/// Cloning does not copy.
#[derive(Debug, Clone)]
pub struct Site(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    issuer: String,
    /// The issuer without a `/` at its end: what paths are appended to.
    base: String,
    /// Where its path begins.
    path_at: usize,
    secure: bool,
    /// What its cookies end with: those of several servers on one host, on different ports, are sent to all of them.
    tag: String,
}

impl Site {
    pub fn new(issuer: &SiteIssuer) -> Self {
        let (issuer, secure) = (issuer.as_str().to_owned(), !issuer.is_loopback());
        let base = issuer.strip_suffix('/').unwrap_or(&issuer).to_owned();
        let host_at = base.find("://").map_or(0, |scheme| scheme + 3);
        let path_at = base[host_at..].find('/').map_or(base.len(), |path| host_at + path);
        let tag = URL_SAFE_NO_PAD.encode(&Sha256::digest(&issuer)[..6]);
        Self(Arc::new(Inner { issuer, base, path_at, secure, tag }))
    }

    /// The issuer, byte by byte as it was given.
    pub fn issuer(&self) -> &str {
        &self.0.issuer
    }

    /// An address of this server, for other programs.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.0.base)
    }

    /// What the APIs of this site are called in the `aud` of a JWT.
    pub fn resource(&self) -> String {
        self.url("/api")
    }

    /// Is it reached over TLS?
    pub fn is_secure(&self) -> bool {
        self.0.secure
    }

    /// How people call the server, unless it has a name.
    pub fn host_and_path(&self) -> &str {
        self.0.base.split_once("://").map_or(&self.0.base, |(_, rest)| rest)
    }

    /// The path that all pages are below; empty if the issuer has none.
    pub fn path(&self) -> &str {
        &self.0.base[self.0.path_at..]
    }

    /// The endpoints where they say they are, and the pages below the path of the issuer. Whoever comes around the proxy finds the
    /// pages below the root as well.
    ///
    /// The path is taken off by hand, as what an issuer may be called can mean something to a router, or be the path of a page.
    pub fn serve(&self, endpoints: Router, pages: Router) -> Router {
        let site = self.clone();
        endpoints.fallback_service(MapRequest::new(pages, move |request| site.below_path(request)))
    }

    fn below_path(&self, mut request: Request<Body>) -> Request<Body> {
        let uri = request.uri();
        let below = uri.path().strip_prefix(self.path()).filter(|below| below.is_empty() || below.starts_with('/'));
        let below = below.map(|below| if below.is_empty() { "/" } else { below });
        let with_query = below.map(|below| match uri.query() {
            Some(query) => format!("{below}?{query}"),
            None => below.to_owned(),
        });
        // What was part of a URI is one.
        if let Some(Ok(below)) = with_query.map(Uri::try_from) {
            *request.uri_mut() = below;
        }
        request
    }

    /// A `Set-Cookie` value, for a cookie that no script and no form of another site gets hold of.
    pub fn cookie(&self, name: &str, value: &str, lifetime_secs: u64) -> Result<HeaderValue, InvalidHeaderValue> {
        let (name, secure) = (self.cookie_name(name), if self.0.secure { "; Secure" } else { "" });
        let cookie = format!("{name}={value}; Max-Age={lifetime_secs}; Path=/; HttpOnly; SameSite=Lax{secure}");
        let mut cookie = HeaderValue::try_from(cookie)?;
        cookie.set_sensitive(true);
        Ok(cookie)
    }

    /// The value of a cookie that the browser sent.
    pub fn cookie_of<'h>(&self, headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
        let name = self.cookie_name(name);
        let cookies = headers.get_all(COOKIE).iter().filter_map(|header| header.to_str().ok());
        let mut pairs = cookies.flat_map(|header| header.split(';')).filter_map(|cookie| cookie.trim().split_once('='));
        pairs.find(|(known, _)| *known == name).map(|(_, value)| value)
    }

    /// Browsers keep `__Host-` cookies only from the host itself, over TLS: no other host of the domain can plant one.
    fn cookie_name(&self, name: &str) -> String {
        let prefix = if self.0.secure { "__Host-" } else { "" };
        format!("{prefix}{name}-{}", self.0.tag)
    }
}

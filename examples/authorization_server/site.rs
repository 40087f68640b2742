//! Where this server is in the world: its issuer, and what follows from it for links and cookies.

use std::sync::Arc;

use axum::Router;
use grantor::{Issuer, LoopbackIssuer};
use http::HeaderValue;
use http::header::{COOKIE, HeaderMap, InvalidHeaderValue};

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
}

impl Site {
    pub fn new(issuer: &SiteIssuer) -> Self {
        let (issuer, secure) = (issuer.as_str().to_owned(), !issuer.is_loopback());
        let base = issuer.strip_suffix('/').unwrap_or(&issuer).to_owned();
        let host_at = base.find("://").map_or(0, |scheme| scheme + 3);
        let path_at = base[host_at..].find('/').map_or(base.len(), |path| host_at + path);
        Self(Arc::new(Inner { issuer, base, path_at, secure }))
    }

    /// The issuer, byte by byte as it was given.
    pub fn issuer(&self) -> &str {
        &self.0.issuer
    }

    /// An address of this server, for other programs.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.0.base)
    }

    /// The path that all pages are below; empty if the issuer has none.
    pub fn path(&self) -> &str {
        &self.0.base[self.0.path_at..]
    }

    /// Below the path of the issuer, which may be all that a proxy hands on, and below the root.
    pub fn at_both_places(&self, router: Router) -> Router {
        if self.path().is_empty() { router } else { Router::new().nest(self.path(), router.clone()).merge(router) }
    }

    /// A `Set-Cookie` value, for a cookie that no script and no form of another site gets hold of.
    pub fn cookie(&self, name: &str, value: &str, lifetime_secs: u64) -> Result<HeaderValue, InvalidHeaderValue> {
        let (prefix, secure) = (self.cookie_prefix(), if self.0.secure { "; Secure" } else { "" });
        let cookie = format!("{prefix}{name}={value}; Max-Age={lifetime_secs}; Path=/; HttpOnly; SameSite=Lax{secure}");
        let mut cookie = HeaderValue::try_from(cookie)?;
        cookie.set_sensitive(true);
        Ok(cookie)
    }

    /// The value of a cookie that the browser sent.
    pub fn cookie_of<'h>(&self, headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
        let cookies = headers.get_all(COOKIE).iter().filter_map(|header| header.to_str().ok());
        let mut pairs = cookies.flat_map(|header| header.split(';')).filter_map(|cookie| cookie.trim().split_once('='));
        pairs.find(|(known, _)| known.strip_prefix(self.cookie_prefix()) == Some(name)).map(|(_, value)| value)
    }

    /// Browsers keep `__Host-` cookies only from the host itself, over TLS: no other host of the domain can plant one.
    fn cookie_prefix(&self) -> &'static str {
        if self.0.secure { "__Host-" } else { "" }
    }
}

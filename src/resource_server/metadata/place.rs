//! Where the document of a resource is.

use http::Uri;

/// RFC 9728 section 3: the place of a resource that is a whole host.
const WELL_KNOWN: &str = "/.well-known/oauth-protected-resource";

/// RFC 9728 section 3: between host and path, or query.
#[derive(Clone)]
pub(super) struct Place {
    pub(super) url: String,
    path: String,
    query: Option<String>,
    /// Nothing else on the host has one, so that the root is free.
    pub(super) alone: bool,
}

impl Place {
    /// Of a URL that was looked at; `None` if it is none.
    pub(super) fn of(resource: &str) -> Option<Self> {
        let (scheme, after) = resource.split_once("://")?;
        let (host, rest) = after.split_at(after.find(['/', '?']).unwrap_or(after.len()));
        let (path, query) = rest.split_once('?').map_or((rest, None), |(path, query)| (path, Some(query)));
        // Section 3.1: a slash that ends at the host goes.
        let path = format!("{WELL_KNOWN}{}", if path == "/" { "" } else { path });
        let url = match query {
            Some(query) => format!("{scheme}://{host}{path}?{query}"),
            None => format!("{scheme}://{host}{path}"),
        };
        Some(Self { url, path, query: query.map(str::to_owned), alone: false })
    }

    /// The paths at which it is.
    #[cfg(any(feature = "axum", test))]
    pub(super) fn paths(&self) -> impl Iterator<Item = &str> {
        let root = (self.alone && self.path != WELL_KNOWN).then_some(WELL_KNOWN);
        [&*self.path].into_iter().chain(root)
    }

    /// Is it asked for? What is behind a `?` counts where the resource has something there: another one is another resource.
    pub(super) fn is_at(&self, uri: &Uri) -> bool {
        let own = uri.path() == self.path && self.query.as_deref().is_none_or(|query| uri.query() == Some(query));
        own || (self.alone && uri.path() == WELL_KNOWN)
    }
}

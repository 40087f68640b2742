//! Where the endpoints live. The router, the metadata and everything else that needs an endpoint's URL reads it here.

use crate::values::issuer::Issuer;

/// The endpoints, a row each: what moves it and what tells its path, its path unless moved, the member of the metadata with its URL,
/// and what it is. A member of the type `String` is always there, an `Option` where the server has the endpoint.
///
/// Gives the rows to another macro, behind what that is given besides. Adding an endpoint is adding a row.
macro_rules! endpoint_table {
    ($with:ident! $($besides:tt)*) => {
        $with! {
            $($besides)*
            authorization, authorization_path, "/authorize", authorization_endpoint: Option<String>, "authorization endpoint (RFC 6749 section 3.1)";
            token, token_path, "/token", token_endpoint: String, "token endpoint (RFC 6749 section 3.2)";
            introspection, introspection_path, "/introspect", introspection_endpoint: Option<String>, "introspection endpoint (RFC 7662 section 2)";
            revocation, revocation_path, "/revoke", revocation_endpoint: Option<String>, "revocation endpoint (RFC 7009 section 2)";
            jwks, jwks_path, "/jwks", jwks_uri: Option<String>, "JWK Set (RFC 8414 section 2, RFC 7517 section 5)";
            registration, registration_path, "/register", registration_endpoint: Option<String>, "client registration endpoint (RFC 7591 section 3)";
            pushed_authorization_request, pushed_authorization_request_path, "/par", pushed_authorization_request_endpoint: Option<String>, "pushed authorization request endpoint (RFC 9126 section 2)";
            device_authorization, device_authorization_path, "/device_authorization", device_authorization_endpoint: Option<String>, "device authorization endpoint (RFC 8628 section 3.1)";
            userinfo, userinfo_path, "/userinfo", userinfo_endpoint: Option<String>, "userinfo endpoint (OpenID Connect Core section 5.3)";
            end_session, end_session_path, "/end_session", end_session_endpoint: Option<String>, "end session endpoint (OpenID Connect RP-Initiated Logout section 2)";
        }
    };
}
pub(crate) use endpoint_table;

macro_rules! paths {
    (
        pages { $($page:ident, $page_path:ident, $page_default:literal, $page_what:literal;)* }
        $($name:ident, $path:ident, $default:literal, $member:ident: $type:ty, $what:literal;)*
    ) => {
        /// The paths of the endpoints, below the issuer's own path: with the issuer `https://example.com/tenant` the token endpoint
        /// is `https://example.com/tenant/token`.
        ///
        /// ```
        /// let endpoints = grantor::Endpoints::new().token("/oauth/token")?.authorization("/oauth/authorize")?;
        /// // Two endpoints on one path are refused.
        /// assert!(endpoints.introspection("/oauth/token").is_err());
        /// # Ok::<(), grantor::EndpointError>(())
        /// ```
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct Endpoints {
            $($name: String,)*
            $($page: String,)*
        }

        impl Endpoints {
            /// The paths that they have unless moved:
            ///
            $(#[doc = concat!("* `", $default, "`: the ", $what)])*
            $(#[doc = concat!("* `", $page_default, "`: the ", $page_what)])*
            #[must_use]
            pub fn new() -> Self {
                Self { $($name: $default.to_owned(),)* $($page: $page_default.to_owned(),)* }
            }

            paths!(@ $($name, $path, $what;)* $($page, $page_path, $page_what;)*);

            /// What the endpoint at the path of a request is called.
            #[cfg_attr(not(feature = "metrics"), allow(dead_code, reason = "metrics have it"))]
            pub(crate) fn name_at(&self, issuer: &Issuer, requested: &str) -> Option<&'static str> {
                let below = requested.strip_prefix(issuer.path())?;
                [$((&*self.$name, stringify!($name)),)*].into_iter().find(|(path, _)| *path == below).map(|(_, name)| name)
            }

            fn all(&self) -> impl Iterator<Item = &str> {
                [$(&*self.$name,)* $(&*self.$page),*].into_iter()
            }
        }

        #[cfg(test)]
        mod tests {
            use super::*;

            #[test]
            fn the_default_paths_are_paths_and_differ() {
                $(assert_eq!(Endpoints::new().$name($default), Ok(Endpoints::new()), $default);)*
                $(assert_eq!(Endpoints::new().$page($page_default), Ok(Endpoints::new()), $page_default);)*
                let distinct: std::collections::HashSet<&str> = [$($default,)* $($page_default),*].into();
                assert_eq!(distinct.len(), Endpoints::new().all().count());
            }
        }
    };
    (@ $($name:ident, $path:ident, $what:literal;)*) => {
        $(
            #[doc = concat!("Moves the ", $what, ".")]
            ///
            /// # Errors
            ///
            /// [`EndpointError`] if the path is malformed or taken.
            pub fn $name(mut self, path: &str) -> Result<Self, EndpointError> {
                self.$name = self.checked(path, &self.$name)?;
                Ok(self)
            }

            #[doc = concat!("The path of the ", $what, " below the issuer's.")]
            #[must_use]
            pub fn $path(&self) -> &str {
                &self.$name
            }
        )*
    };
}
endpoint_table! { paths!
    // Pages that the application serves, and the server names.
    pages {
        device, device_path, "/device", "page on which people type the code of a device (RFC 8628 section 3.3)";
    }
}

impl Default for Endpoints {
    fn default() -> Self {
        Self::new()
    }
}

impl Endpoints {
    fn checked(&self, path: &str, current: &str) -> Result<String, EndpointError> {
        let permitted = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~' | b'/');
        let segments_are_plain = path.split('/').skip(1).all(|segment| !matches!(segment, "" | "." | ".."));
        if !path.starts_with('/') || !path.bytes().all(permitted) || !segments_are_plain || path.starts_with("/.well-known") {
            return Err(EndpointError::Malformed(path.to_owned()));
        }
        if path != current && self.all().any(|taken| taken == path) {
            return Err(EndpointError::Taken(path.to_owned()));
        }
        Ok(path.to_owned())
    }
}

/// The URL of an endpoint.
pub(crate) fn url(issuer: &Issuer, path: &str) -> String {
    format!("{}{}{path}", issuer.origin(), issuer.path())
}

/// Is this request path that of the endpoint?
pub(crate) fn is_at(issuer: &Issuer, path: &str, requested: &str) -> bool {
    requested.strip_prefix(issuer.path()) == Some(path)
}

/// RFC 8414 section 3: where metadata lives on the host of an issuer without a path.
const WELL_KNOWN: &str = "/.well-known/oauth-authorization-server";

/// Where RFC 8414 section 3.1 puts the metadata: the well-known string goes between host and path.
pub(crate) fn metadata_path(issuer: &Issuer) -> String {
    format!("{WELL_KNOWN}{}", issuer.path())
}

/// Is this request path that of the metadata?
pub(crate) fn is_metadata(issuer: &Issuer, requested: &str) -> bool {
    is_inserted(issuer, WELL_KNOWN, requested)
}

/// Is it that of a well-known string between host and path (RFC 8414 section 3.1)?
fn is_inserted(issuer: &Issuer, well_known: &str, requested: &str) -> bool {
    requested.strip_prefix(well_known) == Some(issuer.path())
}

/// Where clients look besides, of an issuer with a path: what RFC 8414 has between host and path stands behind the path, and `appended`,
/// which OpenID Connect Discovery has there, between host and path (RFC 8414 section 5).
pub(crate) fn other_metadata_paths(issuer: &Issuer, appended: &[&str]) -> Vec<String> {
    let path = issuer.path();
    if path.is_empty() {
        return Vec::new();
    }
    let inserted = appended.iter().map(|well_known| format!("{well_known}{path}"));
    inserted.chain([format!("{path}{WELL_KNOWN}")]).collect()
}

/// Is it one of those?
pub(crate) fn is_other_metadata(issuer: &Issuer, appended: &[&str], requested: &str) -> bool {
    !issuer.path().is_empty()
        && (is_at(issuer, WELL_KNOWN, requested) || appended.iter().any(|well_known| is_inserted(issuer, well_known, requested)))
}

/// Why an endpoint cannot live there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EndpointError {
    /// Not an absolute path of plain segments.
    #[error(
        "`{0}` is not a path for an endpoint: begin with `/`, use letters, digits and `-_.~`, no empty or dot segments, no query, nothing below `/.well-known`"
    )]
    Malformed(String),
    /// Another endpoint has this path.
    #[error("`{0}` is the path of another endpoint; each needs its own")]
    Taken(String),
}

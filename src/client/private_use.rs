//! Private-use URI schemes (RFC 8252 section 7.1) that say nothing of whose they are.

use std::sync::Arc;

use crate::client::redirect_uri::{FORBIDDEN_SCHEMES, scheme_without_period};
use crate::values::uri::is_scheme;

/// Private-use schemes without a period to which a server redirects all the same, such as `cursor` and `vscode`. None unless
/// [`Builder::private_use_schemes`](crate::Builder::private_use_schemes) says so.
///
/// Any application on a device may claim a scheme. One that is the reverse of a domain name, such as `com.example.app`, at least
/// tells whose it is, so those need no permission, and servers should refuse others (RFC 8252 section 8.4). Some clients that
/// people use have no other. Their codes reach whoever has claimed the scheme: leave PKCE on.
///
/// ```
/// let schemes = grantor::PrivateUseSchemes::new(["cursor", "vscode", "vscode-insiders"])?;
/// # Ok::<(), grantor::InvalidPrivateUseScheme>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PrivateUseSchemes(Arc<[String]>);

/// What cannot be permitted as a private-use scheme.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} cannot be permitted as a private-use scheme: it must be the name alone, such as `cursor`, without a period, and of an application rather than of the web or the device"
)]
pub struct InvalidPrivateUseScheme(String);

impl PrivateUseSchemes {
    /// Checks the names. Upper and lower case are the same (RFC 3986 section 3.1).
    ///
    /// # Errors
    ///
    /// [`InvalidPrivateUseScheme`] if one is no scheme, has a period and so needs no permission, or could never receive a
    /// response safely, such as `http` or `javascript`.
    pub fn new<T: Into<String>>(names: impl IntoIterator<Item = T>) -> Result<Self, InvalidPrivateUseScheme> {
        let checked = names.into_iter().map(|name| {
            let name = name.into();
            let lower = name.to_ascii_lowercase();
            let foreign = matches!(&*lower, "http" | "https") || FORBIDDEN_SCHEMES.contains(&&*lower);
            if is_scheme(&lower) && !lower.contains('.') && !foreign { Ok(lower) } else { Err(InvalidPrivateUseScheme(name)) }
        });
        Ok(Self(checked.collect::<Result<_, _>>()?))
    }

    /// May a response go there, as far as the scheme decides?
    pub(crate) fn permit(&self, redirect_uri: &str) -> bool {
        scheme_without_period(redirect_uri).is_none_or(|scheme| self.0.iter().any(|own| scheme.eq_ignore_ascii_case(own)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        let schemes = PrivateUseSchemes::new(["cursor", "VSCode", "msal0a1b-2c+d"]).unwrap();
        for (uri, permitted) in [
            ("cursor://anysphere/cb", true),
            ("CURSOR:/cb", true),
            ("vscode:cb", true),
            ("msal0a1b-2c+d://auth", true),
            ("com.example.app:/cb", true),
            ("https://client.example/cb", true),
            ("HTTP://127.0.0.1/cb", true),
            ("cursors://cb", false),
            ("cursor-insiders://cb", false),
            ("vscod:cursor", false),
        ] {
            assert_eq!(schemes.permit(uri), permitted, "{uri}");
        }
        assert!(!PrivateUseSchemes::default().permit("cursor://cb"));
        for name in
            ["", "1a", "cursor:", "cursor://", "com.example", "http", "HTTPS", "javascript", "Data", "file", "a b", "\u{e4}", "*"]
        {
            assert_eq!(PrivateUseSchemes::new(["cursor", name]), Err(InvalidPrivateUseScheme(name.to_owned())));
        }
    }
}

//! From which hosts clients may come.

use std::future::Future;
use std::sync::Arc;

use super::identifier::ClientUrl;
use crate::typelevel::taken::taken;
use crate::values::error::StoreError;
use crate::values::uri::is_web_host;

/// Decides from which hosts clients may come whose identifiers are URLs: [`ClientHosts`] from a list, an implementation of yours from
/// wherever you keep that. It is asked at each request of such a client, before anything is sent to the host.
///
/// ```
/// use grantor::{ClientHostPolicy, ClientUrl, HostVerdict, StoreError};
///
/// struct Partners;
/// # impl Partners { async fn row(&self, _: &str) -> Result<Option<bool>, StoreError> { Ok(None) } }
///
/// impl ClientHostPolicy for Partners {
///     async fn verdict(&self, client: ClientUrl<'_>) -> Result<HostVerdict, StoreError> {
///         Ok(match self.row(&client.host().to_ascii_lowercase()).await? {
///             Some(true) => HostVerdict::Allow,
///             Some(false) => HostVerdict::Deny,
///             None => HostVerdict::Ask,
///         })
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say from which hosts clients may come",
    label = "`ClientMetadataDocuments` needs a `ClientHostPolicy`, such as `ClientHosts::any()` or `ClientHosts::only([..])?`",
    note = "implement `ClientHostPolicy` for `{Self}`; it has one method, `verdict`"
)]
pub trait ClientHostPolicy: Send + Sync + 'static {
    /// What is to become of a client with this identifier.
    ///
    /// # Errors
    ///
    /// If it cannot be said now: the request is answered with 503 `temporarily_unavailable`, and loses nothing.
    fn verdict(&self, client: ClientUrl<'_>) -> impl Future<Output = Result<HostVerdict, StoreError>> + Send;
}

impl<H: ClientHostPolicy> ClientHostPolicy for Arc<H> {
    fn verdict(&self, client: ClientUrl<'_>) -> impl Future<Output = Result<HostVerdict, StoreError>> + Send {
        H::verdict(self, client)
    }
}

/// What becomes of a client whose identifier is a URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum HostVerdict {
    /// The operator knows the host: its clients are served. People are asked for consent as for any client that nobody vetted.
    Allow,
    /// Nobody here knows the host: its clients are served, and people are told so
    /// ([`Client::document_host_is_known`](crate::Client::document_host_is_known)).
    Ask,
    /// There are no clients of this host here. Nothing is sent to it.
    Deny,
}

/// It says from which hosts clients may come. `Is` is found by the compiler.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say from which hosts clients may come",
    label = "`ClientMetadataDocuments` needs a `ClientHostPolicy`, such as `ClientHosts::any()` or `ClientHosts::only([..])?`",
    note = "implement `ClientHostPolicy` for `{Self}`; it has one method, `verdict`"
)]
pub trait JudgesHosts<Is>: Sized {
    type Taken: ClientHostPolicy;
    fn taken(self) -> Self::Taken;
}
taken!(JudgesHosts: ClientHostPolicy);

/// Hosts as values.
///
/// ```
/// use grantor::ClientHosts;
///
/// let everybody = ClientHosts::any().allow("apps.example.com")?.deny("*.example.net")?;
/// let partners = ClientHosts::only(["apps.example.com", "*.partner.example"])?;
/// # Ok::<(), grantor::InvalidClientHost>(())
/// ```
#[derive(Debug, Clone)]
pub struct ClientHosts {
    allowed: Vec<Pattern>,
    denied: Vec<Pattern>,
    others: HostVerdict,
}

/// A host, or all whose names end so.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Pattern {
    Host(Box<str>),
    /// With the dot before it.
    Below(Box<str>),
}

impl Pattern {
    fn parse(text: &str) -> Result<Self, InvalidClientHost> {
        let (name, below) = text.strip_prefix("*.").map_or((text, false), |name| (name, true));
        if !is_web_host(name) {
            return Err(InvalidClientHost(text.to_owned()));
        }
        let name = name.to_ascii_lowercase();
        Ok(if below { Self::Below(format!(".{name}").into()) } else { Self::Host(name.into()) })
    }

    /// `host` is in lower case.
    fn matches(&self, host: &str) -> bool {
        match self {
            Self::Host(name) => **name == *host,
            Self::Below(end) => host.ends_with(&**end),
        }
    }
}

/// What is no host.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is not a host: write `apps.example.com`, or `*.example.com` for all hosts below that one; without scheme, port and path"
)]
pub struct InvalidClientHost(String);

impl ClientHosts {
    /// Clients of any host, and people are told that nobody knows it, unless it is [allowed](Self::allow).
    #[must_use]
    pub const fn any() -> Self {
        Self { allowed: Vec::new(), denied: Vec::new(), others: HostVerdict::Ask }
    }

    /// Clients of these hosts and of no others: a name such as `apps.example.com`, or `*.example.com` for all names below that one, and
    /// not for itself.
    ///
    /// # Errors
    ///
    /// [`InvalidClientHost`] names the first that is none.
    pub fn only<T: AsRef<str>>(hosts: impl IntoIterator<Item = T>) -> Result<Self, InvalidClientHost> {
        let allowed = hosts.into_iter().map(|host| Pattern::parse(host.as_ref())).collect::<Result<_, _>>()?;
        Ok(Self { allowed, denied: Vec::new(), others: HostVerdict::Deny })
    }

    /// Knows this host, too, or these hosts (`*.example.com`).
    ///
    /// # Errors
    ///
    /// [`InvalidClientHost`] if it is none.
    pub fn allow(mut self, host: &str) -> Result<Self, InvalidClientHost> {
        self.allowed.push(Pattern::parse(host)?);
        Ok(self)
    }

    /// Has no clients of this host, or of these hosts, also if they are [allowed](Self::allow) as well.
    ///
    /// # Errors
    ///
    /// [`InvalidClientHost`] if it is none.
    pub fn deny(mut self, host: &str) -> Result<Self, InvalidClientHost> {
        self.denied.push(Pattern::parse(host)?);
        Ok(self)
    }

    fn judge(&self, host: &str) -> HostVerdict {
        if self.denied.is_empty() && self.allowed.is_empty() {
            return self.others;
        }
        let host = host.to_ascii_lowercase();
        let is_among = |patterns: &[Pattern]| patterns.iter().any(|pattern| pattern.matches(&host));
        match (is_among(&self.denied), is_among(&self.allowed)) {
            (true, _) => HostVerdict::Deny,
            (false, true) => HostVerdict::Allow,
            (false, false) => self.others,
        }
    }
}

impl ClientHostPolicy for ClientHosts {
    async fn verdict(&self, client: ClientUrl<'_>) -> Result<HostVerdict, StoreError> {
        Ok(self.judge(client.host()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_judged_by_their_names() {
        use HostVerdict::{Allow, Ask, Deny};
        let any = ClientHosts::any().allow("Apps.example.com").unwrap().deny("*.example.net").unwrap();
        let only = ClientHosts::only(["apps.example.com", "*.partner.example"]).unwrap().deny("bad.partner.example").unwrap();
        for (host, of_any, of_only) in [
            ("apps.example.com", Allow, Allow),
            ("APPS.example.COM", Allow, Allow),
            ("a.apps.example.com", Ask, Deny),
            ("example.com", Ask, Deny),
            ("xapps.example.com", Ask, Deny),
            ("a.partner.example", Ask, Allow),
            ("a.b.PARTNER.example", Ask, Allow),
            ("partner.example", Ask, Deny),
            ("evilpartner.example", Ask, Deny),
            ("bad.partner.example", Ask, Deny),
            ("x.example.net", Deny, Deny),
            ("example.net", Ask, Deny),
        ] {
            assert_eq!((any.judge(host), only.judge(host)), (of_any, of_only), "{host}");
        }
        assert_eq!(ClientHosts::any().judge("a.example"), Ask);
    }

    #[test]
    fn what_is_no_host_is_refused() {
        for text in
            ["", "*", "*.", "https://a.example", "a.example:443", "a.example/x", "a.example.", "a.*.example", "a b.example"]
        {
            assert!(ClientHosts::only([text]).is_err() && ClientHosts::any().deny(text).is_err(), "{text}");
        }
    }
}

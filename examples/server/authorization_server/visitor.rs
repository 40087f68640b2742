//! Who tries to sign in: from where, and with which browser. Both only serve to tell people from those who guess their passwords.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use grantor::{StoreError, TokenHash};
use http::header::HeaderName;
use http::{HeaderMap, HeaderValue};

use crate::csrf::random;
use crate::kept::{Kept, Kind};
use crate::site::Site;

const COOKIE_NAME: &str = "device";
const LIFETIME_SECS: u64 = 180 * 24 * 60 * 60;

pub struct Visitor {
    /// `None` where nobody can tell sources apart.
    pub source: Option<Source>,
    /// The browser, if the person of the name that was typed has signed in with it before.
    pub device: Option<TokenHash>,
}

/// Where requests come from: an address, of IPv6 the network that one subscriber has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Source(IpAddr);

impl Source {
    fn of(address: IpAddr) -> Self {
        const HOST: u128 = u64::MAX as u128;
        match address.to_canonical() {
            IpAddr::V6(address) => Self(Ipv6Addr::from_bits(address.to_bits() & !HOST).into()),
            address => Self(address),
        }
    }
}

/// Where to read the source.
#[derive(Debug, Clone)]
pub enum SourceFrom {
    Connection,
    /// The last address in this header, which the proxy sets or appends to: what stands before it may be made up.
    Header(HeaderName),
    /// Behind a proxy that does not say whom it serves all requests would be of one source.
    Nowhere,
}

impl SourceFrom {
    pub fn read(&self, headers: &HeaderMap, peer: SocketAddr) -> Option<Source> {
        self.address(headers, peer).map(Source::of)
    }

    pub fn address(&self, headers: &HeaderMap, peer: SocketAddr) -> Option<IpAddr> {
        match self {
            Self::Connection => Some(peer.ip()),
            Self::Header(name) => headers.get_all(name).iter().next_back().and_then(last_address),
            Self::Nowhere => None,
        }
    }
}

/// Some proxies write the port, too.
fn last_address(value: &HeaderValue) -> Option<IpAddr> {
    let last = value.to_str().ok()?.rsplit(',').next()?.trim();
    last.parse().ok().or_else(|| last.parse::<SocketAddr>().ok().map(|address| address.ip()))
}

/// Browsers with which people have signed in, known by a cookie that stays when they sign out. It opens nothing: it says for one name
/// that whoever has it knew the password once, so that strangers who guess are not in this person's way.
pub struct Devices {
    site: Site,
    kept: Kept,
}

impl Devices {
    pub const fn new(site: Site, kept: Kept) -> Self {
        Self { site, kept }
    }

    /// The `Set-Cookie` value for a browser with which this person has just signed in.
    pub async fn remember(&self, headers: &HeaderMap, name: &str) -> Result<HeaderValue, StoreError> {
        let id = match self.known(headers, name).await? {
            Some(id) => id.to_owned(),
            None => random(),
        };
        self.kept.put(Kind::Device, &id, name.to_owned(), LIFETIME_SECS).await?;
        self.site.cookie(COOKIE_NAME, &id, LIFETIME_SECS).map_err(StoreError::failed)
    }

    /// The browser, if this person has signed in with it.
    pub async fn known<'h>(&self, headers: &'h HeaderMap, name: &str) -> Result<Option<&'h str>, StoreError> {
        let Some(id) = self.site.cookie_of(headers, COOKIE_NAME) else { return Ok(None) };
        let whose = self.kept.find(Kind::Device, id).await?;
        Ok((whose.as_deref() == Some(name)).then_some(id))
    }
}

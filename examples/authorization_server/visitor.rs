//! Who tries to sign in: from where, and with which browser. Both only serve to tell people from those who guess their passwords.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use grantor::TokenHash;
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::header::{HeaderName, InvalidHeaderValue};
use http::{HeaderMap, HeaderValue};
use sha2::Sha256;

use crate::csrf::random;
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
        match self {
            Self::Connection => Some(Source::of(peer.ip())),
            Self::Header(name) => headers.get_all(name).iter().next_back().and_then(last_address).map(Source::of),
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
/// that whoever has it knew the password once, so that strangers who guess are not in this person's way. The cookies are good as long as the
/// process runs; a real application keeps the key.
pub struct Devices {
    site: Site,
    /// As long as a block of SHA-256.
    key: [u8; 64],
}

impl Devices {
    pub fn new(site: &Site) -> Self {
        Self { site: site.clone(), key: rand::random() }
    }

    /// The `Set-Cookie` value for a browser with which this person has just signed in.
    pub fn remember(&self, name: &str) -> Result<HeaderValue, InvalidHeaderValue> {
        let id = random();
        let proof = URL_SAFE_NO_PAD.encode(self.proof(&id, name).finalize().into_bytes());
        self.site.cookie(COOKIE_NAME, &format!("{id}.{proof}"), LIFETIME_SECS)
    }

    /// The browser, if this person has signed in with it.
    pub fn known(&self, headers: &HeaderMap, name: &str) -> Option<TokenHash> {
        let (id, proof) = self.site.cookie_of(headers, COOKIE_NAME)?.split_once('.')?;
        let proof = URL_SAFE_NO_PAD.decode(proof).ok()?;
        self.proof(id, name).verify_slice(&proof).ok().map(|()| TokenHash::of(id))
    }

    /// The identifier has no dot in it, so nothing else has the same text before and after one.
    fn proof(&self, id: &str, name: &str) -> Hmac<Sha256> {
        Hmac::<Sha256>::new(&self.key.into()).chain_update(id).chain_update(".").chain_update(name)
    }
}

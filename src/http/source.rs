//! From where a request comes, as the application says.

use std::net::{IpAddr, Ipv6Addr};

/// The address from which a request comes. The application knows it, from its listener or from a proxy that it trusts; put it into the
/// request's extensions. A forwarding header proves nothing and is never looked at.
///
/// ```
/// use grantor::RequestSource;
///
/// # fn f(request: &mut http::Request<bytes::Bytes>, peer: std::net::SocketAddr) {
/// request.extensions_mut().insert(RequestSource::new(peer.ip()));
/// # }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RequestSource(IpAddr);

impl RequestSource {
    /// This address.
    #[must_use]
    pub const fn new(address: IpAddr) -> Self {
        Self(address)
    }

    /// The address.
    #[must_use]
    pub const fn address(self) -> IpAddr {
        self.0
    }

    /// What counts as one source: the address, or the network of IPv6 with the first 64 bits, since who has one has 2^64.
    #[must_use]
    pub fn network(self) -> IpAddr {
        match self.0.to_canonical() {
            IpAddr::V4(address) => address.into(),
            IpAddr::V6(address) => {
                let [a, b, c, d, ..] = address.segments();
                Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
            }
        }
    }
}

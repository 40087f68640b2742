//! Which addresses a URL that a stranger names may lead to: those of the public internet. Everything that the IANA registries of
//! special-purpose addresses list (RFC 6890, as they stand today) is refused, and what is not assigned to anybody.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// RFC 6890 and its registry for IPv4, with multicast (RFC 5771), which has a registry of its own. First address, length of the prefix.
const SPECIAL_IPV4: [([u8; 4], u32); 18] = [
    // "This network", where 0.0.0.0 is this machine (RFC 791 section 3.2).
    ([0, 0, 0, 0], 8),
    // Private use (RFC 1918).
    ([10, 0, 0, 0], 8),
    // Shared by the customers of a carrier (RFC 6598).
    ([100, 64, 0, 0], 10),
    // Loopback (RFC 1122 section 3.2.1.3).
    ([127, 0, 0, 0], 8),
    // Link-local (RFC 3927): the metadata of cloud providers.
    ([169, 254, 0, 0], 16),
    // Private use.
    ([172, 16, 0, 0], 12),
    // IETF protocol assignments (RFC 6890 section 2.1).
    ([192, 0, 0, 0], 24),
    // Documentation (RFC 5737).
    ([192, 0, 2, 0], 24),
    // AS112 (RFC 7535).
    ([192, 31, 196, 0], 24),
    // Automatic multicast tunnelling (RFC 7450).
    ([192, 52, 193, 0], 24),
    // Relays of 6to4, deprecated (RFC 7526).
    ([192, 88, 99, 0], 24),
    // Private use.
    ([192, 168, 0, 0], 16),
    // AS112 (RFC 7534).
    ([192, 175, 48, 0], 24),
    // Benchmarks (RFC 2544).
    ([198, 18, 0, 0], 15),
    // Documentation.
    ([198, 51, 100, 0], 24),
    ([203, 0, 113, 0], 24),
    // Multicast.
    ([224, 0, 0, 0], 4),
    // Reserved (RFC 1112 section 4), with the broadcast address.
    ([240, 0, 0, 0], 4),
];

/// What is special within 2000::/3, the only part of IPv6 from which addresses are assigned to hosts of the internet.
const SPECIAL_IPV6: [([u16; 3], u32); 5] = [
    // IETF protocol assignments (RFC 2928): Teredo, benchmarks, ORCHID and others.
    ([0x2001, 0, 0], 23),
    // Documentation (RFC 3849).
    ([0x2001, 0x0db8, 0], 32),
    // 6to4 (RFC 3056), which has an IPv4 address inside.
    ([0x2002, 0, 0], 16),
    // AS112 (RFC 7534).
    ([0x2620, 0x004f, 0x8000], 48),
    // Documentation (RFC 9637).
    ([0x3fff, 0, 0], 20),
];

/// Is it an address of the public internet?
pub(super) fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_ipv4(address),
        IpAddr::V6(address) => is_public_ipv6(address),
    }
}

fn is_public_ipv4(address: Ipv4Addr) -> bool {
    let within = |(first, length): ([u8; 4], u32)| {
        let differing = address.to_bits() ^ Ipv4Addr::from(first).to_bits();
        differing.leading_zeros() >= length
    };
    !SPECIAL_IPV4.into_iter().any(within)
}

/// All outside 2000::/3 is refused, whether a registry has a name for it or not: unspecified, loopback, IPv4-mapped and
/// IPv4-compatible, discard-only, unique local, site-local, link-local, multicast. One prefix is looked into: where a network has
/// IPv6 only, `64:ff9b::/96` is how it reaches an IPv4 address (RFC 6052 section 2.1), so that one decides.
fn is_public_ipv6(address: Ipv6Addr) -> bool {
    if let [0x64, 0xff9b, 0, 0, 0, 0, _, _] = address.segments() {
        let [.., a, b, c, d] = address.octets();
        return is_public_ipv4(Ipv4Addr::new(a, b, c, d));
    }
    let within = |([a, b, c], length): ([u16; 3], u32)| {
        let differing = address.to_bits() ^ Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0).to_bits();
        differing.leading_zeros() >= length
    };
    within(([0x2000, 0, 0], 3)) && !SPECIAL_IPV6.into_iter().any(within)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn public(address: &str) -> bool {
        is_public(address.parse().unwrap_or_else(|error| panic!("{address}: {error}")))
    }

    /// The address before a range, the first and the last of it, and the one after it; `""` where the neighbour is special too.
    const RANGES: &[[&str; 4]] = &[
        ["", "0.0.0.0", "0.255.255.255", "1.0.0.0"],
        ["9.255.255.255", "10.0.0.0", "10.255.255.255", "11.0.0.0"],
        ["100.63.255.255", "100.64.0.0", "100.127.255.255", "100.128.0.0"],
        ["126.255.255.255", "127.0.0.0", "127.255.255.255", "128.0.0.0"],
        ["169.253.255.255", "169.254.0.0", "169.254.255.255", "169.255.0.0"],
        ["172.15.255.255", "172.16.0.0", "172.31.255.255", "172.32.0.0"],
        ["191.255.255.255", "192.0.0.0", "192.0.0.255", "192.0.1.0"],
        ["192.0.1.255", "192.0.2.0", "192.0.2.255", "192.0.3.0"],
        ["192.31.195.255", "192.31.196.0", "192.31.196.255", "192.31.197.0"],
        ["192.52.192.255", "192.52.193.0", "192.52.193.255", "192.52.194.0"],
        ["192.88.98.255", "192.88.99.0", "192.88.99.255", "192.88.100.0"],
        ["192.167.255.255", "192.168.0.0", "192.168.255.255", "192.169.0.0"],
        ["192.175.47.255", "192.175.48.0", "192.175.48.255", "192.175.49.0"],
        ["198.17.255.255", "198.18.0.0", "198.19.255.255", "198.20.0.0"],
        ["198.51.99.255", "198.51.100.0", "198.51.100.255", "198.51.101.0"],
        ["203.0.112.255", "203.0.113.0", "203.0.113.255", "203.0.114.0"],
        ["223.255.255.255", "224.0.0.0", "239.255.255.255", ""],
        ["", "240.0.0.0", "255.255.255.255", ""],
        // Unspecified, loopback, IPv4-compatible; IPv4-mapped and IPv4-translated.
        ["", "::", "::1", ""],
        ["", "::808:808", "::ffff:ffff", ""],
        ["", "::ffff:0:0", "::ffff:255.255.255.255", ""],
        ["", "::ffff:8.8.8.8", "::ffff:127.0.0.1", ""],
        ["", "::ffff:0:8.8.8.8", "::ffff:0:ffff:ffff", ""],
        // NAT64 around what is special, and that of local networks.
        ["", "64:ff9b::", "64:ff9b::0.255.255.255", "64:ff9b::1.0.0.0"],
        ["64:ff9b::9.255.255.255", "64:ff9b::10.0.0.0", "64:ff9b::10.255.255.255", "64:ff9b::11.0.0.0"],
        ["64:ff9b::169.253.255.255", "64:ff9b::169.254.0.0", "64:ff9b::169.254.169.254", "64:ff9b::169.255.0.0"],
        ["64:ff9b::126.255.255.255", "64:ff9b::127.0.0.0", "64:ff9b::127.255.255.255", "64:ff9b::128.0.0.0"],
        ["64:ff9b::223.255.255.255", "64:ff9b::224.0.0.0", "64:ff9b::ffff:ffff", ""],
        ["", "64:ff9b::1:808:808", "64:ff9b:0:ffff:ffff:ffff:808:808", ""],
        ["", "64:ff9b:1::", "64:ff9b:1:ffff:ffff:ffff:ffff:ffff", ""],
        // Discard-only, dummy, what is not assigned, segment routing.
        ["", "100::", "100::ffff:ffff:ffff:ffff", ""],
        ["", "100:0:0:1::", "100:0:0:1:ffff:ffff:ffff:ffff", ""],
        ["", "1fff::", "1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "2000::"],
        ["3fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "4000::", "5eff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", ""],
        ["", "5f00::", "5f00:ffff:ffff:ffff:ffff:ffff:ffff:ffff", ""],
        // IETF protocol assignments, of which Teredo is the first, benchmarks, ORCHIDv2 and the last are others.
        ["2000:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "2001::", "2001:0:ffff:ffff:ffff:ffff:ffff:ffff", ""],
        ["", "2001:1::1", "2001:1::3", ""],
        ["", "2001:2::", "2001:2:0:ffff:ffff:ffff:ffff:ffff", ""],
        ["", "2001:3::", "2001:3:ffff:ffff:ffff:ffff:ffff:ffff", ""],
        ["", "2001:4:112::", "2001:4:112:ffff:ffff:ffff:ffff:ffff", ""],
        ["", "2001:10::", "2001:3f:ffff:ffff:ffff:ffff:ffff:ffff", ""],
        ["", "2001:100::", "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff", "2001:200::"],
        // Documentation, 6to4, AS112, documentation.
        ["2001:db7:ffff:ffff:ffff:ffff:ffff:ffff", "2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", "2001:db9::"],
        ["2001:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "2002::", "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "2003::"],
        ["2620:4f:7fff:ffff:ffff:ffff:ffff:ffff", "2620:4f:8000::", "2620:4f:8000:ffff:ffff:ffff:ffff:ffff", "2620:4f:8001::"],
        ["3ffe:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "3fff::", "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff", "3fff:1000::"],
        // Unique local (with the metadata of a cloud provider), link-local, site-local, multicast.
        ["", "fc00::", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", ""],
        ["", "fd00:ec2::254", "fd00:ec2::254", ""],
        ["", "fe80::", "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff", ""],
        ["", "fec0::", "feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", ""],
        ["", "ff00::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", ""],
    ];

    #[test]
    fn every_special_range_is_refused_from_its_first_address_to_its_last() {
        for [before, first, last, after] in RANGES {
            assert!(!public(first), "{first}");
            assert!(!public(last), "{last}");
            for neighbour in [before, after].into_iter().filter(|neighbour| !neighbour.is_empty()) {
                assert!(public(neighbour), "{neighbour}");
            }
        }
    }

    #[test]
    fn addresses_of_the_internet_are_public() {
        for address in ["1.1.1.1", "8.8.8.8", "93.184.216.34", "2606:4700:4700::1111", "2a00:1450:4001::", "64:ff9b::8.8.8.8"] {
            assert!(public(address), "{address}");
        }
    }
}

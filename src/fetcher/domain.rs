//! Under whose name a host is.

/// What one owner has as many hosts under as they like: the last two labels of a name. Nobody asks a list of public suffixes, so all of
/// `co.uk` are one domain; and all addresses are, at which hardly anybody has documents.
pub(super) fn of(host: &str) -> &str {
    let host = host.trim_end_matches('.');
    let is_address = host.starts_with('[') || host.ends_with(|last: char| last.is_ascii_digit());
    match host.rmatch_indices('.').nth(1) {
        _ if is_address => "",
        Some((dot, _)) => &host[dot + 1..],
        None => host,
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn names_of_one_owner_are_one_domain() {
        for (host, domain) in [
            ("client.example", "client.example"),
            ("a.b.client.example", "client.example"),
            ("a.co.uk", "co.uk"),
            ("a.client.example.", "client.example"),
            ("localhost", "localhost"),
            ("8.8.8.8", ""),
            ("[2606:4700::1111]", ""),
            ("", ""),
        ] {
            assert_eq!(super::of(host), domain, "{host}");
        }
    }
}

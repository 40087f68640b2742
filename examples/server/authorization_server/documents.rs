//! The way to documents that clients name, such as their keys (`jwks_uri`).

use std::error::Error;
use std::time::Duration;

use grantor::{Fetcher, PinnedTransport, PrivateAddresses};

/// Where there are no certificates of authorities, nothing is fetched, and everything else works.
pub fn fetcher() -> Result<Fetcher, Box<dyn Error>> {
    let problem = match Fetcher::new() {
        Ok(fetcher) => return Ok(fetcher),
        Err(problem) => problem,
    };
    let detail: &dyn Error = &problem;
    tracing::warn!(
        detail,
        "no authority is trusted on this machine, so clients whose keys are at a jwks_uri cannot authenticate"
    );
    let trusts_nobody = reqwest::Client::builder().tls_certs_only([]);
    Ok(Fetcher::with(PinnedTransport::with(trusts_nobody)?))
}

/// For whoever tries things out: with a port, documents may be on this machine too, and new ones are there at once.
pub fn in_development(port: Option<u16>) -> Result<Fetcher<PrivateAddresses>, Box<dyn Error>> {
    let fetcher = fetcher()?;
    let Some(port) = port else { return Ok(fetcher.into()) };
    tracing::warn!(port, "clients can name documents on this machine and in its network (--local-documents)");
    let hour = Duration::from_secs(60 * 60);
    Ok(fetcher.allow_private_addresses().allow_port(port).keep_for(Duration::from_secs(1), hour))
}

//! The resource server's side of DPoP (RFC 9449 section 7).

use std::fmt;
use std::sync::Arc;

use http::HeaderValue;

use super::challenge::Fault;
use super::possession::{Possession, Refused};
use super::{Presented, ResourceServer, ResourceServerError, TokenVerifier, reported};
use crate::core::Boxed;
use crate::dpop::{self, Accepted, Expected, Nonces, ProofMemory, ProofRefusal, ProofRules, SeenProofs};
use crate::issuers::is_secure_url;
use crate::jose::Algorithm;
use crate::keys::master_keys::MasterKeys;
use crate::values::clock::Timestamp;

impl<V: TokenVerifier> ResourceServer<V> {
    /// Takes tokens that are bound to a key, too (RFC 9449 section 7): the scheme `DPoP` with a proof in the header `DPoP`.
    ///
    /// `url` is the URL below which clients reach this server, as for [`base_url`](Self::base_url): proofs are for it and the path of the
    /// request. It is not read from `Host`, which whoever sends a request chooses. `proofs` says where the proofs are kept that have come,
    /// and what else is asked of them.
    ///
    /// A bearer token goes on being one. A bound token as a bearer token is refused, whatever the verifier says, and so is a bearer token
    /// under the scheme `DPoP`.
    ///
    /// ```
    /// # fn f<V: grantor::TokenVerifier>(verifier: V) -> Result<(), grantor::ResourceServerError> {
    /// use grantor::{DpopProofs, ProofMemory, ResourceServer};
    ///
    /// let server = ResourceServer::new(verifier).dpop("https://api.example.com", DpopProofs::new(ProofMemory::new()))?;
    /// # let _ = server;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ResourceServerError::BaseUrl`] if it is not an `https` URL, or an `http` one on a loopback host, or has a query.
    pub fn dpop<M: SeenProofs>(self, url: &str, proofs: DpopProofs<M>) -> Result<Self, ResourceServerError> {
        if !is_secure_url(url) {
            return Err(ResourceServerError::BaseUrl);
        }
        let nonces = proofs.master_keys.map(|keys| Nonces::new(&keys, url));
        let DpopProofs { seen, rules, required, .. } = proofs;
        Ok(self.base_url(url)?.proving(Arc::new(Proofs { seen, rules, nonces, required })))
    }

    /// What clients are to put into their next proof, where [`nonces`](DpopProofs::nonces) are asked for: a value for the header
    /// `DPoP-Nonce` of an answer. The [`layer`](Self::layer) adds it where a client has an older one; a handler behind the extractor may, so
    /// that the client need not be refused first.
    #[must_use]
    pub fn next_nonce(&self) -> Option<HeaderValue> {
        self.possession.as_ref()?.nonce(self.clock.now())
    }
}

/// What a resource server asks of DPoP proofs, and where it keeps those that have come: for [`ResourceServer::dpop`].
///
/// | `M` | proofs are kept | for |
/// |---|---|---|
/// | [`ProofMemory`] | in the memory of the process | one process |
/// | [`SharedProofs`](crate::SharedProofs) | in a [`ReplayStore`](crate::ReplayStore), such as that of the authorization server | several |
/// | one's own [`SeenProofs`] | | |
pub struct DpopProofs<M = ProofMemory> {
    seen: M,
    rules: ProofRules,
    master_keys: Option<MasterKeys>,
    required: bool,
}

impl<M: SeenProofs> DpopProofs<M> {
    /// Proofs by any of [`Algorithm`](crate::Algorithm), without nonces, kept there. They are as [`Dpop`](crate::Dpop) says, with `ath`.
    #[must_use]
    pub fn new(seen: M) -> Self {
        Self { seen, rules: ProofRules::default(), master_keys: None, required: false }
    }

    /// Accepts proofs by these algorithms and no others, of which there is at least one. Challenges name them.
    #[must_use]
    pub fn algorithms<const A: usize>(mut self, algorithms: [Algorithm; A]) -> Self {
        const { assert!(A > 0, "name at least one algorithm: no client could prove anything") };
        self.rules = ProofRules::new(algorithms);
        self
    }

    /// Proofs have to have a nonce of this server (RFC 9449 section 9), which is derived from these keys, the origin of its URL and the time:
    /// all instances with the same keys know those of the others. Each is good for at least four minutes. Clients keep one nonce for each
    /// origin, so an API at that of the authorization server is given the same master keys.
    #[must_use]
    pub fn nonces(mut self, keys: MasterKeys) -> Self {
        self.master_keys = Some(keys);
        self
    }

    /// Refuses tokens that are bound to no key.
    #[must_use]
    pub fn required(mut self) -> Self {
        self.required = true;
        self
    }
}

impl<M> fmt::Debug for DpopProofs<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = f.debug_struct("DpopProofs");
        text.field("algorithms", &self.rules.names()).field("required", &self.required).finish_non_exhaustive()
    }
}

/// The same, at one URL.
struct Proofs<M> {
    seen: M,
    rules: ProofRules,
    nonces: Option<Nonces>,
    required: bool,
}

impl<M: SeenProofs> Proofs<M> {
    async fn accept(&self, presented: Presented<'_>, thumbprint: &str, now: Timestamp) -> Result<Option<HeaderValue>, Refused> {
        let refused = |refusal| self.refused(refusal, now);
        let accepted = self.examine(presented, now).map_err(refused)?;
        if accepted.thumbprint.to_string() != thumbprint {
            return Err(refused(ProofRefusal::Key));
        }
        let first = self.seen.first_time(&accepted.key, accepted.until, now).await;
        if !first.map_err(|error| reported(error.into()))? {
            return Err(refused(ProofRefusal::Used));
        }
        Ok(self.nonces.as_ref().filter(|_| accepted.needs_newer_nonce).and_then(|nonces| nonces.newest(now)))
    }

    fn examine(&self, presented: Presented<'_>, now: Timestamp) -> Result<Accepted, ProofRefusal> {
        let text = dpop::header(presented.headers())?.ok_or(ProofRefusal::Missing)?;
        let url = presented.url().ok_or(ProofRefusal::Target)?;
        let (method, token, nonces) = (presented.method().as_str(), Some(presented.token()), self.nonces.as_ref());
        self.rules.check(text, &Expected { method, url: &url, token, nonces, now })
    }

    fn refused(&self, refusal: ProofRefusal, now: Timestamp) -> Refused {
        tracing::info!(reason = %refusal, "refused a DPoP proof");
        let fault = match refusal {
            ProofRefusal::Nonce => Fault::NeedsNonce,
            ProofRefusal::Key => Fault::NotProven,
            refusal => Fault::InvalidProof(refusal.summary()),
        };
        Refused { nonce: self.nonce(now), ..fault.into() }
    }
}

impl<M: SeenProofs> Possession for Proofs<M> {
    fn algorithms(&self) -> String {
        self.rules.names().join(" ")
    }

    fn refuses_bearer_tokens(&self) -> bool {
        self.required
    }

    fn check<'a>(
        &'a self,
        presented: Presented<'a>,
        thumbprint: &'a str,
        now: Timestamp,
    ) -> Boxed<'a, Result<Option<HeaderValue>, Refused>> {
        Box::pin(self.accept(presented, thumbprint, now))
    }

    fn nonce(&self, now: Timestamp) -> Option<HeaderValue> {
        self.nonces.as_ref()?.newest(now)
    }
}

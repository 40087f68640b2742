//! Token requests (RFC 9449 section 5).

use super::{Dpop, DpopPolicy, NoncePolicy, Request};
use crate::core::Core;
use crate::dpop::{self, Accepted, JKT, NONCE, ProofRefusal};
use crate::http::call::Call;
use crate::issue::{Binding, IssueContext};
use crate::storage::ReplayStore;
use crate::values::clock::Timestamp;
use crate::values::error::OAuthError;

impl<R: DpopPolicy, N: NoncePolicy> Dpop<R, N> {
    pub(super) async fn bind_tokens<S: ReplayStore>(
        &self,
        cx: &IssueContext<'_, S>,
        binding: &mut Binding,
    ) -> Result<(), OAuthError> {
        let Some(call) = &cx.call else { return Ok(()) };
        let (core, now) = (cx.core, cx.now);
        let Some(accepted) = self.proof_of(core, call, now)? else {
            // What is bound to a key is `invalid_grant` without a proof: nothing here proves that it is this client's.
            if self.is_required_of(cx.client) && binding.bound_to(JKT).is_none() {
                let refused = self.refused(core, ProofRefusal::Missing, now);
                if cx.client.dpop_bound_access_tokens() {
                    return Err(refused);
                }
                binding.refuse_unbound(refused);
            }
            return Ok(());
        };
        let thumbprint = accepted.thumbprint.to_string();
        if binding.bound_to(JKT).is_some_and(|bound| bound != thumbprint) {
            return Err(OAuthError::invalid_grant("what was granted is bound to another key than that of the DPoP proof"));
        }
        // Last here: no refusal of the proof costs an honest client that proof. It makes another for each request anyway.
        let is_first = core.storage.first_time(&core.issuer, &accepted.key, accepted.until, now).await;
        self.first(core, is_first, now)?;
        if cx.client.is_public() {
            binding.confirm_renewable(JKT, &*thumbprint);
        }
        binding.confirm(JKT, thumbprint);
        if let Some(nonce) = self.newer_nonce(core, &accepted, now) {
            binding.header(NONCE, nonce);
        }
        Ok(())
    }

    /// The proof of a request to an endpoint of this server, checked but for that it comes for the first time.
    pub(super) fn proof_of<S>(&self, core: &Core<S>, call: &Call<'_>, now: Timestamp) -> Result<Option<Accepted>, OAuthError> {
        let refused = |refusal| self.refused(core, refusal, now);
        let Some(text) = dpop::header(call.headers()).map_err(refused)? else { return Ok(None) };
        let url = call.url().unwrap_or_default();
        let of = Request { method: call.method().as_str(), url: &url, token: None };
        self.examine(core, text, of, now).map(Some).map_err(refused)
    }

    /// What a client is to put into its next proof, if it has an older one.
    pub(super) fn newer_nonce<S>(&self, core: &Core<S>, accepted: &Accepted, now: Timestamp) -> Option<http::HeaderValue> {
        self.nonces_of(core).filter(|_| accepted.needs_newer_nonce)?.newest(now)
    }
}

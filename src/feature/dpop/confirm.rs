//! Access tokens that are presented to endpoints of the server's own (RFC 9449 section 7.1).

use serde_json::Value;

use super::{Dpop, DpopPolicy, NoncePolicy, Request};
use crate::core::Core;
use crate::dpop::{self, JKT, NONCE, ProofRefusal};
use crate::issue::{Confirmed, Shown};
use crate::storage::ReplayStore;
use crate::values::error::OAuthError;

impl<R: DpopPolicy, N: NoncePolicy> Dpop<R, N> {
    pub(super) async fn confirm_shown<S: ReplayStore>(
        &self,
        core: &Core<S>,
        shown: &Shown<'_>,
        confirmed: &mut Confirmed,
    ) -> Result<(), OAuthError> {
        let Some(bound) = shown.confirmation.get(JKT).and_then(Value::as_str) else { return Ok(()) };
        let now = core.now();
        let refused = |refusal| self.refused(core, refusal, now);
        let text = dpop::header(shown.headers).map_err(refused)?.ok_or_else(|| refused(ProofRefusal::Missing))?;
        let of = Request { method: shown.method.as_str(), url: shown.url, token: Some(shown.token) };
        let accepted = self.examine(core, text, of, now).map_err(refused)?;
        // The proof is good, and the token is somebody else's.
        if accepted.thumbprint.to_string() != bound {
            return Ok(());
        }
        // Last of all: no refusal costs an honest client its proof.
        let is_first = core.storage.first_time(&core.issuer, &accepted.key, accepted.until, now).await;
        self.first(core, is_first, now)?;
        confirmed.by(JKT);
        if let Some(nonce) = self.newer_nonce(core, &accepted, now) {
            confirmed.headers.get_or_insert_default().insert(NONCE, nonce);
        }
        Ok(())
    }
}

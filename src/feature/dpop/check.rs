//! Authorization requests: the key to which the code is to be bound (RFC 9449 section 10), by its name, or by a proof with a pushed
//! request (section 10.1).

use super::{Dpop, DpopPolicy, NoncePolicy, PARAMETER};
use crate::authorization::Checking;
use crate::core::Core;
use crate::http::call::Call;
use crate::storage::ReplayStore;
use crate::values::asked::Asked;
use crate::values::error::{ErrorCode, OAuthError};

/// Characters of a SHA-256 in base64url.
const THUMBPRINT: usize = 43;

impl<R: DpopPolicy, N: NoncePolicy> Dpop<R, N> {
    pub(super) async fn check_request<S: ReplayStore>(
        &self,
        core: &Core<S>,
        call: &Call<'_>,
        checking: &Checking<'_>,
        asked: &mut Asked,
    ) -> Result<(), OAuthError> {
        if checking.response_type.access_token && self.is_required_of(checking.client) {
            let words = "access tokens of the authorization endpoint are bound to no key";
            return Err(OAuthError::new(ErrorCode::UnauthorizedClient, words));
        }
        let named = call.parameters().get(PARAMETER);
        if named.is_some_and(|named| !is_thumbprint(named)) {
            return Err(OAuthError::invalid_request("dpop_jkt is not the SHA-256 thumbprint of a key (RFC 9449 section 10)"));
        }
        let now = core.now();
        // A browser has none, and whoever sends one there could make this server remember it (section 10.1).
        let proof = if checking.direct { self.proof_of(core, call, now)? } else { None };
        let Some(proof) = proof else {
            if let Some(named) = named {
                asked.bind(named.into());
            }
            return Ok(());
        };
        let thumbprint = proof.thumbprint.to_string();
        if named.is_some_and(|named| named != thumbprint) {
            return Err(OAuthError::invalid_request("dpop_jkt names another key than that of the DPoP proof"));
        }
        // Last here: no refusal of the proof costs an honest client that proof. It makes another for each request anyway.
        let is_first = core.storage.first_time(&core.issuer, &proof.key, proof.until, now).await;
        self.first(core, is_first, now)?;
        asked.bind(thumbprint.into());
        Ok(())
    }
}

fn is_thumbprint(text: &str) -> bool {
    text.len() == THUMBPRINT && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

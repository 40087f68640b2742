//! Verification against the store that the authorization server writes: for a resource server that shares its database, or
//! its process. A revoked token is refused from the next request on.

use std::fmt;
use std::sync::Arc;

use super::{Presented, TokenVerifier, VerifierError};
use crate::storage::AccessTokenStore;
use crate::token::claims::TokenClaims;
use crate::values::bearer::TokenHash;
use crate::values::clock::{Clock, SystemClock};
use crate::values::issuer::Issuer;

/// Looks access tokens up in a store, one look-up for each request. Tokens of the format `JwtAccessTokens` are in no store: for those there
/// is `JwtVerifier`, which asks the same store whether they were revoked if it is told to (feature `jose`).
pub struct LocalVerifier<S> {
    store: S,
    issuer: Issuer,
    clock: Arc<dyn Clock>,
}

impl<S: AccessTokenStore> LocalVerifier<S> {
    /// A verifier of the tokens that `issuer` put into `store`. Pass an `Arc` to share the store with the authorization server.
    #[must_use]
    pub fn new(store: S, issuer: Issuer) -> Self {
        Self { store, issuer, clock: Arc::new(SystemClock) }
    }

    /// Reads the time from this clock instead of the system's.
    #[must_use]
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }
}

impl<S: AccessTokenStore> TokenVerifier for LocalVerifier<S> {
    async fn verify(&self, presented: &Presented<'_>) -> Result<Option<TokenClaims>, VerifierError> {
        let (hash, now) = (TokenHash::of(presented.token()), self.clock.now());
        let found = self.store.find_access_token(&self.issuer, &hash, now).await?;
        if found.is_none() && presented.token().matches('.').count() == 2 {
            tracing::debug!("a token is not in the store, and looks like a JWT: those are verified by `JwtVerifier`");
        }
        Ok(found.filter(|found| found.is_active(now)).map(|found| {
            let token_type = found.record.details.token_type();
            TokenClaims::of(&self.issuer, found, Some(token_type))
        }))
    }
}

impl<S> fmt::Debug for LocalVerifier<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LocalVerifier").field("issuer", &self.issuer.as_str()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{now, presented};
    use super::*;
    use crate::client::ClientId;
    use crate::storage::{
        FamilyId, FamilyRecord, FamilyState, FamilyStore, FoundFamily, FoundToken, Issue, Spend, Spending, TokenFacts,
        TokenRecord,
    };
    use crate::values::clock::Timestamp;
    use crate::values::error::StoreError;
    use crate::values::scope::Scope;

    /// Finds the token `known`, valid until 100, of one issuer.
    struct OneToken {
        revoked: bool,
        family: FamilyState,
        down: bool,
    }

    impl FamilyStore for OneToken {
        async fn begin_family(
            &self,
            _: &Issuer,
            _: FamilyRecord,
            _: Issue,
            _: Option<Spend>,
            _: Timestamp,
        ) -> Result<Spending, StoreError> {
            Ok(Spending::First)
        }
        async fn family(&self, _: &Issuer, _: &FamilyId, _: Timestamp) -> Result<Option<FoundFamily>, StoreError> {
            Ok(None)
        }
        async fn revoke_family(&self, _: &Issuer, _: &FamilyId, _: Timestamp) -> Result<(), StoreError> {
            Ok(())
        }
    }

    impl AccessTokenStore for OneToken {
        async fn find_access_token(&self, _: &Issuer, token: &TokenHash, _: Timestamp) -> Result<Option<FoundToken>, StoreError> {
            if self.down {
                return Err(StoreError::Unavailable { retry_after: None });
            }
            let details = TokenFacts::new(None, Scope::empty()).into_details();
            let (client, at) = (ClientId::parse("app").unwrap(), Timestamp::from_unix);
            let record = TokenRecord::new(*token, FamilyId::from_bytes([0; 16]), 0, client, at(1), at(100), details);
            Ok((*token == TokenHash::of("known")).then(|| FoundToken::new(record, self.revoked, self.family.clone())))
        }
        async fn revoke_access_token(&self, _: &Issuer, _: &TokenHash, _: Timestamp) -> Result<(), StoreError> {
            Ok(())
        }
    }

    #[test]
    fn only_live_tokens_have_claims() {
        let fresh = || FamilyState::new(false, 0);
        for (token, revoked, family, time, active) in [
            ("known", false, fresh(), 99, true),
            ("known", false, fresh(), 100, false),
            ("known", true, fresh(), 99, false),
            ("known", false, FamilyState::new(true, 0), 99, false),
            ("known", false, FamilyState::new(false, 1), 99, false),
            ("other", false, fresh(), 99, false),
        ] {
            let store = OneToken { revoked, family, down: false };
            let verifier = LocalVerifier::new(store, Issuer::parse("https://auth.example.com").unwrap());
            let verifier = verifier.clock(move || Timestamp::from_unix(time));
            let claims = now(verifier.verify(&presented(token))).unwrap();
            assert_eq!(claims.is_some(), active, "{token} at {time}");
            assert!(claims.is_none_or(|claims| claims.token_type() == Some("Bearer") && claims.client_id() == Some("app")));
        }
    }

    #[test]
    fn a_store_that_is_down_is_unavailable() {
        let store = OneToken { revoked: false, family: FamilyState::new(false, 0), down: true };
        let verifier = LocalVerifier::new(store, Issuer::parse("https://auth.example.com").unwrap());
        assert!(matches!(now(verifier.verify(&presented("known"))), Err(VerifierError::Unavailable { .. })));
    }
}

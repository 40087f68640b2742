//! Tokens that this server did not issue.

use std::future::Future;

use super::request::Kind;
use super::{ExchangedToken, sealed};
use crate::issue::TokenContext;
use crate::values::error::OAuthError;

/// Whose tokens are taken beside those of this server: nobody's ([`NoIssuers`]), or those of trusted issuers.
pub trait ForeignTokens: sealed::Sealed + Send + Sync + 'static {
    /// The token of a parameter, if it is one of theirs and good.
    #[doc(hidden)]
    fn verify<S: Sync>(
        &self,
        cx: &TokenContext<'_, S>,
        kind: Kind,
        parameter: &'static str,
    ) -> impl Future<Output = Result<Option<ExchangedToken>, OAuthError>> + Send;
}

/// Tokens of this server alone.
#[derive(Debug, Clone, Copy)]
pub struct NoIssuers;

impl sealed::Sealed for NoIssuers {}
impl ForeignTokens for NoIssuers {
    async fn verify<S: Sync>(
        &self,
        _: &TokenContext<'_, S>,
        _: Kind,
        _: &'static str,
    ) -> Result<Option<ExchangedToken>, OAuthError> {
        Ok(None)
    }
}

#[cfg(feature = "jose")]
mod trusted {
    use super::{ExchangedToken, ForeignTokens, Kind, TokenContext, sealed};
    use crate::events;
    use crate::issuers::{Meant, Refusal, TrustedIssuers, VerificationKeys};
    use crate::jose::{AccessTokenJwt, AssertionJwt, JoseError};
    use crate::values::error::OAuthError;

    impl<K> sealed::Sealed for TrustedIssuers<K> {}
    impl<K: VerificationKeys> ForeignTokens for TrustedIssuers<K> {
        async fn verify<S: Sync>(
            &self,
            cx: &TokenContext<'_, S>,
            kind: Kind,
            parameter: &'static str,
        ) -> Result<Option<ExchangedToken>, OAuthError> {
            let (text, own, endpoint) = (cx.require(parameter)?, cx.issuer().as_str(), cx.token_endpoint());
            let (among, permitted, now) = ([own, &*endpoint], cx.permitted_algorithms(), cx.now());
            let vouched = match kind {
                Kind::AccessToken => self.verify::<AccessTokenJwt>(text, &Meant::Among(&among), permitted, now).await?,
                Kind::Jwt => self.verify::<AssertionJwt>(text, &Meant::Among(&among), permitted, now).await?,
            };
            let read = vouched.and_then(|vouched| {
                ExchangedToken::foreign(vouched, own).map_err(|name| Refusal::Jose(JoseError::Malformed(name)))
            });
            if let Err(reason) = &read {
                events::not_trusted(cx.issuer(), cx.client().id(), parameter, reason);
            }
            Ok(read.ok())
        }
    }
}

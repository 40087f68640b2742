//! Honouring what a request says about the sign-in (RFC 9470 sections 5 and 7): who asks for one of the ways to sign in that this server
//! has gets a token that says one of them, or an error, and never one that its API refuses again.

use std::sync::Arc;

use crate::authorization::{Checking, Needs, words};
use crate::core::Core;
use crate::extension::metadata::{Metadata, MetadataContext};
use crate::feature::{Feature, FeatureOn, chooses_nothing, sealed};
use crate::http::call::Call;
use crate::values::asked::Asked;
use crate::values::error::OAuthError;

/// Requests that name ways to sign in (`acr_values`) are answered with one of them, or with an error (RFC 9470 section 5). Enable it where APIs
/// ask for a [stronger sign-in](crate::AuthenticationRequirements).
///
/// | | without it | with it |
/// |---|---|---|
/// | `acr_values` | a wish ([`AuthorizationRequest::acr_values`](crate::AuthorizationRequest::acr_values)) | an approval has to say one of them that this server has ([`required_acr`](crate::AuthorizationRequest::required_acr), [`must_step_up`](crate::AuthorizationRequest::must_step_up)); else the client is told `unmet_authentication_requirements` |
/// | none of them is this server's | a wish | `unmet_authentication_requirements`, before anybody is asked |
/// | `max_age` | an approval has to say when the person signed in, and it has to be recent enough | the same |
/// | metadata | | `acr_values_supported`, by which clients know that both are honoured (section 7) |
///
/// What a client [registered](crate::ClientBuilder::default_acr_values) for requests that say nothing stays a wish. OpenID Connect leaves
/// it to the server what becomes of `acr_values`, so this holds with `OpenId` too.
///
/// ```
/// use grantor::StepUp;
///
/// // In the chain: `.enable(step_up)`. What is preferred first.
/// let step_up = StepUp::new(["phrh", "phr", "pwd"]);
/// # let _ = step_up;
/// ```
#[derive(Debug, Clone)]
pub struct StepUp {
    acr_values: Box<[Arc<str>]>,
}

impl StepUp {
    /// With the ways to sign in that the application has, by the names that [`Approval::acr`](crate::Approval::acr) says.
    #[must_use]
    pub fn new<T: Into<Arc<str>>>(acr_values: impl IntoIterator<Item = T>) -> Self {
        Self { acr_values: acr_values.into_iter().map(Into::into).collect() }
    }
}

crate::wire_name!(StepUp = "step_up");
impl sealed::Sealed for StepUp {}

impl Feature for StepUp {
    chooses_nothing!();

    fn describe(&self, _: &MetadataContext<'_>, metadata: &mut Metadata) {
        metadata.name_acr_values(self.acr_values.iter().map(|value| &**value));
    }
}

impl<S: Send + Sync> FeatureOn<S> for StepUp {
    async fn check(&self, core: &Core<S>, call: &Call<'_>, _: &Checking<'_>, asked: &mut Asked) -> Result<(), OAuthError> {
        let wanted = call.parameters().get("acr_values").map(words).unwrap_or_default();
        if wanted.is_empty() {
            return Ok(());
        }
        let had = wanted.into_iter().filter(|value| self.acr_values.contains(value)).collect();
        if asked.sign_in_mut(core.now()).require_acr(had) { Ok(()) } else { Err(Needs::OtherAuthentication.into()) }
    }
}

//! Checks an authorization request: a parameter of its own.

use super::{QUERY, host};
use crate::authorization::Checking;
use crate::core::Core;
use crate::feature::{Feature, FeatureOn, chooses_nothing, sealed};
use crate::http::call::Call;
use crate::http::parameters::Parameter;
use crate::values::asked::Asked;
use crate::values::error::{ErrorCode, OAuthError};
use crate::values::scope::Scope;

/// `level=low` is refused, `level=none` takes the scope away.
struct Checks;
crate::wire_name!(Checks = "checks");
impl sealed::Sealed for Checks {}

impl Feature for Checks {
    chooses_nothing!();
    const AUTHORIZATION_PARAMETERS: &'static [Parameter] = &[Parameter::once("level")];
}

impl<S: Send + Sync> FeatureOn<S> for Checks {
    async fn check(&self, _: &Core<S>, call: &Call<'_>, _: &Checking<'_>, asked: &mut Asked) -> Result<(), OAuthError> {
        match call.parameters().get("level") {
            Some("low") => Err(OAuthError::new(ErrorCode::AccessDenied, "too low")),
            Some("none") => {
                asked.scope = Scope::empty();
                Ok(())
            }
            _ => Ok(()),
        }
    }
}

#[tokio::test]
async fn a_valid_request_is_checked_and_a_refusal_goes_to_the_client() {
    {
        let host = host!(crate::Introspection::new(), Checks);
        let low = host.asks(&format!("{QUERY}&level=low&state=s")).await.unwrap_err();
        assert!(low.starts_with("302 https://app.example.com/cb?error=access_denied") && low.contains("state=s"), "{low}");
        let twice = host.asks(&format!("{QUERY}&level=a&level=b")).await.unwrap_err();
        assert!(twice.contains("error=invalid_request"), "{twice}");
        let request = host.asks(&format!("{QUERY}&level=none&hint=x&hint=y")).await.unwrap();
        assert!(request.scope().is_empty());
        // Its parameter is not one of those that nobody knows.
        assert!(request.parameter("level").is_none() && request.parameters("hint").eq(["x", "y"]));
    }
    // A request that is not valid is not checked.
    let host = host!(Checks);
    let wrong = host.asks(&format!("{}&level=low", QUERY.replace("read", "admin"))).await.unwrap_err();
    assert!(wrong.contains("error=invalid_scope"), "{wrong}");
}

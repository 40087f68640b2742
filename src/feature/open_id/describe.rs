//! What it says in the metadata (OpenID Connect Discovery section 3).

use super::source::ClaimsSource;
use super::subject::SubjectPolicy;
use super::{OpenId, SCOPE};
use crate::extension::metadata::{Metadata, MetadataContext};
use crate::typelevel::Flag;
use crate::values::sign_in::Prompt;

/// What every ID token may have.
const CLAIMS: [&str; 8] = ["sub", "iss", "aud", "exp", "iat", "auth_time", "acr", "amr"];

pub(super) fn describe<C: ClaimsSource, P: SubjectPolicy>(
    open_id: &OpenId<C, P>,
    cx: &MetadataContext<'_>,
    metadata: &mut Metadata,
) {
    let settings = &open_id.settings;
    metadata.userinfo_endpoint = Some(cx.userinfo_endpoint());
    metadata.id_token_signing_alg_values_supported = cx.signing_algorithms.to_vec();
    metadata.userinfo_signing_alg_values_supported = cx.signing_algorithms.to_vec();
    metadata.subject_types_supported = vec!["public"];
    if P::NeedsMasterKeys::VALUE {
        metadata.subject_types_supported.push("pairwise");
    }
    let claims = CLAIMS.iter().chain(C::CLAIMS.iter().filter(|name| !CLAIMS.contains(name)));
    metadata.claims_supported = claims.copied().collect();
    metadata.claims_parameter_supported = true;
    metadata.claims_locales_supported.clone_from(&settings.claims_locales);
    metadata.ui_locales_supported.clone_from(&settings.ui_locales);
    metadata.name_acr_values(settings.acr_values.iter().map(String::as_str));
    metadata.prompt_values_supported = super::request::prompts(settings).map(Prompt::as_str).collect();
    metadata.request_uri_parameter_supported.get_or_insert(false);
    // Where the server was not told of its scopes, the clients' records decide; this one there is in any case.
    if metadata.scopes_supported.is_empty() {
        metadata.scopes_supported.push(SCOPE.to_owned());
    }
}

// legal: pass/grants.rs, fn own
use grantor::{FamilyStore, TokenContext, OAuthError, TokenResponse};

pub async fn exchange<S: FamilyStore>(_: &TokenContext<'_, S>) -> Result<TokenResponse, OAuthError> {
    Ok(TokenResponse { expires_in: 3600 })
}

fn main() {}

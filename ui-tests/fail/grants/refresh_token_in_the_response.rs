// legal: pass/grants.rs, fn own
use grantor::{FamilyStore, Granted, TokenContext, TokenError, TokenResponse};

pub async fn exchange<S: FamilyStore>(cx: &TokenContext<'_, S>) -> Result<TokenResponse, TokenError> {
    let _decided = Granted::to_client(cx.scope()?);
    Ok(TokenResponse { access_token: "I made this myself".to_owned(), expires_in: 3600 })
}

fn main() {}

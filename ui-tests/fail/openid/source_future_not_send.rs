// legal: pass/openid.rs, fn typical
use std::rc::Rc;

use grantor::{Claims, ClaimsFor, ClaimsSource, StandardClaims, StoreError};

pub struct Directory;
impl ClaimsSource for Directory {
    type Own = ();
    async fn claims(&self, _: ClaimsFor<'_>) -> Result<Claims, StoreError> {
        let attempts = Rc::new(3);
        std::future::ready(()).await;
        drop(attempts);
        Ok(StandardClaims::default().into())
    }
}

fn main() {}

// legal: pass/grants.rs, fn sixteen
use grantor::{AuthorizationServer, FamilyStore, Grant, Granted, No, TokenContext, OAuthError, extension_grant, issuer};
use ui_tests::PgStore;

macro_rules! own {
    ($($name:ident)*) => {$(
        pub struct $name;
        extension_grant!($name = concat!("urn:example:grant:", stringify!($name)), refresh_tokens: No);
        impl<S: FamilyStore> Grant<S> for $name {
            async fn decide(&self, cx: &TokenContext<'_, S>) -> Result<Granted, OAuthError> {
                Ok(Granted::to_client(cx.scope()?))
            }
        }
    )*};
}
own!(G1 G2 G3 G4 G5 G6 G7 G8 G9 G10 G11 G12 G13 G14 G15 G16 G17);

fn main() {
    let chain = AuthorizationServer::builder().issuer(issuer!("https://as.example.com")).storage(PgStore);
    let chain = chain.grant(G1).grant(G2).grant(G3).grant(G4).grant(G5).grant(G6).grant(G7).grant(G8);
    let chain = chain.grant(G9).grant(G10).grant(G11).grant(G12).grant(G13).grant(G14).grant(G15).grant(G16);
    let _server = chain.grant(G17).build();
}

// legal: pass/responses.rs, fn own_generic
use grantor::{AuthorizationServer, ClientCredentials, No, Respond, extension_response_type, issuer};
use ui_tests::PgStore;

pub struct Mine<T>(T);
extension_response_type!(impl<T: Send + Sync + 'static> Mine<T> = "token receipt", code: No, access_token: No);
impl<S: Send + Sync, T: Send + Sync + 'static> Respond<S> for Mine<T> {}

fn main() {
    let chain = AuthorizationServer::builder().issuer(issuer!("https://as.example.com")).storage(PgStore);
    let _server = chain.grant(ClientCredentials::new()).response_type(Mine("receipt")).build();
}

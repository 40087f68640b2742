//! Legal neighbours of the rules about response types.

use grantor::{
    ApprovalContext, AuthorizationCode, AuthorizationServer, ClientCredentials, Code, CodeToken, ExtraParameters, FamilyStore,
    Implicit, No, Nothing, OAuthError, Respond, ResponseType, Rfc6749, Token, Yes, extension_response_type, issuer, wire_name,
};
use ui_tests::PgStore;

fn code() {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .grant(AuthorizationCode::new())
        .response_type(Code)
        .build();
}

fn token() {
    let _server = AuthorizationServer::builder()
        .profile(Rfc6749)
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .grant(Implicit::new())
        .response_type(Token)
        .build();
}

/// `code token` serves both grants: neither `code` nor `token` alone is needed.
fn code_token() {
    let _server = AuthorizationServer::builder()
        .profile(Rfc6749)
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .grant(AuthorizationCode::new())
        .grant(Implicit::new())
        .response_type(CodeToken)
        .build();
}

/// RFC 6749 section 8.4.
struct Receipt;
extension_response_type!(Receipt = "receipt", code: No, access_token: No);

impl<S: Send + Sync> Respond<S> for Receipt {
    async fn extra(&self, cx: &ApprovalContext<'_, S>) -> Result<ExtraParameters, OAuthError> {
        Ok(ExtraParameters::none().parameter("receipt", cx.subject().as_str())?)
    }
}

/// Neither needs a grant of its own.
fn own() {
    let server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .grant(ClientCredentials::new())
        .response_type(Receipt)
        .response_type(Nothing)
        .build();
    drop(server.authorization());
}

/// What is declared is what is sent, and what the profile is asked about.
struct Ticket;
extension_response_type!(Ticket = "ticket", code: No, access_token: Yes);
impl<S: FamilyStore> Respond<S> for Ticket {}

fn own_with_token() {
    let _server = AuthorizationServer::builder()
        .profile(Rfc6749)
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .grant(Implicit::new())
        .response_type(Ticket)
        .build();
}

/// Without a macro for what it carries: a code, as its name says, and a receipt.
struct CodeReceipt;
wire_name!(CodeReceipt = "code receipt");

impl ResponseType for CodeReceipt {
    type CarriesCode = Yes;
    type CarriesAccessToken = No;
    type CarriesIdToken = No;
}

impl<S: FamilyStore> Respond<S> for CodeReceipt {}

fn own_by_hand() {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .grant(AuthorizationCode::new())
        .response_type(CodeReceipt)
        .build();
}

/// With their grant, or alone where no grant goes with them.
fn switch() {
    for on in [true, false] {
        let _server = AuthorizationServer::builder()
            .issuer(issuer!("https://as.example.com"))
            .storage(PgStore)
            .grant(on.then(AuthorizationCode::new))
            .response_type(Code)
            .response_type(on.then_some(Nothing))
            .response_type(on.then_some(Receipt))
            .response_type(None::<Signed<Reversed, &str>>)
            .build();
    }
}

/// A response type over types of one's own, with what they need.
trait Signs: Send + Sync + 'static {
    fn sign(&self, text: &str) -> String;
}

struct Signed<K, T>(K, T);
extension_response_type!(impl<K: Signs + Clone, T: AsRef<str> + Send + Sync + 'static> Signed<K, T> = "signed", code: No, access_token: No);

impl<S: Send + Sync, K: Signs + Clone, T: AsRef<str> + Send + Sync + 'static> Respond<S> for Signed<K, T> {
    async fn extra(&self, _: &ApprovalContext<'_, S>) -> Result<ExtraParameters, OAuthError> {
        Ok(ExtraParameters::none().parameter("signed", self.0.sign(self.1.as_ref()))?)
    }
}

#[derive(Clone)]
struct Reversed;

impl Signs for Reversed {
    fn sign(&self, text: &str) -> String {
        text.chars().rev().collect()
    }
}

fn own_generic() {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .grant(ClientCredentials::new())
        .response_type(Signed(Reversed, "receipt"))
        .build();
}

pub fn main() {
    switch();
    own_generic();
    own_by_hand();
    own_with_token();
    code();
    token();
    code_token();
    own();
}

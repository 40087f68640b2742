//! Legal neighbours of the rules about response types.

use grantor::{
    ApprovalContext, AuthorizationCode, AuthorizationServer, ClientCredentials, Code, CodeToken, ExtraParameters, FamilyStore,
    Implicit, No, Nothing, Respond, Rfc6749, Token, TokenError, Yes, extension_response_type, issuer,
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
    async fn extra(&self, cx: &ApprovalContext<'_, S>) -> Result<ExtraParameters, TokenError> {
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

fn main() {
    own_with_token();
    code();
    token();
    code_token();
    own();
}

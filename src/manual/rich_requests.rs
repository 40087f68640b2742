//! Rich requests: clients ask for this payment, or for these accounts, and not for a scope (RFC 9396).
//!
//! A scope is a word. "May transfer money" is what nobody wants to agree to; "may transfer 123.50 EUR to Merchant A" is. With rich
//! authorization requests a client sends such details as JSON, a person sees and grants each of them, and the API finds in the token what
//! was granted.
//!
//! # A type of your own
//!
//! What a detail is only you know, so its types are yours: a type that serde reads and writes, without the member `type`, which is its name.
//!
//! ```
//! use grantor::{AuthorizationDetail, Client, InvalidDetail, wire_name};
//! use serde::{Deserialize, Serialize};
//!
//! /// A credit transfer.
//! #[derive(Serialize, Deserialize)]
//! struct Payment {
//!     /// Of the smallest unit of the currency: no rounding.
//!     amount: u64,
//!     currency: String,
//!     creditor: String,
//! }
//! wire_name!(Payment = "payment_initiation");
//!
//! impl AuthorizationDetail for Payment {
//!     fn covers(&self, narrower: &Self) -> bool {
//!         narrower.amount <= self.amount && narrower.currency == self.currency && narrower.creditor == self.creditor
//!     }
//!
//!     fn check(&self, client: &Client) -> Result<(), InvalidDetail> {
//!         match self.amount {
//!             0 => Err("the amount is zero".into()),
//!             // What a client that nobody vetted may ask for is for you to say.
//!             1_000_000.. if !client.is_vetted() => Err("this client may not ask for so much".into()),
//!             _ => Ok(()),
//!         }
//!     }
//! }
//!
//! /// Reading accounts: those that are named, or those that the person chooses.
//! #[derive(Serialize, Deserialize)]
//! struct Accounts {
//!     actions: Vec<String>,
//!     #[serde(skip_serializing_if = "Option::is_none")]
//!     accounts: Option<Vec<String>>,
//! }
//! wire_name!(Accounts = "account_information");
//!
//! impl AuthorizationDetail for Accounts {
//!     fn covers(&self, narrower: &Self) -> bool {
//!         let accounts = match (&self.accounts, &narrower.accounts) {
//!             // Left open: whichever the person chooses are within it.
//!             (None, _) => true,
//!             (Some(own), Some(less)) => less.iter().all(|account| own.contains(account)),
//!             (Some(_), None) => false,
//!         };
//!         accounts && narrower.actions.iter().all(|action| self.actions.contains(action))
//!     }
//! }
//!
//! use grantor::{
//!     AuthorizationCode, AuthorizationServer, Code, Development, MemoryStore, OAuth21, PushedAuthorizationRequests,
//!     RichAuthorizationRequests, issuer,
//! };
//!
//! let server = AuthorizationServer::builder()
//!     .profile(Development::<OAuth21>::new())
//!     .issuer(issuer!("https://bank.example.com"))
//!     .storage(MemoryStore::new())
//!     .grant(AuthorizationCode::new())
//!     .response_type(Code)
//!     .enable(PushedAuthorizationRequests::new())
//!     .enable(RichAuthorizationRequests::<(Payment, Accounts)>::new())
//!     .build();
//! # let _ = server;
//! ```
//!
//! The list is a tuple of one to 16 types. Something in it that is no such type, or two types of one name, do not compile.
//!
//! `covers` is the one thing that only you can get right: whatever it says is covered, a client may have without anybody being asked again.
//! Compare member by member, and let nothing be wider. `check` is about values, and about who asks.
//!
//! # What a client sends
//!
//! ```text
//! POST /par HTTP/1.1
//!
//! client_id=app&response_type=code&..&authorization_details=[{"type": "payment_initiation", "amount": 12350, "currency": "EUR",
//! "creditor": "Merchant A"}, {"type": "account_information", "actions": ["balances"]}]
//! ```
//!
//! It works in a URL, too. But a URL gets long, is logged, and can be changed by whoever sits at the browser (RFC 9396 section 12): have clients
//! [push](crate::manual::high_value_apis) such requests. A request is kept as a whole, with its details:
//! [`request_bytes`](crate::Builder::request_bytes) bounds it.
//!
//! The client registers the types that it may ask for, in its record (`authorization_details_types`, section 10); the server's metadata
//! names those that there are (`authorization_details_types_supported`).
//!
//! ```
//! use grantor::Client;
//!
//! let client = Client::public("app")
//!     .redirect_uri("https://app.example.com/cb")
//!     .authorization_details_types(["payment_initiation", "account_information"])
//!     .build()?;
//! # let _ = client;
//! # Ok::<(), grantor::ClientError>(())
//! ```
//!
//! | refused with `invalid_authorization_details` | |
//! |---|---|
//! | a type that is not in the list, or that the client has not registered | |
//! | a member that the type does not have, wherever in it | whether your type denies them or not: what is ignored is found out by what you write again |
//! | a member of another form, or one that is missing | said by its name, without values |
//! | what `check` refuses | in your words |
//! | more than 8,192 bytes, 32 details or 12 levels; a member twice; no JSON array of objects, or an empty one | |
//!
//! Kept, shown and granted is what your type writes, and never what was sent: so write all that you read. A type that does not read what it
//! writes is `server_error`, with an event.
//!
//! # What a person grants
//!
//! Your page shows each detail. It may come from a stranger: escape what you show, and format amounts yourself.
//!
//! ```
//! # use grantor::{Approval, AuthorizationDetail, AuthorizationRequest, Decision, Subject, wire_name};
//! # use serde::{Deserialize, Serialize};
//! # #[derive(Serialize, Deserialize)]
//! # struct Payment { amount: u64, creditor: String }
//! # #[derive(Clone, Serialize, Deserialize)]
//! # struct Accounts { actions: Vec<String>, accounts: Option<Vec<String>> }
//! # wire_name!(Payment = "payment_initiation");
//! # wire_name!(Accounts = "account_information");
//! # fn escaped(text: &str) -> String { text.replace('<', "&lt;") }
//! fn page(request: &AuthorizationRequest) -> String {
//!     let mut page = String::new();
//!     for payment in request.details::<Payment>() {
//!         page += &format!("<li>Pay {}.{:02} to {}</li>", payment.amount / 100, payment.amount % 100, escaped(&payment.creditor));
//!     }
//!     for accounts in request.details::<Accounts>() {
//!         page += &format!("<li>See {} of the accounts that you choose</li>", escaped(&accounts.actions.join(", ")));
//!     }
//!     page
//! }
//!
//! /// The person left out the payments, or not, and chose accounts.
//! fn decide(request: AuthorizationRequest, subject: Subject, pays: bool, chosen: Vec<String>) -> Decision {
//!     let mut approval = Approval::by(subject).consented();
//!     for payment in request.details::<Payment>().filter(|_| pays) {
//!         approval = approval.detail(payment);
//!     }
//!     for accounts in request.details::<Accounts>() {
//!         approval = approval.detail(&Accounts { accounts: Some(chosen.clone()), ..accounts.clone() });
//!     }
//!     request.approve(approval)
//! }
//! ```
//!
//! | an approval that | is |
//! |---|---|
//! | names each detail that it grants, as asked for, with less in it, or filled in | completed, if the type says that what was asked for covers it |
//! | names all at once ([`details`](crate::Approval::details) with [`authorization_details`](crate::AuthorizationRequest::authorization_details)) | the same: for a page that shows every type |
//! | says that none is granted (`details(&AuthorizationDetails::new())`) | completed for the scope, or `access_denied` where there is none |
//! | names none, or more than was asked for | refused by [`complete`](crate::AuthorizationEndpoint::complete): a page with status 500, and a [`DecisionRefused`](crate::DecisionRefused) in its extensions. Nothing is decided, and the request goes on waiting |
//! | does not say that the person was [asked](crate::Approval::consented) | `consent_required`, as for silent sign-in (`prompt=none`): what nobody saw is not granted |
//!
//! So a page that was written before there were details grants none of them by accident. What somebody agreed to before
//! [covers](crate::AuthorizationRequest::is_covered_by) no request for details: each payment is one that somebody looks at.
//!
//! # What the token permits
//!
//! The token response says what was granted, with what the person filled in (section 7.1), and so do introspection and JWT access tokens.
//!
//! * A token request may name `authorization_details` of its own: less than was granted, as the type compares them. The refresh token stays
//!   good for all of it. One payment does not cover two.
//! * A token that is for some [resources](crate::ResourceIndicators) has only the details that are for them, where the type says so with
//!   [`locations`](crate::AuthorizationDetail::locations): a place is a resource, or below one.
//! * A client gets a detail for itself (`client_credentials`) where its type says so
//!   ([`is_granted_to_itself`](crate::AuthorizationDetail::is_granted_to_itself)), and otherwise not.
//! * A [token that is exchanged](crate::TokenExchange) passes its details on, unless the decision is
//!   [without](crate::ExchangeDecision::without_details) them. A grant of your own [reads](crate::TokenContext::details) and
//!   [permits](crate::Granted::detail) them. Every other grant refuses the parameter; assertions and ID-JAGs bring none.
//! * Types that the server or the client has lost are left out at the next refresh, and nothing is left is `invalid_authorization_details`.
//!
//! Releases that know nothing of details refuse to read such requests, codes and tokens (version 6), so that no instance of a server that is
//! being upgraded drops a limit.
//!
//! # At the API
//!
//! ```
//! use grantor::{Scope, TokenClaims, wire_name};
//! use serde::Deserialize;
//!
//! /// The API reads what it needs: it may be another program, with types of its own.
//! #[derive(Deserialize)]
//! struct Payment {
//!     amount: u64,
//!     creditor: String,
//! }
//! wire_name!(Payment = "payment_initiation");
//!
//! fn may_pay(claims: &TokenClaims, amount: u64, creditor: &str) -> bool {
//!     let Ok(payments) = claims.details::<Payment>() else { return false };
//!     payments.iter().any(|payment| amount <= payment.amount && payment.creditor == creditor)
//! }
//!
//! # let claims = r#"{"authorization_details": [{"type": "payment_initiation", "amount": 12350, "creditor": "Merchant A"}]}"#;
//! let claims: TokenClaims = serde_json::from_str(claims)?;
//! assert!(may_pay(&claims, 12_350, "Merchant A") && !may_pay(&claims, 12_351, "Merchant A"));
//! # Ok::<(), serde_json::Error>(())
//! ```
//!
//! A detail of the type that cannot be read is an error, and no empty list. That a payment is made once, and not with each call while the
//! token lives, is for the API to see to: remember what was paid under [`token_id`](crate::TokenClaims::token_id), or under an identifier that
//! your type has.
//!
//! # Trying it
//!
//! `cargo run -p example-server -- --samples --rar` is a server with both types, a page on which the person leaves payments out and chooses
//! accounts, and an API that shows what it was given.

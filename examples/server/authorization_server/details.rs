//! What clients may ask for in detail (`--rar`, RFC 9396): a payment, and accounts to look at. A bank has these in a library of its own.

use std::fmt;

use grantor::{Approval, AuthorizationDetail, AuthorizationDetails, AuthorizationRequest, Client, InvalidDetail, wire_name};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::form::Fields;

/// The types, as the chains name them and the sample app registers them.
pub type Details = (Payment, Accounts);
pub const TYPES: [&str; 2] = ["payment_initiation", "account_information"];

/// The accounts that everybody has here.
pub const ACCOUNTS: [&str; 2] = ["DE02100100109307118603", "DE40100100103307118608"];
/// What can be seen of them.
const ACTIONS: [&str; 2] = ["balances", "transactions"];

/// A credit transfer.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Payment {
    /// Of a hundredth of the currency.
    pub amount: u64,
    pub currency: String,
    pub creditor: String,
}
wire_name!(Payment = "payment_initiation");

impl AuthorizationDetail for Payment {
    fn covers(&self, narrower: &Self) -> bool {
        narrower.amount <= self.amount && narrower.currency == self.currency && narrower.creditor == self.creditor
    }

    fn check(&self, _: &Client) -> Result<(), InvalidDetail> {
        if self.amount == 0 {
            return Err("the amount is zero".into());
        }
        if self.currency.len() != 3 || !self.currency.bytes().all(|byte| byte.is_ascii_uppercase()) {
            return Err("the currency is not a code of three letters".into());
        }
        let is_name = !self.creditor.trim().is_empty() && self.creditor.chars().count() <= 70;
        // Nothing that changes how the rest of a page reads.
        let shows = self.creditor.chars().all(|c| {
            !c.is_control()
                && !matches!(c, '\u{061c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        });
        if is_name && shows { Ok(()) } else { Err("the creditor is not a name of up to 70 characters".into()) }
    }
}

impl fmt::Display for Payment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { amount, currency, creditor } = self;
        write!(f, "Pay {}.{:02} {currency} to {creditor}", amount / 100, amount % 100)
    }
}

/// A look at accounts: at those that are named, or at those that the person chooses.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Accounts {
    pub actions: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accounts: Option<Vec<String>>,
}
wire_name!(Accounts = "account_information");

impl AuthorizationDetail for Accounts {
    fn covers(&self, narrower: &Self) -> bool {
        let accounts = match (&self.accounts, &narrower.accounts) {
            (None, _) => true,
            (Some(own), Some(less)) => less.iter().all(|account| own.contains(account)),
            (Some(_), None) => false,
        };
        accounts && narrower.actions.iter().all(|action| self.actions.contains(action))
    }

    fn check(&self, _: &Client) -> Result<(), InvalidDetail> {
        let known = !self.actions.is_empty() && self.actions.iter().all(|action| ACTIONS.contains(&&**action));
        if known { Ok(()) } else { Err("actions are balances and transactions".into()) }
    }
}

impl Accounts {
    /// Among which the person chooses.
    pub fn offered(&self) -> impl Iterator<Item = &'static str> {
        ACCOUNTS.into_iter().filter(|own| self.accounts.as_ref().is_none_or(|named| named.iter().any(|name| name == own)))
    }
}

/// With what the person has ticked; nothing of it if there was nothing.
pub fn ticked(request: &AuthorizationRequest, fields: &Fields, approval: Approval) -> Approval {
    if request.authorization_details().is_none() {
        return approval;
    }
    let mut approval = approval.details(&AuthorizationDetails::new());
    for (number, payment) in request.details::<Payment>().enumerate() {
        if fields.all("payment").any(|ticked| ticked == number.to_string()) {
            approval = approval.detail(payment);
        }
    }
    for (number, accounts) in request.details::<Accounts>().enumerate() {
        let chosen: Vec<_> = fields.all(&format!("accounts-{number}")).collect();
        let chosen: Vec<String> = accounts.offered().filter(|own| chosen.contains(own)).map(str::to_owned).collect();
        if !chosen.is_empty() {
            approval = approval.detail(&Accounts { accounts: Some(chosen), ..accounts.clone() });
        }
    }
    approval
}

/// With all that is asked for, where nobody is shown a page.
pub fn all(request: &AuthorizationRequest, approval: Approval) -> Approval {
    match request.authorization_details() {
        Some(details) => approval.details(details),
        None => approval,
    }
}

/// What the sample app asks for.
pub fn sample() -> String {
    json!([
        {"type": "payment_initiation", "amount": 12_350, "currency": "EUR", "creditor": "Merchant A"},
        {"type": "account_information", "actions": ["balances"]},
    ])
    .to_string()
}

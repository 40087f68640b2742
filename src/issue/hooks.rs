//! What issuing asks of the features of a server. A list of features answers for all of them, with static calls.

use std::future::Future;

use serde_json::Value;

use crate::error::TokenError;
use crate::issue::{IssueContext, Keyring, TokenFormat, Withheld};
use crate::storage::{FamilyId, TokenDetails};

/// The phases of issuing.
#[doc(hidden)]
pub trait IssueHooks<S>: Send + Sync + 'static {
    /// Looks at a token request and binds what is granted to it.
    fn bind(&self, cx: &IssueContext<'_, S>, binding: &mut Binding) -> impl Future<Output = Result<(), TokenError>> + Send;
    /// Adds to what goes out with codes and tokens.
    fn respond<K: Keyring>(
        &self,
        cx: &IssueContext<'_, S>,
        keys: &K,
        response: &mut Withheld,
    ) -> impl Future<Output = Result<(), TokenError>> + Send;
}

/// What one of the features chose for the whole server, or the library if none did.
#[doc(hidden)]
pub trait Choices<S> {
    /// How access tokens are made and found.
    type Format: TokenFormat<S>;
    /// What signs.
    type Keys: Keyring;
    fn format(&self) -> &Self::Format;
    fn keys(&self) -> &Self::Keys;
}

/// All that issuing needs.
#[doc(hidden)]
pub trait Issuing<S>: IssueHooks<S> + Choices<S> {}
impl<S, F: IssueHooks<S> + Choices<S>> Issuing<S> for F {}

/// What is granted, before anything of it is made.
#[doc(hidden)]
#[derive(Debug)]
pub struct Binding {
    pub(crate) access: TokenDetails,
    pub(crate) renewable: Option<TokenDetails>,
    /// The authorization that is continued by a refresh.
    pub(crate) continues: Option<FamilyId>,
}

impl Binding {
    /// Binds the access token to a key of the client: a member of `cnf` (RFC 7800 section 3.1).
    pub fn confirm(&mut self, method: &'static str, value: impl Into<Value>) {
        // What may be renewed stays what it was.
        self.renewable.get_or_insert_with(|| self.access.clone());
        self.access = self.access.confirmed_by(method, value.into());
    }
}

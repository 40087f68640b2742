//! What issuing asks of the features of a server. A list of features answers for all of them, with static calls.

use std::future::Future;
use std::sync::Arc;

use serde_json::{Map, Value};

use crate::authorization::AuthorizationResponse;
use crate::client::Client;
use crate::core::Core;
use crate::issue::{IssueContext, Keyring, StepKind, TokenFormat, Withheld};
use crate::storage::{FamilyId, FoundToken, TokenDetails};
use crate::values::error::{OAuthError, StoreError};
use crate::values::lifetime::AccessTokenLifetime;
use crate::values::resource::ResourceIdentifier;

/// The phases of issuing.
#[doc(hidden)]
pub trait IssueHooks<S>: Send + Sync + 'static {
    /// May an active token still be taken for active? What is said of it may be less than it was.
    fn admit(&self, core: &Core<S>, found: &mut FoundToken) -> impl Future<Output = Result<bool, StoreError>> + Send;
    /// Says for what an access token is, before it is bound to anything.
    fn aim(&self, cx: &IssueContext<'_, S>, binding: &mut Binding) -> impl Future<Output = Result<(), OAuthError>> + Send;
    /// What an access token is for where neither the client nor the grant names a resource, if a feature says so.
    fn default_resource(&self) -> Option<&ResourceIdentifier>;
    /// Looks at a token request and binds what is granted to it.
    fn bind(&self, cx: &IssueContext<'_, S>, binding: &mut Binding) -> impl Future<Output = Result<(), OAuthError>> + Send;
    /// Adds to what goes out with codes and tokens.
    fn respond<K: Keyring>(
        &self,
        cx: &IssueContext<'_, S>,
        keys: &K,
        response: &mut Withheld,
    ) -> impl Future<Output = Result<(), OAuthError>> + Send;
    /// Writes an authorization response, or an error, anew as the response mode of this name has it; `None` if no feature brings the
    /// mode.
    fn encode_response<K: Keyring>(
        &self,
        core: &Core<S>,
        keys: &K,
        client: &Client,
        mode: &str,
        response: &AuthorizationResponse,
    ) -> impl Future<Output = Result<Option<AuthorizationResponse>, OAuthError>> + Send;
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
    /// Is it a new authorization, which nobody approved before?
    pub(crate) begins: bool,
    /// The grant has decided for what the access token is: for all of its audience, whatever the request names.
    pub(crate) exactly: bool,
    /// A feature knows each of the resources that the grant decided for.
    pub(crate) knows_resources: bool,
    /// For whom a token is in this format if nobody says it.
    pub(crate) default_resource: Option<Arc<str>>,
    /// How long the access token lives, whatever the grant, the client or the server says.
    pub(crate) lifetime: Option<AccessTokenLifetime>,
    /// What else it says, where its format can say it.
    pub(crate) claims: Map<String, Value>,
}

impl Binding {
    pub(super) fn new<W: StepKind>(access: TokenDetails, renewable: Option<TokenDetails>, step: &W) -> Self {
        let (continues, begins) = (step.continues(), step.begins());
        let (default_resource, lifetime, claims) = (None, None, Map::new());
        Self { access, renewable, continues, begins, exactly: false, knows_resources: false, default_resource, lifetime, claims }
    }

    /// Binds the access token to a key of the client: a member of `cnf` (RFC 7800 section 3.1).
    pub fn confirm(&mut self, method: &'static str, value: impl Into<Value>) {
        // What may be renewed stays what it was.
        self.renewable.get_or_insert_with(|| self.access.clone());
        self.access = self.access.confirmed_by(method, value.into());
    }
}

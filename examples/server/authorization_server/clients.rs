//! The registered clients. They are in the operator's file, which is read at each start: who is removed there is gone, also if
//! codes and tokens are kept in a database. So clients have a store of their own, which [`Split`] joins with that of the rest.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, PoisonError, RwLock};

use grantor::{
    AuthorizationServer, CheckedClient, Client, ClientId, ClientMetadata, ClientRegistry, ClientRejection, ClientStore, Durable,
    FeatureList, GrantList, HealthCheck, Issuer, RegisterError, RegistrationStore, ResponseTypeList, Scope, Split, StoreError,
    Timestamp,
};
use serde::Deserialize as _;
use serde_json::{Value, json};

use crate::entries::{LeftOut, check_secret, name_of};

/// The clients of one issuer.
#[derive(Debug, Clone, Default)]
pub struct Clients(Arc<RwLock<HashMap<String, Arc<Client>>>>);

/// Clients from the file, and everything else in `T`: also those that registered themselves.
pub type Storage<T> = Split<Everybody<T>, T>;

pub fn storage<T: Clone>(clients: Clients, store: T) -> Storage<T> {
    Split::new(Everybody { file: clients, strangers: store.clone() }, store)
}

/// The clients of the file, and those that registered themselves. An identifier of a stranger is the server's own and random, so it is none
/// of the file's; if somebody writes it into the file all the same, the file counts.
#[derive(Debug, Clone)]
pub struct Everybody<T> {
    file: Clients,
    strangers: T,
}

impl<T: ClientStore> ClientStore for Everybody<T> {
    async fn client(&self, issuer: &Issuer, id: &str) -> Result<Option<Arc<Client>>, StoreError> {
        match self.file.client(issuer, id).await? {
            None => self.strangers.client(issuer, id).await,
            found => Ok(found),
        }
    }
}

impl<T: ClientRegistry> ClientRegistry for Everybody<T> {
    async fn put_client(&self, issuer: &Issuer, client: CheckedClient) -> Result<(), StoreError> {
        match client.client().registration() {
            None => self.file.put_client(issuer, client).await,
            Some(_) => self.strangers.put_client(issuer, client).await,
        }
    }

    async fn remove_client(&self, issuer: &Issuer, id: &ClientId) -> Result<bool, StoreError> {
        let of_the_file = self.file.remove_client(issuer, id).await?;
        Ok(self.strangers.remove_client(issuer, id).await? || of_the_file)
    }

    async fn list_clients(&self, issuer: &Issuer, after: Option<&ClientId>, limit: u32) -> Result<Vec<Arc<Client>>, StoreError> {
        let mut all = self.file.list_clients(issuer, after, limit).await?;
        let strangers = self.strangers.list_clients(issuer, after, limit).await?;
        all.extend(strangers);
        all.sort_by(|one, other| one.id().cmp(other.id()));
        all.truncate(limit as usize);
        Ok(all)
    }
}

impl<T: RegistrationStore> RegistrationStore for Everybody<T> {
    async fn add_client(&self, issuer: &Issuer, client: CheckedClient, room: u32, now: Timestamp) -> Result<bool, StoreError> {
        self.strangers.add_client(issuer, client, room, now).await
    }

    async fn replace_client(&self, issuer: &Issuer, was: &Client, client: CheckedClient) -> Result<bool, StoreError> {
        self.strangers.replace_client(issuer, was, client).await
    }

    async fn keep_client(&self, issuer: &Issuer, id: &ClientId, until: Timestamp) -> Result<(), StoreError> {
        self.strangers.keep_client(issuer, id, until).await
    }
}

impl<T: Durable> Durable for Everybody<T> {}

impl<T: Send + Sync + 'static> HealthCheck for Everybody<T> {
    async fn check_health(&self) -> Result<(), StoreError> {
        // The other half of the storage is the same one.
        self.file.check_health().await
    }
}

impl Clients {
    /// The first one, by identifier, of this kind.
    pub fn first(&self, is_of_this_kind: impl Fn(&Client) -> bool) -> Option<String> {
        let clients = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let ids = clients.iter().filter(|(_, client)| is_of_this_kind(client)).map(|(id, _)| id);
        ids.min().cloned()
    }
}

impl ClientStore for Clients {
    async fn client(&self, _: &Issuer, id: &str) -> Result<Option<Arc<Client>>, StoreError> {
        Ok(self.0.read().unwrap_or_else(PoisonError::into_inner).get(id).cloned())
    }
}

impl ClientRegistry for Clients {
    async fn put_client(&self, _: &Issuer, client: CheckedClient) -> Result<(), StoreError> {
        let client = client.into_client();
        self.0.write().unwrap_or_else(PoisonError::into_inner).insert(client.id().to_string(), client);
        Ok(())
    }

    async fn remove_client(&self, _: &Issuer, id: &ClientId) -> Result<bool, StoreError> {
        Ok(self.0.write().unwrap_or_else(PoisonError::into_inner).remove(id.as_str()).is_some())
    }

    async fn list_clients(&self, _: &Issuer, after: Option<&ClientId>, limit: u32) -> Result<Vec<Arc<Client>>, StoreError> {
        let clients = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let mut later: Vec<_> = clients.values().filter(|it| after.is_none_or(|after| it.id() > after)).cloned().collect();
        later.sort_by(|one, other| one.id().cmp(other.id()));
        later.truncate(limit as usize);
        Ok(later)
    }
}

/// The next start reads the file again.
impl Durable for Clients {}

impl HealthCheck for Clients {
    async fn check_health(&self) -> Result<(), StoreError> {
        Ok(())
    }
}

/// Registers the clients that the server can serve, and returns the others with the reason.
pub async fn register<S, G, R, F, P>(
    server: &AuthorizationServer<S, G, R, F, P>,
    entries: Vec<Value>,
    scopes: &Scope,
) -> Result<Vec<LeftOut>, StoreError>
where
    S: ClientRegistry,
    G: GrantList,
    R: ResponseTypeList,
    F: FeatureList,
{
    let mut left_out = Vec::new();
    let mut ids = HashSet::new();
    for (index, entry) in entries.into_iter().enumerate() {
        let name = name_of(index, &entry, "client_id");
        let reason = match client(entry, scopes) {
            Ok(client) if !ids.insert(client.id().clone()) => "an earlier entry has the same client_id".to_owned(),
            Ok(client) => match server.register_client(client).await {
                Ok(()) => continue,
                Err(RegisterError::Store(error)) => return Err(error),
                Err(RegisterError::Rejected(rejected)) => rejected.reasons().iter().map(in_flags).collect::<Vec<_>>().join("; "),
                Err(error) => error.to_string(),
            },
            Err(reason) => reason,
        };
        left_out.push(LeftOut { entry: name, reason });
    }
    Ok(left_out)
}

/// What the library says to whoever writes a chain, for whoever starts a program.
fn in_flags(reason: &ClientRejection) -> String {
    let with_profile = "is only there with --profile rfc6749";
    match reason {
        ClientRejection::UnknownGrantType(name) if matches!(&**name, "password" | "implicit") => {
            format!("the grant type `{name}` {with_profile}")
        }
        ClientRejection::UnknownResponseType(name) if matches!(&**name, "token" | "code token" | "none") => {
            format!("the response type `{name}` {with_profile}")
        }
        ClientRejection::UnknownGrantType(name) => format!("this server does not have the grant type `{name}`"),
        ClientRejection::UnknownResponseType(name) => format!("this server does not have the response type `{name}`"),
        ClientRejection::UnknownAuthenticationMethod(method) => {
            format!("this server does not have the client authentication method `{method}`")
        }
        ClientRejection::UnknownAssertionAlgorithm(name) => {
            format!("this server does not accept `{name}` as `token_endpoint_auth_signing_alg`")
        }
        ClientRejection::UnknownSigningAlgorithm { member, algorithm, .. } => {
            format!("this server does not sign with `{algorithm}`, which the client registered as `{member}`")
        }
        ClientRejection::UnknownScope(scope) => {
            format!("this server does not know the scope `{scope}`; add it to --scopes, or remove it from the client")
        }
        ClientRejection::SchemeWithoutPeriod(uri) => format!(
            "the scheme of the redirect URI `{uri}` has no period (RFC 8252 section 8.4); use a reverse domain name such as \
             `com.example.app`, or permit it with --private-use-schemes"
        ),
        other => other.to_string(),
    }
}

fn client(mut entry: Value, scopes: &Scope) -> Result<Client, String> {
    check_secret(&entry, "client_secret")?;
    let Some(members) = entry.as_object_mut() else { return Err("not a JSON object".to_owned()) };
    members.retain(|_, value| !value.is_null());
    // RFC 7591 section 2: for a client that names no scope, the server registers a default.
    members.entry("scope").or_insert_with(|| scopes.as_str().into());
    // The default, `authorization_code`, is not meant for an API that only asks about tokens.
    let is_api = members.get("introspection") == Some(&json!("any")) || members.contains_key("audience");
    if is_api && !members.contains_key("redirect_uris") {
        members.entry("grant_types").or_insert_with(|| json!([]));
    }
    let metadata = ClientMetadata::deserialize(&entry).map_err(|error| match malformed(&entry) {
        Some(member) => format!("`{member}`: {error}"),
        None => error.to_string(),
    })?;
    Client::try_from(metadata).map_err(|error| error.to_string())
}

/// Which member has the wrong type? Each is tried alone.
fn malformed(entry: &Value) -> Option<&str> {
    let alone = |name: &str, value: &Value| {
        let mut members = json!({"client_id": "id"});
        members[name] = value.clone();
        ClientMetadata::deserialize(members).is_ok()
    };
    entry.as_object()?.iter().find(|(name, value)| !alone(name, value)).map(|(name, _)| name.as_str())
}

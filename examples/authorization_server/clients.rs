//! The registered clients. They are in the operator's file, which is read at each start: who is removed there is gone, also if
//! codes and tokens are kept in a database. So clients have a store of their own, which [`Split`] joins with that of the rest.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, PoisonError, RwLock};

use grantor::{
    AuthorizationServer, CheckedClient, Client, ClientMetadata, ClientRegistry, ClientStore, Durable, FeatureList, GrantList,
    HealthCheck, Issuer, RegisterError, ResponseTypeList, Scope, Split, StoreError,
};
use serde::Deserialize as _;
use serde_json::{Value, json};

use crate::entries::{LeftOut, check_secret, name_of};

/// The clients of one issuer.
#[derive(Debug, Clone, Default)]
pub struct Clients(Arc<RwLock<HashMap<String, Arc<Client>>>>);

/// Clients from the file, everything else in `T`.
pub type Storage<T> = Split<Clients, T>;

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
                Err(error) => error.to_string(),
            },
            Err(reason) => reason,
        };
        left_out.push(LeftOut { entry: name, reason });
    }
    Ok(left_out)
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

//! Clients: registered, shown, changed, removed.

use std::path::Path;

use grantor::{
    Administration, Client, ClientAuthenticationMethod, ClientId, ClientMetadata, ClientSecret, Clock as _, SystemClock,
};
use serde_json::{Map, Value, json};

use crate::arguments::{ClientCommand, MetadataArguments, PageArguments, RegisterArguments};
use crate::authorizations::Many;
use crate::failure::Failure;
use crate::input;
use crate::place::Store;

pub async fn run<S: Store>(administration: &Administration<S>, command: ClientCommand) -> Result<Value, Failure> {
    match command {
        ClientCommand::Register(arguments) => register(administration, arguments).await,
        ClientCommand::Show { id } => Ok(json!({"client": shown(&*find(administration, &id).await?)})),
        ClientCommand::List(page) => list(administration, page).await,
        ClientCommand::Change { id, metadata } => change(administration, &id, metadata).await,
        ClientCommand::RotateSecret { id, keep_previous_for } => rotate(administration, &id, keep_previous_for).await,
        ClientCommand::Remove { id, yes } => remove(administration, &id, yes).await,
    }
}

pub fn client_id(id: &str) -> Result<ClientId, Failure> {
    ClientId::parse(id).map_err(|error| Failure::input(error.to_string()))
}

fn no_client(id: &str) -> Failure {
    Failure::not_found(format!("this issuer has no client `{id}`"))
}

async fn find<S: Store>(administration: &Administration<S>, id: &str) -> Result<std::sync::Arc<Client>, Failure> {
    administration.client(&client_id(id)?).await?.ok_or_else(|| no_client(id))
}

/// What is registered, as it was understood: what can be read again.
fn metadata_of(client: &Client) -> Map<String, Value> {
    let mut members = match serde_json::to_value(client.registered()) {
        Ok(Value::Object(members)) => members,
        _ => Map::new(),
    };
    if let Some(method) = client.authentication_method() {
        members.insert("token_endpoint_auth_method".to_owned(), method.as_str().into());
    }
    members
}

/// Without anything of a secret.
fn shown(client: &Client) -> Value {
    let expiries = client.credentials().secrets().map(|secrets| {
        let both = [Some(secrets.newest()), secrets.previous()];
        both.into_iter()
            .flatten()
            .map(|secret| json!({"expires_at": secret.expires_at().map(|at| at.as_unix())}))
            .collect::<Vec<_>>()
    });
    json!({
        "client_id": client.id().as_str(),
        "metadata": metadata_of(client),
        "secrets": expiries.unwrap_or_default(),
        "vetted": client.is_vetted(),
        "registered_itself_at": client.registration().map(|registration| registration.registered_at().as_unix()),
        "unused_until": client.unused_until().map(|end| end.as_unix()),
    })
}

/// Members that were given and mean nothing here (RFC 7591 section 2: they are ignored), such as one whose name is misspelt.
fn ignored(given: &Map<String, Value>, client: &Client) -> Vec<String> {
    let known = metadata_of(client);
    let is_empty = |value: &Value| value.is_null() || value == "" || value.as_array().is_some_and(Vec::is_empty);
    let of_credentials = ["client_id", "client_secret", "client_secret_expires_at", "token_endpoint_auth_method"];
    let means_nothing = |name: &str| !known.contains_key(name) && !of_credentials.contains(&name);
    given.iter().filter(|(name, value)| means_nothing(name) && !is_empty(value)).map(|(name, _)| name.clone()).collect()
}

/// What the file and the options say.
fn given(arguments: &MetadataArguments) -> Result<Map<String, Value>, Failure> {
    let mut members = arguments.metadata.as_deref().map_or_else(|| Ok(Map::new()), from_file)?;
    let texts =
        [("client_name", &arguments.name), ("scope", &arguments.scope), ("token_endpoint_auth_method", &arguments.auth_method)];
    for (name, text) in texts {
        if let Some(text) = text {
            members.insert(name.to_owned(), text.as_str().into());
        }
    }
    let lists = [
        ("redirect_uris", &arguments.redirect_uris),
        ("grant_types", &arguments.grant_types),
        ("response_types", &arguments.response_types),
    ];
    for (name, list) in lists.into_iter().filter(|(_, list)| !list.is_empty()) {
        members.insert(name.to_owned(), json!(list));
    }
    Ok(members)
}

fn from_file(path: &Path) -> Result<Map<String, Value>, Failure> {
    let text = input::read(path)?;
    match serde_json::from_str(&text) {
        Ok(Value::Object(members)) => Ok(members),
        Ok(_) => Err(Failure::input("the metadata is not a JSON object")),
        // What serde says of a document shows none of its values.
        Err(error) => Err(Failure::input(format!("the metadata is not JSON: line {}, column {}", error.line(), error.column()))),
    }
}

fn read(members: Map<String, Value>) -> Result<ClientMetadata, Failure> {
    serde_json::from_value(Value::Object(members)).map_err(|error| Failure::input(format!("the metadata: {error}")))
}

/// Does a client with this method have a secret? The default of RFC 7591 section 2 does.
fn has_secret(members: &Map<String, Value>) -> bool {
    let method = members.get("token_endpoint_auth_method").and_then(Value::as_str);
    let with_secret = [ClientAuthenticationMethod::ClientSecretBasic, ClientAuthenticationMethod::ClientSecretPost];
    method.is_none_or(|name| with_secret.iter().any(|method| method.as_str() == name))
}

/// Not guessable, though it is no secret; and nothing that a command line takes for an option.
fn random_id() -> String {
    ClientSecret::generate().expose().trim_start_matches('-').chars().take(22).collect()
}

async fn register<S: Store>(administration: &Administration<S>, arguments: RegisterArguments) -> Result<Value, Failure> {
    let mut members = given(&arguments.metadata)?;
    if arguments.public {
        members.insert("token_endpoint_auth_method".to_owned(), "none".into());
    }
    if let Some(id) = arguments.id {
        members.insert("client_id".to_owned(), id.into());
    }
    members.entry("client_id").or_insert_with(|| random_id().into());
    let has_own = members.get("client_secret").is_some_and(|secret| !secret.is_null());
    let secret = (has_secret(&members) && !has_own).then(ClientSecret::generate);
    let given = members.clone();
    if let Some(secret) = &secret {
        members.insert("client_secret".to_owned(), secret.expose().into());
    }
    let client = Client::try_from(read(members)?).map_err(|error| Failure::input(error.to_string()))?;
    let (id, told, ignored) = (client.id().clone(), shown(&client), ignored(&given, &client));
    if !administration.add_client(client).await? {
        return Err(Failure::refused(format!("a client `{id}` is registered already: `client change` changes it")));
    }
    let mut result = json!({"client": told, "ignored": ignored});
    if let Some(secret) = secret {
        result["client_secret"] = secret.expose().into();
    }
    Ok(result)
}

async fn list<S: Store>(administration: &Administration<S>, page: PageArguments) -> Result<Value, Failure> {
    let after = page.after.as_deref().map(client_id).transpose()?;
    // One more says whether there are more.
    let mut clients = administration.clients(after.as_ref(), page.limit + 1).await?;
    let more = clients.len() > page.limit as usize;
    clients.truncate(page.limit as usize);
    let next = clients.last().filter(|_| more).map(|client| client.id().as_str());
    Ok(json!({"clients": clients.iter().map(|client| shown(client)).collect::<Vec<_>>(), "next": next}))
}

/// A merge patch of an object whose members are no objects (RFC 7396): the new value, or none.
fn patched(mut members: Map<String, Value>, patch: &Map<String, Value>) -> Map<String, Value> {
    for (name, value) in patch {
        match value {
            Value::Null => drop(members.remove(name)),
            value => drop(members.insert(name.clone(), value.clone())),
        }
    }
    members
}

async fn change<S: Store>(administration: &Administration<S>, id: &str, metadata: MetadataArguments) -> Result<Value, Failure> {
    let patch = given(&metadata)?;
    for name in ["client_secret", "client_secret_expires_at"] {
        if patch.contains_key(name) {
            return Err(Failure::input(format!(
                "`{name}` does not change so: `client rotate-secret` gives the client a new secret"
            )));
        }
    }
    if patch.get("client_id").is_some_and(|own| own.as_str() != Some(id)) {
        return Err(Failure::input("a client keeps its `client_id`: register another one"));
    }
    if patch.is_empty() {
        return Err(Failure::input("nothing is to be changed: see `client change --help`"));
    }
    let was = find(administration, id).await?;
    let mut members = patched(metadata_of(&was), &patch);
    members.insert("client_id".to_owned(), id.into());
    let client = Client::clone(&was).with_metadata(read(members)?).map_err(|error| Failure::input(error.to_string()))?;
    let (told, ignored) = (shown(&client), ignored(&patch, &client));
    replace(administration, &was, client).await?;
    Ok(json!({"client": told, "ignored": ignored}))
}

/// Nothing that somebody else did meanwhile is lost.
async fn replace<S: Store>(administration: &Administration<S>, was: &Client, client: Client) -> Result<(), Failure> {
    let id = client.id().clone();
    match administration.change_client(was, client).await? {
        true => Ok(()),
        false => {
            Err(Failure::refused(format!("somebody changed or removed the client `{id}` meanwhile: look at it, and try again")))
        }
    }
}

async fn rotate<S: Store>(
    administration: &Administration<S>,
    id: &str,
    keep_previous_for: Option<u64>,
) -> Result<Value, Failure> {
    let was = find(administration, id).await?;
    let secret = ClientSecret::generate();
    let client = Client::clone(&was).with_new_secret(&secret).map_err(|error| Failure::refused(error.to_string()))?;
    let until = keep_previous_for.filter(|seconds| *seconds > 0).map(|seconds| SystemClock.now().saturating_add_secs(seconds));
    let client = match until {
        Some(until) => client.with_previous_secret_until(until),
        None => client.without_previous_secret(),
    };
    replace(administration, &was, client).await?;
    Ok(json!({"client_id": id, "client_secret": secret.expose(), "previous_secret_until": until.map(|until| until.as_unix())}))
}

async fn remove<S: Store>(administration: &Administration<S>, id: &str, yes: bool) -> Result<Value, Failure> {
    let client_id = client_id(id)?;
    let is_there = administration.client(&client_id).await?.is_some();
    if !yes {
        let many = Many::of_client(administration, &client_id).await?;
        if !is_there && many.is_none() {
            return Err(no_client(id));
        }
        if !many.is_none() {
            let words = format!("the client `{id}` has {many}, which end with it: add --yes if that is meant");
            return Err(Failure::refused(words));
        }
    }
    let removed = administration.remove_client(&client_id).await?;
    if !removed.was_there && removed.authorizations == 0 {
        return Err(no_client(id));
    }
    Ok(json!({"client_id": id, "removed": removed.was_there, "authorizations_ended": removed.authorizations}))
}

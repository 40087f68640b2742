//! What a client writes, read as the types of the server: of a known type, of its form, with no member that it does not have, and such as the
//! application accepts (RFC 9396 section 5).

use std::borrow::Cow;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::detail::AuthorizationDetail;
use super::types::{DetailTypes, Visit};
use crate::client::Client;
use crate::values::details::{AuthorizationDetails, MOST_BYTES, MOST_DETAILS, TYPE, named, parse};
use crate::values::error::OAuthError;

/// So many members may be looked for that a type does not write again.
const MOST_PROBES: usize = 64;

/// Why one is refused.
enum Refused {
    Because(Cow<'static, str>),
    /// The type does not write what it reads, or does not read what it writes: a fault of the application.
    Fault,
}

impl From<&'static str> for Refused {
    fn from(words: &'static str) -> Self {
        Self::Because(words.into())
    }
}

/// The details of a request.
///
/// # Errors
///
/// `invalid_authorization_details`.
pub(super) fn read<D: DetailTypes>(text: &str, client: &Client) -> Result<AuthorizationDetails, OAuthError> {
    let refused = |reason: &str| OAuthError::invalid_authorization_details(format!("authorization_details: {reason}"));
    let written = parse(text).map_err(refused)?;
    let mut details = Vec::with_capacity(written.len());
    for (place, members) in written.into_iter().enumerate() {
        details.push(one::<D>(members, client).map_err(|reason| match reason {
            Refused::Because(words) => refused(&format!("number {}: {words}", place + 1)),
            Refused::Fault => OAuthError::unexpected(),
        })?);
    }
    let details = AuthorizationDetails::of_values(details);
    if fits_into_a_token(&details) { Ok(details) } else { Err(refused("it has more than 8192 bytes")) }
}

/// What is kept of details has to fit into an access token.
pub(super) fn fits_into_a_token(details: &AuthorizationDetails) -> bool {
    details.len() <= MOST_DETAILS && details.size() <= MOST_BYTES
}

fn one<D: DetailTypes>(mut members: Map<String, Value>, client: &Client) -> Result<Value, Refused> {
    let Some(Value::String(name)) = members.remove(TYPE) else { return Err("it has no type".into()) };
    let unknown = || Refused::from("this server does not have its type");
    if !D::NAMES.contains(&&*name) {
        return Err(unknown());
    }
    if !may_ask_for(client, &name) {
        return Err("the client has not registered its type (authorization_details_types)".into());
    }
    D::visit(&name, Read { members, client }).ok_or_else(unknown)?
}

/// Has the client registered the type?
pub(super) fn may_ask_for(client: &Client, name: &str) -> bool {
    client.authorization_details_types().any(|own| own == name)
}

struct Read<'a> {
    members: Map<String, Value>,
    client: &'a Client,
}

impl Visit for Read<'_> {
    type Output = Result<Value, Refused>;

    fn visit<T: AuthorizationDetail>(self) -> Result<Value, Refused> {
        let sent = Value::Object(self.members);
        let detail: T = serde_json::from_value(sent.clone()).map_err(|error| Refused::Because(in_words(&error.to_string())))?;
        let kept = to_value(&detail);
        if let Some(name) = ignored::<T>(&sent, &kept) {
            return Err(Refused::Because(format!("its type has no member {name}").into()));
        }
        if is_reshaped(&sent, &kept) {
            return Err(Refused::Because("a member has another form than its type writes".into()));
        }
        detail.check(self.client).map_err(|reason| Refused::Because(reason.to_string().into()))?;
        // Everybody else reads what is kept.
        let same = read_back::<T>(&kept).as_ref().map(to_value).as_ref() == Some(&kept);
        match kept {
            Value::Object(members) if same && !members.contains_key(TYPE) => Ok(named(T::NAME, members)),
            _ => {
                tracing::error!(
                    r#type = T::NAME,
                    "a type of authorization details does not read what it writes, or is no object"
                );
                Err(Refused::Fault)
            }
        }
    }
}

fn to_value(detail: &impl Serialize) -> Value {
    serde_json::to_value(detail).unwrap_or_default()
}

fn read_back<T: DeserializeOwned>(kept: &Value) -> Option<T> {
    serde_json::from_value(kept.clone()).ok()
}

/// What serde says, without values: they may say who a person is, and an error may travel in a URL (RFC 9396 section 13).
fn in_words(error: &str) -> Cow<'static, str> {
    let says_names = ["missing field `", "duplicate field `"].iter().any(|start| error.starts_with(start));
    match error.rsplit_once(", expected ") {
        _ if says_names => error.to_owned().into(),
        _ if error.starts_with("unknown field `") => "it has a member that its type has not".into(),
        Some((_, expected)) => format!("a member has another form: expected {expected}").into(),
        None => "a member has a value that its type does not have".into(),
    }
}

/// A member that the type ignores, if there is one: it is not written again, and whatever stands there makes no difference. Not every type
/// of an application denies such members by itself, and none can that flattens another one.
fn ignored<T: AuthorizationDetail>(sent: &Value, kept: &Value) -> Option<String> {
    let mut lost = Vec::new();
    find_lost(sent, kept, String::new(), &mut lost);
    if lost.len() > MOST_PROBES {
        return lost.into_iter().next().map(|(name, _)| name);
    }
    let is_ignored = |pointer: &str| {
        let mut probe = sent.clone();
        if let Some(place) = probe.pointer_mut(pointer) {
            // What hardly anything can be.
            *place = json!({"\u{1}": [null]});
        }
        serde_json::from_value::<T>(probe).is_ok_and(|detail| to_value(&detail) == *kept)
    };
    lost.into_iter().find(|(_, pointer)| is_ignored(pointer)).map(|(name, _)| name)
}

/// Does an array stand where the type writes an object, or the other way round? What serde derives also reads the members of an object one
/// after the other, without their names.
fn is_reshaped(sent: &Value, kept: &Value) -> bool {
    match (sent, kept) {
        (Value::Object(sent), Value::Object(kept)) => {
            sent.iter().any(|(name, sent)| kept.get(name).is_some_and(|kept| is_reshaped(sent, kept)))
        }
        (Value::Array(sent), Value::Array(kept)) => sent.iter().zip(kept).any(|(sent, kept)| is_reshaped(sent, kept)),
        (Value::Array(_), Value::Object(_)) | (Value::Object(_), Value::Array(_)) => true,
        _ => false,
    }
}

/// The members that are not where they were, each with its name and the pointer to it (RFC 6901).
fn find_lost(sent: &Value, kept: &Value, pointer: String, lost: &mut Vec<(String, String)>) {
    match sent {
        Value::Object(members) => {
            for (name, value) in members {
                let pointer = format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"));
                match kept.get(name) {
                    Some(kept) => find_lost(value, kept, pointer, lost),
                    None => lost.push((name.clone(), pointer)),
                }
            }
        }
        Value::Array(values) => {
            // Where there are more or fewer, it is none of these.
            let same = kept.as_array().filter(|kept| kept.len() == values.len());
            for (place, value) in values.iter().enumerate() {
                let kept = same.and_then(|kept| kept.get(place)).unwrap_or(&Value::Null);
                find_lost(value, kept, format!("{pointer}/{place}"), lost);
            }
        }
        _ => {}
    }
}

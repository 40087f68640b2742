//! Authorization details (RFC 9396 section 2): what a client asks for, and what was granted to it, as JSON objects of types that only the
//! application knows. They are kept as they are written, and read as a type of the application's once for all who ask.

mod text;

use std::any::Any;
use std::fmt;
use std::sync::{Arc, OnceLock};

use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};
pub(crate) use text::{MOST_BYTES, MOST_DETAILS, parse};

use crate::typelevel::WireName;

/// The member that says of which type a detail is (RFC 9396 section 2).
pub(crate) const TYPE: &str = "type";

/// Authorization details (RFC 9396 section 2), in the order in which they were asked for or granted. A clone does not allocate.
///
/// As JSON it is the array that stands in requests, in token responses and in tokens.
#[derive(Clone)]
pub struct AuthorizationDetails(Arc<Kept>);

struct Kept {
    /// An array of objects, each with its `type`.
    json: Value,
    /// Each as what it was read as first: an `Option` of the type of that name.
    typed: Box<[OnceLock<Box<dyn Any + Send + Sync>>]>,
}

/// An authorization detail that was kept is not of its type: as when the type was changed since.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an authorization detail of the type `{0}` cannot be read as that")]
pub struct UnreadableDetail(pub(crate) &'static str);

impl AuthorizationDetails {
    /// None.
    #[must_use]
    pub fn new() -> Self {
        Self::of_values(Vec::new())
    }

    pub(crate) fn of_values(details: Vec<Value>) -> Self {
        let typed = details.iter().map(|_| OnceLock::new()).collect();
        Self(Arc::new(Kept { json: Value::Array(details), typed }))
    }

    /// With one more. What does not serialize to an object, or to one that says its `type` itself, is no detail: whatever the result is
    /// given to refuses it.
    #[must_use]
    pub fn and<T: WireName + Serialize>(&self, detail: &T) -> Self {
        let mut details = self.values().to_vec();
        // `null` is of no type.
        details.push(written(detail).unwrap_or_default());
        Self::of_values(details)
    }

    /// Are there none?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.values().is_empty()
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.values().len()
    }

    /// The type of each.
    pub fn types(&self) -> impl Iterator<Item = &str> {
        self.values().iter().map(type_of)
    }

    /// Those of one type.
    ///
    /// # Errors
    ///
    /// [`UnreadableDetail`] if one of them cannot be read, so that no limit is overlooked.
    pub fn of<T: WireName + DeserializeOwned + Send + Sync + 'static>(&self) -> Result<Vec<&T>, UnreadableDetail> {
        let its = (0..self.len()).filter(|place| self.type_at(*place) == T::NAME);
        its.map(|place| self.at(place).ok_or(UnreadableDetail(T::NAME))).collect()
    }

    /// Those of one type, where each was found to be of it.
    pub(crate) fn known<T: WireName + DeserializeOwned + Send + Sync + 'static>(&self) -> impl Iterator<Item = &T> {
        (0..self.len()).filter(|place| self.type_at(*place) == T::NAME).filter_map(|place| self.at(place))
    }

    /// The one at this place as its type: read when it is asked for first.
    pub(crate) fn at<T: DeserializeOwned + Send + Sync + 'static>(&self, place: usize) -> Option<&T> {
        let (value, typed) = (self.values().get(place)?, self.0.typed.get(place)?);
        typed.get_or_init(|| Box::new(read::<T>(value))).downcast_ref::<Option<T>>()?.as_ref()
    }

    pub(crate) fn type_at(&self, place: usize) -> &str {
        self.values().get(place).map_or("", type_of)
    }

    pub(crate) fn values(&self) -> &[Value] {
        self.0.json.as_array().map_or(&[], Vec::as_slice)
    }

    /// The array.
    pub(crate) fn json(&self) -> &Value {
        &self.0.json
    }

    /// Bytes of its JSON text.
    pub(crate) fn size(&self) -> usize {
        serde_json::to_string(&self.0.json).map_or(usize::MAX / 8, |text| text.len())
    }

    /// Those at the places that `keeps` names; the same if that is each.
    pub(crate) fn filtered(&self, keeps: impl Fn(usize) -> bool) -> Self {
        if (0..self.len()).all(&keeps) {
            return self.clone();
        }
        let kept = self.values().iter().enumerate().filter(|(place, _)| keeps(*place)).map(|(_, value)| value.clone());
        Self::of_values(kept.collect())
    }
}

fn type_of(detail: &Value) -> &str {
    detail.get(TYPE).and_then(Value::as_str).unwrap_or_default()
}

/// A detail without its `type`, which is in the name of the Rust type.
fn read<T: DeserializeOwned>(detail: &Value) -> Option<T> {
    let mut members = detail.as_object()?.clone();
    members.remove(TYPE);
    serde_json::from_value(Value::Object(members)).ok()
}

/// Those of one type in what somebody else wrote.
///
/// # Errors
///
/// [`UnreadableDetail`] if one of them cannot be read, or it is no array of details.
pub(crate) fn read_all<T: WireName + DeserializeOwned>(details: &Value) -> Result<Vec<T>, UnreadableDetail> {
    let unreadable = UnreadableDetail(T::NAME);
    let details = details.as_array().filter(|details| details.iter().all(|detail| !type_of(detail).is_empty()));
    let its = details.ok_or(unreadable)?.iter().filter(|detail| type_of(detail) == T::NAME);
    its.map(|detail| read(detail).ok_or(unreadable)).collect()
}

/// The detail as JSON, with its `type`. `None` if it is no object, or says its `type` itself.
pub(crate) fn written<T: WireName + Serialize>(detail: &T) -> Option<Value> {
    let Ok(Value::Object(members)) = serde_json::to_value(detail) else { return None };
    (!members.contains_key(TYPE)).then(|| named(T::NAME, members))
}

/// The members of a detail with its `type`.
pub(crate) fn named(name: &str, mut members: Map<String, Value>) -> Value {
    members.insert(TYPE.to_owned(), name.into());
    Value::Object(members)
}

impl Default for AuthorizationDetails {
    fn default() -> Self {
        Self::new()
    }
}

impl PartialEq for AuthorizationDetails {
    fn eq(&self, other: &Self) -> bool {
        self.0.json == other.0.json
    }
}

impl fmt::Debug for AuthorizationDetails {
    /// The types alone: what else there is may say who the person is.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.types()).finish()
    }
}

impl Serialize for AuthorizationDetails {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.json.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for AuthorizationDetails {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let details = Vec::<Value>::deserialize(deserializer)?;
        // Not what it is: errors show no values.
        let is_one = |detail: &Value| !type_of(detail).is_empty();
        if details.iter().all(is_one) { Ok(Self::of_values(details)) } else { Err(D::Error::custom("a detail without a type")) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Payment {
        amount: u32,
    }
    crate::wire_name!(Payment = "payment");

    #[derive(Serialize, Deserialize)]
    struct Renamed {
        amount: String,
    }
    crate::wire_name!(Renamed = "payment");

    fn two() -> AuthorizationDetails {
        serde_json::from_value(json!([{"type": "payment", "amount": 7}, {"type": "other"}])).unwrap()
    }

    #[test]
    fn details_are_read_as_their_type_and_written_as_they_are() {
        let details = two();
        assert_eq!(details.of::<Payment>(), Ok(vec![&Payment { amount: 7 }]));
        assert_eq!(details.types().collect::<Vec<_>>(), ["payment", "other"]);
        assert_eq!(serde_json::to_value(&details).unwrap(), json!([{"type": "payment", "amount": 7}, {"type": "other"}]));
        assert_eq!(AuthorizationDetails::new().and(&Payment { amount: 7 }), details.filtered(|place| place == 0));
        assert!(std::ptr::eq(details.at::<Payment>(0).unwrap(), details.clone().at::<Payment>(0).unwrap()));
    }

    #[test]
    fn what_is_of_another_form_is_no_detail_of_the_type() {
        assert_eq!(two().of::<Renamed>().map(|found| found.len()), Err(UnreadableDetail("payment")));
        assert_eq!(two().known::<Renamed>().count(), 0);
        #[derive(Serialize)]
        struct Says {
            r#type: u8,
        }
        crate::wire_name!(Says = "says");
        let details = AuthorizationDetails::new().and(&Says { r#type: 1 });
        assert_eq!((details.len(), details.types().next()), (1, Some("")));
    }

    #[test]
    fn what_has_no_type_is_not_read_from_a_storage() {
        for text in ["{}", "[1]", "[null]", "[{}]", r#"[{"type":1}]"#, r#"[{"type":""}]"#] {
            let error = serde_json::from_str::<AuthorizationDetails>(text).unwrap_err().to_string();
            assert!(!error.contains('1') || error.contains("line 1"), "{error}");
        }
        assert!(serde_json::from_str::<AuthorizationDetails>("[]").unwrap().is_empty());
    }

    #[test]
    fn debug_shows_the_types_alone() {
        assert_eq!(format!("{:?}", two()), r#"["payment", "other"]"#);
    }
}

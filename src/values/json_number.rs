//! Numbers of JSON, where some crate of the program has turned on the feature `arbitrary_precision` of `serde_json`: then a reader of any value
//! gets to see each number as a map of one member to its text.

use std::sync::OnceLock;

use serde::de::{Error, MapAccess};
use serde_json::Number;

/// The name of that member.
pub(crate) const NUMBER: &str = "$serde_json::private::Number";

/// Are numbers maps? In other programs such a map is what somebody wrote.
pub(crate) fn numbers_are_maps() -> bool {
    static ARE_MAPS: OnceLock<bool> = OnceLock::new();
    // With the feature its text stays what it was.
    *ARE_MAPS.get_or_init(|| serde_json::from_str::<Number>("1.10").is_ok_and(|number| number.to_string() == "1.10"))
}

/// The number, of a map whose first name is that.
pub(crate) fn number_in<'de, A: MapAccess<'de>>(map: &mut A) -> Result<Number, A::Error> {
    map.next_value::<String>()?.parse().map_err(A::Error::custom)
}

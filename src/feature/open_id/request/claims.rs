//! The parameter `claims` (OpenID Connect Core section 5.5), read strictly.

use crate::jose::{Object, Value};
use crate::values::claims_request::{ClaimsRequest, RequestedClaim};
use crate::values::error::OAuthError;

/// # Errors
///
/// `invalid_request` if it is no JSON object, or one of its members is not what it has to be. What nobody knows is ignored.
pub(super) fn parse(text: &str) -> Result<ClaimsRequest, OAuthError> {
    let object = Object::parse(text.as_bytes()).map_err(|error| OAuthError::invalid_request(format!("claims: {error}")))?;
    let place = |name: &str| match object.get(name) {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::Object(claims)) => claims.iter().map(|(name, request)| claim(name, request)).collect(),
        Some(_) => Err(malformed()),
    };
    Ok(ClaimsRequest { userinfo: place("userinfo")?, id_token: place("id_token")?, locales: Vec::new() })
}

fn claim(name: &str, request: &Value<'_>) -> Result<RequestedClaim, OAuthError> {
    let mut claim = RequestedClaim { name: name.into(), essential: false, values: Vec::new() };
    let members = match request {
        Value::Null => return Ok(claim),
        Value::Object(members) => members,
        _ => return Err(malformed()),
    };
    match members.get("essential") {
        None | Some(Value::Null) => {}
        Some(Value::Bool(essential)) => claim.essential = *essential,
        Some(_) => return Err(malformed()),
    }
    match (members.get("value"), members.get("values")) {
        (None, None) => {}
        (Some(value), None) => claim.values.push(value.into()),
        (None, Some(Value::Array(values))) => claim.values = values.iter().map(Into::into).collect(),
        // Nothing says which of them counts.
        _ => return Err(malformed()),
    }
    // What is no text is nobody's, and no way to sign in: to leave it out would be to ask for less than was asked for.
    if matches!(name, "sub" | "acr") && !claim.values.iter().all(serde_json::Value::is_string) {
        return Err(malformed());
    }
    Ok(claim)
}

fn malformed() -> OAuthError {
    OAuthError::invalid_request("claims does not have the form of OpenID Connect Core section 5.5")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn claims_are_read_with_what_is_said_of_them() {
        let text = json!({
            "userinfo": {"given_name": {"essential": true}, "nickname": null, "http://example.info/claims/groups": null},
            "id_token": {"acr": {"values": ["a", "b"]}, "sub": {"value": "x", "later": 1}, "n": {"essential": false, "value": 7}},
            "other": [1],
        });
        let read = parse(&text.to_string()).unwrap();
        let shown = |claims: &[RequestedClaim]| {
            claims.iter().map(|claim| (claim.name.to_string(), claim.essential, json!(claim.values))).collect::<Vec<_>>()
        };
        let mut userinfo = shown(&read.userinfo);
        userinfo.sort_by(|a, b| a.0.cmp(&b.0));
        let expected = [("given_name", true), ("http://example.info/claims/groups", false), ("nickname", false)];
        assert_eq!(userinfo, expected.map(|(name, essential)| (name.to_owned(), essential, json!([]))));
        let mut id_token = shown(&read.id_token);
        id_token.sort_by(|a, b| a.0.cmp(&b.0));
        let expected = [("acr", json!(["a", "b"])), ("n", json!([7])), ("sub", json!(["x"]))];
        assert_eq!(id_token, expected.map(|(name, values)| (name.to_owned(), false, values)));
        assert!(parse("{}").unwrap().is_empty() && parse(r#"{"userinfo":null}"#).unwrap().is_empty());
    }

    #[test]
    fn what_has_another_form_is_refused() {
        for text in [
            "",
            "x",
            "[]",
            "null",
            r#"{"userinfo":[]}"#,
            r#"{"userinfo":"name"}"#,
            r#"{"id_token":{"a":1}}"#,
            r#"{"id_token":{"a":true}}"#,
            r#"{"id_token":{"a":{"essential":"true"}}}"#,
            r#"{"id_token":{"a":{"values":"x"}}}"#,
            r#"{"id_token":{"a":{"value":1,"values":[1]}}}"#,
            r#"{"id_token":{"a":null,"a":null}}"#,
            r#"{"id_token":{"acr":{"essential":true,"value":1}}}"#,
            r#"{"id_token":{"acr":{"essential":true,"values":["a",null]}}}"#,
            r#"{"userinfo":{"sub":{"value":{}}}}"#,
            r#"{"id_token":{}} x"#,
        ] {
            assert_eq!(parse(text).unwrap_err().code().as_str(), "invalid_request", "{text}");
        }
    }
}

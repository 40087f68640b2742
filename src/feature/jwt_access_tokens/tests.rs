use super::*;

#[test]
fn the_default_resource_is_a_name() {
    for good in ["https://api.example.com", "urn:example:api", "notes", "a.b/c"] {
        assert!(is_name(good), "{good}");
        let _ = JwtAccessTokens::new(good);
    }
    for wrong in ["", " ", "my api", "https://api.example.com\n", "https://api.example.com#x", ":", "a:b c", "1:2"] {
        assert!(!is_name(wrong), "{wrong:?}");
    }
}

#[test]
#[should_panic(expected = "need a default resource")]
fn an_empty_one_is_refused() {
    let _ = JwtAccessTokens::new("");
}

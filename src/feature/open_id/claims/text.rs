//! A claim that has a form in each of several languages (OpenID Connect Core section 5.2).

use std::fmt;

/// A text for people, with its forms in other languages: `family_name`, and `family_name#ja-Kana-JP` beside it.
///
/// ```
/// use grantor::LocalizedText;
///
/// let name = LocalizedText::from("Nuremberg").in_language("de", "N\u{fc}rnberg");
/// assert!(!name.is_empty());
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
pub struct LocalizedText {
    pub(in crate::feature::open_id) plain: Option<String>,
    /// Each with its language tag.
    pub(in crate::feature::open_id) tagged: Vec<(String, String)>,
}

impl LocalizedText {
    /// With a form in this language (RFC 5646), in place of an earlier one.
    #[must_use]
    pub fn in_language(mut self, tag: &str, text: impl Into<String>) -> Self {
        self.tagged.retain(|(own, _)| !own.eq_ignore_ascii_case(tag));
        self.tagged.push((tag.to_owned(), text.into()));
        self
    }

    /// Is there no form of it?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.plain.is_none() && self.tagged.is_empty()
    }
}

impl From<String> for LocalizedText {
    fn from(text: String) -> Self {
        Self { plain: Some(text), tagged: Vec::new() }
    }
}

impl From<&str> for LocalizedText {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

impl From<Option<String>> for LocalizedText {
    fn from(plain: Option<String>) -> Self {
        Self { plain, tagged: Vec::new() }
    }
}

impl fmt::Debug for LocalizedText {
    /// The languages: the text says who the person is.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.tagged.iter().map(|(tag, _)| tag)).finish()
    }
}

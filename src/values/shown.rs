//! Texts of strangers, made fit to be shown to people.

use std::borrow::Cow;

/// The longest text that is shown, in characters.
const LONGEST: usize = 100;

/// The text without what is not seen and changes what stands around it: control characters, line separators, what sets the direction
/// (Unicode Standard Annex 9), and invisible characters that make two texts look the same. Long ones are cut.
pub(crate) fn shown(text: &str) -> Cow<'_, str> {
    let is_short = text.len() <= LONGEST;
    if is_short && !text.contains(is_hidden) {
        return Cow::Borrowed(text.trim());
    }
    let mut visible: String = text.chars().filter(|c| !is_hidden(*c)).take(LONGEST + 1).collect();
    if visible.chars().count() > LONGEST {
        visible.pop();
        visible.push('\u{2026}');
    }
    Cow::Owned(visible.trim().to_owned())
}

/// Not the joiners: languages and emoji need them.
fn is_hidden(c: char) -> bool {
    let sets_direction = matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let is_invisible = matches!(
        c,
        '\u{ad}' | '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180e}' | '\u{200b}'
            | '\u{2028}' | '\u{2029}' | '\u{2060}'..='\u{2065}' | '\u{206a}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}'
    );
    c.is_control() || sets_direction || is_invisible
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown() {
        for (text, expected) in [
            ("My app", "My app"),
            ("  My app ", "My app"),
            ("Größe 東京 🗝", "Größe 東京 🗝"),
            ("می\u{200c}خواهم", "می\u{200c}خواهم"),
            ("a\u{202e}b\u{2066}c\u{200f}\u{61c}", "abc"),
            ("a\nb\u{0}\u{9b}\u{2028}c\u{7f}", "abc"),
            ("Ba\u{200b}nk\u{feff}\u{e0041}", "Bank"),
            ("\u{202e}\n", ""),
        ] {
            assert_eq!(shown(text), expected, "{text:?}");
        }
        assert_eq!(shown(&"ä".repeat(100)), "ä".repeat(100));
        let cut = shown(&"ä".repeat(101)).into_owned();
        assert_eq!((cut.chars().count(), cut.ends_with('\u{2026}')), (101, true));
    }
}

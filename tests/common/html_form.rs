//! Reads the one form of a page as a browser would, and strictly: what is not escaped is not found.

/// A form with its hidden inputs.
#[derive(Debug)]
pub struct Form {
    pub action: String,
    pub method: String,
    pub inputs: Vec<(String, String)>,
    /// What stands between `<script>` and `</script>`.
    pub script: String,
}

impl Form {
    /// The form of a page with one script.
    #[track_caller]
    pub fn read(page: &str) -> Self {
        assert_eq!(page.matches("<script").count(), 1, "{page}");
        Self::parse(page)
    }

    /// The form of a page with none.
    #[track_caller]
    pub fn without_script(page: &str) -> Self {
        assert_eq!(page.matches("<script").count(), 0, "{page}");
        Self::parse(page)
    }

    #[track_caller]
    fn parse(page: &str) -> Self {
        let mut form = Self { action: String::new(), method: String::new(), inputs: Vec::new(), script: String::new() };
        let mut forms = 0;
        let mut rest = page;
        while let Some(start) = rest.find('<') {
            let end = start + rest[start..].find('>').expect("the end of a tag");
            let tag = &rest[start + 1..end];
            let attribute = |name: &str| {
                let (_, value) = tag.split_once(&format!(" {name}=\"")).unwrap_or_else(|| panic!("no {name} in <{tag}>"));
                unescape(value.split_once('"').expect("the end of a value").0)
            };
            rest = &rest[end + 1..];
            match tag.split(' ').next().expect("a name") {
                "form" => {
                    forms += 1;
                    (form.action, form.method) = (attribute("action"), attribute("method"));
                }
                "input" => {
                    assert_eq!(attribute("type"), "hidden");
                    form.inputs.push((attribute("name"), attribute("value")));
                }
                "script" => form.script = rest.split_once("</script>").expect("the end of the script").0.to_owned(),
                _ => {}
            }
        }
        assert_eq!(forms, 1, "{page}");
        form
    }

    #[track_caller]
    pub fn input(&self, name: &str) -> &str {
        let mut values = self.inputs.iter().filter(|(known, _)| known == name).map(|(_, value)| value.as_str());
        match (values.next(), values.next()) {
            (Some(value), None) => value,
            _ => panic!("not one {name} in {self:?}"),
        }
    }

    /// The names in alphabetical order.
    pub fn names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.inputs.iter().map(|(name, _)| name.as_str()).collect();
        names.sort_unstable();
        names
    }
}

fn unescape(text: &str) -> String {
    let mut plain = String::new();
    let mut pieces = text.split('&');
    plain.push_str(pieces.next().expect("a piece"));
    for piece in pieces {
        let (entity, after) = piece.split_once(';').expect("an entity");
        plain.push(match entity {
            "amp" => '&',
            "lt" => '<',
            "gt" => '>',
            "quot" => '"',
            number => {
                let number = number.strip_prefix('#').and_then(|number| number.parse().ok()).expect("a number");
                char::from_u32(number).expect("a character")
            }
        });
        plain.push_str(after);
    }
    assert!(!plain.is_empty() || text.is_empty());
    plain
}

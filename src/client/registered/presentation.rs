//! What people are shown of a client, in their languages (RFC 7591 section 2.2).

use std::sync::Arc;

use serde::de::{Error as _, MapAccess};
use serde::ser::SerializeMap;

use super::members::Reader;
use crate::client::ClientError;
use crate::values::language::is_language_tag;
use crate::values::uri::is_web_url;

const CONTACTS: &str = "contacts";

/// A member that people are shown, and that may have a language behind a `#` (RFC 7591 section 2.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum LocalizedMember {
    /// `client_name`.
    ClientName,
    /// `client_uri`: a page about the client.
    ClientUri,
    /// `logo_uri`: an image.
    LogoUri,
    /// `tos_uri`: the terms of service.
    TosUri,
    /// `policy_uri`: what becomes of people's data.
    PolicyUri,
}

impl LocalizedMember {
    const ALL: [Self; 5] = [Self::ClientName, Self::ClientUri, Self::LogoUri, Self::TosUri, Self::PolicyUri];

    const fn name(self) -> &'static str {
        match self {
            Self::ClientName => "client_name",
            Self::ClientUri => "client_uri",
            Self::LogoUri => "logo_uri",
            Self::TosUri => "tos_uri",
            Self::PolicyUri => "policy_uri",
        }
    }
}

/// A text for people, with its forms in other languages (RFC 7591 section 2.2).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Localized {
    plain: Option<Arc<str>>,
    /// Each with its language tag, as it was written.
    tagged: Vec<(Arc<str>, Arc<str>)>,
}

impl Localized {
    /// The text without a language, to be used as it is.
    #[must_use]
    pub fn plain(&self) -> Option<&str> {
        self.plain.as_deref()
    }

    /// The text in a language such as `de-CH`: what was registered for that, else for the nearest wider one (`de`), else the plain
    /// one (RFC 4647 section 3.4). The case of a tag has no meaning.
    #[must_use]
    pub fn in_language(&self, tag: &str) -> Option<&str> {
        let mut wanted = tag;
        loop {
            let found = self.tagged.iter().find(|(tag, _)| tag.eq_ignore_ascii_case(wanted));
            match (found, wanted.rfind('-')) {
                (Some((_, text)), _) => return Some(text),
                (None, Some(end)) => wanted = &wanted[..end],
                (None, None) => return self.plain(),
            }
        }
    }

    /// The languages that have a form of their own.
    pub fn languages(&self) -> impl Iterator<Item = &str> {
        self.tagged.iter().map(|(tag, _)| &**tag)
    }

    fn has(&self, language: &str) -> bool {
        self.languages().any(|tag| tag.eq_ignore_ascii_case(language))
    }

    /// All forms, each with its language if it has one.
    fn forms(&self) -> impl Iterator<Item = (Option<&str>, &str)> {
        let plain = self.plain().map(|text| (None, text));
        plain.into_iter().chain(self.tagged.iter().map(|(tag, text)| (Some(&**tag), &**text)))
    }
}

/// RFC 7591 section 2, with their forms in other languages.
#[derive(Debug, Clone, Default)]
pub(crate) struct Presentation {
    /// In the order of [`LocalizedMember::ALL`].
    texts: [Localized; LocalizedMember::ALL.len()],
    pub(in crate::client) contacts: Vec<Arc<str>>,
}

impl Presentation {
    pub(in crate::client) fn text(&self, member: LocalizedMember) -> &Localized {
        &self.texts[member as usize]
    }

    /// All of them: the name of the member, the language or nothing, the text.
    pub(in crate::client) fn texts(&self) -> impl Iterator<Item = (&str, &str, &str)> {
        let texts = LocalizedMember::ALL.into_iter().map(|member| (member.name(), self.text(member)));
        texts.flat_map(|(name, text)| text.forms().map(move |(language, text)| (name, language.unwrap_or_default(), text)))
    }

    /// Sets the form in one language, or the plain one. A blank text is none.
    pub(in crate::client) fn set(
        &mut self,
        member: LocalizedMember,
        language: Option<&str>,
        text: &str,
    ) -> Result<(), ClientError> {
        let (name, texts) = (member.name(), &mut self.texts[member as usize]);
        if language.is_some_and(|tag| !is_language_tag(tag)) {
            return Err(ClientError::LanguageTag(name));
        }
        let text = Some(text).filter(|text| !text.trim().is_empty());
        if text.is_some_and(|text| member != LocalizedMember::ClientName && !is_web_url(text, |_| true)) {
            return Err(ClientError::WebPage(name));
        }
        match language {
            None => texts.plain = text.map(Into::into),
            Some(language) => {
                texts.tagged.retain(|(tag, _)| !tag.eq_ignore_ascii_case(language));
                texts.tagged.extend(text.map(|text| (language.into(), text.into())));
            }
        }
        Ok(())
    }

    /// Leaves those texts that are wanted, in whatever language.
    pub(in crate::client) fn keep(&mut self, wanted: impl Fn(LocalizedMember, &str) -> bool) {
        for member in LocalizedMember::ALL {
            let texts = &mut self.texts[member as usize];
            texts.plain.take_if(|text| !wanted(member, text));
            texts.tagged.retain(|(_, text)| wanted(member, text));
        }
    }

    pub(super) fn read<'de, A: MapAccess<'de>>(&mut self, name: &str, reader: &mut Reader<A>) -> Result<bool, A::Error> {
        if name == CONTACTS {
            self.contacts = reader.value(CONTACTS)?;
            return Ok(true);
        }
        let (base, language) = name.split_once('#').map_or((name, None), |(base, tag)| (base, Some(tag)));
        let Some(member) = LocalizedMember::ALL.into_iter().find(|member| member.name() == base) else { return Ok(false) };
        let text: Option<String> = match language {
            None => reader.value(member.name())?,
            Some(language) if self.text(member).has(language) => {
                return Err(A::Error::custom(format_args!("duplicate field `{base}` in one language")));
            }
            Some(_) => reader.another()?,
        };
        if let Some(text) = text {
            self.set(member, language, &text).unwrap_or_else(|error| reader.refuse(error));
        }
        Ok(true)
    }

    pub(super) fn write<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        for member in LocalizedMember::ALL {
            let name = member.name();
            for (language, text) in self.text(member).forms() {
                match language {
                    None => map.serialize_entry(name, text)?,
                    Some(language) => map.serialize_entry(&format_args!("{name}#{language}"), text)?,
                }
            }
        }
        if self.contacts.is_empty() { Ok(()) } else { map.serialize_entry(CONTACTS, &self.contacts) }
    }
}

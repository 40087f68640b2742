//! How an authorization response travels.

use serde::{Deserialize, Serialize};

/// How the parameters of an authorization response travel (Multiple Response Types section 2.1, Form Post Response Mode
/// section 2).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ResponseMode {
    /// In the query of the redirect URI. Not for access tokens.
    #[default]
    Query,
    /// In the fragment of the redirect URI.
    Fragment,
    /// In the body of a form that the browser posts to the redirect URI.
    FormPost,
}

impl ResponseMode {
    pub(crate) const ALL: [&'static str; 3] = ["query", "fragment", "form_post"];

    /// The registered value.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Query => "query",
            Self::Fragment => "fragment",
            Self::FormPost => "form_post",
        }
    }

    pub(crate) fn parse(name: &str) -> Option<Self> {
        match name {
            "query" => Some(Self::Query),
            "fragment" => Some(Self::Fragment),
            "form_post" => Some(Self::FormPost),
            _ => None,
        }
    }

    /// Multiple Response Types section 5: a response with a token goes into the fragment.
    pub(crate) const fn default_for(token: bool) -> Self {
        if token { Self::Fragment } else { Self::Query }
    }
}

/// A response mode that a feature brings: the response is written anew, as one of its parameters for instance, and then travels.
#[doc(hidden)]
#[derive(Debug, Clone, Copy)]
pub struct EncodedMode {
    /// The value of `response_mode`.
    pub(crate) name: &'static str,
    /// How it travels; `None`: as responses of its type do by default.
    pub(crate) travels: Option<ResponseMode>,
}

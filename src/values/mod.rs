//! Values that the protocol is made of, and small tools for them. They know of no request, no storage and no server.

pub(crate) mod actor;
pub(crate) mod asked;
pub(crate) mod bearer;
pub(crate) mod bounded;
pub(crate) mod claims_request;
pub(crate) mod clock;
pub(crate) mod equal;
pub(crate) mod error;
pub(crate) mod issuer;
pub(crate) mod json;
pub(crate) mod language;
pub(crate) mod lifetime;
pub(crate) mod limits;
pub(crate) mod pkce;
pub(crate) mod random;
pub(crate) mod resource;
pub(crate) mod response_mode;
pub(crate) mod response_name;
pub(crate) mod scope;
pub(crate) mod scope_hierarchy;
pub(crate) mod shown;
pub(crate) mod sign_in;
pub(crate) mod slot;
pub(crate) mod subject;
pub(crate) mod uri;
pub(crate) mod version;

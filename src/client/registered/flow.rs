//! The grants and response types that a client uses.

use std::sync::Arc;

use super::members::members;
use crate::client::ClientError;
use crate::response_name::canonical;

members! {
    /// RFC 7591 section 2. Each is there once [`complete`](Self::complete) has run.
    Flow {
        grant_types: Option<Vec<Arc<str>>>,
        response_types: Option<Vec<Arc<str>>>,
    }
}

impl Flow {
    /// What was not said has the defaults of RFC 7591 section 2; without the code grant there is nothing to ask the authorization
    /// endpoint for. The order of the words of a response type has no meaning (RFC 6749 section 3.1.1).
    pub(super) fn complete(&mut self) {
        self.grant_types.get_or_insert_with(|| vec!["authorization_code".into()]);
        let has_code = self.has_grant("authorization_code");
        let default = || if has_code { vec!["code".into()] } else { Vec::new() };
        let names = self.response_types.take().unwrap_or_else(default);
        self.response_types = Some(names.iter().map(|name| canonical(name)).collect());
    }

    pub(in crate::client) fn grant_types(&self) -> impl Iterator<Item = &str> {
        self.grant_types.iter().flatten().map(|name| &**name)
    }

    pub(in crate::client) fn response_types(&self) -> impl Iterator<Item = &str> {
        self.response_types.iter().flatten().map(|name| &**name)
    }

    pub(in crate::client) fn has_grant(&self, grant_type: &str) -> bool {
        self.grant_types().any(|name| name == grant_type)
    }

    pub(super) fn check(&self) -> Result<(), ClientError> {
        let carries = |word: &str| self.response_types().any(|name| name.split(' ').any(|part| part == word));
        for (response_type, grant_type) in [("code", "authorization_code"), ("token", "implicit")] {
            if carries(response_type) != self.has_grant(grant_type) {
                return Err(ClientError::Correlation { response_type, grant_type });
            }
        }
        Ok(())
    }
}

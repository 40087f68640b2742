//! The grants and response types that a client uses.

use std::sync::Arc;

use super::members::members;
use crate::client::ClientError;
use crate::values::response_name::canonical;

members! {
    /// RFC 7591 section 2. The lists are there once [`complete`](Self::complete) has run.
    Flow {
        grant_types: Option<Vec<Arc<str>>>,
        response_types: Option<Vec<Arc<str>>>,
        /// RFC 9126 section 6.
        require_pushed_authorization_requests: Option<bool>,
        /// FAPI 2.0 Message Signing section 5.3.3. Which there are, the server knows.
        response_modes: Option<Vec<Arc<str>>>,
        /// RFC 9396 section 10.
        authorization_details_types: Vec<Arc<str>>,
    }
}

impl Flow {
    /// What was not said has the defaults of RFC 7591 section 2; without the code grant there is nothing to ask the authorization
    /// endpoint for. The order of the words of a response type has no meaning (RFC 6749 section 3.1.1).
    pub(in crate::client) fn complete(&mut self) {
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

    /// Leaves of grants and response types those that are served, each with what it needs of the others.
    pub(in crate::client) fn narrow(&mut self, grant: impl Fn(&str) -> bool, response_type: impl Fn(&str) -> bool) {
        let has = |name: &str, words: &[&str]| name.split(' ').any(|word| words.contains(&word));
        let grants: Vec<_> = self.grant_types.iter().flatten().filter(|name| grant(name)).cloned().collect();
        let permits = |needed: &str| grants.iter().any(|name| **name == *needed);
        let (codes, tokens) = (permits("authorization_code"), permits("implicit"));
        let served = |name: &str| {
            response_type(name) && (codes || !has(name, &["code"])) && (tokens || !has(name, &["token", "id_token"]))
        };
        let responses: Vec<_> = self.response_types.iter().flatten().filter(|name| served(name)).cloned().collect();
        let used = |words: &[&str]| responses.iter().any(|name| has(name, words));
        let (codes, tokens) = (used(&["code"]), used(&["token", "id_token"]));
        let left = grants.into_iter().filter(|name| match &**name {
            "authorization_code" => codes,
            "implicit" => tokens,
            _ => true,
        });
        self.grant_types = Some(left.collect());
        self.response_types = Some(responses);
    }

    pub(in crate::client) fn check(&self) -> Result<(), ClientError> {
        let carries = |word: &str| self.response_types().any(|name| name.split(' ').any(|part| part == word));
        // OpenID Connect Registration section 2 has the other words.
        for (response_type, other, grant_type) in [("code", "code", "authorization_code"), ("token", "id_token", "implicit")] {
            if (carries(response_type) || carries(other)) != self.has_grant(grant_type) {
                let response_type = if carries(other) { other } else { response_type };
                return Err(ClientError::Correlation { response_type, grant_type });
            }
        }
        Ok(())
    }
}

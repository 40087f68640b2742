//! The MCP server: notes, a list for each person.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use grantor::TokenClaims;
use http::request::Parts;
use rmcp::handler::server::tool::Extension;
use rmcp::handler::server::wrapper::Parameters;
use rmcp::{schemars, tool, tool_router};
use serde::Deserialize;

/// So many notes a person may have, of so many bytes.
const MOST: usize = 100;
const LONGEST: usize = 1_000;

/// The notes of everybody.
#[derive(Debug, Clone, Default)]
pub struct Notes(Arc<Mutex<BTreeMap<String, Vec<String>>>>);

/// A note to be written down.
#[derive(Debug, Deserialize, schemars::JsonSchema)]
pub struct NewNote {
    /// What it says.
    pub text: String,
}

#[tool_router(server_handler)]
impl Notes {
    #[tool(description = "All notes of the person")]
    fn list_notes(&self, Extension(parts): Extension<Parts>) -> String {
        let notes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        notes.get(&whose(&parts)).map_or_else(|| "no notes".to_owned(), |notes| notes.join("\n"))
    }

    #[tool(description = "Writes a note down")]
    fn add_note(&self, Parameters(NewNote { text }): Parameters<NewNote>, Extension(parts): Extension<Parts>) -> String {
        let mut notes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let own = notes.entry(whose(&parts)).or_default();
        if own.len() >= MOST || text.len() > LONGEST {
            return "there is no room for it".to_owned();
        }
        own.push(text);
        format!("{} of {MOST}", own.len())
    }
}

/// The layer before this put the claims of the token there. What is nobody's person's is its client's.
fn whose(parts: &Parts) -> String {
    let claims = parts.extensions.get::<TokenClaims>();
    claims.and_then(|claims| claims.person().map(|person| format!("person {person}"))).unwrap_or_else(|| "a client".to_owned())
}

//! What is printed once it runs.

use crate::options::{Options, Part};
use crate::{READ, WRITE};

pub fn text(options: &Options, secret: Option<&str>) -> String {
    let Options { issuer, resource, introspect, part, strangers, machine, enterprise, .. } = options;
    let tokens = if *introspect { "opaque, introspected (RFC 7662)" } else { "JWTs (RFC 9068)" };
    let mut text = String::from("\n");
    if *part != Some(Part::Authorization) {
        text += &format!("MCP server            {resource}    (streamable HTTP)\n");
    }
    if *part != Some(Part::Mcp) {
        text += &format!("authorization server  {issuer}\n");
    }
    text += &format!("access tokens         {tokens}\n");
    if *strangers {
        text += "clients               any: by a metadata document, by registering themselves, or as one of those below\n";
    }
    if machine.is_some() {
        text +=
            "machine               by its key (private_key_jwt), such as with the PrivateKeyJwtProvider of the TypeScript SDK\n";
    }
    if let Some(enterprise) = enterprise {
        text += &format!("enterprise            people of {enterprise}, by its ID-JAGs and the secret below\n");
    }
    text += &format!(
        "
The Inspector:
  npx @modelcontextprotocol/inspector
  Transport Type \"Streamable HTTP\", URL {resource}, Authentication > OAuth 2.0 Flow > Client ID \"inspector\"

Programs on this machine, such as Claude Code, and Claude Desktop through mcp-remote:
  claude mcp add --transport http --client-id desktop --callback-port 8123 notes {resource}
  {{\"mcpServers\": {{\"notes\": {{\"command\": \"npx\", \"args\": [\"mcp-remote\", \"{resource}\",
    \"--static-oauth-client-info\", \"{{\\\"client_id\\\":\\\"desktop\\\"}}\"]}}}}}}

`list_notes` needs {READ}, which clients get that ask for nothing else; `add_note` needs {WRITE} too, and clients ask again.
"
    );
    if let Some(secret) = secret {
        // Whatever is in it is one word of the shell.
        let secret = secret.replace('\'', r"'\''");
        text += &format!(
            "
curl:
  curl -i -X POST {resource}
  curl {issuer}/.well-known/oauth-authorization-server
  TOKEN=$(curl -s -u 'curl:{secret}' -d grant_type=client_credentials -d resource={resource} {issuer}/token | sed 's/.*\"access_token\":\"\\([^\"]*\\).*/\\1/')
  curl -H \"Authorization: Bearer $TOKEN\" -H 'Content-Type: application/json' -H 'Accept: application/json, text/event-stream' \\
    -d '{{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":{{\"protocolVersion\":\"2025-06-18\",\"capabilities\":{{}},\"clientInfo\":{{\"name\":\"curl\",\"version\":\"0\"}}}}}}' {resource}
"
        );
    }
    text
}

//! What the terminal shows. `tests/example.rs` runs the indented lines exactly as they are printed.

use std::fmt::{self, Write as _};

use grantor::ClientSecret;

use crate::sample_app::{CLIENT_ID, SampleApp};
use crate::users::{SAMPLE_PASSWORD, SAMPLE_USER};

/// Takes a member out of JSON, the hidden handle out of a page, the code out of a URL.
const ACCESS_TOKEN: &str = r#"sed -n 's/.*"access_token":"\([^"]*\)".*/\1/p'"#;
const REFRESH_TOKEN: &str = r#"sed -n 's/.*"refresh_token":"\([^"]*\)".*/\1/p'"#;
const HANDLE: &str = r#"sed -n 's/.*name="handle" value="\([^"]*\)".*/\1/p'"#;
const CODE: &str = r"sed -n 's/.*[?&]code=\([^&]*\).*/\1/p'";

pub fn text(server: &str, app: &SampleApp, job_secret: &ClientSecret) -> String {
    let mut text = String::new();
    // Writing to a `String` cannot fail.
    let _ = write(&mut text, server, app, job_secret);
    text
}

fn write(text: &mut String, server: &str, app: &SampleApp, job_secret: &ClientSecret) -> fmt::Result {
    let job = format!("-u sample-job:{}", job_secret.expose());
    let token_request = format!("{job} -d grant_type=client_credentials -d scope=read {server}/token");
    let with_jar = r#"curl -sS -b "$jar" -c "$jar""#;
    let redeem = app.redeem_command("$code");
    let authorization_url = app.authorization_url();

    writeln!(text, "Everything is kept in memory and gone when this stops. The indented lines are for bash, zsh or sh.\n")?;

    writeln!(text, "1. A program gets a token for itself (client credentials).\n")?;
    writeln!(text, "    curl -sS -w '\\n' {token_request}\n")?;
    writeln!(text, "   Keep one, see what it opens, ask about it (introspection), give it back (revocation), ask again.\n")?;
    writeln!(text, "    token=$(curl -sS {token_request} | {ACCESS_TOKEN})")?;
    writeln!(text, "    curl -sS -H \"Authorization: Bearer $token\" {server}/me")?;
    writeln!(text, "    curl -sS -w '\\n' {job} -d \"token=$token\" {server}/introspect")?;
    writeln!(text, "    curl -sS -w 'revoked: %{{http_code}}\\n' {job} -d \"token=$token\" {server}/revoke")?;
    writeln!(text, "    curl -sS -w '\\n' {job} -d \"token=$token\" {server}/introspect\n")?;

    writeln!(text, "2. A person lets an application in (authorization code with PKCE). With a browser: open\n")?;
    writeln!(text, "   {server}/\n")?;
    writeln!(text, "   and sign in as {SAMPLE_USER} with the password {SAMPLE_PASSWORD}. Or without one:\n")?;
    writeln!(text, "    jar=$(mktemp)")?;
    writeln!(text, "    handle=$({with_jar} '{authorization_url}' | {HANDLE})")?;
    write!(text, "    handle=$({with_jar} -d \"handle=$handle\" -d username={SAMPLE_USER} ")?;
    writeln!(text, "-d password={SAMPLE_PASSWORD} {server}/login | {HANDLE})")?;
    write!(text, "    code=$({with_jar} -o /dev/null -w '%{{redirect_url}}' -d \"handle=$handle\" -d account={SAMPLE_USER} ")?;
    writeln!(text, "-d scope=read -d scope=write -d decision=approve {server}/consent | {CODE})")?;
    writeln!(text, "    tokens=$({redeem})")?;
    writeln!(text, "    printf '%s\\n' \"$tokens\"\n")?;
    writeln!(text, "   Use the access token, then get the next one for the refresh token.\n")?;
    writeln!(text, "    token=$(printf '%s\\n' \"$tokens\" | {ACCESS_TOKEN})")?;
    writeln!(text, "    curl -sS -H \"Authorization: Bearer $token\" {server}/me")?;
    writeln!(text, "    refresh=$(printf '%s\\n' \"$tokens\" | {REFRESH_TOKEN})")?;
    write!(text, "    curl -sS -w '\\n' -d grant_type=refresh_token -d client_id={CLIENT_ID} ")?;
    writeln!(text, "-d \"refresh_token=$refresh\" {server}/token\n")?;

    writeln!(text, "What this server can do: {server}/.well-known/oauth-authorization-server")?;
    writeln!(text, "Ctrl-C stops it.")
}

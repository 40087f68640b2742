//! What the terminal shows. `tests/example.rs` runs the indented lines exactly as they are printed.

use std::fmt::{self, Write as _};

use grantor::Scope;

use crate::csrf::random;
use crate::options::{Options, SigningKeysFrom};
use crate::samples::{API, APP, JOB, PASSWORD, Secrets, USER};
use crate::site::Site;
use crate::walk::{authorization_request, challenge, encode};

/// Takes a member out of JSON, the hidden handle out of a page, the code out of a URL.
const ACCESS_TOKEN: &str = r#"sed -n 's/.*"access_token":"\([^"]*\)".*/\1/p'"#;
const REFRESH_TOKEN: &str = r#"sed -n 's/.*"refresh_token":"\([^"]*\)".*/\1/p'"#;
const HANDLE: &str = r#"sed -n 's/.*name="handle" value="\([^"]*\)".*/\1/p'"#;
const CODE: &str = r"sed -n 's/.*[?&]code=\([^&]*\).*/\1/p'";

/// What the commands are about.
pub struct Instructions<'a> {
    pub site: &'a Site,
    pub options: &'a Options,
    /// With the sample clients.
    pub secrets: Option<&'a Secrets>,
}

impl fmt::Display for Instructions<'_> {
    fn fmt(&self, text: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { site, options, secrets } = self;
        match &options.database {
            Some(database) => writeln!(text, "What is issued is kept in {database}.")?,
            None => writeln!(text, "Everything is kept in memory and gone when this stops.")?,
        }
        if options.jwt {
            jwt(text, site, options)?;
        }
        if options.dpop {
            writeln!(text, "What is here for tokens takes those alone that are bound to a key of their client (DPoP).")?;
        }
        if options.rar {
            writeln!(text, "Clients may ask for a payment, or for accounts to look at: the sample app does.")?;
        }
        if options.openid {
            writeln!(
                text,
                "People sign in to applications with OpenID Connect: {}",
                site.url("/.well-known/openid-configuration")
            )?;
        }
        if options.device {
            writeln!(
                text,
                "Devices ask for codes at {}, and people type them at {}",
                site.url("/device_authorization"),
                site.url("/device")
            )?;
        }
        if options.device && secrets.is_some() {
            writeln!(text, "A device to try it with: {}", site.url("/sample-device"))?;
        }
        for resource in &options.resources {
            writeln!(text, "Clients may ask for tokens for one API: -d resource={}", resource.identifier())?;
        }
        if let Some(agent) = &options.agent {
            writeln!(text, "The client {agent} may act for people: it exchanges their tokens at {}", site.url("/token"))?;
        }
        if let Some(secrets) = secrets {
            samples(text, secrets)?;
        }
        // What the proxy of an https issuer does is not known here, and some scopes would mean something to the shell.
        let can_be_run = !site.is_secure() && !options.scopes.as_str().contains(['\'', '$', '`', '\\']);
        if let Some(secrets) = secrets.filter(|_| can_be_run) {
            writeln!(text, "Run the indented lines in a second terminal (bash, zsh or sh).\n")?;
            program(text, site, &options.scopes, secrets)?;
            // If all is approved, there are no pages to walk through.
            if !options.auto_approve {
                person(text, site, options)?;
            }
            let number = if options.auto_approve { 2 } else { 3 };
            if options.jwt { checking_api(text, site, number)? } else { asking_api(text, site, secrets, number)? }
        } else {
            writeln!(text)?;
        }
        let server = site.url("");
        writeln!(text, "Begin here: {server}/   Connected apps: {server}/account")?;
        let metadata = format!("{}/.well-known/oauth-authorization-server{}", origin(site), site.path());
        writeln!(text, "What this server can do: {metadata}")?;
        writeln!(text, "Ctrl-C stops it.")
    }
}

fn origin(site: &Site) -> String {
    let server = site.url("");
    server[..server.len() - site.path().len()].to_owned()
}

/// What access tokens are, and with what they are signed.
fn jwt(text: &mut fmt::Formatter<'_>, site: &Site, options: &Options) -> fmt::Result {
    let (resource, keys) = (site.resource(), site.url("/jwks"));
    write!(text, "Access tokens are JWTs for {resource}. ")?;
    match &options.signing_keys {
        None => write!(text, "The key that signs them is gone when this stops")?,
        Some(SigningKeysFrom::File(path)) => write!(text, "The key in {} signs them", path.display())?,
        Some(SigningKeysFrom::Store) => write!(text, "The keys that sign them are kept with the rest, and replace each other")?,
    }
    writeln!(text, "; {keys} has the public ones.")
}

/// What everybody could know.
fn samples(text: &mut fmt::Formatter<'_>, secrets: &Secrets) -> fmt::Result {
    let (job, api) = (secrets.job.expose(), secrets.api.expose());
    writeln!(
        text,
        "There are samples: the user {USER} with the password {PASSWORD}, the public client {APP}, and, with secrets that are"
    )?;
    writeln!(text, "new at each start, {JOB} ({job}) and {API} ({api}).")
}

fn program(text: &mut fmt::Formatter<'_>, site: &Site, scopes: &Scope, secrets: &Secrets) -> fmt::Result {
    let server = site.url("");
    let job = format!("-u {JOB}:{}", secrets.job.expose());
    // A protected resource is opened with this one.
    let scope = scopes.iter().find(|token| *token == "read").or_else(|| scopes.iter().next()).unwrap_or_default();
    let token_request = format!("{job} -d grant_type=client_credentials -d scope={scope} {server}/token");

    writeln!(text, "1. A program gets a token for itself (client credentials).\n")?;
    writeln!(text, "    curl -sS -w '\\n' {token_request}\n")?;
    writeln!(text, "   Keep one, see what it opens, ask about it (introspection), give it back (revocation), ask again.\n")?;
    writeln!(text, "    token=$(curl -sS {token_request} | {ACCESS_TOKEN})")?;
    writeln!(text, "    curl -sS -H \"Authorization: Bearer $token\" {server}/me")?;
    writeln!(text, "    curl -sS -w '\\n' {job} -d \"token=$token\" {server}/introspect")?;
    writeln!(text, "    curl -sS -w 'revoked: %{{http_code}}\\n' {job} -d \"token=$token\" {server}/revoke")?;
    writeln!(text, "    curl -sS -w '\\n' {job} -d \"token=$token\" {server}/introspect\n")
}

fn person(text: &mut fmt::Formatter<'_>, site: &Site, options: &Options) -> fmt::Result {
    let scopes = &options.scopes;
    let (server, redirect_uri) = (site.url(""), site.url("/callback"));
    let with_jar = r#"curl -sS -b "$jar" -c "$jar""#;
    // A real application makes them anew for each request; so does the one behind the start page.
    let (state, verifier) = (random(), random());
    let challenge = challenge(&verifier);
    let request = encode(&authorization_request(APP, &redirect_uri, scopes, &state, &challenge));
    let mut ticked = String::new();
    for token in scopes.iter() {
        write!(ticked, "-d scope={token} ")?;
    }

    writeln!(text, "2. A person lets an application in (authorization code with PKCE). With a browser: open\n")?;
    writeln!(text, "   {server}/\n")?;
    writeln!(text, "   and sign in as {USER} with the password {PASSWORD}. Or without one:\n")?;
    writeln!(text, "    jar=$(mktemp)")?;
    writeln!(text, "    handle=$({with_jar} '{server}/authorize?{request}' | {HANDLE})")?;
    write!(text, "    handle=$({with_jar} -d \"handle=$handle\" -d username={USER} ")?;
    writeln!(text, "-d password={PASSWORD} {server}/login | {HANDLE})")?;
    write!(text, "    code=$({with_jar} -o /dev/null -w '%{{redirect_url}}' -d \"handle=$handle\" -d account={USER} ")?;
    writeln!(text, "{ticked}-d decision=approve {server}/consent | {CODE})")?;
    write!(text, "    tokens=$(curl -sS -w '\\n' -d grant_type=authorization_code -d client_id={APP} ")?;
    write!(text, "-d 'redirect_uri={redirect_uri}' -d 'code_verifier={verifier}' -d \"code=$code\" {server}/token)")?;
    writeln!(text, "\n    printf '%s\\n' \"$tokens\"\n")?;
    writeln!(text, "   Use the access token, then get the next one for the refresh token; the old one ends with that.\n")?;
    writeln!(text, "    token=$(printf '%s\\n' \"$tokens\" | {ACCESS_TOKEN})")?;
    writeln!(text, "    curl -sS -H \"Authorization: Bearer $token\" {server}/me")?;
    if options.openid {
        writeln!(text, "    curl -sS -w '\\n' -H \"Authorization: Bearer $token\" {server}/userinfo")?;
    }
    writeln!(text, "    refresh=$(printf '%s\\n' \"$tokens\" | {REFRESH_TOKEN})")?;
    write!(text, "    tokens=$(curl -sS -w '\\n' -d grant_type=refresh_token -d client_id={APP} ")?;
    writeln!(text, "-d \"refresh_token=$refresh\" {server}/token)")?;
    writeln!(text, "    printf '%s\\n' \"$tokens\"")?;
    writeln!(text, "    token=$(printf '%s\\n' \"$tokens\" | {ACCESS_TOKEN})\n")
}

fn asking_api(text: &mut fmt::Formatter<'_>, site: &Site, secrets: &Secrets, number: u32) -> fmt::Result {
    let (issuer, secret) = (site.issuer(), secrets.api.expose());
    writeln!(
        text,
        "{number}. Another process accepts the tokens, and asks this one about them (introspection). In a third terminal:\n"
    )?;
    writeln!(
        text,
        "   CLIENT_SECRET={secret} cargo run -p example-server --bin resource_server -- --issuer {issuer} --client-id {API}\n"
    )?;
    writeln!(text, "   Then run the lines that it prints in the second one, where `$token` is.\n")
}

fn checking_api(text: &mut fmt::Formatter<'_>, site: &Site, number: u32) -> fmt::Result {
    let issuer = site.issuer();
    writeln!(
        text,
        "{number}. Another process accepts the tokens, and checks them with the public keys, without asking. In a third terminal:\n"
    )?;
    writeln!(text, "   cargo run -p example-server --bin resource_server -- --jwt --issuer {issuer}\n")?;
    writeln!(text, "   Then run the lines that it prints in the second one, where `$token` is.\n")
}

//! The program as people start it: in one process or in two. The commands for `curl` are run as it prints them.

use std::io::{BufRead as _, BufReader, Lines};
use std::net::TcpListener;
use std::process::{Child, ChildStdout, Command, Stdio};

const SECRET: &str = "a secret that both processes have, and 'nobody' else";

struct Program {
    process: Child,
    printed: String,
    /// Kept, so that it can go on printing.
    _rest: Lines<BufReader<ChildStdout>>,
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// An address that is free now.
fn address() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("an address").to_string()
}

/// Starts it, and waits until it has printed its last line, which has `last` in it.
fn start(arguments: &[&str], secret: Option<&str>, last: &str) -> Program {
    let mut command = Command::new(env!("CARGO_BIN_EXE_example-mcp"));
    command.args(arguments).env_remove("MCP_SECRET").stdin(Stdio::null()).stdout(Stdio::piped());
    if let Some(secret) = secret {
        command.env("MCP_SECRET", secret);
    }
    let mut process = command.spawn().expect("the program starts");
    let mut rest = BufReader::new(process.stdout.take().expect("a pipe")).lines();
    let mut printed = String::new();
    while !printed.contains(last) {
        let line = rest.next().unwrap_or_else(|| panic!("it has ended after: {printed}")).expect("text");
        printed = format!("{printed}{line}\n");
    }
    Program { process, printed, _rest: rest }
}

/// The last command.
const INITIALIZES: &str = "\"method\":\"initialize\"";
const ASK_AGAIN: &str = "clients ask again";

/// What each of the commands for `curl` printed, in one shell; `None` where there is no `curl` or no `bash`.
fn run(printed: &str) -> Option<Vec<String>> {
    for program in ["bash", "curl"] {
        if Command::new(program).arg("--version").output().is_err() {
            eprintln!("left out: {program} not found");
            return None;
        }
    }
    let (_, commands) = printed.split_once("\ncurl:\n").expect("commands");
    let commands = commands.trim().replace("\\\n", " ");
    let script = commands.lines().map(str::trim).collect::<Vec<_>>().join("\nprintf '\\036'\n");
    let output = Command::new("bash").args(["-c", &script]).env("NO_PROXY", "127.0.0.1").output().expect("bash runs");
    let text = String::from_utf8(output.stdout).expect("text");
    Some(text.split('\u{1e}').map(str::to_owned).collect())
}

/// A challenge that leads on, the metadata, a token, and an MCP server that lets it in.
fn all_of_it_works(printed: &str, resource: &str, issuer: &str) {
    let Some(answers) = run(printed) else { return };
    let [challenged, metadata, token, initialized] = &answers[..] else { panic!("{answers:?}") };
    assert!(challenged.starts_with("HTTP/1.1 401"), "{challenged}");
    let origin = resource.strip_suffix("/mcp").expect("a path");
    let leads_on = format!("resource_metadata=\"{origin}/.well-known/oauth-protected-resource/mcp\"");
    assert!(challenged.contains(&leads_on), "{challenged}");
    let metadata: serde_json::Value = serde_json::from_str(metadata).expect("JSON");
    assert_eq!(metadata["issuer"], issuer);
    assert_eq!(token, "", "it is in a variable");
    assert!(initialized.contains("\"serverInfo\""), "{answers:?}");
}

#[test]
fn one_process_does_what_it_prints() {
    for (flags, tokens, strangers) in
        [(&[][..], "JWTs (RFC 9068)", true), (&["--introspect", "--registered-only"][..], "introspected (RFC 7662)", false)]
    {
        let address = address();
        let program = start(&[&["--listen", &address][..], flags].concat(), None, INITIALIZES);
        let (issuer, resource) = (format!("http://{address}"), format!("http://{address}/mcp"));
        let printed = &program.printed;
        for shown in [
            &*format!("MCP server            {resource} "),
            &format!("authorization server  {issuer}\n"),
            tokens,
            &format!("URL {resource}, "),
            &format!("--client-id desktop --callback-port 8123 notes {resource}\n"),
        ] {
            assert!(printed.contains(shown), "no {shown:?} in {printed}");
        }
        assert_eq!(printed.contains("by registering themselves"), strangers, "{printed}");
        all_of_it_works(printed, &resource, &issuer);
    }
}

#[test]
fn two_processes_do_what_they_print() {
    for (flags, secret) in [(&[][..], None), (&["--introspect"][..], Some(SECRET))] {
        let (first, second) = (address(), address());
        let (issuer, resource) = (format!("http://{first}"), format!("http://{second}/mcp"));
        let authorization = ["--part", "authorization", "--listen", &first, "--resource", &resource];
        let authorization = start(&[&authorization[..], flags].concat(), secret, INITIALIZES);
        let mcp = start(&[&["--part", "mcp", "--listen", &second, "--issuer", &issuer][..], flags].concat(), secret, ASK_AGAIN);
        assert!(!authorization.printed.contains("MCP server  ") && !mcp.printed.contains("authorization server  "));
        // A secret is shown where it is made up or checked, and nowhere else.
        assert!(!mcp.printed.contains("curl:") && !mcp.printed.contains(SECRET), "{}", mcp.printed);
        all_of_it_works(&authorization.printed, &resource, &issuer);
    }
}

/// Introspection is for whom the authorization server knows: with another secret nobody is let in.
#[test]
fn a_secret_of_its_own_lets_nobody_in() {
    let (first, second) = (address(), address());
    let (issuer, resource) = (format!("http://{first}"), format!("http://{second}/mcp"));
    let authorization = ["--introspect", "--part", "authorization", "--listen", &first, "--resource", &resource];
    let authorization = start(&authorization, Some(SECRET), INITIALIZES);
    let _mcp = start(&["--introspect", "--part", "mcp", "--listen", &second, "--issuer", &issuer], None, ASK_AGAIN);
    let Some(answers) = run(&authorization.printed) else { return };
    let initialized = answers.last().expect("an answer");
    assert!(answers[0].starts_with("HTTP/1.1 401") && !initialized.contains("serverInfo"), "{answers:?}");
}

#[test]
fn what_makes_no_sense_ends_it() {
    let ended = |arguments: &[&str], secret: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_example-mcp"));
        command.args(arguments).env("MCP_SECRET", secret).output().expect("the program starts")
    };
    for arguments in [&["--part", "other"][..], &["--listen"], &["--listen", "nowhere"], &["--issuer", "x", "--what"]] {
        assert!(!ended(arguments, SECRET).status.success(), "{arguments:?}");
    }
    let help = ended(&["--help"], SECRET);
    assert!(help.status.success() && String::from_utf8_lossy(&help.stdout).contains("MCP_SECRET"));
}

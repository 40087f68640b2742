//! What is wrong on the command line, or in the way, is told, and loses nothing.

use rusqlite::Connection;

use crate::place::{in_a_database, in_a_file, register_app};
use crate::tool::Tool;

#[test]
fn what_cannot_be_read_is_refused() {
    let (_store, tool, _directory) = in_a_file();
    let long = "x".repeat(3_000);
    for (arguments, reason) in [
        (&["client", "show", ""][..], "client_id"),
        (&["client", "show", &long], "client_id"),
        (&["client", "show", "\u{e4}"], "client_id"),
        (&["client", "list", "--limit", "0"], "limit"),
        (&["client", "list", "--limit", "1001"], "limit"),
        (&["client", "register", "--redirect-uri", "javascript:alert(1)"], "redirect_uris"),
        (&["client", "register", "--redirect-uri", "https://app.example.com/#f"], "redirect_uris"),
        (&["client", "register"], "redirect URI"),
        (&["client", "register", "--id", "urn:grantor:session", "--redirect-uri", "https://app.example.com/"], "sessions"),
        (&["client", "register", "--metadata", "/nowhere/at/all"], "cannot be read"),
        (&["authorization", "list"], "client"),
        (&["authorization", "list", "--client", "a", "--subject", "b"], "cannot be used with"),
        (&["authorization", "list", "--subject", ""], "subject"),
        (&["authorization", "show", "not-an-identifier"], "22 characters"),
        (&["client", "list", "--issuer", "http://as.example.com"], "issuer"),
        (&["client", "list", "--issuer", "as.example.com"], "issuer"),
        (&["key", "drop", "\u{e4}"], "key"),
        (&["keys"], "unrecognized"),
    ] {
        let words = tool.fails(2, "input", arguments);
        assert!(words.contains(reason), "{arguments:?}: {words}");
    }
    for (document, reason) in [
        (&b"[]"[..], "object"),
        (b"{", "line 1"),
        (b"\xff", "cannot be read"),
        (b"{\"client_secret\": 4711}", "string"),
        (b"{\"redirect_uris\": \"https://app.example.com/\"}", "metadata"),
        (&b"{\"client_name\": \"".iter().chain(&[b'x'; 70_000]).chain(b"\"}").copied().collect::<Vec<_>>(), "65536"),
    ] {
        let words = tool.reading(document, &["client", "register", "--metadata", "-"]).failed(2, "input");
        assert!(words.contains(reason) && !words.contains("4711"), "{words}");
    }
    assert_eq!(tool.done(&["client", "list"])["clients"].as_array().map(Vec::len), Some(0));
    // A loopback issuer is one, as on a developer's machine.
    tool.done(&["client", "list", "--issuer", "http://127.0.0.1:8080"]);
}

#[test]
fn a_password_is_nowhere() {
    let nobody = Tool::on(String::new(), "grantor".to_owned());
    for store in [
        "postgres://auth:hunter2@127.0.0.1:1/auth",
        "postgres://auth:hunter2@127.0.0.1:notaport/auth",
        "postgres://auth:hunter2@127.0.0.1:1/auth?sslmode=nonsense",
        "mysql://auth:hunter2@127.0.0.1/auth",
        "auth:hunter2@127.0.0.1",
    ] {
        for tool in [Tool { store: store.to_owned(), ..nobody.clone() }, nobody.clone()] {
            let given = if tool.store.is_empty() { vec!["client", "list", "--store", store] } else { vec!["client", "list"] };
            for said in [tool.run(&given), tool.typed(&given), tool.typed(&[&given[..], &["--verbose"]].concat())] {
                assert!(matches!(said.code, 2 | 6), "{said:?}");
                assert!(!said.err.contains("hunter2") && said.out.is_empty(), "{said:?}");
            }
        }
        // In the wrong place.
        for arguments in [&[store][..], &["client", store], &["purge", store], &["client", "list", "--limit", store]] {
            for said in [nobody.run(arguments), nobody.typed(arguments)] {
                assert!(said.code == 2 && (!store.contains("://") || !said.err.contains("hunter2")), "{said:?}");
            }
        }
    }
    let words =
        Tool { store: "postgres://auth@127.0.0.1:1/auth".to_owned(), ..nobody }.fails(6, "unavailable", &["client", "list"]);
    assert!(words.contains("Connection refused"), "{words}");
}

#[test]
fn a_file_that_somebody_locks_is_for_later() {
    let (_store, tool, directory) = in_a_file();
    register_app(&tool, "app");
    let file = Connection::open(directory.path().join("auth.db")).expect("the file");
    file.execute_batch("BEGIN IMMEDIATE").expect("the lock");
    tool.fails(6, "unavailable", &["client", "remove", "app"]);
    let said = tool.typed(&["client", "rotate-secret", "app"]);
    assert!(said.code != 0 && said.out.is_empty(), "{said:?}");
    file.execute_batch("ROLLBACK").expect("the end");
    tool.done(&["client", "show", "app"]);
}

#[tokio::test]
async fn a_database_that_refuses_says_why() {
    let Some((_, tool, _)) = in_a_database().await else { return };
    let other = Tool { store: format!("{}_that_is_not_there", tool.store), ..tool.clone() };
    let words = other.fails(1, "store", &["client", "list"]);
    assert!(words.contains("does not exist"), "{words}");
    for schema in ["Grantor", "a b", "pg_catalog"] {
        let named = Tool { schema: schema.to_owned(), ..tool.clone() };
        assert!(named.fails(5, "schema", &["client", "list"]).contains("schema"));
    }
}

#[test]
fn people_read_text_and_the_secret_is_in_it_once() {
    let (_store, tool, _directory) = in_a_file();
    let said = tool.typed(&["client", "register", "--id", "job", "--grant-type", "client_credentials", "--name", "a\u{1b}[2Jb"]);
    let secret = said.out.lines().find_map(|line| line.strip_prefix("client_secret")).expect("a secret").trim();
    assert_eq!((said.code, said.err.as_str(), said.out.matches(secret).count()), (0, "", 1), "{said:?}");
    assert!(secret.len() == 43 && !said.out.contains('\u{1b}'), "{said:?}");
    let listed = tool.typed(&["client", "list"]);
    assert!(listed.out.contains("client_id") && listed.out.contains("job") && !listed.out.contains(secret), "{listed:?}");
    let said = tool.typed(&["client", "show", "nobody"]);
    assert_eq!((said.code, said.err.as_str(), said.out.as_str()), (3, "error: this issuer has no client `nobody`\n", ""));
    // Events, where somebody wants them.
    let said = tool.typed(&["client", "remove", "job", "--verbose"]);
    assert!(said.err.contains("client removed"), "{said:?}");
    let help = tool.typed(&["--help"]);
    assert!(help.code == 0 && help.err.is_empty() && help.out.contains("GRANTOR_STORE"), "{help:?}");
}

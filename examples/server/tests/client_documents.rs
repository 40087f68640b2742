//! Clients that are URLs of documents: only with the flag, and from the hosts that it names.

#[path = "common/example_process.rs"]
mod example_process;
#[path = "common/program.rs"]
mod program;

use example_process::Example;
use program::Program;
use serde_json::json;

async fn page(program: &Program, client_id: &str) -> (u16, String) {
    let parameters = [
        ("response_type", "code"),
        ("client_id", client_id),
        ("redirect_uri", "https://app.example.com/callback"),
        ("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"),
        ("code_challenge_method", "S256"),
    ];
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish();
    let answer = program.get(&format!("/authorize?{query}"), None).await;
    let status = answer.status().as_u16();
    (status, String::from_utf8(answer.bytes().await.expect("a body").to_vec()).expect("text"))
}

#[tokio::test]
async fn hosts_are_those_of_the_flag() {
    // There is no such host, and never will be (RFC 2606 section 2).
    let (invalid, other) = ("https://client.invalid/app.json", "https://client.test/app.json");
    for (flags, of_invalid, of_other) in [
        (&[][..], 400, 400),
        (&["--client-documents", "any"], 503, 503),
        (&["--client-documents", "client.invalid,*.example.com"], 503, 400),
        (&["--client-documents", "client.invalid", "--profile", "rfc6749"], 503, 400),
    ] {
        let example = Example::start_with(flags);
        let program = Program::of(&example);
        let metadata = program.get_json("/.well-known/oauth-authorization-server").await;
        let supported = if flags.is_empty() { json!(null) } else { json!(true) };
        assert_eq!(metadata["client_id_metadata_document_supported"], supported, "{flags:?}");
        for (id, expected) in [(invalid, of_invalid), (other, of_other)] {
            let (status, text) = page(&program, id).await;
            assert_eq!(status, expected, "{flags:?} {id}: {text}");
            let code = if expected == 503 { "temporarily_unavailable" } else { "invalid_request" };
            assert!(text.contains(code), "{flags:?} {id}: {text}");
        }
    }
}

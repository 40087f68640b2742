//! Each row once: shown by tests of this program that carry its number, or by others.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use Row::{Both, Elsewhere, Here};

/// The file below `tests`, and the function.
type Tests = &'static [(&'static str, &'static str)];

enum Row {
    /// By tests whose names begin with `row_` and the number.
    Here,
    /// By these tests.
    Elsewhere(Tests),
    /// By both.
    Both(Tests),
}

const ROWS: [(u8, Row); 40] = [
    (1, Here),
    (2, Here),
    (3, Here),
    (4, Here),
    (5, Here),
    (6, Here),
    (7, Elsewhere(&[("client_documents/clients.rs", "the_metadata_says_so")])),
    (8, Elsewhere(&[("client_documents/clients.rs", "a_document_that_is_not_valid_makes_no_client_and_its_author_is_told_why")])),
    (9, Elsewhere(&[("client_documents/clients.rs", "it_is_sent_back_to_what_its_document_names")])),
    (
        10,
        Elsewhere(&[
            ("client_documents/changes.rs", "it_is_kept_as_its_headers_say_within_bounds"),
            ("client_documents/changes.rs", "a_document_that_has_not_changed_is_not_read_again"),
            ("client_documents/trouble.rs", "where_there_is_no_document_the_client_is_to_come_again"),
            ("client_documents/trouble.rs", "what_leads_into_this_network_looks_like_any_other_trouble"),
            ("client_documents/trouble.rs", "a_name_that_is_bound_anew_leads_nowhere"),
            ("client_documents/clients.rs", "a_document_that_is_not_valid_makes_no_client_and_its_author_is_told_why"),
            ("client_documents/hosts.rs", "documents_on_this_machine_are_for_development"),
        ]),
    ),
    (
        11,
        Elsewhere(&[
            ("client_documents/clients.rs", "a_url_is_a_client_at_every_endpoint_and_its_document_is_fetched_once"),
            ("client_documents/everywhere.rs", "it_pushes_its_request"),
            ("client_documents/everywhere.rs", "it_presents_what_an_identity_provider_signed_for_it"),
            ("client_documents/everywhere.rs", "it_asks_as_a_device"),
            ("client_documents/everywhere.rs", "it_exchanges_its_tokens"),
            ("client_documents/everywhere.rs", "it_signs_people_out_and_they_stay_here"),
        ]),
    ),
    (
        12,
        Elsewhere(&[(
            "client_documents/keys.rs",
            "a_client_with_keys_has_to_use_them_whether_they_are_in_its_document_or_beside_it",
        )]),
    ),
    (13, Elsewhere(&[("client_documents/people.rs", "people_see_whence_it_comes_and_where_it_goes")])),
    (14, Here),
    (15, Here),
    (16, Here),
    (
        17,
        Elsewhere(&[
            ("dynamic_registration/bounds.rs", "a_client_ends_by_disuse_and_not_by_age"),
            ("dynamic_registration/bounds.rs", "a_client_that_never_got_a_token_ends_soon_and_a_change_keeps_it_no_longer"),
        ]),
    ),
    (18, Here),
    (19, Here),
    (20, Here),
    (21, Here),
    (22, Here),
    (23, Here),
    (24, Here),
    (25, Here),
    (26, Here),
    (27, Here),
    (28, Here),
    (
        29,
        Both(&[
            ("client_documents/trouble.rs", "where_there_is_no_document_the_client_is_to_come_again"),
            ("client_documents/trouble.rs", "a_host_that_is_down_costs_nobody_anything"),
            ("client_documents/hosts.rs", "a_policy_is_asked_each_time_and_one_that_fails_loses_nothing"),
            ("dynamic_registration/bounds.rs", "a_storage_that_fails_registers_nobody_and_says_so"),
        ]),
    ),
    (30, Here),
    (31, Here),
    (
        32,
        Elsewhere(&[
            ("dpop/proofs.rs", "the_algorithms_are_those_of_the_metadata"),
            ("dpop/nonces.rs", "a_proof_without_a_nonce_of_the_server_is_told_one"),
        ]),
    ),
    (33, Here),
    (34, Here),
    (35, Here),
    (36, Here),
    (37, Here),
    (38, Here),
    (39, Here),
    (40, Both(&[("dpop/resource.rs", "challenges_name_both_schemes_and_the_error_in_that_which_was_tried")])),
];

fn tests() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests"))
}

#[test]
fn each_row_is_shown() {
    let mut here: BTreeMap<u8, u32> = BTreeMap::new();
    for file in fs::read_dir(tests().join("mcp_checklist")).expect("the folder") {
        let text = fs::read_to_string(file.expect("a file").path()).expect("text");
        for name in text.split(concat!("async fn ", "row_")).skip(1) {
            let number = name.get(..2).and_then(|digits| digits.parse().ok()).expect("a row has two digits");
            *here.entry(number).or_default() += 1;
        }
    }
    for (place, (number, row)) in (1..).zip(&ROWS) {
        assert_eq!(place, *number);
        let shown = here.contains_key(number);
        match row {
            Here | Both(_) => assert!(shown, "no test shows row {number}"),
            Elsewhere(tests) => assert!(!shown && !tests.is_empty(), "row {number} is shown here"),
        }
        for (file, test) in if let Elsewhere(tests) | Both(tests) = row { *tests } else { &[] } {
            let text = fs::read_to_string(self::tests().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
            assert!(text.contains(&format!("fn {test}()")), "row {number}: {file} has no {test}");
        }
    }
}

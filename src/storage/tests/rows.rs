//! What is kept, for how long, and for whom.

use super::*;

pub(super) fn a_look_up_finds_the_record_as_inserted_and_changes_nothing<S: Whole>() {
    let (store, issuer) = with_code::<S>();
    for _ in 0..2 {
        let found = ok(store.find_code(&issuer, &hash("c"), t(5))).unwrap();
        assert_eq!((found.record, found.redeemed), (code("c", 10), false));
    }
    assert_eq!(redeem(&*store, &issuer, tokens(0), 5), "redeemed");
    let found = ok(store.find_refresh_token(&issuer, &hash("r0"), t(5))).unwrap();
    assert_eq!((found.record, found.revoked), (token("r0", 0, 1000), false));
}

pub(super) fn everything_expires_at_the_exact_second<S: Whole>() {
    let (store, issuer) = with_code::<S>();
    assert!(ok(store.find_code(&issuer, &hash("c"), t(9))).is_some());
    assert!(ok(store.find_code(&issuer, &hash("c"), t(10))).is_none());
    assert_eq!(redeem(&*store, &issuer, tokens(0), 10), "dead");
    assert_eq!(redeem(&*store, &issuer, tokens(0), 9), "redeemed");
    assert_eq!((active(&*store, &issuer, "a0", 99), active(&*store, &issuer, "a0", 100)), (Some(true), None));
    assert_eq!((active_refresh(&*store, &issuer, "r0", 999), active_refresh(&*store, &issuer, "r0", 1000)), (Some(true), None));

    let suspended = InteractionRecord::new(hash("i"), client_id(), t(10), "{}".to_owned());
    for (now, taken) in [(9, Some(&suspended)), (10, None)] {
        ok(store.put_interaction(&issuer, suspended.clone(), t(0)));
        assert_eq!(ok(store.take_interaction(&issuer, &hash("i"), t(now))).as_ref(), taken);
        assert_eq!(ok(store.take_interaction(&issuer, &hash("i"), t(0))), None);
    }
}

pub(super) fn a_collision_is_an_error_and_changes_nothing<S: Whole>() {
    let (store, issuer) = with_tokens::<S>();
    let before = store.rows();
    let other = FamilyId::from_bytes([8; 16]);
    assert!(run(store.begin_family(&issuer, family(FAMILY), access("new", 0), t(0))).is_err());
    // Rows of another family, then hashes that are there.
    assert!(run(store.begin_family(&issuer, family(other), access("new", 0), t(0))).is_err());
    assert_eq!(rotate(&*store, &issuer, 0, access("a0", 1), 20), "failed");
    assert_eq!(rotate(&*store, &issuer, 0, tokens(0), 20), "failed");
    assert_eq!(store.rows(), before);
    assert_eq!(rotate(&*store, &issuer, 0, tokens(1), 20), "rotated");

    let (store, issuer) = with_code::<S>();
    let again = Issue::new(Some(code("c", 10)), Some(token("new", 0, 100)), None);
    assert_eq!(redeem(&*store, &issuer, again, 5), "failed");
    assert_eq!(active(&*store, &issuer, "new", 5), None);
    assert_eq!(redeem(&*store, &issuer, tokens(0), 5), "redeemed");
}

pub(super) fn issuers_are_kept_apart<S: Whole>() {
    let (store, here) = with_tokens::<S>();
    let there = issuer("b");
    assert_eq!((active(&*store, &there, "a0", 1), active_refresh(&*store, &there, "r0", 1)), (None, None));
    assert_eq!(rotate(&*store, &there, 0, tokens(1), 20), "dead");
    ok(store.revoke_family(&there, &FAMILY, t(1)));
    ok(store.revoke_access_token(&there, &hash("a0"), t(1)));
    assert_eq!(active(&*store, &here, "a0", 1), Some(true));
    ok(store.begin_family(&there, family(FAMILY), tokens(0), t(0)));
    ok(store.revoke_family(&here, &FAMILY, t(1)));
    assert_eq!(active(&*store, &there, "a0", 1), Some(true));

    ok(store.put_client(&here, client()));
    assert!(ok(store.client(&here, "app")).is_some());
    assert!(ok(store.client(&here, "App")).is_none());
    assert!(ok(store.client(&there, "app")).is_none());
}

pub(super) fn purging_removes_what_expired_of_all_issuers_and_no_client<S: Whole>() {
    let (store, here) = with_code::<S>();
    let there = issuer("b");
    ok(store.begin_family(&there, family(FAMILY), tokens(0), t(0)));
    ok(store.put_interaction(&there, InteractionRecord::new(hash("i"), client_id(), t(50), "{}".to_owned()), t(0)));
    ok(store.put_client(&here, client()));
    // (now, rows removed): the code, its family, the interaction, the access token, the refresh token and its family.
    for (now, removed) in [(9, 0), (10, 1), (20, 1), (50, 1), (100, 1), (999, 0), (1000, 2)] {
        assert_eq!(ok(store.purge_expired(t(now))), removed, "at {now}");
    }
    assert_eq!(store.rows(), 0);
    assert!(ok(store.client(&here, "app")).is_some());
}

pub(super) fn details_are_kept_verbatim<S: Whole>() {
    let (store, issuer) = (S::empty(), issuer("a"));
    let theirs = r#"{"v":1,"subject":"\u00fc \"x\"","scope":"read","audience":["https://api"],"auth_time":5,"later":{"b":[1,null]},"a":"z"}"#;
    let theirs = TokenDetails::from_json(theirs).unwrap();
    let longer = "x".repeat(10_000);
    let narrower = TokenDetails::from_json(&format!(r#"{{"v":7,"later":"{longer}"}}"#)).unwrap();
    let code_json = code_details().to_json().unwrap().replacen('{', r#"{"later":true,"#, 1);
    let code_details = CodeDetails::from_json(&code_json).unwrap();

    let family = FamilyRecord { details: theirs.clone(), subject: Some(subject("alice")), ..family(FAMILY) };
    let same = TokenRecord { details: theirs.clone(), ..token("same", 0, 100) };
    let other = TokenRecord { details: narrower.clone(), ..token("other", 0, 100) };
    let code = CodeRecord { details: code_details.clone(), ..code("c", 10) };
    ok(store.begin_family(&issuer, family.clone(), Issue::new(Some(code), Some(same), Some(other)), t(0)));

    let json = |found: Option<FoundToken>| found.unwrap().record.details.to_json().unwrap();
    assert_eq!(json(ok(store.find_access_token(&issuer, &hash("same"), t(1)))), theirs.to_json().unwrap());
    assert_eq!(json(ok(store.find_refresh_token(&issuer, &hash("other"), t(1)))), narrower.to_json().unwrap());
    let found = ok(store.find_code(&issuer, &hash("c"), t(1))).unwrap().record.details;
    assert_eq!(found.to_json().unwrap(), code_details.to_json().unwrap());
    assert_eq!(ok(store.authorizations_of(&issuer, &subject("alice"), t(1))), [family]);

    let text = "{\n \"not\": \"ours\" }  ".to_owned();
    let suspended = InteractionRecord::new(hash("i"), client_id(), t(10), text);
    ok(store.put_interaction(&issuer, suspended.clone(), t(0)));
    assert!(run(store.put_interaction(&issuer, suspended.clone(), t(0))).is_err());
    assert_eq!(ok(store.take_interaction(&issuer, &hash("i"), t(1))), Some(suspended));
}

pub(super) fn a_subject_sees_what_is_live_and_its_own<S: Whole>() {
    let (store, here) = (S::empty(), issuer("a"));
    let there = issuer("b");
    let begin = |byte: u8, issuer: &Issuer, name: Option<&str>, created_at: u64, until: u64| {
        let id = FamilyId::from_bytes([byte; 16]);
        let record = FamilyRecord::new(id, client_id(), name.map(subject), t(created_at), details());
        let token = TokenRecord { family: id, ..token(&format!("a{byte}"), 0, until) };
        ok(store.begin_family(issuer, record, Issue::new(None, Some(token), None), t(created_at)));
        id
    };
    let older = begin(1, &here, Some("alice"), 5, 100);
    let newer = begin(2, &here, Some("alice"), 7, 100);
    let short = begin(3, &here, Some("alice"), 6, 50);
    begin(4, &here, Some("Alice"), 1, 100);
    begin(5, &here, None, 1, 100);
    begin(6, &there, Some("alice"), 1, 100);
    let seen = |now: u64| -> Vec<FamilyId> {
        ok(store.authorizations_of(&here, &subject("alice"), t(now))).iter().map(|record| record.id).collect()
    };
    assert_eq!((seen(49), seen(50)), (vec![newer, short, older], vec![newer, older]));
    ok(store.revoke_family(&here, &newer, t(50)));
    assert_eq!((seen(99), seen(100)), (vec![older], vec![]));
    assert_eq!(ok(store.authorizations_of(&there, &subject("alice"), t(1))).len(), 1);
    assert_eq!(ok(store.authorizations_of(&here, &subject("alice "), t(1))), []);
}

pub(super) fn a_client_is_replaced_whole<S: Whole>() {
    let (store, issuer) = (S::empty(), issuer("a"));
    let secret = "a secret with more than 32 characters in it".parse().unwrap();
    let first = Client::confidential("app", &secret).grant_types(["client_credentials"]).scope("read").name("First").build();
    for client in [CheckedClient::new(first.unwrap()), client()] {
        let expected = client.client().to_json().unwrap();
        ok(store.put_client(&issuer, client));
        assert_eq!(ok(store.client(&issuer, "app")).unwrap().to_json().unwrap(), expected);
    }
}

pub(super) fn moments_beyond_all_time_do_not_wrap<S: Whole>() {
    let (store, issuer) = (S::empty(), issuer("a"));
    let record = TokenRecord { expires_at: t(u64::MAX), ..token("a0", 0, 0) };
    ok(store.begin_family(&issuer, family(FAMILY), Issue::new(None, Some(record), None), t(0)));
    assert_eq!(active(&*store, &issuer, "a0", 1 << 40), Some(true));
    assert_eq!(ok(store.purge_expired(t(1 << 40))), 0);
}

//! What each kind of event costs, counted on the wire.

use twinpool_core::id::Timestamp;
use twinpool_tests::bootstrap::Function;
use twinpool_tests::mirror::{Bench, failures, one};

/// The calls of a mirror for a person's next sign-in.
fn calls(bench: &Bench, mirror: &Function, username: &str) -> Vec<String> {
    calls_at(bench, mirror, username, Timestamp(0))
}

fn calls_at(bench: &Bench, mirror: &Function, username: &str, at: Timestamp) -> Vec<String> {
    let mut event = bench.sign_in(username);
    event.at = at;
    drop(bench.proxy.take_calls());
    assert_eq!(failures(&mirror.invoke(one(&event, 1))), Vec::<String>::new());
    bench.proxy.take_calls()
}

#[test]
fn each_event_costs_the_calls_that_are_promised() {
    let bench = Bench::new();
    for group in ["readers", "writers"] {
        bench.old.make_group(group, "", 1).unwrap();
    }
    let mirror = bench.mirror();

    drop(bench.person("dan", &["readers", "writers"]));
    // The groups are new to the new pool, which costs two calls each, once.
    drop(calls(&bench, &mirror, "dan"));

    drop(bench.person("fay", &["readers", "writers"]));
    let first = [
        "GetItem",
        "AdminGetUser",
        "AdminListGroupsForUser",
        "PutItem",
        "AdminCreateUser",
        "AdminSetUserPassword",
        "AdminAddUserToGroup",
        "AdminAddUserToGroup",
        "TransactWriteItems",
    ];
    assert_eq!(calls(&bench, &mirror, "fay"), first);

    assert_eq!(calls(&bench, &mirror, "fay"), ["GetItem"]);

    // Once a day it is written down that somebody showed.
    let next_day = Timestamp(24 * 3_600_000);
    assert_eq!(calls_at(&bench, &mirror, "fay", next_day), ["GetItem", "UpdateItem"]);
    assert_eq!(calls_at(&bench, &mirror, "fay", next_day), ["GetItem"]);

    bench.old.set("fay", &[("given_name", "Fay")]).unwrap();
    let changed = calls(&bench, &mirror, "fay");
    let update = [
        "GetItem",
        "AdminGetUser",
        "AdminListGroupsForUser",
        "AdminGetUser",
        "AdminListGroupsForUser",
        // Announced, then recorded.
        "PutItem",
        "AdminUpdateUserAttributes",
        "PutItem",
    ];
    assert_eq!(changed, update);

    // A name that the new pool never had from us costs no more.
    bench.old.set("fay", &[("nickname", "F")]).unwrap();
    assert_eq!(calls(&bench, &mirror, "fay"), update);
    bench.assert_in_step("fay", "after the change");
}

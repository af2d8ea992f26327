use super::*;

fn person(sub: &str, username: &str, enabled: bool) -> (String, Person) {
    let person = Person {
        sub: sub.to_owned(),
        status: "CONFIRMED".to_owned(),
        enabled,
        attributes: [("username".to_owned(), username.to_owned())].into(),
        groups: BTreeSet::new(),
    };
    (sub.to_owned(), person)
}

fn link(old_sub: &str, state: &str) -> (Link, Listed) {
    let new_sub = Some(format!("{old_sub}-new"));
    let link =
        Link { user_id: old_sub.to_owned(), old_sub: old_sub.to_owned(), new_sub, state: state.to_owned() };
    (link, Listed::default())
}

/// Ada in both pools, and Bob, whom the new pool deleted; with the link of Bob as it is here.
fn scene<'a>(log: &'a Log, bob: &str) -> Both<'a> {
    let old = [person("ada", "ada", true), person("bob", "bob", false)];
    let new = [person("ada-new", "ada", true)];
    Both { old: old.into(), new: new.into(), links: vec![link("ada", "linked"), link("bob", bob)], log }
}

fn bob_deleted() -> Log {
    Log { deleted: [("bob".to_owned(), Pool::New)].into(), ..Log::default() }
}

fn judged(both: &Both<'_>) -> Result<(), String> {
    both.ensure_nothing_lost(&Clock::start()).map_err(|wrong| wrong.to_string())
}

#[test]
fn who_was_deleted_may_not_sign_in_to_the_same_pool_again() {
    let log = bob_deleted();
    let mut both = scene(&log, "tombstone: disabled");
    assert_eq!(judged(&both), Ok(()));
    // Made again from the old pool's side, and linked as if nothing had been.
    both.old.extend([person("bob", "bob", true)]);
    both.new.extend([person("bob-again", "bob", true)]);
    both.links[1].0 = Link { new_sub: Some("bob-again".to_owned()), ..link("bob", "linked").0 };
    let wrong = judged(&both).unwrap_err();
    assert!(wrong.contains("bob-again: deleted from the new pool, and may sign in to it"), "{wrong}");
}

#[test]
fn whoever_was_left_half_way_is_not_listed() {
    let log = bob_deleted();
    assert_eq!(judged(&scene(&log, "conflict: missing")), Ok(()));
    let wrong = judged(&scene(&log, "pending")).unwrap_err();
    assert!(wrong.contains("bob: left at pending"), "{wrong}");
}

#[test]
fn only_a_write_of_the_very_same_in_that_pool_goes_over_a_change() {
    let change = |pool| Change { pool, value: "Ada".to_owned(), at: 1_000 };
    let fell = |what: What, pool, at, did: &str| {
        let lists = Listed { did: vec![(at, did.to_owned())], ..Listed::default() };
        fell_into_a_write(&what, &change(pool), &lists)
    };
    let name = || What::Attribute("name");
    assert!(fell(name(), Pool::New, 1_500, "add to group staff; set email, name"));
    assert!(fell(name(), Pool::Old, 1_500, "in the old pool: set name"));
    assert!(fell(What::Group("beta-testers"), Pool::New, 1_000, "remove from group beta-testers"));
    assert!(fell(What::Enabled, Pool::Old, 1_500, "in the old pool: disable"));
    for (at, did) in [
        (1_500, "set given_name, custom:name"),
        (1_500, "overruled in the new pool: attribute name"),
        (1_500, "in the old pool: set name"),
        (999, "set name"),
        (1_001 + WRITE_LASTS, "set name"),
    ] {
        assert!(!fell(name(), Pool::New, at, did), "{did} at {at}");
    }
}

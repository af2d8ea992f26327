use super::super::enter::Known;
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

fn known(username: &str, with: Vec<(What, String)>) -> Known {
    Known { username: username.to_owned(), user_id: username.to_owned(), born: Pool::Old, at: 1_000, with }
}

/// Both came with nothing.
fn both_came() -> Log {
    let mut log = Log::default();
    ["ada", "bob"].iter().for_each(|name| log.comes(&known(name, Vec::new())));
    log
}

fn bob_deleted() -> Log {
    let mut log = both_came();
    log.goes("bob", "bob", Pool::New);
    log
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
fn who_was_buried_and_not_deleted_is_wrong_and_so_is_who_was_deleted_and_lives_in_either_pool() {
    let log = both_came();
    // Ada is alive in the new pool, and disabled in the old one.
    let mut both = scene(&log, "tombstone: disabled");
    both.old.extend([person("ada", "ada", false)]);
    both.links[0] = link("ada", "tombstone: disabled");
    let wrong = judged(&both).unwrap_err();
    for one in [
        "ada: deleted, and may sign in",
        "ada: tombstone: disabled, and nobody deleted",
        "bob: tombstone: disabled, and nobody",
    ] {
        assert!(wrong.contains(one), "{one}: {wrong}");
    }
}

#[test]
fn who_is_no_pair_without_having_been_deleted_is_counted_and_few_are() {
    let log = both_came();
    let both = scene(&log, "conflict: missing");
    assert_eq!((both.found().apart, judged(&both)), (1, Ok(())));
    assert!(ensure_few("users", 3, (100, APART)).is_err());
    assert!(ensure_few("users", 4, (200, APART)).is_ok());
    let log = bob_deleted();
    let both = scene(&log, "conflict: missing");
    assert_eq!((both.found().apart, both.found().listed), (0, 1));
}

#[test]
fn who_vanished_from_both_pools_and_the_table_is_missed() {
    let mut log = both_came();
    log.comes(&known("eve", Vec::new()));
    let both = scene(&log, "conflict: missing");
    assert!(judged(&both).unwrap_err().contains("eve: not deleted, and without a link"));
    log.goes("eve", "eve", Pool::Old);
    assert_eq!(judged(&scene(&log, "conflict: missing")), Ok(()));
}

#[test]
fn what_nobody_changed_may_not_vanish() {
    let mut log = bob_deleted();
    let with = [
        (What::Attribute("given_name"), "Ada".to_owned()),
        (What::Group("staff"), true.to_string()),
        (What::Enabled, true.to_string()),
    ];
    log.comes(&known("ada", with.into()));
    assert_eq!(log.count(), 0, "nobody changed anything");
    let wrong = judged(&scene(&log, "tombstone: disabled")).unwrap_err();
    assert!(wrong.contains("attribute given_name") && wrong.contains("group staff"), "{wrong}");
    let mut both = scene(&log, "tombstone: disabled");
    for person in [both.old.get_mut("ada"), both.new.get_mut("ada-new")].into_iter().flatten() {
        person.attributes.insert("given_name".to_owned(), "Ada".to_owned());
        person.groups.insert("staff".to_owned());
    }
    assert_eq!(judged(&both), Ok(()));
}

#[test]
fn what_fell_into_a_write_is_counted_apart_and_not_too_often() {
    let mut log = bob_deleted();
    let names = ["given_name", "family_name", "custom:tenant", "email"];
    let mut scene_of = |names: &[&'static str]| {
        log.changes.clear();
        for &name in names {
            log.note("ada", What::Attribute(name), Pool::New, "new", 1_000);
        }
        let did = vec![(1_500, format!("set {}", names.join(", ")))];
        let mut both = scene(&log, "tombstone: disabled");
        both.links[0].1 = Listed { did, ..Listed::default() };
        let found = both.found();
        ((found.wrong.len(), found.listed, found.fell_in), judged(&both))
    };
    assert_eq!(scene_of(&names[..3]), ((0, 0, 3), Ok(())));
    let (found, judged) = scene_of(&names);
    assert_eq!(found, (0, 0, 4));
    assert!(judged.unwrap_err().contains("4 changes fell into a write"));
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

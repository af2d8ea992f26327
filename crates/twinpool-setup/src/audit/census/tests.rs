//! Counted in bounded memory.

use twinpool_core::id::{Timestamp, Username};
use twinpool_core::snapshot::Mfa;
use twinpool_core::value::Value;
use twinpool_testkit::uuid;
use twinpool_testkit::world::{MARKER, attribute, email_pool, username_pool};

use super::*;

fn user(number: u64, address: &str) -> Snapshot {
    let attributes = [("email", address), ("email_verified", "true")];
    Snapshot {
        sub: Sub::parse(uuid("eu-west-1_Old", number)).unwrap(),
        username: Username::parse(format!("user-{number}")).unwrap(),
        status: Status::Confirmed,
        enabled: true,
        attributes: attributes.map(|(name, value)| (attribute(name), Value::new(value))).into(),
        groups: [].into(),
        identities: [].into(),
        mfa: Mfa::default(),
        factors: [].into(),
        created_at: Timestamp(0),
        modified_at: Timestamp(0),
    }
}

/// Whom a walk finds, of whom every tenth is a twin of the one before.
fn people(users: u64) -> impl Iterator<Item = Snapshot> {
    (0..users).map(|number| {
        let address = if number % 10 == 9 {
            format!("Person{}@Example.com", number - 1)
        } else {
            format!("person{number}@example.com")
        };
        user(number, &address)
    })
}

fn with_census<T>(most: usize, look: impl FnOnce(Census<'_>) -> T) -> T {
    let (rules, marker) = (Rules::default(), attribute(MARKER));
    let shapes = [username_pool("eu-west-1_Old"), email_pool("eu-west-1_New")];
    look(Census::new(&rules, [&shapes[0], &shapes[1]], &marker, 1).remembering(most, 1))
}

#[test]
fn twins_are_counted_exactly_while_all_names_are_remembered() {
    with_census(20_000, |mut census| {
        people(10_000).for_each(|user| census.add(&user));
        let twins = &census.twins["email"];
        assert_eq!((census.users, twins.count, census.one_in()), (10_000, 1_000, 1));
        // Both of the first pair are named, and no address.
        assert_eq!(twins.examples[0].sub.as_str(), uuid("eu-west-1_Old", 9));
        assert_eq!(twins.examples[0].shows, format!("P•••@E•••.com as {}", uuid("eu-west-1_Old", 8)));
        assert_eq!(twins.examples.len(), EXAMPLES);
        assert!(census.shared.is_empty());
    });
}

#[test]
fn memory_stays_bounded_and_what_is_left_out_is_estimated() {
    with_census(2_000, |mut census| {
        for user in people(50_000) {
            census.add(&user);
            assert!(census.remembered() <= 2_000);
        }
        assert!(census.one_in() > 1);
        // Five thousand, by a part of them.
        let count = census.twins["email"].count;
        assert!((3_500..6_500).contains(&count), "{count}");
        let kept = [census.twins.len(), census.missing.len(), census.unfit.len(), census.statuses.len()];
        assert_eq!(kept, [1, 0, 0, 1]);
    });
}

#[test]
fn a_user_whom_a_list_shows_twice_is_nobody_s_twin() {
    with_census(10, |mut census| {
        let one = user(1, "jane@example.com");
        census.add(&one);
        census.add(&one);
        assert!(census.twins.is_empty() && census.shared.is_empty());
    });
}

#[test]
fn who_is_left_out_or_waits_is_in_nobody_s_way() {
    let rules = Rules::parse("[users]\nleave_out_where = { locale = [\"xx\"] }").unwrap();
    let marker = attribute(MARKER);
    let (old, new) = (username_pool("eu-west-1_Old"), email_pool("eu-west-1_New"));
    let mut census = Census::new(&rules, [&old, &new], &marker, 1);
    census.add(&user(1, "jane@example.com"));
    let mut left_out = user(2, "jane@example.com");
    left_out.attributes.insert(attribute("locale"), Value::new("xx"));
    census.add(&left_out);
    census.add(&Snapshot { status: Status::Unconfirmed, ..user(3, "jane@example.com") });
    assert_eq!((census.users, census.left_out, census.statuses["UNCONFIRMED"]), (3, 1, 1));
    assert!(census.shared.is_empty());
    census.add(&user(4, "jane@example.com"));
    assert_eq!(census.shared["email"].count, 1);
}

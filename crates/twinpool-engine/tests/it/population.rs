//! A pool as real ones are: a thousand users of every kind, each equal under the rules or listed with a reason.

pub(crate) mod people;
mod verdict;

use std::collections::BTreeMap;
use std::sync::Arc;

use twinpool_core::held_back::{HeldBack, Subject};
use twinpool_core::id::Sub;
use twinpool_core::link::{Link, LinkState};
use twinpool_core::pool::PoolShape;
use twinpool_core::snapshot::Status;
use twinpool_engine::{Row, Verdict as Found};
use twinpool_testkit::world::{OLD_POOL, alias_pool, email_pool, event_of, person, username_pool};
use twinpool_testkit::{Moment, Person, Process, World};

use crate::support::{SIGN_IN, audited, deliver, engine, run};
use crate::verify::{quick, thorough, verify};
use people::{Dice, people};
use verdict::{Verdict, verdict};

const RULES: &str = r#"
[users]
leave_out_groups = ["internal-*"]
[groups]
leave_out = ["legacy-*"]
rename = { admins = "administrators" }
[attributes]
email = { fold_case = true }
phone_number = { e164 = "DE" }
nickname = { drop = true }
"custom:company" = { rename = "custom:tenant", prefix = "t-" }
[federation.Google]
policy = "link"
provider = "GoogleNew"
trust_email = true
"#;

pub(crate) fn world(new: PoolShape) -> World {
    let mut old = alias_pool(OLD_POOL);
    old.case_sensitive = true;
    old.mfa = twinpool_core::pool::MfaMode::Optional;
    old.passkeys = true;
    old.attributes.remove(&twinpool_testkit::world::attribute("custom:tenant"));
    old.attributes.insert(
        twinpool_testkit::world::attribute("custom:company"),
        twinpool_core::pool::AttributeSchema::TEXT,
    );
    World::new(old, PoolShape { mfa: twinpool_core::pool::MfaMode::Optional, ..new }).under(RULES)
}

/// Strangers who were in the new pool before, most of them with addresses of the old pool's.
pub(crate) fn strangers() -> Vec<Person> {
    let one = |number: u32, email: &str| {
        let sub = format!("stranger-{number}");
        person(&sub, &sub, &[("email", email), ("email_verified", "true")])
    };
    let theirs = (1..20).map(|number| one(number, &format!("u{number}@example.com")));
    theirs.chain([one(20, "nobody@example.com")]).collect()
}

/// Whoever may sign in does; of the others the audit trail tells. Some mirrors die on the way, and the message comes back.
pub(crate) fn mirror_everyone(world: &World, subs: &[Sub], dice: &mut Dice) {
    for sub in subs {
        let user = world.old.person(sub.as_str()).expect("a user");
        let signs_in = user.enabled && user.status != Status::Unconfirmed;
        let event = if signs_in {
            event_of(&world.old, sub.as_str(), SIGN_IN)
        } else {
            audited("AdminUpdateUserAttributes", sub.as_str())
        };
        if dice.one_in(3) {
            let moment = if dice.one_in(2) { Moment::Before } else { Moment::After };
            let dying = Arc::new(Process::dying_at(dice.below(12), moment));
            drop(run(engine(world, &dying).sync_user(&event, 1)));
        }
        deliver(world, &event, 2).expect("processed");
    }
}

fn check(new: PoolShape, seed: u64) -> BTreeMap<String, usize> {
    let world = world(new);
    let strangers = strangers();
    for stranger in &strangers {
        world.new.put(stranger.clone());
    }
    let mut dice = Dice::of(seed);
    let subs = people(&world.old, &mut dice, 1_000);
    mirror_everyone(&world, &subs, &mut dice);

    let links: BTreeMap<_, _> =
        world.links.all().into_iter().map(|link| (link.old_sub.to_string(), link)).collect();
    let by_lists = verify(&world, &quick());
    let by_reading = verify(&world, &thorough());
    let mut counted = BTreeMap::new();
    for sub in &subs {
        let old = world.old.person(sub.as_str()).expect("a user");
        let link = links.get(sub.as_str());
        assert_same_verdict(by_lists.of(sub.as_str()), by_reading.of(sub.as_str()), link);
        let told = match verdict(&world, &old, links.get(sub.as_str())) {
            Verdict::Equal => "equal".to_owned(),
            Verdict::Listed(reason) => reason.code().to_owned(),
            Verdict::NotConfirmed => "not confirmed".to_owned(),
            Verdict::Different(what) => panic!("{sub} is silently different: {what}"),
        };
        *counted.entry(told).or_default() += 1;
    }
    let pairs = links.values().filter_map(|link| link.linked()).count();
    assert_eq!(world.links.back().len(), pairs, "one new sub for each pair");
    assert_eq!(world.new.people().len(), pairs + strangers.len(), "nobody was made twice");
    for stranger in strangers {
        assert_eq!(world.new.person(stranger.sub.as_str()), Some(stranger), "strangers are as before");
    }
    counted
}

/// What is told of a user who was read is what the mirror wrote on the link; lists tell the same but for second factors.
fn assert_same_verdict(listed: &Row, read: &Row, link: Option<&Link>) {
    let held = match link.map(|link| &link.state) {
        Some(LinkState::Linked(linked)) => linked.held_back.clone(),
        Some(LinkState::Conflict { reason, .. }) => {
            vec![HeldBack { subject: Subject::User, reason: *reason }]
        }
        _ => Vec::new(),
    };
    let mut words: Vec<_> =
        held.iter().map(|held| format!("{} {}", held.subject, held.reason.code())).collect();
    if link.is_none() {
        words.push("user not_confirmed".to_owned());
    }
    words.sort();
    let found = |row: &Row| {
        let findings = row.findings.iter().map(|finding| format!("{} {}", finding.what, finding.why.code()));
        let mut findings: Vec<_> = findings.collect();
        findings.sort();
        findings
    };
    assert_eq!(found(read), words, "{:?}", read.old_sub);
    let is_factor = |word: &String| word.starts_with("factor");
    let without: Vec<_> = words.iter().filter(|word| !is_factor(word)).cloned().collect();
    let listed_without: Vec<_> = found(listed).into_iter().filter(|word| !is_factor(word)).collect();
    assert_eq!(listed_without, without, "{:?}", listed.old_sub);
    let expected = |words: &[String]| if words.is_empty() { Found::Equal } else { Found::HeldBack };
    assert_eq!((read.verdict, listed.verdict), (expected(&words), expected(&found(listed))));
}

/// So that a generator which makes only easy people is found out.
fn assert_mixed(counted: &BTreeMap<String, usize>, kinds: &[&str]) {
    for kind in kinds {
        assert!(counted.contains_key(*kind), "no user is {kind}: {counted:?}");
    }
    assert!(counted["equal"] > 400, "{counted:?}");
}

#[test]
fn a_mixed_pool_moves_to_addresses() {
    let counted = check(email_pool("eu-west-1_New"), 1);
    assert_mixed(
        &counted,
        &[
            "taken",
            "twin",
            "left_out",
            "no_sign_in_name",
            "unverified_sign_in_name",
            "federated",
            "cannot_move",
            "not confirmed",
        ],
    );
}

#[test]
fn a_mixed_pool_moves_to_usernames_with_aliases() {
    let counted = check(alias_pool("eu-west-1_New"), 2);
    assert_mixed(&counted, &["twin", "left_out", "federated", "not_convertible", "cannot_move"]);
}

#[test]
fn a_mixed_pool_moves_to_usernames_where_little_is_known() {
    let mut new = username_pool("eu-west-1_New");
    new.attributes.remove(&twinpool_testkit::world::attribute("custom:tenant"));
    new.attributes.insert(
        twinpool_testkit::world::attribute("custom:tenant"),
        twinpool_core::pool::AttributeSchema { mutable: false, ..twinpool_core::pool::AttributeSchema::TEXT },
    );
    let counted = check(new, 3);
    assert_mixed(&counted, &["twin", "left_out", "federated", "cannot_move"]);
}

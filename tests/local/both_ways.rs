//! People use both pools of a stack with ReverseSync: what happens in either reaches the other, and a rollback loses nothing.

use twinpool_core::phase::{Cohorts, Share, Step};
use twinpool_tests::phase::step;
use xtask::local::{Options, Person, Running, SignIn, Stack};
use xtask::process::wait_for;
use xtask::testbed::BOTH_WAYS;

use crate::{arrived, until};

/// As an operator does.
fn stands(stack: &Stack, next: &Step) {
    let at = &stack.addresses;
    step(&at.endpoint, &at.region, &at.table, next);
}

/// Tells of an operation in the new pool until the old one follows: a mirror that runs knows the phase of a few seconds ago.
fn follows(stack: &Stack, operation: &str, new_sub: &str, username: &str, wanted: impl Fn(&Person) -> bool) {
    wait_for(operation, || {
        stack.audit_trail_of_new().tell(operation, new_sub)?;
        Ok(stack.old().person(username)?.filter(|person| wanted(person)))
    })
    .unwrap();
}

fn nickname(person: &Person) -> Option<&str> {
    person.attributes.get("nickname").map(String::as_str)
}

#[test]
fn while_people_use_both_pools_each_follows_the_other_and_a_rollback_keeps_everything() {
    let options = Options {
        old_sign_in: SignIn::Username,
        enforce_iam: true,
        both_ways: true,
        build: false,
        ..Options::named(BOTH_WAYS)
    };
    let running = Running::up(&options).unwrap();
    let stack = running.stack();
    let (old, new) = (stack.old(), stack.new_pool());
    let sub = old.sign_up("rosa", &[("email", "rosa@example.com"), ("email_verified", "true")]).unwrap();
    old.confirm("rosa").unwrap();
    stack.audit_trail().tell("AdminConfirmSignUp", &sub).unwrap();
    let rosa = arrived(stack, &sub);
    stands(stack, &Step::Switch { share: Share::ALL, cohorts: Cohorts::default() });

    // A change in the new pool, and a group that the old one lacks.
    new.set(&rosa.sub, &[("nickname", "R")]).unwrap();
    follows(stack, "AdminUpdateUserAttributes", &rosa.sub, "rosa", |it| nickname(it) == Some("R"));
    new.make_group("movers", "came over", 3).unwrap();
    new.join(&rosa.sub, "movers").unwrap();
    follows(stack, "AdminAddUserToGroup", &rosa.sub, "rosa", |it| it.groups.contains("movers"));

    // Somebody who was born in the new pool is there after a rollback too.
    let born = new
        .sign_up("saul@example.com", &[("email", "saul@example.com"), ("email_verified", "true")])
        .unwrap();
    new.confirm("saul@example.com").unwrap();
    wait_for("the user of the old pool", || {
        stack.audit_trail_of_new().tell("AdminConfirmSignUp", &born)?;
        Ok(old.with("email", "saul@example.com")?.into_iter().next())
    })
    .unwrap();

    // Still both ways.
    stands(stack, &Step::Rollback);
    old.set("rosa", &[("nickname", "Rosa")]).unwrap();
    stack.audit_trail().tell("AdminUpdateUserAttributes", &sub).unwrap();
    until(stack, &sub, "the nickname", |it| nickname(it) == Some("Rosa"));
    new.set(&rosa.sub, &[("given_name", "Rosalia")]).unwrap();
    follows(stack, "AdminUpdateUserAttributes", &rosa.sub, "rosa", |it| {
        it.attributes.get("given_name").is_some_and(|name| name == "Rosalia") && nickname(it) == Some("Rosa")
    });
}

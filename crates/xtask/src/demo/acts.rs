//! What happens in the demo.

use anyhow::Result;

use super::timeline::{self, Timeline};
use crate::local::{Person, Stack, Tokens, claims};

/// The user of the new pool that an old sub is linked to.
fn linked(stack: &Stack, old_sub: &str) -> Result<Option<Person>> {
    match stack.links().new_sub(old_sub)? {
        Some(new_sub) => stack.new_pool().person(&new_sub),
        None => Ok(None),
    }
}

fn describe(person: &Person) -> String {
    let get = |name: &str| person.attributes.get(name).map_or("none", String::as_str);
    let verified = if get("email_verified") == "true" { "verified" } else { "not verified" };
    let groups: Vec<_> = person.groups.iter().map(String::as_str).collect();
    let groups = if groups.is_empty() { String::new() } else { format!(", in {}", groups.join(" and ")) };
    format!("{} ({verified}), {}{groups}", get("email"), person.status)
}

/// Sign-up, confirmation, sign-in, change of address: the triggers of cognito-local.
pub(super) fn sign_up(stack: &Stack) -> Result<()> {
    let pools = "old pool: e-mail sign-in, on cognito-local      new pool: e-mail sign-in";
    let mut act = Timeline::begin("1. A new user signs up", pools);
    let (old, address) = (stack.old(), "ada@example.com");
    let sub =
        act.old("Ada signs up", || old.sign_up(address, &[("email", address), ("given_name", "Ada")]))?;
    act.arrives("queue", |()| "worked off".to_owned(), || Ok(stack.queue().is_empty()?.then_some(())))?;
    anyhow::ensure!(stack.new_pool().with("email", address)?.is_empty(), "an unconfirmed user was mirrored");
    act.note("new pool", "nobody yet: a sign-up that nobody has confirmed is not mirrored");
    act.old("Ada confirms with the code", || old.confirm(address))?;
    act.arrives("new pool", |ada| format!("Ada is there: {}", describe(ada)), || linked(stack, &sub))?;
    act.note("", "(not verified: cognito-local leaves it so at confirmation, Cognito marks it as verified)");
    act.note("", "(the first event starts both functions; the next ones find them warm)");
    let mirrored = stack.links().mirrored_at(&sub)?;
    act.old("Ada signs in, and nothing has changed", || old.sign_in(address))?;
    act.arrives(
        "queue",
        |()| "worked off: one read of the link, no call to either pool".to_owned(),
        || Ok(stack.queue().is_empty()?.then_some(())),
    )?;
    anyhow::ensure!(stack.links().mirrored_at(&sub)? == mirrored, "an unchanged user was written");
    let moved = "ada.lovelace@example.com";
    old.set(address, &[("email", moved), ("email_verified", "true")])?;
    act.old("Ada has a new address, and signs in with it", || old.sign_in(moved))?;
    act.arrives(
        "new pool",
        |ada| format!("Ada is now {}", describe(ada)),
        || {
            Ok(linked(stack, &sub)?
                .filter(|ada| ada.attributes.get("email").is_some_and(|email| email == moved)))
        },
    )?;
    Ok(())
}

/// The queue is deleted: the sign-in goes on.
pub(super) fn broken(stack: &Stack) -> Result<()> {
    let mut act =
        Timeline::begin("2. twinpool breaks", "the queue of change events is deleted under capture's feet");
    stack.queue().delete()?;
    let old = stack.old();
    act.old("Ada signs in: it works, as if nothing had happened", || {
        old.sign_in("ada.lovelace@example.com")
    })?;
    act.note("", &format!("(the sign-in took {} ms)", act.since_last()));
    act.arrives(
        "capture",
        |()| "counted the loss in its log, where an alarm looks".to_owned(),
        || Ok(stack.log("capture")?.contains("\"CaptureLost\":1").then_some(())),
    )?;
    Ok(())
}

/// Usernames become e-mail addresses; groups come along: the tokens of MiniStack.
pub(super) fn groups(stack: &Stack) -> Result<()> {
    let pools = "old pool: usernames, on MiniStack      new pool: e-mail sign-in";
    let mut act = Timeline::begin("3. A pool of usernames moves to e-mail addresses", pools);
    let old = stack.old();
    old.make_group("admins", "May do everything", 1)?;
    old.make_group("readers", "May look", 10)?;
    let sub = old.sign_up("bob", &[("email", "bob@example.com"), ("email_verified", "true")])?;
    old.confirm("bob")?;
    old.join("bob", "admins")?;
    act.old("Bob, an admin, signs in as `bob`", || old.sign_in("bob"))?;
    act.arrives("new pool", |bob| format!("Bob is there: {}", describe(bob)), || linked(stack, &sub))?;
    old.leave("bob", "admins")?;
    old.join("bob", "readers")?;
    act.old("Bob is no admin any more but a reader, and signs in", || old.sign_in("bob"))?;
    act.arrives(
        "new pool",
        |bob| format!("Bob is now {}", describe(bob)),
        || {
            Ok(linked(stack, &sub)?
                .filter(|bob| !bob.groups.contains("admins") && bob.groups.contains("readers")))
        },
    )?;
    let (description, precedence) = stack.new_pool().group("readers")?;
    act.note("", &format!("(the group came along: \"{description}\", precedence {precedence})"));
    let mallory = old.sign_up("mallory", &[("email", "bob@example.com"), ("email_verified", "false")])?;
    old.confirm("mallory")?;
    act.old("Mallory claims Bob's address, unverified, and signs in", || old.sign_in("mallory"))?;
    act.arrives(
        "link",
        |reason| format!("Mallory is not mirrored: {reason}"),
        || stack.links().conflict(&mallory),
    )?;
    Ok(())
}

/// What no trigger tells: the records are ours, because no local AWS delivers Cognito's; rule and functions are the template's.
pub(super) fn unseen(stack: &Stack) -> Result<()> {
    let pools = "no trigger tells of these: CloudTrail and EventBridge do, minutes later on AWS";
    let mut act = Timeline::begin("4. An administrator at work", pools);
    let (old, trail) = (stack.old(), stack.audit_trail());
    let cleo = old.sign_up("cleo", &[("email", "cleo@example.com"), ("email_verified", "true")])?;
    old.confirm("cleo")?;
    old.sign_in("cleo")?;
    act.arrives("new pool", |cleo| format!("Cleo is there: {}", describe(cleo)), || linked(stack, &cleo))?;
    act.old("Cleo is disabled", || old.enable("cleo", false))?;
    trail.tell("AdminDisableUser", &cleo)?;
    let disabled = || Ok(linked(stack, &cleo)?.filter(|cleo| !cleo.enabled));
    act.arrives("new pool", |_| "Cleo is disabled".to_owned(), disabled)?;
    act.old("Cleo is deleted", || old.delete("cleo"))?;
    trail.tell("AdminDeleteUser", &cleo)?;
    let left = |left: &String| format!("a tombstone keeps Cleo's user id; in the new pool: {left}");
    act.arrives("link", left, || stack.links().left(&cleo))?;
    let heir = old.sign_up("cleo", &[("email", "cleo@example.com"), ("email_verified", "true")])?;
    old.confirm("cleo")?;
    act.old("Somebody new is called cleo, and signs in", || old.sign_in("cleo"))?;
    let arrived = |_: &_| "the name is theirs now, under a user id of their own".to_owned();
    act.arrives("new pool", arrived, || linked(stack, &heir))?;
    Ok(())
}

/// Of whom nobody told: a walk finds them, and another look proves that both pools agree.
pub(super) fn everybody(stack: &Stack) -> Result<()> {
    const CROWD: usize = 40;
    let pools = "people who were there before, and have not signed in since: a walk over the old pool";
    let mut act = Timeline::begin("5. Everybody else", pools);
    let old = stack.old();
    let crowd = act.old(&format!("{CROWD} more people, of whom no event tells"), || {
        let one = |number: usize| {
            let (name, email) = (format!("person-{number}"), format!("person-{number}@example.com"));
            old.make(&name, &[("email", &email), ("email_verified", "true")])
        };
        (0..CROWD).map(one).collect::<Result<Vec<_>>>()
    })?;
    let swept = stack.sweep()?;
    act.note("sweep", &format!("saw {} users, sent the mirror to {}", swept["seen"], swept["hints"]));
    let all_there = || {
        let missing = crowd.iter().map(|sub| linked(stack, sub)).find(|one| !matches!(one, Ok(Some(_))));
        missing.map_or(Ok(Some(())), |one| one.map(|_| None))
    };
    act.arrives("new pool", |()| format!("all {CROWD} are there"), all_there)?;
    let again = stack.sweep()?;
    act.note("sweep", &format!("once more: {} hints, and nobody was read", again["hints"]));
    Ok(())
}

/// Backends get one user id from the tokens of both pools, before and after the move.
pub(super) fn tokens(stack: &Stack) -> Result<()> {
    let pools = "what a backend reads in the access tokens of both pools";
    let mut act = Timeline::begin("6. Who is this?", pools);
    let (old, new) = (stack.old(), stack.new_pool());
    let said = |tokens: &Tokens| -> Result<(String, String)> {
        let claims = claims(&tokens.access)?;
        let text = |name: &str| claims[name].as_str().unwrap_or("none").to_owned();
        Ok((text("sub"), text("user_id")))
    };
    let before = said(&act.old("Bob signs in to the old pool", || old.tokens("bob"))?)?;
    act.note("token", &format!("sub {}, user_id {}", before.0, before.1));
    let address = "bob@example.com";
    anyhow::ensure!(new.tokens(address).is_err(), "the new pool knows Bob's password");
    act.note("new pool", "Bob's password is refused: only the old pool knows it");
    new.tokens_by_challenge(address)?;
    act.note("new pool", "Bob answers a challenge with it: it is carried over, and he is in");
    let after = said(&new.tokens(address)?)?;
    act.note("new pool", "Bob signs in plainly, with the same password");
    act.note("token", &format!("sub {}, user_id {}", after.0, after.1));
    anyhow::ensure!(before.1 == after.1, "Bob has two user ids");
    new.sign_up("zoe@example.com", &[("email", "zoe@example.com")])?;
    new.confirm("zoe@example.com")?;
    let born = said(&new.tokens("zoe@example.com")?)?;
    act.note("new pool", "Zoe, whom the old pool never knew, signs up there, and signs in");
    act.note("token", &format!("sub {}, user_id {}", born.0, born.1));
    anyhow::ensure!(born.0 == born.1, "Zoe's user id is not her own");
    Ok(())
}

/// The table that backends read.
pub(super) fn links(stack: &Stack) -> Result<()> {
    let mut rows = vec![["user id", "old sub", "new sub", "state"].map(str::to_owned)];
    for link in stack.links().all()? {
        rows.push([link.user_id, link.old_sub, link.new_sub.unwrap_or_else(|| "-".to_owned()), link.state]);
    }
    anyhow::ensure!(rows.len() > 1, "the table of links is empty");
    timeline::table("The links: applications store the user id, which survives the move", &rows);
    Ok(())
}

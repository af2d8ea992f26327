//! Spoils the agreement by hand, through the API, and remembers how.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};

use super::super::dice::Dice;
use super::super::people::{Birth, GROUPS, Newcomer, other_name};
use super::both::Both;
use super::finding::Finding;
use super::seed::enter;
use super::verify::Planted;
use crate::local::{Person, Stack, Users};

/// The numbers of those who are made in the old pool.
const FIRST_NEWCOMER: usize = 2_000_000;

/// A group that only the new pool has.
const OWN_GROUP: &str = "of-the-new-pool";

/// What is done to a user, and on which side.
#[derive(Debug, Clone, Copy)]
enum Kind {
    NewName,
    NewTenant,
    NewAddress,
    NewUnverified,
    NewLeaves,
    NewJoinsAgain,
    NewDisabled,
    NewEnabled,
    NewDeleted,
    NewStranger,
    OldName,
    OldGains,
    OldJoins,
    OldLeaves,
    OldDisabled,
    OldEnabled,
    OldDeleted,
    OldNewcomer,
    Both,
}

const KINDS: [Kind; 19] = [
    Kind::NewName,
    Kind::NewTenant,
    Kind::NewAddress,
    Kind::NewUnverified,
    Kind::NewLeaves,
    Kind::NewJoinsAgain,
    Kind::NewDisabled,
    Kind::NewEnabled,
    Kind::NewDeleted,
    Kind::NewStranger,
    Kind::OldName,
    Kind::OldGains,
    Kind::OldJoins,
    Kind::OldLeaves,
    Kind::OldDisabled,
    Kind::OldEnabled,
    Kind::OldDeleted,
    Kind::OldNewcomer,
    Kind::Both,
];

/// Plants so many differences, one to a user, and for ten of them one that is none: what is the new pool's own.
pub(super) fn plant(
    stack: &Stack,
    before: &Both,
    left: &BTreeMap<String, String>,
    count: usize,
) -> Result<Planted> {
    let mut gardener = Gardener { old: stack.old(), new: stack.new_pool(), left, dice: Dice::of(200) };
    let held = before.held();
    let unheld = before.old.iter().filter(|(_, person)| !held.0.contains_key(&person.sub));
    // Not in the order in which they came.
    let mut clean: Vec<_> = unheld.map(|(username, person)| (&person.sub, username, person)).collect();
    clean.sort_by_key(|(sub, ..)| *sub);
    let mut planted = Planted::default();
    for kind in KINDS.into_iter().cycle().take(count) {
        let place = clean.iter().position(|(_, username, person)| gardener.fits(kind, username, person));
        let place = place.with_context(|| format!("nobody is left for {kind:?}: take more users"))?;
        let (sub, username, person) = clean.swap_remove(place);
        let did = gardener.plant(kind, username, person, &mut planted);
        let (sub, finding) = did.with_context(|| format!("{kind:?} of {sub}"))?;
        planted.differences.extend([(sub, finding)]);
    }
    gardener.new.make_group(OWN_GROUP, "Nobody of the old pool knows it", 99)?;
    for (number, (sub, username, _)) in clean.into_iter().take(count / 10).enumerate() {
        let what = if number % 2 == 0 {
            gardener.new.join(username, OWN_GROUP)?;
            format!("group {OWN_GROUP} extra")
        } else {
            gardener.new.set(username, &[("zoneinfo", "Europe/Berlin")])?;
            "attribute zoneinfo extra".to_owned()
        };
        planted.decoys.extend([(sub.clone(), Finding::one("differs", &what))]);
    }
    Ok(planted)
}

struct Gardener<'a> {
    old: Users,
    new: Users,
    left: &'a BTreeMap<String, String>,
    dice: Dice,
}

impl Gardener<'_> {
    fn fits(&self, kind: Kind, username: &str, person: &Person) -> bool {
        match kind {
            Kind::NewTenant => person.attributes.contains_key("custom:tenant"),
            // Another address in the place of one that nobody has proved is not written over.
            Kind::NewAddress | Kind::NewUnverified => {
                person.attributes.get("email_verified").is_some_and(|flag| flag == "true")
            }
            Kind::NewLeaves | Kind::OldLeaves | Kind::Both => !person.groups.is_empty(),
            Kind::NewJoinsAgain => {
                self.left.get(username).is_some_and(|group| !person.groups.contains(group))
            }
            Kind::OldJoins => person.groups.len() < GROUPS.len(),
            Kind::NewDisabled | Kind::OldDisabled => person.enabled,
            Kind::NewEnabled | Kind::OldEnabled => !person.enabled,
            Kind::NewName
            | Kind::NewDeleted
            | Kind::NewStranger
            | Kind::OldName
            | Kind::OldGains
            | Kind::OldDeleted
            | Kind::OldNewcomer => true,
        }
    }

    /// Gives at whom it shows, and as what.
    fn plant(
        &mut self,
        kind: Kind,
        username: &str,
        person: &Person,
        planted: &mut Planted,
    ) -> Result<(String, Finding)> {
        let at = |finding| Ok((person.sub.clone(), finding));
        let differs = |what: &str| at(Finding::one("differs", what));
        let name = other_name(person.attributes.get("given_name").map_or("", String::as_str), &mut self.dice);
        let group = person.groups.first().cloned().unwrap_or_default();
        let lacking = GROUPS.into_iter().find(|group| !person.groups.contains(*group)).unwrap_or_default();
        let (old, new) = (&self.old, &self.new);
        match kind {
            Kind::NewName => {
                new.set(username, &[("given_name", &name)])?;
                differs("attribute given_name differs")
            }
            Kind::OldName => {
                old.set(username, &[("given_name", &name)])?;
                differs("attribute given_name differs")
            }
            Kind::NewTenant => {
                new.set(username, &[("custom:tenant", "of nobody")])?;
                differs("attribute custom:tenant differs")
            }
            Kind::NewAddress => {
                let address = format!("{}@example.org", person.sub);
                new.set(username, &[("email", &address), ("email_verified", "true")])?;
                differs("attribute email differs")
            }
            Kind::NewUnverified => {
                new.set(username, &[("email_verified", "false")])?;
                differs("attribute email_verified differs")
            }
            Kind::OldGains => {
                old.set(username, &[("nickname", &name)])?;
                differs("attribute nickname not_there")
            }
            Kind::NewLeaves => {
                new.leave(username, &group)?;
                differs(&format!("group {group} not_there"))
            }
            Kind::NewJoinsAgain => {
                let group = self.left.get(username).context("the group that was left")?;
                new.join(username, group)?;
                differs(&format!("group {group} extra"))
            }
            Kind::OldJoins => {
                old.join(username, lacking)?;
                differs(&format!("group {lacking} not_there"))
            }
            Kind::OldLeaves => {
                old.leave(username, &group)?;
                differs(&format!("group {group} extra"))
            }
            Kind::NewDisabled | Kind::NewEnabled => {
                new.enable(username, !person.enabled)?;
                differs("enabled differs")
            }
            Kind::OldDisabled | Kind::OldEnabled => {
                old.enable(username, !person.enabled)?;
                differs("enabled differs")
            }
            Kind::Both => {
                old.set(username, &[("given_name", &name)])?;
                new.leave(username, &group)?;
                let what = ["attribute given_name differs".to_owned(), format!("group {group} not_there")];
                at(Finding::new("differs", what))
            }
            Kind::NewDeleted => {
                new.delete(username)?;
                planted.deleted.push(person.sub.clone());
                at(Finding::one("only_in_old", "user not_there"))
            }
            Kind::OldDeleted => {
                old.delete(username)?;
                at(Finding::one("only_in_new", "user gone"))
            }
            Kind::NewStranger => {
                let stranger = format!("stranger.{}", planted.strangers.len());
                let sub = new.make(&stranger, &[("given_name", &name)])?;
                planted.strangers.push(stranger);
                Ok((sub, Finding::one("only_in_new", "user no_link")))
            }
            Kind::OldNewcomer => {
                let number = FIRST_NEWCOMER + planted.differences.0.len();
                let newcomer = Newcomer { birth: Birth::Made, ..Newcomer::number(number) };
                Ok((enter(old, &newcomer)?.sub, Finding::one("only_in_old", "user no_link")))
            }
        }
    }
}

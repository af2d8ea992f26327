//! Which decisions make sense: pure.

use twinpool_core::clash::Clash;
use twinpool_core::decision::{Decision, Decisions};
use twinpool_core::held_back::{Reason, Subject};
use twinpool_core::id::{NewSub, OldSub, UserId};
use twinpool_core::link::{Link, LinkState};

/// What a person asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Asked {
    /// This counts from now on.
    Decide(Decision),
    /// What was decided counts no more.
    Forget,
}

impl Asked {
    /// The option of the command that says it.
    pub(super) fn option(&self) -> String {
        match self {
            Self::Decide(Decision::KeepOld) => "--keep-old".to_owned(),
            Self::Decide(Decision::KeepNew) => "--keep-new".to_owned(),
            Self::Decide(Decision::LinkTo(sub)) => format!("--link-to {sub}"),
            Self::Decide(Decision::MergeInto(sub)) => format!("--merge-into {sub}"),
            Self::Decide(Decision::LeaveOut) => "--leave-out".to_owned(),
            Self::Forget => "--forget".to_owned(),
        }
    }
}

/// What has to be known of others.
#[derive(Debug, Clone, Default)]
pub(super) struct Others {
    /// The link of the user to merge into.
    pub(super) into: Option<Link>,
    /// The user id that the user of the new pool has already.
    pub(super) belongs_to: Option<UserId>,
    /// Whether the user to link to is in the new pool.
    pub(super) is_in_new_pool: bool,
}

/// The decisions of a user once the person has it, or why it makes no sense and what to do instead.
pub(super) fn check_decision(
    link: &Link,
    subject: &Subject,
    asked: &Asked,
    others: &Others,
) -> Result<Decisions, String> {
    let mut decisions = link.decisions.clone();
    match asked {
        Asked::Forget if decisions.remove(subject).is_some() => return Ok(decisions),
        Asked::Forget => {
            let sub = &link.old_sub;
            return Err(format!(
                "nothing was decided about {subject} of {sub}: twinpool conflicts show {sub} says what was"
            ));
        }
        Asked::Decide(decision) => {
            if matches!(link.state, LinkState::Tombstone { .. }) {
                return Err(
                    "the user was deleted from the old pool: there is nothing left to decide".to_owned()
                );
            }
            match decision {
                Decision::LinkTo(_) | Decision::MergeInto(_) => whole_user(link, subject, decision, others)?,
                Decision::KeepOld => keep_old(link, subject)?,
                Decision::KeepNew => keep_new(link, subject)?,
                Decision::LeaveOut => is_known(link, subject)?,
            }
            decisions.insert(subject.clone(), decision.clone());
        }
    }
    Ok(decisions)
}

/// Whether just this was decided before.
pub(super) fn is_decided(link: &Link, subject: &Subject, asked: &Asked) -> bool {
    match asked {
        Asked::Decide(decision) => link.decisions.get(subject) == Some(decision),
        Asked::Forget => false,
    }
}

fn whole_user(link: &Link, subject: &Subject, decision: &Decision, others: &Others) -> Result<(), String> {
    if *subject != Subject::User {
        return Err(format!("\"{decision}\" is about the whole user: leave out {}", option_of(subject)));
    }
    // The counterpart is gone for good: the user id may stand for somebody else.
    let is_missing = held(link, subject) == Some(Reason::Missing);
    if let Decision::LinkTo(new_sub) = decision {
        clashes(link, new_sub, is_missing, others)?;
    }
    if let Some(linked) = link.linked().filter(|_| !(is_missing && matches!(decision, Decision::LinkTo(_)))) {
        return Err(format!(
            "the user is a pair with {} of the new pool already, and a pair stays: decide about what is held back, with --attribute",
            linked.new_sub
        ));
    }
    match decision {
        Decision::MergeInto(into) => merge_into(link, into, others.into.as_ref()),
        Decision::LinkTo(new_sub) if !others.is_in_new_pool => {
            Err(format!("{new_sub} is not in the new pool: look the sub up there"))
        }
        Decision::LinkTo(_) => Ok(()),
        Decision::KeepOld | Decision::KeepNew | Decision::LeaveOut => Ok(()),
    }
}

/// Which side of a link to be is tied already, and what to do about it. `is_missing`: the counterpart of before is gone.
fn clashes(link: &Link, new_sub: &NewSub, is_missing: bool, others: &Others) -> Result<(), String> {
    let tied_to = link.counterpart().filter(|_| !is_missing).cloned().into_iter().collect();
    let Some(clash) = Clash::between(&link.user_id, &tied_to, new_sub, others.belongs_to.as_ref()) else {
        return Ok(());
    };
    Err(match &clash.belongs_to {
        _ if !clash.tied_to.is_empty() => {
            format!("{clash}: a pair stays; decide about what is held back, with --attribute")
        }
        Some(id) if id.as_str() != new_sub.as_str() => {
            format!("{clash}: if both are one person, say --merge-into {id}")
        }
        _ => format!("{clash}: it was born there, and a user id is given once"),
    })
}

fn merge_into(link: &Link, into: &OldSub, other: Option<&Link>) -> Result<(), String> {
    if *into == link.old_sub {
        return Err("a user cannot be merged into itself: give the old sub of the other one".to_owned());
    }
    match other.map(|other| &other.state) {
        Some(LinkState::Linked(_)) => Ok(()),
        Some(LinkState::Merged { into: third, .. }) => {
            Err(format!("{into} is itself merged into {third}: say --merge-into {third}"))
        }
        Some(LinkState::Tombstone { .. }) => {
            Err(format!("{into} was deleted from the old pool: merge into somebody who is there"))
        }
        Some(LinkState::Pending { .. } | LinkState::Conflict { .. }) => Err(format!(
            "{into} has no counterpart in the new pool yet: bring that one over first, with twinpool sync {into}"
        )),
        None => Err(format!("there is no link of {into}: give the old sub of a user who is in both pools")),
    }
}

fn keep_old(link: &Link, subject: &Subject) -> Result<(), String> {
    let sub = &link.old_sub;
    match subject {
        Subject::User => Err(format!(
            "twinpool takes no name away for a whole user: free the name in the new pool first and say twinpool sync {sub}, or decide about one thing with --attribute"
        )),
        Subject::Attribute(_) => match held(link, subject) {
            Some(Reason::Taken | Reason::Twin) => Ok(()),
            Some(Reason::NewWins | Reason::LeftOut) if link.decisions.contains_key(subject) => {
                Err(format!("{subject} was decided otherwise: take that back with --forget"))
            }
            Some(reason) => Err(format!("keeping the old value cannot help here: {}", reason.remedy())),
            None if link.linked().is_none() => Err(format!(
                "the user is not in the new pool yet: free the name there first and say twinpool sync {sub}"
            )),
            None => Err(format!("nothing holds {subject} back: the old pool's value counts anyway")),
        },
        Subject::Group(_) | Subject::Identity(_) | Subject::Factor(_) => Err(format!(
            "{subject} follows the old pool wherever it can: only an attribute that somebody else holds can be kept from the old pool"
        )),
    }
}

fn keep_new(link: &Link, subject: &Subject) -> Result<(), String> {
    if link.linked().is_none() {
        return Err(
            "nobody in the new pool is this user yet: say who it is with --link-to, or leave the user out with --leave-out"
                .to_owned(),
        );
    }
    is_known(link, subject)
}

/// A name that nobody knows is a slip of the pen, and would decide nothing in silence.
fn is_known(link: &Link, subject: &Subject) -> Result<(), String> {
    let Some(linked) = link.linked() else {
        return Ok(());
    };
    let sides = [&linked.base.old, &linked.base.new];
    let is_there = match subject {
        Subject::User => true,
        Subject::Attribute(name) => {
            link.announced.attributes.contains(name)
                || sides.iter().any(|side| side.attributes.contains_key(name))
        }
        Subject::Group(name) => {
            link.announced.groups.contains(name) || sides.iter().any(|side| side.groups.contains(name))
        }
        Subject::Identity(_) | Subject::Factor(_) => false,
    };
    if is_there || held(link, subject).is_some() || link.decisions.contains_key(subject) {
        return Ok(());
    }
    Err(format!(
        "the link of {} knows no {subject}: names are those of the new pool, and twinpool conflicts show lists what is held back",
        link.old_sub
    ))
}

fn held(link: &Link, subject: &Subject) -> Option<Reason> {
    let held = link.linked()?.held_back.iter().find(|held| held.subject == *subject);
    held.map(|held| held.reason)
}

/// The option that names a subject on the command line.
pub(super) fn option_of(subject: &Subject) -> String {
    match subject {
        Subject::User => String::new(),
        Subject::Attribute(name) => format!("--attribute {name}"),
        Subject::Group(name) => format!("--group {name}"),
        Subject::Identity(name) => format!("--identity {name}"),
        Subject::Factor(factor) => format!("--factor {factor}"),
    }
}

/// What comes of it, in one sentence.
pub(super) fn effect(link: &Link, subject: &Subject, asked: &Asked) -> String {
    let is_user = *subject == Subject::User;
    match asked {
        Asked::Forget => format!("what was decided about {subject} counts no more"),
        Asked::Decide(Decision::MergeInto(into)) => {
            format!(
                "one person with {into} from now on: its own user id stands for the same person, and what it has in the old pool is not mirrored any more"
            )
        }
        Asked::Decide(Decision::LinkTo(new_sub)) => format!(
            "{new_sub} of the new pool becomes its counterpart for good, and gets what the old pool says: whoever signs in as {new_sub} is this user; a temporary password there stops working"
        ),
        Asked::Decide(Decision::LeaveOut) if is_user && link.linked().is_none() => {
            "not mirrored".to_owned()
        }
        Asked::Decide(Decision::LeaveOut | Decision::KeepNew) if is_user => {
            "the user of the new pool stays as it is: nothing is mirrored any more, not even a disabling or a deletion"
                .to_owned()
        }
        Asked::Decide(Decision::LeaveOut) => format!("{subject} is not carried over any more"),
        Asked::Decide(Decision::KeepNew) => format!("{subject} stays as the new pool has it"),
        Asked::Decide(Decision::KeepOld) => format!(
            "{subject} of the old pool is written, and whoever signs in with it in the new pool now loses it"
        ),
    }
}

#[cfg(test)]
mod tests;

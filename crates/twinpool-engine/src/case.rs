//! One user of the old pool as it was read, and as rules and decisions see it.

use std::collections::BTreeSet;

use twinpool_core::change_event::Cause;
use twinpool_core::decision::{Decision, Decisions};
use twinpool_core::held_back::{HeldBack, Reason, Subject};
use twinpool_core::id::{GroupName, OldSub};
use twinpool_core::link::{Link, Side};
use twinpool_core::snapshot::{Factor, Snapshot};
use twinpool_rules::View;

use crate::engine::{Engine, Ports};
use crate::seen::Seen;

/// What a decision about one user starts from.
pub(crate) struct Case {
    /// What made twinpool look.
    pub(crate) cause: Cause,
    /// How often the message came, from 1.
    pub(crate) delivery: u32,
    /// The user, as the old pool says.
    pub(crate) old: Snapshot,
    /// What is recorded of it.
    pub(crate) side: Side,
    /// The user in the new pool's names and values.
    pub(crate) view: View,
    /// When the user showed.
    pub(crate) seen: Seen,
}

impl Case {
    pub(crate) fn old_sub(&self) -> OldSub {
        OldSub::from(self.old.sub.clone())
    }

    /// The same user, of whom the new pool shall say something else than the old one says alone.
    pub(crate) fn seen_as(&self, view: View) -> Self {
        let Self { cause, delivery, old, side, view: _, seen } = self;
        let (cause, old, side, seen) = (cause.clone(), old.clone(), side.clone(), seen.clone());
        Self { cause, delivery: *delivery, old, side, view, seen }
    }
}

impl<P: Ports> Engine<P> {
    pub(crate) fn case(&self, cause: &Cause, delivery: u32, old: Snapshot, link: Option<&Link>) -> Case {
        self.known().case(cause, delivery, old, link)
    }

    /// See [`crate::known::Known::is_of_provider`].
    pub(crate) fn is_of_provider(&self, name: &GroupName) -> bool {
        self.known().is_of_provider(name)
    }
}

/// What people decided goes over what rules say.
pub(crate) fn decide(view: &mut View, decisions: &Decisions) {
    for (subject, decision) in decisions {
        let reason = match decision {
            Decision::KeepNew => Reason::NewWins,
            Decision::LeaveOut => Reason::LeftOut,
            Decision::KeepOld => {
                if let Subject::Attribute(name) = subject {
                    view.terms.forced.insert(name.clone());
                }
                continue;
            }
            // About the whole user: carried out where a user is made.
            Decision::LinkTo(_) | Decision::MergeInto(_) => continue,
        };
        match subject {
            Subject::User => view.left_out = true,
            Subject::Attribute(name) => drop(view.terms.left_alone.attributes.insert(name.clone())),
            Subject::Group(name) => drop(view.terms.left_alone.groups.insert(name.clone())),
            Subject::Identity(provider) => {
                view.snapshot.identities.retain(|identity| identity.provider != *provider);
                view.terms.providers.remove(provider);
            }
            Subject::Factor(factor) => {
                view.snapshot.factors.remove(factor);
                view.terms.left_factors.insert(*factor);
                match factor {
                    Factor::Sms => view.snapshot.mfa.sms = false,
                    Factor::Email => view.snapshot.mfa.email = false,
                    Factor::Totp => view.snapshot.mfa.totp = false,
                    Factor::Passkeys | Factor::Devices => {}
                }
            }
        }
        view.held_back.retain(|held| held.subject != *subject);
        view.held_back.push(HeldBack { subject: subject.clone(), reason });
    }
    let left_alone = &view.terms.left_alone;
    view.snapshot.attributes.retain(|name, _| !left_alone.attributes.contains(name));
    view.snapshot.groups.retain(|name| !left_alone.groups.contains(name));
}

/// What is held back by rules, decisions, the plan and the pool, each thing once.
pub(crate) fn all_held(view: &View, held: Vec<HeldBack>) -> Vec<HeldBack> {
    // What was decided about a factor says all that is to be said: no plan could do anything about it.
    let is_said = |held: &HeldBack| {
        matches!(held.subject, Subject::Factor(_))
            && view.held_back.iter().any(|said| said.subject == held.subject)
    };
    let held = held.into_iter().filter(|held| !is_said(held));
    let all: BTreeSet<_> = view.held_back.iter().cloned().chain(held).collect();
    all.into_iter().collect()
}

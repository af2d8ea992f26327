//! One user of the old pool's list beside the print of the new side.

use twinpool_core::attribute::Contact;
use twinpool_core::change_event::Cause;
use twinpool_core::held_back::{HeldBack, Reason, Subject};
use twinpool_core::id::GroupName;
use twinpool_core::link::Link;
use twinpool_core::listing::Stage;
use twinpool_core::plan::GroupMode;
use twinpool_core::snapshot::{Snapshot, Status};
use twinpool_rules::View;

use super::finding::{Finding, What, Why};
use super::judge::{is_told, unpaired};
use super::prints::{Mismatch, Wanted};
use super::row::Verdict;
use super::table::{Entry, Seen, Table};
use crate::known::Known;

/// What the lists say of a user.
pub(super) enum Sight {
    /// All that is to be said.
    Done(Verdict, Vec<Finding>),
    /// The link may tell more.
    Ask(Option<Gap>),
    /// Both pools are to be read.
    Read(Verdict, Why),
}

/// Where the new side is not what the old one wants.
pub(super) struct Gap {
    values: Mismatch,
    lacks_groups: Vec<GroupName>,
    more_groups: Vec<GroupName>,
    /// Whether it is disabled, or never got a password, and should not be so.
    state: bool,
    held: Vec<HeldBack>,
}

impl Gap {
    fn has_extras_only(&self) -> bool {
        self.values.is_complete() && self.lacks_groups.is_empty() && !self.state
    }

    fn is_none(&self) -> bool {
        self.has_extras_only() && !self.values.has_extras() && self.more_groups.is_empty()
    }
}

fn held(all: &[HeldBack]) -> Sight {
    let verdict = if all.is_empty() { Verdict::Equal } else { Verdict::HeldBack };
    Sight::Done(verdict, all.iter().map(Finding::from).collect())
}

fn left_out(view: &View) -> Sight {
    let known = view.held_back.iter().find(|held| held.subject == Subject::User);
    let reason = known.map_or(Reason::LeftOut, |held| held.reason);
    Sight::Done(Verdict::HeldBack, vec![Finding::user(Why::Held(reason))])
}

impl Known<'_> {
    /// Looks at a user of the old pool whose groups are known.
    pub(super) fn sight(&self, table: &Table, user: &Snapshot, entry: Option<&Entry>) -> Sight {
        let Some(entry) = entry else {
            let case = self.case(&Cause::operator("Verify"), 1, user.clone(), None);
            let said = unpaired(self, &case, None);
            let why = said.findings.first().map_or(Why::NoLink, |finding| finding.why);
            return match said.verdict {
                Verdict::HeldBack => Sight::Done(said.verdict, said.findings),
                verdict => Sight::Read(verdict, why),
            };
        };
        if entry.stage != Stage::Linked {
            return Sight::Ask(None);
        }
        let view = self.view_of(user);
        if view.left_out {
            return left_out(&view);
        }
        if !entry.seen.has(Seen::NEW) {
            return Sight::Ask(None);
        }
        let gap = self.gap(table, &view, user, entry);
        if gap.is_none() { held(&gap.held) } else { Sight::Ask(Some(gap)) }
    }

    fn view_of(&self, user: &Snapshot) -> View {
        if !user.groups.iter().any(|name| self.is_of_provider(name)) {
            return self.rules.view(user);
        }
        let mut seen = user.clone();
        seen.groups.retain(|name| !self.is_of_provider(name));
        self.rules.view(&seen)
    }

    fn gap(&self, table: &Table, view: &View, user: &Snapshot, entry: &Entry) -> Gap {
        let mut held = view.held_back.clone();
        // What the new pool's schema lacks cannot be there.
        let lacks = |name: &_| Contact::of(name).is_none() && !self.new_shape.has(name);
        let lacking = view.snapshot.attributes.keys().filter(|name| lacks(*name) && *name != self.marker);
        held.extend(
            lacking.map(|name| HeldBack {
                subject: Subject::Attribute(name.clone()),
                reason: Reason::NotInSchema,
            }),
        );
        let wanted = Wanted { user: &view.snapshot, username: self.address_as_username(view) };
        let values = table.prints.compare(entry.print, &wanted, lacks);
        let there = || table.new_sets.of(entry.new_groups);
        let wanted = &view.snapshot.groups;
        let (mut lacks_groups, mut more_groups) = (Vec::new(), Vec::new());
        if view.terms.groups != GroupMode::None {
            let lacking = wanted.iter().filter(|name| !there().any(|other| other == *name));
            lacks_groups.extend(lacking.cloned());
        }
        if view.terms.groups == GroupMode::Mirror {
            more_groups.extend(there().filter(|name| !wanted.contains(*name)).cloned());
        }
        let unfinished = entry.seen.has(Seen::UNFINISHED) && user.status != Status::ExternalProvider;
        let state = unfinished || entry.seen.has(Seen::ENABLED) != user.enabled;
        Gap { values, lacks_groups, more_groups, state, held }
    }

    /// Looks at a user whose link was read.
    pub(super) fn sight_with(&self, user: &Snapshot, entry: &Entry, link: &Link, gap: Option<&Gap>) -> Sight {
        let case = self.case(&Cause::operator("Verify"), 1, user.clone(), Some(link));
        let Some(linked) = link.linked() else {
            let said = unpaired(self, &case, Some(link));
            let why = said.findings.first().map_or(Why::NoLink, |finding| finding.why);
            return match said.verdict {
                Verdict::HeldBack => Sight::Done(said.verdict, said.findings),
                verdict => Sight::Read(verdict, why),
            };
        };
        if case.view.left_out {
            return left_out(&case.view);
        }
        if !entry.seen.has(Seen::NEW) {
            let missing = HeldBack { subject: Subject::User, reason: Reason::Missing };
            let is_known = linked.held_back.contains(&missing);
            return if is_known { held(&[missing]) } else { Sight::Read(Verdict::OnlyInOld, Why::Missing) };
        }
        let Some(gap) = gap else {
            return Sight::Read(Verdict::Differs, Why::Differs);
        };
        let mut all = case.view.held_back.clone();
        all.extend(gap.held.iter().filter(|held| held.reason == Reason::NotInSchema).cloned());
        all.extend(link.reverse.held_back.iter().cloned());
        if self.extras_are_ours(link, gap) {
            return Sight::Read(Verdict::Differs, Why::Extra);
        }
        if gap.has_extras_only() {
            return held(&all);
        }
        let values = gap.values.values.iter().cloned().map(Subject::Attribute);
        let groups = gap.lacks_groups.iter().cloned().map(Subject::Group);
        let username = gap.values.other_username.then_some(Subject::User);
        let mut open = values.chain(groups).chain(username);
        let is_known = !gap.state
            && !gap.values.lacks_identity
            && open.all(|subject| is_told(self, linked, &case, &subject).is_some());
        if !is_known {
            return Sight::Read(Verdict::Differs, Why::Differs);
        }
        all.extend(linked.held_back.iter().cloned());
        all.sort();
        all.dedup();
        held(&all)
    }

    /// What was never announced is the new pool's own.
    fn extras_are_ours(&self, link: &Link, gap: &Gap) -> bool {
        gap.values.extra.iter().any(|name| link.announced.attributes.contains(name))
            || gap.more_groups.iter().any(|name| link.announced.groups.contains(name))
            || gap.values.has_more_identities && !link.announced.identities.is_empty()
    }
}

/// What the rows name.
pub(super) fn whole(verdict: Verdict, why: Why) -> Vec<Finding> {
    match verdict {
        Verdict::Equal => Vec::new(),
        _ => vec![Finding::new(What::Of(Subject::User), why)],
    }
}

//! What is said of a user who was read in both pools. Pure: the plan, printed.

use std::collections::BTreeMap;

use twinpool_core::attribute::Contact;
use twinpool_core::change_event::Cause;
use twinpool_core::held_back::{HeldBack, Reason, Subject};
use twinpool_core::id::AttributeName;
use twinpool_core::link::{Link, LinkState, Linked, Names, Side};
use twinpool_core::plan::{Marker, Operation, WhenDeleted, farewell};
use twinpool_core::snapshot::{Factor, Mfa, Snapshot, Status};
use twinpool_core::value::{Attributes, Value};
use twinpool_rules::masked;

use super::finding::{Finding, What, Why};
use super::row::{Marked, Verdict};
use crate::bury::{is_left_alone, was_deleted_in_new};
use crate::case::{Case, all_held};
use crate::known::Known;

/// What was read of one user.
#[derive(Debug, Default)]
pub(super) struct Both {
    pub(super) old: Option<Snapshot>,
    pub(super) new: Option<Snapshot>,
    pub(super) link: Option<Link>,
    /// Of a merged user: whether the other one is there.
    pub(super) is_merged: bool,
    /// Of a user of the new pool whom no link names: whether somebody is making it.
    pub(super) is_being_made: bool,
    /// Whether somebody gave the user of the new pool the temporary password that it has.
    pub(super) has_given_password: bool,
    /// Of a user who was born in the new pool: why there is none in the old one.
    pub(super) obstacle: Option<HeldBack>,
}

/// What is said of it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Said {
    pub(super) verdict: Verdict,
    pub(super) findings: Vec<Finding>,
}

impl Said {
    fn user(verdict: Verdict, why: Why) -> Self {
        Self { verdict, findings: vec![Finding::user(why)] }
    }

    fn held(reason: Reason) -> Self {
        Self::user(Verdict::HeldBack, Why::Held(reason))
    }
}

/// Decides. `None` where nobody is there.
pub(super) fn judge(known: &Known<'_>, both: &Both) -> Option<Said> {
    let Some(old) = &both.old else {
        return both.new.as_ref().map(|new| gone(known, both, new));
    };
    if both.is_merged {
        return Some(Said::user(Verdict::HeldBack, Why::Merged));
    }
    let case = known.case(&Cause::operator("Verify"), 1, old.clone(), both.link.as_ref());
    let pair = both.link.as_ref().and_then(|link| Some((link, link.linked()?)));
    Some(match (pair, &both.new) {
        (None, _) => match &both.link {
            Some(link) if was_deleted_in_new(link) => {
                buried(known, link, old, Said::user(Verdict::OnlyInOld, Why::Missing))
            }
            link => unpaired(known, &case, link.as_ref()),
        },
        (Some((link, _)), _) if case.view.left_out => {
            let decided = case.view.held_back.iter().find(|held| held.subject == Subject::User);
            let known = link.linked().and_then(|linked| linked.held_back.iter().find(is_whole));
            Said::held(decided.or(known).map_or(Reason::LeftOut, |held| held.reason))
        }
        (Some((_, linked)), None) => {
            let is_known = linked.held_back.iter().any(|held| held.reason == Reason::Missing);
            if is_known { Said::held(Reason::Missing) } else { Said::user(Verdict::OnlyInOld, Why::Missing) }
        }
        (Some((link, linked)), Some(new)) => {
            compare(known, &case, (link, linked, new), both.has_given_password)
        }
    })
}

fn is_whole(held: &&HeldBack) -> bool {
    held.subject == Subject::User
}

/// A user of the new pool without one in the old pool.
fn gone(known: &Known<'_>, both: &Both, new: &Snapshot) -> Said {
    let Some(link) = &both.link else {
        if let Some(held) = &both.obstacle {
            return Said { verdict: Verdict::HeldBack, findings: vec![held.into()] };
        }
        let why = if both.is_being_made { Why::BeingMade } else { Why::NoLink };
        return Said::user(Verdict::OnlyInNew, why);
    };
    if !matches!(link.state, LinkState::Tombstone { .. }) {
        let known = link.reverse.held_back.iter().find(is_whole);
        return known.map_or(Said::user(Verdict::OnlyInNew, Why::Gone), |held| Said::held(held.reason));
    }
    buried(known, link, new, Said::user(Verdict::OnlyInNew, Why::Gone))
}

/// Somebody whom the other pool has deleted: as the rules want it, or still `there`.
fn buried(known: &Known<'_>, link: &Link, user: &Snapshot, there: Said) -> Said {
    let policy = if is_left_alone(link) { WhenDeleted::Keep } else { known.rules.when_deleted() };
    if farewell(Some(user), policy).is_empty() {
        return Said::user(Verdict::HeldBack, Why::Deleted);
    }
    match policy {
        WhenDeleted::Disable => {
            Said { verdict: Verdict::Differs, findings: vec![Finding::new(What::Enabled, Why::Differs)] }
        }
        WhenDeleted::Delete | WhenDeleted::Keep => there,
    }
}

/// A user of the old pool without a pair.
pub(super) fn unpaired(known: &Known<'_>, case: &Case, link: Option<&Link>) -> Said {
    if case.old.status == Status::Unconfirmed {
        return Said::user(Verdict::HeldBack, Why::NotConfirmed);
    }
    if case.view.left_out {
        let decided = case.view.held_back.iter().find(is_whole);
        return Said::held(decided.map_or(Reason::LeftOut, |held| held.reason));
    }
    let stored = match link.map(|link| &link.state) {
        Some(LinkState::Conflict { reason, .. }) => Some(*reason),
        _ => None,
    };
    let intent = Link::intent(&case.old_sub(), Names::default(), case.old.created_at);
    let plan = known.plan_creation(case, link.unwrap_or(&intent));
    if let Some(reason) = plan.refusal() {
        return Said::held(reason);
    }
    match (stored, link.map(|link| &link.state)) {
        // The plan knows of these, and sees them no more.
        (
            Some(Reason::LeftOut | Reason::NoSignInName | Reason::UnverifiedSignInName | Reason::Federated),
            _,
        ) => Said::user(Verdict::OnlyInOld, Why::Missing),
        (Some(reason), _) => Said::held(reason),
        (None, Some(LinkState::Pending { .. })) => Said::user(Verdict::OnlyInOld, Why::BeingMade),
        (None, Some(_)) => Said::user(Verdict::OnlyInOld, Why::Missing),
        (None, None) => Said::user(Verdict::OnlyInOld, Why::NoLink),
    }
}

fn compare(
    known: &Known<'_>,
    case: &Case,
    (link, linked, new): (&Link, &Linked, &Snapshot),
    has_given_password: bool,
) -> Said {
    let plan = known.plan_change(case, link, new, &BTreeMap::new());
    let mut held = plan.held_back;
    let (mut findings, mut given) = (Vec::new(), None);
    let wanted = &case.view.snapshot.attributes;
    let now = Side::of(new, known.key);
    for finding in plan.operations.iter().flat_map(|operation| findings_of(operation, wanted, new)) {
        if finding.what == What::Password && has_given_password {
            given = Some(Finding::new(What::Password, Why::Temporary));
            continue;
        }
        let told = match &finding.what {
            What::Of(subject) => is_told(known, linked, case, subject).or_else(|| waits(link, subject, &now)),
            What::Enabled | What::Password => None,
        };
        match told {
            Some(told) => held.push(told.clone()),
            None => findings.push(finding),
        }
    }
    if !findings.is_empty() {
        return Said { verdict: Verdict::Differs, findings };
    }
    // What only the new pool has is no operation of the plan.
    held.extend(link.reverse.held_back.iter().cloned());
    let held = all_held(&case.view, held);
    let findings: Vec<_> = held.iter().map(Finding::from).chain(given).collect();
    let verdict = if findings.is_empty() { Verdict::Equal } else { Verdict::HeldBack };
    Said { verdict, findings }
}

/// What the link says of a subject, where nothing has changed in the old pool since it was written: the new pool refused it, or
/// somebody else has it, which no plan can know.
pub(super) fn is_told<'a>(
    known: &Known<'_>,
    linked: &'a Linked,
    case: &Case,
    subject: &Subject,
) -> Option<&'a HeldBack> {
    let subject = with_its_flag(subject);
    let held = linked.held_back.iter().find(|held| held.subject == subject)?;
    let (then, now) = (&linked.base.old, &case.side);
    let same = |name: &AttributeName| {
        let source = case.view.terms.made_of.get(name).unwrap_or(name);
        then.attributes.get(source) == now.attributes.get(source)
    };
    let is_unchanged = match &subject {
        Subject::User => then.attributes == now.attributes,
        Subject::Attribute(name) => {
            same(name) && Contact::of(name).is_none_or(|contact| same(&contact.flag_attribute()))
        }
        Subject::Group(_) => then.groups == now.groups,
        Subject::Identity(_) => then.identities == now.identities,
        Subject::Factor(_) => (then.mfa, &then.factors) == (now.mfa, &now.factors),
    };
    (is_unchanged && linked.rules == known.rules.fingerprint()).then_some(held)
}

/// What the link says of a subject that changed in the new pool, has not come to the old one, and has not changed there since.
fn waits<'a>(link: &'a Link, subject: &Subject, now: &Side) -> Option<&'a HeldBack> {
    let subject = with_its_flag(subject);
    let then = &link.linked()?.base.new;
    let is_unchanged = match &subject {
        Subject::Attribute(name) => then.attributes.get(name) == now.attributes.get(name),
        Subject::Group(name) => then.groups.contains(name) == now.groups.contains(name),
        Subject::User | Subject::Identity(_) | Subject::Factor(_) => true,
    };
    link.reverse.held_back.iter().find(|held| is_unchanged && held.subject == subject)
}

/// A flag is held back with its address.
fn with_its_flag(subject: &Subject) -> Subject {
    match subject {
        Subject::Attribute(name) => {
            Subject::Attribute(Contact::of(name).map_or_else(|| name.clone(), Contact::address_attribute))
        }
        other => other.clone(),
    }
}

fn findings_of(operation: &Operation, wanted: &Attributes, new: &Snapshot) -> Vec<Finding> {
    let of = |subject, why| vec![Finding::new(What::Of(subject), why)];
    match operation {
        Operation::SetAttributes(set) => set.keys().filter_map(|name| value(name, wanted, new)).collect(),
        Operation::DeleteAttributes(names) => {
            names.iter().map(|name| shown(name, None, new, Why::Extra)).collect()
        }
        Operation::AddToGroup(group) => of(Subject::Group(group.clone()), Why::Missing),
        Operation::RemoveFromGroup(group) => of(Subject::Group(group.clone()), Why::Extra),
        Operation::SetEnabled(_) => vec![Finding::new(What::Enabled, Why::Differs)],
        Operation::SetRandomPassword => vec![Finding::new(What::Password, Why::Missing)],
        Operation::LinkIdentity(one) => of(Subject::Identity(one.provider.clone()), Why::Missing),
        Operation::UnlinkIdentity(one) => of(Subject::Identity(one.provider.clone()), Why::Extra),
        Operation::SetMfa { was, now } => factors(*was, *now),
        // Of no plan for a user who is there.
        Operation::CreateUser { .. } | Operation::DeleteUser => Vec::new(),
    }
}

/// An address is written together with its flag: the one that is not the same is named.
fn value(name: &AttributeName, wanted: &Attributes, new: &Snapshot) -> Option<Finding> {
    let there = new.attributes.get(name);
    let is_flag = Contact::is_flag(name);
    let is_true = |value: Option<&Value>| value.is_some_and(Value::is_true);
    let is_same =
        if is_flag { is_true(wanted.get(name)) == is_true(there) } else { wanted.get(name) == there };
    if is_same {
        return None;
    }
    let why = if there.is_some() || is_flag { Why::Differs } else { Why::Missing };
    Some(shown(name, wanted.get(name), new, why))
}

fn shown(name: &AttributeName, wanted: Option<&Value>, new: &Snapshot, why: Why) -> Finding {
    let mask = |value: &Value| masked(value.reveal());
    let masked = Some([wanted.map(mask), new.attributes.get(name).map(mask)]);
    Finding { what: What::Of(Subject::Attribute(name.clone())), why, masked }
}

fn factors(was: Mfa, now: Mfa) -> Vec<Finding> {
    let changed =
        [Factor::Sms, Factor::Email].into_iter().filter(|factor| was.has(*factor) != now.has(*factor));
    let mut findings: Vec<_> = changed
        .map(|factor| {
            let why = if now.has(factor) { Why::Missing } else { Why::Extra };
            Finding::new(What::Of(Subject::Factor(factor)), why)
        })
        .collect();
    // Another one is asked for first.
    if let (true, Some(factor)) = (findings.is_empty(), now.preferred.or(was.preferred)) {
        findings.push(Finding::new(What::Of(Subject::Factor(factor)), Why::Differs));
    }
    findings
}

/// Whose the marker says that the user of the new pool is.
pub(super) fn marked(known: &Known<'_>, both: &Both) -> Option<Marked> {
    let new = both.new.as_ref()?;
    let owner = Marker::owner(known.marker, &known.old_shape.id, new, known.key);
    Some(match (owner, &both.link) {
        (None, _) => Marked::No,
        (Some(owner), Some(link)) if owner == link.old_sub => Marked::Own,
        (Some(_), _) => Marked::Other,
    })
}

//! A user of the old pool at the door of the new one: may it come in, and as whom.

use std::collections::BTreeSet;

use twinpool_core::arrival::Way;
use twinpool_core::attribute::Contact;
use twinpool_core::change_event::Cause;
use twinpool_core::decision::Decision;
use twinpool_core::held_back::Subject;
use twinpool_core::history::Entry;
use twinpool_core::id::{OldSub, RunId, Timestamp, Username};
use twinpool_core::link::{Link, LinkState, Names};
use twinpool_core::plan::{Operation, Plan};
use twinpool_core::pool::SignIn;
use twinpool_core::snapshot::{Snapshot, Status};
use twinpool_core::value::{Attributes, Value};

use crate::adopt::is_young;
use crate::known::Known;
use crate::migrate::Newcomer;
use crate::not_admitted::{No, NotAdmitted, NotNow};
use crate::observe;
use crate::way::{Comer, way_of};

/// Somebody at the door.
pub(crate) struct Entrant {
    /// The user, as the old pool says.
    pub(crate) old: Snapshot,
    /// What is written down, or the beginning of it.
    pub(crate) link: Link,
    is_left_out: bool,
    creation: Creation,
}

/// As whom the plan makes the user.
struct Creation {
    /// All that is written of the user, now or soon.
    names: Names,
    username: Username,
    attributes: Attributes,
    /// Whether an alias was typed, and not the username.
    is_alias: bool,
    sms_mfa: bool,
}

impl Entrant {
    /// `None` where the plan makes nobody of the user, or under another name than the one that was typed.
    pub(crate) fn of(
        known: Known<'_>,
        old: Snapshot,
        link: Option<Link>,
        typed: &Username,
        now: Timestamp,
    ) -> Option<Self> {
        let old_sub = OldSub::from(old.sub.clone());
        let link = link.unwrap_or_else(|| Link::intent(&old_sub, Names::default(), now));
        let case = known.case(&cause(), 1, old, Some(&link));
        let plan = known.plan_creation(&case, &link);
        let Some(Operation::CreateUser { username, attributes }) = plan.operations.first() else {
            return None;
        };
        let creation = Creation::of(known, &plan, (username, attributes), typed)?;
        let is_left_out = case.view.left_out;
        Some(Self { old: case.old, link, is_left_out, creation })
    }

    /// Whether the user may come in at all.
    pub(crate) fn check(&self, now: Timestamp) -> Result<(), NotAdmitted> {
        match self.old.status {
            Status::Unconfirmed => return Err(No::NotConfirmed.into()),
            Status::ExternalProvider => return Err(No::Federated.into()),
            _ if !self.old.enabled => return Err(No::Disabled.into()),
            _ if self.is_left_out => return Err(No::LeftOut.into()),
            _ => {}
        }
        if let Some(Decision::LinkTo(_) | Decision::MergeInto(_)) = self.link.decisions.get(&Subject::User) {
            return Err(No::HasLink("somebody decided who the user is").into());
        }
        match &self.link.state {
            LinkState::Conflict { .. } => Ok(()),
            LinkState::Pending { since } => {
                let is_mirror_s = self.link.version > 0 && !self.link.is_of_sign_in();
                if is_mirror_s && is_young(*since, now) { Err(NotNow::BeingMade.into()) } else { Ok(()) }
            }
            LinkState::Linked(_) => Err(No::HasLink("the user has an account").into()),
            LinkState::Tombstone { .. } => Err(No::HasLink("the user was deleted").into()),
            LinkState::Merged { .. } => Err(No::HasLink("the user is one with another").into()),
        }
    }

    /// By which way the owner lets the user in.
    pub(crate) fn way(&self, known: Known<'_>, now: Timestamp) -> Way {
        let comer = Comer { link: Some(&self.link), old: Some(&self.old), providers: &BTreeSet::new() };
        way_of(known.rules, comer, now)
    }

    /// Every name that the user would have in the new pool.
    pub(crate) fn names<'a>(&'a self, known: Known<'a>) -> impl Iterator<Item = Username> {
        observe::names(known.new_shape, &self.creation.username, &self.creation.attributes)
    }

    /// Whether the new pool asks for a code by text message from the first sign-in on.
    pub(crate) fn turns_sms_on(&self) -> bool {
        self.creation.sms_mfa
    }

    /// As whom the new pool is to make the user.
    pub(crate) fn newcomer(&self, is_confirmed: bool) -> Result<Newcomer, NotAdmitted> {
        let Creation { username, attributes, is_alias, sms_mfa, .. } = &self.creation;
        let is_verified =
            |contact: Contact| attributes.get(&contact.flag_attribute()).is_some_and(Value::is_true);
        if !is_confirmed && !Contact::ALL.into_iter().any(is_verified) {
            return Err(No::NoContact.into());
        }
        Ok(Newcomer {
            attributes: attributes.clone(),
            username: is_alias.then(|| username.clone()),
            is_confirmed,
            sms_mfa: *sms_mfa,
        })
    }

    /// What is written down before the new pool makes the user.
    pub(crate) fn intent(&self, now: Timestamp) -> Link {
        let mut link = self.link.clone();
        link.announced.extend(&self.creation.names);
        link.intended = Some(self.creation.username.clone());
        link.made_by = Some(RunId::sign_in());
        link.state = LinkState::Pending { since: now };
        link.history.add(Entry { at: now, cause: cause(), did: "let in at a first sign-in".to_owned() });
        link
    }
}

pub(crate) fn cause() -> Cause {
    Cause::new_pool("UserMigration")
}

impl Creation {
    fn of(
        known: Known<'_>,
        plan: &Plan,
        (username, attributes): (&Username, &Attributes),
        typed: &Username,
    ) -> Option<Self> {
        let is_typed = |name: &str| {
            name == typed.as_str()
                || (!known.new_shape.case_sensitive && name.to_lowercase() == typed.as_str().to_lowercase())
        };
        let mut attributes = attributes.clone();
        let has_way = |attributes: &Attributes| {
            known.new_shape.ways_to_sign_in(attributes).any(|(_, value)| is_typed(value.reveal()))
        };
        let mut is_alias = false;
        if !is_typed(username.as_str()) {
            // Written after the creation otherwise: as an alias, `preferred_username` waits for the confirmation, which is now.
            if !has_way(&attributes) {
                attributes.extend(later(plan));
            }
            if !has_way(&attributes) {
                return None;
            }
            is_alias = matches!(known.new_shape.sign_in, SignIn::Username { .. });
        }
        let sms_mfa = plan.operations.iter().any(|operation| {
            matches!(operation, Operation::SetMfa { now, .. } if now.sms)
                && attributes.contains_key(&Contact::Phone.address_attribute())
        });
        let names = plan.names();
        Some(Self { names, username: username.clone(), attributes, is_alias, sms_mfa })
    }
}

fn later(plan: &Plan) -> Attributes {
    let sets = plan.operations.iter().filter_map(|operation| match operation {
        Operation::SetAttributes(attributes) => Some(attributes.clone()),
        _ => None,
    });
    sets.flatten().collect()
}

//! A user in both pools, and one round of twinpool: merged, planned both ways, executed, written down.

use std::collections::{BTreeMap, BTreeSet};

use twinpool_core::attribute::Contact;
use twinpool_core::digest::DigestKey;
use twinpool_core::held_back::{Reason, Subject};
use twinpool_core::id::{AttributeName, GroupName, Pool, PoolId, ProviderName, Sub, Timestamp, Username};
use twinpool_core::link::{Base, Names, Side};
use twinpool_core::merge::{MergeInput, Merged, WayBack, merge};
use twinpool_core::plan::{Marker, Operation, Plan, PlanningInput, Terms, plan};
use twinpool_core::pool::{AttributeSchema, MfaMode, PoolShape, SignIn};
use twinpool_core::snapshot::{Identity, Mfa, Snapshot, Status};
use twinpool_core::value::Value;
use twinpool_rules::Rules;

pub(crate) fn name(text: &str) -> AttributeName {
    AttributeName::parse(text).unwrap()
}

pub(crate) fn group(text: &str) -> GroupName {
    GroupName::parse(text).unwrap()
}

pub(crate) fn identity(provider: &str, subject: &str) -> Identity {
    Identity { provider: ProviderName::parse(provider).unwrap(), subject: Value::new(subject) }
}

pub(crate) fn key() -> DigestKey {
    DigestKey::new(&[7; 32]).unwrap()
}

pub(crate) fn user(sub: &str, attributes: &[(&str, &str)], groups: &[&str]) -> Snapshot {
    Snapshot {
        sub: Sub::parse(sub).unwrap(),
        username: Username::parse("jane").unwrap(),
        status: Status::Confirmed,
        enabled: true,
        attributes: attributes.iter().map(|(key, value)| (name(key), Value::new(*value))).collect(),
        groups: groups.iter().map(|name| group(name)).collect(),
        identities: BTreeSet::new(),
        mfa: Mfa::default(),
        factors: BTreeSet::new(),
        created_at: Timestamp(0),
        modified_at: Timestamp(0),
    }
}

pub(crate) fn shape(id: &str, custom: &[&str], is_by_email: bool) -> PoolShape {
    let attribute = |text: &&str| (name(text), AttributeSchema::TEXT);
    PoolShape {
        id: PoolId::parse(id).unwrap(),
        sign_in: match is_by_email {
            true => SignIn::Contact([Contact::Email].into()),
            false => SignIn::Username { contacts: BTreeSet::new(), preferred_username: false },
        },
        case_sensitive: false,
        attributes: custom.iter().map(attribute).collect(),
        verifies: BTreeSet::new(),
        mfa: MfaMode::Optional,
        passkeys: false,
        devices: false,
    }
}

/// What is known of one user.
#[derive(Debug, Clone)]
pub(crate) struct Pair {
    pub(crate) rules: Rules,
    pub(crate) shapes: (PoolShape, PoolShape),
    pub(crate) old: Snapshot,
    pub(crate) new: Snapshot,
    pub(crate) base: Base,
    pub(crate) pending: BTreeSet<Subject>,
    pub(crate) announced: Names,
    pub(crate) authority: Pool,
    /// What somebody else holds in the old pool.
    pub(crate) taken: BTreeSet<AttributeName>,
}

/// One round.
#[derive(Debug)]
pub(crate) struct Round {
    pub(crate) merged: Merged,
    pub(crate) forward: Plan,
    pub(crate) backward: Plan,
}

impl Pair {
    /// A user of the old pool whom the new one follows.
    pub(crate) fn of(rules: &str, old: Snapshot) -> Self {
        let rules = Rules::parse(rules).unwrap();
        let customs = ["custom:a", "custom:b", "custom:c", "custom:d", "custom:e"];
        let new = Snapshot { sub: Sub::parse("new").unwrap(), ..rules.view(&old).snapshot };
        let mut pair = Self {
            shapes: (shape("p_old", &customs, false), shape("p_new", &customs, false)),
            base: Base { old: Side::default(), new: Side::default() },
            pending: BTreeSet::new(),
            announced: Names {
                attributes: new.attributes.keys().cloned().collect(),
                groups: new.groups.clone(),
                identities: new.identities.iter().map(|one| key().identity(&new.sub, one)).collect(),
            },
            authority: Pool::Old,
            taken: BTreeSet::new(),
            rules,
            old,
            new,
        };
        pair.agree();
        pair
    }

    /// Everything is written down as it is.
    pub(crate) fn agree(&mut self) {
        self.base = Base { old: Side::of(&self.old, &key()), new: Side::of(&self.new, &key()) };
    }

    pub(crate) fn decide(&self) -> Round {
        let mut view = self.rules.view(&self.old);
        view.terms.left_alone.extend(&self.rules.left_alone(&self.announced));
        let merged = merge(&MergeInput {
            authority: self.authority,
            old: &self.old,
            view: &view.snapshot,
            terms: &view.terms,
            new: &self.new,
            base: &self.base,
            pending: &self.pending,
            folds: !self.shapes.1.case_sensitive,
            back: &self.rules,
            marker: &name("custom:twinpool"),
            key: &key(),
        });
        let marker = Marker { name: name("custom:twinpool"), value: Value::new("") };
        let none = BTreeMap::new();
        let side = Side::of(&self.old, &key());
        let forward = plan(&PlanningInput {
            source: &merged.for_new,
            source_side: &side,
            source_agreed: Some(&self.base.old),
            target: Some(&self.new),
            agreed: Some(&self.base.new),
            terms: &view.terms,
            announced: &self.announced,
            source_shape: &self.shapes.0,
            target_shape: &self.shapes.1,
            marker: &marker,
            barred: &none,
            key: &key(),
        });
        let providers = view.terms.providers.iter();
        let terms = Terms {
            groups: view.terms.groups,
            providers: providers.filter_map(|name| WayBack::provider(&self.rules, name)).collect(),
            ..Terms::default()
        };
        let barred = self.taken.iter().map(|name| (name.clone(), Reason::Taken)).collect();
        let side = Side::of(&self.new, &key());
        let backward = plan(&PlanningInput {
            source: &merged.for_old,
            source_side: &side,
            source_agreed: Some(&self.base.new),
            target: Some(&self.old),
            agreed: Some(&self.base.old),
            terms: &terms,
            announced: &merged.removable,
            source_shape: &self.shapes.1,
            target_shape: &self.shapes.0,
            marker: &marker,
            barred: &barred,
            key: &key(),
        });
        Round { merged, forward, backward }
    }

    /// One round, executed and written down.
    pub(crate) fn round(&mut self) -> Round {
        let round = self.decide();
        self.announced.extend(&round.forward.names());
        self.announced.identities.extend(round.forward.identities(&self.new.sub, &key()));
        for operation in &round.forward.operations {
            execute(&mut self.new, operation);
        }
        for operation in &round.backward.operations {
            execute(&mut self.old, operation);
        }
        self.write_down(&round);
        round
    }

    pub(crate) fn write_down(&mut self, round: &Round) {
        let held = round.merged.all_held(&round.backward.held_back);
        self.pending = held.into_iter().map(|held| held.subject).filter(|it| *it != Subject::User).collect();
        self.agree();
    }
}

pub(crate) fn execute(target: &mut Snapshot, operation: &Operation) {
    match operation {
        Operation::CreateUser { .. } | Operation::DeleteUser => {}
        Operation::SetRandomPassword => target.status = Status::Confirmed,
        Operation::SetAttributes(attributes) => target.attributes.extend(attributes.clone()),
        Operation::DeleteAttributes(names) => target.attributes.retain(|name, _| !names.contains(name)),
        Operation::AddToGroup(group) => drop(target.groups.insert(group.clone())),
        Operation::RemoveFromGroup(group) => drop(target.groups.remove(group)),
        Operation::SetEnabled(enabled) => target.enabled = *enabled,
        Operation::LinkIdentity(identity) => drop(target.identities.insert(identity.clone())),
        Operation::UnlinkIdentity(identity) => drop(target.identities.remove(identity)),
        Operation::SetMfa { now, .. } => target.mfa = *now,
    }
}

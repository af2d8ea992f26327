//! Cases to plan: few names and values, so that sides often agree and often do not.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use twinpool_core::attribute::Contact;
use twinpool_core::digest::DigestKey;
use twinpool_core::held_back::Reason;
use twinpool_core::id::{AttributeName, GroupName, OldSub, PoolId, ProviderName, Sub, Timestamp, Username};
use twinpool_core::link::{Names, Side};
use twinpool_core::plan::{GroupMode, Marker, Operation, Plan, PlanningInput, Terms, plan};
use twinpool_core::pool::{AttributeSchema, MfaMode, PoolShape, SignIn};
use twinpool_core::snapshot::{Factor, Identity, Mfa, Snapshot, Status};
use twinpool_core::value::{Attributes, Value};

const NAMES: [&str; 8] = [
    "email",
    "email_verified",
    "phone_number",
    "phone_number_verified",
    "name",
    "preferred_username",
    "custom:tenant",
    "custom:born",
];

pub(crate) fn name(text: &str) -> AttributeName {
    AttributeName::parse(text).expect("an attribute name")
}

pub(crate) fn key() -> DigestKey {
    DigestKey::new(&[7; 32]).expect("32 bytes")
}

pub(crate) fn marker() -> Marker {
    Marker::of(
        &name("custom:twinpool"),
        &PoolId::parse("p").expect("a pool id"),
        &OldSub::parse("old").expect("a sub"),
        &key(),
    )
}

/// Few values, so that both sides often agree, often differ by case only, and often lack one.
fn value_of(attribute: &'static str) -> impl Strategy<Value = Option<(AttributeName, Value)>> {
    let values: &'static [&'static str] = match attribute {
        "email_verified" | "phone_number_verified" => &["true", "false"],
        // The username of everybody here, too.
        "preferred_username" => &["a@x", "b@x", "Jane"],
        _ => &["a@x", "A@x", "b@x"],
    };
    let some = prop::sample::select(values).prop_map(move |value| (name(attribute), Value::new(value)));
    prop::option::of(some)
}

fn attributes() -> impl Strategy<Value = Attributes> {
    NAMES.map(value_of).prop_map(|found| found.into_iter().flatten().collect())
}

fn groups() -> impl Strategy<Value = BTreeSet<GroupName>> {
    let all: Vec<_> = ["g", "h", "i"].iter().map(|text| GroupName::parse(*text).expect("a group")).collect();
    prop::sample::subsequence(all, 0..=3).prop_map(|some| some.into_iter().collect())
}

fn identity(subject: &str) -> Identity {
    let provider = ProviderName::parse("Google").expect("a provider");
    Identity { provider, subject: Value::new(subject) }
}

const SUBJECTS: [&str; 7] = ["s1", "s2", "s3", "s4", "s5", "s6", "s7"];

fn identities() -> impl Strategy<Value = BTreeSet<Identity>> {
    let some = prop::sample::subsequence(SUBJECTS.to_vec(), 0..=7);
    some.prop_map(|some| some.into_iter().map(identity).collect())
}

fn mfa() -> impl Strategy<Value = Mfa> {
    (any::<[bool; 3]>(), prop::sample::select(vec![Factor::Sms, Factor::Email, Factor::Totp])).prop_map(
        |([sms, email, totp], first)| {
            let all = Mfa { sms, email, totp, preferred: None };
            Mfa { preferred: Some(first).filter(|first| all.has(*first)), ..all }
        },
    )
}

fn snapshot(sub: &'static str) -> impl Strategy<Value = Snapshot> {
    let status =
        prop::sample::select(vec![Status::Confirmed, Status::ForceChangePassword, Status::ExternalProvider]);
    let rest = (identities(), mfa());
    (attributes(), groups(), any::<bool>(), status, rest).prop_map(
        move |(attributes, groups, enabled, status, rest)| Snapshot {
            sub: Sub::parse(sub).expect("a sub"),
            username: Username::parse("jane").expect("a username"),
            status,
            enabled,
            attributes,
            groups,
            identities: rest.0,
            mfa: rest.1,
            factors: BTreeSet::new(),
            created_at: Timestamp(0),
            modified_at: Timestamp(0),
        },
    )
}

fn shape() -> impl Strategy<Value = PoolShape> {
    let contacts = || prop::sample::subsequence(Contact::ALL.to_vec(), 0..=2);
    let sign_in = prop_oneof![
        prop::sample::subsequence(Contact::ALL.to_vec(), 1..=2)
            .prop_map(|names| SignIn::Contact(names.into_iter().collect())),
        (contacts(), any::<bool>()).prop_map(|(contacts, preferred_username)| SignIn::Username {
            contacts: contacts.into_iter().collect(),
            preferred_username,
        }),
    ];
    (sign_in, any::<bool>(), any::<bool>(), contacts(), any::<bool>()).prop_map(
        |(sign_in, case_sensitive, tenant, verifies, fixed)| {
            let custom =
                |text: &str, mutable| (name(text), AttributeSchema { mutable, ..AttributeSchema::TEXT });
            let mut known = BTreeMap::from([
                custom("custom:twinpool", false),
                custom("custom:born", false),
                custom("custom:tenant", !fixed),
            ]);
            if fixed {
                known.extend([custom("name", false)]);
            }
            if !tenant {
                known.remove(&name("custom:tenant"));
            }
            PoolShape {
                id: PoolId::parse("p").expect("a pool id"),
                sign_in,
                case_sensitive,
                attributes: known,
                mfa: if fixed { MfaMode::Off } else { MfaMode::Optional },
                passkeys: false,
                devices: false,
                verifies: verifies.into_iter().collect(),
            }
        },
    )
}

#[derive(Debug, Clone)]
pub(crate) struct Case {
    pub(crate) source: Snapshot,
    pub(crate) target: Option<Snapshot>,
    pub(crate) agreed: Option<Side>,
    pub(crate) source_agreed: Option<Side>,
    pub(crate) terms: Terms,
    pub(crate) announced: Names,
    pub(crate) shapes: (PoolShape, PoolShape),
    pub(crate) barred: BTreeMap<AttributeName, Reason>,
}

fn names(of: Vec<&'static str>) -> BTreeSet<AttributeName> {
    of.into_iter().map(name).collect()
}

fn announced() -> impl Strategy<Value = Names> {
    (prop::sample::subsequence(NAMES.to_vec(), 0..=8), groups(), identities()).prop_map(
        |(attributes, groups, identities)| {
            let sub = Sub::parse("new").expect("a sub");
            let identities = identities.iter().map(|identity| key().identity(&sub, identity)).collect();
            Names { attributes: names(attributes), groups, identities }
        },
    )
}

fn terms() -> impl Strategy<Value = Terms> {
    let some = || prop::sample::subsequence(vec!["email", "name", "custom:tenant"], 0..=2);
    let mode = prop::sample::select(vec![GroupMode::Mirror, GroupMode::AddOnly, GroupMode::None]);
    (some(), some(), mode).prop_map(|(target_wins, left_alone, groups)| Terms {
        target_wins: names(target_wins),
        left_alone: Names { attributes: names(left_alone), ..Names::default() },
        groups,
        ..Terms::default()
    })
}

pub(crate) fn case() -> impl Strategy<Value = Case> {
    let barred = prop::sample::subsequence(vec!["email", "phone_number", "preferred_username"], 0..=1);
    let past = |sub| prop::option::of(snapshot(sub).prop_map(|past| Side::of(&past, &key())));
    let users = (snapshot("old"), prop::option::of(snapshot("new")), past("old"), past("new"));
    (users, announced(), terms(), (shape(), shape()), barred).prop_map(
        |((mut source, target, source_agreed, agreed), announced, terms, shapes, barred)| {
            source.attributes.retain(|name, _| !terms.left_alone.attributes.contains(name));
            Case {
                source,
                target,
                agreed,
                source_agreed,
                terms,
                announced,
                shapes,
                barred: barred.into_iter().map(|barred| (name(barred), Reason::Taken)).collect(),
            }
        },
    )
}

impl Case {
    pub(crate) fn plan(&self) -> Plan {
        plan(&PlanningInput {
            source: &self.source,
            source_side: &Side::of(&self.source, &key()),
            source_agreed: self.source_agreed.as_ref(),
            terms: &self.terms,
            target: self.target.as_ref(),
            agreed: self.agreed.as_ref(),
            announced: &self.announced,
            source_shape: &self.shapes.0,
            target_shape: &self.shapes.1,
            marker: &marker(),
            barred: &self.barred,
            key: &key(),
        })
    }

    /// The world after the plan: executed, announced, recorded.
    pub(crate) fn after(&self, plan: &Plan) -> Self {
        let mut next = self.clone();
        next.announced.extend(&plan.names());
        next.announced.identities.extend(plan.identities(&Sub::parse("new").expect("a sub"), &key()));
        for operation in &plan.operations {
            execute(&mut next.target, operation);
        }
        next.source_agreed = Some(Side::of(&next.source, &key()));
        next.agreed = next.target.as_ref().map(|target| Side::of(target, &key()));
        next
    }
}

fn execute(target: &mut Option<Snapshot>, operation: &Operation) {
    if let Operation::CreateUser { username, attributes } = operation {
        *target = Some(Snapshot {
            sub: Sub::parse("new").expect("a sub"),
            username: username.clone(),
            status: Status::ForceChangePassword,
            enabled: true,
            attributes: attributes.clone(),
            groups: BTreeSet::new(),
            identities: BTreeSet::new(),
            mfa: Mfa::default(),
            factors: BTreeSet::new(),
            created_at: Timestamp(0),
            modified_at: Timestamp(0),
        });
        return;
    }
    let target = target.as_mut().expect("operations follow the creation");
    match operation {
        Operation::CreateUser { .. } => {}
        Operation::SetRandomPassword => target.status = Status::Confirmed,
        Operation::SetAttributes(attributes) => target.attributes.extend(attributes.clone()),
        Operation::DeleteAttributes(names) => target.attributes.retain(|name, _| !names.contains(name)),
        Operation::AddToGroup(group) => drop(Some(target.groups.insert(group.clone()))),
        Operation::RemoveFromGroup(group) => drop(Some(target.groups.remove(group))),
        Operation::SetEnabled(enabled) => target.enabled = *enabled,
        Operation::LinkIdentity(identity) => drop(Some(target.identities.insert(identity.clone()))),
        Operation::UnlinkIdentity(identity) => drop(Some(target.identities.remove(identity))),
        Operation::SetMfa { now, .. } => target.mfa = *now,
        Operation::DeleteUser => {}
    }
}

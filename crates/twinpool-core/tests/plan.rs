//! What holds of every plan, whatever the two pools say.
#![expect(clippy::expect_used, reason = "a test stops where its world is not as it was set up")]

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use twinpool_core::attribute::Contact;
use twinpool_core::digest::DigestKey;
use twinpool_core::held_back::{Reason, Subject};
use twinpool_core::id::{AttributeName, GroupName, OldSub, PoolId, Sub, Timestamp, Username};
use twinpool_core::link::{Names, Side};
use twinpool_core::plan::{Marker, Operation, Plan, PlanningInput, fewer, plan};
use twinpool_core::pool::{CustomAttribute, PoolShape, SignIn};
use twinpool_core::snapshot::{Snapshot, Status};
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

fn name(text: &str) -> AttributeName {
    AttributeName::parse(text).expect("an attribute name")
}

fn key() -> DigestKey {
    DigestKey::new(&[7; 32]).expect("32 bytes")
}

fn marker() -> Marker {
    Marker::of(&name("custom:twinpool"), &OldSub::parse("old").expect("a sub"), &key())
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

fn snapshot(sub: &'static str) -> impl Strategy<Value = Snapshot> {
    let status =
        prop::sample::select(vec![Status::Confirmed, Status::ForceChangePassword, Status::ExternalProvider]);
    (attributes(), groups(), any::<bool>(), status).prop_map(move |(attributes, groups, enabled, status)| {
        Snapshot {
            sub: Sub::parse(sub).expect("a sub"),
            username: Username::parse("jane").expect("a username"),
            status,
            enabled,
            attributes,
            groups,
            created_at: Timestamp(0),
        }
    })
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
            let custom = |text: &str, mutable| (name(text), CustomAttribute { mutable });
            let mut known = BTreeMap::from([
                custom("custom:twinpool", false),
                custom("custom:born", false),
                custom("custom:tenant", !fixed),
            ]);
            if !tenant {
                known.remove(&name("custom:tenant"));
            }
            PoolShape {
                id: PoolId::parse("p").expect("a pool id"),
                sign_in,
                case_sensitive,
                custom: known,
                immutable: if fixed { [name("name")].into() } else { BTreeSet::new() },
                verifies: verifies.into_iter().collect(),
            }
        },
    )
}

#[derive(Debug, Clone)]
struct Case {
    source: Snapshot,
    target: Option<Snapshot>,
    agreed: Option<Side>,
    announced: Names,
    shapes: (PoolShape, PoolShape),
    barred: BTreeMap<AttributeName, Reason>,
}

fn case() -> impl Strategy<Value = Case> {
    let announced = (prop::sample::subsequence(NAMES.to_vec(), 0..=8), groups())
        .prop_map(|(names, groups)| Names { attributes: names.into_iter().map(name).collect(), groups });
    let barred = prop::sample::subsequence(vec!["email", "phone_number", "preferred_username"], 0..=1);
    let agreed = prop::option::of(snapshot("new").prop_map(|past| Side::of(&past, &key())));
    (snapshot("old"), prop::option::of(snapshot("new")), agreed, announced, (shape(), shape()), barred)
        .prop_map(|(source, target, agreed, announced, shapes, barred)| Case {
            source,
            target,
            agreed,
            announced,
            shapes,
            barred: barred.into_iter().map(|barred| (name(barred), Reason::Taken)).collect(),
        })
}

impl Case {
    fn plan(&self) -> Plan {
        plan(&PlanningInput {
            source: &self.source,
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
    fn after(&self, plan: &Plan) -> Self {
        let mut next = self.clone();
        next.announced.extend(&plan.names());
        for operation in &plan.operations {
            execute(&mut next.target, operation);
        }
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
            created_at: Timestamp(0),
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
    }
}

/// A flag says something only beside its address, and none is as good as `false`.
fn meaning(attributes: &Attributes, name: &AttributeName, fold: bool) -> Option<String> {
    let value = attributes.get(name).map(|value| value.reveal().to_owned());
    match Contact::of(name) {
        Some(contact) if contact.flag() == name.as_str() => {
            attributes.get(&contact.address_attribute())?;
            Some(value.unwrap_or_else(|| "false".to_owned()))
        }
        _ if fold => value.map(|text| text.to_lowercase()),
        _ => value,
    }
}

fn is_held(plan: &Plan, name: &AttributeName) -> bool {
    plan.held_back.iter().any(|held| match &held.subject {
        Subject::User => true,
        Subject::Attribute(subject) => {
            subject == name || Contact::of(subject).is_some_and(|c| Contact::of(name) == Some(c))
        }
        Subject::Group(_) => false,
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn executing_a_plan_and_planning_again_gives_no_operation(case in case()) {
        let first = case.plan();
        let second = case.after(&first).plan();
        prop_assert!(second.is_empty(), "first:\n{first}second:\n{second}");
        prop_assert!(second.overruled.is_empty());
    }

    #[test]
    fn executing_a_plan_makes_the_sides_agree_except_where_it_says_not(case in case()) {
        let plan = case.plan();
        let after = case.after(&plan);
        let Some(target) = &after.target else {
            prop_assert!(plan.refusal().is_some());
            return Ok(());
        };
        let fold = !case.shapes.1.case_sensitive;
        let said = case.source.attributes.keys().filter(|name| {
            meaning(&case.source.attributes, name, fold).is_some() && !is_held(&plan, name)
        });
        for attribute in said {
            prop_assert_eq!(
                meaning(&target.attributes, attribute, fold),
                meaning(&case.source.attributes, attribute, fold),
                "{}", attribute
            );
        }
        let foreign: BTreeSet<_> = target.groups.difference(&case.announced.groups).cloned().collect();
        let expected: BTreeSet<_> = case.source.groups.union(&foreign).cloned().collect();
        prop_assert_eq!(&target.groups, &expected);
        prop_assert_eq!(target.enabled, case.source.enabled);
    }

    #[test]
    fn what_was_never_announced_and_is_not_in_the_source_is_never_touched(case in case()) {
        let names = case.plan().names();
        let marker = marker();
        for name in &names.attributes {
            let flag_of_ours = Contact::of(name).is_some_and(|contact| case.source.contact(contact).is_some());
            prop_assert!(
                case.source.attributes.contains_key(name) || case.announced.attributes.contains(name)
                    || flag_of_ours || *name == marker.name,
                "{name}"
            );
        }
        for group in &names.groups {
            prop_assert!(case.source.groups.contains(group) || case.announced.groups.contains(group));
        }
    }

    #[test]
    fn a_change_of_one_attribute_touches_no_other(case in case(), changed in prop::sample::select(vec!["name", "custom:tenant", "preferred_username"]), value in "[a-c]") {
        let settled = case.after(&case.plan());
        let mut next = settled.clone();
        next.source.attributes.insert(name(changed), Value::new(value));
        let names = next.plan().names();
        prop_assert!(names.attributes.iter().all(|touched| touched.as_str() == changed));
        prop_assert!(names.groups.is_empty());
    }

    #[test]
    fn an_address_never_travels_without_its_flag(case in case()) {
        for operation in case.plan().operations {
            let (Operation::SetAttributes(written) | Operation::CreateUser { attributes: written, .. }) = operation else {
                continue;
            };
            for contact in Contact::ALL {
                prop_assert_eq!(
                    written.contains_key(&contact.address_attribute()),
                    written.contains_key(&contact.flag_attribute())
                );
            }
        }
    }

    #[test]
    fn an_unverified_address_never_becomes_a_sign_in_name_that_it_was_not(case in case()) {
        for operation in case.plan().operations {
            let (Operation::SetAttributes(written) | Operation::CreateUser { attributes: written, .. }) = operation else {
                continue;
            };
            for contact in Contact::ALL {
                let becomes_name = case.shapes.1.sign_in.is_name(contact) && !case.shapes.0.sign_in.is_name(contact);
                if becomes_name && written.contains_key(&contact.address_attribute()) {
                    prop_assert!(case.source.is_verified(contact));
                }
            }
        }
    }

    #[test]
    fn what_takes_rights_away_comes_before_what_gives_them(case in case()) {
        let rank = |operation: &Operation| match operation {
            Operation::CreateUser { .. } => 0,
            Operation::SetEnabled(false) | Operation::SetRandomPassword => 1,
            Operation::RemoveFromGroup(_) => 2,
            Operation::SetAttributes(_) | Operation::DeleteAttributes(_) => 3,
            Operation::AddToGroup(_) => 4,
            Operation::SetEnabled(true) => 5,
        };
        let ranks: Vec<_> = case.plan().operations.iter().map(rank).collect();
        prop_assert!(ranks.is_sorted(), "{ranks:?}");
    }

    #[test]
    fn a_plan_can_be_shown_to_anyone(case in case()) {
        let shown = format!("{}{:?}", case.plan(), case.plan());
        for secret in ["a@x", "A@x", "b@x", "jane", "Jane"] {
            prop_assert!(!shown.contains(secret), "{shown}");
        }
    }

    #[test]
    fn whatever_single_value_is_refused_a_user_is_made_with_all_that_cannot_follow_later(case in case()) {
        let plan = Case { target: None, ..case.clone() }.plan();
        let Some(Operation::CreateUser { username, attributes }) = plan.operations.first() else {
            return Ok(());
        };
        let (marker, shape) = (marker(), &case.shapes.1);
        let tries = fewer(username, attributes, &marker, shape);
        let signs_in = |name: &AttributeName| {
            Contact::of(name).is_some_and(|contact| attributes.get(&contact.address_attribute()).is_some_and(|value| value.reveal() == username.as_str()))
        };
        for bad in attributes.keys().filter(|name| **name != marker.name && !signs_in(name)) {
            let made = tries.iter().find(|fewer| !fewer.contains_key(bad));
            prop_assert!(made.is_some_and(|made| made.contains_key(&marker.name)), "{bad} keeps the user out");
            let lost = attributes.keys().filter(|name| *name != bad && !shape.is_mutable(name) && Contact::of(bad).is_none());
            for name in lost {
                prop_assert!(made.is_some_and(|made| made.contains_key(name)), "{bad} costs {name}");
            }
        }
        for (index, one) in tries.iter().enumerate() {
            prop_assert!(one.len() < attributes.len() && !tries[..index].contains(one), "tried twice");
        }
    }
}

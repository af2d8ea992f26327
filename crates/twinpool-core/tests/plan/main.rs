//! What holds of every plan, whatever the two pools say.
#![expect(clippy::expect_used, reason = "a test stops where its world is not as it was set up")]

mod cases;

use std::collections::BTreeSet;

use cases::{Case, case, key, marker, name};
use proptest::prelude::*;
use twinpool_core::attribute::Contact;
use twinpool_core::held_back::Subject;
use twinpool_core::id::{AttributeName, GroupName, Sub};
use twinpool_core::plan::{GroupMode, Operation, Plan, fewer};
use twinpool_core::snapshot::Factor;
use twinpool_core::value::{Attributes, Value};

/// A flag says something only beside its address, and none is as good as `false`.
fn meaning(attributes: &Attributes, name: &AttributeName, fold: bool) -> Option<String> {
    let value = attributes.get(name).map(|value| value.reveal().to_owned());
    match Contact::of(name) {
        Some(contact) if Contact::is_flag(name) => {
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
        Subject::Group(_) | Subject::Identity(_) | Subject::Factor(_) => false,
    })
}

/// The target's own groups, and the source's as the terms let them in.
fn expected_groups(case: &Case) -> BTreeSet<GroupName> {
    let before = case.target.as_ref().map(|target| target.groups.clone()).unwrap_or_default();
    let foreign = before.difference(&case.announced.groups).cloned();
    match case.terms.groups {
        GroupMode::Mirror => foreign.chain(case.source.groups.iter().cloned()).collect(),
        GroupMode::AddOnly => before.union(&case.source.groups).cloned().collect(),
        GroupMode::None => before,
    }
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
        prop_assert_eq!(&target.groups, &expected_groups(&case));
        prop_assert_eq!(target.enabled, case.source.enabled);
        let linked = case.source.identities.iter().filter(|identity| target.identities.contains(*identity));
        prop_assert!(linked.count() == case.source.identities.len() || target.identities.len() >= 5);
        prop_assert!(target.identities.len() <= 5 || case.target.is_some());
        let is_held = |factor| plan.held_back.iter().any(|held| held.subject == Subject::Factor(factor));
        for factor in [Factor::Sms, Factor::Email, Factor::Totp] {
            prop_assert!(!case.source.mfa.has(factor) || target.mfa.has(factor) || is_held(factor), "{factor}");
        }
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
            Operation::SetEnabled(false) => 1,
            Operation::RemoveFromGroup(_) => 2,
            Operation::UnlinkIdentity(_) => 3,
            Operation::SetAttributes(_) | Operation::DeleteAttributes(_) => 4,
            Operation::SetMfa { .. } => 5,
            Operation::AddToGroup(_) => 6,
            Operation::LinkIdentity(_) => 7,
            Operation::SetEnabled(true) | Operation::DeleteUser | Operation::SetRandomPassword => 8,
        };
        // A password that nobody knows is no right.
        let operations = case.plan().operations;
        let rights = operations.iter().filter(|operation| **operation != Operation::SetRandomPassword);
        let ranks: Vec<_> = rights.map(rank).collect();
        prop_assert!(ranks.is_sorted(), "{ranks:?}");
    }

    #[test]
    fn the_factor_that_is_asked_for_first_is_one_that_is_on(case in case()) {
        for operation in case.plan().operations {
            let Operation::SetMfa { now, .. } = operation else {
                continue;
            };
            prop_assert!(now.preferred.is_none_or(|first| now.has(first)), "{now:?}");
        }
    }

    #[test]
    fn what_the_terms_leave_alone_is_not_touched(case in case()) {
        let names = case.plan().names();
        prop_assert!(names.attributes.is_disjoint(&case.terms.left_alone.attributes), "{names:?}");
    }

    #[test]
    fn what_the_target_has_the_say_in_and_changed_stays(case in case(), value in "[a-c]") {
        let settled = case.after(&case.plan());
        let wins = name("custom:tenant");
        let mut next = settled.clone();
        next.terms.target_wins.insert(wins.clone());
        let Some(target) = &mut next.target else {
            return Ok(());
        };
        target.attributes.insert(wins.clone(), Value::new(format!("own {value}")));
        prop_assert!(!next.plan().names().attributes.contains(&wins));
    }

    #[test]
    fn an_identity_that_twinpool_did_not_link_is_never_unlinked(case in case()) {
        let sub = Sub::parse("new").expect("a sub");
        for operation in case.plan().operations {
            if let Operation::UnlinkIdentity(identity) = operation {
                prop_assert!(case.announced.identities.contains(&key().identity(&sub, &identity)));
                prop_assert!(!case.source.identities.contains(&identity));
            }
        }
    }

    #[test]
    fn a_plan_can_be_shown_to_anyone(case in case()) {
        let shown = format!("{}{:?}", case.plan(), case.plan());
        for secret in ["a@x", "A@x", "b@x", "jane", "Jane", "s1"] {
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

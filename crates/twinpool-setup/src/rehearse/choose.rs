//! Whom to rehearse with: users who are different from each other, the rarest first.

use std::collections::{BTreeMap, BTreeSet};

use twinpool_core::attribute::Contact;
use twinpool_core::snapshot::{Snapshot, Status};

/// Of these users at most so many, the indexes in order: first those who show something that nobody chosen before shows, the
/// rarest of it first; then whoever is left. Users whose names differ in case only are chosen together.
#[must_use]
pub fn choose(users: &[Snapshot], most: usize) -> Vec<usize> {
    let twins = twins(users);
    let traits: Vec<_> =
        users.iter().enumerate().map(|(index, user)| traits(user, twins.contains_key(&index))).collect();
    let mut common: BTreeMap<&str, usize> = BTreeMap::new();
    for one in traits.iter().flatten() {
        *common.entry(one).or_default() += 1;
    }
    let mut rarest: Vec<_> = common.into_iter().collect();
    rarest.sort_by_key(|(_, count)| *count);
    let (mut chosen, mut shown): (BTreeSet<usize>, BTreeSet<&str>) = (BTreeSet::new(), BTreeSet::new());
    for (wanted, _) in rarest {
        if chosen.len() >= most {
            break;
        }
        if shown.contains(wanted) {
            continue;
        }
        // Of those who show it, whoever shows most else that is new.
        let has = (0..users.len()).filter(|index| traits[*index].contains(wanted) && !chosen.contains(index));
        let news = |index: &usize| traits[*index].iter().filter(|one| !shown.contains(one.as_str())).count();
        let Some(best) = has.max_by_key(|index| (news(index), std::cmp::Reverse(*index))) else { continue };
        let with = if chosen.len() + 2 <= most { twins.get(&best).copied() } else { None };
        for index in [Some(best), with].into_iter().flatten() {
            chosen.insert(index);
            shown.extend(traits[index].iter().map(String::as_str));
        }
    }
    let rest: Vec<_> = (0..users.len())
        .filter(|index| !chosen.contains(index))
        .take(most.saturating_sub(chosen.len()))
        .collect();
    chosen.extend(rest);
    chosen.into_iter().collect()
}

/// What is special about a user, in words that hold no value.
fn traits(user: &Snapshot, has_twin: bool) -> BTreeSet<String> {
    let mut all = BTreeSet::from([format!("status {}", user.status.code())]);
    let mut add = |is: bool, what: &str| {
        if is {
            all.insert(what.to_owned());
        }
    };
    add(!user.enabled, "disabled");
    add(has_twin, "case twin");
    add(user.status == Status::ExternalProvider, "federated");
    add(user.status != Status::ExternalProvider && !user.identities.is_empty(), "linked identity");
    add(user.groups.len() == 1, "one group");
    add(user.groups.len() > 1, "groups");
    add(user.mfa.sms || user.mfa.email || user.mfa.totp, "second factor");
    for contact in Contact::ALL {
        let name = contact.name();
        add(user.contact(contact).is_none(), &format!("no {name}"));
        add(user.contact(contact).is_some() && !user.is_verified(contact), &format!("unverified {name}"));
    }
    for (name, value) in &user.attributes {
        let value = value.reveal();
        add(true, &format!("has {name}"));
        add(!value.is_ascii(), &format!("letters beyond ASCII in {name}"));
        add(value.trim() != value, &format!("blanks around {name}"));
        add(value.chars().count() > 256, &format!("long {name}"));
        add(name.as_str() == "email" && value.chars().any(char::is_uppercase), "capitals in email");
        add(name.as_str() == "email" && value.contains('+'), "plus in email");
    }
    all
}

/// Each user with another whose username or address is the same but for case.
fn twins(users: &[Snapshot]) -> BTreeMap<usize, usize> {
    let mut by_name: BTreeMap<String, usize> = BTreeMap::new();
    let mut twins = BTreeMap::new();
    for (index, user) in users.iter().enumerate() {
        let email =
            user.contact(Contact::Email).map(|email| format!("email {}", email.reveal().to_lowercase()));
        let username = format!("username {}", user.username.as_str().to_lowercase());
        for name in [Some(username), email].into_iter().flatten() {
            if let Some(other) = by_name.insert(name, index).filter(|other| *other != index) {
                twins.insert(index, other);
                twins.entry(other).or_insert(index);
            }
        }
    }
    twins
}

#[cfg(test)]
mod tests {
    use twinpool_core::id::{AttributeName, GroupName, Sub, Timestamp, Username};
    use twinpool_core::snapshot::Mfa;
    use twinpool_core::value::Value;

    use super::*;

    fn user(number: usize, email: &str) -> Snapshot {
        let attribute = |name: &str, value: &str| (AttributeName::parse(name).unwrap(), Value::new(value));
        Snapshot {
            sub: Sub::parse(format!("sub-{number}")).unwrap(),
            username: Username::parse(format!("user-{number}")).unwrap(),
            status: Status::Confirmed,
            enabled: true,
            attributes: [attribute("email", email), attribute("email_verified", "true")].into(),
            groups: BTreeSet::new(),
            identities: BTreeSet::new(),
            mfa: Mfa::default(),
            factors: BTreeSet::new(),
            created_at: Timestamp(0),
            modified_at: Timestamp(0),
        }
    }

    fn crowd() -> Vec<Snapshot> {
        let mut users: Vec<_> =
            (0..200).map(|number| user(number, &format!("p{number}@example.com"))).collect();
        users[50].enabled = false;
        users[90].status = Status::ExternalProvider;
        users[120].status = Status::Unconfirmed;
        users[130].groups = ["a", "b"].map(|name| GroupName::parse(name).unwrap()).into();
        users[140].attributes.insert(AttributeName::parse("custom:odd").unwrap(), Value::new("größe"));
        users[150] = user(150, "Twin@example.com");
        users[199] = user(199, "twin@example.com");
        users
    }

    #[test]
    fn the_rare_are_chosen_out_of_a_crowd_and_twins_together() {
        let chosen = choose(&crowd(), 10);
        assert_eq!(chosen.len(), 10);
        for rare in [50, 90, 120, 130, 140, 150, 199] {
            assert!(chosen.contains(&rare), "{rare} is not among {chosen:?}");
        }
    }

    #[test]
    fn never_more_than_asked_for_and_all_where_there_are_fewer() {
        for most in 0..8 {
            assert_eq!(choose(&crowd(), most).len(), most);
        }
        assert_eq!(choose(&crowd()[..3], 10), [0, 1, 2]);
    }
}

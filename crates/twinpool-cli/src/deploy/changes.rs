//! What a change set would do, for people; and what of it is not done.

use std::collections::{BTreeMap, BTreeSet};

use twinpool_aws::cloudformation::{Action, Change, Replacement};

use crate::show::beside;

/// The table of links.
const LINKS: &str = "Links";
/// The function of the new pool's trigger.
pub(super) const SIGN_IN: &str = "SignIn";

/// Which functions of the stack the triggers name, as the template calls them.
#[derive(Debug)]
pub(super) struct Attached {
    /// Those of the old pool.
    pub(super) old: BTreeSet<String>,
    /// Those of the new pool; or why nobody can tell.
    pub(super) new: Result<BTreeSet<String>, String>,
}

/// A short table: what is added by kind, all else one by one, and loudly what is lost.
pub(super) fn shown(changes: &[Change]) -> String {
    let mut added: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut rows = String::new();
    for change in changes {
        if change.action == Action::Add {
            added.entry(&change.kind).or_default().push(&change.resource);
        } else {
            rows += &row(change);
        }
    }
    let mut out = String::new();
    for (kind, names) in added {
        out += &beside(10, "  add", &format!("{} {}: {}", names.len(), short(kind), names.join(", ")));
    }
    out + &rows
}

fn row(change: &Change) -> String {
    let word = match (&change.action, change.replacement) {
        (Action::Remove, _) => "! DELETE",
        (_, Replacement::Yes) => "! REPLACE",
        (_, Replacement::Perhaps) => "! change",
        (Action::Other(word), _) => word,
        (Action::Add | Action::Modify, Replacement::No) => "  change",
    };
    let mut what = format!("{} ({})", change.resource, short(&change.kind));
    if change.replacement == Replacement::Perhaps {
        what += ", PERHAPS REPLACED";
    }
    if !change.properties.is_empty() {
        what += &format!(": {}", change.properties.join(", "));
    }
    beside(10, word, &what)
}

fn short(kind: &str) -> &str {
    kind.strip_prefix("AWS::").unwrap_or(kind)
}

/// Why this is not done, whoever agrees.
pub(super) fn refused(changes: &[Change], attached: &Attached) -> Option<String> {
    let lost = |name: &str, perhaps: bool| {
        changes.iter().filter(|change| change.resource == name).any(|change| {
            change.action == Action::Remove
                || change.replacement == Replacement::Yes
                || (perhaps && change.replacement == Replacement::Perhaps)
        })
    };
    if lost(LINKS, true) {
        return Some(
            "the table of links would be replaced or lost, and with it who is who: \
             no parameter or version of twinpool may do that"
                .to_owned(),
        );
    }
    let first_lost = |names: &BTreeSet<String>| names.iter().find(|name| lost(name, false)).cloned();
    let gone = |name: &str, pool: &str, option: &str| {
        format!(
            "{name} would go, or become another function, while the triggers of the {pool} pool name it, and sign-ins would fail: \
             `twinpool detach{option}`, deploy, `twinpool attach{option}`"
        )
    };
    if let Some(name) = first_lost(&attached.old) {
        return Some(gone(&name, "old", ""));
    }
    match &attached.new {
        Ok(names) => first_lost(names).map(|name| gone(&name, "new", " --pool new")),
        Err(why) => lost(SIGN_IN, true).then(|| {
            format!(
                "{SIGN_IN} would go, or become another function, and whether the triggers of the new pool name it cannot be told: \
                 {why}"
            )
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(action: Action, resource: &str, kind: &str, replacement: Replacement) -> Change {
        let properties = vec!["Code".to_owned()];
        let (resource, kind) = (resource.to_owned(), format!("AWS::{kind}"));
        Change { action, resource, kind, replacement, properties }
    }

    #[test]
    fn what_is_lost_stands_out() {
        let changes = [
            change(Action::Add, "Queue", "SQS::Queue", Replacement::No),
            change(Action::Add, "DeadLetters", "SQS::Queue", Replacement::No),
            change(Action::Modify, "Mirror", "Lambda::Function", Replacement::No),
            change(Action::Modify, "Rule", "Events::Rule", Replacement::Perhaps),
            change(Action::Modify, "ChangeEvents", "SQS::Queue", Replacement::Yes),
            change(Action::Remove, "Alarm", "CloudWatch::Alarm", Replacement::No),
        ];
        insta::assert_snapshot!(shown(&changes));
    }

    #[test]
    fn the_links_are_never_replaced_and_an_attached_function_neither() {
        let attached = |old: &[&str], new: &[&str]| {
            let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
            Attached { old: names(old), new: Ok(names(new)) }
        };
        let (nobody, both) = (attached(&[], &[]), attached(&["Capture"], &[SIGN_IN]));
        let one = |action, resource, replacement| [change(action, resource, "X::Y", replacement)];
        for (action, replacement) in [
            (Action::Modify, Replacement::Yes),
            (Action::Modify, Replacement::Perhaps),
            (Action::Remove, Replacement::No),
        ] {
            assert!(refused(&one(action, LINKS, replacement), &nobody).is_some(), "{replacement:?}");
        }
        assert_eq!(refused(&one(Action::Modify, LINKS, Replacement::No), &both), None);
        assert_eq!(refused(&one(Action::Add, LINKS, Replacement::No), &both), None);
        for (name, detach) in [("Capture", "`twinpool detach`"), (SIGN_IN, "`twinpool detach --pool new`")] {
            for (action, replacement) in
                [(Action::Modify, Replacement::Yes), (Action::Remove, Replacement::No)]
            {
                let change = one(action, name, replacement);
                assert!(refused(&change, &both).is_some_and(|why| why.contains(detach)), "{name}");
                assert_eq!(refused(&change, &nobody), None, "{name}");
            }
            assert_eq!(refused(&one(Action::Modify, name, Replacement::No), &both), None, "{name}");
        }
        assert_eq!(refused(&one(Action::Modify, "Mirror", Replacement::Yes), &both), None);
    }

    #[test]
    fn the_sign_in_function_stays_where_nobody_can_look_at_the_new_pool() {
        let unseen =
            Attached { old: BTreeSet::new(), new: Err("your role lacks DescribeUserPool".to_owned()) };
        let one = |action, resource, replacement| [change(action, resource, "X::Y", replacement)];
        let removed = one(Action::Remove, SIGN_IN, Replacement::No);
        assert!(refused(&removed, &unseen).is_some_and(|why| why.contains("your role lacks")));
        assert!(refused(&one(Action::Modify, SIGN_IN, Replacement::Perhaps), &unseen).is_some());
        for fine in [
            one(Action::Add, SIGN_IN, Replacement::No),
            one(Action::Modify, SIGN_IN, Replacement::No),
            one(Action::Modify, "Mirror", Replacement::Yes),
        ] {
            assert_eq!(refused(&fine, &unseen), None);
        }
    }
}

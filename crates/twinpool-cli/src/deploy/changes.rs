//! What a change set would do, for people; and what of it is not done.

use std::collections::BTreeMap;

use twinpool_aws::cloudformation::{Action, Change, Replacement};

use crate::show::beside;

/// The table of links.
const LINKS: &str = "Links";
/// The function in the triggers.
const CAPTURE: &str = "Capture";

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
pub(super) fn refused(changes: &[Change], is_attached: bool) -> Option<String> {
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
    if is_attached && lost(CAPTURE, false) {
        return Some(
            "capture would become another function while the old pool's triggers name this one, and sign-ins would fail: \
             `twinpool detach`, deploy, `twinpool attach`"
                .to_owned(),
        );
    }
    None
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
    fn the_links_are_never_replaced_and_an_attached_capture_neither() {
        let one = |action, resource, replacement| [change(action, resource, "X::Y", replacement)];
        for (action, replacement) in [
            (Action::Modify, Replacement::Yes),
            (Action::Modify, Replacement::Perhaps),
            (Action::Remove, Replacement::No),
        ] {
            assert!(refused(&one(action, LINKS, replacement), false).is_some(), "{replacement:?}");
        }
        assert_eq!(refused(&one(Action::Modify, LINKS, Replacement::No), true), None);
        assert_eq!(refused(&one(Action::Add, LINKS, Replacement::No), true), None);
        let capture = one(Action::Modify, CAPTURE, Replacement::Yes);
        assert!(refused(&capture, true).is_some_and(|why| why.contains("twinpool detach")));
        assert_eq!(refused(&capture, false), None);
        assert_eq!(refused(&one(Action::Modify, "Mirror", Replacement::Yes), true), None);
    }
}

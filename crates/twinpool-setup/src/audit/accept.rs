//! The owner's accept list itself.

use twinpool_rules::{Accepted, Rules};

use super::code::Code;
use super::codes;
use super::finding::Findings;

const UNKNOWN: Code = Code::warns(
    "accepted-unknown",
    [
        "audit.accept in twinpool.toml names what is no finding",
        "Nothing is accepted by it.",
        "correct the code, or take it out; docs/audit.md lists all codes",
    ],
);
const NEVER: Code = Code::warns(
    "accepted-in-vain",
    [
        "audit.accept in twinpool.toml names a finding that nobody can accept",
        "It would message users, or lose data, and goes on blocking.",
        "take the code out, and do what the finding says",
    ],
);
const STALE: Code = Code::notes(
    "accepted-not-found",
    [
        "audit.accept in twinpool.toml names findings that are not there",
        "Should they come back, they would be accepted unseen.",
        "take the codes out, unless they are to be expected",
    ],
);

pub(super) const CODES: &[Code] = &[UNKNOWN, NEVER, STALE];

pub(super) fn check(rules: &Rules, found: &mut Findings) {
    let (mut unknown, mut never, mut stale) = (Vec::new(), Vec::new(), Vec::new());
    for one in rules.accepted() {
        match codes().find(|code| code.name == one.code) {
            None => unknown.push(line(one)),
            Some(code) if !code.is_acceptable => never.push(line(one)),
            Some(code) if !found.0.iter().any(|finding| finding.code == code) => stale.push(line(one)),
            Some(_) => {}
        }
    }
    found.add_about(&UNKNOWN, unknown);
    found.add_about(&NEVER, never);
    found.add_about(&STALE, stale);
}

/// A code that is none is the owner's own text: a secret or an address does not look like one.
fn line(one: &Accepted) -> String {
    format!("{} (line {})", one.code, one.line)
}

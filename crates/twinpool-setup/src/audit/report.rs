//! All findings, in the order in which they matter.

use super::code::{Code, Severity};
use super::finding::{Finding, Findings};
use super::{Input, TOPICS};

/// What an audit found.
#[derive(Debug, Clone)]
pub struct Report {
    /// The gravest first.
    pub findings: Vec<Finding>,
}

impl Report {
    pub(super) fn of(found: Findings, input: &Input<'_>) -> Self {
        let mut findings = found.0;
        let is_known = |code: &Code| {
            code.is_acceptable && input.rules.accepted().iter().any(|one| one.code == code.name)
        };
        for finding in &mut findings {
            finding.is_accepted = is_known(finding.code);
            let ids = [("{old}", input.old.id.as_str()), ("{new}", input.new.id.as_str())];
            for (place, id) in ids.into_iter().chain([("{marker}", input.marker.as_str())]) {
                finding.fix = finding.fix.replace(place, id);
            }
        }
        // Stable: within one kind as they were found.
        findings.sort_by_key(|finding| (finding.code.severity, place(finding.code)));
        Self { findings }
    }

    /// The gravest that the owner has not accepted, notes aside; `None` where nothing stands in the way.
    #[must_use]
    pub fn verdict(&self) -> Option<Severity> {
        let open = self.findings.iter().filter(|finding| !finding.is_accepted);
        let severities = open.map(|finding| finding.code.severity);
        severities.filter(|severity| *severity != Severity::Notes).min()
    }

    /// How many are of this severity and not accepted.
    #[must_use]
    pub fn open(&self, severity: Severity) -> usize {
        let is_open = |one: &&Finding| one.code.severity == severity && !one.is_accepted;
        self.findings.iter().filter(is_open).count()
    }

    /// How many the owner has accepted.
    #[must_use]
    pub fn accepted(&self) -> usize {
        self.findings.iter().filter(|one| one.is_accepted).count()
    }
}

fn place(code: &Code) -> Option<usize> {
    TOPICS.iter().flat_map(|codes| codes.iter()).position(|known| known == code)
}

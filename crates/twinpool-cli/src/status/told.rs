//! A look for people: at most 24 lines of 80 columns.

use twinpool_core::check::Look;
use twinpool_core::overview::{Finding, Health, Overview, Severity};

use crate::show::beside;

mod rows;

/// What a terminal shows at once.
const LINES: usize = 24;

/// Room for the name of a row.
const ROOM: usize = 10;

/// Whether there is colour. It says nothing that words do not say.
#[derive(Debug, Clone, Copy)]
pub(super) struct Paint {
    pub(super) colour: bool,
}

impl Paint {
    fn health(self, health: Health) -> String {
        let code = match health {
            Health::Well => 32,
            Health::Look => 33,
            Health::Act => 31,
        };
        self.painted(&health.to_string(), code)
    }

    fn mark(self, severity: Severity) -> String {
        match severity {
            Severity::Act => self.painted("✗", 31),
            Severity::Look => self.painted("!", 33),
            Severity::Note => "·".to_owned(),
        }
    }

    fn painted(self, text: &str, code: u8) -> String {
        if self.colour { format!("\x1b[1;{code}m{text}\x1b[0m") } else { text.to_owned() }
    }
}

/// All of it.
pub(super) fn screen(overview: &Overview, paint: Paint) -> String {
    let mut lines = vec![rows::title(overview, &paint.health(overview.health()))];
    for (name, text) in rows::all(overview) {
        lines.extend(beside(ROOM, name, &text).lines().map(str::to_owned));
    }
    let findings = overview.findings();
    if !findings.is_empty() {
        lines.push(String::new());
        let room = LINES.saturating_sub(lines.len());
        lines.extend(shown(&findings, room, paint));
    }
    lines.iter().map(|line| format!("{}\n", line.trim_end())).collect()
}

/// As many as there is room for, the worst first; and how many more there are.
fn shown(findings: &[Finding], room: usize, paint: Paint) -> Vec<String> {
    let blocks: Vec<_> = findings.iter().map(|finding| block(finding, paint)).collect();
    let mut lines = Vec::new();
    for (index, block) in blocks.iter().enumerate() {
        let left = blocks.len() - index;
        let is_last = left == 1;
        // The last line is for those that are not shown.
        if lines.len() + block.len() + usize::from(!is_last) > room {
            lines.push(format!("and {left} more: twinpool status --json"));
            break;
        }
        lines.extend(block.iter().cloned());
    }
    lines
}

fn block(finding: &Finding, paint: Paint) -> Vec<String> {
    const MARK: &str = "*";
    let text = match finding.remedy.as_str() {
        "" => finding.what.clone(),
        remedy => format!("{} → {remedy}", finding.what),
    };
    let wrapped = beside(MARK.len(), MARK, &text);
    // Painted at the end: what a terminal does not show has no width.
    let painted = wrapped.replacen(MARK, &paint.mark(finding.severity), 1);
    painted.lines().map(str::to_owned).collect()
}

/// What could not be looked at is a question mark; the reason stands below, once.
fn or_unknown<T>(look: &Look<T>, told: impl FnOnce(&T) -> String) -> String {
    look.as_ref().map_or_else(|_| "?".to_owned(), told)
}

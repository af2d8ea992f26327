//! What in an overview wants a look, the worst first, each with what to do.

use std::fmt;

use super::Overview;
use crate::phase::Phase;

mod alarms;
mod flow;
mod people;
mod pools;
#[cfg(test)]
mod tests;
mod unseen;

/// How bad.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// Somebody should look before the next step.
    Look,
    /// Somebody must act now: changes do not arrive, or people cannot sign in.
    Act,
}

impl Severity {
    /// The word for programs.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Look => "look",
            Self::Act => "act",
        }
    }
}

/// One thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// How bad.
    pub severity: Severity,
    /// What is so: a sentence without an end.
    pub what: String,
    /// What to do: a command, or where to read. Empty where there is nothing to do.
    pub remedy: String,
}

/// How the whole is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Health {
    /// Nothing but notes.
    Well,
    /// Somebody should look.
    Look,
    /// Somebody must act.
    Act,
}

impl Health {
    /// The word for programs.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Well => "well",
            Self::Look => "look",
            Self::Act => "act",
        }
    }
}

impl fmt::Display for Health {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Well => "all is well",
            Self::Look => "somebody should look",
            Self::Act => "somebody must act",
        })
    }
}

impl Finding {
    fn new(severity: Severity, what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { severity, what: what.into(), remedy: remedy.into() }
    }

    fn act(what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::new(Severity::Act, what, remedy)
    }

    fn look(what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::new(Severity::Look, what, remedy)
    }

    fn note(what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::new(Severity::Note, what, remedy)
    }
}

impl Overview {
    /// What wants a look, the worst first.
    #[must_use]
    pub fn findings(&self) -> Vec<Finding> {
        let mut all = flow::phase(self);
        all.extend(flow::mirror(self));
        all.extend(flow::dead_letters(self));
        all.extend(alarms::on(self));
        all.extend(flow::verdict(self));
        all.extend(people::all(self));
        all.extend(pools::budget(self));
        all.extend(pools::verified(self));
        all.extend(unseen::all(self));
        // Stable: of two that are as bad, the one that is looked for first.
        all.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
        all
    }

    /// How the whole is: as bad as the worst finding.
    #[must_use]
    pub fn health(&self) -> Health {
        match self.findings().iter().map(|finding| finding.severity).max() {
            None | Some(Severity::Note) => Health::Well,
            Some(Severity::Look) => Health::Look,
            Some(Severity::Act) => Health::Act,
        }
    }

    /// Whether there is nothing that could not be looked at.
    #[must_use]
    pub fn is_all_known(&self) -> bool {
        self.standing.is_ok() && unseen::all(self).is_empty()
    }

    /// Whether people are sent to the new pool; where nobody knows, they may be.
    fn moves(&self) -> bool {
        self.standing.as_ref().map_or(true, |standing| standing.phase.moves())
    }

    /// Whether the old pool is left for good: nothing follows any more.
    fn is_over(&self) -> bool {
        self.standing.as_ref().is_ok_and(|standing| standing.phase == Phase::Complete)
    }

    /// What wants a look only while people are moved.
    fn while_moving(&self) -> Severity {
        if self.moves() { Severity::Look } else { Severity::Note }
    }
}

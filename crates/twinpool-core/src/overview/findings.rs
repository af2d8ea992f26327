//! What in an overview wants a look, the worst first, each with what to do.

use std::fmt;

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

impl super::Overview {
    /// What wants a look, the worst first.
    #[must_use]
    pub fn findings(&self) -> Vec<Finding> {
        Vec::new()
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
}

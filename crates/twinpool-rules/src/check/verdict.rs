//! What a check finds.

use std::fmt;

use twinpool_core::id::AttributeName;

/// What becomes of one attribute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The name in the old pool; `None` where nothing there is the source.
    pub source: Option<AttributeName>,
    /// The name in the new pool; `None` where nothing is written.
    pub target: Option<AttributeName>,
    /// What the rules do, in words, without values.
    pub action: String,
    /// Whether it can work.
    pub verdict: Verdict,
}

/// Whether a rule can work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing stands in the way.
    Fine,
    /// It works, except for what the sentence says.
    Warning(String),
    /// It cannot work, and what to do.
    Refused(String),
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fine => f.write_str("fine"),
            Self::Warning(sentence) | Self::Refused(sentence) => f.write_str(sentence),
        }
    }
}

/// Collects what is found of one attribute.
pub(super) struct Findings {
    ruled: bool,
    warnings: Vec<String>,
    refusals: Vec<String>,
}

impl Findings {
    /// `ruled`: whether a rule speaks of the attribute.
    pub(super) fn of(ruled: bool) -> Self {
        Self { ruled, warnings: Vec::new(), refusals: Vec::new() }
    }

    pub(super) fn warn(&mut self, sentence: impl Into<String>) {
        self.warnings.push(sentence.into());
    }

    pub(super) fn refuse(&mut self, sentence: impl Into<String>) {
        self.refusals.push(sentence.into());
    }

    /// Refuses what a rule asks for, and warns of what only happens.
    pub(super) fn object(&mut self, sentence: impl Into<String>) {
        if self.ruled { self.refuse(sentence) } else { self.warn(sentence) }
    }

    pub(super) fn verdict(self) -> Verdict {
        if !self.refusals.is_empty() {
            Verdict::Refused(self.refusals.join("; "))
        } else if !self.warnings.is_empty() {
            Verdict::Warning(self.warnings.join("; "))
        } else {
            Verdict::Fine
        }
    }
}

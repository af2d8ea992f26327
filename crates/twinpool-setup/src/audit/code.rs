//! What can be found, by stable names.

use std::fmt;

/// How much a finding matters. The gravest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Nothing should go on before it is dealt with.
    Blocks,
    /// It goes on, and somebody should know.
    Warns,
    /// Good to know.
    Notes,
}

impl Severity {
    /// All, the gravest first.
    pub const ALL: [Self; 3] = [Self::Blocks, Self::Warns, Self::Notes];

    /// In one word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Blocks => "blocks",
            Self::Warns => "warns",
            Self::Notes => "notes",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// A kind of finding. The name never changes: it stands in accept lists and scripts.
#[derive(Debug, Clone, Copy)]
pub struct Code {
    /// Such as `domain-differs`.
    pub name: &'static str,
    /// How much it matters.
    pub severity: Severity,
    /// Whether the owner can accept it. What would message users or lose data nobody can.
    pub is_acceptable: bool,
    /// What is the case, in one line.
    pub title: &'static str,
    /// What it will do to users.
    pub effect: &'static str,
    /// What to do. `{old}`, `{new}` and `{marker}` stand for the pools' ids and the attribute.
    pub fix: &'static str,
}

impl Code {
    const fn of(severity: Severity, name: &'static str, text: [&'static str; 3]) -> Self {
        let [title, effect, fix] = text;
        Self { name, severity, is_acceptable: true, title, effect, fix }
    }

    /// One that blocks, and that the owner may accept.
    pub(super) const fn blocks(name: &'static str, text: [&'static str; 3]) -> Self {
        Self::of(Severity::Blocks, name, text)
    }

    /// One that blocks whatever the owner says.
    pub(super) const fn bars(name: &'static str, text: [&'static str; 3]) -> Self {
        Self { is_acceptable: false, ..Self::of(Severity::Blocks, name, text) }
    }

    /// One that warns.
    pub(super) const fn warns(name: &'static str, text: [&'static str; 3]) -> Self {
        Self::of(Severity::Warns, name, text)
    }

    /// One that is good to know.
    pub(super) const fn notes(name: &'static str, text: [&'static str; 3]) -> Self {
        Self::of(Severity::Notes, name, text)
    }
}

impl PartialEq for Code {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Code {}

//! What was found.

use std::fmt::Display;

use super::census::{Example, Tally};
use super::code::Code;

/// One finding. Holds names and subs; a value only masked.
#[derive(Debug, Clone)]
pub struct Finding {
    /// What kind.
    pub code: &'static Code,
    /// What is the case here, in a sentence; empty where the title says all.
    pub detail: String,
    /// How many it is about: users, unless the detail says otherwise.
    pub count: Option<u64>,
    /// Which attributes, groups, providers, app clients or settings.
    pub names: Vec<String>,
    /// Some of the users.
    pub examples: Vec<Example>,
    /// What to do, with the ids of these pools.
    pub fix: String,
    /// Whether the owner knows and accepts it.
    pub is_accepted: bool,
}

impl Finding {
    fn new(code: &'static Code) -> Self {
        Self {
            code,
            detail: String::new(),
            count: None,
            names: Vec::new(),
            examples: Vec::new(),
            fix: code.fix.to_owned(),
            is_accepted: false,
        }
    }

    /// What is the case here.
    pub(super) fn says(&mut self, detail: impl Into<String>) -> &mut Self {
        self.detail = detail.into();
        self
    }

    /// Which things it is about.
    pub(super) fn about(&mut self, names: impl IntoIterator<Item = impl Display>) -> &mut Self {
        self.names = names.into_iter().map(|name| name.to_string()).collect();
        self
    }

    pub(super) fn counts(&mut self, number: u64) -> &mut Self {
        self.count = Some(number);
        self
    }

    /// How many users, and some of them.
    pub(super) fn shows(&mut self, tally: &Tally) -> &mut Self {
        self.count = Some(tally.count);
        self.examples.clone_from(&tally.examples);
        self
    }

    /// What to do in this case, where it is not what is always to be done.
    pub(super) fn fixed_by(&mut self, fix: impl Into<String>) -> &mut Self {
        self.fix = fix.into();
        self
    }
}

/// Collects findings.
#[derive(Debug, Default)]
pub(super) struct Findings(pub(super) Vec<Finding>);

impl Findings {
    /// One more, to be told more of.
    pub(super) fn add(&mut self, code: &'static Code) -> &mut Finding {
        let at = self.0.len();
        self.0.push(Finding::new(code));
        &mut self.0[at]
    }

    /// One more, unless there is nothing that it is about.
    pub(super) fn add_about<T: Display>(
        &mut self,
        code: &'static Code,
        names: impl IntoIterator<Item = T>,
    ) -> Option<&mut Finding> {
        let names: Vec<_> = names.into_iter().collect();
        (!names.is_empty()).then(|| self.add(code).about(names))
    }

    /// One more, unless it is about nobody.
    pub(super) fn add_of(&mut self, code: &'static Code, tally: &Tally) -> Option<&mut Finding> {
        (tally.count > 0).then(|| self.add(code).shows(tally))
    }
}

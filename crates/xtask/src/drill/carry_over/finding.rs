//! What is said of users, by whomever: the drill's own look, the list of what was planted, and `twinpool verify`.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Result, bail};

/// What is said of one user, in the words of `twinpool verify`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Finding {
    pub(super) verdict: String,
    /// Such as `attribute email differs`.
    pub(super) what: BTreeSet<String>,
}

impl Finding {
    pub(super) fn new(verdict: &str, what: impl IntoIterator<Item = String>) -> Self {
        Self { verdict: verdict.to_owned(), what: what.into_iter().collect() }
    }

    pub(super) fn one(verdict: &str, what: &str) -> Self {
        Self::new(verdict, [what.to_owned()])
    }
}

/// What is said of all users, by the old sub where there is one, else the new one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Findings(pub(super) BTreeMap<String, Finding>);

impl Findings {
    /// Fails with the first of those who are not as expected.
    pub(super) fn ensure_same(&self, of: &str, expected: &Self) -> Result<()> {
        let everybody: BTreeSet<_> = self.0.keys().chain(expected.0.keys()).collect();
        let unlike: Vec<_> =
            everybody.into_iter().filter(|sub| self.0.get(*sub) != expected.0.get(*sub)).collect();
        let told: Vec<_> = unlike
            .iter()
            .take(5)
            .map(|sub| format!("{sub} is {:?} and should be {:?}", self.0.get(*sub), expected.0.get(*sub)))
            .collect();
        if !told.is_empty() {
            bail!("{of}: {} users are not as they should be:\n  {}", unlike.len(), told.join("\n  "));
        }
        Ok(())
    }

    pub(super) fn extend(&mut self, more: impl IntoIterator<Item = (String, Finding)>) {
        self.0.extend(more);
    }
}

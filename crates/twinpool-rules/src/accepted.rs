//! Findings of `twinpool audit` that the owner knows.

/// One entry of `audit.accept`. Which codes there are, the audit knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// The code of the finding.
    pub code: String,
    /// Where it stands in the file, counted from 1.
    pub line: usize,
}

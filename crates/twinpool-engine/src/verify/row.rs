//! What is said of one user, and of all.

use std::collections::BTreeMap;

use twinpool_core::id::{NewSub, OldSub};

use super::finding::Finding;

/// What was found of one user, in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// Both pools say the same under the rules.
    Equal,
    /// Both do not, for a reason that the link or the rules tell.
    HeldBack,
    /// Changed while looking, or the mirror is at it.
    InFlight,
    /// Both do not say the same.
    Differs,
    /// In the old pool only.
    OnlyInOld,
    /// In the new pool only.
    OnlyInNew,
    /// Could not be read.
    Unreadable,
}

impl Verdict {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Equal,
        Self::HeldBack,
        Self::InFlight,
        Self::Differs,
        Self::OnlyInOld,
        Self::OnlyInNew,
        Self::Unreadable,
    ];

    /// The word that is stored.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Equal => "equal",
            Self::HeldBack => "held_back",
            Self::InFlight => "in_flight",
            Self::Differs => "differs",
            Self::OnlyInOld => "only_in_old",
            Self::OnlyInNew => "only_in_new",
            Self::Unreadable => "unreadable",
        }
    }

    /// The one with this word.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|verdict| verdict.code() == code)
    }

    /// Whether the pools do not agree, and nothing tells why: what is looked at again before it is said.
    #[must_use]
    pub fn is_difference(self) -> bool {
        matches!(self, Self::Differs | Self::OnlyInOld | Self::OnlyInNew)
    }
}

/// Whose the marker says that a user of the new pool is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Marked {
    /// There is none, or it proves nothing.
    No,
    /// The counterpart of the user whom the link names.
    Own,
    /// The counterpart of another user, or of one of whom no link tells.
    Other,
}

impl Marked {
    /// The word that is stored.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::No => "no",
            Self::Own => "own",
            Self::Other => "other",
        }
    }

    /// The one with this word.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::No, Self::Own, Self::Other].into_iter().find(|marked| marked.code() == code)
    }
}

/// What is said of one user. Holds subs and names, and no value but masked ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Who it is in the old pool.
    pub old_sub: Option<OldSub>,
    /// Who it is in the new pool.
    pub new_sub: Option<NewSub>,
    /// In one word.
    pub verdict: Verdict,
    /// What differs or is held back, and why.
    pub findings: Vec<Finding>,
    /// Whose the marker says that the user of the new pool is; `None` where it was not looked at.
    pub marked: Option<Marked>,
    /// Whether the user was read in both pools by itself, and not only in the lists.
    pub looked: bool,
}

/// All rows, counted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Summary {
    /// Users by verdict.
    pub verdicts: BTreeMap<Verdict, u64>,
    /// Users by verdict and reason; one user can have several.
    pub reasons: BTreeMap<(Verdict, String), u64>,
    /// Entries of lists that could not be read, and belong to nobody known.
    pub unreadable: u64,
    /// Users of whom the lists alone speak, because more would have had to be read than was allowed.
    pub unlooked: u64,
}

impl Summary {
    /// Users with this verdict.
    #[must_use]
    pub fn count(&self, verdict: Verdict) -> u64 {
        self.verdicts.get(&verdict).copied().unwrap_or_default()
    }

    /// All users.
    #[must_use]
    pub fn users(&self) -> u64 {
        self.verdicts.values().sum()
    }

    /// Whether there is nobody but equal users, and everything could be read.
    #[must_use]
    pub fn is_equal(&self) -> bool {
        self.is_explained() && self.count(Verdict::HeldBack) == 0
    }

    /// Whether everything that is not equal is held back for a known reason.
    #[must_use]
    pub fn is_explained(&self) -> bool {
        self.unreadable == 0 && self.count(Verdict::Equal) + self.count(Verdict::HeldBack) == self.users()
    }

    pub(crate) fn add(&mut self, row: &Row) {
        *self.verdicts.entry(row.verdict).or_default() += 1;
        let mut reasons: Vec<_> = row.findings.iter().map(Finding::reason).collect();
        reasons.sort();
        reasons.dedup();
        for reason in reasons {
            *self.reasons.entry((row.verdict, reason)).or_default() += 1;
        }
    }
}

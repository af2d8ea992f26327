//! Whether to move on, to wait, or to go back: what was measured, held against the owner's criteria. Pure.
//!
//! What could not be measured is a reason to wait, never to go on. A share of too few events is not counted, and said so.

use std::fmt;

use crate::criteria::{Criteria, Criterion, Limits};

/// What was measured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fact {
    /// So much, in the criterion's unit.
    Amount(u64),
    /// So many of so many.
    Share {
        /// Those that the criterion names.
        part: u64,
        /// All.
        of: u64,
    },
    /// Nothing, and why: the words of a service's error code, nothing personal.
    Unknown(String),
}

/// One measurement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Measure {
    /// Of what.
    pub criterion: Criterion,
    /// Where, if there are several: a queue, a function.
    pub place: Option<&'static str>,
    /// What came out.
    pub fact: Fact,
}

/// What to do. The order is that of how bad things are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// Move on.
    GoOn,
    /// Move nobody more.
    Hold,
    /// Send everybody back.
    RollBack,
}

impl Verdict {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::GoOn, Self::Hold, Self::RollBack];

    /// The word that is stored and shown to programs.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::GoOn => "go-on",
            Self::Hold => "hold",
            Self::RollBack => "roll-back",
        }
    }

    /// The verdict with this word.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|verdict| verdict.code() == code)
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::GoOn => "go on",
            Self::Hold => "hold",
            Self::RollBack => "roll back",
        })
    }
}

/// What one measurement comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finding {
    /// Within the limits.
    Fine,
    /// Nothing is held against it.
    NoLimit,
    /// Too few events to say anything.
    TooFew,
    /// Not known.
    Unknown,
    /// Beyond the softer limit.
    NotWell,
    /// Beyond the limit.
    Bad,
}

impl Finding {
    fn verdict(self) -> Verdict {
        match self {
            Self::Fine | Self::NoLimit | Self::TooFew => Verdict::GoOn,
            Self::Unknown | Self::NotWell => Verdict::Hold,
            Self::Bad => Verdict::RollBack,
        }
    }
}

/// A measurement and what it comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// What was measured.
    pub measure: Measure,
    /// What it was held against.
    pub limits: Limits,
    /// What it comes to.
    pub finding: Finding,
}

/// What all measurements come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    /// The worst of all.
    pub verdict: Verdict,
    /// Each, in the order of the criteria.
    pub rows: Vec<Row>,
}

impl Judgement {
    /// Why the verdict is what it is, in sentences: the worst first. Empty where there is nothing against going on.
    #[must_use]
    pub fn reasons(&self) -> Vec<String> {
        [self.reasons_of(Verdict::RollBack), self.reasons_of(Verdict::Hold)].concat()
    }

    /// What alone would give this verdict, in sentences.
    #[must_use]
    pub fn reasons_of(&self, verdict: Verdict) -> Vec<String> {
        let rows = self.rows.iter().filter(|row| row.finding.verdict() == verdict);
        rows.map(Row::sentence).collect()
    }
}

/// Holds what was measured against the criteria. A criterion with a limit that nobody measured is unknown.
#[must_use]
pub fn judge(criteria: &Criteria, measures: &[Measure]) -> Judgement {
    let mut rows = Vec::new();
    for criterion in Criterion::ALL {
        let limits = criteria.limits(criterion);
        let mut found: Vec<Measure> =
            measures.iter().filter(|measure| measure.criterion == criterion).cloned().collect();
        if found.is_empty() {
            let fact = Fact::Unknown("nobody measured it".to_owned());
            found.push(Measure { criterion, place: None, fact });
        }
        for measure in found {
            let finding = finding(&measure, limits, criteria.minimum_events);
            rows.push(Row { measure, limits, finding });
        }
    }
    let verdict = rows.iter().map(|row| row.finding.verdict()).max().unwrap_or(Verdict::Hold);
    Judgement { verdict, rows }
}

fn finding(measure: &Measure, limits: Limits, minimum_events: u64) -> Finding {
    if limits.is_none() {
        return Finding::NoLimit;
    }
    let is_floor = measure.criterion.is_floor();
    let is_beyond = |limit: Option<u64>| match (&measure.fact, limit) {
        (_, None) | (Fact::Unknown(_), _) => false,
        (Fact::Amount(amount), Some(limit)) => beyond(u128::from(*amount), u128::from(limit), is_floor),
        // Of hundredths of a percent, without rounding.
        (Fact::Share { part, of }, Some(limit)) => {
            beyond(u128::from(*part) * 10_000, u128::from(limit) * u128::from(*of), is_floor)
        }
    };
    match &measure.fact {
        Fact::Unknown(_) => Finding::Unknown,
        Fact::Share { of, .. } if *of < minimum_events.max(1) => Finding::TooFew,
        _ if is_beyond(limits.roll_back) => Finding::Bad,
        _ if is_beyond(limits.hold) => Finding::NotWell,
        Fact::Amount(_) | Fact::Share { .. } => Finding::Fine,
    }
}

fn beyond(amount: u128, limit: u128, is_floor: bool) -> bool {
    if is_floor { amount < limit } else { amount > limit }
}

impl Row {
    /// What was measured, and where.
    #[must_use]
    pub fn name(&self) -> String {
        let words = self.measure.criterion.words();
        self.measure.place.map_or_else(|| words.to_owned(), |place| format!("{words} ({place})"))
    }

    /// How it is now; `?` where that is not known.
    #[must_use]
    pub fn now(&self) -> String {
        let unit = self.measure.criterion.unit();
        match &self.measure.fact {
            Fact::Amount(amount) => unit.shown(*amount),
            Fact::Share { of: 0, .. } => "-".to_owned(),
            Fact::Share { part, of } => {
                let hundredths = u128::from(*part) * 10_000 / u128::from(*of);
                unit.shown(u64::try_from(hundredths).unwrap_or(u64::MAX))
            }
            Fact::Unknown(_) => "?".to_owned(),
        }
    }

    /// Of how many events, where it is a share.
    #[must_use]
    pub fn events(&self) -> Option<u64> {
        match self.measure.fact {
            Fact::Share { of, .. } => Some(of),
            Fact::Amount(_) | Fact::Unknown(_) => None,
        }
    }

    fn sentence(&self) -> String {
        let criterion = self.measure.criterion;
        let side = if criterion.is_floor() { "below" } else { "above" };
        let limit = if self.finding == Finding::Bad { self.limits.roll_back } else { self.limits.hold };
        let limit = limit.map(|limit| criterion.unit().shown(limit)).unwrap_or_default();
        match &self.measure.fact {
            Fact::Unknown(why) => format!("{}: not known ({why})", self.name()),
            Fact::Amount(_) => format!("{}: {}, {side} {limit}", self.name(), self.now()),
            Fact::Share { of, .. } => {
                format!("{}: {} of {of}, {side} {limit}", self.name(), self.now())
            }
        }
    }
}

#[cfg(test)]
mod tests;

//! What a batch came to, as metrics. What there was none of is not said: a metric costs only in the hours in which it is told.

use twinpool_core::phase::{Phase, Share, Standing};
use twinpool_engine::{Spent, Tally};

use crate::emf::Line;

/// Adds the metrics of the mirror to a line.
#[must_use]
pub fn counts<'a>(line: Line<'a>, tally: &Tally, spent: &Spent) -> Line<'a> {
    // Always there: whoever looks sees that the mirror is at work.
    let mut line = line.count("Handled", tally.handled());
    for (metric, lags) in [("MirrorLag", &tally.lags), ("AuditTrailLag", &tally.audit_lags)] {
        if !lags.is_empty() {
            line = line.times(metric, lags);
        }
    }
    if let Some(standing) = &tally.standing {
        line = line.text("phase", standing.phase.code()).percent("PhasePercent", percent(standing));
    }
    let operations = spent.writes.values().sum();
    let throttled = spent.categories.values().map(|of| of.throttled).sum();
    for (metric, count) in [
        ("Unchanged", tally.unchanged),
        ("Operations", operations),
        ("MirrorConflict", tally.conflicts),
        ("Retried", tally.retried),
        ("Parked", tally.parked),
        ("Throttled", throttled),
    ] {
        if count > 0 {
            line = line.count(metric, count);
        }
    }
    if let Some(most) = spent.categories.values().map(|of| of.used).reduce(f64::max) {
        line = line.percent("BudgetUsed", most);
    }
    by_dimension(line, tally, spent)
}

/// The parts of it.
fn by_dimension<'a>(mut line: Line<'a>, tally: &Tally, spent: &Spent) -> Line<'a> {
    for (source, count) in &tally.done {
        line = line.count_by("Events", *count, ("Source", source.word()));
    }
    for (write, count) in &spent.writes {
        line = line.count_by("Operations", *count, ("Operation", write.word()));
    }
    for (reason, count) in &tally.reasons {
        line = line.count_by("MirrorConflict", *count, ("Reason", reason.code()));
    }
    for (category, of) in &spent.categories {
        let by = ("Category", category.name());
        line = line.percent_by("BudgetUsed", of.used, by);
        if of.throttled > 0 {
            line = line.count_by("Throttled", of.throttled, by);
        }
    }
    line
}

/// How many are sent to the new pool.
fn percent(standing: &Standing) -> f64 {
    let share = match standing.phase {
        Phase::DualWrite | Phase::RolledBack => Share::NONE,
        Phase::Canary => standing.share,
        Phase::Cutover | Phase::Complete => Share::ALL,
    };
    f64::from(share.hundredths()) / 100.0
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use twinpool_core::held_back::Reason;
    use twinpool_core::id::Timestamp;
    use twinpool_core::quota::Category;
    use twinpool_engine::{EventSource, SpentOf, Write};

    use super::*;
    use crate::emf::tests::{counted, points};

    fn text(tally: &Tally, spent: &Spent) -> String {
        counts(Line::of("prod-Mirror", Timestamp(1_795_219_200_000)), tally, spent).to_string()
    }

    fn canary() -> Standing {
        let share = Share::from_hundredths(750).unwrap();
        Standing { phase: Phase::Canary, share, ..Standing::default() }
    }

    #[test]
    fn all_of_a_busy_batch_is_counted() {
        let tally = Tally {
            done: [(EventSource::TokenGeneration, 2), (EventSource::AuditTrail, 1)].into(),
            lags: vec![Duration::from_millis(180), Duration::from_millis(90)],
            audit_lags: vec![Duration::from_secs(240)],
            unchanged: 1,
            conflicts: 1,
            reasons: [(Reason::Taken, 1)].into(),
            retried: 1,
            parked: 1,
            standing: Some(canary()),
        };
        let spent = Spent {
            writes: [(Write::CreateUser, 1), (Write::AddToGroup, 2)].into(),
            categories: [
                (Category::UserRead, SpentOf { throttled: 0, used: 4.0 }),
                (Category::UserUpdate, SpentOf { throttled: 3, used: 81.5 }),
            ]
            .into(),
        };
        let told = points(&text(&tally, &spent));
        let told: Vec<_> = told.iter().map(|(name, by, value)| format!("{name} {by} {value}")).collect();
        assert_eq!(
            told,
            [
                "AuditTrailLag prod-Mirror 240000",
                "BudgetUsed prod-Mirror 81.5",
                "BudgetUsed prod-Mirror UserRead 4",
                "BudgetUsed prod-Mirror UserUpdate 81.5",
                "Events prod-Mirror AuditTrail 1",
                "Events prod-Mirror TokenGeneration 2",
                "Handled prod-Mirror 3",
                "MirrorConflict prod-Mirror 1",
                "MirrorConflict prod-Mirror taken 1",
                "MirrorLag prod-Mirror [180,90]",
                "Operations prod-Mirror 3",
                "Operations prod-Mirror AddToGroup 2",
                "Operations prod-Mirror CreateUser 1",
                "Parked prod-Mirror 1",
                "PhasePercent prod-Mirror 7.5",
                "Retried prod-Mirror 1",
                "Throttled prod-Mirror 3",
                "Throttled prod-Mirror UserUpdate 3",
                "Unchanged prod-Mirror 1",
            ]
        );
    }

    #[test]
    fn a_sign_in_of_which_nothing_is_new_costs_two_short_lines() {
        let tally = Tally {
            done: [(EventSource::TokenGeneration, 1)].into(),
            lags: vec![Duration::from_millis(180)],
            unchanged: 1,
            standing: Some(Standing::default()),
            ..Tally::default()
        };
        let text = text(&tally, &Spent::default());
        assert_eq!(counted(&text).len(), 2);
        assert!(text.len() < 800, "docs/metrics.md goes by it: {} bytes", text.len());
    }

    #[test]
    fn a_batch_that_went_back_says_that_the_mirror_lives() {
        let tally = Tally { retried: 10, ..Tally::default() };
        let told = points(&text(&tally, &Spent::default()));
        let told: Vec<_> = told.iter().map(|(name, _, value)| format!("{name} {value}")).collect();
        assert_eq!(told, ["Handled 0", "Retried 10"]);
    }

    #[test]
    fn the_phase_is_drawn_by_the_share_that_is_sent_to_the_new_pool() {
        let drawn = |phase| percent(&Standing { phase, ..canary() });
        assert_eq!(Phase::ALL.map(drawn), [0.0, 7.5, 100.0, 0.0, 100.0]);
    }

    /// A series is a metric with its dimensions: what CloudWatch bills.
    #[test]
    fn the_series_that_there_can_be_are_counted_in_the_documents() {
        let tally = Tally {
            done: EventSource::ALL.map(|source| (source, 1)).into(),
            lags: vec![Duration::ZERO],
            audit_lags: vec![Duration::ZERO],
            unchanged: 1,
            conflicts: 1,
            reasons: Reason::ALL.map(|reason| (reason, 1)).into(),
            retried: 1,
            parked: 1,
            standing: Some(canary()),
        };
        let of = SpentOf { throttled: 1, used: 1.0 };
        let spent = Spent {
            writes: Write::ALL.map(|write| (write, 1)).into(),
            categories: Category::ALL.map(|category| (category, of)).into(),
        };
        let text = text(&tally, &spent);
        let series = points(&text).len();
        let docs = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/metrics.md");
        let docs = std::fs::read_to_string(docs).unwrap();
        assert!(docs.contains(&format!("at most {series} series")), "{series}");
        let names: std::collections::BTreeSet<_> = points(&text).into_iter().map(|(name, ..)| name).collect();
        assert!(names.iter().all(|name| docs.contains(&format!("`{name}`"))), "{names:?}");
    }
}

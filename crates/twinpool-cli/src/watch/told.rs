//! A look, for people and for programs.

use serde_json::{Value, json};
use twinpool_core::port::{Answer, Clock as _};
use twinpool_core::verdict::{Fact, Finding, Row};
use twinpool_core::watch::Notice;

use super::Seen;
use crate::clock::SystemClock;
use crate::show::{field, rfc3339, table, thousands};

/// What a look came to.
pub(super) fn told(seen: &Seen, as_json: bool) -> String {
    let at = rfc3339(SystemClock.now());
    if as_json { format!("{}\n", machine(seen, &at)) } else { people(seen, &at) }
}

fn people(seen: &Seen, at: &str) -> String {
    let Seen { standing, looked } = seen;
    let mut out = format!("{at}  {}, {} of the users\n", standing.phase, standing.share);
    let rows: Vec<_> = looked.judgement.rows.iter().map(cells).collect();
    out += &table(&["", "", "now", "hold", "roll back", "of"], &rows);
    out += &field("verdict", &looked.judgement.verdict.to_string());
    for reason in looked.judgement.reasons() {
        out += &field("", &reason);
    }
    if !looked.is_moving {
        out += &field("", "nobody is being moved: nothing follows from it");
    }
    if let Some(Err(error)) = &looked.told {
        out += &field("not told", &format!("{error}: look at the topic and your permissions"));
    }
    match &looked.rolled_back {
        Some(Ok(done)) if done.by_another => {
            out += &field("rolled back", "by somebody else, at the same moment");
        }
        Some(Ok(_)) => {
            out += &field("rolled back", "everybody is sent to the old pool again: `twinpool phase`");
        }
        Some(Err(error)) => out += &field("NOT back", &error.to_string()),
        None => {}
    }
    match &looked.told_back {
        Some(Ok(Notice::NoTopic)) => {
            out +=
                &field("NOT told", "nobody was told of that: no topic was named (--topic). Say it yourself");
        }
        Some(Err(error)) => {
            out += &field("NOT told", &format!("nobody could be told of that: {error}. Say it yourself"));
        }
        None | Some(Ok(Notice::Sent)) => {}
    }
    out.push('\n');
    out
}

fn cells(row: &Row) -> Vec<String> {
    let mark = match row.finding {
        Finding::Fine => "✓",
        Finding::NoLimit => "·",
        Finding::TooFew => "-",
        Finding::Unknown => "?",
        Finding::NotWell => "!",
        Finding::Bad => "✗",
    };
    let criterion = row.measure.criterion;
    let side = if criterion.is_floor() { "<" } else { ">" };
    let limit = |limit: Option<u64>| {
        limit.map(|limit| format!("{side} {}", criterion.unit().shown(limit))).unwrap_or_default()
    };
    let of = match (row.events(), row.finding) {
        (Some(of), Finding::TooFew) => format!("{}: too few", thousands(of)),
        (Some(of), _) => thousands(of),
        (None, _) => String::new(),
    };
    vec![mark.to_owned(), row.name(), row.now(), limit(row.limits.hold), limit(row.limits.roll_back), of]
}

fn machine(seen: &Seen, at: &str) -> Value {
    let Seen { standing, looked } = seen;
    json!({
        "at": at,
        "phase": standing.phase.code(),
        "share_hundredths": standing.share.hundredths(),
        "moving": looked.is_moving,
        "verdict": looked.judgement.verdict.code(),
        "reasons": looked.judgement.reasons(),
        "criteria": looked.judgement.rows.iter().map(criterion).collect::<Vec<_>>(),
        "told": looked.told.as_ref().map(is_told),
        "rolled_back": looked.rolled_back.as_ref().map(Result::is_ok),
        "rollback_told": looked.told_back.as_ref().map(is_told),
    })
}

fn is_told(told: &Answer<Notice>) -> bool {
    *told == Ok(Notice::Sent)
}

/// Percentages in hundredths, times in seconds.
fn criterion(row: &Row) -> Value {
    let finding = match row.finding {
        Finding::Fine => "fine",
        Finding::NoLimit => "no-limit",
        Finding::TooFew => "too-few",
        Finding::Unknown => "unknown",
        Finding::NotWell => "not-well",
        Finding::Bad => "bad",
    };
    let (now, of) = match row.measure.fact {
        Fact::Amount(amount) => (json!(amount), Value::Null),
        Fact::Share { part, of } => (json!(part), json!(of)),
        Fact::Unknown(_) => (Value::Null, Value::Null),
    };
    json!({
        "criterion": row.measure.criterion.key(),
        "place": row.measure.place,
        "count": now,
        "of": of,
        "hold_at": row.limits.hold,
        "roll_back_at": row.limits.roll_back,
        "finding": finding,
    })
}

#[cfg(test)]
mod tests {
    use twinpool_core::criteria::{Criteria, Criterion, Limits};
    use twinpool_core::phase::{Phase, Share, Standing};
    use twinpool_core::port::{Class, PortError};
    use twinpool_core::verdict::{Measure, judge};
    use twinpool_engine::Looked;

    use super::*;

    fn seen() -> Seen {
        let measure = |criterion, place, fact| Measure { criterion, place, fact };
        let measures = [
            measure(Criterion::SignInSuccess, None, Fact::Share { part: 1_210, of: 1_250 }),
            measure(
                Criterion::MirrorAge,
                None,
                Fact::Unknown("GetMetricData failed: AccessDenied".to_owned()),
            ),
            measure(Criterion::Conflicts, None, Fact::Amount(7)),
            measure(Criterion::DeadLetters, Some("mirror"), Fact::Amount(0)),
            measure(Criterion::DeadLetters, Some("audit trail"), Fact::Amount(2)),
            measure(Criterion::ResolverErrors, Some("tokens"), Fact::Share { part: 3, of: 12 }),
        ];
        let mut criteria = Criteria::default();
        criteria
            .limits
            .insert(Criterion::SignInSuccess, Limits { hold: Some(9_800), roll_back: Some(9_500) });
        criteria.limits.insert(Criterion::ResolverErrors, Limits { hold: None, roll_back: Some(500) });
        let standing = Standing {
            phase: Phase::Canary,
            share: Share::from_hundredths(2_500).unwrap(),
            ..Standing::default()
        };
        let judgement = judge(&criteria, &measures);
        let looked = Looked { judgement, is_moving: true, told: None, rolled_back: None, told_back: None };
        Seen { standing, looked }
    }

    #[test]
    fn a_look_for_people() {
        insta::assert_snapshot!(people(&seen(), "2026-11-21T00:00:00.000Z"));
    }

    #[test]
    fn a_rollback_that_nobody_was_told_of_is_said() {
        let failed = PortError::new(Class::Denied, "Publish", "AuthorizationError");
        for (told, words, machine_says) in [
            (Ok(Notice::Sent), None, json!(true)),
            (Ok(Notice::NoTopic), Some("no topic was named"), json!(false)),
            (Err(failed), Some("AuthorizationError"), json!(false)),
        ] {
            let mut seen = seen();
            seen.looked.told_back = Some(told);
            let said = people(&seen, "2026-11-21T00:00:00.000Z");
            assert_eq!(said.contains("NOT told"), words.is_some(), "{said}");
            assert!(words.is_none_or(|words| said.contains(words)), "{said}");
            assert_eq!(machine(&seen, "")["rollback_told"], machine_says);
        }
    }

    #[test]
    fn a_look_for_programs_is_one_line() {
        let line = machine(&seen(), "2026-11-21T00:00:00.000Z");
        assert!(!line.to_string().contains('\n'));
        insta::assert_snapshot!(format!("{line:#}"));
    }
}

use proptest::prelude::*;

use super::*;

fn measure(criterion: Criterion, fact: Fact) -> Measure {
    Measure { criterion, place: None, fact }
}

/// Nothing is wrong.
fn fine() -> Vec<Measure> {
    vec![
        measure(Criterion::SignInSuccess, Fact::Share { part: 990, of: 1_000 }),
        measure(Criterion::MirrorAge, Fact::Amount(2)),
        measure(Criterion::Conflicts, Fact::Amount(0)),
        measure(Criterion::DeadLetters, Fact::Amount(0)),
        measure(Criterion::ResolverErrors, Fact::Share { part: 0, of: 1_000 }),
    ]
}

fn with(criterion: Criterion, fact: Fact) -> Judgement {
    let mut all = fine();
    all.retain(|measure| measure.criterion != criterion);
    all.push(measure(criterion, fact));
    judge(&strict(), &all)
}

fn strict() -> Criteria {
    let mut criteria = Criteria::default();
    criteria.limits.insert(Criterion::SignInSuccess, Limits { hold: Some(98_00), roll_back: Some(95_00) });
    criteria.limits.insert(Criterion::Conflicts, Limits { hold: Some(0), roll_back: Some(20) });
    criteria.limits.insert(Criterion::ResolverErrors, Limits { hold: None, roll_back: Some(1_00) });
    criteria
}

#[test]
fn where_all_is_well_the_move_goes_on() {
    let judgement = judge(&strict(), &fine());
    assert_eq!((judgement.verdict, judgement.reasons()), (Verdict::GoOn, vec![]));
}

#[test]
fn a_limit_itself_is_still_well_and_beyond_it_is_not() {
    let sign_ins = |part| with(Criterion::SignInSuccess, Fact::Share { part, of: 10_000 }).verdict;
    assert_eq!(
        [9_800, 9_799, 9_500, 9_499].map(sign_ins),
        [Verdict::GoOn, Verdict::Hold, Verdict::Hold, Verdict::RollBack]
    );
    let conflicts = |count| with(Criterion::Conflicts, Fact::Amount(count)).verdict;
    assert_eq!(
        [0, 1, 20, 21].map(conflicts),
        [Verdict::GoOn, Verdict::Hold, Verdict::Hold, Verdict::RollBack]
    );
}

#[test]
fn what_nobody_knows_is_a_reason_to_wait_and_none_to_go_on() {
    let judgement = with(Criterion::MirrorAge, Fact::Unknown("AccessDenied".to_owned()));
    assert_eq!(judgement.verdict, Verdict::Hold);
    assert_eq!(judgement.reasons(), ["age of the oldest change event: not known (AccessDenied)"]);
    assert_eq!(judge(&strict(), &[]).verdict, Verdict::Hold);
}

#[test]
fn a_share_of_too_few_is_not_counted() {
    let judgement = with(Criterion::SignInSuccess, Fact::Share { part: 0, of: 49 });
    assert_eq!(judgement.verdict, Verdict::GoOn);
    let row = judgement.rows.iter().find(|row| row.measure.criterion == Criterion::SignInSuccess).unwrap();
    assert_eq!((row.finding, row.events()), (Finding::TooFew, Some(49)));
    let none = with(Criterion::SignInSuccess, Fact::Share { part: 0, of: 0 });
    assert_eq!(none.verdict, Verdict::GoOn);
}

#[test]
fn what_has_no_limit_is_shown_and_not_judged() {
    let criteria = Criteria::default();
    let mut all = fine();
    all.retain(|measure| measure.criterion != Criterion::Conflicts);
    all.push(measure(Criterion::Conflicts, Fact::Amount(1_000_000)));
    all.push(measure(Criterion::Conflicts, Fact::Unknown("no answer".to_owned())));
    assert_eq!(judge(&criteria, &all).verdict, Verdict::GoOn);
}

#[test]
fn the_worst_of_several_places_counts_and_is_told_first() {
    let mut all = fine();
    all.push(measure(Criterion::SignInSuccess, Fact::Unknown("no answer".to_owned())));
    all.push(Measure {
        criterion: Criterion::DeadLetters,
        place: Some("audit trail"),
        fact: Fact::Amount(3),
    });
    let judgement = judge(&strict(), &all);
    assert_eq!(judgement.verdict, Verdict::RollBack);
    assert_eq!(
        judgement.reasons(),
        ["messages in a DLQ (audit trail): 3, above 0", "sign-ins that succeed: not known (no answer)",]
    );
}

fn fact() -> impl Strategy<Value = Fact> {
    prop_oneof![
        (0_u64..400).prop_map(Fact::Amount),
        (0_u64..300, 0_u64..300).prop_map(|(part, more)| Fact::Share { part, of: part + more }),
    ]
}

fn measures() -> impl Strategy<Value = Vec<Measure>> {
    let one = (0..Criterion::ALL.len(), fact())
        .prop_map(|(criterion, fact)| measure(Criterion::ALL[criterion], fact));
    prop::collection::vec(one, 0..8)
}

fn criteria() -> impl Strategy<Value = Criteria> {
    let limits = (prop::option::of(0_u64..10_001), prop::option::of(0_u64..10_001))
        .prop_map(|(hold, roll_back)| Limits { hold, roll_back });
    (prop::collection::vec(limits, 5), 0_u64..100).prop_map(|(limits, minimum_events)| Criteria {
        limits: Criterion::ALL.into_iter().zip(limits).collect(),
        minimum_events,
        ..Criteria::default()
    })
}

/// The same, worse by so much.
fn worse(measure: &Measure, by: u64) -> Measure {
    let fact = match measure.fact {
        Fact::Amount(amount) if measure.criterion.is_floor() => Fact::Amount(amount.saturating_sub(by)),
        Fact::Amount(amount) => Fact::Amount(amount + by),
        Fact::Share { part, of } if measure.criterion.is_floor() => {
            Fact::Share { part: part.saturating_sub(by), of }
        }
        Fact::Share { part, of } => Fact::Share { part: (part + by).min(of), of },
        Fact::Unknown(ref why) => Fact::Unknown(why.clone()),
    };
    Measure { fact, ..measure.clone() }
}

proptest! {
    #[test]
    fn worse_facts_never_give_a_better_verdict(
        criteria in criteria(), measures in measures(), which in 0_usize..8, by in 0_u64..500,
    ) {
        let before = judge(&criteria, &measures).verdict;
        let mut after = measures;
        if let Some(one) = after.get_mut(which) {
            *one = worse(one, by);
        }
        prop_assert!(judge(&criteria, &after).verdict >= before);
    }

    #[test]
    fn a_fact_that_is_lost_never_lets_the_move_go_on(
        criteria in criteria(), measures in measures(), which in 0_usize..8,
    ) {
        let mut after = measures;
        let Some(one) = after.get_mut(which) else { return Ok(()) };
        one.fact = Fact::Unknown("lost".to_owned());
        let is_judged = !criteria.limits(one.criterion).is_none();
        prop_assert!(!is_judged || judge(&criteria, &after).verdict > Verdict::GoOn);
    }
}

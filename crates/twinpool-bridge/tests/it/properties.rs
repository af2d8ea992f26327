//! Whatever the state of the user and whatever is answered: who gets tokens.

use std::sync::atomic::{AtomicUsize, Ordering};

use proptest::prelude::*;
use twinpool_bridge::challenge::{Kind, Next, Question, Round, define};
use twinpool_core::arrival::{Mark, Way};
use twinpool_core::link::{Base, Side};
use twinpool_core::snapshot::{Mfa, Status};
use twinpool_testkit::PasswordRules;

use crate::bench::{Bench, CHOSEN, RIGHT, WEAK, linked, new, new_sub, old};
use crate::client::{End, session};

const TOTP: Mfa = Mfa { sms: false, email: false, totp: true, preferred: None };

/// What Jane is like.
#[derive(Debug, Clone)]
struct Jane {
    old_enabled: bool,
    new_enabled: bool,
    temporary: bool,
    refused: bool,
    factor: Option<usize>,
    mark: Option<Mark>,
    way: Way,
    is_linked: bool,
}

/// What is answered, whatever is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Answer {
    Right,
    Wrong,
    Chosen,
    Weak,
    Code,
    Empty,
}

fn jane() -> impl Strategy<Value = Jane> {
    let often = || prop::bool::weighted(0.85);
    let seldom = || prop::bool::weighted(0.25);
    let mark = prop::option::weighted(
        0.3,
        prop::sample::select(vec![
            Mark::Bridged,
            Mark::Bridging,
            Mark::Password,
            Mark::SecondFactor,
            Mark::Came,
        ]),
    );
    let factor = prop::option::weighted(0.3, 0..4_usize);
    let way = prop_oneof![
        4 => Just(Way::Password),
        4 => Just(Way::Code),
        1 => Just(Way::Reset),
        1 => Just(Way::Invite),
    ];
    (often(), often(), seldom(), seldom(), factor, mark, way, often()).prop_map(
        |(old_enabled, new_enabled, temporary, refused, factor, mark, way, is_linked)| Jane {
            old_enabled,
            new_enabled,
            temporary,
            refused,
            factor,
            mark,
            way,
            is_linked,
        },
    )
}

fn answer() -> impl Strategy<Value = Answer> {
    use Answer::{Chosen, Code, Empty, Right, Weak, Wrong};
    prop_oneof![4 => Just(Right), 2 => Just(Wrong), 3 => Just(Chosen), 1 => Just(Weak), 4 => Just(Code), 1 => Just(Empty)]
}

impl Jane {
    async fn bench(&self) -> Bench {
        let bench = if self.is_linked { Bench::new().await } else { Bench::unlinked() };
        bench.world.old.edit(&old(), |person| {
            person.enabled = self.old_enabled;
            if self.temporary {
                person.status = Status::ForceChangePassword;
            }
        });
        bench.world.new.edit(&new(), |person| person.enabled = self.new_enabled);
        if self.refused {
            bench.world.new.set_password_rules(PasswordRules { min_length: 14, ..PasswordRules::default() });
        }
        if let Some(mark) = self.mark {
            bench.note(mark).await;
        }
        self.put_factor(&bench).await;
        bench
    }

    async fn put_factor(&self, bench: &Bench) {
        let side = |is_on: bool| Side { mfa: if is_on { TOTP } else { Mfa::default() }, ..Side::default() };
        match self.factor {
            Some(0) => bench.world.old.edit(&old(), |person| person.mfa = TOTP),
            Some(1) => bench.world.new.edit(&new(), |person| person.mfa = TOTP),
            Some(place) if self.is_linked => {
                let base = Base { old: side(place == 2), new: side(place == 3) };
                bench.relink(|link| link.state = linked(&new_sub(), base)).await;
            }
            Some(_) | None => {}
        }
    }

    /// Whether some factor is known by the time a code would be sent, or a password right.
    fn has_factor(&self, by_code: bool) -> bool {
        let is_known = match self.factor {
            // After a code it is known by the old pool's word on the user, after a password by its answer.
            Some(0) if by_code => self.is_linked,
            Some(0) => !self.temporary,
            Some(1) => true,
            Some(_) => self.is_linked,
            None => false,
        };
        is_known || (self.is_linked && self.mark == Some(Mark::SecondFactor))
    }
}

fn text(answer: Answer, bench: &Bench) -> String {
    match answer {
        Answer::Right => RIGHT.to_owned(),
        Answer::Wrong => "wrong".to_owned(),
        Answer::Chosen => CHOSEN.to_owned(),
        Answer::Weak => WEAK.to_owned(),
        Answer::Code if !bench.outbox.sent().is_empty() => bench.outbox.code(),
        Answer::Code | Answer::Empty => String::new(),
    }
}

fn block_on<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(work)
}

static TOKENS: AtomicUsize = AtomicUsize::new(0);

async fn check(jane: Jane, answers: Vec<Answer>) -> Result<(), TestCaseError> {
    let bench = jane.bench().await;
    let mut dialogue: Vec<(Kind, Answer)> = Vec::new();
    let mut next = answers.into_iter();
    let seen = session(&bench, Some(&new_sub()), jane.way, |question: Question| {
        let answer = next.next();
        dialogue.extend(answer.map(|answer| (question.kind, answer)));
        std::future::ready(answer.map(|answer| text(answer, &bench)))
    })
    .await;
    prop_assert!(dialogue.len() <= 3);
    let proven = dialogue.contains(&(Kind::Password, Answer::Right));
    if seen.asked.contains(&"NEW_PASSWORD") || seen.asked.contains(&"SIGN_IN") {
        prop_assert!(proven);
    }
    prop_assert!(bench.outbox.sent().len() <= 1);
    if seen.end != End::Tokens {
        return Ok(());
    }
    TOKENS.fetch_add(1, Ordering::Relaxed);
    prop_assert!(jane.new_enabled);
    let by_code = matches!(dialogue.last(), Some((Kind::Code(_), Answer::Code)));
    prop_assert!(!jane.has_factor(by_code));
    match dialogue.last() {
        Some((Kind::Password, Answer::Right)) => prop_assert!(bench.signs_in(RIGHT)),
        Some((Kind::NewPassword, Answer::Chosen | Answer::Right)) => {
            prop_assert!(proven && (bench.signs_in(CHOSEN) || bench.signs_in(RIGHT)));
        }
        Some((Kind::Code(_), Answer::Code)) => prop_assert_eq!(jane.way, Way::Code),
        other => prop_assert!(false, "tokens after {:?}", other),
    }
    prop_assert!(jane.old_enabled || !jane.is_linked);
    if !by_code {
        prop_assert!(jane.is_linked);
        let had = matches!(jane.mark, Some(Mark::Bridged | Mark::Password));
        prop_assert!(!had, "an old password went over a newer one");
        prop_assert!(matches!(jane.way, Way::Password | Way::Code));
    }
    Ok(())
}

fn round() -> impl Strategy<Value = Round> {
    let name = prop_oneof![8 => Just("CUSTOM_CHALLENGE"), 1 => Just("SRP_A")];
    let metadata = prop::sample::select(vec![
        None,
        Some("PASSWORD"),
        Some("NEW_PASSWORD"),
        Some("SIGN_IN"),
        Some("CODE:1:a"),
        Some("CODE:2:b"),
        Some("anything"),
    ]);
    (name, metadata, any::<bool>()).prop_map(|(name, metadata, right)| Round::read(name, metadata, right))
}

#[test]
fn tokens_are_earned() {
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig::with_cases(1_500));
    let cases = (jane(), prop::collection::vec(answer(), 0..6));
    runner.run(&cases, |(jane, answers)| block_on(check(jane, answers))).unwrap();
    // Otherwise nothing was looked at.
    assert!(TOKENS.load(Ordering::Relaxed) > 100, "{}", TOKENS.load(Ordering::Relaxed));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// Rounds of any kind in any order, also such as were never asked, of a user who is bridged already.
    #[test]
    fn rounds_that_nobody_led_end_without_tokens(rounds in prop::collection::vec(round(), 0..6)) {
        let next = block_on(async {
            let bench = Bench::new().await;
            bench.note(Mark::Bridged).await;
            define(&bench.bridge(), Some(&new_sub()), &rounds).await
        });
        let shown = format!("{rounds:?}");
        match next {
            Ok(Next::Tokens) => {
                prop_assert!(rounds.len() <= 3);
                prop_assert!(shown.ends_with("is_right: true }]"), "{}", shown);
                prop_assert!(!shown.contains("kind: None") && !shown.contains("SignIn"), "{}", shown);
                let is_proven = shown.contains("Round { kind: Some(Password), is_right: true }");
                prop_assert!(!shown.contains("NewPassword") || is_proven, "{}", shown);
            }
            Ok(Next::Ask) => prop_assert!(rounds.len() < 3),
            Ok(Next::Fail) => prop_assert!(!rounds.is_empty()),
            Err(error) => prop_assert!(false, "{}", error),
        }
        let without = block_on(async { define(&Bench::unlinked().bridge(), None, &rounds).await });
        prop_assert_ne!(without, Ok(Next::Tokens));
    }
}

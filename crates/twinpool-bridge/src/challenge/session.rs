//! What a session of rounds comes to, by itself.

use super::kind::Kind;

/// After how many rounds a session is over. Cognito counts three as well.
pub const MOST_ROUNDS: usize = 3;

/// One round that was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Round {
    kind: Option<Kind>,
    is_right: bool,
}

impl Round {
    /// One element of the event's `session`: its `challengeName`, `challengeMetadata` and `challengeResult`.
    #[must_use]
    pub fn read(name: &str, metadata: Option<&str>, is_right: bool) -> Self {
        let metadata = metadata.filter(|_| name == "CUSTOM_CHALLENGE");
        Self { kind: metadata.and_then(Kind::parse), is_right }
    }
}

/// What the rounds come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    /// Nothing was asked yet.
    First,
    /// The same once more.
    Again(Kind),
    /// The password was right: the table says whether it is set.
    Proven,
    /// A password that was chosen is set.
    Chosen,
    /// The code was right.
    ByCode,
    /// It is over.
    Over,
}

/// Only sessions that this crate can have led come to anything but their end.
pub(super) fn step(rounds: &[Round]) -> Step {
    let mut step = Step::First;
    for (number, round) in rounds.iter().enumerate() {
        let Some(kind) = round.kind.as_ref().filter(|kind| follows(&step, kind)) else {
            return Step::Over;
        };
        step = match (kind, round.is_right) {
            (Kind::SignIn, _) => Step::Over,
            (Kind::Password, true) => Step::Proven,
            (Kind::NewPassword, true) => Step::Chosen,
            (Kind::Code(_), true) => Step::ByCode,
            (_, false) if number + 1 >= MOST_ROUNDS => Step::Over,
            (kind, false) => Step::Again(kind.clone()),
        };
    }
    if rounds.len() > MOST_ROUNDS { Step::Over } else { step }
}

/// Whether this may have been asked at this point.
fn follows(step: &Step, kind: &Kind) -> bool {
    match step {
        Step::First => matches!(kind, Kind::Password | Kind::Code(_)),
        Step::Again(asked) => asked == kind,
        Step::Proven => matches!(kind, Kind::NewPassword | Kind::SignIn),
        Step::Chosen => *kind == Kind::SignIn,
        Step::ByCode | Step::Over => false,
    }
}

//! What becomes of checks that do not hold.

use twinpool_core::check::Check;

/// How it stands with all checks.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Held {
    /// The step can be made; with the checks that did not hold, for the history, and the reason as it is kept.
    Go(Forced),
    /// It cannot, and why.
    Refused(String),
}

/// What the history keeps of a step that was forced.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Forced {
    /// The codes of the checks.
    pub(crate) checks: Vec<String>,
    /// Why, in the operator's words.
    pub(crate) reason: Option<String>,
}

impl Held {
    /// `force`: the operator's reason.
    pub(crate) fn of(checks: &[Check], force: Option<&str>) -> Self {
        let named = |which: &dyn Fn(&&Check) -> bool| {
            checks.iter().filter(which).map(|check| check.what.code().to_owned()).collect::<Vec<_>>()
        };
        let bars = named(&|check| check.bars());
        if !bars.is_empty() {
            return Self::Refused(format!(
                "nothing was changed: {} must be put right first, and --force does not help",
                bars.join(", ")
            ));
        }
        let open = named(&|check| !check.holds());
        match (open.is_empty(), force) {
            (true, _) => Self::Go(Forced::default()),
            (false, Some(reason)) => Self::Go(Forced { checks: open, reason: Some(reason.to_owned()) }),
            (false, None) => Self::Refused(format!(
                "nothing was changed: put right what is not as it should be ({}), or say --force REASON, which is kept in the history",
                open.join(", ")
            )),
        }
    }
}

impl Forced {
    /// The reason of the step as the history keeps it.
    pub(crate) fn why(&self, why: &str) -> String {
        match &self.reason {
            Some(reason) => format!("{why}; forced: {reason}"),
            None => why.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use twinpool_core::check::{Verdict, What};

    use super::*;

    fn check(what: What, verdict: Verdict, hard: bool) -> Check {
        Check { what, verdict, hard }
    }

    fn fails() -> Verdict {
        Verdict::Fails { why: "so".to_owned(), remedy: "do".to_owned() }
    }

    #[test]
    fn what_does_not_hold_is_forced_with_a_reason_that_is_kept_or_refused() {
        let checks = [
            check(What::Table, Verdict::Holds("it".to_owned()), true),
            check(What::Alarms, Verdict::Unknown("denied".to_owned()), false),
            check(What::Queue, fails(), false),
        ];
        let Held::Refused(why) = Held::of(&checks, None) else { panic!() };
        assert!(why.contains("alarms, queue") && why.contains("--force"), "{why}");
        let Held::Go(forced) = Held::of(&checks, Some("a drill")) else { panic!() };
        assert_eq!(forced.checks, ["alarms", "queue"]);
        assert_eq!(forced.why("five percent"), "five percent; forced: a drill");
        assert_eq!(Held::of(&checks[..1], Some("unneeded")), Held::Go(Forced::default()));
    }

    #[test]
    fn no_reason_helps_against_what_spoils_the_way_back() {
        let checks = [check(What::ReverseSync, fails(), true)];
        let Held::Refused(why) = Held::of(&checks, Some("please")) else { panic!() };
        assert!(why.contains("reverse-sync") && why.contains("does not help"), "{why}");
    }
}

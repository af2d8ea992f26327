//! A step that has nothing to choose: its checks, the question, and the change.

use twinpool_aws::dynamodb::Links;
use twinpool_core::check::{Check, checks};
use twinpool_core::phase::{Standing, Step};
use twinpool_core::port::Clock as _;
use twinpool_engine::{Note, Switching};

use super::{Around, Held, Reached, Seen};
use crate::ask::{self, Answer};
use crate::clock::SystemClock;
use crate::options::Consent;
use crate::show::prose;
use crate::{Exit, Outcome};

/// A step, and how it is asked for.
pub(crate) struct Plain<'a> {
    pub(crate) step: Step,
    /// What the claim on the phase is called while it lasts.
    pub(crate) command: &'static str,
    /// What would be done, for whoever is asked.
    pub(crate) intent: &'static str,
    /// That it is done, in a line.
    pub(crate) done: &'static str,
    pub(crate) why: &'a str,
    pub(crate) force: Option<&'a str>,
    pub(crate) json: bool,
    pub(crate) consent: &'a Consent,
    pub(crate) around: &'a Around,
}

/// A step that was made.
pub(crate) struct Made {
    pub(crate) said: String,
    pub(crate) standing: Standing,
    pub(crate) checks: Vec<Check>,
}

impl Plain<'_> {
    /// What it would do, and whether it may.
    pub(crate) async fn shown(&self, reached: &Reached<'_>, standing: &Standing) -> (String, Exit) {
        let (all, shown) = self.look(reached, standing).await;
        let (problem, exit) = match Held::of(&all, self.force) {
            Held::Go(_) => (None, Exit::Done),
            Held::Refused(why) => (Some(why), Exit::Blocked),
        };
        if self.json {
            return (super::answer(false, problem.as_deref(), Some(standing), &all), exit);
        }
        let end = problem.map_or_else(|| self.intent.to_owned(), |why| format!("refused: {why}"));
        (shown + &prose(&end), exit)
    }

    /// Makes the step, unless it is refused or nobody wants it; or how the command ends.
    pub(crate) async fn take(&self, reached: &Reached<'_>) -> anyhow::Result<Result<Made, (String, Exit)>> {
        if !self.consent.yes {
            ask::can_ask()?;
        }
        let begun = Switching::begin(&reached.links, &SystemClock, self.command, &reached.who).await;
        let mut switching = match begun {
            Ok(switching) => switching,
            Err(error) => return self.not_changed(error).map(Err),
        };
        let ended = Box::pin(self.go(reached, &mut switching)).await;
        // Who took the phase over has let it go, or will.
        drop(switching.end().await);
        ended
    }

    /// The checks, and how they are shown.
    async fn look(&self, reached: &Reached<'_>, standing: &Standing) -> (Vec<Check>, String) {
        let Seen { facts, readiness } = Box::pin(reached.see(standing)).await;
        let all = checks(&self.step, standing, &facts, SystemClock.now());
        let shown = super::checks(&all) + &super::readiness(&readiness);
        (all, shown)
    }

    async fn go(
        &self,
        reached: &Reached<'_>,
        switching: &mut Switching<'_, Links, SystemClock>,
    ) -> anyhow::Result<Result<Made, (String, Exit)>> {
        let standing = switching.standing().clone();
        let (all, shown) = switching.meanwhile(Box::pin(self.look(reached, &standing))).await;
        let forced = match Held::of(&all, self.force) {
            Held::Go(forced) => forced,
            Held::Refused(why) => {
                let (said, exit) = super::refused(&why, Some(switching.standing()), &all, self.json);
                return Ok(Err((if self.json { said } else { shown + &said }, exit)));
            }
        };
        match ask::before(self.consent, &(shown.clone() + &prose(self.intent)))? {
            Answer::Go => {}
            Answer::Shown | Answer::Declined => {
                return Ok(Err(super::declined(Some(switching.standing()), &all, self.json)));
            }
        }
        // Whoever was asked may have taken any time to answer.
        if let Err(error) = switching.alive().await {
            return self.not_changed(error).map(Err);
        }
        let why = self.around.why(&forced.why(self.why));
        let note = Note { who: reached.who.clone(), why, forced: forced.checks };
        if let Err(error) = switching.step(&self.step, None, &note).await {
            return self.not_changed(error).map(Err);
        }
        let said = if self.consent.yes { shown } else { String::new() } + self.done;
        Ok(Ok(Made { said, standing: switching.standing().clone(), checks: all }))
    }

    fn not_changed(&self, error: twinpool_engine::SwitchError) -> Outcome {
        super::not_changed(error, self.around.table(), self.json)
    }
}

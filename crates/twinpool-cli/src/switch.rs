//! `twinpool switch`: sends a share of the users, or some of them, to the new pool.

use clap::Args;
use twinpool_aws::dynamodb::Links;
use twinpool_core::check::{Check, checks};
use twinpool_core::digest::DigestKey;
use twinpool_core::id::{AttributeName, Sub};
use twinpool_core::phase::{PhaseReader as _, Refused, Share, Standing, Step};
use twinpool_core::port::Clock as _;
use twinpool_engine::{Note, SwitchError, Switching};

use crate::ask::{self, Answer};
use crate::clock::SystemClock;
use crate::digest_key;
use crate::options::{self, Consent};
use crate::show::prose;
use crate::steps::{self, Around, Forced, Held, Reached, Seen, a_reason};
use crate::{Exit, Outcome};

mod cohorts;
mod proof;
mod prove;
mod told;

pub(crate) use cohorts::a_value;

use cohorts::Asked;

/// Whom to send, and why.
#[derive(Debug, Args)]
#[command(after_help = format!("{STAYS}\n\n{}", options::WHERE), override_usage = "twinpool switch [OPTIONS] --why <TEXT>")]
pub(crate) struct Arguments {
    /// This share of the users [default: as it stands].
    #[arg(long, value_name = "PERCENT", value_parser = a_share)]
    percent: Option<Share>,
    #[command(flatten)]
    asked: Asked,
    /// Why: kept in the history.
    #[arg(long, value_name = "TEXT", value_parser = a_reason)]
    why: String,
    /// Does it although checks do not hold; the reason is kept in the history. Some checks no reason helps against.
    #[arg(long, value_name = "REASON", value_parser = a_reason)]
    force: Option<String>,
    /// Proves the way back first, with this test user of yours, who is in both pools: a sub or a user id. The attribute is changed in
    /// the new pool, seen in the old one, and put back.
    #[arg(long, value_name = "SUB OR USER ID", value_parser = options::an_id)]
    canary_user: Option<Sub>,
    /// The attribute that is changed. Rules must carry it as it is.
    #[arg(long, value_name = "NAME", default_value = "nickname", value_parser = |text: &str| AttributeName::parse(text))]
    canary_attribute: AttributeName,
    /// Proves the way back, and sends nobody else.
    #[arg(long, requires = "canary_user", conflicts_with_all = ["percent", "group", "having", "allow", "deny"])]
    prove_only: bool,
    /// Waits this many seconds at most for a change to be seen.
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=120))]
    wait: u64,
    /// For programs: one JSON object.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    consent: Consent,
    #[command(flatten)]
    around: Around,
}

const STAYS: &str = "What stands already stays: groups, values and testers are added to it.";

fn a_share(text: &str) -> Result<Share, &'static str> {
    Share::parse(text.trim().trim_end_matches('%').trim_end())
        .ok_or("say a share from 0 to 100 percent, such as 5 or 0.5")
}

/// What a step is made with.
struct Place<'a> {
    arguments: &'a Arguments,
    reached: Reached<'a>,
    key: DigestKey,
    asked: Asked,
    /// Of whoever is named.
    said: String,
}

/// What was seen, and what comes of it.
struct Looked {
    checks: Vec<Check>,
    shown: String,
    /// The id of the table.
    table: Option<String>,
}

pub(crate) async fn run(arguments: &Arguments) -> Outcome {
    let key = digest_key::find()?;
    let (table, reached) = (arguments.around.table(), arguments.around.reach().await?);
    let named = arguments.asked.as_user_ids(&reached.links).await;
    let (asked, said) = named.map_err(|error| steps::table_problem(table, error))?;
    let place = Place { arguments, reached, key, asked, said };
    let links = &place.reached.links;
    if arguments.consent.dry_run {
        let standing = links.standing().await.map_err(|error| steps::table_problem(table, error))?;
        return Ok(place.shown(&standing).await);
    }
    if !arguments.consent.yes {
        ask::can_ask()?;
    }
    let mut switching = match Switching::begin(links, &SystemClock, "a switch", &place.reached.who).await {
        Ok(switching) => switching,
        Err(error) => return steps::not_changed(error, table, arguments.json),
    };
    let ended = Box::pin(place.go(&mut switching)).await;
    // Who took the phase over has let it go, or will.
    drop(switching.end().await);
    ended
}

impl Place<'_> {
    /// What is asked for, from where the move stands.
    fn step(&self, standing: &Standing) -> Step {
        let arguments = self.arguments;
        let share =
            arguments.percent.unwrap_or(if standing.phase.moves() { standing.share } else { Share::NONE });
        Step::Switch { share, cohorts: self.asked.beside(standing, &self.key) }
    }

    /// While the way back is proven, the test user alone is sent.
    fn first(&self, standing: &Standing, user: &str) -> Step {
        let cohorts = self.asked.tester_alone(standing, user, &self.key);
        Step::Switch { share: Share::NONE, cohorts }
    }

    /// Refuses what cannot be, before anything is looked at.
    fn refusal(&self, standing: &Standing) -> Option<String> {
        let arguments = self.arguments;
        if arguments.prove_only {
            let user = arguments.canary_user.as_ref().map_or("", Sub::as_str);
            return standing.after(&self.first(standing, user), SystemClock.now()).err().and_then(|why| {
                let stands = standing.phase.is_two_way() && standing.phase.moves();
                (!stands).then(|| why.to_string())
            });
        }
        if arguments.percent.is_none() && self.asked.is_empty() {
            return Some(
                "nobody is named: say --percent, --group, --where, --allow, or --prove-only".to_owned(),
            );
        }
        standing.after(&self.step(standing), SystemClock.now()).err().map(|why| why.to_string())
    }

    async fn look(&self, standing: &Standing) -> Looked {
        let Seen { mut facts, readiness } = Box::pin(self.reached.see(standing)).await;
        if let Some(user) = &self.arguments.canary_user {
            let found = prove::Pair::find(&self.reached.links, user).await;
            facts.prover = Some(match found {
                Ok(Ok(_)) => Ok(user.to_string()),
                Ok(Err(why)) => Err(why.trim_end().to_owned()),
                Err(error) => Err(format!("the table did not answer: {error}")),
            });
        }
        let checks = checks(&self.step(standing), standing, &facts, SystemClock.now());
        let mut shown = steps::checks(&checks);
        // Before anybody was sent there is no way back to tell of.
        if standing.phase.moves() {
            shown += &steps::readiness(&readiness);
        }
        Looked { checks, shown: shown + &self.said, table: facts.table.ok().flatten() }
    }

    async fn shown(&self, standing: &Standing) -> (String, Exit) {
        let json = self.arguments.json;
        if let Some(why) = self.refusal(standing) {
            return steps::refused(&why, Some(standing), &[], json);
        }
        let Looked { checks, shown, .. } = self.look(standing).await;
        let held = Held::of(&checks, self.arguments.force.as_deref());
        let exit = if matches!(held, Held::Go(_)) { Exit::Done } else { Exit::Blocked };
        let problem = match &held {
            Held::Refused(why) => Some(why.as_str()),
            Held::Go(_) => None,
        };
        if json {
            return (steps::answer(false, problem, Some(standing), &checks), exit);
        }
        let end = problem.map_or_else(|| self.intent(standing), |why| prose(&format!("refused: {why}")));
        (shown + &end, exit)
    }

    fn intent(&self, standing: &Standing) -> String {
        let canary = self.arguments.canary_user.as_ref();
        let proving = canary.map(|user| told::proving(user, &self.arguments.canary_attribute));
        let step = (!self.arguments.prove_only).then(|| told::intent(standing, &self.step(standing)));
        proving.into_iter().chain(step).collect()
    }

    async fn go(&self, switching: &mut Switching<'_, Links, SystemClock>) -> Outcome {
        let arguments = self.arguments;
        let (json, table) = (arguments.json, arguments.around.table());
        if let Some(why) = self.refusal(switching.standing()) {
            return Ok(steps::refused(&why, Some(switching.standing()), &[], json));
        }
        let standing = switching.standing().clone();
        let Looked { checks, shown, table: id } = switching.meanwhile(Box::pin(self.look(&standing))).await;
        let forced = match Held::of(&checks, arguments.force.as_deref()) {
            Held::Go(forced) => forced,
            Held::Refused(why) => {
                let (said, exit) = steps::refused(&why, Some(switching.standing()), &checks, json);
                return Ok((if json { said } else { shown + &said }, exit));
            }
        };
        match ask::before(&arguments.consent, &(shown.clone() + &self.intent(switching.standing())))? {
            Answer::Go => {}
            Answer::Shown | Answer::Declined => {
                return Ok(steps::declined(Some(switching.standing()), &checks, json));
            }
        }
        // Whoever was asked may have taken any time to answer.
        if let Err(error) = switching.alive().await {
            return steps::not_changed(error, table, json);
        }
        let id = id.as_deref();
        let mut said = if arguments.consent.yes { shown } else { String::new() };
        if let Some(user) = &arguments.canary_user {
            said += &match Box::pin(self.prove(switching, user, id, &forced)).await? {
                Ok(proof) => proof,
                Err(stopped) => {
                    return Ok(if json {
                        self.broken(switching, &checks, stopped)
                    } else {
                        (said + &stopped.0, stopped.1)
                    });
                }
            };
        }
        if !arguments.prove_only {
            // The test user, who is sent by now, stays a tester.
            let step = self.step(switching.standing());
            let stepped = switching.step(&step, id, &self.note(&arguments.why, &forced)).await;
            // Nobody was asked for but the test user, who is sent since the proof.
            let is_done = matches!(stepped, Err(SwitchError::Refused(Refused::NoChange)))
                && arguments.canary_user.is_some();
            if let Some(error) = stepped.err().filter(|_| !is_done) {
                let (said, exit) = steps::not_changed(error, table, json)?;
                // Where the way back was proven, something was done before.
                return Ok((said, if arguments.canary_user.is_some() { Exit::Failed } else { exit }));
            }
            said += &told::done(switching.standing());
        }
        let text = if json { steps::answer(true, None, Some(switching.standing()), &checks) } else { said };
        Ok((text, Exit::Done))
    }

    fn broken(
        &self,
        switching: &Switching<'_, Links, SystemClock>,
        checks: &[Check],
        (why, exit): (String, Exit),
    ) -> (String, Exit) {
        (steps::answer(false, Some(why.trim_end()), Some(switching.standing()), checks), exit)
    }

    fn note(&self, why: &str, forced: &Forced) -> Note {
        Note {
            who: self.reached.who.clone(),
            why: self.arguments.around.why(&forced.why(why)),
            forced: forced.checks.clone(),
        }
    }
}

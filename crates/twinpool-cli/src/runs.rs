//! `twinpool runs`, `pause`, `resume` and `rate`: what long work did and does, and what people say to it.

use clap::Args;
use serde_json::json;
use twinpool_aws::dynamodb::Links;
use twinpool_core::id::RunId;
use twinpool_core::link::Link;
use twinpool_core::port::{Class, Clock as _, LinkScan as _};
use twinpool_core::run::{Control, Run, RunStore as _};

use crate::carry::{run_json, run_words};
use crate::clock::SystemClock;
use crate::options::{self, Table};
use crate::show::{count, field, minute, table};
use crate::{Exit, Outcome};

/// Which runs to show.
#[derive(Debug, Args)]
#[command(after_help = options::WHERE)]
pub(crate) struct Runs {
    /// One run whole; otherwise the latest of all.
    #[arg(value_name = "RUN", value_parser = |text: &str| RunId::parse(text.trim()))]
    run: Option<RunId>,
    /// With whom the run made. Walks over the whole table.
    #[arg(long, requires = "run")]
    users: bool,
    /// For programs: JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    table: Table,
}

/// So many are listed.
const LATEST: usize = 20;

pub(crate) async fn run(arguments: &Runs) -> Outcome {
    let links = arguments.table.connect(&options::aws().await?);
    let problem = |error| arguments.table.problem(error);
    let control = links.control().await.map_err(problem)?;
    let Some(id) = &arguments.run else {
        let (mut runs, mut unreadable) = (Vec::new(), 0);
        for id in links.run_ids().await.map_err(problem)?.iter().rev().take(LATEST) {
            match links.run(id).await {
                // Of another version, or damaged: the others are shown all the same.
                Err(error) if error.class == Class::Unreadable => unreadable += 1,
                answer => runs.extend(answer.map_err(problem)?),
            }
        }
        return Ok((list(&runs, &control, unreadable, arguments.json), Exit::Done));
    };
    let Some(run) = links.run(id).await.map_err(problem)? else {
        return Ok(not_found(id, arguments.json));
    };
    let made = if arguments.users { Some(made_by(&links, id).await.map_err(problem)?) } else { None };
    Ok((whole(&run, &control, made.as_deref(), arguments.json), Exit::Done))
}

/// There is none of this name.
pub(crate) fn not_found(id: &RunId, as_json: bool) -> (String, Exit) {
    let text =
        if as_json { "null\n".to_owned() } else { format!("no run {id}: `twinpool runs` lists them\n") };
    (text, Exit::NotFound)
}

/// The links of users whom a run made.
pub(crate) async fn made_by(links: &Links, run: &RunId) -> twinpool_core::port::Answer<Vec<Link>> {
    let (mut made, mut place) = (Vec::new(), None);
    loop {
        let page = links.page(place.as_ref()).await?;
        made.extend(page.links.into_iter().filter(|link| link.made_by.as_ref() == Some(run)));
        place = page.next;
        if place.is_none() {
            return Ok(made);
        }
    }
}

/// How a run is, now.
fn state(run: &Run, control: &Control) -> String {
    let now = SystemClock.now();
    match (run.is_alive(now), run.state) {
        (true, _) if control.paused => "paused".to_owned(),
        (true, _) => "running".to_owned(),
        (false, twinpool_core::run::RunState::Running) => "died".to_owned(),
        (false, state) => state.code().to_owned(),
    }
}

/// One run for programs. What is written down of a run that has died says that it is running.
fn as_of_now(run: &Run, control: &Control) -> serde_json::Value {
    let mut all = run_json(run);
    all["now"] = state(run, control).into();
    all
}

/// `unreadable`: how many more there are.
fn list(runs: &[Run], control: &Control, unreadable: usize, as_json: bool) -> String {
    if as_json {
        let runs: Vec<_> = runs.iter().map(|run| as_of_now(run, control)).collect();
        return format!(
            "{:#}\n",
            json!({ "paused": control.paused, "percent": control.percent, "runs": runs, "unreadable": unreadable })
        );
    }
    let mut out = said(control);
    if unreadable > 0 {
        let runs = count(unreadable, "run");
        out += &format!("{runs} cannot be read: damaged, or written by a newer twinpool.\n");
    }
    if runs.is_empty() && unreadable == 0 {
        return out + "no run yet\n";
    }
    let rows: Vec<_> = runs
        .iter()
        .map(|run| {
            let conflicts: u64 = run.tally.conflicts.values().sum();
            let failed: u64 = run.tally.failed.values().sum();
            vec![
                run.id.to_string(),
                run.kind.code().to_owned(),
                minute(run.started_at),
                state(run, control),
                run.tally.all().to_string(),
                conflicts.to_string(),
                failed.to_string(),
            ]
        })
        .collect();
    out += &table(&["run", "kind", "began", "state", "users", "conflicts", "failed"], &rows);
    out
}

fn said(control: &Control) -> String {
    let mut out = String::new();
    if control.paused {
        out += "Backfills and imports are paused, the mirror is not: `twinpool resume` ends it.\n";
    }
    if let Some(percent) = control.percent {
        out += &format!("Runs take {percent} % of each quota, whatever they were started with.\n");
    }
    out
}

fn whole(run: &Run, control: &Control, made: Option<&[Link]>, as_json: bool) -> String {
    let name =
        |link: &Link| (link.old_sub.to_string(), link.linked().map(|linked| linked.new_sub.to_string()));
    if as_json {
        let mut all = as_of_now(run, control);
        if let (Some(all), Some(made)) = (all.as_object_mut(), made) {
            let users: Vec<_> =
                made.iter().map(name).map(|(old, new)| json!({ "old_sub": old, "new_sub": new })).collect();
            all.insert("made".to_owned(), users.into());
        }
        return format!("{all:#}\n");
    }
    let mut out = said(control) + &run_words(run);
    out += &field("now", &state(run, control));
    out += &field("began", &minute(run.started_at));
    out += &field("last seen", &minute(run.seen_at));
    if let Some(why) = &run.waits {
        out += &field("pace", why);
    }
    for link in made.unwrap_or_default() {
        let (old, new) = name(link);
        out += &format!("{old}  {}\n", new.unwrap_or_else(|| "-".to_owned()));
    }
    out
}

/// What to say to runs.
#[derive(Debug, Args)]
#[command(after_help = options::WHERE)]
pub(crate) struct Say {
    #[command(flatten)]
    table: Table,
}

/// How fast runs may go.
#[derive(Debug, Args)]
#[command(after_help = options::WHERE)]
pub(crate) struct Rate {
    /// The share of each quota that runs may take together, in percent, or `default`: what each was started with.
    #[arg(value_name = "PERCENT", value_parser = a_rate)]
    percent: Share,
    #[command(flatten)]
    table: Table,
}

/// A share, or none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Share(Option<u8>);

fn a_rate(text: &str) -> Result<Share, &'static str> {
    if text == "default" {
        return Ok(Share(None));
    }
    let percent = text.trim_end_matches('%').parse().ok().filter(|percent| (1..=100).contains(percent));
    percent.map(|percent| Share(Some(percent))).ok_or("it should be a number from 1 to 100, or `default`")
}

pub(crate) async fn pause(say: &Say) -> Outcome {
    change(&say.table, |control| control.paused = true).await?;
    Ok((
        "Runs begin nothing new from now on, also after a restart. `twinpool resume` lets them go on.\n\
         The mirror goes on.\n"
            .to_owned(),
        Exit::Done,
    ))
}

pub(crate) async fn resume(say: &Say) -> Outcome {
    change(&say.table, |control| control.paused = false).await?;
    Ok(("Runs go on. One that has ended has to be started again.\n".to_owned(), Exit::Done))
}

pub(crate) async fn rate(rate: &Rate) -> Outcome {
    let Share(percent) = rate.percent;
    change(&rate.table, |control| control.percent = percent).await?;
    let text = match percent {
        Some(percent) => format!("Runs take {percent} % of each quota together, also after a restart.\n"),
        None => "Runs take the share that they were started with.\n".to_owned(),
    };
    Ok((text, Exit::Done))
}

async fn change(table: &Table, change: impl Fn(&mut Control)) -> anyhow::Result<()> {
    let links = table.connect(&options::aws().await?);
    loop {
        let mut control = links.control().await.map_err(|error| table.problem(error))?;
        change(&mut control);
        match links.set_control(&control).await {
            Err(error) if error.class == Class::Stale => {}
            answer => return answer.map_err(|error| table.problem(error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use twinpool_core::held_back::Reason;
    use twinpool_core::id::Timestamp;
    use twinpool_core::run::{RunKind, RunState};

    use super::*;

    fn sample() -> Run {
        let id = RunId::parse("20261121-131245-k3f").unwrap();
        let mut run = Run::new(id, RunKind::Backfill, "everybody".to_owned(), Timestamp(1_795_266_765_000));
        run.tally.done.insert("created".to_owned(), 12_345);
        run.tally.conflicts.insert(Reason::Taken, 2);
        run.state = RunState::Stopped;
        run
    }

    #[test]
    fn runs_are_listed_with_what_was_said_to_them() {
        let control = Control { paused: true, percent: Some(20), version: 3 };
        insta::assert_snapshot!(list(&[sample()], &control, 1, false) + "\n" + &whole(&sample(), &Control::default(), None, false), @r#"
        Backfills and imports are paused, the mirror is not: `twinpool resume` ends it.
        Runs take 20 % of each quota, whatever they were started with.
        1 run cannot be read: damaged, or written by a newer twinpool.
        run                  kind      began              state    users  conflicts  failed
        20261121-131245-k3f  backfill  2026-11-21 13:12Z  stopped  12347  2          0

        run          20261121-131245-k3f
        state        stopped
        created      12,345
        conflict     2 taken
        now          stopped
        began        2026-11-21 13:12Z
        last seen    2026-11-21 13:12Z
        "#);
    }

    #[test]
    fn a_program_is_told_that_a_run_has_died() {
        let died = Run { state: RunState::Running, ..sample() };
        let told = list(&[died], &Control::default(), 0, true);
        let told: serde_json::Value = serde_json::from_str(&told).unwrap();
        assert_eq!((&told["runs"][0]["state"], &told["runs"][0]["now"]), (&"running".into(), &"died".into()));
    }

    #[test]
    fn a_rate_is_a_share_or_none() {
        assert_eq!(
            ["20", "20%", "default"].map(a_rate),
            [Ok(Share(Some(20))), Ok(Share(Some(20))), Ok(Share(None))]
        );
        for odd in ["0", "101", "fast", "-5", ""] {
            assert!(a_rate(odd).is_err(), "{odd}");
        }
    }
}

//! Users, administrators, operators and mirrors at once, in any order, on pools that are as strict as AWS: no change is lost, nothing
//! echoes, and both pools end up saying the same.
//!
//! `TWINPOOL_SIMULATION_RUNS` says how many runs there are, `TWINPOOL_SIMULATION_SEED` where they begin, and with
//! `TWINPOOL_SIMULATION_FIRST` the first run that fails is the last. A run that fails tells its seed and what happened.

#![expect(clippy::expect_used, reason = "a test stops where its world is not as it was set up")]
#![expect(clippy::print_stdout, reason = "a long simulation says what it was made of")]

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use counted::Counted;
use rest::{Failed, simulate};

mod calls;
mod clock;
mod counted;
mod dice;
mod fields;
mod journal;
mod marks;
mod mirror;
mod operator;
mod people;
mod queue;
mod rest;
mod simulation;
#[path = "../common/stand_ins.rs"]
mod stand_ins;
mod verdict;
mod walker;
mod work;

/// So many runs there are where nobody says how many.
const RUNS: u64 = 300;

/// So many lines of a run are shown.
const LINES: usize = 400;

#[expect(clippy::disallowed_methods, reason = "settings of a test program, which has no other")]
fn setting(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().expect("a number"))
}

/// Those that failed, by their seeds, and what the others were made of.
type All = (Counted, BTreeMap<u64, Failed>);

/// Runs the seeds that are left, one after the other.
fn run_some(next: &AtomicU64, end: u64, ends_early: bool, all: &Mutex<All>) {
    // Time stands still for what waits by itself: the simulation has a clock of its own.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    let runtime = runtime.expect("a runtime");
    let _entered = runtime.enter();
    loop {
        let seed = next.fetch_add(1, Ordering::Relaxed);
        if seed >= end {
            return;
        }
        let result = catch_unwind(AssertUnwindSafe(|| simulate(seed))).unwrap_or_else(|_| {
            Err(Failed { faults: vec!["a panic, see above".to_owned()], trace: Vec::new() })
        });
        let mut all = all.lock().expect("nobody panics here");
        match result {
            Ok(counted) => all.0.add(counted),
            Err(failed) => drop(all.1.insert(seed, failed)),
        }
        if ends_early && !all.1.is_empty() {
            next.store(end, Ordering::Relaxed);
        }
    }
}

/// Runs all seeds on all cores; gives those that failed.
fn run_all(seeds: std::ops::Range<u64>, ends_early: bool) -> All {
    let (next, end) = (AtomicU64::new(seeds.start), seeds.end);
    let all = Mutex::new((Counted::default(), BTreeMap::new()));
    let cores = thread::available_parallelism().map_or(1, std::num::NonZero::get);
    thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(|| run_some(&next, end, ends_early, &all));
        }
    });
    all.into_inner().expect("nobody panics here")
}

#[test]
fn whatever_happens_in_whatever_order_no_change_is_lost_and_nothing_echoes() {
    let first = setting("TWINPOOL_SIMULATION_SEED");
    let runs = setting("TWINPOOL_SIMULATION_RUNS").unwrap_or(if first.is_some() { 1 } else { RUNS });
    let first = first.unwrap_or_default();
    // Another test of this program cannot have set one: there is none.
    tracing::subscriber::set_global_default(marks::Reader).expect("nobody else reads along");
    let begun = std::time::Instant::now();
    let (counted, failed) = run_all(first..first + runs, setting("TWINPOOL_SIMULATION_FIRST").is_some());
    let seeds: Vec<_> = failed.iter().map(|(seed, failed)| format!("{seed}: {}", failed.faults[0])).collect();
    let shortest = failed.iter().min_by_key(|(_, failed)| failed.trace.len());
    let told = shortest.map(|(seed, failed)| {
        let from = failed.trace.len().saturating_sub(LINES);
        format!("seed {seed}\n{}\n{}", failed.trace[from..].join("\n"), failed.faults.join("\n"))
    });
    assert!(
        failed.is_empty(),
        "{} of {runs} runs failed ({counted:?})\n{}\n\nthe shortest, TWINPOOL_SIMULATION_SEED=…:\n{}",
        failed.len(),
        seeds.join("\n"),
        told.unwrap_or_default()
    );
    assert!(counted.changes > 0 && counted.writes > 0, "nothing happened: {counted:?}");
    let Counted { switches, deaths, walks, overruled, .. } = counted;
    let all_happened = [switches, deaths, walks, overruled].iter().all(|count| *count > 0);
    assert!(runs < RUNS || all_happened, "something never happened: {counted:?}");
    println!("{runs} runs in {:.1} s: {counted}", begun.elapsed().as_secs_f64());
}

//! Drills, small, each on its own local AWS, with the built command: a backfill with real signals, changes meanwhile, and differences
//! planted by hand; and calls that are refused, cut and doubled, with functions killed.

use xtask::drill::carry_over::{Drill, run};
use xtask::drill::faults::{self, Faults};
use xtask::testbed::{DRILL, FAULTS};

#[test]
fn a_pool_in_use_is_carried_over_through_interruptions_and_each_planted_difference_is_found() {
    let drill = Drill { name: DRILL.to_owned(), users: 300, planted: 40, untold: 0, build: false };
    run(&drill).unwrap();
}

#[test]
fn nothing_that_people_change_is_lost_while_calls_fail_and_functions_are_killed() {
    faults::run(&Faults { name: FAULTS.to_owned(), users: 150, seed: 7, visibility: 12, build: false })
        .unwrap();
}

//! The drill, small: its own local AWS, the built command with real signals, changes meanwhile, and differences planted by hand.

use xtask::drill::carry_over::{Drill, run};
use xtask::testbed::DRILL;

#[test]
fn a_pool_in_use_is_carried_over_through_interruptions_and_each_planted_difference_is_found() {
    let drill = Drill { name: DRILL.to_owned(), users: 300, planted: 40, untold: 0, build: false };
    run(&drill).unwrap();
}

//! The drill of a switch, small: forward in steps, back, forward again and for good, by the built command, while people change things in
//! both pools.

use xtask::drill::switching::{Switching, run};
use xtask::testbed::SWITCHING;

#[test]
fn nothing_is_lost_by_switching_back_and_forth_while_people_change_things_in_both_pools() {
    run(&Switching { name: SWITCHING.to_owned(), users: 30, build: false }).unwrap();
}

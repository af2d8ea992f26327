//! `cargo xtask bench`: what capture costs a sign-in, how fast a pool is carried over, and what it takes to compare two.
//!
//! An example and not a test: nothing here can fail a build. The goals are printed beside what was measured.
#![expect(clippy::print_stdout, reason = "this talks to the terminal")]
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a measurement that cannot go on should stop")]

mod backfill;
mod capture;
mod child;
mod resolver_memory;
mod verify;

fn main() {
    let names: Vec<_> = std::env::args().skip(1).collect();
    let all: [(&str, fn()); 5] = [
        ("capture", capture::run),
        ("backfill", backfill::governed::run),
        ("backfill", backfill::race::run),
        ("verify", verify::run),
        ("resolver", resolver_memory::run),
    ];
    for (_, run) in all.into_iter().filter(|(name, _)| names.is_empty() || names.iter().any(|it| it == name))
    {
        run();
        println!();
    }
}

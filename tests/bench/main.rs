//! `cargo xtask bench`: what a sign-in and a change cost, how fast a pool is carried over, what it takes to compare two, and what a
//! token costs a backend; each beside what people would otherwise run.
//!
//! An example and not a test: nothing here can fail a build. The goals are printed beside what was measured.
#![expect(clippy::print_stdout, reason = "this talks to the terminal")]
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a measurement that cannot go on should stop")]

mod backfill;
mod capture;
mod child;
mod flame;
mod function;
mod mirror;
mod resolver_memory;
mod sign_in;
mod table;
mod tokens;
mod verify;

fn main() {
    let names: Vec<_> = std::env::args().skip(1).collect();
    if let [flame, name] = names.as_slice()
        && flame == "flame"
    {
        return flame::run(name);
    }
    let all: [(&str, fn()); 8] = [
        ("capture", capture::run),
        ("mirror", mirror::run),
        ("sign-in", sign_in::run),
        ("backfill", backfill::governed::run),
        ("backfill", backfill::race::run),
        ("verify", verify::run),
        ("resolver", tokens::run),
        ("resolver", resolver_memory::run),
    ];
    for (_, run) in all.into_iter().filter(|(name, _)| names.is_empty() || names.iter().any(|it| it == name))
    {
        run();
        println!();
    }
}

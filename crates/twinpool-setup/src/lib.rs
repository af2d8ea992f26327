//! What happens before the first change event and after the last: pools in production are read, judged, and given or relieved
//! of our triggers. Pool settings stay the JSON that AWS speaks, because a field that is not sent back is reset (F§6).
//!
//! Knows no AWS: the [`port`]s are traits. [`attach`] and [`detach`] each make a plan, which reads only and can be shown, and
//! carry it out: what was there before is saved first, and every update is proved by describing the pool again.
//! [`audit`] and [`propose`] read before, [`rehearse`] tries, [`doctor`] says which part is broken after.

pub mod archive;
pub mod attach;
pub mod audit;
pub mod chain;
pub mod continuity;
pub mod detach;
pub mod doctor;
pub mod guest;
pub mod managed;
mod names;
pub mod permission;
pub mod port;
pub mod propose;
mod prove;
pub mod rehearse;
pub mod self_test;
pub mod settings;
pub mod triggers;

pub use prove::{Because, Trouble};

/// What attaching and detaching reach.
#[derive(Debug)]
pub struct Ports<'a, P, F, A> {
    /// The settings of the pool.
    pub pool: &'a P,
    /// Lambda, where our functions are.
    pub functions: &'a F,
    /// Where the former state is kept.
    pub archive: &'a A,
}

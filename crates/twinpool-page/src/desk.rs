//! What the pages ask, and whom.

use std::future::Future;
use std::sync::Arc;

use twinpool_core::check::Look;
use twinpool_core::id::Sub;
use twinpool_core::overview::Overview;

use crate::conflict::Conflicts;
use crate::person::Person;
use crate::wish::Wish;

/// Looks, and does what is asked. Texts hold nothing personal beside ids.
pub trait Desk: Send + Sync + 'static {
    /// The newest overview, at once: it is kept fresh beside.
    fn overview(&self) -> impl Future<Output = Sight> + Send;

    /// All that is held back and open for a decision.
    ///
    /// # Errors
    /// Why nobody could look, in a clause.
    fn conflicts(&self) -> impl Future<Output = Look<Conflicts>> + Send;

    /// One user told whole, by a sub of either pool or a user id. `None`: nobody has this id.
    ///
    /// # Errors
    /// Why nobody could look, in a clause.
    fn person(&self, who: &Sub) -> impl Future<Output = Look<Option<Person>>> + Send;

    /// On what a preview of this wish rests: it is another one when somebody changed it since. Empty: on nothing.
    ///
    /// # Errors
    /// Why nobody could look, in a clause.
    fn basis(&self, wish: &Wish) -> impl Future<Output = Look<String>> + Send;

    /// What would come of a wish, with all checks. Changes nothing.
    fn preview(&self, wish: &Wish) -> impl Future<Output = Answer> + Send;

    /// Does it. It is run to its end, also when whoever asked has gone.
    fn act(&self, wish: &Wish) -> impl Future<Output = Answer> + Send;
}

/// An overview, and whether it is of now.
#[derive(Debug, Clone)]
pub struct Sight {
    /// The newest one there is.
    pub overview: Arc<Overview>,
    /// Why there is no newer one, in a clause, where there should be.
    pub stale: Option<String>,
}

/// What came of a wish.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// As the command prints it.
    pub text: String,
    /// How it ended.
    pub ended: Ended,
}

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// It did what it was asked; of a preview: it would.
    Done,
    /// Somebody must act first, or it makes no sense: what was wished is not done. The text says what was.
    Refused,
    /// It did not come to its end, or the mirror has not answered in time: something may have been changed.
    Failed,
}

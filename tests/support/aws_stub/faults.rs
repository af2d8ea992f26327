//! What goes wrong, when a test asks for it.

use std::sync::{Mutex, MutexGuard};

#[derive(Debug, Default)]
struct Script {
    failing: Vec<(String, usize, String)>,
    empty_pages: usize,
    repeated_users: usize,
    unprocessed_keys: usize,
    tokens: u64,
    is_cut: bool,
    cut_at: Option<String>,
    lost: Vec<String>,
    hanging: Vec<String>,
}

/// What goes wrong next. Without a word, nothing.
#[derive(Debug, Default)]
pub struct Faults(Mutex<Script>);

impl Faults {
    /// The next so many calls of this operation fail with this code, without effect.
    pub fn fail_next(&self, operation: &str, times: usize, code: &str) {
        self.script().failing.push((operation.to_owned(), times, code.to_owned()));
    }

    /// The next so many pages of ListUsers are empty, and have a token (F§4.6).
    pub fn empty_pages(&self, pages: usize) {
        self.script().empty_pages = pages;
    }

    /// The next so many pages of ListUsers that have a next one: their last user comes again.
    pub fn repeat_users(&self, pages: usize) {
        self.script().repeated_users = pages;
    }

    /// The next BatchGetItem leaves so many keys for later.
    pub fn leave_keys(&self, keys: usize) {
        self.script().unprocessed_keys = keys;
    }

    /// Tokens that were given out are refused from now on.
    pub fn expire_tokens(&self) {
        self.script().tokens += 1;
    }

    /// Closes every connection without an answer, until [`Faults::mend`].
    pub fn cut(&self) {
        self.script().is_cut = true;
    }

    /// The next call of this operation is done, and its answer lost; then as [`Faults::cut`]. Operations of import jobs only.
    pub fn cut_at(&self, operation: &str) {
        self.script().cut_at = Some(operation.to_owned());
    }

    /// The next call of this operation is done, and its answer lost.
    pub fn lose_answer(&self, operation: &str) {
        self.script().lost.push(operation.to_owned());
    }

    /// Calls of this operation get no answer, and have no effect, until [`Faults::mend`].
    pub fn hang(&self, operation: &str) {
        self.script().hanging.push(operation.to_owned());
    }

    /// Answers again.
    pub fn mend(&self) {
        let mut script = self.script();
        script.is_cut = false;
        script.hanging.clear();
    }

    pub(super) fn hangs(&self, operation: &str) -> bool {
        self.script().hanging.iter().any(|hanging| hanging == operation)
    }

    pub(super) fn next(&self, operation: &str) -> Option<String> {
        let mut script = self.script();
        let fault = script.failing.iter_mut().find(|(name, times, _)| name == operation && *times > 0)?;
        fault.1 -= 1;
        Some(fault.2.clone())
    }

    pub(super) fn takes_empty_page(&self) -> bool {
        take_one(&mut self.script().empty_pages)
    }

    pub(super) fn takes_repeated_user(&self) -> bool {
        take_one(&mut self.script().repeated_users)
    }

    pub(super) fn takes_unprocessed_keys(&self) -> usize {
        std::mem::take(&mut self.script().unprocessed_keys)
    }

    /// Of which tokens are taken.
    pub(super) fn tokens(&self) -> u64 {
        self.script().tokens
    }

    pub(super) fn takes_lost_answer(&self, operation: &str) -> bool {
        let lost = &mut self.script().lost;
        let found = lost.iter().position(|name| name == operation);
        found.map(|at| lost.remove(at)).is_some()
    }

    /// After an operation.
    pub(super) fn done(&self, operation: &str) {
        let mut script = self.script();
        if script.cut_at.as_deref() == Some(operation) {
            script.cut_at = None;
            script.is_cut = true;
        }
    }

    pub(super) fn is_cut(&self) -> bool {
        self.script().is_cut
    }

    fn script(&self) -> MutexGuard<'_, Script> {
        self.0.lock().expect("no holder panics")
    }
}

fn take_one(count: &mut usize) -> bool {
    let had = *count > 0;
    *count = count.saturating_sub(1);
    had
}

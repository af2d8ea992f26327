//! A stack that does not outlive whoever started it.

use anyhow::{Context as _, Result};

use super::{Options, Stack};

/// A stack that is stopped when this is dropped, whatever happens.
#[derive(Debug)]
pub struct Running {
    stack: Stack,
    is_kept: bool,
}

impl Running {
    /// Starts a stack.
    ///
    /// # Errors
    /// As [`Stack::up`].
    pub fn up(options: &Options) -> Result<Self> {
        Ok(Self { stack: Stack::up(options)?, is_kept: false })
    }

    /// The stack.
    #[must_use]
    pub fn stack(&self) -> &Stack {
        &self.stack
    }

    /// Leaves it running.
    #[must_use]
    pub fn keep(mut self) -> Stack {
        self.is_kept = true;
        self.stack.clone()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if !self.is_kept {
            self.stack.down();
        }
    }
}

/// The first of these stacks that was left running.
///
/// # Errors
/// When none was.
pub fn kept(names: &[&str]) -> Result<Stack> {
    let found = names.iter().find_map(|name| Stack::running(name));
    found.context("no local AWS is up: start one with `cargo xtask demo --keep`")
}

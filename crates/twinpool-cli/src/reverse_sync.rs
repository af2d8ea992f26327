//! Whether the stack may write the old pool too.

use std::fmt::{self, Display, Formatter};

use clap::{Args, ValueEnum};

/// On or off, as the template says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReverseSync {
    /// The old pool is written too, in the phases in which people use both pools.
    On,
    /// The old pool is only read.
    Off,
}

impl ReverseSync {
    pub(crate) fn is_on(self) -> bool {
        matches!(self, Self::On)
    }
}

impl Display for ReverseSync {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        out.write_str(if self.is_on() { "on" } else { "off" })
    }
}

/// For commands that run the engine themselves: they may do what the mirror may, and not more.
#[derive(Debug, Args)]
pub(crate) struct Back {
    /// Whether the old pool may be written too, in phases in which people use both: the stack's output `ReverseSync`.
    #[arg(
        long = "reverse-sync",
        env = "TWINPOOL_REVERSE_SYNC",
        hide_env_values = true,
        value_name = "WHETHER",
        default_value_t = ReverseSync::Off
    )]
    reverse_sync: ReverseSync,
}

impl Back {
    pub(crate) fn is_on(&self) -> bool {
        self.reverse_sync.is_on()
    }
}

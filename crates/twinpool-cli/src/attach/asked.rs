//! Which pool and which function is asked for.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use twinpool_core::id::PoolId;
use twinpool_setup::guest::Guest;
use twinpool_setup::port::FunctionArn;

use super::Place;
use crate::failure::Misuse;
use crate::{options, place};

/// Which pool, which function, and where the former state is kept.
#[derive(Debug, Args)]
pub(crate) struct Asked {
    /// Which pool.
    #[arg(long, value_name = "WHICH", default_value = "old")]
    pool: Which,
    /// The pool being left.
    #[arg(long, env = "TWINPOOL_OLD_POOL_ID", hide_env_values = true, value_name = "ID", value_parser = options::a_pool)]
    old_pool: Option<PoolId>,
    /// The pool being moved to.
    #[arg(long, env = "TWINPOOL_NEW_POOL_ID", hide_env_values = true, value_name = "ID", value_parser = options::a_pool)]
    new_pool: Option<PoolId>,
    /// Where the old pool answers, if not where AWS has it: a local stand-in.
    #[arg(long, env = "TWINPOOL_OLD_POOL_ENDPOINT_URL", hide_env_values = true, value_name = "URL")]
    pub(super) old_pool_endpoint: Option<String>,
    /// For the old pool, the function that hears what happens: the stack's output `CaptureArn`.
    #[arg(long, env = "TWINPOOL_CAPTURE_ARN", hide_env_values = true, value_name = "ARN", value_parser = a_function)]
    capture_arn: Option<FunctionArn>,
    /// For the new pool, the function that puts the user id into tokens: the stack's output `SignInArn`.
    #[arg(long, env = "TWINPOOL_SIGN_IN_ARN", hide_env_values = true, value_name = "ARN", value_parser = a_function)]
    sign_in_arn: Option<FunctionArn>,
    /// The table of links: the stack's output `TableName`.
    #[arg(long, env = "TWINPOOL_LINKS_TABLE", hide_env_values = true, value_name = "NAME")]
    pub(super) table: Option<String>,
    /// The file of the former settings [default: twinpool-<pool>-before-attach.json]
    #[arg(long, value_name = "FILE")]
    pub(super) save: Option<PathBuf>,
    #[command(flatten)]
    pub(super) new_place: place::Place,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Which {
    /// The pool being left: capture in PostConfirmation, PreTokenGeneration and CustomMessage.
    Old,
    /// The pool being moved to: the sign-in function in PreTokenGeneration, PostConfirmation, and what SignInContinuity needs.
    New,
}

fn a_function(text: &str) -> Result<FunctionArn, String> {
    FunctionArn::parse(text.trim()).map_err(|problem| problem.to_string())
}

impl Asked {
    pub(crate) fn place(&self) -> Result<Place, Misuse> {
        Place::asked(self)
    }

    pub(super) fn guest(&self) -> Guest {
        match self.pool {
            Which::Old => Guest::Capture,
            Which::New => Guest::SignIn,
        }
    }

    pub(super) fn pool_and_function(&self) -> (Option<&PoolId>, Option<&FunctionArn>) {
        match self.pool {
            Which::Old => (self.old_pool.as_ref(), self.capture_arn.as_ref()),
            Which::New => (self.new_pool.as_ref(), self.sign_in_arn.as_ref()),
        }
    }

    /// What this pool takes and nobody has said, as its options are written.
    pub(crate) fn lacking(&self) -> Vec<&'static str> {
        let (pool, function) = self.pool_and_function();
        let [pool_option, function_option] = match self.pool {
            Which::Old => ["--old-pool <ID>", "--capture-arn <ARN>"],
            Which::New => ["--new-pool <ID>", "--sign-in-arn <ARN>"],
        };
        let there = [
            (pool_option, pool.is_some()),
            (function_option, function.is_some()),
            ("--table <NAME>", self.table.is_some()),
        ];
        there.into_iter().filter(|(_, is_there)| !is_there).map(|(option, _)| option).collect()
    }
}

//! What `deploy` and `remove` share: which stack, how it stands, and waiting for it.

use std::collections::BTreeMap;

use clap::Args;
use twinpool_aws::client::Config;
use twinpool_aws::cloudformation::{Described, Resource, Stack, StackError};
use twinpool_core::port::Class;

use crate::failure::unusable;

mod behind;
mod footing;
mod wait;

pub(crate) use behind::behind;
pub(crate) use footing::Footing;
pub(crate) use wait::{Pauses, Watch};

/// Which stack.
#[derive(Debug, Clone, Args)]
pub(crate) struct Named {
    /// The name of the stack.
    #[arg(
        long,
        env = "TWINPOOL_STACK",
        hide_env_values = true,
        value_name = "NAME",
        default_value = "twinpool"
    )]
    pub(crate) stack: String,
    /// Where the old pool answers, if not where AWS has it: a local stand-in.
    #[arg(long, env = "TWINPOOL_OLD_POOL_ENDPOINT_URL", hide_env_values = true, value_name = "URL")]
    pub(crate) old_pool_endpoint: Option<String>,
}

impl Named {
    pub(crate) fn connect(&self, config: &Config) -> Stack {
        Stack::connect(config, &self.stack)
    }

    /// What to say when CloudFormation does not do it.
    pub(crate) fn problem(&self, error: StackError) -> anyhow::Error {
        let about = format!("the stack {}", self.stack);
        match &error.message {
            Some(_) if error.port.class != Class::Denied => {
                anyhow::Error::new(error).context(format!("cannot use {about}"))
            }
            _ => unusable(&about, "--stack / TWINPOOL_STACK", error.port),
        }
    }

    /// How it stands.
    pub(crate) async fn describe(&self, stack: &Stack) -> anyhow::Result<Option<Described>> {
        stack.describe().await.map_err(|error| self.problem(error))
    }
}

/// The slots that name one of the stack's functions.
pub(crate) fn ours<'a>(
    slots: &'a BTreeMap<String, String>,
    resources: &[Resource],
) -> BTreeMap<&'a str, &'a str> {
    let slots = slots.iter().filter(|(_, arn)| is_ours(arn, resources));
    slots.map(|(slot, arn)| (slot.as_str(), arn.as_str())).collect()
}

/// Whether a function is one of the stack's, with or without an alias.
pub(crate) fn is_ours(arn: &str, resources: &[Resource]) -> bool {
    // arn:aws:lambda:<region>:<account>:function:<name>[:<alias>]
    let name = arn.split(':').nth(6);
    let mut functions = resources.iter().filter(|resource| resource.kind == "AWS::Lambda::Function");
    functions.any(|function| name == Some(function.physical.as_str()))
}

//! `twinpool remove`: the end of a stack, once no trigger of either pool names it.

use anyhow::Context as _;
use clap::Args;
use twinpool_aws::account;
use twinpool_aws::client::Config;
use twinpool_aws::cloudformation::{Described, Resource, Stack};
use twinpool_aws::raw::s3::Bucket;
use twinpool_setup::guest::Guest;
use twinpool_setup::port::FunctionArn;

use crate::ask::{self, Answer};
use crate::attach::Place;
use crate::deploy::default_bucket;
use crate::detach;
use crate::options::{self, Consent};
use crate::show::{beside, prose};
use crate::stack::{Footing, Named, Watch};
use crate::{Exit, Outcome};

mod look;

use look::{Attached, Look, Side};

/// Which stack goes.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    named: Named,
    #[command(flatten)]
    consent: Consent,
}

/// What the template keeps when the stack goes.
const KEPT: [(&str, &str); 2] = [
    ("Links", "the table of links, which are the user ids of your applications"),
    ("TrailBucket", "the bucket of the trail"),
];

pub(crate) async fn run(arguments: &Arguments) -> Outcome {
    let (named, config) = (&arguments.named, options::aws().await?);
    let stack = named.connect(&config);
    let Some(described) = named.describe(&stack).await? else {
        let none = format!("there is no stack {} in this Region: --stack / TWINPOOL_STACK\n", named.stack);
        return Ok((none, Exit::NotFound));
    };
    if let Some(why) = Footing::bars_removal(&named.stack, &described) {
        return Ok((why + "\n", Exit::Blocked));
    }
    let resources = stack.resources().await.map_err(|error| named.problem(error))?;
    let look = Look { config: &config, named, stack: &described, resources: &resources };
    let mut said = String::new();
    let ended = Box::pin(end(arguments, &stack, &look, &mut said)).await;
    ended.map_err(|problem| after(&said, problem))
}

/// `said`: what was done so far.
async fn end(arguments: &Arguments, stack: &Stack, look: &Look<'_>, said: &mut String) -> Outcome {
    let Look { config, named, stack: described, resources } = *look;
    let all = look.attached().await?;
    // To detach would lose what the pool needs once the other stack's function gives ours its place back.
    if let Some(why) = refusal(&all).filter(|_| all.iter().any(|attached| attached.is_behind)) {
        return Ok((why, Exit::Blocked));
    }
    for attached in all {
        let Some(place) = detached_from(&attached, named, described) else { continue };
        let how = detach::How::with(arguments.consent);
        let detached = Box::pin(detach::from(&place, &how)).await;
        let (told, exit) = detached.with_context(|| attached.pool.to_string())?;
        *said += &told;
        if exit != Exit::Done {
            return Ok((format!("{said}the stack was not deleted\n"), exit));
        }
    }
    if arguments.consent.dry_run && !said.is_empty() {
        return Ok((said.clone(), Exit::Done));
    }
    // Whatever else of it is in a slot.
    if let Some(why) = refusal(&look.attached().await?) {
        return Ok((format!("{said}{why}"), Exit::Blocked));
    }
    let what = intent(&named.stack, resources);
    match ask::before(&arguments.consent, &what)? {
        Answer::Go => {}
        Answer::Shown => return Ok((what + "nothing was done\n", Exit::Done)),
        Answer::Declined => return Ok((format!("{said}the stack was not deleted\n"), Exit::Failed)),
    }
    // Somebody may have attached it while the question stood.
    if let Some(why) = refusal(&look.attached().await?) {
        return Ok((format!("{said}{why}"), Exit::Blocked));
    }
    let by_id = stack.by_id(&described.id);
    let watch = Watch::begin(named, by_id.clone()).await?;
    by_id.delete().await.map_err(|error| named.problem(error))?;
    let end = watch.end(resources.len()).await?;
    if let Some(status) = end.status.filter(|status| status != "DELETE_COMPLETE") {
        let why = end.failure.unwrap_or_else(|| "CloudFormation does not say why".to_owned());
        anyhow::bail!("the stack {} was not deleted and is {status}. {why}", named.stack);
    }
    let deleted = format!("{said}the stack {} is deleted\n", named.stack);
    Ok((deleted + &left(config, resources).await, Exit::Done))
}

/// What was done stands before what went wrong then.
fn after(said: &str, problem: anyhow::Error) -> anyhow::Error {
    if said.is_empty() { problem } else { problem.context(format!("{said}after that")) }
}

/// What is taken out of the triggers of this pool. `None` where the stack does not say what that takes.
fn detached_from(attached: &Attached, named: &Named, stack: &Described) -> Option<Place> {
    let (guest, output) = match attached.side {
        Side::Old => (Guest::Capture, "CaptureArn"),
        Side::New => (Guest::SignIn, "SignInArn"),
    };
    let function = FunctionArn::parse(stack.outputs.get(output)?).ok()?;
    let table = stack.outputs.get("TableName")?.clone();
    let endpoint = named.old_pool_endpoint.clone();
    Some(Place::of(guest, attached.pool.clone(), endpoint, function, table))
}

/// Why the stack cannot go: sign-ins would fail (F§2).
fn refusal(all: &[Attached]) -> Option<String> {
    if all.is_empty() {
        return None;
    }
    let mut out = String::new();
    for attached in all {
        out += &format!(
            "refused: the triggers of {} still call this stack, and sign-ins would fail without it\n",
            attached.pool
        );
        for (slot, function) in &attached.slots {
            out += &beside(26, &format!("  {slot}"), function);
        }
    }
    out += "where twinpool put nothing itself: take it out by hand, in the template of the pool or in the console; \
            where another stack's function calls it: detach that one first\n";
    Some(prose(&out))
}

fn kept(resources: &[Resource]) -> impl Iterator<Item = (&'static str, &Resource)> {
    let find = |(name, what)| {
        let it = resources.iter().find(|resource| resource.name == name)?;
        Some((what, it))
    };
    KEPT.into_iter().filter_map(find)
}

fn intent(stack: &str, resources: &[Resource]) -> String {
    let keeps: Vec<_> = kept(resources).collect();
    let mut out = format!(
        "The stack {stack} would be deleted: {} resources, with the functions, their logs, and the queues with all that waits in \
         them.\n",
        resources.len() - keeps.len()
    );
    for (what, resource) in keeps {
        out += &beside(10, "  stays", &format!("{} ({what})", resource.physical));
    }
    out
}

/// What nobody has deleted, and who cares can delete.
async fn left(config: &Config, resources: &[Resource]) -> String {
    let mut out = String::new();
    for (what, resource) in kept(resources) {
        out += &beside(10, "  left", &format!("{} ({what})", resource.physical));
    }
    if let Some(bucket) = bucket(config).await {
        out += &beside(10, "  left", &format!("{bucket} (the bucket that the functions went through)"));
    }
    out
}

/// The bucket of `deploy`, if it is there. Not to know it is no reason to fail now.
async fn bucket(config: &Config) -> Option<String> {
    let owner = account::number(config).await.ok()?;
    let name = default_bucket(&owner, config.region()?.as_ref());
    let bucket = Bucket::connect(config, &name, &owner).ok()?;
    bucket.exists().await.ok()?.then_some(name)
}

#[cfg(test)]
mod tests {
    use twinpool_core::id::PoolId;

    use super::*;

    #[test]
    fn what_stays_is_named_and_what_still_calls_too() {
        let resource = |name: &str, physical: &str| Resource {
            name: name.to_owned(),
            kind: "AWS::X::Y".to_owned(),
            physical: physical.to_owned(),
        };
        let all = [resource("Links", "twinpool-Links-1A"), resource("Capture", "twinpool-Capture-2B")];
        let told = intent("twinpool", &all);
        assert!(told.contains("1 resources") && told.contains("twinpool-Links-1A"), "{told}");
        assert_eq!(refusal(&[]), None);
        let attached = |side, id: &str, slot: &str| Attached {
            side,
            pool: PoolId::parse(id).unwrap(),
            slots: [(slot.to_owned(), "arn:aws:lambda:eu-west-1:1:function:twinpool-X-2B".to_owned())].into(),
            is_behind: false,
        };
        let refused = refusal(&[
            attached(Side::Old, "eu-west-1_Old", "PostConfirmation"),
            attached(Side::New, "eu-west-1_New", "PreTokenGeneration"),
        ]);
        let refused = refused.unwrap();
        for word in ["eu-west-1_Old", "PostConfirmation", "eu-west-1_New", "PreTokenGeneration", "by hand"] {
            assert!(refused.contains(word), "{refused}");
        }
    }
}

//! `twinpool remove`: the end of a stack, once no trigger names it.

use std::collections::BTreeMap;

use anyhow::Context as _;
use clap::Args;
use twinpool_aws::client::Config;
use twinpool_aws::cloudformation::{Described, Resource};
use twinpool_aws::raw::s3::Bucket;
use twinpool_aws::setup::LambdaFunctions;
use twinpool_aws::{account, triggers};
use twinpool_core::id::PoolId;
use twinpool_core::port::Class;
use twinpool_setup::chain::chained;
use twinpool_setup::port::{FunctionArn, Functions, Json};

use crate::ask::{self, Answer};
use crate::attach::Place;
use crate::deploy::default_bucket;
use crate::detach;
use crate::options::{self, Consent};
use crate::show::beside;
use crate::stack::{Footing, Named, Watch, is_ours, ours};
use crate::{Exit, Outcome};

/// Which stack goes.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    named: Named,
    #[command(flatten)]
    consent: Consent,
}

/// So many captures can stand in a line.
const LONGEST_LINE: usize = 4;

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
    let mut said = String::new();
    if still_attached(&config, named, &described, &resources).await?.is_some()
        && let Some(detaching) = detaching(arguments, &described)
    {
        let (told, exit) = Box::pin(detach::run(&detaching)).await?;
        if exit != Exit::Done || arguments.consent.dry_run {
            return Ok((told, exit));
        }
        said = told;
    }
    // Whatever else of it is in a slot.
    if let Some(why) = still_attached(&config, named, &described, &resources).await? {
        return Ok((said + &why, Exit::Blocked));
    }
    let what = intent(&named.stack, &resources);
    match ask::before(&arguments.consent, &what)? {
        Answer::Go => {}
        Answer::Shown => return Ok((what + "nothing was done\n", Exit::Done)),
        Answer::Declined => return Ok((said + "the stack was not deleted\n", Exit::Failed)),
    }
    // Somebody may have attached it while the question stood.
    if let Some(why) = still_attached(&config, named, &described, &resources).await? {
        return Ok((why, Exit::Blocked));
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
    Ok((deleted + &left(&config, &resources).await, Exit::Done))
}

/// Taking the stack's capture out of the triggers. `None` where the stack does not say what that takes.
fn detaching(arguments: &Arguments, stack: &Described) -> Option<detach::Arguments> {
    let pool = PoolId::parse(stack.parameters.get("OldPoolId")?.as_str()).ok()?;
    let capture = FunctionArn::parse(stack.outputs.get("CaptureArn")?).ok()?;
    let table = stack.outputs.get("TableName")?.clone();
    let place = Place::of(pool, arguments.named.old_pool_endpoint.clone(), capture, table);
    Some(detach::Arguments::of(place, arguments.consent))
}

/// Which triggers of the old pool would call a function that is gone: sign-ins would fail (F§2).
async fn still_attached(
    config: &Config,
    named: &Named,
    stack: &Described,
    resources: &[Resource],
) -> anyhow::Result<Option<String>> {
    let Some(pool) = stack.parameters.get("OldPoolId").and_then(|id| PoolId::parse(id.as_str()).ok()) else {
        // Nothing was ever made in it.
        anyhow::ensure!(
            resources.is_empty(),
            "the stack {} is none of twinpool's: it has no OldPoolId",
            named.stack
        );
        return Ok(None);
    };
    let slots = match triggers::read(config, named.old_pool_endpoint.as_deref(), &pool).await {
        Ok(slots) => slots,
        // A pool that is gone calls nobody.
        Err(error) if error.class == Class::NotFound => return Ok(None),
        Err(error) => return Err(options::old_pool_problem(&pool, error)),
    };
    let mut named_by = ours(&slots, resources);
    let behind = behind(&LambdaFunctions::connect(config)?, &slots, resources).await?;
    named_by.extend(behind.iter().map(|(slot, function)| (*slot, function.as_str())));
    Ok(attached(&pool, &named_by))
}

/// Functions of this stack that a capture of another stack calls as its former ones.
async fn behind<'a>(
    functions: &impl Functions,
    slots: &'a BTreeMap<String, String>,
    resources: &[Resource],
) -> anyhow::Result<BTreeMap<&'a str, String>> {
    let mut found = BTreeMap::new();
    for (slot, function) in slots {
        let mut next: Vec<_> = FunctionArn::parse(function).into_iter().collect();
        // A line of captures is no longer than this: capture refuses more.
        for _ in 0..LONGEST_LINE {
            let mut later = Vec::new();
            for function in next {
                // One that is gone calls nobody.
                let Some(configuration) = configuration_of(functions, &function).await? else { continue };
                later.extend(chained(&configuration).unwrap_or_default().into_values());
            }
            if let Some(ours) = later.iter().find(|function| is_ours(function.as_str(), resources)) {
                found.insert(slot.as_str(), ours.to_string());
            }
            next = later;
        }
    }
    Ok(found)
}

async fn configuration_of(
    functions: &impl Functions,
    function: &FunctionArn,
) -> anyhow::Result<Option<Json>> {
    let answer = functions.configuration(function).await;
    answer.with_context(|| {
        format!("cannot tell whom {function} calls, which is in a trigger: nothing was deleted")
    })
}

fn attached(pool: &PoolId, slots: &BTreeMap<&str, &str>) -> Option<String> {
    if slots.is_empty() {
        return None;
    }
    let mut out = format!(
        "refused: the triggers of {pool} still call this stack, and sign-ins would fail without it\n"
    );
    for (slot, function) in slots {
        out += &beside(26, &format!("  {slot}"), function);
    }
    Some(
        out + "where twinpool put nothing itself: take it out by hand, in the template of the pool or in the console; \
               where another stack's capture calls it: detach that one first\n",
    )
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
    use std::sync::Arc;

    use twinpool_testkit::{Behaviour, MemoryFunctions, Process};

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
        let pool = PoolId::parse("eu-west-1_Old").unwrap();
        assert_eq!(attached(&pool, &BTreeMap::new()), None);
        let slots = [("PostConfirmation", "arn:aws:lambda:eu-west-1:1:function:twinpool-Capture-2B")].into();
        let refused = attached(&pool, &slots).unwrap();
        assert!(refused.contains("PostConfirmation") && refused.contains("by hand"), "{refused}");
    }

    #[tokio::test]
    async fn a_capture_that_another_one_calls_is_not_deleted_under_it() {
        let arn =
            |name: &str| FunctionArn::parse(&format!("arn:aws:lambda:eu-west-1:1:function:{name}")).unwrap();
        let memory = MemoryFunctions::new();
        let calls =
            |former: &str| serde_json::json!({ "TWINPOOL_CHAIN_CUSTOM_MESSAGE": arn(former).as_str() });
        memory.put(&arn("newest"), calls("middle"), Behaviour::Echo);
        memory.put(&arn("middle"), calls("ours"), Behaviour::Echo);
        memory.put(&arn("ours"), calls("theirs"), Behaviour::Echo);
        let functions = memory.handle(&Arc::new(Process::healthy()));
        let ours = [crate::deploy::function("ours")];
        let slots = |name: &str| BTreeMap::from([("CustomMessage".to_owned(), arn(name).to_string())]);
        let behind = async |name: &str| {
            let slots = slots(name);
            let found = behind(&functions, &slots, &ours).await.unwrap();
            found.into_values().collect::<Vec<_>>()
        };
        assert_eq!(behind("newest").await, [arn("ours").to_string()]);
        assert_eq!(behind("middle").await, [arn("ours").to_string()]);
        assert!(behind("theirs").await.is_empty(), "one that is gone calls nobody");
    }
}

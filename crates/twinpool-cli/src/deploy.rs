//! `twinpool deploy`: template and zips through CloudFormation, with nothing done that was not shown first.

use std::path::PathBuf;

use clap::Args;
use twinpool_aws::account;
use twinpool_aws::client::Config;
use twinpool_aws::cloudformation::{Change, ChangeSet, Described, Given, Proposal, Stack, State};
use twinpool_core::id::PoolId;
use twinpool_core::port::Clock as _;

use crate::ask::{self, Answer};
use crate::clock::SystemClock;
use crate::failure::{Misuse, unusable};
use crate::options::{self, Consent};
use crate::package::{checkout, rules};
use crate::place::Place;
use crate::progress::Progress;
use crate::reverse_sync::ReverseSync;
use crate::show::{beside, prose};
use crate::stack::{Footing, Named, Pauses, Watch};
use crate::{Exit, Outcome};

mod changes;
mod code;
mod key;
mod parameters;
mod reverse_sync;
mod slots;

use changes::Attached;
use code::Code;
pub(crate) use code::default_bucket;
use key::Key;
use parameters::Wanted;
use slots::Slots;

/// What to deploy.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    named: Named,
    /// The bucket that zips and template go through [default: twinpool-<account>-<region>,
    /// made if it is not there]
    #[arg(long, value_name = "NAME")]
    bucket: Option<String>,
    /// A parameter of the template; may be repeated. What is not named stays as
    /// it is.
    #[arg(long = "parameter", value_name = "NAME=VALUE", value_parser = parameters::assignment)]
    parameters: Vec<(String, String)>,
    /// The pool being left.
    #[arg(long, env = "TWINPOOL_OLD_POOL_ID", hide_env_values = true, value_name = "ID", value_parser = options::a_pool)]
    old_pool: Option<PoolId>,
    /// The pool being moved to.
    #[arg(long, env = "TWINPOOL_NEW_POOL_ID", hide_env_values = true, value_name = "ID", value_parser = options::a_pool)]
    new_pool: Option<PoolId>,
    /// Whether the mirror may write the old pool too, in the phases in which people use both pools: the parameter `ReverseSync`.
    #[arg(long, value_name = "WHETHER")]
    reverse_sync: Option<ReverseSync>,
    #[command(flatten)]
    place: Place,
    /// The rules that must be inside the zips [default: as for package]
    #[arg(long, value_name = "FILE")]
    rules: Option<PathBuf>,
    #[command(flatten)]
    consent: Consent,
}

pub(crate) async fn run(arguments: &Arguments) -> Outcome {
    let checkout = checkout()?;
    let rules = rules(&checkout, arguments.rules.as_deref());
    let code = Code::read(&checkout, rules.as_deref())?;
    let config = options::aws().await?;
    let named = &arguments.named;
    let stack = named.connect(&config);
    let described = named.describe(&stack).await?;
    let is_new = match Footing::of(&named.stack, described.as_ref()) {
        Footing::New => true,
        Footing::Standing => false,
        Footing::Stuck(why) => return Ok((why + "\n", Exit::Blocked)),
    };
    let standing = described.as_ref().filter(|_| !is_new);
    let wanted = match arguments.wanted(&config, &code, standing)? {
        Ok(wanted) => wanted,
        Err(why) => return Ok((why + "\n", Exit::Blocked)),
    };
    if let Some(why) = reverse_sync::stays(&config, standing, &wanted).await? {
        return Ok((why + "\n", Exit::Blocked));
    }
    let resources = match standing {
        Some(_) => stack.resources().await.map_err(|error| named.problem(error))?,
        None => Vec::new(),
    };
    let slots = Slots::read(&config, named, &wanted, &resources).await?;
    let wanted = slots.chained(wanted, &resources);
    if let Some(why) = standing.and_then(|stack| slots.rechained(&wanted, &resources, &stack.parameters)) {
        return Ok((prose(&why), Exit::Blocked));
    }
    let key = if is_new { Some(Key::find()?) } else { None };
    let given = wanted.given(standing.map(|stack| &stack.parameters), key.as_ref());

    let owner = account::number(&config).await;
    let owner = owner.map_err(|error| unusable("your account", "your credentials", error))?;
    let Some(bucket) = code.bucket(&config, arguments.bucket.as_deref(), &owner, &arguments.consent).await?
    else {
        return Ok(("nothing was done\n".to_owned(), Exit::Failed));
    };
    let template = code.place(&bucket, arguments.consent.dry_run).await?;
    let deployment =
        Deployment { named, stack, is_new, described, owner: &owner, consent: &arguments.consent };
    let told = Told { wanted: &wanted, key: key.as_ref(), attached: slots.attached(&resources) };
    deployment.carry_out(&config, &template, &given, &told).await
}

impl Arguments {
    /// What the parameters are to be, as far as the owner says it; or why that cannot be.
    fn wanted(
        &self,
        config: &Config,
        code: &Code,
        standing: Option<&Described>,
    ) -> anyhow::Result<Result<Wanted, String>> {
        let mut wanted = Wanted::new(code.parameters(), &self.parameters, code.architecture())?;
        if let Some(said) = self.reverse_sync {
            wanted.say("ReverseSync", &said.to_string())?;
        }
        for (name, pool, option) in [
            ("OldPoolId", &self.old_pool, "--old-pool / TWINPOOL_OLD_POOL_ID"),
            ("NewPoolId", &self.new_pool, "--new-pool / TWINPOOL_NEW_POOL_ID"),
        ] {
            let there = standing.and_then(|stack| stack.parameters.get(name)).cloned();
            if let Some(pool) = pool {
                wanted.say(name, pool.as_str())?;
            }
            match (wanted.get(name), there) {
                (None, None) => return Err(Misuse(format!("which pool? say {option}")).into()),
                (None, Some(there)) => wanted.say(name, &there)?,
                (Some(asked), Some(there)) if asked != there => {
                    return Ok(Err(format!(
                        "the stack {} is of the pool {there} and not of {asked} ({name}): its links would be of nobody. \
                         Other pools need another stack: --stack / TWINPOOL_STACK",
                        self.named.stack
                    )));
                }
                _ => {}
            }
        }
        let new_pool = wanted.get("NewPoolId").and_then(|id| PoolId::parse(id).ok());
        let here = config.region().map(AsRef::as_ref);
        for (name, value) in self.place.parameters(here, new_pool.as_ref()) {
            wanted.fill(name, &value);
        }
        wanted.local(config.endpoint_url(), self.named.old_pool_endpoint.as_deref());
        Ok(Ok(wanted))
    }
}

/// What is said beside the changes.
struct Told<'a> {
    wanted: &'a Wanted,
    key: Option<&'a Key>,
    attached: Attached,
}

/// One deployment, once everything about it is known.
struct Deployment<'a> {
    named: &'a Named,
    stack: Stack,
    is_new: bool,
    described: Option<Described>,
    owner: &'a str,
    consent: &'a Consent,
}

impl Deployment<'_> {
    async fn carry_out(
        &self,
        config: &Config,
        template: &code::Placed,
        given: &[(String, Given)],
        told: &Told<'_>,
    ) -> Outcome {
        let name = format!("twinpool-{}", SystemClock.now().0);
        let proposal = Proposal {
            name: &name,
            is_new: self.is_new,
            template: template.as_template(),
            parameters: given,
        };
        let set = self.stack.propose(&proposal).await.map_err(|error| self.named.problem(error))?;
        let Some(changes) = self.settled(&set).await? else {
            self.take_back(&set).await?;
            let what = format!("nothing to do: the stack {} is as it should be\n", self.named.stack);
            return Ok((what, Exit::Done));
        };
        let mut shown = format!(
            "The stack {} in {}, account {}, {}:\n",
            self.named.stack,
            config.region().map_or("", |region| region.as_ref()),
            self.owner,
            if self.is_new { "would be made" } else { "would change" }
        );
        shown += &changes::shown(&changes);
        shown += &told.wanted.shown(self.described.as_ref().map(|stack| &stack.parameters));
        if let Some(key) = told.key {
            shown += &beside(12, "DigestKey", &key.shown());
        }
        let then = self.then(told);
        shown += &then;
        if let Some(why) = changes::refused(&changes, &told.attached) {
            self.take_back(&set).await?;
            return Ok((format!("{shown}\n{}", prose(&format!("refused: {why}"))), Exit::Blocked));
        }
        if self.consent.yes {
            // Nobody is asked, and it is shown all the same.
            Progress::new(None).say(shown.trim_end());
        }
        match ask::before(self.consent, &shown) {
            Ok(Answer::Go) => {}
            Ok(Answer::Shown) => {
                self.take_back(&set).await?;
                return Ok((shown + "nothing was done\n", Exit::Done));
            }
            Ok(Answer::Declined) => {
                self.take_back(&set).await?;
                return Ok(("nothing was done\n".to_owned(), Exit::Failed));
            }
            Err(problem) => {
                self.take_back(&set).await?;
                return Err(problem);
            }
        }
        let kept = match told.key.map(Key::keep).transpose() {
            Ok(kept) => kept.flatten(),
            Err(problem) => {
                self.take_back(&set).await?;
                return Err(problem);
            }
        };
        let (out, exit) = self.execute(&set, changes.len(), kept.unwrap_or_default()).await?;
        Ok((out + &then, exit))
    }

    /// What is left to do once the sign-in function has other ways in: until then the new pool's triggers are those of before, or none.
    fn then(&self, told: &Told<'_>) -> String {
        const NAME: &str = "SignInContinuity";
        let before = self.described.as_ref().and_then(|stack| stack.parameters.get(NAME));
        let said = [told.wanted.get(NAME), before.map(String::as_str)].map(Option::unwrap_or_default);
        let [wanted, before] = said.map(|value| if value.is_empty() { "none" } else { value });
        let follow = if told.wanted.get(NAME).is_some() && wanted != before {
            "SignInContinuity changes, and the new pool's triggers follow, right after the deployment, with: \
             twinpool attach --pool new\n"
        } else {
            ""
        };
        let standing = self.described.as_ref().filter(|_| !self.is_new);
        prose(&format!("{follow}{}", reverse_sync::then(standing, told.wanted)))
    }

    /// What would be done, once CloudFormation knows it; `None`: nothing.
    async fn settled(&self, set: &ChangeSet) -> anyhow::Result<Option<Vec<Change>>> {
        let mut pauses = Pauses::new();
        loop {
            match self.stack.proposed(set).await.map_err(|error| self.named.problem(error))? {
                State::Pending => pauses.pause().await,
                State::Ready(changes) => return Ok(Some(changes)),
                State::Empty => return Ok(None),
                State::Failed(why) => {
                    self.take_back(set).await?;
                    anyhow::bail!("CloudFormation makes no change set of it: {why}");
                }
            }
        }
    }

    /// Leaves nothing behind of what was not carried out: a stack that was only thought of neither.
    async fn take_back(&self, set: &ChangeSet) -> anyhow::Result<()> {
        self.stack.forget(set).await.map_err(|error| self.named.problem(error))?;
        if self.described.is_none() {
            self.stack.delete().await.map_err(|error| self.named.problem(error))?;
        }
        Ok(())
    }

    async fn execute(&self, set: &ChangeSet, changes: usize, mut out: String) -> Outcome {
        let stack = match self.named.describe(&self.stack).await? {
            Some(stack) => self.stack.by_id(&stack.id),
            None => self.stack.clone(),
        };
        let watch = Watch::begin(self.named, stack).await?;
        self.stack.execute(set).await.map_err(|error| self.named.problem(error))?;
        let end = watch.end(changes).await?;
        let status = end.status.unwrap_or_default();
        if !matches!(status.as_str(), "CREATE_COMPLETE" | "UPDATE_COMPLETE") {
            let why = end.failure.unwrap_or_else(|| "CloudFormation does not say why".to_owned());
            let then = match Footing::of(&self.named.stack, self.named.describe(&self.stack).await?.as_ref())
            {
                Footing::Stuck(then) => format!("\n{then}"),
                Footing::New | Footing::Standing => String::new(),
            };
            anyhow::bail!("{out}the deployment failed and is {status}. {why}{then}");
        }
        let stack = self.named.describe(&self.stack).await?;
        out += &format!("the stack {} is {status}\n", self.named.stack);
        for (name, value) in stack.map(|stack| stack.outputs).unwrap_or_default() {
            out += &format!("  {name:<20} {value}\n");
        }
        Ok((out, Exit::Done))
    }
}

#[cfg(test)]
pub(crate) fn function(name: &str) -> twinpool_aws::cloudformation::Resource {
    twinpool_aws::cloudformation::Resource {
        name: "Capture".to_owned(),
        kind: "AWS::Lambda::Function".to_owned(),
        physical: name.to_owned(),
    }
}

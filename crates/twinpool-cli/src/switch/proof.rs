//! The way back is proven with a test user, before anybody else is sent.

use std::time::Duration;

use anyhow::Context as _;
use twinpool_aws::dynamodb::Links;
use twinpool_core::id::Sub;
use twinpool_core::port::Clock as _;
use twinpool_engine::{Note, Switching};

use super::{Place, prove, told};
use crate::Exit;
use crate::clock::SystemClock;
use crate::steps::{self, Forced};

impl Place<'_> {
    /// Changes travel both ways from here on, and nobody but the test user is sent. What is said of it; or how the command ends.
    pub(super) async fn prove(
        &self,
        switching: &mut Switching<'_, Links, SystemClock>,
        user: &Sub,
        id: Option<&str>,
        forced: &Forced,
    ) -> anyhow::Result<Result<String, (String, Exit)>> {
        let arguments = self.arguments;
        let (table, parts) = (arguments.around.table(), &arguments.around.parts);
        let stopped = |error| steps::not_changed(error, table, false).map(Err);
        let pair = match prove::Pair::find(&self.reached.links, user)
            .await
            .map_err(|error| parts.table.problem(error))?
        {
            Ok(pair) => pair,
            Err(why) => return Ok(Err((why, Exit::NotFound))),
        };
        if !switching.standing().phase.is_two_way() {
            let why = format!("{}: proving the way back with {}", arguments.why, pair.old_sub());
            let first = self.first(switching.standing(), pair.link().user_id.as_str());
            if let Err(error) = switching.step(&first, id, &self.note(&why, forced)).await {
                return stopped(error);
            }
        }
        let prover = prove::Prover {
            old: parts.pools.old(&self.reached.config),
            new: parts.pools.new_pool(&self.reached.new_config),
            attribute: arguments.canary_attribute.clone(),
            wait: Duration::from_secs(arguments.wait),
            pause: prove::PAUSE,
        };
        let asks = prove::Mirror::of(&self.reached.links, &self.reached.config, parts, pair.link());
        let since = switching.standing().two_way_since;
        let proof = Box::pin(async {
            prove::until_everybody_knows(since, SystemClock.now()).await;
            prover.prove(&pair, &asks).await
        });
        let proof = switching.meanwhile(proof).await.context("cannot prove the way back")?;
        match proof {
            Ok(took) => {
                let why = format!(
                    "the way back is proven with {}: {} changed in the new pool was seen in the old one after {} s",
                    pair.old_sub(),
                    arguments.canary_attribute,
                    took.as_secs()
                );
                let note = Note { who: self.reached.who.clone(), why: why.clone(), forced: Vec::new() };
                match switching.proven(&note).await {
                    Ok(()) => Ok(Ok(why + "\n")),
                    // The test user is sent by now.
                    Err(error) => Ok(stopped(error)?.map_err(|(why, _)| (why, Exit::Failed))),
                }
            }
            Err(why) => Ok(Err((told::unproven(&why), Exit::Failed))),
        }
    }
}

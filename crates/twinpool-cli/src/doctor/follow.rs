//! Sends one hint through capture, and follows it by the link to the new pool.

use std::time::Duration;

use twinpool_aws::client::Config;
use twinpool_aws::cognito::CognitoPool;
use twinpool_aws::sqs::Queue;
use twinpool_core::change_event::{Cause, UserRef};
use twinpool_core::held_back::Reason;
use twinpool_core::history::Entry;
use twinpool_core::id::{OldSub, Timestamp, Username};
use twinpool_core::link::{Link, LinkState, Names};
use twinpool_core::port::{Answer, Class, LinkReader as _, PoolReader as _, PortError, TroubleStore as _};
use twinpool_core::snapshot::{Snapshot, Status};
use twinpool_rules::Rules;
use twinpool_setup::doctor::{Arrival, Comparison, Walked, trigger_event};
use twinpool_setup::port::Functions;

use super::Arguments;
use crate::explain;
use crate::failure::Misuse;
use crate::operator::{self, Operator};
use crate::options;
use crate::show;

/// The cause of the hint that goes past capture.
const DIRECT: &str = "DoctorDirect";

/// A hint for one test user.
pub(super) struct Follow<'a> {
    arguments: &'a Arguments,
    user: Snapshot,
    before: Link,
    operator: Operator,
    old: CognitoPool,
    new: CognitoPool,
    region: String,
    wait: Duration,
}

impl<'a> Follow<'a> {
    /// Finds the user in the old pool. `None` if there is no such user.
    pub(super) async fn begin(
        arguments: &'a Arguments,
        [config, new_config]: [&Config; 2],
        who: &str,
        region: String,
        wait: Duration,
    ) -> anyhow::Result<Option<Self>> {
        let (old, new) = (arguments.parts.pools.old(config), arguments.parts.pools.new_pool(new_config));
        let problem = |error| arguments.parts.pools.old_problem(error);
        let Some(user) = find(&old, who.trim()).await.map_err(problem)? else { return Ok(None) };
        if user.status == Status::Unconfirmed {
            let why = "this user has not confirmed the sign-up, and is mirrored when that is done: take another test user";
            return Err(Misuse(why.to_owned()).into());
        }
        let links = arguments.parts.table.connect(config);
        let sub = OldSub::from(user.sub.clone());
        let found = links.link(&sub).await.map_err(|error| arguments.parts.table.problem(error))?;
        let before = found.unwrap_or_else(|| Link::intent(&sub, Names::default(), Timestamp(0)));
        let queue = Queue::connect_without_key(config, arguments.parts.queue_url.clone());
        let [pool, _] = arguments.parts.pools.ids();
        let operator = Operator { links, queue, pool: pool.clone(), wait: Some(wait) };
        Ok(Some(Self { arguments, user, before, operator, old, new, region, wait }))
    }

    /// Sends the hint, and goes after it to where it is lost.
    pub(super) async fn walk(self, functions: &impl Functions, rules: Rules) -> anyhow::Result<Walked> {
        let [pool, _] = self.arguments.parts.pools.ids();
        let sent = trigger_event(pool, &self.region, &self.user);
        let capture = &self.arguments.parts.stack.capture;
        let invoked = functions.invoke(capture, sent.to_string().as_bytes()).await;
        let mut walk = Walked { sent, invoked, arrival: None, comparison: None };
        let is_passed_on = matches!(&walk.invoked, Ok(answer) if answer.error.is_none());
        if !is_passed_on {
            return Ok(walk);
        }
        let (arrival, link) = match self.arrive().await {
            Ok(arrived) => arrived,
            Err(problem) => (Arrival::Failed(port_error(problem)?), None),
        };
        if let (Arrival::Answered(_), Some(link)) = (&arrival, link) {
            walk.comparison = Some(self.compare(link, rules).await);
        }
        walk.arrival = Some(arrival);
        Ok(walk)
    }

    async fn arrive(&self) -> anyhow::Result<(Arrival, Option<Link>)> {
        if let operator::Answer::Here(link) = self.operator.answer(&self.before).await? {
            return Ok((answered(&link), Some(*link)));
        }
        // Whether it is capture that does not send, or the mirror that does not take, a hint past capture tells.
        self.operator.send(&self.before, DIRECT).await?;
        match self.operator.answer_within(&self.before, Some(self.wait / 2)).await? {
            operator::Answer::Here(link) if was_direct(&self.before, &link) => {
                Ok((Arrival::LostByCapture, None))
            }
            operator::Answer::Here(link) => Ok((answered(&link), Some(*link))),
            operator::Answer::Late | operator::Answer::NotWaited => {
                Ok((Arrival::Silence(self.trouble().await), None))
            }
        }
    }

    /// What the mirror noted of this user since.
    async fn trouble(&self) -> Option<String> {
        let noted = self.operator.links.trouble(self.user.sub.as_str()).await.ok()??;
        let operation = noted.operation.map(|operation| format!("{operation} failed: ")).unwrap_or_default();
        Some(format!("{operation}{} ({})", noted.code, show::minute(noted.at)))
    }

    async fn compare(&self, link: Link, rules: Rules) -> Comparison {
        let told = explain::differences(&self.old, &self.new, link, rules).await;
        match told {
            Err(error) => Comparison::Failed(error),
            Ok(None) => Comparison::Missing,
            Ok(Some(told)) if told.differs.is_empty() => Comparison::Same { held_back: told.held_back },
            Ok(Some(told)) => Comparison::Differs(told.differs),
        }
    }
}

async fn find(old: &CognitoPool, who: &str) -> Answer<Option<Snapshot>> {
    if let Ok(sub) = options::an_id(who)
        && let Some(user) = old.user(&UserRef::Sub(sub)).await?
    {
        return Ok(Some(user));
    }
    let Ok(name) = Username::parse(who) else { return Ok(None) };
    match old.user(&UserRef::Username(name)).await {
        // Not what Cognito takes for a username.
        Err(error) if error.class == Class::Rejected => Ok(None),
        answer => answer,
    }
}

fn answered(link: &Link) -> Arrival {
    let did = link.history.last_for_operator().map_or("", |entry| &entry.did);
    match &link.state {
        LinkState::Conflict { reason: Reason::LeftOut, .. } => {
            Arrival::Conflict(Reason::LeftOut.remedy().to_owned())
        }
        LinkState::Conflict { reason, .. } => Arrival::Conflict(reason.remedy().to_owned()),
        LinkState::Tombstone { .. } | LinkState::Merged { .. } | LinkState::Pending { .. } => {
            Arrival::Conflict(show::state_in_words(link))
        }
        LinkState::Linked(_) => Arrival::Answered(did.to_owned()),
    }
}

/// Whether the mirror has answered the hint past capture alone. `before`: it keeps lines of earlier doctors, too.
fn was_direct(before: &Link, link: &Link) -> bool {
    let is_new = |entry: &&Entry| !before.history.entries().any(|old| old == *entry);
    link.history.last_for_operator().is_some_and(|entry| entry.cause == Cause::operator(DIRECT))
        && !link.history.entries().filter(is_new).any(|entry| entry.cause.as_str() == "Operator_Doctor")
}

/// The call that failed, below what was said about it.
fn port_error(problem: anyhow::Error) -> anyhow::Result<PortError> {
    problem.downcast::<PortError>()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::linked;

    fn noted(link: &Link, at: u64, cause: &str) -> Link {
        let mut link = link.clone();
        link.history.add(Entry {
            at: Timestamp(at),
            cause: Cause::operator(cause),
            did: "in step".to_owned(),
        });
        link
    }

    #[test]
    fn capture_that_works_no_more_is_found_also_after_a_doctor_whose_hint_came_through() {
        let before = noted(&linked(), 1, "Doctor");
        assert!(was_direct(&before, &noted(&before, 2, DIRECT)));
        let late = noted(&noted(&before, 2, "Doctor"), 3, DIRECT);
        assert!(!was_direct(&before, &late), "both arrived");
        assert!(!was_direct(&before, &noted(&before, 2, "Sync")), "somebody else's");
    }
}

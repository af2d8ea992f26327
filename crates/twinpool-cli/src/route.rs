//! `twinpool route`: which pool somebody is sent to, and why.

use std::collections::BTreeMap;

use clap::Args;
use serde_json::json;
use twinpool_aws::settings::{NoClientMap, client_map};
use twinpool_core::destination::{Destination, Destinations};
use twinpool_core::id::{AttributeName, ClientId, GroupName, IdError, Pool, PoolId};
use twinpool_core::phase::{Phase, PhaseReader as _, ROUTES_AFTER, Standing};
use twinpool_core::port::Clock as _;
use twinpool_core::route::{Asker, Because, Routed, is_id, route};
use twinpool_core::value::Value;

use crate::bound::right_pools;
use crate::clock::SystemClock;
use crate::options::{self, Table, a_pool};
use crate::show::{field, rfc3339};
use crate::switch::a_value;
use crate::{Exit, Outcome, digest_key};

/// Pairs of app clients.
#[derive(Debug, Clone, Default)]
pub(crate) struct Clients(pub(crate) BTreeMap<ClientId, ClientId>);

/// Such as `web=web2,ios=ios2`.
pub(crate) fn some_clients(text: &str) -> Result<Clients, NoClientMap> {
    client_map(text).map(Clients)
}

/// Who asks.
#[derive(Debug, Args)]
#[command(after_help = options::WHERE)]
pub(crate) struct Arguments {
    /// The user id, or the id of an install: what the application asks with.
    #[arg(long, value_name = "ID", value_parser = an_asker)]
    id: Option<String>,
    /// A group of the old pool that the user is in; may be said again.
    #[arg(long = "group", value_name = "NAME", value_parser = a_group)]
    groups: Vec<GroupName>,
    /// A value that cohorts are made of; may be said again.
    #[arg(long = "value", value_name = "ATTRIBUTE=VALUE", value_parser = a_value)]
    values: Vec<(AttributeName, Value)>,
    /// The app client of the old pool that the application has.
    #[arg(long, value_name = "ID", value_parser = a_client)]
    client: Option<ClientId>,
    /// Which app client takes the place of which, with commas between.
    #[arg(long, env = "TWINPOOL_CLIENT_MAP", hide_env_values = true, value_name = "OLD=NEW", value_parser = some_clients)]
    clients: Option<Clients>,
    /// For programs: one JSON object.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    table: Table,
    /// The pool being left.
    #[arg(long, env = "TWINPOOL_OLD_POOL_ID", hide_env_values = true, value_name = "ID", value_parser = a_pool)]
    old_pool: PoolId,
    /// The pool being moved to.
    #[arg(long, env = "TWINPOOL_NEW_POOL_ID", hide_env_values = true, value_name = "ID", value_parser = a_pool)]
    new_pool: PoolId,
}

/// An id that an application may ask with.
pub(crate) fn an_asker(text: &str) -> Result<String, &'static str> {
    let wanted = "an id has 1 to 128 letters, digits, hyphens, underscores, dots or colons; addresses and telephone numbers are none";
    if is_id(text) { Ok(text.to_owned()) } else { Err(wanted) }
}

fn a_group(text: &str) -> Result<GroupName, IdError> {
    GroupName::parse(text)
}

fn a_client(text: &str) -> Result<ClientId, &'static str> {
    ClientId::parse(text).map_err(|_| "it should be the id of an app client of the old pool")
}

pub(crate) async fn run(arguments: &Arguments) -> Outcome {
    let key = digest_key::find()?;
    let config = options::aws().await?;
    let links = arguments.table.connect(&config);
    let (old, new) = (&arguments.old_pool, &arguments.new_pool);
    right_pools(&links, &arguments.table.table, Some(old), Some(new)).await?;
    let standing = links.standing().await.map_err(|error| arguments.table.problem(error))?;
    let asker = Asker {
        id: arguments.id.clone(),
        groups: arguments.groups.iter().cloned().collect(),
        values: arguments
            .values
            .iter()
            .map(|(name, value)| (name.clone(), value.reveal().to_owned()))
            .collect(),
    };
    let routed = route(&standing, &asker, &key, SystemClock.now());
    let clients = arguments.clients.clone().unwrap_or_default().0;
    let destinations = Destinations { old: old.clone(), new: new.clone(), clients };
    let destination = destinations.of(routed.pool, arguments.client.as_ref());
    let text = if arguments.json {
        format!("{:#}\n", to_json(&standing, routed, destination))
    } else {
        to_table(&standing, routed, destination, arguments.client.is_some())
    };
    Ok((text, Exit::Done))
}

const NO_PAIR: &str =
    "not known: no pair has the one you named. Pairs stand in TWINPOOL_CLIENT_MAP, the stack's RouteClients";

fn to_json(standing: &Standing, routed: Routed, destination: Destination<'_>) -> serde_json::Value {
    json!({
        "pool": routed.pool.code(),
        "user_pool_id": destination.pool.as_str(),
        "region": destination.pool.region(),
        "client_id": destination.client.map(ClientId::as_str),
        "phase": standing.phase.code(),
        "because": routed.because.code(),
        "version": standing.version,
    })
}

/// `was_named`: an app client was asked for.
fn to_table(standing: &Standing, routed: Routed, destination: Destination<'_>, was_named: bool) -> String {
    let mut out = field("sent to", &format!("the {} pool, {}", routed.pool.code(), destination.pool));
    out.push_str(&field("because", why(standing, routed)));
    match destination.client {
        Some(client) => out.push_str(&field("app client", client.as_str())),
        None if was_named => out.push_str(&field("app client", NO_PAIR)),
        None => {}
    }
    let share = match standing.phase {
        Phase::Canary => format!(", {}", standing.share),
        Phase::DualWrite | Phase::Cutover | Phase::RolledBack | Phase::Complete => String::new(),
    };
    out.push_str(&field("phase", &format!("{}{share}", standing.phase)));
    if standing.since.0 > 0 {
        out.push_str(&field("since", &rfc3339(standing.since)));
    }
    out
}

fn why(standing: &Standing, routed: Routed) -> &'static str {
    match (routed.because, routed.pool) {
        (Because::Phase, Pool::Old) if standing.phase.moves() => {
            // The only reason why the phase itself keeps somebody there.
            const { assert!(ROUTES_AFTER.as_secs() == 20) };
            "changes have travelled both ways for less than twenty seconds: ask again"
        }
        (Because::Phase, _) => "in this phase everybody is",
        (Because::List, Pool::Old) => "the id is on the list of those who are never sent before the cutover",
        (Because::List, Pool::New) => "the id is on the list of testers",
        (Because::Cohort, _) => "a group or a value is one that is sent",
        (Because::Share, Pool::Old) => "the id is outside of the share, and no list, group or value sends it",
        (Because::Share, Pool::New) => "the id is within the share",
    }
}

#[cfg(test)]
mod tests {
    use twinpool_core::id::Timestamp;
    use twinpool_core::phase::Share;

    use super::*;
    use crate::samples::AT;

    fn destinations() -> Destinations {
        Destinations {
            old: PoolId::parse("eu-west-1_Old").unwrap(),
            new: PoolId::parse("eu-central-1_New").unwrap(),
            clients: some_clients("web=web2").unwrap().0,
        }
    }

    fn at(phase: Phase) -> Standing {
        let share = Share::parse("12.5").unwrap();
        Standing {
            version: 7,
            phase,
            share,
            since: AT,
            two_way_since: Some(Timestamp(1)),
            ..Standing::default()
        }
    }

    #[test]
    fn every_reason_for_people() {
        let all = destinations();
        let cases = [
            (at(Phase::Canary), Pool::New, Because::Share),
            (at(Phase::Canary), Pool::Old, Because::Share),
            (at(Phase::Canary), Pool::New, Because::List),
            (at(Phase::Canary), Pool::Old, Because::List),
            (at(Phase::Canary), Pool::New, Because::Cohort),
            (at(Phase::Cutover), Pool::Old, Because::Phase),
            (at(Phase::RolledBack), Pool::Old, Because::Phase),
            (Standing::default(), Pool::Old, Because::Phase),
        ];
        let told = cases.map(|(standing, pool, because)| {
            to_table(&standing, Routed { pool, because }, all.of(pool, None), false)
        });
        insta::assert_snapshot!(told.join("\n"), @r"
        sent to      the new pool, eu-central-1_New
        because      the id is within the share
        app client   web2
        phase        canary, 12.5 %
        since        2026-11-21T00:00:00.123Z

        sent to      the old pool, eu-west-1_Old
        because      the id is outside of the share, and no list, group or value sends
                     it
        app client   web
        phase        canary, 12.5 %
        since        2026-11-21T00:00:00.123Z

        sent to      the new pool, eu-central-1_New
        because      the id is on the list of testers
        app client   web2
        phase        canary, 12.5 %
        since        2026-11-21T00:00:00.123Z

        sent to      the old pool, eu-west-1_Old
        because      the id is on the list of those who are never sent before the
                     cutover
        app client   web
        phase        canary, 12.5 %
        since        2026-11-21T00:00:00.123Z

        sent to      the new pool, eu-central-1_New
        because      a group or a value is one that is sent
        app client   web2
        phase        canary, 12.5 %
        since        2026-11-21T00:00:00.123Z

        sent to      the old pool, eu-west-1_Old
        because      changes have travelled both ways for less than twenty seconds: ask
                     again
        app client   web
        phase        cutover
        since        2026-11-21T00:00:00.123Z

        sent to      the old pool, eu-west-1_Old
        because      in this phase everybody is
        app client   web
        phase        rolled-back
        since        2026-11-21T00:00:00.123Z

        sent to      the old pool, eu-west-1_Old
        because      in this phase everybody is
        app client   web
        phase        dual-write
        ");
    }

    #[test]
    fn an_app_client_that_no_pair_has_is_said_to_have_none() {
        let (all, tv) = (destinations(), a_client("tv").unwrap());
        let routed = Routed { pool: Pool::New, because: Because::Share };
        let told = to_table(&at(Phase::Canary), routed, all.of(Pool::New, Some(&tv)), true);
        assert!(
            told.contains("eu-central-1_New") && told.contains("no pair has the one you named"),
            "{told}"
        );
    }

    #[test]
    fn json_for_programs() {
        let routed = Routed { pool: Pool::New, because: Because::Share };
        let all = destinations();
        let told = to_json(&at(Phase::Canary), routed, all.of(Pool::New, None));
        insta::assert_snapshot!(format!("{told:#}"), @r#"
        {
          "because": "share",
          "client_id": "web2",
          "phase": "canary",
          "pool": "new",
          "region": "eu-central-1",
          "user_pool_id": "eu-central-1_New",
          "version": 7
        }
        "#);
    }

    #[test]
    fn an_address_is_no_id() {
        assert!(an_asker("jane@example.com").is_err() && an_asker("").is_err());
        assert!(an_asker("9441F38C-d64d").is_ok());
    }
}

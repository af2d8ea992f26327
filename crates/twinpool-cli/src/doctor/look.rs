//! Gathers what AWS says of each part.

use twinpool_aws::chain::Chain;
use twinpool_aws::client::Config;
use twinpool_aws::setup::LambdaFunctions;
use twinpool_core::port::{Answer, Class, PortError};
use twinpool_setup::chain::chained;
use twinpool_setup::continuity::Continuity;
use twinpool_setup::doctor::{Blind, Facts, Look, SignIn, WaysIn};
use twinpool_setup::guest::Guest;
use twinpool_setup::permission::permission;
use twinpool_setup::port::{FunctionArn, Functions, Json, PoolSettings as _};
use twinpool_setup::self_test::{probes, self_test};
use twinpool_setup::triggers::{Slot, in_slot};

use super::Parts;
use crate::audit::read;
use crate::clock;

/// What is missing or may not be seen is a fact too: nothing ends it.
pub(crate) async fn look(
    parts: &Parts,
    configs: [&Config; 2],
    chain: &Chain,
    functions: &LambdaFunctions,
    own_key: Option<String>,
    has_codes: bool,
) -> Facts {
    let [config, new_config] = configs;
    let stack = &parts.stack;
    let [old, new] = parts.pools.settings(config, new_config);
    let queue = chain.queue(&parts.queue_url).await.map_err(Blind::from);
    let key = queue.as_ref().ok().and_then(|queue| queue.get("KmsMasterKeyId")?.as_str().map(str::to_owned));
    let new_pool = described(new).await;
    let sign_in = match &stack.sign_in {
        Some(arn) => Some(sign_in(functions, arn, new_pool.as_ref().ok()).await),
        None => None,
    };
    let ways = match sign_in.as_ref().and_then(|it| it.configuration.as_ref().ok()) {
        Some(function) => ways_in(parts, configs, function, has_codes).await,
        None => None,
    };
    let new_client = match sign_in.as_ref().and_then(|it| it.configuration.as_ref().ok()) {
        Some(function) => new_client(parts, configs, function).await,
        None => None,
    };
    Facts {
        own_key,
        ways,
        new_client,
        old_pool: described(old).await,
        new_slot: in_the_way(functions, new_pool.as_ref().ok(), stack.sign_in.as_ref()).await,
        new_pool,
        sign_in,
        capture: there(functions.configuration(&stack.capture).await),
        policy: functions.policy(&stack.capture).await.map_err(Blind::from),
        mirror: function(functions, stack.mirror.as_ref(), "--mirror-arn / TWINPOOL_MIRROR_ARN").await,
        audit_trail: function(
            functions,
            stack.audit_trail.as_ref(),
            "--audit-trail-arn / TWINPOOL_AUDIT_TRAIL_ARN",
        )
        .await,
        sweep: function(functions, stack.sweep.as_ref(), "--sweep-arn / TWINPOOL_SWEEP_ARN").await,
        mappings: match &stack.mirror {
            Some(mirror) => chain.mappings(mirror).await.map_err(Blind::from),
            None => Err(Blind::Unnamed("--mirror-arn / TWINPOOL_MIRROR_ARN")),
        },
        age: chain.age(&parts.queue_url, clock::now()).await.map_err(Blind::from),
        dlq: match &stack.dlq_url {
            Some(url) => chain.queue(url).await.map_err(Blind::from),
            None => Err(Blind::Unnamed("--dlq-url / TWINPOOL_DLQ_URL")),
        },
        key: match key {
            Some(id) => Some(chain.key(&id).await.map_err(Blind::from)),
            None => None,
        },
        queue,
        table: chain.table(&parts.table.table).await.map_err(Blind::from),
        pools: parts.table.connect(config).pools().await.map_err(Blind::from),
        rule: match &stack.rule {
            Some(rule) => chain.rule(rule).await.map_err(Blind::from),
            None => Err(Blind::Unnamed("--rule / TWINPOOL_AUDIT_TRAIL_RULE")),
        },
        trails: chain.trails().await.map_err(Blind::from),
        ahead: chain.ahead(clock::now).await.map_err(Blind::from),
        expected: parts.expected(),
    }
}

/// What is known of the new pool's trigger function. It gets an event about nobody, once its policy lets the pool in.
async fn sign_in(functions: &impl Functions, arn: &FunctionArn, pool: Option<&Json>) -> SignIn {
    let configuration = there(functions.configuration(arn).await);
    let guest = Guest::SignIn;
    let known = configuration.as_ref().ok().and_then(|it| chained(it, guest).ok().zip(guest.wanted(it).ok()));
    let test = match (pool.and_then(permission), known) {
        (Some(permission), Some((chained, slots))) => {
            let probes = probes(guest, &permission, &slots, &chained);
            Some(self_test(functions, guest, arn, &permission, &probes).await)
        }
        _ => None,
    };
    SignIn { configuration, policy: functions.policy(arn).await.map_err(Blind::from), test }
}

/// What the ways in need, where there are any.
async fn ways_in(
    parts: &Parts,
    [config, new_config]: [&Config; 2],
    function: &Json,
    has_codes: bool,
) -> Option<WaysIn> {
    if Continuity::of(function).unwrap_or_default() == Continuity::None {
        return None;
    }
    let client = variable(function, "TWINPOOL_OLD_POOL_CLIENT_ID");
    let (own_client, clients) = match parts.pools.facts(config, new_config) {
        Ok([old, new]) => {
            let own = match client {
                Some(id) => old.client(id).await.map_err(Blind::from),
                None => Ok(Json::new()),
            };
            (own, read::clients(&new).await.map_err(Blind::from))
        }
        Err(error) => (Err(Blind::from(error.clone())), Err(Blind::from(error))),
    };
    Some(WaysIn { clients, own_client, has_codes })
}

/// The client of the new pool that checks passwords, where the sign-in function is told of one.
async fn new_client(
    parts: &Parts,
    [config, new_config]: [&Config; 2],
    function: &Json,
) -> Option<Look<Json>> {
    let id = variable(function, "TWINPOOL_OWN_CLIENT_ID")?;
    Some(match parts.pools.facts(config, new_config) {
        Ok([_, new]) => new.client(id).await.map_err(Blind::from),
        Err(error) => Err(Blind::from(error)),
    })
}

/// Another function in the new pool's slot.
async fn in_the_way(
    functions: &impl Functions,
    pool: Option<&Json>,
    sign_in: Option<&FunctionArn>,
) -> Option<Look<Json>> {
    let held = in_slot(pool?, Slot::PreTokenGeneration)?;
    let other = FunctionArn::parse(&held.function).ok()?;
    if sign_in.is_some_and(|sign_in| held.is(sign_in)) {
        return None;
    }
    Some(there(functions.configuration(&other).await))
}

async fn described(settings: Answer<twinpool_aws::setup::CognitoSettings>) -> Look<Json> {
    settings?.describe().await.map_err(Blind::from)
}

async fn function(
    functions: &impl Functions,
    function: Option<&FunctionArn>,
    named_by: &'static str,
) -> Look<Json> {
    match function {
        Some(function) => there(functions.configuration(function).await),
        None => Err(Blind::Unnamed(named_by)),
    }
}

fn there(answer: Answer<Option<Json>>) -> Look<Json> {
    let none = || PortError::new(Class::NotFound, "GetFunctionConfiguration", "ResourceNotFoundException");
    answer?.ok_or_else(none).map_err(Blind::from)
}

fn variable<'a>(function: &'a Json, name: &str) -> Option<&'a str> {
    let variables = function.get("Environment")?.get("Variables")?;
    variables.get(name)?.as_str().filter(|value| !value.is_empty())
}

//! What happens once, before the first trigger event.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::join;
use tokio::time::{Instant, timeout};
use twinpool_aws::client::{self, Config, Patience};
use twinpool_aws::cognito::CognitoPool;
use twinpool_aws::dynamodb::Links;
use twinpool_aws::lambda::Lambda;
use twinpool_aws::settings::{ChainSettings, ContinuitySettings, RulesFile, SignInSettings, Source};
use twinpool_aws::sqs::Queue;
use twinpool_core::account::AccountStore as _;
use twinpool_core::id::NewSub;
use twinpool_engine::Terms;
use twinpool_rules::Rules;
use twinpool_trigger::Chain;

use super::on_aws::{OnAws, ways};
use super::{SignIn, Wiring};
use crate::rules;

/// For opening a connection ahead of the first event. A table that is out of reach costs a cold start this much.
const WARM_UP: Duration = Duration::from_millis(500);

/// Region and credentials come from the environment; only where they do not could this take long.
const LOAD: Duration = Duration::from_secs(2);

/// The deadline of a function that has none, or a wrong one: it then adds no claim, and calls a former function at most.
const WITHOUT: Duration = Duration::from_secs(1);

/// Makes the function from its settings. Whatever is wrong with them, the result answers trigger events.
pub async fn start(settings: &impl Source) -> SignIn<OnAws> {
    let began = Instant::now();
    let found = read(settings);
    let formers = ChainSettings::read(settings);
    let connected = AssertUnwindSafe(connect(found, formers.clone())).catch_unwind().await;
    let function = connected.unwrap_or_else(|_| without(formers, "the AWS clients could not be built"));
    function.started_in(began.elapsed())
}

struct Found {
    settings: SignInSettings,
    continuity: Result<Option<ContinuitySettings>, String>,
    deadline: Duration,
    rules: Rules,
}

/// What is told, or what is wrong with it.
fn read(source: &impl Source) -> Result<Found, String> {
    let settings = SignInSettings::read(source).map_err(|error| error.to_string())?;
    let deadline = SignInSettings::deadline(source).map_err(|error| error.to_string())?;
    let continuity = ContinuitySettings::read(source).map_err(|error| error.to_string());
    let rules = rules::read(RulesFile::find(source).as_ref()).map_err(|error| error.to_string())?;
    Ok(Found { settings, continuity, deadline, rules })
}

/// A function that can do nothing but say so.
fn without(formers: ChainSettings, why: &str) -> SignIn<OnAws> {
    SignIn::new(Err(why.to_owned()), chain(formers, Err(why.to_owned())))
}

async fn connect(found: Result<Found, String>, formers: ChainSettings) -> SignIn<OnAws> {
    let deadline = found.as_ref().map_or(WITHOUT, |found| found.deadline);
    let loaded = timeout(LOAD, Box::pin(client::load(Patience::of_capture(deadline)))).await;
    let Ok(config) = loaded else {
        return without(formers, "no AWS Region was found in time");
    };
    let chain = chain(formers, Lambda::connect(&config).map_err(|error| error.to_string()));
    let wiring = found.map(|found| wire(&config, found));
    join(join(open_table(&wiring), open_queue(&wiring)), open_lambda(&chain)).await;
    SignIn::new(wiring, chain)
}

fn wire(config: &Config, found: Found) -> Wiring<OnAws> {
    let Found { settings, continuity, deadline, rules } = found;
    let terms = Terms { key: settings.key.clone(), marker: settings.marker.clone(), rules };
    let connect = |continuity| ways(config, &settings, continuity, &terms);
    let ways = continuity.and_then(|continuity| continuity.map(connect).transpose());
    let old = CognitoPool::connect(config, settings.old_pool_endpoint, settings.old_pool.clone());
    Wiring {
        old,
        new_pool: CognitoPool::connect(config, settings.new_pool_endpoint, settings.new_pool.clone()),
        table: Links::connect(config, settings.links_table, Some(&settings.key)),
        sink: Queue::connect(config, settings.queue_url, settings.key),
        old_pool: settings.old_pool,
        pool: settings.new_pool,
        terms,
        claim: settings.claim,
        deadline,
        reverse_sync: settings.reverse_sync,
        own_client: settings.own_client,
        ways,
    }
}

fn chain(formers: ChainSettings, functions: Result<Lambda, String>) -> Chain<Lambda> {
    if formers.is_empty() { Chain::Nothing } else { Chain::Formers(formers, functions) }
}

/// Opens the connection to the table, which every token asks: a read of what is not there goes the whole way. No word about
/// failing: the first event will tell.
async fn open_table(wiring: &Result<Wiring<OnAws>, String>) {
    let (Ok(wiring), Ok(nobody)) = (wiring, NewSub::parse("warm-up")) else {
        return;
    };
    timeout(WARM_UP, wiring.table.known(&nobody)).await.map(drop).unwrap_or_default();
}

/// Opens the connection to the queue, where every token is told to the mirror.
async fn open_queue(wiring: &Result<Wiring<OnAws>, String>) {
    if let Some(wiring) = wiring.as_ref().ok().filter(|wiring| wiring.reverse_sync) {
        timeout(WARM_UP, wiring.sink.warm_up()).await.unwrap_or_default();
    }
}

/// Opens the connection to Lambda, where a former function is to be called.
async fn open_lambda(chain: &Chain<Lambda>) {
    if let Chain::Formers(formers, Ok(lambda)) = chain
        && let Some(function) = formers.any()
    {
        timeout(WARM_UP, lambda.warm_up(function)).await.unwrap_or_default();
    }
}

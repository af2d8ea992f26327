//! What happens once, before the first trigger event.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::join;
use tokio::time::{Instant, timeout};
use twinpool_aws::client::{self, Patience};
use twinpool_aws::lambda::Lambda;
use twinpool_aws::settings::{CaptureSettings, ChainSettings, SettingsError, Source, user_id_claim};
use twinpool_aws::sqs::Queue;

use twinpool_trigger::Chain;

use crate::{Capture, Claim};

/// For opening a connection ahead of the first event. A queue that is out of reach costs a cold start this much.
const WARM_UP: Duration = Duration::from_millis(500);

/// Region and credentials come from the environment; only where they do not could this take long.
const LOAD: Duration = Duration::from_secs(2);

/// The deadline of a function that has none, or a wrong one: it then sends nothing, and calls a former function at most.
const WITHOUT: Duration = Duration::from_secs(1);

/// Makes the function from its settings. Whatever is wrong with them, the result answers trigger events.
pub async fn start(settings: &impl Source) -> Capture<Queue> {
    let began = Instant::now();
    let found = CaptureSettings::read(settings).and_then(|s| Ok((s, CaptureSettings::deadline(settings)?)));
    let formers = ChainSettings::read(settings);
    let connected = AssertUnwindSafe(connect(found, formers.clone())).catch_unwind().await;
    let capture = connected.unwrap_or_else(|_| {
        const WHY: &str = "the AWS client could not be built";
        Capture::misconfigured(WHY).after(chain(formers, Err(WHY.to_owned())))
    });
    let claim = match user_id_claim(settings) {
        Ok(name) => name.map_or(Claim::Off, Claim::On),
        Err(error) => Claim::Misconfigured(error.to_string()),
    };
    let own_client = CaptureSettings::own_client(settings);
    capture.with_claim(claim).silent_about(own_client).started_in(began.elapsed())
}

type Found = Result<(CaptureSettings, Duration), SettingsError>;

async fn connect(found: Found, formers: ChainSettings) -> Capture<Queue> {
    if let (Err(error), true) = (&found, formers.is_empty()) {
        return Capture::misconfigured(error.to_string());
    }
    let deadline = found.as_ref().map_or(WITHOUT, |(_, deadline)| *deadline);
    let loaded = timeout(LOAD, Box::pin(client::load(Patience::of_capture(deadline)))).await;
    let Ok(config) = loaded else {
        const WHY: &str = "no AWS Region was found in time";
        return Capture::misconfigured(WHY).after(chain(formers, Err(WHY.to_owned())));
    };
    let chain = chain(formers, Lambda::connect(&config).map_err(|error| error.to_string()));
    match found {
        Err(error) => {
            warm_up(&chain).await;
            Capture::misconfigured(error.to_string()).after(chain)
        }
        Ok((CaptureSettings { queue_url, key }, deadline)) => {
            let queue = Queue::connect(&config, queue_url, key.clone());
            join(timeout(WARM_UP, queue.warm_up()), warm_up(&chain)).await.0.unwrap_or_default();
            Capture::new(queue, key, deadline).after(chain)
        }
    }
}

fn chain(formers: ChainSettings, functions: Result<Lambda, String>) -> Chain<Lambda> {
    if formers.is_empty() { Chain::Nothing } else { Chain::Formers(formers, functions) }
}

/// Opens the connection to Lambda. One is enough: the former functions of a pool are all in its Region.
async fn warm_up(chain: &Chain<Lambda>) {
    if let Chain::Formers(formers, Ok(lambda)) = chain
        && let Some(function) = formers.any()
    {
        timeout(WARM_UP, lambda.warm_up(function)).await.unwrap_or_default();
    }
}

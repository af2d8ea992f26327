//! What happens once, before the first trigger event.

use std::io::Write as _;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures_util::FutureExt as _;
use tokio::time::timeout;
use twinpool_aws::client::{self, Patience};
use twinpool_aws::settings::{CaptureSettings, Source};
use twinpool_aws::sqs::Queue;

use crate::Capture;

/// For opening a connection ahead of the first event. A queue that is out of reach costs a cold start this much.
const WARM_UP: Duration = Duration::from_millis(500);

/// Region and credentials come from the environment; only where they do not could this take long.
const LOAD: Duration = Duration::from_secs(2);

/// Makes the function from its settings. Whatever is wrong with them, the result answers trigger events.
pub async fn start(settings: &impl Source) -> Capture<Queue> {
    let found = CaptureSettings::read(settings).and_then(|s| Ok((s, CaptureSettings::deadline(settings)?)));
    let (settings, deadline) = match found {
        Ok(found) => found,
        Err(error) => return Capture::misconfigured(error.to_string()),
    };
    let CaptureSettings { queue_url, key } = settings;
    let connected = AssertUnwindSafe(connect(queue_url, key.clone(), deadline)).catch_unwind().await;
    match connected {
        Ok(Some(queue)) => Capture::new(queue, key, deadline),
        Ok(None) => Capture::misconfigured("no AWS Region was found in time"),
        Err(_) => Capture::misconfigured("the AWS client could not be built"),
    }
}

async fn connect(url: String, key: twinpool_core::digest::DigestKey, deadline: Duration) -> Option<Queue> {
    let config = timeout(LOAD, Box::pin(client::load(Patience::of_capture(deadline)))).await.ok()?;
    let queue = Queue::connect(&config, url, key);
    timeout(WARM_UP, queue.warm_up()).await.unwrap_or_default();
    Some(queue)
}

/// From here on a panic says where it was, and not what: its message can quote what it stumbled over.
pub fn quiet_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        let line = serde_json::json!({ "level": "ERROR", "message": "a defect: panicked", "place": place });
        drop(writeln!(std::io::stderr().lock(), "{line}"));
    }));
}

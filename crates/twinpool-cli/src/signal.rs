//! Ctrl-C, and what a supervisor sends.

use tokio::signal::ctrl_c;
use tokio::signal::unix::{SignalKind, signal};

use crate::progress::Progress;

/// Ready when somebody wants the work to end in order. The second time there is no waiting.
pub(crate) async fn asked_to_stop(progress: &Progress) {
    asked_to_stop_with(progress, "who is being worked on is finished first").await;
}

/// The same, and says what is done first.
pub(crate) async fn asked_to_stop_with(progress: &Progress, first: &str) {
    once().await;
    progress.say(&format!("stopping: {first} (Ctrl-C again does not wait)"));
    tokio::spawn(async {
        once().await;
        std::process::exit(130);
    });
}

/// Ready when somebody wants the work to end.
pub(crate) async fn once() {
    let terminated = async {
        match signal(SignalKind::terminate()) {
            Ok(mut signal) => signal.recv().await,
            // Then only Ctrl-C does it.
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = ctrl_c() => {}
        _ = terminated => {}
    }
}

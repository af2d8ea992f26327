//! Ctrl-C, what a supervisor sends, and a terminal that is closed.

use std::future::poll_fn;
use std::task::Poll;

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

/// Listens from now on. Ready when somebody wants the work to end.
pub(crate) fn once() -> impl Future<Output = ()> {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    // To listen would take back what `nohup` promised.
    let hangup = (!outlives_its_terminal(&status)).then(SignalKind::hangup);
    let kinds = [SignalKind::interrupt(), SignalKind::terminate()].into_iter().chain(hangup);
    let mut heard: Vec<_> = kinds.filter_map(|kind| signal(kind).ok()).collect();
    poll_fn(move |context| {
        let is_over = heard.iter_mut().any(|signal| signal.poll_recv(context).is_ready());
        if is_over { Poll::Ready(()) } else { Poll::Pending }
    })
}

/// Whether SIGHUP, the first of Linux's mask, is ignored. So it counts where nobody can tell.
fn outlives_its_terminal(status: &str) -> bool {
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.is_none_or(|mask| mask & 1 == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_begun_with_nohup_outlives_its_terminal() {
        assert!(outlives_its_terminal("Name:\ttwinpool\nSigIgn:\t0000000000001001\n"));
        assert!(!outlives_its_terminal("Name:\ttwinpool\nSigIgn:\t0000000000001000\n"));
        assert!(outlives_its_terminal(""), "not Linux");
    }
}

//! Logs as JSON lines on standard output, where Lambda picks them up. A panic says where, never what.

use tracing_subscriber::EnvFilter;

/// Sets logging up, once per process. `RUST_LOG` narrows or widens it; `info` without.
pub fn init() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .with_span_list(false)
        .with_target(false)
        .with_env_filter(filter)
        .init();
    // A payload can quote what it stumbled over.
    std::panic::set_hook(Box::new(|info| {
        let place = info.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(place, "a defect: panicked");
    }));
}
